"""Codes of coupons as people type them: which are readable, and which are the same to a reader's eye."""

import re
import unicodedata

_READABLE = re.compile(r"[^\W_](?:[^\W_]|-(?!-)){1,30}[^\W_]")
_LIKENESS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def is_readable(code: str) -> bool:
    """Return whether a code is 3 to 32 letters and digits of one width, with single hyphens between them at most."""
    return unicodedata.normalize("NFKC", code) == code and _READABLE.fullmatch(code) is not None


def plain(code: str) -> str:
    """Return what codes are compared by: case, width, spaces and hyphens count for nothing, nor does O for 0."""
    narrow = unicodedata.normalize("NFKC", code).upper()
    return re.sub(r"[\s-]+", "", narrow).translate(_LIKENESS)
