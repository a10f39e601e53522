"""What the last build left to make the next one short: digests of pages and rows. Losing it costs only time."""

import hashlib
from pathlib import Path

import msgspec

from generator import files
from generator.releases.manifest import Entry

VERSION = 1


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A page as it was rendered last: the digest of what it showed, and what came of it."""

    digest: str
    entry: Entry
    title: str


class State(msgspec.Struct, omit_defaults=True):
    """The state of a shop's last build. ``rows`` are digests of the products' rows in its catalogue."""

    version: int = VERSION
    release: str = ""
    pages: dict[str, Kept] = msgspec.field(default_factory=dict)
    rows: dict[str, bytes] = msgspec.field(default_factory=dict)
    theme: str = ""
    """Digest of the theme and of our code whose templates all compiled."""
    catalogue: int = 0
    """The size of the release's catalogue.db when it was whole."""


def read(path: Path) -> State:
    """Return the kept state; an empty one when there is none, or it is damaged or of another version."""
    try:
        data = b"" if path.is_symlink() else path.read_bytes()
        if hashlib.sha256(data[32:]).digest() != data[:32]:
            return State()
        found = msgspec.msgpack.decode(data[32:], type=State)
    except (OSError, msgspec.DecodeError):
        return State()
    return found if found.version == VERSION else State()


def write(path: Path, state: State) -> None:
    """Keep a state, with a checksum before it."""
    data = msgspec.msgpack.encode(state)
    files.replace(path, hashlib.sha256(data).digest() + data, durable=False)
