"""The bank's courier sends signed notices until the shop answers well, and lets late money come."""

import http.client
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from runtime.rehearsal_bank import signing
from runtime.rehearsal_bank.books import BankCharge, BankNotice, Books
from runtime.rehearsal_bank.signing import Keys

log = logging.getLogger(__name__)
TIMEOUT = 5.0
IDLE = 1.0
HANDS = 4
"""So many notices are under way at once: each waits for the shop to write it down."""


class Courier:
    """A thread that wakes when something is due."""

    def __init__(self, books: Books, keys: Keys, clock: Callable[[], datetime]) -> None:
        self._books = books
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
        due = self._books.next_due()
        if due is None or due > at:
            return 0
        for name in self._books.due_intents(at):
            charge = self._books.find(name)
            if charge is not None:
                self._books.pay(charge, at, (at,), forced=True)
        notices = self._books.due_notices(at)
        sendable = [(found, notice) for notice in notices if (found := self._books.find(notice.charge)) is not None]
        if sendable:
            sent = list(self._hands.map(self._send, *zip(*sendable, strict=True)))
            self._books.delivered([notice for (_, notice), well in zip(sendable, sent, strict=True) if well])
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

    def _send(self, charge: BankCharge, notice: BankNotice) -> bool:
        parts = urlsplit(charge.notify_url)
        body = msgspec.json.encode(
            {
                "reference": charge.reference,
                "verdict": notice.verdict,
                "transaction": notice.movement,
                "amount": charge.amount if notice.movement else 0,
                "currency": charge.currency,
            }
        )
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
