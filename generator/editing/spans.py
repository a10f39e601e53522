"""Where everything stands in a YAML text: a tree of nodes with the indices of their first and last characters."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from generator.editing.change import Path
from generator.source.decoding import is_suspect, replace_controls
from generator.source.events import Parser

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:[ \t]+|(?=[\r\n])|$)|(?<=\s)#[^\r\n]*|[\r\n]+[ \t]*)*")
_BREAK = re.compile(r"\r\n|\r|\n")
_HEADER = re.compile(r"[|>][-+1-9]*")
_STARTS = {MappingStartEvent, SequenceStartEvent}
_ENDS = {MappingEndEvent, SequenceEndEvent}

Get = Callable[[], Any]


class Node(msgspec.Struct, gc=False):
    """A value or key: ``kind`` is scalar, map, list or alias; ``flow`` says that brackets are around it.

    ``outer`` is where its anchor and tag begin, ``start`` where it begins itself, ``end`` the index behind it: behind
    its last character that is neither blank nor a comment. ``style`` is a scalar's: empty if plain, or its first sign.
    A list's entries have no key.
    """

    kind: str
    outer: int
    start: int
    end: int
    style: str = ""
    value: str = ""
    anchor: str = ""
    flow: bool = False
    entries: list["Entry"] = []

    @property
    def empty(self) -> bool:
        """Whether nothing is written at all, which is read as null."""
        return self.kind == "scalar" and not self.style and not self.value

    def find(self, step: str | int) -> "Node | None":
        """Return the value of a key or the item at an index."""
        position = self.position(step)
        return None if position is None else self.entries[position].value

    def position(self, step: str | int) -> int | None:
        """Return the place among the entries of a key or an index."""
        if isinstance(step, int):
            return step if self.kind == "list" and 0 <= step < len(self.entries) else None
        if self.kind == "map":
            for number, entry in enumerate(self.entries):
                if entry.key is not None and entry.key.value == step:
                    return number
        return None


class Entry(msgspec.Struct, gc=False):
    """A key with its value, or an item of a list."""

    key: Node | None
    value: Node

    @property
    def first(self) -> int:
        """The index where its key, or the item, begins."""
        return self.value.outer if self.key is None else self.key.outer

    @property
    def last(self) -> int:
        """The index behind it."""
        return self.value.end if self.key is None else max(self.key.end, self.value.end)


def read(text: str, path: Path | None = None) -> Node | None:
    """Return the tree of a text that was found to be good YAML; None where it holds nothing.

    With a path, which is faster, only what stands on it is opened: mappings and lists beside it have no entries.
    """
    clean = replace_controls(text, "")[0] if is_suspect(text) else text
    get = Parser(clean).get_event
    get()
    if type(get()) is StreamEndEvent:
        return None
    event = get()
    node = _node(event, get, clean, path)
    return None if node.empty and not node.anchor else node


def walk(root: Node) -> Iterator[tuple[Path, Node]]:
    """Go through all values in the order of the text, each with the path that leads to it."""
    open_: list[tuple[Path, Node]] = [((), root)]
    while open_:
        path, node = open_.pop()
        yield path, node
        for number in range(len(node.entries) - 1, -1, -1):
            entry = node.entries[number]
            open_.append(((*path, number if entry.key is None else entry.key.value), entry.value))


def _node(event: Any, get: Get, text: str, path: Path | None) -> Node:  # noqa: ANN401  an event without types
    kind = type(event)
    outer = event.start_mark.index
    if kind is ScalarEvent:
        return _scalar(event, text)
    if kind is AliasEvent:
        return Node("alias", outer, outer, event.end_mark.index, value=event.anchor)
    start = outer
    if event.anchor is not None or event.tag is not None:
        start = _PROPERTIES.match(text, outer).end()  # type: ignore[union-attr]
    mapping = kind is MappingStartEvent
    node = Node("map" if mapping else "list", outer, start, start, anchor=event.anchor or "")
    node.flow = bool(event.flow_style)
    node.entries = entries = []
    while type(inner := get()) not in _ENDS:
        key = _scalar(inner, text) if mapping else None
        value = get() if mapping else inner
        if path is None:
            entries.append(Entry(key, _node(value, get, text, None)))
        elif path and path[0] == (len(entries) if key is None else key.value):
            entries.append(Entry(key, _node(value, get, text, path[1:])))
        else:
            entries.append(Entry(key, _closed_node(value, get, text)))
    if node.flow:
        node.end = inner.end_mark.index
    elif entries:
        node.end = entries[-1].last
    return node


def _closed_node(event: Any, get: Get, text: str) -> Node:  # noqa: ANN401  an event without types
    """Return a node without its entries."""
    if type(event) not in _STARTS:
        return _node(event, get, text, None)
    depth, last = 1, event
    while depth:
        kind = type(inner := get())
        if kind in _STARTS:
            depth += 1
        elif kind in _ENDS:
            depth -= 1
            last = inner if inner.start_mark.index < inner.end_mark.index else last
        else:
            last = inner
    end = _scalar(last, text).end if type(last) is ScalarEvent else last.end_mark.index
    kind_name = "map" if type(event) is MappingStartEvent else "list"
    index = event.start_mark.index
    return Node(kind_name, index, index, end, flow=bool(event.flow_style))


def _scalar(event: Any, text: str) -> Node:  # noqa: ANN401  an event without types
    outer, end, style = event.start_mark.index, event.end_mark.index, event.style or ""
    bare = event.anchor is None and event.tag is None
    start = outer if bare else min(_PROPERTIES.match(text, outer, end).end(), end)  # type: ignore[union-attr]
    if style in _BLOCKS:
        end = _end_of_block(text, start, end)
    return Node("scalar", outer, start, end, style, event.value, event.anchor or "")


_BLOCKS = {"|", ">"}


def _end_of_block(text: str, start: int, end: int) -> int:
    header = _HEADER.match(text, start)
    if header and "+" in header[0]:
        return end - len(break_before(text, end))
    return line_end(text, start + len(text[start:end].rstrip()))


def closed(text: str) -> str:
    """Return the text so that a line can follow: a block that ends without a break keeps its value when one comes."""
    if not text or text[-1] in "\r\n":
        return text
    node = read(text)
    while node is not None and node.entries:
        node = node.entries[-1].value
    found = _HEADER.match(text, node.start) if node is not None and node.style in _BLOCKS else None
    if found is None or "-" in found[0]:
        return text
    return text[: found.end()].rstrip("+") + "-" + text[found.end() :]


def line_start(text: str, index: int) -> int:
    """Return where the line begins that holds an index."""
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def line_end(text: str, index: int) -> int:
    """Return where the line ends that holds an index: at its break, or at the end of the text."""
    found = _BREAK.search(text, index)
    return found.start() if found else len(text)


def break_at(text: str, index: int) -> str:
    """Return how lines end around an index, as the next one does or else the one before."""
    found = _BREAK.search(text, index) or _BREAK.search(text)
    return found[0] if found else "\n"


def break_before(text: str, index: int) -> str:
    """Return the line break that ends right before an index; empty if there is none."""
    if text.endswith("\r\n", 0, index):
        return "\r\n"
    return text[index - 1 : index] if text[max(index - 1, 0) : index] in {"\r", "\n"} else ""


def column(text: str, index: int) -> int:
    """Return the column, from 0, of an index."""
    return index - line_start(text, index)
