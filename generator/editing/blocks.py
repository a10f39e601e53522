"""Entries of mappings and lists that are written line by line: each is a block of lines with its own comments.

A comment right above an entry is its own, and one below it that is indented deeper. What lies between blocks (blank
lines, comments that stand alone) is a gap, and gaps stay where they are when blocks go.
"""

import re
from collections.abc import Sequence

import msgspec

from generator.editing.spans import Node, break_at, break_before, column, line_end, line_start

_BLANK = re.compile(r"[ \t]*(?:\r\n|\r|\n|$)")


class Block(msgspec.Struct, frozen=True):
    """An entry's lines: from ``start`` (its first comment, or ``head``, its dash or key) to the last line's end."""

    start: int
    head: int
    end: int


def find(text: str, node: Node, *, top: bool = False) -> list[Block]:
    """Return the blocks of a mapping or list; ``top`` says that comments at the file's beginning are the file's."""
    heads = _heads(text, node)
    indent = column(text, heads[0])
    blocks: list[Block] = []
    floor = 0
    for head, entry in zip(heads, node.entries, strict=True):
        start = _own_comments(text, head, floor)
        if not blocks and top and not text[: line_start(text, start)].strip():
            start = head
        floor = _deeper_comments(text, line_end(text, entry.last), indent)
        blocks.append(Block(start, head, floor))
    return blocks


def _heads(text: str, node: Node) -> list[int]:
    if node.kind == "map":
        return [_key_head(text, entry.first) for entry in node.entries]
    return [node.start, *(_dash(text, entry.last) for entry in node.entries[:-1])]


def _key_head(text: str, first: int) -> int:
    before = text[line_start(text, first) : first].rstrip(" ")
    return line_start(text, first) + len(before) - 1 if before.endswith("?") else first


def _dash(text: str, index: int) -> int:
    while True:
        index = line_end(text, index)
        index += len(break_at(text, index))
        rest = text[index : line_end(text, index)]
        if rest.lstrip(" ").startswith("-"):
            return index + len(rest) - len(rest.lstrip(" "))


def _own_comments(text: str, head: int, floor: int) -> int:
    start, top = head, line_start(text, head)
    if text[top:head].strip():
        return head
    while top > floor:
        above = line_start(text, top - len(break_before(text, top)))
        line = text[above:top]
        if above < floor or not line.lstrip(" \t").startswith("#"):
            break
        start, top = above + len(line) - len(line.lstrip(" \t")), above
    return start


def _deeper_comments(text: str, end: int, indent: int) -> int:
    index = end
    while index < len(text):
        index += len(break_at(text, index))
        line = text[index : line_end(text, index)]
        stripped = line.lstrip(" \t")
        index += len(line)
        if stripped.startswith("#") and len(line) - len(stripped) > indent:
            end = index
        elif stripped:
            break
    return end


def _blank_lines(gap: str) -> int:
    """Return how many blank lines a gap begins with, after the break that ends the line before."""
    count, index = -1, 0
    while index < len(gap) and (found := _BLANK.match(gap, index)) and found.end() > index:
        if found[0].strip(" \t"):
            count += 1
        index = found.end()
    return max(count, 0)


def insert(text: str, blocks: Sequence[Block], index: int, written: str) -> str:
    """Put an entry (without the indentation of its first line) before the block of that index, or behind the last."""
    indent = " " * column(text, blocks[0].head)
    known = max(min(index, len(blocks) - 1), 1)
    blanks = _blank_lines(text[blocks[known - 1].end : blocks[known].start]) if len(blocks) > 1 else 0
    ending = break_at(text, blocks[min(index, len(blocks) - 1)].head)
    gap = ending * (blanks + 1) + indent
    if index < len(blocks):
        place = blocks[index].start
        return text[:place] + written + gap + text[place:]
    place = blocks[-1].end
    last = ending if place == len(text) and ending in written else ""
    return text[:place] + gap + written + last + text[place:]


def remove(text: str, blocks: Sequence[Block], index: int) -> str:
    """Take a block away, which is not the only one, and one of the gaps beside it."""
    block = blocks[index]
    if index == len(blocks) - 1:
        gap = text[blocks[index - 1].end : block.start]
        kept = gap.rstrip(" \t\r\n") if gap.strip() else ""
        return text[: blocks[index - 1].end] + kept + (text[block.end :] or break_at(text, block.start))
    after = text[block.end : blocks[index + 1].start]
    if not after.strip():
        return text[: block.start] + text[blocks[index + 1].start :]
    before = text[blocks[index - 1].end : block.start] if index else ""
    if index and not before.strip():
        return text[: blocks[index - 1].end] + text[block.end :]
    return text[: block.start] + after.lstrip(" \t\r\n") + text[blocks[index + 1].start :]


def move(text: str, blocks: Sequence[Block], index: int, to: int) -> str:
    """Let a block take another place while every gap stays where it is."""
    order = list(range(len(blocks)))
    order.insert(to, order.pop(index))
    parts = [text[: blocks[0].start]]
    for place, number in enumerate(order):
        parts.append(text[blocks[number].start : blocks[number].end])
        behind = blocks[place + 1].start if place + 1 < len(blocks) else len(text)
        parts.append(text[blocks[place].end : behind])
    return "".join(parts)
