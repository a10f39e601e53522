"""What the desk hands out and what it refuses with: opened and saved files, versions, clashes."""

from enum import StrEnum

from generator.editing.change import Path
from generator.problems import Problem
from generator.source.events import Data
from generator.value import Value


class Opened(Value, frozen=True, kw_only=True):
    """A file as it is now. ``digest`` goes back with the changes; without ``writable`` it has to be mended by hand.

    ``data`` is what the file is read as (numbers are text); a page's Markdown is ``data["body"]``; a table is a mapping
    of handle to rows, each a mapping of column to text.
    """

    file: str
    text: str
    digest: str
    data: Data
    problems: tuple[Problem, ...]
    writable: bool


class Kind(StrEnum):
    """What a version did to its file."""

    EDIT = "edit"
    CREATE = "create"
    REMOVE = "remove"
    RENAME = "rename"
    UNDO = "undo"
    REDO = "redo"
    RESTORE = "restore"
    VOID = "void"
    """Says that version ``of`` never came to be: the machine stopped between the journal's line and the file."""


class Version(Value, frozen=True, kw_only=True):
    """One line of the journal: who changed which file when (ISO 8601, UTC) and what, from which text to which.

    ``before`` and ``after`` are digests, empty where there was or is no file; ``was`` is the file's name before a
    renaming; ``of`` is the version that an undo, redo or restore is about.
    """

    number: int
    kind: Kind
    file: str
    who: str
    at: str
    what: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    was: str = ""
    of: int = 0


class Merge(StrEnum):
    """What to do when the file is not the one that was opened: refuse, or keep both and on a clash theirs or mine."""

    REFUSE = "refuse"
    THEIRS = "theirs"
    MINE = "mine"


class Gone(Value, frozen=True):
    """Stands in a clash for a value that is not there."""


GONE = Gone()


class Clash(Value, frozen=True, kw_only=True):
    """A place that both changed differently: its value in the file that was opened, in mine and in theirs, or GONE."""

    path: Path
    base: Data
    mine: Data
    theirs: Data


class Saved(Value, frozen=True, kw_only=True):
    """A file after a save; ``version`` is None when there was nothing to write; ``left`` are clashes now settled."""

    file: str
    text: str
    digest: str
    data: Data
    version: Version | None
    left: tuple[Clash, ...] = ()


class StaleError(Exception):
    """The file is not the one that was opened; nothing was written.

    ``base``, ``mine`` and ``theirs`` are data: as opened, as it should have become, as it is now (``theirs`` is None
    when the file is gone or broken; ``base`` and ``mine`` when nobody knows the opened text any more). ``clashes`` are
    the places that stand against each other; with none, saving again with a ``Merge`` loses nothing.
    """

    def __init__(self, now: Opened | None, base: Data, mine: Data, clashes: tuple[Clash, ...]) -> None:
        super().__init__(now.file if now else "gone")
        self.now = now
        self.base = base
        self.mine = mine
        self.theirs = now.data if now and now.writable else None
        self.clashes = clashes


class RefusedFileError(Exception):
    """The file cannot be had: ``code`` is outside, name, taken, missing, unreadable or nothing (to undo)."""

    def __init__(self, code: str, file: str) -> None:
        super().__init__(f"{code}: {file}")
        self.code = code
        self.file = file
