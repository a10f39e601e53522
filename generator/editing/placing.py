"""One change of one text: the place is found, the new value is written in its manner, all else stays."""

import re

from generator.editing import blocks, flows, spans
from generator.editing.change import Change, Insert, Move, Path, Remove, Set, UnwritableError
from generator.editing.spans import Entry, Node, break_at, column, line_end, line_start
from generator.editing.writing import Writer
from generator.source.events import Data

_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")


class Place:
    """A value in a text: the nodes from the document's top down to it, or to the deepest one of its path."""

    def __init__(self, text: str, root: Node, path: Path, *, rows: bool = True) -> None:
        self.text = text
        self.path = path
        self.nodes = [root]
        for step in path:
            found = self.nodes[-1].find(step)
            if found is None:
                break
            self.nodes.append(found)
        self.whole = len(self.nodes) == len(path) + 1
        self.writer = Writer(text, break_at(text, self.nodes[-1].outer), rows=rows)
        self.rows = rows

    @property
    def node(self) -> Node:
        """The value, or the deepest one on the way to it."""
        return self.nodes[-1]

    @property
    def in_brackets(self) -> bool:
        """Whether brackets are around the value."""
        return any(node.flow for node in self.nodes[:-1])

    @property
    def entry(self) -> Entry:
        """The value with its key."""
        return self.nodes[-2].entries[self.number]

    @property
    def number(self) -> int:
        """The place of the value among its siblings."""
        step = self.path[len(self.nodes) - 2]
        position = self.nodes[-2].position(step)
        if position is None:
            raise UnwritableError("no-such-path", self.path)
        return position

    def head(self) -> int:
        """Return the index of the key, or of the dash, that the value stands behind."""
        return blocks.find(self.text, self.nodes[-2])[self.number].head


def write(text: str, change: Change, *, rows: bool = True) -> str:
    """Return the text with one simple change (see ``applying.simple``); the text was found to be good.

    Without ``rows`` text of several lines is written on one.
    """
    small = isinstance(change, Set) and not isinstance(change.value, dict | list)
    root = spans.read(text, change.path if small else None)
    if root is None:
        return _first(text, change)
    if isinstance(change, Set):
        place = Place(text, root, change.path, rows=rows)
        if small and (not place.whole or place.node.kind in {"map", "list"}):
            place = Place(text, spans.read(text) or root, change.path, rows=rows)
        return replace(place, change.value) if place.whole else _add(place, change)
    place = Place(text, root, change.path[:-1], rows=rows)
    if not place.whole:
        raise UnwritableError("no-such-path", change.path)
    position = place.node.position(change.path[-1])
    if isinstance(change, Insert):
        return _insert(place, int(change.path[-1]), change.value)
    if position is None:
        raise UnwritableError("no-such-path", change.path)
    return _remove(place, position) if isinstance(change, Remove) else _move(place, position, change)


def _first(text: str, change: Change) -> str:
    given = {str(change.path[0]): change.value} if change.path and isinstance(change, Set) else None
    if isinstance(change, Set) and not change.path and isinstance(change.value, dict):
        given = change.value
    if given is None:
        raise UnwritableError("no-such-path", change.path)
    ending = break_at(text, 0)
    writer = Writer(text, ending)
    rows = [writer.entry(key, value, 0, None) for key, value in given.items()]
    apart = ending if text and text[-1] not in "\r\n" else ""
    return text + apart + ending.join([*rows, ""])


def replace(place: Place, value: Data, anchor: str = "") -> str:
    """Write a value in place of another one."""
    text, node = place.text, place.node
    if not place.path:
        return _replace_top(place, value)
    if place.in_brackets:
        name = f"&{anchor} " if anchor else ""
        written = name + place.writer.within(value, node if node.kind != "alias" else None)
        key = place.entry.key
        if node.empty and key is not None:
            colon = ":" in text[key.end : node.start]
            end = max(key.end, node.end)
            return text[:end] + (" " if colon else ": ") + written + text[end:]
        return text[: node.outer] + written + text[node.end :]
    head = place.head()
    like = None if node.empty or node.kind == "alias" else node
    is_item = place.entry.key is None
    written = place.writer.behind(value, column(text, head), like, dash=is_item, anchor=anchor)
    key = place.entry.key
    lead = head + 1 if key is None else text.find(":", key.end) + 1
    if not lead:
        raise UnwritableError("odd", place.path)
    return _spliced(place, lead, written)


def _replace_top(place: Place, value: Data) -> str:
    text, node = place.text, place.node
    if not isinstance(value, dict):
        raise UnwritableError("no-such-path", ())
    if node.flow:
        start, end = node.outer, node.end
    else:
        found = blocks.find(text, node, top=True)
        start, end = found[0].start, found[-1].end
    if not value:
        return text[:start] + "{}" + text[end:]
    like = node if node.entries and not node.flow else None
    rows = [place.writer.entry(key, item, 0, like.find(key) if like else None) for key, item in value.items()]
    ending = place.writer.ending
    return text[:start] + ending.join(rows) + (text[end:] or ending)


