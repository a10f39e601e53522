"""Values as YAML text in the manner of a document: its indentation, its quotes, where it uses brackets."""

import re
from collections.abc import Iterator
from functools import cached_property

from generator.editing import scalars
from generator.editing.change import Plain
from generator.editing.spans import Node, column, line_end, line_start, read, walk
from generator.source.decoding import lines
from generator.source.events import Data

_WIDEST = 110
_LEAST = 2
_QUOTES = {"'", '"'}


class Writer:
    """Writes values for one document; what is written follows a key's colon or a dash and brings its own space.

    Without ``rows`` no text is written as a block of rows: where something behind it would be taken for a part of it.
    """

    def __init__(self, text: str, ending: str, *, rows: bool = True) -> None:
        self.text = text
        self.ending = ending
        self._has_blocks = rows

    def scalar(self, value: Data, like: Node | None, *, flow: bool) -> str:
        """Write a value that is no mapping or list on one line."""
        style = like.style if like is not None and like.kind == "scalar" else ""
        old = like.value if like is not None and like.kind == "scalar" and not style else ""
        if not isinstance(value, str):
            return old if value is None and old in {"~", "null", "Null"} else scalars.constant(value)
        if style in _QUOTES:
            return scalars.quoted(value, style, fixed=True)
        bold = isinstance(value, Plain) or scalars.looks_otherwise(old, flow=flow)
        return value if scalars.is_plain(value, flow=flow, bold=bold) else scalars.quoted(value, self._quote)

    def key(self, key: str, *, flow: bool) -> str:
        """Write a key."""
        return key if scalars.is_plain(key, flow=flow, bold=False) else scalars.quoted(key, self._quote)

    def within(self, value: Data, like: Node | None) -> str:
        """Write a value between brackets, on one line."""
        pad = " " if self._padded else ""
        if isinstance(value, dict) and value:
            items = (f"{self.key(key, flow=True)}: {self.within(value[key], _child(like, key))}" for key in value)
            return "{" + pad + ", ".join(items) + pad + "}"
        if isinstance(value, list) and value:
            return "[" + ", ".join(self.within(item, _item(like, number)) for number, item in enumerate(value)) + "]"
        if isinstance(value, dict | list):
            return "{}" if isinstance(value, dict) else "[]"
        return self.scalar(value, like, flow=True)

    def behind(self, value: Data, indent: int, like: Node | None, *, dash: bool = False, anchor: str = "") -> str:
        """Write a value behind the colon of a key, or the dash, that stands in the column ``indent``."""
        name = f" &{anchor}" if anchor else ""
        if isinstance(value, dict | list):
            if self._in_brackets(value, like):
                return f"{name} {self.within(value, like)}"
            rows = list(self._rows(value, like))
            compact = dash and not anchor
            inner = indent + (2 if compact else 2 if dash else self._offset if isinstance(value, list) else self._step)
            written = [self._row(lead, item, inner, near) for lead, item, near in rows]
            apart = self.ending + " " * inner
            return name + (" " if compact else apart) + apart.join(written)
        if isinstance(value, str) and self._has_blocks:
            block = self._block(value, indent, like, dash=dash)
            if block is not None:
                return f"{name} {self.ending.join(block)}"
        return f"{name} {self.scalar(value, like, flow=False)}"

    def entry(self, key: str, value: Data, indent: int, like: Node | None) -> str:
        """Write a key with its value, for the column ``indent``."""
        return self._row(f"{self.key(key, flow=False)}:", value, indent, like)

    def item(self, value: Data, indent: int, like: Node | None) -> str:
        """Write an item of a list with its dash, for the column ``indent``."""
        return self._row("-", value, indent, like)

    def _row(self, lead: str, value: Data, indent: int, like: Node | None) -> str:
        return lead + self.behind(value, indent, like, dash=lead == "-")

    def _rows(self, value: Data, like: Node | None) -> Iterator[tuple[str, Data, Node | None]]:
        if isinstance(value, dict):
            for key, item in value.items():
                yield f"{self.key(key, flow=False)}:", item, _child(like, key)
        else:
            for number, item in enumerate(value):
                yield "-", item, _item(like, number)

    def _block(self, value: str, indent: int, like: Node | None, *, dash: bool) -> list[str] | None:
        """Write text as a block where the like is one, or where it has several lines and no quotes were there."""
        style = like.style if like is not None and like.kind == "scalar" else ""
        if style not in {"|", ">"} and ("\n" not in value.rstrip("\n") or style == '"'):
            return None
        if not value.strip("\n") or isinstance(value, Plain):
            return None
        old = like if like is not None and style in {"|", ">"} else None
        inner, rows = self._inside(old) if old else (0, [])
        ends_long = value.endswith("\n\n")
        if ends_long and not (old and "+" in self._header(old)):
            return None
        depth = 2 if dash else self._step
        if old and old.start and inner > 0:
            depth = max(1, inner - _parent_column(self.text, old))
        for wanted in dict.fromkeys([style if old else "|", "|"]):
            block = scalars.block(value, wanted, indent + depth, depth, rows)
            if block is not None:
                return self._with_comment(block, old)
        return None

    def _with_comment(self, block: list[str], old: Node | None) -> list[str]:
        comment = re.search(r"[ \t]+#.*", self._header(old)) if old else None
        return [block[0] + comment[0], *block[1:]] if comment and old else block

    def _header(self, node: Node) -> str:
        return self.text[node.start : line_end(self.text, node.start)]

    def _inside(self, node: Node) -> tuple[int, list[str]]:
        """Return the column in which the lines of a block begin, and the lines without it."""
        rows = lines(self.text[line_end(self.text, node.start) : node.end])[1:]
        mark = re.match(r"[|>][+-]?([1-9])", self._header(node))
        first = next((row for row in rows if row.strip()), "")
        indent = len(first) - len(first.lstrip(" "))
        if mark:
            indent = _parent_column(self.text, node) + int(mark[1])
        return indent, [row[indent:] for row in rows]

    def _in_brackets(self, value: Data, like: Node | None) -> bool:
        if not value:
            return True
        if like is not None and like.kind in {"map", "list"} and like.entries:
            return like.flow and (len(self.within(value, like)) <= _WIDEST or not _has_rows(value))
        if isinstance(value, dict):
            return self._flow_shapes.get(frozenset(value), False) and not _has_rows(value)
        simple = not any(isinstance(item, dict | list) for item in value) and not _has_rows(value)
        return simple and self._flow_lists and len(self.within(value, None)) <= _WIDEST

    @cached_property
    def _nodes(self) -> list[Node]:
        root = read(self.text)
        return [node for _, node in walk(root)] if root else []

    @cached_property
    def _quote(self) -> str:
        styles = [node.style for node in self._nodes if node.kind == "scalar"]
        return '"' if styles.count('"') > styles.count("'") else "'"

    @cached_property
    def _padded(self) -> bool:
        flows = [node for node in self._nodes if node.flow and node.kind == "map" and node.entries]
        return sum(self.text[node.start + 1 : node.start + 2] == " " for node in flows) * 2 > len(flows)

    @cached_property
    def _flow_lists(self) -> bool:
        simple = [
            node.flow
            for node in self._nodes
            if node.kind == "list" and node.entries and all(entry.value.kind == "scalar" for entry in node.entries)
        ]
        return sum(simple) * 2 >= len(simple)

    @cached_property
    def _flow_shapes(self) -> dict[frozenset[str], bool]:
        shapes: dict[frozenset[str], bool] = {}
        for node in self._nodes:
            if node.kind == "map" and node.entries:
                shapes.setdefault(frozenset(entry.key.value for entry in node.entries if entry.key), node.flow)
        return shapes

    def _depths(self, kind: str) -> Iterator[int]:
        for node in self._nodes:
            if node.kind != "map" or node.flow:
                continue
            for entry in node.entries:
                inner = entry.value
                if inner.kind == kind and not inner.flow and inner.entries and entry.key:
                    depth = column(self.text, inner.start) - column(self.text, entry.key.outer)
                    if depth >= (kind == "map"):
                        yield depth

    @cached_property
    def _step(self) -> int:
        return _most(list(self._depths("map")), _LEAST) or _LEAST

    @cached_property
    def _offset(self) -> int:
        return _most(list(self._depths("list")), self._step)


def _most(found: list[int], otherwise: int) -> int:
    return max(sorted(set(found)), key=found.count) if found else otherwise


def _child(like: Node | None, key: str) -> Node | None:
    return like.find(key) if like is not None else None


def _item(like: Node | None, number: int) -> Node | None:
    if like is None or like.kind != "list" or not like.entries:
        return None
    return like.entries[min(number, len(like.entries) - 1)].value


def _has_rows(value: Data) -> bool:
    if isinstance(value, dict):
        return any(map(_has_rows, value.values()))
    return any(map(_has_rows, value)) if isinstance(value, list) else isinstance(value, str) and "\n" in value


def _parent_column(text: str, node: Node) -> int:
    """Return the column of the key or dash before a block."""
    line = text[line_start(text, node.start) : node.start]
    lead = re.match(r"[ ]*(?:-[ ]+)*", line)
    width = lead.end() if lead else 0
    return width if line[width:].strip() else line.rstrip(" ").rfind("-")
