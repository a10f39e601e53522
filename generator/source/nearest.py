"""Finds the known name that a misspelt one probably means."""

import difflib
import unicodedata
from collections.abc import Iterable

_MANY = 500
_CUTOFF = 0.6
_CUTOFF_OF_TWO = 0.5
"""One of two Chinese characters may be wrong."""


def find(name: str, known: Iterable[str]) -> str | None:
    """Return the nearest known name, or None if nothing is near; case, width and ``_`` for ``-`` count for nothing."""
    wanted = _plain(name)
    plain: dict[str, str] = {}
    for each in known:
        plain.setdefault(_plain(each), each)
    if wanted in plain:
        return plain[wanted]
    likely: Iterable[str] = plain
    if len(plain) > _MANY:
        likely = [each for each in plain if abs(len(each) - len(wanted)) <= 2 and set(each[:2]) & set(wanted[:2])]  # noqa: PLR2004
    cutoff = _CUTOFF if wanted.isascii() or len(wanted) > 2 else _CUTOFF_OF_TWO  # noqa: PLR2004  two characters
    close = difflib.get_close_matches(wanted, likely, n=5, cutoff=cutoff)
    return plain[max(close, key=lambda each: _likeness(wanted, each))] if close else None


def _likeness(wanted: str, known: str) -> tuple[float, bool]:
    """Return how alike two names are; of equals the one that begins the same is meant."""
    return difflib.SequenceMatcher(None, known, wanted).ratio(), known[:1] == wanted[:1]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().replace("_", "-").replace(" ", "-").strip("-")
