"""products.csv: one row a variant becomes one document a product, every value with the place of its cell.

Columns are keys of a product or a variant: ``title``, ``title.en``, ``seo.title``, ``options.Size``. Beside
``title.en`` the plain ``title`` is the one in the shop's own locale. Entries of a list (``tags``, ``images``,
``related``, ``delivery``) are parted by ``|``. Cells of a product's own columns may be empty after its first row. The
separator is the comma, semicolon or tab of the first row.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from generator import schema
from generator.document import Document, Marks, read_bytes
from generator.messages import problem
from generator.problems import Mark, Problem
from generator.source import concealment, nearest
from generator.source.decoding import MAXIMUM_TABLE_BYTES, decode, replace_controls
from generator.source.events import Data

_LISTS = {"tags", "images", "related", "delivery"}
_TRUTHS: dict[str, bool] = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_TEXTS = {
    ("title",), ("subtitle",), ("description",), ("seo", "title"), ("seo", "description"), ("returns", "why"),
    ("safety", "warnings"),
}  # fmt: skip
_PLAIN_ROW = re.compile(r"[^\r\n]*")


class Cell(msgspec.Struct, frozen=True):
    """What stands in a cell, and where."""

    text: str
    mark: Mark


class Column(msgspec.Struct, frozen=True):
    """A column: the steps of its name, its place, and whether it belongs to a variant or holds yes and no."""

    steps: tuple[str, ...]
    mark: Mark
    variant: bool
    truth: bool


class Product(msgspec.Struct):
    """What the rows of one handle gave so far."""

    handle: str
    data: dict[str, Data]
    marks: Marks
    variants: list[dict[str, Data]] = []
    given: dict[tuple[str, ...], Cell] = {}


def read(path: Path, file: str, locale: str = "") -> tuple[list[tuple[str, Document]], list[Problem]]:
    """Read the table: (handle, document) of every product in the order of first rows, and problems of the table.

    ``locale`` is the shop's own; without it only the places of values are right.
    """
    raw, problems = read_bytes(path, file, MAXIMUM_TABLE_BYTES)
    if raw is None:
        return [], problems
    text, problems = decode(raw, file, MAXIMUM_TABLE_BYTES)
    if text is None:
        return [], problems
    documents, problems = parse(text, file, locale)
    return documents, problems + concealment.find(text, file)


def parse(text: str, file: str, locale: str = "") -> tuple[list[tuple[str, Document]], list[Problem]]:
    """Read the text of a table; see ``read``."""
    clean, problems = replace_controls(text, file)
    rows = _rows(clean, _separator(clean), file, problems)
    header = next(rows, None)
    columns = _in_own_locale(_columns(header or [], file, problems), locale)
    if "handle" not in [".".join(each.steps) for each in columns if each]:
        return [], [*problems, problem("table-without-handle", file, Mark(line=1, column=1))]
    products: dict[str, Product] = {}
    for row in rows:
        _add(row, columns, products, file, problems)
    documents = [(each.handle, _document(each, columns, text, file)) for each in products.values()]
    return documents, problems


def _separator(text: str) -> str:
    found = _PLAIN_ROW.match(text)
    first = found[0] if found else ""
    return max((",", ";", "\t"), key=first.count)


def _rows(text: str, separator: str, file: str, problems: list[Problem]) -> Iterator[list[Cell]]:
    """Split a table into rows of cells (RFC 4180); rows without any text are left out."""
    cell = re.compile(rf'"((?:[^"]|"")*)"|([^{separator}\r\n]*)')
    row: list[Cell] = []
    position, line, start = 0, 1, 0
    while position < len(text):
        found = cell.match(text, position)
        value, end = (found[1] if found[1] is not None else found[2], found.end()) if found else ("", position)
        mark = Mark(line=line, column=position - start + 1, end=position - start + 1 + max(1, end - position))
        if value.startswith('"') and text[position] == '"':
            problems.append(problem("table-open-quote", file, mark))
            return
        row.append(Cell((value.replace('""', '"') if found and found[1] is not None else value).strip(), mark))
        inside = text.count("\n", position, end)
        if inside:
            line, start = line + inside, text.rfind("\n", position, end) + 1
        position = end
        if text[position : position + 1] == separator:
            position += 1
            if position < len(text):
                continue
            row.append(Cell("", mark))
        elif position < len(text) and text[position] not in "\r\n":
            problems.append(problem("table-text-after-quote", file, mark))
            position += len(_PLAIN_ROW.match(text, position)[0])  # type: ignore[index]
        if any(each.text for each in row):
            yield row
        row = []
        position += 2 if text.startswith("\r\n", position) else 1
        line, start = line + 1, position


def _columns(header: list[Cell], file: str, problems: list[Problem]) -> list[Column | None]:
    tree = schema.compiled("product").tree
    own, variant = tree["properties"], tree["$defs"]["variant"]["properties"]
    seen: dict[str, Mark] = {}
    columns: list[Column | None] = []
    for cell in header:
        steps = tuple(cell.text.split("."))
        known = [name for name in ("handle", "image", *own) if name != "variants"]
        column = None
        if cell.text in seen:
            related = (file, seen[cell.text])
            problems.append(problem("table-column-twice", file, cell.mark, related=related, name=cell.text))
        elif steps[0] in known or steps[0].startswith("x-"):
            kind = own.get(steps[0], {})
            kind = kind.get("properties", {}).get(steps[1], {}) if len(steps) > 1 else kind
            belongs = steps[0] in variant
            column = Column(steps=steps, mark=cell.mark, variant=belongs, truth=kind.get("type") == "boolean")
        elif cell.text:
            near = nearest.find(steps[0], known)
            problems.append(problem("table-unknown-column", file, cell.mark, name=cell.text, suggestion=near))
        seen.setdefault(cell.text, cell.mark)
        columns.append(column)
    return columns


def _in_own_locale(columns: list[Column | None], locale: str) -> list[Column | None]:
    """Let a plain column be the one of the shop's locale where others of the same text name theirs."""
    translated = {each.steps[:-1] for each in columns if each and locale} & _TEXTS
    return [
        msgspec.structs.replace(each, steps=(*each.steps, locale)) if each and each.steps in translated else each
        for each in columns
    ]


