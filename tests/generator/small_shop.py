"""A small good shop on disk, and ways to spoil it."""

import re
import shutil
from pathlib import Path

from PIL import Image

SHOPS = Path(__file__).parents[1] / "shops"
SMALL = SHOPS / "good" / "small"
_TOP = re.compile(r"^(?=\S)", re.MULTILINE)
_KEY = re.compile(r"[\"']?([^\"':]*)[\"']?\s*:")


def paint(path, size=(1200, 1200), color=(90, 120, 70)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, color).save(path)


def copy(folder, source=SMALL):
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("expected.*"))
    for name in ("longjing.jpg", "biluochun.jpg"):
        if not (folder / "media" / name).exists():
            paint(folder / "media" / name)
    return folder


def keys(piece):
    """Return the paths of the top-level keys of a piece, and the path of the whole file."""
    return {()} | {(found[1],) for part in _TOP.split(piece) if (found := _KEY.match(part))}


def around(piece, base):
    """Put the rest of a good file around a piece of one: its own top-level keys are replaced."""
    own = keys(piece)
    kept = [part for part in _TOP.split(base) if part and not ((found := _KEY.match(part)) and (found[1],) in own)]
    return piece + "".join(kept)


def spoil(folder, example, file, *, whole=False):
    """Write an example of the catalogue of problems into a copy of the small shop."""
    for name, text in (example if isinstance(example, dict) else {file: example}).items():
        path = folder / name
        if text is None:
            path.unlink()
            continue
        if path.parent.is_file():
            path.parent.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        base = path.read_text(encoding="utf-8") if path.is_file() and not whole else ""
        path.write_text(around(text, base), encoding="utf-8", newline="")
