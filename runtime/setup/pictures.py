"""Pictures that a merchant hands in: decoded under limits and made anew, so that nothing hidden comes along."""

import secrets
import threading
from io import BytesIO
from pathlib import Path

from generator import files
from generator.pictures import pixels
from generator.pictures.pixels import RefusedError

__all__ = ["RefusedError", "keep"]
_WIDTH, _QUALITY = 2400, 88
_one_at_a_time = threading.Semaphore(1)
"""Decoding takes memory."""


def keep(folder: Path, content: bytes) -> str:
    """Make a picture anew in a folder and return its name; raise RefusedError for what is none."""
    with _one_at_a_time:
        picture = pixels.load(content, _WIDTH)
        kind = "png" if picture.mode == "RGBA" else "jpg"
        made = BytesIO()
        bare = pixels.bare(picture)
        if kind == "png":
            bare.save(made, "PNG", optimize=True)
        else:
            bare.save(made, "JPEG", quality=_QUALITY, progressive=True, optimize=True)
    name = f"{secrets.token_hex(8)}.{kind}"
    files.atomic_write(folder / name, made.getvalue(), mode=0o600)
    return name
