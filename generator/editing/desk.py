"""The desk where the files of one shop are opened, changed and saved, by several people at once.

Whoever writes holds the lock ``var/edit.lock``. A file is replaced only while it still has the bytes that were looked
at, so an editor or a pull beside us is never overwritten. The journal's line is written before the file: where the
machine stops in between, the next save finds that the version never came to be.
"""

import contextlib
import difflib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path as FilePath

import msgspec

from generator import files
from generator.editing import applying, journal, merging, texts
from generator.editing.change import Change, Changes, Insert, Move, Remove
from generator.editing.journal import Journal
from generator.editing.saving import (
    Clash,
    Kind,
    Merge,
    Opened,
    RefusedFileError,
    Saved,
    StaleError,
    Version,
)
from generator.source.events import Data

_MOST_TOLD = 20
_PATIENCE = 20.0
"""Seconds that a save waits for another one."""
_VERBS: dict[type, str] = {Remove: "remove", Insert: "insert", Move: "move"}


class Desk:
    """Opens and saves text files of a shop's folder; whoever saves an old state is told, and nothing is lost."""

    def __init__(self, folder: FilePath) -> None:
        self._folder = folder
        self._journal = Journal(folder / "var" / "edits")

    def open(self, file: str) -> Opened:
        """Return a file (``products/tea.yaml``) as it is; raise RefusedFileError."""
        raw = self._raw(file)
        if raw is None:
            raise RefusedFileError("missing", file)
        with contextlib.suppress(OSError):
            self._journal.keep(raw)  # A later save may have to be merged with it.
        return _opened(file, raw)

    def save(
        self, file: str, digest: str, changes: Changes, *, who: str, now: datetime, merge: Merge = Merge.REFUSE
    ) -> Saved:  # fmt: skip
        """Write changes of the file that was opened with this digest.

        Raise StaleError, UnwritableError, or files.BusyError where somebody holds the lock for very long.
        """
        with self._locked():
            changes, left, old = self._current(file, digest, changes, merge)
            version = _version(Kind.EDIT, who, now, changes)
            return self._write(file, old, texts.changed(file, old, changes), version, left)

    def preview(self, file: str, digest: str, changes: Changes, *, merge: Merge = Merge.REFUSE) -> Saved:
        """Return what ``save`` would write, with the same refusals, and write nothing."""
        changes, left, raw = self._current(file, digest, changes, merge)
        return _saved(file, texts.changed(file, raw, changes), None, left)

    def create(self, file: str, data: Data, *, who: str, now: datetime) -> Saved:
        """Write a new file from data, or from its whole text; raise RefusedFileError if there is one."""
        path = texts.find(self._folder, file)
        with self._locked():
            if path.exists():
                raise RefusedFileError("taken", file)
            files.make_folder(self._folder, file.rpartition("/")[0])
            return self._write(file, None, texts.new(file, data), _version(Kind.CREATE, who, now))

    def remove(self, file: str, digest: str, *, who: str, now: datetime) -> Version:
        """Take a file away if it is still the opened one; raise StaleError."""
        with self._locked():
            self._known(file, digest)
            version = _version(Kind.REMOVE, who, now)
            return self._put(msgspec.structs.replace(version, file=file, before=digest))

    def rename(self, file: str, to: str, digest: str, *, who: str, now: datetime) -> Saved:
        """Give a file another name if it is still the opened one; raise StaleError or RefusedFileError."""
        with self._locked():
            raw = self._known(file, digest)
            version = _version(Kind.RENAME, who, now)
            made = self._put(msgspec.structs.replace(version, file=to, was=file, before=digest, after=digest))
            return _saved(to, raw, made)

    def versions(self, file: str) -> list[Version]:
        """Return what was done to a file, the newest first, under its older names too."""
        return journal.history(self._journal.versions(), file)

    def text(self, digest: str) -> str | None:
        """Return the text that a version names as ``before`` or ``after``, as long as it is kept."""
        raw = self._journal.find(digest) if digest else b""
        return None if raw is None else raw.decode("utf-8", "replace").removeprefix("\ufeff")

    def diff(self, version: Version) -> str:
        """Return a version as a unified diff; empty if its texts are not kept any more."""
        before, after = self.text(version.before), self.text(version.after)
        if before is None or after is None:
            return ""
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
        rows = difflib.unified_diff(old, new, version.was or version.file, version.file)
        return "".join(row if row.endswith("\n") else row + "\n" for row in rows)

    def undo(self, file: str, *, who: str, now: datetime) -> Version:
        """Take the newest version back that is not taken back yet; raise StaleError if the text changed since."""
        with self._locked():
            done = journal.stacks(self.versions(file))[0]
            if not done:
                raise RefusedFileError("nothing", file)
            last = done[-1]
            self._known(last.file, last.after)
            back = msgspec.structs.replace(
                _version(Kind.UNDO, who, now), file=last.was or last.file, was=last.file if last.was else "",
                before=last.after, after=last.before, of=last.number,
            )  # fmt: skip
            return self._put(back)

    def redo(self, file: str, *, who: str, now: datetime) -> Version:
        """Do again what was taken back last; raise StaleError if the text changed since."""
        with self._locked():
            undone = journal.stacks(self.versions(file))[1]
            if not undone:
                raise RefusedFileError("nothing", file)
            last = undone[-1]
            self._known(last.was or last.file, last.before)
            again = msgspec.structs.replace(
                _version(Kind.REDO, who, now), file=last.file, was=last.was, before=last.before, after=last.after,
                of=last.number,
            )  # fmt: skip
            return self._put(again)

    def restore(self, file: str, digest: str, number: int, *, who: str, now: datetime) -> Saved:
        """Write the text again that a version made, if the file is still the opened one; raise StaleError."""
        with self._locked():
            raw = self._known(file, digest)
            found = next((each for each in self.versions(file) if each.number == number), None)
            text = self._journal.find(found.after) if found and found.after else None
            if text is None:
                raise RefusedFileError("nothing", file)
            version = msgspec.structs.replace(_version(Kind.RESTORE, who, now), of=number)
            return self._write(file, raw, text, version)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        files.make_folder(self._folder, "var/edits")
        with files.lock(self._folder / "var" / "edit.lock", patience=_PATIENCE):
            last = self._journal.last()
            if last is not None and last.kind is not Kind.VOID and not self._came_to_be(last):
                self._void(last)
            yield

    def _void(self, version: Version) -> None:
        never = Version(number=0, kind=Kind.VOID, file=version.file, who="", at=version.at, of=version.number)
        self._journal.add(never, datetime.fromisoformat(version.at))

    def _came_to_be(self, version: Version) -> bool:
        """Tell whether a version got as far as its file; one that was overtaken by another program did."""
        raw = self._raw(version.was or version.file)
        state = journal.digest(raw) if raw is not None else ""
        if version.was:
            return state != version.before or self._raw(version.file) is not None
        return state != version.before or version.before == version.after

    def _raw(self, file: str) -> bytes | None:
        path = texts.find(self._folder, file)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RefusedFileError("unreadable", file) from error

    def _known(self, file: str, digest: str) -> bytes:
        """Return the bytes of a file that has to be the one of a digest (empty: there is none)."""
        raw = self._raw(file)
        if (journal.digest(raw) if raw is not None else "") != digest:
            raise StaleError(None if raw is None else _opened(file, raw), None, None, ())
        return raw or b""

    def _current(
        self, file: str, digest: str, changes: Changes, merge: Merge
    ) -> tuple[Changes, tuple[Clash, ...], bytes]:  # fmt: skip
        """Return the changes for the file as it is now, the clashes they settle, and its bytes; raise StaleError."""
        raw = self._raw(file)
        if raw is not None and journal.digest(raw) == digest:
            return changes, (), raw
        merged, left = self._merged(file, raw, (digest, changes), merge)
        return merged, left, raw or b""

    def _merged(
        self, file: str, raw: bytes | None, wanted: tuple[str, Changes], merge: Merge
    ) -> tuple[Changes, tuple[Clash, ...]]:  # fmt: skip
        """Return changes of the file as it is now that come to what both sides want; raise StaleError."""
        now = None if raw is None else _opened(file, raw)
        old = self._journal.find(wanted[0])
        opened = None if old is None else _opened(file, old)
        if opened is None or not opened.writable:
            raise StaleError(now, None, None, ())
        mine = texts.parse(file, texts.changed(file, old or b"", wanted[1]))[1]
        if now is None or not now.writable:
            raise StaleError(now, opened.data, mine, ())
        merged = merging.merge(opened.data, mine, now.data, mine_wins=merge is Merge.MINE)
        if merge is Merge.REFUSE:
            raise StaleError(now, opened.data, mine, tuple(merged.clashes))
        return list(applying.differences(now.data, merged.value)), tuple(merged.clashes)

    def _write(
        self, file: str, old: bytes | None, new: bytes, version: Version, left: tuple[Clash, ...] = ()
    ) -> Saved:  # fmt: skip
        if new == old:
            return _saved(file, new, None, left)
        before = "" if old is None else self._journal.keep(old)
        made = self._put(msgspec.structs.replace(version, file=file, before=before, after=self._journal.keep(new)))
        return _saved(file, new, made, left)

    def _put(self, version: Version) -> Version:
        """Write a version down, then do what it says; raise StaleError where another program was quicker."""
        path = texts.find(self._folder, version.file)
        new = self._journal.find(version.after) if version.after else None
        if version.after and new is None:
            raise RefusedFileError("nothing", version.file)
        if version.was and path.exists():
            raise RefusedFileError("taken", version.file)
        if version.before and version.kind in {Kind.REMOVE, Kind.RENAME}:
            self._journal.keep(self._raw(version.was or version.file) or b"")
        made = self._journal.add(version, datetime.fromisoformat(version.at))
        if version.was:
            texts.find(self._folder, version.was).rename(path)
            files.sync_folder(path.parent)
        elif not version.before:
            files.atomic_write(path, new or b"")
        elif not _swap(path, version.before, new):
            self._void(made)
            self._known(version.file, version.before)
            raise RefusedFileError("unreadable", version.file)
        return made


def _swap(path: FilePath, before: str, new: bytes | None) -> bool:
    """Replace a file that has the digest, or remove it; give whether it still had it."""

    def known(raw: bytes) -> bool:
        return journal.digest(raw) == before

    return files.remove_known(path, known) if new is None else files.replace_known(path, new, known, mode=_mode(path))


def _mode(path: FilePath) -> int:
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        return 0o644


def _opened(file: str, raw: bytes) -> Opened:
    text, data, problems, writable = texts.parse(file, raw)
    return Opened(
        file=file, text=text, digest=journal.digest(raw), data=data, problems=tuple(problems), writable=writable
    )  # fmt: skip


def _saved(file: str, raw: bytes, version: Version | None, left: tuple[Clash, ...] = ()) -> Saved:
    now = _opened(file, raw)
    return Saved(file=file, text=now.text, digest=now.digest, data=now.data, version=version, left=left)


def _version(kind: Kind, who: str, now: datetime, changes: Changes = ()) -> Version:
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    return Version(number=0, kind=kind, file="", who=who, at=at, what=tuple(map(_told, changes[:_MOST_TOLD])))


def _told(change: Change) -> str:
    return f"{_VERBS.get(type(change), 'set')} {'.'.join(map(str, change.path))}"
