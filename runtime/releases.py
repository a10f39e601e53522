"""The release that is live now: what ``var/live`` points at, read once and again whenever it points elsewhere.

A release that cannot be read never replaces one that can: the shop keeps answering from the last good one.
"""

import contextlib
import functools
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from generator.catalogue import Catalogue
from generator.releases.manifest import Entry
from generator.shop import Product, Terms

log = logging.getLogger(__name__)
_PATIENCE = 1.0
"""Seconds before a release that could not be read is tried again."""


class NoReleaseError(Exception):
    """Nothing was ever published in this shop's folder, or what was cannot be read."""


class Manifest(msgspec.Struct, frozen=True):
    """What a release consists of; entries stay unread until somebody asks for them, for there may be many."""

    release: str
    entries: dict[str, msgspec.Raw]
    redirects: dict[str, str] = {}
    gone: tuple[str, ...] = ()
    assets: dict[str, msgspec.Raw] = {}


class Immutables:
    """Hashed files of all releases on disk: a page may ask for one of a release that is live no longer, or not yet."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen = 0
        self._entries: dict[str, msgspec.Raw] = {}

    def find(self, path: str) -> Entry | None:
        """Return what lies at a path in any release; asked only after the live one does not know it."""
        if not path.startswith(("/assets/", "/media/")):
            return None
        seen = self._root.stat().st_mtime_ns
        if seen != self._seen:
            found: dict[str, msgspec.Raw] = {}
            for file in sorted(self._root.glob("*/assets.json")):
                with contextlib.suppress(OSError, msgspec.DecodeError):
                    found |= msgspec.json.decode(file.read_bytes(), type=dict[str, msgspec.Raw])
            self._entries, self._seen = found, seen
        raw = self._entries.get(path)
        return None if raw is None else msgspec.json.decode(raw, type=Entry)


class Release:
    """One release as the runtime reads it."""

    def __init__(self, folder: Path, store: Path, immutables: Immutables) -> None:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
        self.id = manifest.release
        self.folder = folder
        self.redirects = manifest.redirects
        self.gone = frozenset(manifest.gone)
        self._local = threading.local()
        self._entries = manifest.entries
        self._assets = manifest.assets
        self._immutables = immutables
        self._store = str(store)

    @property
    def catalogue(self) -> Catalogue:
        """Return this thread's reader of the release's catalogue."""
        found: Catalogue | None = getattr(self._local, "catalogue", None)
        if found is None:
            found = self._local.catalogue = Catalogue(self.folder / "catalogue.db")
        return found

    @functools.cached_property
    def terms(self) -> Terms:
        """Return the part of the shop that the till needs."""
        return self.catalogue.terms

    @functools.cached_property
    def has_rooms(self) -> bool:
        """Tell whether the shop has live rooms."""
        return bool(self.catalogue.rooms())

    def locale_of(self, prefix: str) -> str | None:
        """Return the locale whose addresses begin with ``/prefix``, or None."""
        return prefix if prefix in self.terms.locales and prefix != self.terms.locale else None

    def find(self, path: str) -> Entry | None:
        """Return what lies at a decoded path: of this release, or a hashed file of another one."""
        raw = self._entries.get(path) or self._assets.get(path)
        return self._immutables.find(path) if raw is None else msgspec.json.decode(raw, type=Entry)

    def has(self, path: str) -> bool:
        """Tell whether this release has a page or file at a path."""
        return path in self._entries

    def paths(self, beginning: str) -> list[str]:
        """Return the paths of this release that begin so."""
        return [path for path in self._entries if path.startswith(beginning)]

    def place(self, entry: Entry, encoding: str = "") -> str:
        """Return the file of an entry's content in one of its encodings."""
        name = f"{self._store}/{entry.blob[:2]}/{entry.blob}"
        return f"{name}.{encoding}" if encoding else name


class Live:
    """The shop's live release, followed from publish to publish without a restart."""

    def __init__(self, var: Path) -> None:
        self._link = str(var / "live")
        self._var = var
        self._immutables = Immutables(var / "releases")
        self._lock = threading.Lock()
        self._target = ""
        self._release: Release | None = None
        self._wait_until = 0.0

    def current(self) -> Release:
        """Return the live release; raise NoReleaseError when there never was one."""
        try:
            target = os.readlink(self._link)  # noqa: PTH115  asked on every request: half the price of Path's
        except OSError:
            target = ""
        release = self._release
        if release is not None and target == self._target:
            return release
        return self._follow(target)

    def find_former(self, skus: Iterable[str]) -> dict[str, Product]:
        """Return the products of skus as the newest release on disk that has them knew them."""
        missing, found = set(skus), dict[str, Product]()
        folders = sorted((self._var / "releases").iterdir(), key=lambda each: each.stat().st_mtime_ns, reverse=True)
        for folder in folders:
            if not missing:
                break
            with contextlib.suppress(OSError, KeyError, msgspec.DecodeError, sqlite3.DatabaseError):
                catalogue = Catalogue(folder / "catalogue.db")
                found |= {sku: product for sku, (product, _) in catalogue.variants(missing).items()}
                catalogue.close()
            missing -= set(found)
        return found

    def _follow(self, target: str) -> Release:
        with self._lock:
            release = self._release
            if release is not None and (target == self._target or time.monotonic() < self._wait_until):
                return release
            try:
                found = Release(self._var / target, self._var / "store", self._immutables)
                level = logging.INFO if release is not None else logging.DEBUG
                log.log(level, "release %s is live, in %s", found.id, ", ".join(found.terms.locales))
                self._release = release = found
            except (OSError, msgspec.DecodeError, sqlite3.DatabaseError) as error:
                self._wait_until = time.monotonic() + _PATIENCE
                if release is None:
                    raise NoReleaseError(str(self._link)) from error
                log.exception("the release that was published last cannot be read; the one before it stays live")
                return release
            self._target = target
            return release
