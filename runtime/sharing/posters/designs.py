"""Three ways to lay out a poster, each for a tall and for a square sheet.

``still`` leaves room around the picture, ``full`` fills the sheet with it and sets the words on the shop's colour,
``card`` is a ticket on a soft ground.
"""

from collections.abc import Callable

from runtime.sharing import qr
from runtime.sharing.posters import columns, letters
from runtime.sharing.posters.columns import Frame, Inks
from runtime.sharing.posters.letters import Faces, Font
from runtime.sharing.posters.paint import Sheet, contrast, mixed, readable
from runtime.sharing.posters.poster import SIZES, Content, Design, Poster, Shape

_RADII = {"square": 0, "soft": 20, "round": 44}
_DARK_ENOUGH = 10.0
_QR_RADIUS = 14
_WORDMARK = 1.8
"""A logo so much wider than high says the name itself."""
_BRAND_SIZES = (32, 28, 25, 22)


class Layout:
    """A poster under way: what all designs share."""

    def __init__(self, poster: Poster, face: Faces) -> None:
        self.poster, self.face = poster, face
        self.content: Content = poster.content
        self.colours = poster.style.colours
        self.radius = _RADII.get(poster.style.corners, _RADII["soft"])

    def sheet(self, ground: str) -> Sheet:
        """Return an empty sheet."""
        return Sheet(SIZES[self.poster.shape], ground)

    def inks(self, ground: str) -> Inks:
        """Return the colours of words on a ground: the shop's, where they can be read."""
        text = readable(self.colours.text, ground)
        return Inks(text, readable(self.colours.muted, ground), readable(self.colours.accent, ground))

    def photos(self, sheet: Sheet, box: tuple[int, int, int, int], radius: int = 0) -> None:
        """Fill a box with the poster's pictures."""
        look = (self.content.title, self.colours.accent_soft, self.colours.accent)
        sheet.photos(self.content.pictures, box, look, radius)

    def code(self, sheet: Sheet, place: tuple[int, int], side: int) -> None:
        """Put the QR code there: the shop's dark colour on white, or black where that is too light."""
        dark = self.colours.text if contrast(self.colours.text, "#ffffff") >= _DARK_ENOUGH else "#000000"
        sheet.put(qr.picture(self.content.address, side, dark), (*place, place[0] + side, place[1] + side), _QR_RADIUS)

    def call(self, sheet: Sheet, place: tuple[float, float], width: int, colour: str, anchor: str = "ms") -> None:
        """Write what to do with the code, in one line that fits."""
        text = letters.settable(self.content.call, self.face)
        font = letters.font(self.face.regular, 25, self.face.index)
        line = letters.wrap(text, font, width, 1)[0] if text else ""
        sheet.write(place, line, font, colour, anchor)

    def brand(self, sheet: Sheet, box: tuple[int, int, int, int], colour: str, *, centred: bool = False) -> int:
        """Put the shop's logo and name into a box; return where they end."""
        left, top, right, bottom = box
        name = letters.settable(self.content.shop, self.face)
        if centred:
            font = self._fitting(name, right - left)
            line = letters.wrap(name, font, right - left, 1)[0] if name else ""
            sheet.write(((left + right) / 2, (top + bottom) / 2), line, font, colour, "mm")
            return round((left + right + font.getlength(line)) / 2)
        wide = sheet.logo(self.content.logo, (left, top), (260, bottom - top))
        if wide > _WORDMARK * (bottom - top):
            return left + wide
        left += wide + 18 if wide else 0
        font = self._fitting(name, right - left)
        line = letters.wrap(name, font, right - left, 1)[0] if name else ""
        sheet.write((left, (top + bottom) / 2), line, font, colour, "lm")
        return left + round(font.getlength(line))

    def _fitting(self, text: str, width: int) -> Font:
        """Return the largest of a few sizes in which a name has its place."""
        sizes = [letters.font(self.face.bold, size, self.face.index) for size in _BRAND_SIZES]
        return next((each for each in sizes if each.getlength(text) <= width), sizes[-1])

    def stub(self, sheet: Sheet, place: tuple[int, int], width: int, inks: Inks) -> None:
        """Write what to do beside the code, and below it the address for those who would rather type."""
        font = letters.font(self.face.bold, 34, self.face.index)
        text = letters.settable(self.content.call, self.face)
        sheet.write(
            (place[0], place[1] - 22), letters.wrap(text, font, width, 1)[0] if text else "", font, inks.text, "lm"
        )
        address = self.content.address.partition("://")[2]
        small = letters.font(self.face.regular, 25, self.face.index)
        if small.getlength(address) <= width:
            sheet.write((place[0], place[1] + 28), address, small, inks.muted, "lm")

    def words(self, sheet: Sheet, frame: Frame, inks: Inks) -> None:
        """Set the words."""
        columns.place(sheet, self.content, self.face, frame, inks)


def draw(poster: Poster, face: Faces) -> Sheet:
    """Return the sheet of a poster."""
    layout = Layout(poster, face)
    return _DESIGNS[poster.design, poster.shape](layout)


