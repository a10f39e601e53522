"""Pictures that a merchant sends: decoded under limits, made anew without what cameras hide in them, named by us."""

import hashlib
import re
import threading
import unicodedata
from io import BytesIO
from pathlib import Path

from PIL import Image

from generator import files
from generator.pictures import pixels

MAXIMUM_BYTES = 20 * 1024 * 1024
FOLDER = "uploads"
_WIDTH = 2400
_JPEG = 88
_WEBP = 90
_STEM = re.compile(r"[^a-z0-9]+")
_LONGEST_STEM = 40
_one_at_a_time = threading.Semaphore(1)
"""Decoding takes memory; pictures are made one after the other."""


class RefusedPictureError(ValueError):
    """What was sent is no picture that can be kept."""


def keep(media: Path, content: bytes, said: str = "") -> str:
    """Make a picture anew and keep it below media/uploads/; return its path below media/.

    The name is ours: a few plain letters of the one that was ``said``, and the picture's digest. The same picture sent
    twice is one file. Raises RefusedPictureError.
    """
    if len(content) > MAXIMUM_BYTES:
        raise RefusedPictureError
    with _one_at_a_time:
        try:
            picture = pixels.load(content, _WIDTH)
        except pixels.RefusedError as error:
            raise RefusedPictureError from error
        data, ending = _packed(picture)
    folder = files.make_folder(media.parent, f"{media.name}/{FOLDER}")
    name = f"{_stem(said)}-{hashlib.sha256(data).hexdigest()[:12]}.{ending}"
    if not (folder / name).is_file():
        files.replace(folder / name, data)
    return f"{FOLDER}/{name}"


def _packed(picture: Image.Image) -> tuple[bytes, str]:
    made = BytesIO()
    if picture.has_transparency_data:
        picture.convert("RGBA").save(made, "WEBP", quality=_WEBP, method=4, exact=False)
        return made.getvalue(), "webp"
    picture.convert("RGB").save(made, "JPEG", quality=_JPEG, optimize=True)
    return made.getvalue(), "jpg"


def _stem(said: str) -> str:
    plain = unicodedata.normalize("NFKD", said.rpartition("/")[2].rpartition("\\")[2].rpartition(".")[0] or said)
    return (
        _STEM.sub("-", plain.encode("ascii", "ignore").decode().lower()).strip("-")[:_LONGEST_STEM].strip("-")
        or "picture"
    )


def listed(media: Path, most: int = 400) -> list[str]:
    """Return the pictures below media/, the newest first."""
    found = [
        path
        for path in media.rglob("*")
        if path.suffix.lower() in _ENDINGS and path.is_file() and not path.is_symlink()
    ]
    found.sort(key=lambda path: (-path.stat().st_mtime, path.as_posix()))
    return [path.relative_to(media).as_posix() for path in found[:most]]


_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif"})
