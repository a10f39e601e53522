"""What may be written in a room: text is cleaned, and blocked words and links are found however they are dressed up.

Pure: ``clean`` returns what is shown, ``Sieve(words).find(text)`` says why a text is not let through. A text is
compared by its letters alone: compatibility forms (full width, circled, mathematical), marks, invisible characters,
traditional characters, letters of other scripts that look alike and digits that stand for letters are folded first.
"""

import re
import unicodedata
from collections.abc import Iterable

import opencc

MOST = 120
"""Characters of a message."""
_MOST_MARKS = 2
_GAP = r"[\W_]*"
_CONFUSABLE = str.maketrans(
    "аеорсухіјѕһԁɡԛԝѵкмтнвгпбαορνιτκμεχυγβηωϲɑıłøđħŧ¡¢",
    "aeopcyxijshdgqwvkmthbrpbaopvitkmexuybnwcailodhtic",
)
_DIGITS = str.maketrans("013457@$!|l", "oieastasiii")
_FULL_STOPS = str.maketrans("。．｡・·•点點", "........")
_USUAL = "com|cn|net|org|top|xyz|shop|vip|cc"
"""Endings that are no words, so that a gap before them hides nothing."""
_ENDINGS = (
    f"{_USUAL}|info|link|club|live|site|online|store|app|tv|co|io|me|ru|de|uk|eu|fr|jp|hk|tw|biz|pro|fun|icu|wang|ltd|"
    "ink|ly|gg|to"
)
_LINK = re.compile(
    r"h\W{0,3}t\W{0,3}t\W{0,3}p\W{0,3}s?\s?[:/]|www\s?\.|(?<![a-z0-9])[a-z0-9][a-z0-9-]*"
    rf"(?:\s?\.\s?(?:{_USUAL})|\.(?:{_ENDINGS}))(?![a-z0-9])"
)
_SPACES = re.compile(r"\s+")


class _Simplified(dict[int, str]):
    """The simplified character of each, found when it is first met: one by one, so that neighbours change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._converter = opencc.OpenCC("t2s")

    def __missing__(self, code: int) -> str:
        found = self[code] = self._converter.convert(chr(code)) if code >= _FIRST_HAN else chr(code)
        return found


_FIRST_HAN = 0x2E80
_SIMPLIFIED = _Simplified()


def clean(text: str) -> str:
    """Return a text as it is shown: one line, no invisible or turning characters, no towers of marks."""
    letters: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(letter)
        if kind in {"Cc", "Zl", "Zp"}:
            letters.append(" ")
        elif kind[0] == "C" and not _joins(letter, letters):
            continue
        elif kind == "Mn" and not "\ufe00" <= letter <= "\ufe0f":
            marks += 1
            if marks <= _MOST_MARKS:
                letters.append(letter)
            continue
        else:
            letters.append(letter)
        marks = 0
    return _SPACES.sub(" ", "".join(letters)).strip(" \u200d")


def _joins(letter: str, before: list[str]) -> bool:
    """Tell whether an invisible joiner holds the parts of an emoji together."""
    return letter == "\u200d" and bool(before) and (before[-1] == "\ufe0f" or unicodedata.category(before[-1]) == "So")


def folded(text: str) -> str:
    """Return a text in the form that it is compared in, with its gaps."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).casefold()
    kept = (letter for letter in plain if unicodedata.category(letter) not in {"Mn", "Me", "Cf", "Co", "Cn", "Cs"})
    return unicodedata.normalize("NFC", "".join(kept)).translate(_SIMPLIFIED).translate(_CONFUSABLE)


def skeleton(text: str) -> str:
    """Return the letters and digits of a text alone."""
    return "".join(letter for letter in folded(text) if letter.isalnum())


class Sieve:
    """The words that a shop does not want to read, ready to be looked for."""

    def __init__(self, words: Iterable[str]) -> None:
        plain = sorted({found for word in words if (found := skeleton(word))})
        spelled = [word for word in plain if word.isascii()]
        self._inside = tuple(word for word in plain if not word.isascii())
        self._spelled = re.compile("|".join(_spelled(word) for word in spelled)) if spelled else None
        self._lettered = (
            re.compile("|".join(_spelled(word.translate(_DIGITS)) for word in spelled)) if spelled else None
        )

    def find(self, text: str) -> str:
        """Return why a text is not let through: ``word``, ``link`` or '' (nothing is wrong with it)."""
        plain = folded(text)
        if self._has_word(plain):
            return "word"
        return "link" if _LINK.search(plain.translate(_FULL_STOPS)) else ""

    def _has_word(self, plain: str) -> bool:
        if self._spelled is not None and self._spelled.search(plain):
            return True
        if self._lettered is not None and self._lettered.search(plain.translate(_DIGITS)):
            return True
        letters = "".join(letter for letter in plain if letter.isalnum()) if self._inside else ""
        return any(word in letters for word in self._inside)


def _spelled(word: str) -> str:
    """Return the pattern of a word of an alphabet: gaps and repeated letters change nothing, other words do."""
    runs = [match[0] for match in re.finditer(r"(.)\1*", word)]
    parts = [_GAP.join([re.escape(run[0])] * len(run)) + "+" for run in runs]
    return rf"(?<![a-z0-9]){_GAP.join(parts)}(?![a-z0-9])"
