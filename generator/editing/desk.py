"""The desk where the files of one shop are opened, changed and saved, by several people at once."""

from datetime import datetime
from pathlib import Path as FilePath

from generator.editing.change import Changes
from generator.editing.saving import Merge, Opened, Saved, Version
from generator.source.events import Data


class Desk:
    """Opens and saves text files of a shop's folder; whoever saves an old state is told, and nothing is lost."""

    def __init__(self, folder: FilePath) -> None:
        self._folder = folder

    def open(self, file: str) -> Opened:
        """Return a file (``products/tea.yaml``) as it is; raise RefusedFileError."""
        raise NotImplementedError

    def save(
        self, file: str, digest: str, changes: Changes, *, who: str, now: datetime, merge: Merge = Merge.REFUSE
    ) -> Saved:  # fmt: skip
        """Write changes of the file that was opened with this digest; raise StaleError or UnwritableError."""
        raise NotImplementedError

    def create(self, file: str, data: Data, *, who: str, now: datetime) -> Saved:
        """Write a new file from data, or from its whole text; raise RefusedFileError if there is one."""
        raise NotImplementedError

    def remove(self, file: str, digest: str, *, who: str, now: datetime) -> Version:
        """Take a file away if it is still the opened one; raise StaleError."""
        raise NotImplementedError

    def rename(self, file: str, to: str, digest: str, *, who: str, now: datetime) -> Saved:
        """Give a file another name if it is still the opened one; raise StaleError or RefusedFileError."""
        raise NotImplementedError

    def versions(self, file: str) -> list[Version]:
        """Return what was done to a file, the newest first, under its older names too."""
        raise NotImplementedError

    def text(self, digest: str) -> str | None:
        """Return the text that a version names as ``before`` or ``after``, as long as it is kept."""
        raise NotImplementedError

    def diff(self, version: Version) -> str:
        """Return a version as a unified diff."""
        raise NotImplementedError

    def undo(self, file: str, *, who: str, now: datetime) -> Version:
        """Take the newest version back that is not taken back yet; raise StaleError if the text changed since."""
        raise NotImplementedError

    def redo(self, file: str, *, who: str, now: datetime) -> Version:
        """Do again what was taken back last; raise StaleError if the text changed since."""
        raise NotImplementedError

    def restore(self, file: str, digest: str, number: int, *, who: str, now: datetime) -> Saved:
        """Write the text again that a version made, if the file is still the opened one; raise StaleError."""
        raise NotImplementedError
