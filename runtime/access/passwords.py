"""Passwords: Argon2id with the parameters of RFC 9106, and a look at what an attacker would try first.

Nobody is told to use a digit or a sign: long and not among the first million guesses is what counts.
"""

import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from runtime.refusals import Code, Refusal

SHORTEST, LONGEST = 10, 200
_EASY = 1_000_000
_CHINESE = (
    "5201314",
    "1314520",
    "woaini",
    "woaini1314",
    "520",
    "1314",
    "nihao",
    "mima",
    "wodemima",
    "laoban",
    "dianpu",
)
"""What Chinese passwords are often made of; the estimate knows what English ones are made of."""
_LOOKED_AT = 72
"""Characters that the estimate reads; what is longer is not guessed."""


class Passwords:
    """Makes and checks what is kept of passwords, one at a time: each takes 64 MiB for a moment."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._one = threading.Lock()
        self._nobodys = ""

    def keep(self, password: str) -> str:
        """Return what is kept of a password."""
        with self._one:
            return self._hasher.hash(_tidy(password))

    def verify(self, kept: str, password: str) -> bool:
        """Tell whether a password is the one; for '' (nobody, or no password) the same work is done in vain."""
        wanted = kept or self._of_nobody()
        with self._one:
            try:
                return self._hasher.verify(wanted, _tidy(password)[:LONGEST]) and bool(kept)
            except (VerificationError, InvalidHashError):
                return False

    def is_old(self, kept: str) -> bool:
        """Tell whether what is kept was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _of_nobody(self) -> str:
        if not self._nobodys:
            self._nobodys = self.keep(secrets.token_urlsafe())
        return self._nobodys


USUAL = Passwords()


def check(password: str, about: Iterable[str] = ()) -> None:
    """Raise Refusal (password-short, password-long, password-easy); ``about`` is what others know of somebody."""
    tidied = _tidy(password)
    if len(tidied) < SHORTEST:
        raise Refusal(Code.PASSWORD_SHORT, minimum=SHORTEST)
    if len(tidied) > LONGEST:
        raise Refusal(Code.PASSWORD_LONG, maximum=LONGEST)
    known = [part for each in about for part in (each, *each.split("@"), *re.split(r"[@.\s]+", each)) if part]
    known += _CHINESE
    if zxcvbn(tidied[:_LOOKED_AT], user_inputs=known)["guesses"] < _EASY:
        raise Refusal(Code.PASSWORD_EASY)


def _tidy(password: str) -> str:
    """Return the same text for the same signs, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)
