"""The theme's assets under fingerprinted addresses, which may be cached for ever."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import msgspec

TYPES = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
    ".json": "application/json", ".woff2": "font/woff2", ".png": "image/png", ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg", ".webp": "image/webp", ".avif": "image/avif", ".ico": "image/x-icon", ".gif": "image/gif",
    ".mp4": "video/mp4", ".webm": "video/webm", ".vtt": "text/vtt; charset=utf-8", ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8", ".html": "text/html; charset=utf-8", ".xml": "application/xml; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}  # fmt: skip
_URL = re.compile(r"url\((['\"]?)(?!data:|https?:|/|#)([^)'\"]+)\1\)")
_IMPORT = re.compile(r"""@import "([\w.-]+\.css)";""")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"""("[^"]*"|'[^']*'|url\([^)]*\))|\s*([{};,])\s*|(?<=:)\s+""")


class Asset(msgspec.Struct, frozen=True):
    """One asset: where it is served, and its bytes."""

    url: str
    data: bytes
    type: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


def media_type(name: str) -> str:
    """Return the media type of a file by its ending."""
    return TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def fingerprinted(sources: Mapping[str, bytes]) -> dict[str, Asset]:
    """Give every asset an address with its digest; style sheets get the addresses of what they name.

    A sheet that begins with ``@import "other.css";`` has the other one put in that place: one request less.
    """

    def imported(found: re.Match[str]) -> str:
        return sources[found[1]].decode("utf-8") if found[1] in sources else found[0]

    plain = {name: data for name, data in sources.items() if not name.endswith(".css")}
    made = {name: _asset(name, data) for name, data in plain.items()}
    for name, data in sources.items():
        if name.endswith(".css"):
            made[name] = _asset(name, _sheet(name, _IMPORT.sub(imported, data.decode("utf-8")), made).encode())
    return dict(sorted(made.items()))


def _asset(name: str, data: bytes) -> Asset:
    path = PurePosixPath(name)
    mark = hashlib.sha256(data).hexdigest()[:10]
    return Asset(f"/assets/{path.with_name(f'{path.stem}.{mark}{path.suffix}')}", data, media_type(name))


def _sheet(name: str, text: str, made: Mapping[str, Asset]) -> str:
    def addressed(found: re.Match[str]) -> str:
        target = (PurePosixPath(name).parent / found[2]).as_posix()
        return f"url({made[target].url})" if target in made else found[0]

    plain = _COMMENT.sub("", text)
    return _URL.sub(addressed, _SPACE.sub(lambda found: found[1] or found[2] or "", plain)).strip() + "\n"
