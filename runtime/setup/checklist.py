"""What shows that a shop works: things that were tried, when, and what came of it. Nothing is ticked by being there.

A result holds for a day, and for what it was found on: another release, another key, another address make it stale.
"""

import contextlib
import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from generator import files
from generator.shop import Value

NAMES = ("product", "order", "mail", "address", "payment")
_FILE, _LOCK = "checklist.json", "checklist.lock"
_HOLDS = 24 * 60 * 60
_PATIENCE = 10.0


class Result(Value, frozen=True, kw_only=True):
    """What came of trying one thing: whether it worked, a word for how, and what it was found on."""

    good: bool
    word: str
    values: dict[str, str] = msgspec.field(default_factory=dict)
    at: int = 0
    ground: str = ""


class Row(Value, frozen=True, kw_only=True):
    """One line of the list; ``state`` is good, bad, stale, or open for what was never tried."""

    name: str
    state: str
    result: Result | None = None


def ground(*parts: object) -> str:
    """Return a mark of what a result was found on."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def rows(var: Path, grounds: dict[str, str], now: datetime) -> list[Row]:
    """Return all lines; ``grounds`` are the marks of this moment by name."""
    kept, at = _read(var), int(now.timestamp())
    return [_row(name, kept.get(name), grounds[name], at) for name in NAMES]


def keep(var: Path, name: str, result: Result, now: datetime) -> None:
    """Note what came of trying one thing now."""
    with files.lock(var / _LOCK, patience=_PATIENCE):
        known = _read(var) | {name: msgspec.structs.replace(result, at=int(now.timestamp()))}
        files.atomic_write(var / _FILE, msgspec.json.encode(known), mode=0o600)


def _row(name: str, result: Result | None, found_on: str, at: int) -> Row:
    if result is None:
        return Row(name=name, state="open")
    fresh = result.ground == found_on and 0 <= at - result.at < _HOLDS
    state = "good" if result.good else "bad"
    return Row(name=name, state=state if fresh else "stale", result=result)


def _read(var: Path) -> dict[str, Result]:
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
        return msgspec.json.decode((var / _FILE).read_bytes(), type=dict[str, Result])
    return {}
