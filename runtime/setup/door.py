"""Who may answer: the address on the terminal is good for one browser, which then holds the only key."""

import contextlib
import hashlib
import hmac
import secrets
from pathlib import Path

import msgspec

from generator import files
from generator.shop import Value
from runtime.setup.draft import Draft

_FILE = "door.json"
_BYTES = 32


class Locks(Value, frozen=True, kw_only=True):
    """What is kept of the token on the terminal and of the key in the browser: hashes, and nothing else."""

    token: str = ""
    key: str = ""


class Door:
    """The door of one wizard."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def new_token(self) -> str:
        """Make the token that the terminal shows; one that was shown before and not used is over."""
        token = secrets.token_urlsafe(_BYTES)
        with self._draft.alone():
            self._write(msgspec.structs.replace(self._read(), token=_hashed(token)))
        return token

    def enter(self, token: str) -> str | None:
        """Take a token and return the key for its browser; None for a wrong one, or one that was used.

        Whoever held a key before holds it no longer.
        """
        if not self._is(token, self._read().token):
            return None
        with self._draft.alone():
            if not self._is(token, self._read().token):
                return None
            key = secrets.token_urlsafe(_BYTES)
            self._write(Locks(key=_hashed(key)))
        return key

    def opens(self, key: str) -> bool:
        """Tell whether a key is the one that was handed out last."""
        return self._is(key, self._read().key)

    def _is(self, given: str, kept: str) -> bool:
        return hmac.compare_digest(_hashed(given), kept) and bool(kept)

    @property
    def _path(self) -> Path:
        return self._draft.folder / _FILE

    def _read(self) -> Locks:
        with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
            return msgspec.json.decode(self._path.read_bytes(), type=Locks)
        return Locks()

    def _write(self, locks: Locks) -> None:
        files.atomic_write(self._path, msgspec.json.encode(locks), mode=0o600)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
