"""Text files of a shop as plain data that knows where every key and value stands.

Scalars stay the text that the merchant wrote, except null, true and false: ``19.90``, ``0012`` and ``12:30`` are text
until a schema asks for a number (YAML 1.2 core schema in spirit). A file is first read in haste, without places; only a
file with something odd, or one whose places are asked for, is read again with care.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

import msgspec
import yaml
from yaml.events import (
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from generator.messages import problem
from generator.problems import Mark, Problem
from generator.source import concealment, mistakes
from generator.source.decoding import MAXIMUM_BYTES, decode, is_suspect, lines, replace_controls
from generator.source.events import Data, Parser
from generator.source.locating import locate
from generator.source.tree import CONSTANTS, MAXIMUM_DEPTH, Path, TooOddError, Tree

_MOST_REPAIRS = 50
_MOST_WALKS = 3
_FENCE = re.compile(r"---[ \t]*")
_READ_AGAIN = 3
START = Mark(line=1, column=1)

Result = tuple["Document | None", list[Problem]]
Marks = dict[Path, tuple[Mark | None, Mark]]


class Document(msgspec.Struct):
    """One file: ``text`` as written, ``data`` as plain tree, and the place of everything by ``mark``.

    ``head`` is the part of the text that is YAML; a page's Markdown is ``data["body"]`` and starts at ``body_line``.
    """

    file: str
    text: str
    data: dict[str, Any]
    head: str
    body_line: int = 0
    marks: Marks | None = None
    asked: int = 0

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Return where the value (or its key) stands; the nearest thing around it if there is no such value."""
        if path == ("body",) and self.body_line:
            return Mark(line=self.body_line, column=1)
        if self.marks is None and self.asked < _MOST_WALKS:
            self.asked += 1
            (own, value), depth = locate(self.head, path)
            return own if own and (key or depth < len(path)) else value
        if self.marks is None:
            self.marks = _marks(self.head, self.file)
        for length in range(len(path), 0, -1):
            found = self.marks.get(path[:length])
            if found:
                return found[0] if found[0] and (key or length < len(path)) else found[1]
        first = self.marks.get(()) or (None, START)
        return first[1]

    def problem(
        self,
        code: str,
        path: Path,
        *,
        at_key: bool = False,
        suggestion: str | None = None,
        related: tuple[str, Mark | None] | None = None,
        **values: object,
    ) -> Problem:
        """Make a problem of a known code at a value of this document, or at its key."""
        mark = self.mark(path, key=at_key)
        return problem(code, self.file, mark, path, suggestion=suggestion, related=related, **values)


Event = Any
Source = Callable[[], Any]


class _OddError(Exception):
    """Reading in haste met something that wants care."""


def read(path: FilePath, file: str) -> Result:
    """Read a YAML file; ``file`` is the name that problems give it. A document may come with problems."""
    raw, problems = read_bytes(path, file)
    if raw is None:
        return None, problems
    text, problems = decode(raw, file)
    return (None, problems) if text is None else _safe(parse(text, file), text, file)


def read_page(path: FilePath, file: str) -> Result:
    """Read a Markdown file with YAML between two lines of ``---`` before it."""
    raw, problems = read_bytes(path, file)
    if raw is None:
        return None, problems
    text, problems = decode(raw, file)
    return (None, problems) if text is None else _safe(parse_page(text, file), text, file)


def _safe(result: Result, text: str, file: str) -> Result:
    return result[0], result[1] + concealment.find(text, file)


def read_bytes(path: FilePath, file: str, limit: int = MAXIMUM_BYTES) -> tuple[bytes | None, list[Problem]]:
    """Read a file up to a byte more than the limit, again if somebody writes to it meanwhile."""
    try:
        for _ in range(_READ_AGAIN):
            with path.open("rb") as stream:
                before = os.fstat(stream.fileno())
                raw = stream.read(min(before.st_size, limit) + 1)
                after = os.fstat(stream.fileno())
            if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
                break
    except OSError as error:
        return None, [problem("file-unreadable", file, reason=error.strerror or type(error).__name__)]
    return raw, []


def parse(text: str, file: str) -> Result:
    """Read YAML text whose top is a mapping; there is no document where too little of it can be read."""
    if not is_suspect(text):
        try:
            data = _read_in_haste(text)
        except (_OddError, yaml.YAMLError):
            return _read_with_care(text, file)
        if isinstance(data, dict):
            return Document(file=file, text=text, data=data, head=text), []
    return _read_with_care(text, file)


