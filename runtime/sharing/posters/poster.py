"""What stands on a poster, as plain values: the same values always make the same picture."""

from enum import StrEnum
from pathlib import Path

import msgspec

from generator.shop import Value

DRAWN = 3
"""Counts up when posters are drawn in another way: what is kept on disk is drawn anew."""


class Design(StrEnum):
    """How a poster is laid out."""

    STILL = "still"
    FULL = "full"
    CARD = "card"


class Shape(StrEnum):
    """How a poster is cut."""

    PORTRAIT = "portrait"
    SQUARE = "square"


SIZES = {Shape.PORTRAIT: (1080, 1440), Shape.SQUARE: (1080, 1080)}
DESIGNS = tuple(Design)
SHAPES = tuple(Shape)


class Colours(Value, frozen=True, kw_only=True):
    """The roles of the shop's colour scheme that a poster needs, each as #rrggbb."""

    background: str = "#f6f8f8"
    surface: str = "#ffffff"
    text: str = "#15222a"
    muted: str = "#50606a"
    line: str = "#d9e1e4"
    accent: str = "#0f566b"
    on_accent: str = "#ffffff"
    accent_soft: str = "#e1edf0"


class Content(Value, frozen=True, kw_only=True):
    """What a poster says, in one language; what is empty is left out.

    ``before`` is a price that may lawfully be crossed out; ``notes`` are what the law wants said of a price, ``facts``
    what matters beside the title (who, when), ``code`` a coupon's. ``call`` stands at the QR code of ``address``.
    """

    locale: str
    shop: str
    title: str
    eyebrow: str = ""
    line: str = ""
    price: str = ""
    before: str = ""
    notes: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    code: str = ""
    call: str = ""
    address: str
    pictures: tuple[Path, ...] = ()
    logo: Path | None = None


class Style(Value, frozen=True, kw_only=True):
    """How the shop looks: its colours, whether headings have serifs, and how round its corners are."""

    colours: Colours = Colours()
    serif: bool = True
    corners: str = "soft"
    font: str = ""
    """A font file that the merchant names for papers."""


class Poster(Value, frozen=True, kw_only=True):
    """One picture to be drawn."""

    content: Content
    style: Style
    design: Design = Design.STILL
    shape: Shape = Shape.PORTRAIT


def stamp(poster: Poster) -> bytes:
    """Return all that decides how a poster looks; a picture counts by its file and when that was written."""
    files = [*poster.content.pictures, *([poster.content.logo] if poster.content.logo else [])]
    written = [(str(each), each.stat().st_mtime_ns if each.is_file() else 0) for each in files]
    return msgspec.json.encode((DRAWN, msgspec.to_builtins(poster, enc_hook=str, builtin_types=()), written))
