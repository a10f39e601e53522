"""Changes of a Markdown page: keys between the two lines of ---, and the text below them as ``body``."""

import re

import msgspec

from generator import document
from generator.editing import applying, yaml_text
from generator.editing.change import Change, Changes, Remove, Set, UnwritableError
from generator.editing.spans import break_at
from generator.source.events import Data

_FENCE = re.compile(r"---[ \t]*")
_ROW = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BREAK = re.compile("\r\n|[\r\u2028\u2029]")
_BODY = ("body",)


class Parts(msgspec.Struct):
    """A page: ``head`` with its first line of ---, the second one, and what is below."""

    head: str
    fence: str
    body: str


def edit(text: str, changes: Changes) -> str:
    """Return the page with the changes, applied one after another; raise UnwritableError and change nothing."""
    wanted = read(text)
    parts = _split(text)
    ending = break_at(text, 0)
    for change in changes:
        if change.path[:1] != _BODY:
            wanted = applying.applied(wanted, _clean(change))
            parts.head = parts.head or f"---{ending}"
            parts.fence = parts.fence or f"---{ending}{ending}"
            parts.head = yaml_text.edit(parts.head, [change])
        elif change.path == _BODY and isinstance(change, Set | Remove):
            value = _body(change.value if isinstance(change, Set) else "")
            wanted = {**wanted, "body": value}
            lead = parts.body[: len(parts.body) - len(parts.body.lstrip("\r\n"))]
            parts.body = lead + value.replace("\n", ending)
        else:
            raise UnwritableError("no-such-path", change.path)
    written = text if read(text) == wanted else parts.head + parts.fence + parts.body
    if read(written) != wanted:
        raise UnwritableError("odd", changes[0].path)
    return written


def read(text: str) -> Data:
    """Return the data of a page; raise UnwritableError if it has to be mended by hand first."""
    found, problems = document.parse_page(text, "")
    stopping = yaml_text.broken(problems)
    if stopping or found is None:
        raise UnwritableError("broken", (), stopping or problems)
    return found.data


def _clean(change: Change) -> Change:
    if isinstance(change, Set):
        return Set(change.path, applying.clean(change.value, change.path))
    return change


def _body(value: Data) -> str:
    """Return a text as a page gives it back: lines end in one way, and none is blank before the first."""
    cleaned = applying.clean(value or "", _BODY)
    if not isinstance(cleaned, str):
        raise UnwritableError("no-such-path", _BODY)
    return _BREAK.sub("\n", cleaned).lstrip("\n")


def _split(text: str) -> Parts:
    rows = _ROW.findall(text)
    if rows and _FENCE.fullmatch(rows[0].strip("\r\n")):
        for number, row in enumerate(rows[1:], 1):
            if _FENCE.fullmatch(row.strip("\r\n")):
                return Parts("".join(rows[:number]), row, "".join(rows[number + 1 :]))
    return Parts("", "", text)
