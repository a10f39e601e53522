"""The sheet that a poster is painted on: smooth corners, photos that fill their frame, colours that can be read."""

import math
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageOps

from generator.pictures import pixels
from runtime.sharing.posters import grounds
from runtime.sharing.posters.letters import Font

Box = tuple[int, int, int, int]
Rgb = tuple[int, int, int]
_FINER = 4
_READABLE = 4.5
_CENTRE = (0.5, 0.42)
"""What a photo shows stands a little above its middle."""
_GAP = 12
_FOUR, _TWO = 4, 2
_LINEAR = 0.04045


def rgb(colour: str) -> Rgb:
    """Return a colour as three numbers."""
    found = ImageColor.getrgb(colour)
    return found[0], found[1], found[2]


def mixed(one: str, other: str, share: float) -> str:
    """Return a colour between two: ``share`` of the second."""
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(rgb(one), rgb(other), strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG counts it: 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(ink: str, ground: str, least: float = _READABLE) -> str:
    """Return the ink, or black or white where it could not be read on this ground."""
    if contrast(ink, ground) >= least:
        return ink
    return max(("#000000", "#ffffff"), key=lambda each: contrast(each, ground))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(each / 255) for each in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= _LINEAR else math.pow((value + 0.055) / 1.055, 2.4)


class Sheet:
    """A picture under way."""

    def __init__(self, size: tuple[int, int], ground: str) -> None:
        self.image = Image.new("RGB", size, ground)
        self.pen = ImageDraw.Draw(self.image)

    def tile(self, box: Box, colour: str, radius: int = 0) -> None:
        """Fill a box."""
        self.image.paste(Image.new("RGB", _size(box), colour), box[:2], _mask(_size(box), radius))

    def put(self, picture: Image.Image, box: Box, radius: int = 0) -> None:
        """Put a picture of exactly the size of a box there."""
        self.image.paste(picture, box[:2], _mask(picture.size, radius))

    def photos(self, files: tuple[Path, ...], box: Box, look: tuple[str, str, str], radius: int = 0) -> None:
        """Fill a box with up to four photos; ``look`` is the seed, ground and colour of what is drawn without any."""
        shown = [found for found in (_read(file, _size(box)) for file in files[:_FOUR]) if found is not None]
        if not shown:
            self.put(grounds.waves(_size(box), *look), box, radius)
            return
        made = Image.new("RGB", _size(box), look[1])
        for photo, place in zip(shown, _places(_size(box), len(shown)), strict=False):
            fitted = ImageOps.fit(photo, _size(place), Image.Resampling.LANCZOS, centering=_CENTRE)
            made.paste(fitted, place[:2])
        self.put(made, box, radius)

    def logo(self, file: Path | None, place: tuple[int, int], most: tuple[int, int]) -> int:
        """Put the shop's logo there, not larger than ``most``; return its width, 0 without one."""
        found = _decoded(file, most[0] * 2) if file else None
        if found is None:
            return 0
        scale = min(most[0] / found.width, most[1] / found.height)
        size = max(1, round(found.width * scale)), max(1, round(found.height * scale))
        small = found.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
        self.image.paste(small, (place[0], place[1] + (most[1] - size[1]) // 2), small)
        return size[0]

    def dashes(self, start: tuple[int, int], end: tuple[int, int], colour: str, width: int = 3) -> None:
        """Draw a line to tear along, straight across or straight down."""
        length, step = max(end[0] - start[0], end[1] - start[1]), 18
        for offset in range(0, length, step):
            until = min(offset + step // 2, length)
            if start[1] == end[1]:
                self.pen.line((start[0] + offset, start[1], start[0] + until, start[1]), colour, width)
            else:
                self.pen.line((start[0], start[1] + offset, start[0], start[1] + until), colour, width)

    def disc(self, centre: tuple[int, int], radius: int, colour: str) -> None:
        """Fill a circle."""
        box = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
        self.tile(box, colour, radius)

    def write(self, place: tuple[float, float], text: str, font: Font, colour: str, anchor: str = "ls") -> None:
        """Write a line; the place is its baseline's left end, or what the anchor says."""
        self.pen.text(place, text, fill=colour, font=font, anchor=anchor)


def _size(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def _mask(size: tuple[int, int], radius: int) -> Image.Image | None:
    if not radius:
        return None
    radius = min(radius, *(side // 2 for side in size))
    corner = Image.new("L", (2 * radius * _FINER, 2 * radius * _FINER), 0)
    ImageDraw.Draw(corner).ellipse((0, 0, corner.width - 1, corner.height - 1), fill=255)
    corner = corner.resize((2 * radius, 2 * radius), Image.Resampling.LANCZOS)
    mask = Image.new("L", size, 255)
    for left in (0, 1):
        for top in (0, 1):
            part = corner.crop((left * radius, top * radius, (left + 1) * radius, (top + 1) * radius))
            mask.paste(part, (left * (size[0] - radius), top * (size[1] - radius)))
    return mask


def _places(size: tuple[int, int], count: int) -> list[Box]:
    """Divide a frame among photos: one, two beside each other, one over two, or four."""
    width, height = size
    across, down = (width + _GAP) // 2, (height + _GAP) // 2
    if count == 1:
        return [(0, 0, width, height)]
    left, right = (0, 0, across - _GAP, height), (across, 0, width, height)
    if count == _TWO:
        return [left, right]
    lower = [(0, down, across - _GAP, height), (across, down, width, height)]
    if count < _FOUR:
        return [(0, 0, width, down - _GAP), *lower]
    return [(0, 0, across - _GAP, down - _GAP), (across, 0, width, down - _GAP), *lower]


def _read(file: Path, size: tuple[int, int]) -> Image.Image | None:
    """Return a photo on white, large enough to fill a frame."""
    found = _decoded(file, 2 * max(size))
    if found is None or found.mode != "RGBA":
        return found
    ground = Image.new("RGB", found.size, "white")
    ground.paste(found, mask=found)
    return ground


def _decoded(file: Path, width: int) -> Image.Image | None:
    try:
        return pixels.load(file.read_bytes(), width)
    except (OSError, pixels.RefusedError):
        return None
