"""A shop's address for notices of one gateway: a server that reads, applies and answers them as the web does."""

import http.server
import threading
from datetime import UTC, datetime

from runtime import payments
from runtime.refusals import Refusal


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128


def listener(receive):
    """Return what answers a POST by ``receive(headers, body)``, which gives a status and a text."""

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, text = receive(headers, body)
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    return Listener


def receive(till, gateway, headers, body):
    """Apply a notice; return the status, the text and what it came to: a refusal's reason, or whether all was well."""
    found = till.gateways[gateway]
    now = datetime.now(UTC)
    try:
        well = payments.take(till, found.read_notice(headers, body, now), now)
    except Refusal as refusal:
        return refusal.status, b"no", refusal.values.get("reason", str(refusal.code))
    return *((200, found.thanks.encode()) if found.thanks else (204, b"")), well


class Doorstep:
    """Applies notices to a till until ``stop``; ``statuses`` are answered instead, one by one, while there are any."""

    def __init__(self, till, gateway):
        self.till = till
        self.gateway = gateway
        self.statuses = []
        self.letters = []
        self.said = []
        """What was answered: the reason of a refusal, or whether all was as expected."""
        self.server = Server(("127.0.0.1", 0), listener(self.receive))
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def receive(self, headers, body):
        self.letters.append((headers, body))
        if self.statuses:
            return self.statuses.pop(0), b""
        status, text, said = receive(self.till, self.gateway, headers, body)
        self.said.append(said)
        return status, text

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
