"""Type: which fonts a poster is set in, where its lines break, and how a long name is made to fit.

Chinese breaks between any two characters, but no line begins with 。 or ends with 「; Latin words stay whole. Lines
are evened out, so that no word stands alone at the end.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec
from PIL import ImageFont

from runtime.documents import fonts
from runtime.documents.fonts import FontFault

Font = ImageFont.FreeTypeFont
_SERIF = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"
_SERIFS = (
    (_SERIF, "NotoSansCJK"),
    ("/usr/share/fonts/noto-cjk/NotoSerifCJK-Bold.ttc", "NotoSansCJK"),
    ("/usr/share/fonts/google-noto-cjk/NotoSerifCJK-Bold.ttc", "NotoSansCJK"),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSerif-Bold.ttf", "DejaVu"),
)
"""Bold serifs, each with the name of the sans that it stands beside."""
_NOT_FIRST = frozenset("、。，．：；？！）】》」』〕〉”’…—～·%％℃°,.:;?!)]}»ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ")
_NOT_LAST = frozenset("（【《「『〔〈“‘([{«¥￥$€£")
_WIDE = frozenset({"W", "F"})
_NEVER = "\U0010fffd"
"""A character that no font has."""
_ASTRAL = 0x1F000
_ELLIPSIS = "…"


class Faces(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a language: regular and bold sans, and what headings are set in."""

    regular: str
    bold: str
    heading: str
    index: int = 0


def faces(locale: str, *, serif: bool, wish: str = "") -> Faces:
    """Return the fonts for a language; raise FontFault where this machine has none for it."""
    found = fonts.find(locale, wish)
    if found is None:
        raise FontFault(f"no font of this machine has the letters of {locale}")
    heading = str(found.bold)
    if serif and not wish:
        matching = (file for file, beside in _SERIFS if beside in str(found.regular) and Path(file).is_file())
        heading = next(matching, heading)
    return Faces(regular=str(found.regular), bold=str(found.bold), heading=heading, index=found.index)


@lru_cache(maxsize=64)
def font(file: str, size: int, index: int = 0) -> Font:
    """Return a font at a size."""
    try:
        return ImageFont.truetype(file, size, index=index)
    except OSError as error:
        raise FontFault(f"{file} cannot be read") from error


@lru_cache(maxsize=4096)
def _shows(file: str, index: int, character: str) -> bool:
    small = font(file, 16, index)
    return bytes(small.getmask(character)) != bytes(small.getmask(_NEVER))


def settable(text: str, face: Faces) -> str:
    """Return a text without what the font cannot show, such as emoji; raise FontFault when most of it would go."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    kept = "".join(
        each
        for each in plain
        if each == " "
        or (
            ord(each) < _ASTRAL
            and unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Mn"}
            and _shows(face.regular, face.index, each)
        )
    )
    letters = sum(each.isalpha() for each in plain)
    if letters and sum(each.isalpha() for each in kept) * 2 < letters:
        raise FontFault("no font of this machine has the letters of this text")
    return " ".join(kept.split())


def wrap(text: str, face: Font, width: float, most: int) -> list[str]:
    """Break a text into lines that are not wider than this; what does not fit into ``most`` lines ends with …."""
    pieces = _measured(text, face, width)
    lines = _greedy(pieces, width)
    if len(lines) > most:
        return [*lines[: most - 1], _cut(_joined(lines[most - 1 :]), face, width)]
    return _evened(pieces, width, len(lines)) if len(lines) > 1 else lines


class _Piece(NamedTuple):
    """What stays together: its width with and without the space at its end."""

    text: str
    full: float
    bare: float


def _measured(text: str, face: Font, width: float) -> list[_Piece]:
    """Measure where a line may end; what is wider than a line is divided."""
    found = []
    for piece in _pieces(text):
        rest, bare = piece, _length(face, piece.rstrip())
        while bare > width and len(rest) > 1:
            fits = _fitting(rest, face, width)
            found.append(_Piece(rest[:fits], width, width))
            rest = rest[fits:]
            bare = _length(face, rest.rstrip())
        found.append(_Piece(rest, bare + (_length(face, " ") if rest.endswith(" ") else 0), bare))
    return found


@lru_cache(maxsize=8192)
def _length(face: Font, text: str) -> float:
    """Return how wide a text is; most of Chinese is the same characters again."""
    return face.getlength(text)


def _evened(pieces: list[_Piece], width: float, count: int) -> list[str]:
    """Return the same number of lines at the smallest width that gives it."""
    low, high = width / 2, width
    for _ in range(7):
        middle = (low + high) / 2
        if len(_greedy(pieces, middle)) > count:
            low = middle
        else:
            high = middle
    return _greedy(pieces, high)


def _greedy(pieces: list[_Piece], width: float) -> list[str]:
    lines: list[str] = []
    line, taken = "", 0.0
    for piece in pieces:
        if line.strip() and taken + piece.bare > width:
            lines.append(line.strip())
            line, taken = "", 0.0
        line += piece.text
        taken += piece.full
    return [*lines, line.strip()] if line.strip() else lines or [""]


def _joined(lines: list[str]) -> str:
    """Return lines as the one that they were before: only Latin words had a space between them."""
    joined = lines[0]
    for line in lines[1:]:
        apart = not {unicodedata.east_asian_width(joined[-1]), unicodedata.east_asian_width(line[0])} & _WIDE
        joined += f" {line}" if apart else line
    return joined


def _pieces(text: str) -> list[str]:
    """Divide a text where a line may end."""
    pieces: list[str] = []
    for character in text:
        if pieces and _sticks(pieces[-1][-1], character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _sticks(before: str, after: str) -> bool:
    if after in _NOT_FIRST or before in _NOT_LAST:
        return True
    if before == " " or after == " ":
        return after == " "
    if before == "-":
        return False
    return unicodedata.east_asian_width(before) not in _WIDE and unicodedata.east_asian_width(after) not in _WIDE


def _fitting(text: str, face: Font, width: float) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if face.getlength(text[:middle]) <= width else (low, middle - 1)
    return low


def _cut(text: str, face: Font, width: float) -> str:
    if face.getlength(text) <= width:
        return text
    fits = _fitting(text, face, width - face.getlength(_ELLIPSIS))
    return text[:fits].rstrip(" ，、,.;；:：·-") + _ELLIPSIS
