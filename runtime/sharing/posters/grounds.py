"""What stands where a poster has no photo: a quiet view of hills and a sun in the shop's colours."""

import hashlib
import math

from PIL import Image, ImageDraw

_FINER = 2
_LAYERS = 4


def waves(size: tuple[int, int], seed: str, ground: str, colour: str) -> Image.Image:
    """Return a drawing in two colours; the same seed gives the same hills."""
    numbers = [each / 255 for each in hashlib.sha256(seed.encode()).digest()]
    width, height = size[0] * _FINER, size[1] * _FINER
    drawn = Image.new("RGB", (width, height), _between(ground, colour, 0.06))
    pen = ImageDraw.Draw(drawn)
    radius = min(width, height) * (0.16 + 0.05 * numbers[0])
    centre = width * (0.28 + 0.44 * numbers[1]), height * (0.3 + 0.08 * numbers[2])
    box = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
    pen.ellipse(box, fill=_between(ground, colour, 0.2))
    step = max(1, width // 240)
    for layer in range(_LAYERS):
        first = numbers[3 + 3 * layer : 6 + 3 * layer]
        base = height * (0.46 + 0.14 * layer)
        swing = height * (0.05 + 0.045 * first[0])
        turns, start = 0.8 + 0.9 * first[1], first[2] * math.tau
        line = [
            (
                x,
                base
                + swing * math.sin(start + turns * math.tau * x / width)
                + swing * 0.35 * math.sin(2.3 * start + 2.1 * turns * math.tau * x / width),
            )
            for x in range(0, width + step, step)
        ]
        pen.polygon([*line, (width, height), (0, height)], fill=_between(ground, colour, 0.26 + 0.2 * layer))
    return drawn.resize(size, Image.Resampling.LANCZOS)


def _between(one: str, other: str, share: float) -> tuple[int, int, int]:
    first, second = (tuple(int(each[start : start + 2], 16) for start in (1, 3, 5)) for each in (one, other))
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
