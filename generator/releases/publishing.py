"""Releases of a shop on disk: made beside the live one, published by one rename, kept for a while, reaped."""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from generator import files
from generator.releases import manifest
from generator.releases.manifest import Entry, Manifest
from generator.releases.store import STAMP, Store

KEPT = 10
"""So many releases stay on disk; hashed assets of all of them stay reachable."""


PATIENCE = 30.0
"""Seconds for which a build waits for another one: a shop that is served builds itself when its hour comes."""
LOCK = "build.lock"
_REAPED_TOGETHER = 5


class NoReleaseError(LookupError):
    """There is no such release."""


class NoEarlierReleaseError(NoReleaseError):
    """Nothing was live before what is live now."""


class Event(msgspec.Struct, frozen=True):
    """One line of the history: what was published when (ISO 8601, UTC), and how: publish or rollback."""

    release: str
    at: str
    kind: str = "publish"


class Releases:
    """The releases below ``var/``."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.root = var / "releases"
        self.live = var / "live"
        self.store = Store(var)

    def folder(self, release: str) -> Path:
        """Return the folder of a release."""
        return self.root / release

    def find_live(self) -> str | None:
        """Return the id of the live release."""
        try:
            target = os.readlink(self.live)  # noqa: PTH115  the text of the link is wanted, not its target
        except OSError:
            return None
        return Path(target).name

    def manifest(self, release: str) -> Manifest:
        """Read a release's manifest; raise NoReleaseError if it is not there or not readable."""
        try:
            return manifest.decode((self.folder(release) / "manifest.json").read_bytes())
        except (OSError, msgspec.DecodeError) as error:
            raise NoReleaseError(release) from error

    def catalogue_size(self, release: str) -> int:
        """Return the size of a release's catalogue; 0 if it is not there or was touched since it was written."""
        try:
            found = (self.folder(release) / "catalogue.db").lstat()
        except OSError:
            return 0
        return found.st_size if found.st_mtime_ns == STAMP * 10**9 else 0

    def history(self) -> list[Event]:
        """Return what was published, oldest first; empty when nothing is known."""
        try:
            return msgspec.json.decode((self.var / "history.json").read_bytes(), type=list[Event])
        except (OSError, msgspec.DecodeError):
            return []

    def whole(self) -> list[str]:
        """Return the ids of all releases that are complete, oldest publication first."""
        names = {each.name for each in self.root.iterdir()} if self.root.is_dir() else set()
        present = {name for name in names if not name.startswith(".")}
        known = dict.fromkeys(event.release for event in self.history())
        ordered = [*known, *sorted(present - known.keys())]
        return [each for each in ordered if each in present and (self.folder(each) / "manifest.json").is_file()]

    def begin(self) -> Path:
        """Return an empty folder beside the releases for the next one; what a killed build left there is removed."""
        root = files.make_folder(self.var, "releases")
        for left in root.glob(".making-*"):
            _remove(left)
        made = root / f".making-{os.getpid()}"
        made.mkdir()
        return made

    def finish(self, made: Path, release: str) -> None:
        """Give a made release its name, durably: everything it needs is on disk before."""
        files.sync(made)
        final = self.folder(release)
        if final.exists():
            _remove(final)
        made.rename(final)
        files.sync_folder(self.root)

    def publish(self, release: str, at: str, kind: str = "publish") -> bool:
        """Make a release live by one rename and note it in the history; False if it was live already."""
        if self.find_live() == release:
            return False
        if not (self.folder(release) / "manifest.json").is_file():
            raise NoReleaseError(release)
        files.link(self.live, f"releases/{release}")
        events = [*self.history(), Event(release, at, kind)][-200:]
        files.atomic_write(self.var / "history.json", msgspec.json.encode(events))
        return True

    def previous(self) -> str:
        """Return the release to roll back to; raise NoEarlierReleaseError if there is none on disk."""
        whole = self.whole()
        stack: list[str] = []
        for event in self.history():
            if event.kind == "rollback" and event.release in stack:
                while stack[-1] != event.release:
                    stack.pop()
            elif not stack or stack[-1] != event.release:
                stack.append(event.release)
        before = [release for release in stack[:-1] if release in whole and release != self.find_live()]
        if not before:
            raise NoEarlierReleaseError
        return before[-1]

    def kept(self) -> list[str]:
        """Return the releases to keep: the live one and the last ones published."""
        live = self.find_live()
        recent = list(dict.fromkeys(event.release for event in reversed(self.history())))[:KEPT]
        return [each for each in self.whole() if each == live or each in recent]

    def immutables(self) -> list[dict[str, Entry]]:
        """Return the immutable entries of all releases that are kept, oldest first."""
        found = []
        for release in self.kept():
            with contextlib.suppress(OSError, msgspec.DecodeError):
                data = (self.folder(release) / "assets.json").read_bytes()
                found.append(msgspec.json.decode(data, type=dict[str, Entry]))
        return found

    def reap(self) -> int:
        """Remove old releases and the blobs that no kept one uses, some at a time; return how many blobs went."""
        kept = self.kept()
        gone = [each for each in self.whole() if each not in kept]
        if len(gone) < _REAPED_TOGETHER:
            return 0
        for release in gone:
            _remove(self.folder(release))
        return self._reap_blobs(kept)

    def _reap_blobs(self, kept: Iterable[str]) -> int:
        used: set[str] = set()
        for release in kept:
            used |= self.manifest(release).blobs()
        return self.store.reap(used)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else build or publish meanwhile; raise BusyError if another does for longer than PATIENCE."""
        with files.lock(self.var / LOCK, patience=PATIENCE):
            yield

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Mark that contents are being written; where the mark of a build that died stands, what it wrote goes first.

        After a power cut such contents may look whole without being it. Those of complete releases were synced.
        """
        mark = self.var / "cache" / "unfinished"
        files.sweep([*self.var.glob(".*.tmp"), *mark.parent.glob(".*.tmp")])
        if mark.exists() or mark.is_symlink():
            self._reap_blobs(self.whole())
            files.sweep(mark.parent.rglob(".*.tmp"))
        else:
            mark.touch()
            files.sync_folder(mark.parent)
        yield
        mark.unlink()


def _remove(path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        return
    shutil.rmtree(path)
