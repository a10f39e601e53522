"""The careful reading of YAML: data with the place of every key and value, and every problem on the way.

``document.parse`` reads in haste first and comes here when something is odd or somebody asks for places.
"""

import re
from typing import Any

import yaml
from yaml.events import AliasEvent, DocumentStartEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, StreamEndEvent
from yaml.events import SequenceEndEvent as ListEndEvent

from generator.messages import problem
from generator.problems import Mark, Problem
from generator.source.decoding import FORBIDDEN, HIDDEN, REPLACEMENT, SUSPECT, name, place
from generator.source.events import Data, Parser

Path = tuple[str | int, ...]
Event = Any
MAXIMUM_DEPTH = 64
MAXIMUM_COPIES = 10_000
CONSTANTS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
"""What plain scalars mean in YAML 1.2's core schema; numbers stay text until a schema asks for a number."""
_UNWANTED = ((FORBIDDEN, "control-character", ""), (HIDDEN, "hidden-character", ""))
_NO_KEYS = {"", "<<"}
_STANDARD_TAG = "tag:yaml.org,2002:"
_ANCHOR = re.compile(r"[&*][^\s,\[\]{}]+")


class TooOddError(Exception):
    """Reading has to stop here; the problem says why."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.code)
        self.problem = found


def span(start: yaml.Mark, end: yaml.Mark) -> Mark:
    """Turn two marks of the parser into ours; what ends on another line has no end."""
    return Mark(
        line=start.line + 1, column=start.column + 1, end=end.column + 1 if end.line == start.line else None
    )  # fmt: skip


class Tree:
    """Data of one document, ``marks`` of every path (key's place or None, value's place), and problems."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.data: Data = None
        self.empty = True
        self.top: Mark | None = None
        self.marks: dict[Path, tuple[Mark | None, Mark]] = {}
        self.problems: list[Problem] = []
        self._text = text
        self._plain = not SUSPECT.search(text) and REPLACEMENT not in text
        self._events = Parser(text)
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._open: dict[str, Mark] = {}
        self._unused: dict[str, Mark] = {}
        self._copies = 0

    def read(self) -> None:
        """Read the one document; raise yaml.YAMLError where the text is no YAML and TooOddError at a limit."""
        self._events.get_event()
        event = self._events.get_event()
        if isinstance(event, StreamEndEvent):
            return
        event = self._events.get_event()
        self.empty = isinstance(event, ScalarEvent) and not event.value and event.implicit[0] and not event.anchor
        self.top = span(event.start_mark, event.end_mark)
        self.marks[()] = (None, self.top)
        self.data = self._node(event, ())
        self._events.get_event()
        event = self._events.get_event()
        if isinstance(event, DocumentStartEvent):
            self._report("yaml-two-documents", event, ())
        for anchor, mark in self._unused.items():
            self.problems.append(problem("yaml-unused-anchor", self.file, mark, anchor=anchor))

    def _report(self, code: str, event: Event, path: Path, **values: Data) -> None:
        self.problems.append(problem(code, self.file, span(event.start_mark, event.end_mark), path, **values))

    def _stop(self, code: str, event: Event, path: Path, **values: Data) -> TooOddError:
        return TooOddError(problem(code, self.file, span(event.start_mark, event.end_mark), path, **values))

    def _node(self, event: Event, path: Path) -> Data:
        if len(path) > MAXIMUM_DEPTH:
            raise self._stop("yaml-too-deep", event, (), limit=MAXIMUM_DEPTH)
        if isinstance(event, AliasEvent):
            return self._alias(event, path)
        anchor = self._anchor(event)
        self._tag(event, path)
        before = len(self.marks) + self._copies
        if isinstance(event, ScalarEvent):
            value: Data = self._scalar(event, path)
        elif isinstance(event, MappingStartEvent):
            value = self._mapping(path)
        else:
            value = self._sequence(path)
        if anchor:
            self._anchors[anchor] = (value, len(self.marks) + self._copies - before + 1)
            del self._open[anchor]
        return value

    def _mapping(self, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := self._events.get_event(), MappingEndEvent):
            key = self._key(event, path)
            here = (*path, key)
            mark = span(event.start_mark, event.end_mark)
            value_event = self._events.get_event()
            first = self.marks.get(here)
            if key in _NO_KEYS:
                self._node(value_event, here)
            elif first is None:
                self.marks[here] = (mark, span(value_event.start_mark, value_event.end_mark))
                data[key] = self._node(value_event, here)
            else:
                self.problems.append(
                    problem("yaml-duplicate-key", self.file, mark, here, related=(self.file, first[0]), key=key)
                )
                self._node(value_event, (*here, "second"))
        return data

    def _key(self, event: Event, path: Path) -> str:
        if isinstance(event, AliasEvent):
            raise self._quotes_wanted(event, path)
        if not isinstance(event, ScalarEvent):
            raise self._stop("yaml-key-not-text", event, path)
        if event.anchor or event.tag is not None:
            self._report("yaml-tag", event, path, tag=event.tag or f"&{event.anchor}")
        key = self._clean(event, path)
        if key == "<<":
            self._report("yaml-merge-key", event, path)
        elif key == "":
            self._report("yaml-empty-key", event, path)
        return key

    def _sequence(self, path: Path) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := self._events.get_event(), ListEndEvent):
            here = (*path, len(data))
            self.marks[here] = (None, span(event.start_mark, event.end_mark))
            data.append(self._node(event, here))
        return data

    def _scalar(self, event: Event, path: Path) -> str | bool | None:
        value = self._clean(event, path)
        return CONSTANTS.get(value, value) if event.implicit[0] else value

    def _clean(self, event: Event, path: Path) -> str:
        value: str = event.value
        if self._plain:
            return value
        value = value.replace(REPLACEMENT, "")
        for pattern, code, instead in _UNWANTED:
            found = pattern.search(value)
            if found:
                mark = self._character(event, found[0])
                self.problems.append(problem(code, self.file, mark, path, character=name(found[0])))
                value = pattern.sub(instead, value)
        return value

    def _character(self, event: Event, character: str) -> Mark:
        start, end = event.start_mark.index, event.end_mark.index
        index = self._text.find(character, start, end)
        return span(event.start_mark, event.end_mark) if index < 0 else place(self._text, index)

    def _tag(self, event: Event, path: Path) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._report("yaml-tag", event, path, tag=tag.replace(_STANDARD_TAG, "!!"))

    def _anchor(self, event: Event) -> str | None:
        anchor: str | None = event.anchor
        if anchor is not None:
            found = _ANCHOR.match(self._text, event.start_mark.index)
            start = event.start_mark
            width = len(found[0]) if found else 1
            mark = Mark(line=start.line + 1, column=start.column + 1, end=start.column + 1 + width)
            self._open[anchor] = self._unused[anchor] = mark
        return anchor

    def _alias(self, event: Event, path: Path) -> Data:
        anchor: str = event.anchor
        if anchor in self._open:
            raise self._stop("yaml-endless-alias", event, path, anchor=anchor)
        if anchor not in self._anchors:
            raise self._quotes_wanted(event, path)
        value, size = self._anchors[anchor]
        self._unused.pop(anchor, None)
        self._copies += size
        if self._copies > MAXIMUM_COPIES:
            raise self._stop("yaml-alias-bomb", event, path, limit=MAXIMUM_COPIES)
        return _copy(value)

    def _quotes_wanted(self, event: Event, path: Path) -> TooOddError:
        return self._stop("yaml-unknown-alias", event, path, text=f"*{getattr(event, 'anchor', '')}")


def _copy(value: Data) -> Data:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
