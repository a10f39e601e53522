"""Changes of products.csv: cells and rows, while every other cell keeps its quotes, its blanks and its line.

A table is a mapping of handle to the handle's rows, each a mapping of column to text; empty cells are left out. So
``("longjing", 0, "price")`` is a cell, ``("longjing", 1)`` a row and ``("longjing",)`` a product.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from generator.editing import applying
from generator.editing.change import Change, Changes, Insert, Move, Path, Remove, Set, UnwritableError
from generator.editing.spans import break_at, break_before
from generator.source.events import Data

_HANDLE = "handle"
_PRODUCT, _ROW, _CELL = 1, 2, 3


class Cell(msgspec.Struct, gc=False):
    """A cell: where it stands, what it says, and whether it is in quotes."""

    start: int
    end: int
    text: str
    quoted: bool


class Grid(msgspec.Struct):
    """A table's text with the place of every cell; ``rows`` hold those below the header that have a handle."""

    text: str
    separator: str
    header: list[Cell]
    rows: list[list[Cell]]
    handles: dict[str, list[int]]

    def column(self, name: str) -> int | None:
        """Return the number of a column."""
        return next((number for number, cell in enumerate(self.header) if cell.text == name), None)


def edit(text: str, changes: Changes) -> str:
    """Return the table with the changes, applied one after another; raise UnwritableError and change nothing."""
    wanted = read(text)
    written = text
    for change in changes:
        for each in applying.simple(wanted, _as_text(change)):
            wanted = _without_empty(applying.applied(wanted, each), each.path)
            written = _write(written, each)
    if read(written) != wanted:
        raise UnwritableError("odd", changes[0].path if changes else ())
    return written


@lru_cache(maxsize=2)
def read(text: str) -> Data:
    """Return the rows of a table by handle; raise UnwritableError if it has to be mended by hand first."""
    grid = _grid(text)
    names = [cell.text for cell in grid.header]
    first = {name: number for number, name in reversed(list(enumerate(names))) if name}
    data: dict[str, Data] = {}
    for handle, numbers in grid.handles.items():
        data[handle] = [
            {
                name: grid.rows[number][place].text
                for name, place in first.items()
                if name != _HANDLE and place < len(grid.rows[number]) and grid.rows[number][place].text
            }
            for number in numbers
        ]
    return data


@lru_cache(maxsize=2)
def _grid(text: str) -> Grid:
    first = re.match(r"[^\r\n]*", text)
    separator = max((",", ";", "\t"), key=(first[0] if first else "").count)
    rows = _rows(text, separator)
    header: list[Cell] = next(rows, [])
    grid = Grid(text, separator, header, [], {})
    place = grid.column(_HANDLE)
    if place is None:
        raise UnwritableError("broken")
    for row in rows:
        if place < len(row) and row[place].text:
            grid.handles.setdefault(row[place].text, []).append(len(grid.rows))
            grid.rows.append(row)
    return grid


def _rows(text: str, separator: str) -> Iterator[list[Cell]]:
    cell = re.compile(rf'"((?:[^"]|"")*)"|([^{separator}\r\n]*)')
    row: list[Cell] = []
    position = 0
    while position < len(text) or row:
        found = cell.match(text, position)
        if found is None or (found[1] is None and found[2].startswith('"')):
            raise UnwritableError("broken")
        quoted = found[1] is not None
        value = found[1].replace('""', '"') if quoted else found[2]
        row.append(Cell(position, found.end(), value.strip(), quoted))
        position = found.end()
        if text.startswith(separator, position):
            position += 1
            continue
        if position < len(text) and text[position] not in "\r\n":
            raise UnwritableError("broken")
        if any(each.text for each in row):
            yield row
        row = []
        position += 2 if text.startswith("\r\n", position) else 1


def _as_text(change: Change) -> Change:
    if isinstance(change, Set | Insert):
        return msgspec.structs.replace(change, value=_told(change.value, change.path))
    return change


def _told(value: Any, path: Path) -> Data:  # noqa: ANN401  what a form may give
    """Return a value as the text of cells."""
    if len(path) == _PRODUCT and isinstance(value, list):
        return [_told(row, (*path, number)) for number, row in enumerate(value)]
    if len(path) == _ROW and isinstance(value, dict):
        cells = {name: _told(cell, (*path, name)) for name, cell in value.items()}
        return {name: cell for name, cell in cells.items() if cell}
    if len(path) != _CELL or isinstance(value, dict) or path[-1] == _HANDLE:
        raise UnwritableError("no-such-path", path)
    if isinstance(value, list):
        return "|".join(map(str, value))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value).strip()


