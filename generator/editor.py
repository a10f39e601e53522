"""The front door of editing: change values of a shop's text files by their place in the text.

``edit(text, changes)`` returns YAML text in which only what the changes are about is different: comments, order,
quotes, indentation and unknown keys stay byte by byte. ``Desk`` opens, saves, merges and takes back a shop's files.
"""

from generator.editing.change import (
    Change,
    Changes,
    Insert,
    Move,
    Path,
    Plain,
    Remove,
    Set,
    UnwritableError,
    ended_like,
)
from generator.editing.desk import Desk
from generator.editing.saving import (
    GONE,
    Clash,
    Kind,
    Merge,
    Opened,
    RefusedFileError,
    Saved,
    StaleError,
    Version,
)
from generator.editing.yaml_text import edit

__all__ = [
    "GONE", "Change", "Changes", "Clash", "Desk", "Insert", "Kind", "Merge", "Move", "Opened", "Path", "Plain",
    "RefusedFileError", "Remove", "Saved", "Set", "StaleError", "UnwritableError", "Version", "edit",
    "ended_like",
]  # fmt: skip
