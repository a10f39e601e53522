"""The courier carries notices to the shop by the provider's own retry plan, and lets go wrong what was planned.

Faults of notices that it knows itself: drop, delay (seconds), duplicate (times), reorder (after the next one). All
others are handed to the provider's ``seal`` for the first try only: the true one follows, as with real providers.
"""

import http.client
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from runtime.simulators.records import Fault, Notice
from runtime.simulators.stage import Letter, Provider, Stage

log = logging.getLogger(__name__)
TIMEOUT = 5.0
IDLE = 0.5
HANDS = 8
_BATCH = 50
_OWN = frozenset({"drop", "delay", "duplicate", "reorder"})
_SEALED = frozenset(
    {"body", "signature", "unsigned", "serial", "nonce", "timestamp", "signtest", "other-merchant", "other-app",
     "wrong-amount", "wrong-currency", "wrong-state", "other-reference", "other-type"}
)  # fmt: skip


class Courier:
    """A thread that wakes when a notice is due."""

    def __init__(self, stage: Stage, provider: Provider) -> None:
        self._stage = stage
        self._provider = provider
        self._stop = False
        self._hands = ThreadPoolExecutor(HANDS, "courier")
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """End after the notices in hand."""
        self._stop = True
        self._stage.bell.set()
        self._thread.join(TIMEOUT * 2)
        self._hands.shutdown()

    def deliver_due(self) -> int:
        """Send what is due; return how many notices were looked at."""
        now = self._stage.clock.now()
        due = self._stage.books.all(Notice, "state = 'waiting' AND due_at <= ?", now)[:_BATCH]
        for done in self._hands.map(self._carry, due):
            if done:
                self._release_held()
        return len(due)

    def _run(self) -> None:
        while not self._stop:
            self._stage.bell.clear()
            try:
                self._provider.tick()
                if self.deliver_due():
                    continue
            except Exception:
                log.exception("the courier stumbled")
            self._stage.bell.wait(IDLE / max(1.0, self._stage.speed))

    def _carry(self, notice: Notice) -> bool:
        """Send one notice; return whether something was sent."""
        books, occasion = self._stage.books, ("notice", notice.topic)
        fault = books.take_fault(occasion, _OWN | _SEALED) if notice.tries == 0 else None
        if fault is not None and fault.name in {"drop", "reorder"}:
            state = "dropped" if fault.name == "drop" else "held"
            books.alter(Notice, "id", notice.id, state=state, tries=1)
            return False
        if fault is not None and fault.name == "delay":
            due = self._stage.clock.now() + float(fault.values.get("seconds", 30))
            books.alter(Notice, "id", notice.id, due_at=due, tries=1)
            return False
        copies = int(fault.values.get("times", 2)) if fault is not None and fault.name == "duplicate" else 1
        statuses = list(
            self._send_copies(notice, fault if fault is not None and fault.name in _SEALED else None, copies)
        )
        self._note(notice, statuses)
        return True

    def _send_copies(self, notice: Notice, fault: Fault | None, copies: int) -> list[tuple[int, bytes]]:
        """Send copies of a notice at the same moment; each is signed anew, as retries are."""
        found: list[tuple[int, bytes]] = []
        threads = [
            threading.Thread(target=lambda: found.append(send(notice.address, self._provider.seal(notice, fault))))
            for _ in range(copies)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    def _note(self, notice: Notice, statuses: list[tuple[int, bytes]]) -> None:
        well = any(self._provider.accepted(status, body) for status, body in statuses)
        plan = self._provider.retry_plan
        over = notice.tries >= len(plan)
        pause = 0.0 if over else plan[notice.tries] / self._stage.speed
        self._stage.books.alter(
            Notice, "id", notice.id,
            tries=notice.tries + 1,
            answers=[*notice.answers, *(status for status, _ in statuses)],
            state="delivered" if well else "abandoned" if over else "waiting",
            due_at=self._stage.clock.now() + pause,
        )  # fmt: skip

    def _release_held(self) -> None:
        for notice in self._stage.books.all(Notice, "state = 'held'"):
            self._stage.books.alter(Notice, "id", notice.id, state="waiting")
            self._stage.bell.set()


def send(address: str, letter: Letter) -> tuple[int, bytes]:
    """Carry a letter to an address; return the status and the body of the answer, 0 without an answer."""
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        query = "&".join(each for each in (parts.query, letter.query) if each)
        path = f"{parts.path}?{query}" if query else parts.path
        connection.request(letter.method, path, letter.body or None, letter.headers)
        answer = connection.getresponse()
        return answer.status, answer.read(64 * 1024)
    except (OSError, http.client.HTTPException) as error:
        log.info("notice not delivered: %s", error)
        return 0, b""
    finally:
        connection.close()
