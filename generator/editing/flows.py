"""Entries between brackets: ``[a, b]`` and ``{a: 1, b: 2}``, on one line or on several, with comments among them."""

import re
from collections.abc import Sequence

import msgspec

from generator.editing.spans import Node, break_before, line_end, line_start

_COMMA = re.compile(r"(?:[ \t\r\n]+|(?<=[ \t\r\n])#[^\r\n]*)*,")
_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")


class Part(msgspec.Struct, frozen=True):
    """An entry between brackets and what follows it: its comma and comment end there, ``behind`` begins the next."""

    start: int
    end: int
    comma: int
    comment: int
    behind: int


def find(text: str, node: Node) -> list[Part]:
    """Return the entries of a list or mapping between brackets."""
    ends = [entry.last for entry in node.entries]
    stops = [_comma(text, end) for end in ends]
    starts = [
        _own_comments(text, entry.first, stops[number - 1] if number else node.start + 1)
        for number, entry in enumerate(node.entries)
    ]
    close = node.end - 1 if text[node.end - 1 : node.end] in {"]", "}"} else node.end
    parts = []
    for number, (start, end, stop) in enumerate(zip(starts, ends, stops, strict=True)):
        behind = starts[number + 1] if number + 1 < len(starts) else close
        comma = min(stop, behind)
        found = _COMMENT.match(text, comma, behind)
        parts.append(Part(start, end, comma, found.end() if found else comma, behind))
    return parts


def _comma(text: str, end: int) -> int:
    found = _COMMA.match(text, end)
    return found.end() if found else end


def _own_comments(text: str, first: int, floor: int) -> int:
    start, top = first, line_start(text, first)
    while top > floor and not text[top:start].strip():
        above = line_start(text, top - len(break_before(text, top)))
        line = text[above:top].lstrip(" \t")
        if above <= floor or not line.startswith("#"):
            break
        start = top - len(line)
        top = above
    return start


def insert(text: str, node: Node, parts: Sequence[Part], index: int, written: str) -> str:
    """Put an entry before the one of that index, or behind the last; there is at least one."""
    apart = _apart(text, parts, index)
    if index < len(parts):
        place = parts[index].start
        return text[:place] + written + "," + apart + text[place:]
    last = parts[-1]
    trailing = last.comma > last.end
    if "\n" not in apart and "\r" not in apart:
        place = last.comma if trailing else last.end
        return text[:place] + ("" if trailing else ",") + apart + written + ("," if trailing else "") + text[place:]
    comma = text[last.end : last.comma] or ","
    place = last.comma
    if last.comment > last.comma:
        place = max(last.comment, min(line_end(text, last.comment), node.end - 1))
    return (
        text[: last.end] + comma + text[last.comma : place] + apart + written + ("," if trailing else "") + text[place:]
    )


def _apart(text: str, parts: Sequence[Part], index: int) -> str:
    """Return what stands between a comma and the next entry here."""
    if len(parts) > 1:
        known = parts[max(min(index, len(parts) - 1), 1) - 1]
        apart = text[known.comment : known.behind]
        return apart if not apart.strip() else " "
    line = line_start(text, parts[0].start)
    alone = not text[line : parts[0].start].strip()
    if not alone or not line:
        return " "
    return break_before(text, line) + text[line : parts[0].start]


def remove(text: str, node: Node, parts: Sequence[Part], index: int) -> str:
    """Take an entry away with its comma and its comments."""
    part = parts[index]
    if len(parts) == 1:
        left = text[node.start + 1 : part.start] + text[part.comment : part.behind]
        return text[: node.start + 1] + (left if left.strip() else "") + text[part.behind :]
    if index < len(parts) - 1:
        return text[: part.start] + text[part.behind :]
    before = parts[index - 1]
    trailing = part.comma > part.end
    comma = text[before.end : before.comma] if trailing else ""
    return text[: before.end] + comma + text[before.comma : before.comment] + text[part.comment :]


def move(text: str, parts: Sequence[Part], index: int, to: int) -> str:
    """Let an entry take another place, with its comments; commas and breaks stay where they are."""
    order = list(range(len(parts)))
    order.insert(to, order.pop(index))
    pieces = [text[: parts[0].start]]
    for place, number in enumerate(order):
        here, part = parts[place], parts[number]
        pieces += [
            text[part.start : part.end], text[here.end : here.comma],
            text[part.comma : part.comment], text[here.comment : here.behind],
        ]  # fmt: skip
    return "".join([*pieces, text[parts[-1].behind :]])
