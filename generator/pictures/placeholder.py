"""What a draft shows where a picture is lacking: a pale square with a frame and a cross, like a builder's drawing."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from generator import files
from generator.pictures import media

_SIDE, _EDGE = 1200, 60
_PAPER, _INK = "#eceae6", "#b9b4ab"


class StandIns:
    """Placeholders for the pictures below a folder that are lacking."""

    def __init__(self, folder: Path) -> None:
        self._shelf = media.Shelf(folder)

    def lacks(self, name: str) -> bool:
        """Tell whether a picture is not there or cannot be drawn from."""
        return media.replaceable(self._shelf.look(name).code, name)


def file(folder: Path) -> Path:
    """Return the placeholder's file in a folder, drawn when it is not there."""
    path = folder / "placeholder.png"
    if not path.is_file():
        files.replace(path, _drawn(), durable=False)
    return path


def _drawn() -> bytes:
    canvas = Image.new("RGB", (_SIDE, _SIDE), _PAPER)
    pen = ImageDraw.Draw(canvas)
    low, high = _EDGE, _SIDE - _EDGE
    pen.rectangle((low, low, high, high), outline=_INK, width=6)
    pen.line((low, low, high, high), fill=_INK, width=6)
    pen.line((low, high, high, low), fill=_INK, width=6)
    out = BytesIO()
    canvas.save(out, "PNG")
    return out.getvalue()
