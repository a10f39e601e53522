"""Who sends pictures: what a channel must know of a publisher, whichever way the pictures come."""

from enum import StrEnum
from typing import Protocol

from generator.value import Value


class Way(StrEnum):
    """How pictures come in."""

    RTMP = "rtmp"
    FRAMES = "frames"
    RECORDER = "recorder"


class Origin(Value, frozen=True, kw_only=True):
    """Where a publisher's connection comes from, for the record."""

    way: Way
    peer: str
    agent: str = ""


class Publisher(Protocol):
    """One connection that sends pictures."""

    origin: Origin

    def dismiss(self, why: "Leaving") -> None:
        """End the connection from our side; nothing it still sends counts."""


class Leaving(StrEnum):
    """Why a publisher's connection ended."""

    UNPUBLISHED = "unpublished"
    CLOSED = "closed"
    SILENT = "silent"
    BROKEN = "broken"
    TAKEN_OVER = "taken-over"
    ROTATED = "rotated"
    TOO_MUCH = "too-much"
    ENDED = "ended"
    STOPPED = "stopped"


class NotAdmittedError(Exception):
    """A publisher may not begin; ``code`` is for programs, the message for whoever sends."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