def _without_empty(data: Data, path: Path) -> Data:
    """Return the table as it is read: an empty cell is none, and a product without rows is none."""
    handle = path[0]
    rows = data.get(handle)
    if rows is None:
        return data
    kept = [{name: cell for name, cell in row.items() if cell} for row in rows]
    return {key: value for key, value in data.items() if key != handle} if not kept else {**data, handle: kept}


def _write(text: str, change: Change) -> str:
    grid = _grid(text)
    handle = str(change.path[0])
    numbers = grid.handles.get(handle, [])
    if len(change.path) == _CELL:
        row = grid.rows[numbers[int(change.path[1])]]
        return _with_cell(grid, row, str(change.path[2]), change.value if isinstance(change, Set) else "")
    if len(change.path) == _PRODUCT and isinstance(change, Set | Remove):
        for number in reversed(numbers):
            text = _without_row(text, grid.rows[number])
        rows = change.value if isinstance(change, Set) else []
        at = grid.rows[numbers[0]][0].start if numbers else len(text)
        for row in reversed(rows):
            text = _with_row(text, at, handle, row)
        return text
    if len(change.path) != _ROW:
        raise UnwritableError("no-such-path", change.path)
    return _write_row(grid, change, handle, numbers)


def _write_row(grid: Grid, change: Change, handle: str, numbers: list[int]) -> str:
    text, index = grid.text, int(change.path[1])
    if isinstance(change, Insert):
        at = grid.rows[numbers[index]][0].start if index < len(numbers) else _behind(text, grid.rows[numbers[-1]])
        return _with_row(text, at, handle, change.value)
    row = grid.rows[numbers[index]]
    start, end = row[0].start, _behind(text, row)
    if isinstance(change, Set):
        return _with_row(text[:start] + text[end:], start, handle, change.value)
    if isinstance(change, Move):
        order = list(numbers)
        order.insert(change.to, order.pop(index))
        spans = [(grid.rows[number][0].start, grid.rows[number][-1].end) for number in numbers]
        moved = [text[grid.rows[number][0].start : grid.rows[number][-1].end] for number in order]
        for (first, last), piece in reversed(list(zip(spans, moved, strict=True))):
            text = text[:first] + piece + text[last:]
        return text
    return text[:start] + text[end:]


def _behind(text: str, row: list[Cell]) -> int:
    end = row[-1].end
    return end + len(break_at(text, end)) if end < len(text) else end


def _without_row(text: str, row: list[Cell]) -> str:
    return text[: row[0].start] + text[_behind(text, row) :]


def _with_row(text: str, at: int, handle: str, row: dict[str, str]) -> str:
    for name in row:
        text, more = _with_column(text, name)
        at += more
    grid = _grid(text)
    ending = break_before(text, at) or break_at(text, 0)
    names = [cell.text for cell in grid.header]
    values = {_HANDLE: handle, **row}
    written = [_cell(values.pop(name, ""), grid.separator) for name in names]
    before = ending if at and text[at - 1] not in "\r\n" else ""
    return text[:at] + before + grid.separator.join(written) + ending + text[at:]


def _with_column(text: str, name: str) -> tuple[str, int]:
    """Return the text with a column of that name in its header, and by how much it is longer."""
    grid = _grid(text)
    if grid.column(name) is not None:
        return text, 0
    piece = grid.separator + _cell(name, grid.separator)
    end = grid.header[-1].end
    return text[:end] + piece + text[end:], len(piece)


def _with_cell(grid: Grid, row: list[Cell], name: str, value: str) -> str:
    text = grid.text
    place = grid.column(name)
    if place is not None and place < len(row):
        cell = row[place]
        return text[: cell.start] + _cell(value, grid.separator, quoted=cell.quoted and bool(value)) + text[cell.end :]
    place = len(grid.header) if place is None else place
    end = row[-1].end
    missing = grid.separator * (place - len(row) + 1)
    return _with_column(text[:end] + missing + _cell(value, grid.separator) + text[end:], name)[0]


def _cell(value: str, separator: str, *, quoted: bool = False) -> str:
    if quoted or any(sign in value for sign in (separator, '"', "\r", "\n")):
        return '"' + value.replace('"', '""') + '"'
    return value
