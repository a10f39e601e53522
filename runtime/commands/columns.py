"""Lists on a terminal: columns as wide as what stands in them, where a Chinese character takes two places."""

import unicodedata
from collections.abc import Collection, Iterator, Sequence

_APART = "  "


def lines(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> Iterator[str]:
    """Yield rows as lines; the columns named by ``right``, counted from 0, end where the others begin."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [_padded(cell, widths[place], right=place in right) for place, cell in enumerate(row)]
        yield _APART.join(cells).rstrip()


def width(text: str) -> int:
    """Return how many places of a terminal a text takes."""
    return sum(_places(each) for each in text)


def _places(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1


def _padded(text: str, wanted: int, *, right: bool) -> str:
    space = " " * (wanted - width(text))
    return space + text if right else text + space
