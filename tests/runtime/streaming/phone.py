"""A browser that sends its batches with a ticket of the studio."""

from datetime import UTC, datetime

from air import SECRET

from runtime.live import tickets
from runtime.live.tickets import Ticket

SESSION = "phone-of-anna"
PAGE = "http://127.0.0.1:8000"


class Phone:
    """A browser with a ticket."""

    def __init__(self, daemon, broadcast, session=SESSION, seconds=600):
        self.daemon = daemon
        self.stream = broadcast.stream
        self.session = session
        until = int(datetime.now(UTC).timestamp()) + seconds
        generation = broadcast.key_generation
        ticket = Ticket(broadcast=broadcast.id, stream=broadcast.stream, generation=generation, until=until)
        self.ticket = tickets.sign_ticket(SECRET.encode(), ticket)

    def put(self, number, body, **headers):
        found = self.daemon.ask(
            "PUT",
            f"/ingest/{self.stream}/{self.session}/{number}",
            body,
            Authorization=f"Bearer {self.ticket}",
            Origin=PAGE,
            **headers,
        )
        return found.status, found.json

    def send(self, bodies, first=0):
        return [self.put(number, body)[0] for number, body in enumerate(bodies, first)]
