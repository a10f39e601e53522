"""What a simulated provider stands on, and what it has to bring."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec
from flask import Flask

from runtime.simulators.books import Books
from runtime.simulators.records import Fault, Notice


class Clock:
    """The provider's clock: this machine's, unless the control port set it ahead."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        """Return the moment in seconds since 1970."""
        return time.time() + self.ahead


class Stage:
    """The surroundings of one running provider: its folder and books, its clock, its address, its courier's bell."""

    def __init__(self, folder: Path, *, address: str = "", speed: float = 1.0, notify: str = "") -> None:
        self.folder = folder
        self.address = address
        self.speed = speed
        """Pauses between the tries of a notice are divided by it."""
        self.notify = notify
        """Where notices go, for providers whose console says it and not the charge."""
        self.clock = Clock()
        self.bell = threading.Event()
        folder.mkdir(parents=True, exist_ok=True)
        self.books = Books(folder / "books.db")

    def post(self, topic: str, subject: str, address: str, content: dict[str, Any]) -> None:
        """Plan a notice for now, and wake the courier."""
        notice = Notice(id=0, topic=topic, subject=subject, address=address, content=content, due_at=self.clock.now())
        if address:
            self.books.post(notice)
            self.bell.set()


class Letter(msgspec.Struct, frozen=True):
    """A notice as it leaves: signed."""

    body: bytes
    headers: dict[str, str]
    method: str = "POST"
    query: str = ""


class Provider(Protocol):
    """One provider."""

    @property
    def name(self) -> str:
        """Return the name of the command and of the shop's gateway."""

    @property
    def retry_plan(self) -> tuple[float, ...]:
        """Return the pauses after each try of a notice, in seconds; after the last it is given up."""

    @property
    def actions(self) -> Mapping[str, Callable[[dict[str, Any]], object]]:
        """Return what the control port can do here: POST /_control/do/NAME with a JSON object; answers with JSON."""

    def application(self) -> Flask:
        """Return the provider's interface and its pages for buyers."""

    def operation(self, method: str, path: str) -> str:
        """Name what a request asks for by its method and its path with query, so that faults can be planned on it."""

    def seal(self, notice: Notice, fault: Fault | None) -> Letter:
        """Sign a notice, well or with a fault: wrong signature, other body, old time, whatever the provider knows."""

    def accepted(self, status: int, body: bytes) -> bool:
        """Tell whether the shop took a notice."""

    def tick(self) -> None:
        """Do what time brings, such as refunds that come through; called again and again."""

    def settings(self) -> str:
        """Return lines to paste: for shop.yaml and for var/secrets.env."""
