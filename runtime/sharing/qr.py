"""QR codes: as a drawing for print, and as dots for posters; always dark on white, with their quiet margin."""

import io
from itertools import product

import segno
from PIL import Image, ImageDraw

QUIET = 4
"""Modules of white around the code, without which readers fail."""
_ERROR = "m"
_MOST_PIXELS = 2000


def svg(address: str) -> bytes:
    """Return a code as SVG, which prints sharply at any size."""
    out = io.BytesIO()
    segno.make(address, error=_ERROR, micro=False).save(
        out, kind="svg", border=QUIET, scale=8, dark="#000", light="#fff", xmldecl=False
    )
    return out.getvalue()


def png(address: str, pixels: int = 1024) -> bytes:
    """Return a code as PNG of about so many pixels, every module a whole number of them."""
    code = segno.make(address, error=_ERROR, micro=False)
    scale = max(1, min(pixels, _MOST_PIXELS) // (len(code.matrix) + 2 * QUIET))
    out = io.BytesIO()
    code.save(out, kind="png", border=QUIET, scale=scale, dark="#000", light="#fff")
    return out.getvalue()


def picture(address: str, side: int, ink: str = "#000000") -> Image.Image:
    """Return a code with its margin in a white square of exactly this side; its dots stand in the middle."""
    code = segno.make(address, error=_ERROR, micro=False)
    count = len(code.matrix)
    scale = max(1, side // (count + 2 * QUIET))
    start = (side - count * scale) // 2
    drawn = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(drawn)
    for row, column in product(range(count), repeat=2):
        if code.matrix[row][column] & 1:
            left, top = start + column * scale, start + row * scale
            pen.rectangle((left, top, left + scale - 1, top + scale - 1), fill=ink)
    return drawn
