"""What a release consists of: every address with its content, its redirects, and hashed assets of earlier releases."""

import hashlib
from typing import Any

import msgspec

from generator.views import plain

FORMAT = 1
HTML = "text/html; charset=utf-8"


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One address: ``blob`` is the SHA-256 of its content and its name in the store."""

    blob: str
    type: str
    size: int
    encodings: tuple[str, ...] = ()
    frame_src: tuple[str, ...] = ()
    immutable: bool = False
    media_src: tuple[str, ...] = ()
    """Origins that a page frames, and those whose clips it plays: the one exception to "our own files only"."""


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A release by its addresses; ``assets`` are the immutable ones of earlier releases, ``gone`` answer 410."""

    format: int = FORMAT
    release: str = ""
    entries: dict[str, Entry]
    redirects: dict[str, str] = {}
    gone: tuple[str, ...] = ()
    assets: dict[str, Entry] = {}
    catalogue: str = ""
    """Digest of what catalogue.db says (not of its bytes, which depend on how it came about)."""

    def blobs(self) -> set[str]:
        """Return the names of all blobs that the release needs."""
        return {entry.blob for entry in self.entries.values()} | {entry.blob for entry in self.assets.values()}


def encode(manifest: Manifest) -> bytes:
    """Write a manifest as JSON, always the same for the same content."""
    return msgspec.json.encode(manifest)


def decode(data: bytes) -> Manifest:
    """Read a manifest; raise msgspec.DecodeError."""
    return msgspec.json.decode(data, type=Manifest)


def identify(manifest: Manifest, *more: Any) -> Manifest:  # noqa: ANN401  any encodable value
    """Return the manifest with its release's id: a digest of what shoppers get, not of when or where it was built."""
    digest = hashlib.sha256()
    content = msgspec.structs.replace(manifest, release="", assets={})
    for each in (content, *more):
        digest.update(msgspec.json.encode(each, order="deterministic", enc_hook=plain) + b"\n")
    return msgspec.structs.replace(manifest, release=digest.hexdigest()[:16])
