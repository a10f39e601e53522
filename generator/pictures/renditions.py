"""What is asked of the drawing of a picture, and what comes back: values that travel between processes."""

from typing import NamedTuple

import msgspec

WIDTHS = (320, 480, 640, 960, 1280, 1600)
TYPES = {
    "avif": "image/avif",
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "ico": "image/vnd.microsoft.icon",
}


class Rendition(msgspec.Struct, frozen=True, array_like=True):
    """One encoded file: ``kind`` is a key of TYPES (or, of icons, the whole file name), ``digest`` its SHA-256."""

    width: int
    height: int
    kind: str
    size: int
    digest: str

    @property
    def name(self) -> str:
        """The file's name inside its set."""
        return self.kind if "." in self.kind else f"{self.width}.{self.kind}"


class PictureSet(msgspec.Struct, frozen=True, array_like=True):
    """All files of one picture; width and height are those of the largest."""

    width: int
    height: int
    color: str
    renditions: tuple[Rendition, ...]


class Order(msgspec.Struct, frozen=True):
    """Draw ``source`` into the folder ``target``; with a ``monogram`` draw icons (of the source if there is one)."""

    source: str
    target: str
    widths: tuple[int, ...] = WIDTHS
    monogram: str = ""
    ink: str = ""
    paper: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """Why a picture is not used: the code of a problem and the values of its message."""

    code: str
    values: dict[str, str | int] = {}


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """A set and the digest of the source it was made of, or a refusal, or a fault of the world such as a full disk."""

    picture: PictureSet | None = None
    source: str = ""
    refusal: Refusal | None = None
    fault: str = ""
    errno: int = 0


class Drawing(NamedTuple):
    """A set and its files' bytes by name."""

    picture: PictureSet
    files: dict[str, bytes]
