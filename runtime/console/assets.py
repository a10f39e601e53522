"""The files that pages of the console ask for; their address carries the digest of them all, so they may be kept."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

import brotli
import msgspec

MOUNT = "/console/assets"
FOLDER = Path(__file__).with_name("assets")
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Asset(msgspec.Struct, frozen=True):
    """One file, ready to send."""

    media_type: str
    body: bytes

    def packed(self, form: str) -> bytes:
        """Return the file in a form that a browser takes: ``br`` or ``gz``; made once."""
        return _packed(self.body, form)


class Assets(msgspec.Struct, frozen=True):
    """All files of one version of the program, by their path below the folder."""

    digest: str
    files: dict[str, Asset]

    def address(self, path: str) -> str:
        """Return where a file is; raise KeyError for one that does not exist."""
        if path not in self.files:
            raise KeyError(path)
        return f"{MOUNT}/{self.digest}/{path}"


def read(folder: Path) -> Assets:
    """Read a folder of assets."""
    total, files = hashlib.sha256(), {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in _TYPES:
            name, body = path.relative_to(folder).as_posix(), path.read_bytes()
            total.update(f"{name}\0{len(body)}\0".encode() + body)
            files[name] = Asset(_TYPES[path.suffix], body)
    return Assets(total.hexdigest()[:16], files)


@lru_cache(maxsize=128)
def _packed(body: bytes, form: str) -> bytes:
    return brotli.compress(body, quality=9, lgwin=16) if form == "br" else gzip.compress(body, 9, mtime=0)


@lru_cache(maxsize=1)
def all_assets() -> Assets:
    """Return the console's own files, read once."""
    return read(FOLDER)