def parse_page(text: str, file: str) -> Result:
    """Read front matter and Markdown; a text without front matter is all Markdown."""
    rows = text.splitlines(keepends=True) if "\r" not in text else _rows(text)
    body, head, body_line = text, "", 1
    if rows and _FENCE.fullmatch(rows[0].strip("\r\n")):
        end = next((number for number, row in enumerate(rows[1:], 1) if _FENCE.fullmatch(row.strip("\r\n"))), None)
        if end is None:
            return None, [problem("page-open-front-matter", file, Mark(line=1, column=1, end=4))]
        head, body, body_line = "".join(rows[:end]), "".join(rows[end + 1 :]), end + 2
    document: Document | None = Document(file=file, text=text, data={}, head="{}")
    problems: list[Problem] = []
    if any(row.strip() and not row.lstrip().startswith("#") for row in head.splitlines()[1:]):
        document, problems = parse(head, file)
    if document is None:
        return None, problems
    body, more = replace_controls(body, file)
    if "body" in document.data:
        problems.append(document.problem("page-body-key", ("body",), at_key=True))
    document.data["body"] = body.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    document.text, document.body_line = text, body_line + _blank_lines(body)
    return document, problems + [_moved(one, body_line - 1) for one in more]


def _rows(text: str) -> list[str]:
    return [row for row in re.split(r"(?<=\n)|(?<=\r)(?!\n)", text) if row]


def _blank_lines(body: str) -> int:
    rows = lines(body)
    return next((number for number, row in enumerate(rows) if row), 0)


def _moved(one: Problem, down: int) -> Problem:
    mark = one.mark and msgspec.structs.replace(one.mark, line=one.mark.line + down)
    return msgspec.structs.replace(one, mark=mark)


def _read_in_haste(text: str) -> Data:
    get = Parser(text).get_event
    get()
    if type(get()) is StreamEndEvent:
        raise _OddError
    data = _value(get(), get, MAXIMUM_DEPTH)
    if type(get()) is not DocumentEndEvent or type(get()) is not StreamEndEvent:
        raise _OddError
    return data


def _value(event: Event, get: Source, depth: int) -> Data:
    kind = type(event)
    if kind is ScalarEvent:
        if event.tag is not None or event.anchor is not None:
            raise _OddError
        value = event.value
        return CONSTANTS.get(value, value) if event.implicit[0] else value
    if not depth or event.anchor is not None or kind not in _CONTAINERS or event.tag is not None:
        raise _OddError
    if kind is MappingStartEvent:
        return _mapping(get, depth - 1)
    items = []
    while type(event := get()) is not SequenceEndEvent:
        items.append(_value(event, get, depth - 1))
    return items


def _mapping(get: Source, depth: int) -> dict[str, Any]:
    data: dict[str, Any] = {}
    while type(event := get()) is not MappingEndEvent:
        if type(event) is not ScalarEvent or event.tag is not None or event.anchor is not None:
            raise _OddError
        key = event.value
        if key in data or key in _ODD_KEYS:
            raise _OddError
        data[key] = _value(get(), get, depth)
    return data


_CONTAINERS = {MappingStartEvent, SequenceStartEvent}
_ODD_KEYS = {"", "<<"}


def _read_with_care(text: str, file: str) -> Result:
    clean, problems = replace_controls(text, file)
    reached = 0
    for _ in range(_MOST_REPAIRS):
        tree = Tree(clean, file)
        try:
            tree.read()
        except TooOddError as stop:
            return None, problems + tree.problems + [stop.problem]
        except yaml.MarkedYAMLError as error:
            mistake = mistakes.explain(clean, file, error)
            line = mistake.problem.mark.line if mistake.problem.mark else 0
            if line <= reached:
                return None, problems + tree.problems
            reached = line
            problems.append(mistake.problem)
            if mistake.repaired is None:
                return None, problems + tree.problems
            clean = _with_line(clean, mistake.line, mistake.repaired)
        else:
            return _checked(tree, text, clean, problems + tree.problems)
    return None, problems


def _with_line(text: str, number: int, line: str) -> str:
    rows = lines(text)
    rows[number] = line
    return "\n".join(rows)


def _checked(tree: Tree, text: str, clean: str, problems: list[Problem]) -> Result:
    if isinstance(tree.data, dict):
        return Document(file=tree.file, text=text, data=tree.data, head=clean, marks=tree.marks), problems
    if tree.empty:
        return None, [*problems, problem("yaml-empty", tree.file, START)]
    mark = tree.top or START
    if isinstance(tree.data, list):
        return None, [*problems, problem("yaml-top-level-list", tree.file, mark)]
    mistake = mistakes.explain_lone_text(clean, tree.file, mark.line - 1)
    return None, [*problems, mistake]


def _marks(text: str, file: str) -> Marks:
    tree = Tree(text, file)
    tree.read()
    return tree.marks