def _still_portrait(layout: Layout) -> Sheet:
    ground = layout.colours.background
    sheet, inks = layout.sheet(ground), layout.inks(ground)
    layout.brand(sheet, (72, 52, 1008, 108), inks.text)
    layout.photos(sheet, (72, 140, 1008, 928), layout.radius)
    layout.words(sheet, Frame(left=72, top=976, width=640, height=400, title=60), inks)
    layout.code(sheet, (768, 1088), 240)
    layout.call(sheet, (888, 1368), 270, inks.muted)
    return sheet


def _still_square(layout: Layout) -> Sheet:
    ground = layout.colours.background
    sheet, inks = layout.sheet(ground), layout.inks(ground)
    layout.photos(sheet, (0, 0, 540, 1080))
    layout.brand(sheet, (596, 56, 1032, 112), inks.text)
    layout.words(sheet, Frame(left=596, top=168, width=428, height=606, title=56, lines=4), inks)
    layout.code(sheet, (596, 812), 212)
    layout.call(sheet, (830, 918), 200, inks.muted, "lm")
    return sheet


def _full(layout: Layout, middle: int, *, title: int) -> Sheet:
    ground = layout.colours.accent
    ink = readable(layout.colours.on_accent, ground)
    inks = Inks(ink, readable(mixed(ink, ground, 0.18), ground), ink)
    sheet = layout.sheet(ground)
    width, height = sheet.image.size
    layout.photos(sheet, (0, 0, width, middle))
    name = letters.font(layout.face.bold, 32, layout.face.index).getlength(layout.content.shop)
    _chip(layout, sheet, round(min(name, 560)))
    layout.words(
        sheet, Frame(left=72, top=middle + 52, width=630, height=height - middle - 104, title=title, level=True), inks
    )
    layout.code(sheet, (768, height - 72 - 40 - 240), 240)
    layout.call(sheet, (888, height - 72), 270, inks.muted)
    return sheet


def _chip(layout: Layout, sheet: Sheet, name: int) -> None:
    """Put the shop's name on a light strip over the picture, wide enough for both logo and name."""
    surface = layout.colours.surface
    measured = Sheet((1080, 80), surface)
    end = layout.brand(measured, (28, 12, 28 + 280 + name, 68), readable(layout.colours.text, surface))
    strip = measured.image.crop((0, 0, min(end + 30, 1000), 80))
    sheet.put(strip, (48, 48, 48 + strip.width, 128), min(40, layout.radius * 2))


def _full_portrait(layout: Layout) -> Sheet:
    return _full(layout, 996, title=60)


def _full_square(layout: Layout) -> Sheet:
    return _full(layout, 664, title=54)


def _card_portrait(layout: Layout) -> Sheet:
    ground, surface = layout.colours.accent_soft, layout.colours.surface
    sheet, inks = layout.sheet(ground), layout.inks(surface)
    layout.brand(sheet, (72, 42, 1008, 98), readable(layout.colours.text, ground), centred=True)
    sheet.tile((64, 128, 1016, 1384), surface, layout.radius)
    layout.photos(sheet, (88, 152, 992, 776), max(0, layout.radius - 6))
    layout.words(
        sheet, Frame(left=124, top=806, width=832, height=318, title=56, lines=2, centred=True, level=True), inks
    )
    sheet.dashes((112, 1144), (968, 1144), layout.colours.line)
    for edge in (64, 1016):
        sheet.disc((edge, 1144), 22, ground)
    layout.code(sheet, (124, 1164), 200)
    layout.stub(sheet, (356, 1264), 600, inks)
    return sheet


def _card_square(layout: Layout) -> Sheet:
    ground, surface = layout.colours.accent_soft, layout.colours.surface
    sheet, inks = layout.sheet(ground), layout.inks(surface)
    sheet.tile((48, 48, 1032, 1032), surface, layout.radius)
    layout.photos(sheet, (72, 72, 1008, 564), max(0, layout.radius - 6))
    layout.words(sheet, Frame(left=96, top=604, width=590, height=388, title=52), inks)
    sheet.dashes((730, 604), (730, 1000), layout.colours.line)
    sheet.disc((730, 1032), 20, ground)
    layout.code(sheet, (764, 620), 232)
    layout.call(sheet, (880, 900), 250, inks.muted)
    layout.brand(sheet, (756, 924, 1010, 984), inks.text, centred=True)
    return sheet


_DESIGNS: dict[tuple[Design, Shape], Callable[[Layout], Sheet]] = {
    (Design.STILL, Shape.PORTRAIT): _still_portrait,
    (Design.STILL, Shape.SQUARE): _still_square,
    (Design.FULL, Shape.PORTRAIT): _full_portrait,
    (Design.FULL, Shape.SQUARE): _full_square,
    (Design.CARD, Shape.PORTRAIT): _card_portrait,
    (Design.CARD, Shape.SQUARE): _card_square,
}
