"""Pictures that buyers show: decoded under limits, made anew without anything hidden in them, named at random."""

import secrets
import threading
from io import BytesIO
from pathlib import Path

from generator.files import atomic_write
from generator.pictures import pixels
from runtime.refusals import Code, Refusal

MOST = 4
MAXIMUM_BYTES = 8 * 1024 * 1024
_WIDTH = 1600
_QUALITY = 82
_one_at_a_time = threading.Semaphore(1)
"""Decoding takes memory; buyers who send pictures wait for each other."""


def folder(var: Path) -> Path:
    """Return where the pictures lie."""
    return var / "uploads"


def keep(var: Path, content: bytes) -> str:
    """Make a picture anew and keep it; return its name. Raises Refusal (picture-refused)."""
    if len(content) > MAXIMUM_BYTES:
        raise Refusal(Code.PICTURE_REFUSED, limit=MAXIMUM_BYTES // 1024 // 1024)
    with _one_at_a_time:
        try:
            picture = pixels.load(content, _WIDTH).convert("RGB")
        except pixels.RefusedError as error:
            raise Refusal(Code.PICTURE_REFUSED, limit=MAXIMUM_BYTES // 1024 // 1024) from error
        made = BytesIO()
        picture.save(made, "JPEG", quality=_QUALITY, optimize=True)
    name = f"{secrets.token_urlsafe(18)}.jpg"
    place = folder(var)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    atomic_write(place / name, made.getvalue(), mode=0o600)
    return name


def discard(var: Path, names: list[str]) -> None:
    """Forget pictures that came with a request that was refused."""
    for name in names:
        (folder(var) / name).unlink(missing_ok=True)
