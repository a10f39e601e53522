"""Finds the known name that a misspelt one probably means."""

import difflib
import unicodedata
from collections.abc import Iterable

_MANY = 500
_CUTOFF = 0.6


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
    close = difflib.get_close_matches(wanted, likely, n=1, cutoff=_CUTOFF)
    return plain[close[0]] if close else None


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().replace("_", "-").replace(" ", "-").strip("-")
