"""What can be changed in a file: values at paths, as data that forms make and that a journal can tell about."""

from collections.abc import Sequence

from generator.problems import Problem
from generator.source.events import Data
from generator.value import Value

Path = tuple[str | int, ...]


class Plain(str):
    """Text that is written without quotes as far as YAML allows: numbers, money, times; ``Plain("19.90")``."""

    __slots__ = ()


class Set(Value, frozen=True):
    """Put a value at a path: it replaces what is there, or a key is added at the end of its mapping.

    Data is what a file is read as: None, True, False, text, lists and mappings; a number is its text (see ``Plain``).
    """

    path: Path
    value: Data


class Remove(Value, frozen=True):
    """Take a key or an item of a list away, with the comment lines that stand above it."""

    path: Path


class Insert(Value, frozen=True):
    """Put an item into a list, before the one that has the index at the end of the path now."""

    path: Path
    value: Data


class Move(Value, frozen=True):
    """Give an item of a list the index ``to`` in the same list, with the comment lines that stand above it."""

    path: Path
    to: int


Change = Set | Remove | Insert | Move
Changes = Sequence[Change]


class UnwritableError(Exception):
    """The change cannot be written, and nothing was; ``code`` says why, ``path`` where.

    ``broken``: the text has to be mended by hand first (``problems`` say what). ``no-such-path``: nothing is there, or
    something of another kind. ``character``: the value holds a character that no file of a shop may hold. ``deep``: it
    would have too many levels. ``odd``: what would have been written does not read back as what was wanted.
    """

    def __init__(self, code: str, path: Path = (), problems: Sequence[Problem] = ()) -> None:
        super().__init__(f"{code}: {'.'.join(map(str, path))}")
        self.code = code
        self.path = path
        self.problems = tuple(problems)


def ended_like(old: Data, new: str) -> str:
    """Return the new text with as many line ends behind it as the old one has: what a form's box does not show."""
    if not isinstance(old, str):
        return new
    body = new.rstrip("\n")
    return body + "\n" * (len(old) - len(old.rstrip("\n"))) if body else ""
