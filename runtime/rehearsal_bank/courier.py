"""The bank's courier sends signed notices until the shop answers well, lets late money come and refunds be done."""

import http.client
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlsplit

from runtime.rehearsal_bank import signing
from runtime.rehearsal_bank.books import BankNotice, Books
from runtime.rehearsal_bank.reversals import Reversals
from runtime.rehearsal_bank.signing import Keys

log = logging.getLogger(__name__)
TIMEOUT = 5.0
IDLE = 1.0
HANDS = 4
"""So many notices are under way at once: each waits for the shop to write it down."""


class Courier:
    """A thread that wakes when something is due."""

    def __init__(self, books: Books, reversals: Reversals, keys: Keys, clock: Callable[[], datetime]) -> None:
        self._books = books
        self._reversals = reversals
        self._keys = keys
        self._clock = clock
        self._wake = threading.Event()
        self._stop = False
        self._thread: threading.Thread | None = None
        self._hands = ThreadPoolExecutor(HANDS, "rehearsal-bank")

    def start(self) -> None:
        """Begin to deliver."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="rehearsal-bank", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Look at once."""
        self._wake.set()

    def stop(self) -> None:
        """End after the notice in hand."""
        self._stop = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(TIMEOUT * 2)
        self._hands.shutdown(wait=False)

    def deliver_due(self) -> int:
        """Let late money come and send what is due; return how many notices were sent."""
        at = int(self._clock().timestamp())
        due = [moment for moment in (self._books.next_due(), self._reversals.next_due()) if moment is not None]
        if not due or min(due) > at:
            return 0
        for name in self._books.due_intents(at):
            charge = self._books.find(name)
            if charge is not None:
                self._books.pay(charge, at, (at,), forced=True)
        self._reversals.settle(at)
        notices = self._books.due_notices(at)
        if notices:
            sent = list(self._hands.map(self._send, notices))
            self._books.delivered([notice for notice, well in zip(notices, sent, strict=True) if well])
        return len(notices)

    def _run(self) -> None:
        while not self._stop:
            try:
                self.deliver_due()
            except Exception:
                log.exception("the rehearsal bank could not deliver")
            self._wake.wait(IDLE)
            self._wake.clear()
        self._books.close()

    def _send(self, notice: BankNotice) -> bool:
        parts, body = urlsplit(notice.url), notice.body.encode()
        headers = signing.sign(self._keys.bank, f"POST {parts.path}", body, self._clock())
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            connection.request("POST", parts.path, body, {**headers, "content-type": "application/json"})
            return connection.getresponse().status in {200, 204}
        except (OSError, http.client.HTTPException) as error:
            log.info("notice not delivered: %s", error)
            return False
        finally:
            connection.close()
