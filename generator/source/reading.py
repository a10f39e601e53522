"""One file of a shop, read alone: YAML to data, data against its schema, data to a value."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from generator import document, schema
from generator.display.links import Link, links
from generator.document import Document
from generator.loading import content, products
from generator.loading.content import ShelfFile
from generator.loading.reader import Ground, Reader, Tree
from generator.problems import Mark, Problem
from generator.shop import LiveRoom, Page, Product, Value
from generator.source import table
from generator.source.decoding import lines
from generator.source.inventory import Source
from generator.theming import sections

_AT_KEYS = frozenset({"unknown-locale", "unknown-option"})
"""Problems that are about a key and not about its value."""
_ABOUT_FILES = ("handle-", "file-")
"""Problems that are about a file's name: no place inside the file explains them."""


class Result(Value, frozen=True, kw_only=True):
    """What one file gave: its problems, its values as far as they can be made, and the links in its texts."""

    file: str
    kind: str
    problems: tuple[Problem, ...] = ()
    products: tuple[Product, ...] = ()
    shelf: ShelfFile | None = None
    page: Page | None = None
    room: LiveRoom | None = None
    links: tuple[Link, ...] = ()
    digest: bytes = b""


def read(folder: Path, source: Source, ground: Ground) -> Result:
    """Read a file, its schema and its values; the result holds nothing of the text."""
    path = folder / source.file
    if source.kind == "table":
        return _read_table(path, source, ground)
    found, problems = (
        document.read_page(path, source.file) if source.kind == "page" else document.read(path, source.file)
    )
    if found is None:
        return Result(file=source.file, kind=source.kind, problems=tuple(problems))
    translates = source.kind == "page" and source.handle.rpartition(".")[2] in ground.locales
    checked = schema.validate(found, _translation() if translates else schema.compiled(source.kind))
    tree = checked.data if isinstance(checked.data, dict) else {}
    reader = Reader(source.file, ground, checked.broken, translates=translates)
    values = _values(source, tree, reader)
    problems += checked.problems + [placed(found, each) for each in reader.close()]
    return Result(
        file=source.file, kind=source.kind, problems=tuple(problems), links=tuple(links(source.kind, tree)),
        digest=digest(found.text.encode()), **values,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _translation() -> schema.Compiled:
    """Return the schema of a page in a second language: it needs no title of its own."""
    return schema.compile_tree(sections.core("page") | {"required": []})


def _read_table(path: Path, source: Source, ground: Ground) -> Result:
    documents, problems = table.read(path, source.file, ground.locale)
    made: list[Product] = []
    led: list[Link] = []
    for handle, found in documents:
        checked = schema.validate(found, schema.compiled("product"))
        tree = checked.data if isinstance(checked.data, dict) else {}
        reader = Reader(source.file, ground, checked.broken)
        made.append(products.load(handle, tree, reader))
        led += links("product", tree)
        problems += checked.problems + [placed(found, each) for each in reader.close()]
    text = documents[0][1].text.encode() if documents else b""
    return Result(
        file=source.file, kind=source.kind, problems=tuple(problems), products=tuple(made), links=tuple(led),
        digest=digest(text),
    )  # fmt: skip


def digest(data: bytes | memoryview) -> bytes:
    """Return what stands for the content of a file."""
    return hashlib.blake2b(data, digest_size=16).digest()


def _values(source: Source, tree: Tree, reader: Reader) -> dict[str, Any]:
    if source.kind == "product":
        return {"products": (products.load(source.handle, tree, reader),)}
    if source.kind == "shelf":
        return {"shelf": content.load_shelf(source.handle, tree, reader)}
    if source.kind == "page":
        return {"page": content.load_page(source.handle, tree, reader)}
    return {"room": content.load_room(source.handle, tree, reader)}


def placed(found: Document, one: Problem) -> Problem:
    """Return the problem with the place of its value, or of the link inside that value."""
    if one.code.startswith(_ABOUT_FILES):
        return one
    mark = found.mark(one.path, key=one.code in _AT_KEYS or not _is_plain(found.data, one.path))
    link = one.values.get("link")
    if isinstance(link, str):
        mark = _inside(found, mark, link)
    return msgspec.structs.replace(one, mark=mark)


def _is_plain(data: Any, path: tuple[str | int, ...]) -> bool:  # noqa: ANN401  any YAML value
    """Return whether a single value stands at the path: what is wrong with a mapping or list is shown at its key."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return True
    return not isinstance(data, dict | list)


def _inside(found: Document, mark: Mark, link: str) -> Mark:
    rows = lines(found.text)
    for number in range(mark.line - 1, len(rows)):
        column = rows[number].find(link, mark.column - 1 if number == mark.line - 1 else 0)
        if column >= 0:
            return Mark(line=number + 1, column=column + 1, end=column + 1 + len(link))
    return mark