def _spliced(place: Place, lead: int, written: str) -> str:
    """Put what was written behind a colon or dash (which end at ``lead``) in place of the old value."""
    text, node, ending = place.text, place.node, place.writer.ending
    first, _, rest = written.partition(ending)
    rest = ending + rest if _ else ""
    on_lines = node.kind in {"map", "list"} and not node.flow
    start, end, tail = node.outer, node.end, ""
    if node.empty:
        start = end = max(lead, node.end)
    if on_lines:
        found = blocks.find(text, node)
        tail, end, start = _kept(text, lead, found[0].start), found[-1].end, lead
    elif node.style in {"|", ">"} and first[-1:] not in {"|", ">", "-", "+"} and not _COMMENT.search(first):
        comment = _COMMENT.search(text, start, line_end(text, start))
        tail = comment[0] if comment else ""
    elif rest and node.style not in {"|", ">"}:
        tail, end = text[end : line_end(text, end)], line_end(text, end)
    if start > lead and first and not on_lines:
        first = text[lead:start] + first.lstrip(" ")
    last = ending if rest and end == len(text) else ""
    return text[:lead] + first + tail + rest + last + text[end:]


def _kept(text: str, lead: int, first: int) -> str:
    """Return the comments between a key and its first entry that are not that entry's own."""
    between = text[lead:first]
    if line_start(text, first) <= lead:
        return ""
    comment = _COMMENT.match(between)
    if "#" not in between:
        return ""
    row = line_end(text, lead) - lead
    return (comment[0] if comment else "") + (between[row:].rstrip(" \t\r\n") if "#" in between[row:] else "")


def _add(place: Place, change: Set) -> str:
    text, node = place.text, place.node
    key = change.path[-1]
    if len(place.nodes) != len(change.path) or not isinstance(key, str) or node.kind != "map":
        raise UnwritableError("no-such-path", change.path)
    like = _like_of_siblings(place, key)
    around = place.in_brackets or (node.flow and bool(node.entries))
    if not node.entries and not around:
        inner = Place(text, place.nodes[0], change.path[:-1], rows=place.rows)
        return replace(inner, {key: change.value})
    if node.flow:
        written = f"{place.writer.key(key, flow=True)}: {place.writer.within(change.value, like)}"
        if not text.startswith("{", node.start):
            return text[: node.start] + "{" + text[node.start : node.end] + ", " + written + "}" + text[node.end :]
        return _into_brackets(text, node, len(node.entries), written)
    found = blocks.find(text, node, top=not change.path[:-1])
    written = place.writer.entry(key, change.value, column(text, found[0].head), like)
    return blocks.insert(text, found, len(found), written)


def _into_brackets(text: str, node: Node, index: int, written: str) -> str:
    if not node.entries:
        return text[: node.start + 1] + written + text[node.start + 1 :]
    return flows.insert(text, node, flows.find(text, node), index, written)


def _like_of_siblings(place: Place, key: str) -> Node | None:
    """Return the value of the same key in another item of the list that the mapping stands in."""
    if len(place.nodes) < 2 or place.nodes[-2].kind != "list":  # noqa: PLR2004  the mapping and its list
        return None
    found = (entry.value.find(key) for entry in place.nodes[-2].entries)
    return next((node for node in found if node is not None and node.kind != "alias"), None)


def _insert(place: Place, index: int, value: Data) -> str:
    text, node = place.text, place.node
    if node.kind != "list" or not 0 <= index <= len(node.entries):
        raise UnwritableError("no-such-path", (*place.path, index))
    like = _like_of_items(node, index, value)
    if node.flow:
        return _into_brackets(text, node, index, place.writer.within(value, like))
    found = blocks.find(text, node)
    return blocks.insert(text, found, index, place.writer.item(value, column(text, found[0].head), like))


def _like_of_items(node: Node, index: int, value: Data) -> Node | None:
    kind = "map" if isinstance(value, dict) else "list" if isinstance(value, list) else "scalar"
    near = sorted(range(len(node.entries)), key=lambda number: (abs(number + 0.5 - index), number))
    return next((node.entries[number].value for number in near if node.entries[number].value.kind == kind), None)


def _remove(place: Place, position: int) -> str:
    text, node = place.text, place.node
    if len(node.entries) == 1 and not node.flow:
        return replace(place, {} if node.kind == "map" else [])
    if node.flow and text[node.start] not in "{[":
        return text[: node.start] + "{}" + text[node.end :]
    if node.flow:
        return flows.remove(text, node, flows.find(text, node), position)
    return blocks.remove(text, blocks.find(text, node, top=not place.path), position)


def _move(place: Place, position: int, change: Move) -> str:
    text, node = place.text, place.node
    if node.flow:
        return flows.move(text, flows.find(text, node), position, change.to)
    return blocks.move(text, blocks.find(text, node), position, change.to)
