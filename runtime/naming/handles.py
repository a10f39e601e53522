"""What a new file is called: the words of its title in plain letters, as they stand in an address."""

import re
import unicodedata
from collections.abc import Container

from generator.rules.handles import RESERVED
from runtime.naming import pinyin

LONGEST = 60
_ODD = re.compile(r"[^a-z0-9]+")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
_FORM = re.compile(r"\w[\w-]*")


def handle(title: str, taken: Container[str], kind: str = "product") -> str:
    """Return a handle for a title that no other file has; ``kind`` is what it is called where no letter is left."""
    plain = unicodedata.normalize("NFKD", pinyin.spell(title).casefold().translate(_GERMAN))
    plain = _ODD.sub("-", plain.encode("ascii", "ignore").decode()).strip("-")
    if len(plain) > LONGEST:
        plain = plain[:LONGEST].rpartition("-")[0] or plain[:LONGEST]
    plain = f"{kind}-{plain}" if plain in RESERVED or plain.isdecimal() else plain
    return free(plain or kind, taken)


def free(wanted: str, taken: Container[str]) -> str:
    """Return a handle, with a number behind it where somebody else has it."""
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found


def tidy(written: str) -> str:
    """Return a handle as somebody wrote it, in the form that handles have."""
    plain = unicodedata.normalize("NFKC", written).strip().casefold()
    return re.sub(r"[^\w-]+", "-", plain).strip("-_")[:LONGEST]


def is_good(written: str) -> bool:
    """Tell whether a text can be a handle."""
    return bool(_FORM.fullmatch(written)) and written not in RESERVED
