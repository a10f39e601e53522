"""The words of a poster as one column: set large first, then smaller until everything has its place."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from runtime.sharing.posters import letters
from runtime.sharing.posters.letters import Faces, Font
from runtime.sharing.posters.paint import Sheet
from runtime.sharing.posters.poster import Content

_SCALES = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52)
_MIDDLE = 0.36
"""Above the baseline, in parts of the size: where the middle of Chinese and of capital letters is."""


class Inks(NamedTuple):
    """The colours of a column."""

    text: str
    muted: str
    accent: str


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """Where a column stands; ``title`` is the size of its heading at full scale, ``lines`` the most it may take.

    A ``centred`` one stands in the middle from left to right, a ``level`` one from top to bottom.
    """

    left: int
    top: int
    width: int
    height: int
    title: int = 62
    lines: int = 3
    centred: bool = False
    level: bool = False


class Row(NamedTuple):
    """One line: how high it is, how far from the one before, and how it is drawn at a top."""

    height: float
    gap: float
    draw: Callable[[Sheet, float], None]


def place(sheet: Sheet, content: Content, face: Faces, frame: Frame, inks: Inks) -> None:
    """Draw the words of a poster into a frame."""
    rows = _fitted(content, face, frame, inks)
    top = frame.top + (max(0.0, frame.height - _height(rows)) / 2 if frame.level else 0)
    for row in rows:
        top += row.gap if row is not rows[0] else 0
        row.draw(sheet, top)
        top += row.height


def _fitted(content: Content, face: Faces, frame: Frame, inks: Inks) -> list[Row]:
    short = msgspec.structs.replace(content, line="")
    least = msgspec.structs.replace(short, eyebrow="", facts=content.facts[:2])
    tight = msgspec.structs.replace(frame, lines=min(frame.lines, 2))
    bare = msgspec.structs.replace(least, facts=())
    tries = [(told, frame, scale, 2) for scale in _SCALES for told in (content, short)]
    tries += [(told, tight, scale, 1) for told in (least, bare) for scale in _SCALES[3:]]
    rows: list[Row] = []
    for told, place, scale, most in tries:
        rows = list(_Setting(face, place, inks, scale, most).rows(told))
        if _height(rows) <= frame.height:
            break
    return rows


def _height(rows: list[Row]) -> float:
    return sum(row.height for row in rows) + sum(row.gap for row in rows[1:])


class _Setting:
    """One try at one scale; ``most`` lines are those of a fact or a note."""

    def __init__(self, face: Faces, frame: Frame, inks: Inks, scale: float, most: int) -> None:
        self.face, self.frame, self.inks, self.scale, self.most = face, frame, inks, scale, most

    def rows(self, content: Content) -> Iterator[Row]:
        """Yield the lines from top to bottom."""
        inks, frame = self.inks, self.frame
        bold, plain = self.face.bold, self.face.regular
        yield from self._lines(content.eyebrow, self._font(bold, 30), inks.accent, 1, 0)
        yield from self._lines(content.title, self._font(self.face.heading, frame.title), inks.text, frame.lines, 18)
        yield from self._lines(content.line, self._font(plain, 33), inks.muted, 2, 16)
        for number, fact in enumerate(content.facts):
            yield from self._lines(fact, self._font(plain, 33), inks.text, self.most, 24 if not number else 8)
        if content.code:
            yield self._code(content.code)
        yield from self._price(content)
        for number, note in enumerate(content.notes):
            yield from self._lines(
                note, self._font(plain, 22, least=19), inks.muted, self.most, 12 if not number else 4
            )

    def _font(self, file: str, size: int, least: int = 22) -> Font:
        return letters.font(file, max(least, round(size * self.scale)), self.face.index)

    def _lines(self, text: str, font: Font, colour: str, most: int, gap: float) -> Iterator[Row]:
        said = letters.settable(text, self.face) if text else ""
        for number, line in enumerate(letters.wrap(said, font, self.frame.width, most) if said else ()):
            yield Row(font.size * 1.32, gap * self.scale if not number else 0, self._writer(line, font, colour))

    def _writer(self, line: str, font: Font, colour: str) -> Callable[[Sheet, float], None]:
        def draw(sheet: Sheet, top: float) -> None:
            sheet.write((self._start(font.getlength(line)), _baseline(top, font)), line, font, colour)

        return draw

    def _start(self, width: float) -> float:
        return self.frame.left + ((self.frame.width - width) / 2 if self.frame.centred else 0)

    def _price(self, content: Content) -> Iterator[Row]:
        """Yield the price with the crossed-out one beside it, or above it where both are too long."""
        if not content.price:
            return
        price, before = letters.settable(content.price, self.face), letters.settable(content.before, self.face)
        large, small = self._font(self.face.bold, 76), self._font(self.face.regular, 36)
        gap, beside = 20 * self.scale, large.getlength(price) + small.getlength(before) + 20
        if before and beside > self.frame.width:
            yield Row(small.size * 1.3, gap, self._crossed(before, small))
            gap, before = 0, ""
        while large.getlength(price) > self.frame.width and large.size > small.size:
            large = letters.font(self.face.bold, int(large.size) - 4, self.face.index)

        def draw(sheet: Sheet, top: float) -> None:
            left = self._start(large.getlength(price) + (small.getlength(before) + 20 if before else 0))
            line = _baseline(top, large)
            sheet.write((left, line), price, large, self.inks.accent)
            if before:
                _strike(sheet, (left + large.getlength(price) + 20, line), before, small, self.inks.muted)

        yield Row(large.size * 1.2, gap, draw)

    def _crossed(self, before: str, font: Font) -> Callable[[Sheet, float], None]:
        def draw(sheet: Sheet, top: float) -> None:
            place = (self._start(font.getlength(before)), _baseline(top, font))
            _strike(sheet, place, before, font, self.inks.muted)

        return draw

    def _code(self, code: str) -> Row:
        font = self._font(self.face.bold, 42)
        while font.getlength(code) + 2 * font.size > self.frame.width and font.size > 20:  # noqa: PLR2004  can be read
            font = letters.font(self.face.bold, int(font.size) - 2, self.face.index)
        width, height = font.getlength(code) + 2 * font.size * 0.8, font.size * 1.9

        def draw(sheet: Sheet, top: float) -> None:
            left = int(self._start(width))
            box = (left, int(top), left + int(width), int(top + height))
            for side in ((box[0], box[1], box[2], box[1]), (box[0], box[3], box[2], box[3])):
                sheet.dashes(side[:2], side[2:], self.inks.accent)
            for side in ((box[0], box[1], box[0], box[3]), (box[2], box[1], box[2], box[3])):
                sheet.dashes(side[:2], side[2:], self.inks.accent)
            middle = (box[0] + box[2]) / 2, _baseline(top + height / 2 - font.size * 0.66, font)
            sheet.write(middle, code, font, self.inks.accent, "ms")

        return Row(height, 24 * self.scale, draw)


def _baseline(top: float, font: Font) -> float:
    return top + font.size * (0.66 + _MIDDLE)


def _strike(sheet: Sheet, place: tuple[float, float], text: str, font: Font, colour: str) -> None:
    sheet.write(place, text, font, colour)
    height = place[1] - font.size * _MIDDLE
    sheet.pen.line(
        (place[0] - 2, height, place[0] + font.getlength(text) + 2, height), colour, max(2, int(font.size) // 14)
    )
