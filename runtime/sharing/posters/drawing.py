"""From a poster's values to the bytes of its picture."""

import io

from PIL import Image

from runtime.sharing.posters import designs, letters
from runtime.sharing.posters.poster import Poster

QUALITY = 88
_SMALL = 300
_SMALL_QUALITY = 70


def draw(poster: Poster) -> bytes:
    """Return a poster as JPEG; raise FontFault where its letters cannot be shown on this machine."""
    face = letters.faces(poster.content.locale, serif=poster.style.serif, wish=poster.style.font)
    return _jpeg(designs.draw(poster, face).image, QUALITY)


def small(drawn: bytes) -> bytes:
    """Return a poster small enough for a list of them."""
    with Image.open(io.BytesIO(drawn), formats=("JPEG",)) as picture:
        picture.draft("RGB", (_SMALL, _SMALL))
        height = round(picture.height * _SMALL / picture.width)
        made = picture.convert("RGB").resize((_SMALL, height), Image.Resampling.LANCZOS)
    return _jpeg(made, _SMALL_QUALITY)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    """Write JPEG in full colour resolution: letters and codes keep their edges."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, subsampling=0, optimize=True)
    return out.getvalue()