def _add(
    row: list[Cell], columns: list[Column | None], products: dict[str, Product], file: str, problems: list[Problem]
) -> None:  # fmt: skip
    cells = [(column, cell) for column, cell in zip(columns, row, strict=False) if column and cell.text]
    if any(cell.text for cell in row[len(columns) :]):
        extra = next(cell for cell in row[len(columns) :] if cell.text)
        problems.append(problem("table-too-many-cells", file, extra.mark, count=len(columns)))
    named = next((cell for column, cell in cells if column.steps == ("handle",)), None)
    if named is None:
        problems.append(problem("table-row-without-handle", file, row[0].mark))
        return
    if named.text not in products:
        marks: Marks = {(): (None, named.mark)}
        products[named.text] = Product(handle=named.text, data={}, marks=marks, variants=[], given={})
    product = products[named.text]
    number = len(product.variants)
    product.marks[("variants", number)] = (None, named.mark)
    product.variants.append({})
    for column, cell in cells:
        if column.variant:
            _put(product.variants[-1], ("variants", number), column, cell, product.marks)
        elif column.steps != ("handle",):
            _put_once(product, column, cell, file, problems)


def _put_once(product: Product, column: Column, cell: Cell, file: str, problems: list[Problem]) -> None:
    first = product.given.setdefault(column.steps, cell)
    if first is cell:
        _put(product.data, (), column, cell, product.marks)
    elif first.text != cell.text:
        related, name = (file, first.mark), ".".join(column.steps)
        problems.append(
            problem("table-cells-disagree", file, cell.mark, related=related, name=name, handle=product.handle)
        )


def _put(data: dict[str, Data], path: tuple[str | int, ...], column: Column, cell: Cell, marks: Marks) -> None:
    value: Data = _TRUTHS.get(cell.text, cell.text) if column.truth else cell.text
    if column.steps[0] in _LISTS:
        value = [part.strip() for part in cell.text.split("|") if part.strip()]
    for step in column.steps[:-1]:
        path = (*path, step)
        inner = data.setdefault(step, {})
        if not isinstance(inner, dict):
            inner = data[step] = {}
        data = inner
        marks.setdefault(path, (column.mark, cell.mark))
    data[column.steps[-1]] = value
    marks[(*path, column.steps[-1])] = (column.mark, cell.mark)
    for index in range(len(value) if isinstance(value, list) else 0):
        marks[(*path, column.steps[-1], index)] = (None, cell.mark)


def _document(product: Product, columns: list[Column | None], text: str, file: str) -> Document:
    data, rows = product.data, product.variants
    names = dict.fromkeys(each.steps[1] for each in columns if each and each.steps[0] == "options" and each.steps[1:])
    options = {name: list(dict.fromkeys(_choices(rows, name))) for name in names}
    options = {name: values for name, values in options.items() if values}
    if options or len(rows) > 1:
        data["variants"] = rows
        data |= {"options": options} if options else {}
    else:
        data |= rows[0]
        inside = {path[2:]: mark for path, mark in product.marks.items() if path[:1] == ("variants",)}
        product.marks |= {path: mark for path, mark in inside.items() if path}
        if "image" in data:
            data.setdefault("images", []).append(data.pop("image"))
    return Document(file=file, text=text, data=data, head="", marks=product.marks)


def _choices(rows: list[dict[str, Data]], name: str) -> Iterator[str]:
    for row in rows:
        chosen = row.get("options")
        if isinstance(chosen, dict) and name in chosen:
            yield str(chosen[name])
