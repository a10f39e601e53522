"""The text files of a shop by their names: where each lies, how it is read, and how it is changed."""

import re
from collections.abc import Callable
from pathlib import Path as FilePath

import msgspec

from generator import document
from generator.editing import applying, cells, pages, yaml_text
from generator.editing.change import Changes, Set, UnwritableError
from generator.editing.saving import RefusedFileError
from generator.messages import problem
from generator.problems import Mark, Problem
from generator.source import table
from generator.source.decoding import MAXIMUM_BYTES, MAXIMUM_TABLE_BYTES, decode
from generator.source.events import Data
from generator.source.inventory import SHOP, TABLE

_NAME = re.compile(rf"{SHOP}|{TABLE}|(?:products|shelves|live)/[^/]+\.yaml|pages/[^/]+\.md")
_STEM = re.compile(r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]*")
_LONGEST = 200
_MARK = b"\xef\xbb\xbf"
_START = Mark(line=1, column=1)


def find(folder: FilePath, file: str) -> FilePath:
    """Return where a file of the shop lies; raise RefusedFileError for a name that no such file can have."""
    name = file.rpartition("/")[2]
    if not _NAME.fullmatch(file) or not _STEM.fullmatch(name) or len(name.encode()) > _LONGEST:
        raise RefusedFileError("name", file)
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()) or path.is_relative_to(folder.resolve() / "var"):
        raise RefusedFileError("outside", file)
    return path


def parse(file: str, raw: bytes) -> tuple[str, Data, list[Problem], bool]:
    """Return the text of a file, its data, the problems of reading it, and whether it can be changed."""
    text, problems = decode(raw, file, MAXIMUM_TABLE_BYTES if file == TABLE else MAXIMUM_BYTES)
    if text is None:
        return raw.decode("utf-8", "replace"), None, problems, False
    if file == TABLE:
        problems = []  # All that is said about a readable table is said by check.
    elif file.endswith(".md"):
        problems = document.parse_page(text, file)[1]
    else:
        problems = [_of(file, one) for one in yaml_text.parsed(text)[1] if one.code != "yaml-empty"]
    try:
        return text, applying.copied(_reader(file)(text)), problems, True
    except UnwritableError as error:
        if file == TABLE:
            problems = table.parse(text, file)[1]
        known = (
            problems
            or [_of(file, one) for one in error.problems]
            or [problem("yaml-syntax", file, _START, words=error.code)]
        )
        return text, None, known, False


def _of(file: str, one: Problem) -> Problem:
    related = one.related and (file, one.related[1])
    return msgspec.structs.replace(one, file=file, related=related)


def _reader(file: str) -> Callable[[str], Data]:
    return cells.read if file == TABLE else pages.read if file.endswith(".md") else yaml_text.read


def changed(file: str, raw: bytes, changes: Changes) -> bytes:
    """Return the bytes of a file after changes; raise UnwritableError."""
    text, problems = decode(raw, file, MAXIMUM_TABLE_BYTES)
    if text is None:
        raise UnwritableError("broken", (), problems)
    edit = cells.edit if file == TABLE else pages.edit if file.endswith(".md") else yaml_text.edit
    return (_MARK if raw.startswith(_MARK) else b"") + edit(text, changes).encode()


def new(file: str, data: Data) -> bytes:
    """Return the bytes of a new file: from data, or as given if it is text; raise UnwritableError."""
    if isinstance(data, str):
        raw = data.encode()
        if not parse(file, raw)[3]:
            raise UnwritableError("broken", (), parse(file, raw)[2])
        return raw
    if file == TABLE:
        names = dict.fromkeys(name for rows in data.values() for row in rows for name in row)
        header = ",".join(["handle", *names]) + "\n"
        return changed(file, header.encode(), [Set((handle,), rows) for handle, rows in data.items()])
    if file.endswith(".md"):
        return changed(file, b"", [Set((key,), value) for key, value in data.items()])
    return changed(file, b"", [Set((), data)])
