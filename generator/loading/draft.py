"""A shop whose files have all been read, before anybody asked whether they agree with each other."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from generator import document
from generator.document import Document
from generator.loading.content import ShelfFile
from generator.loading.reader import Ground
from generator.messages import problem
from generator.problems import Mark, Problem
from generator.shop import LiveRoom, Page, Product, Shop
from generator.source import table
from generator.source.inventory import SHOP, TABLE, Source, Stray
from generator.source.reading import Result
from generator.theming.sections import Offer

_MOST_DOCUMENTS = 2000
"""Files that are read again for the places of their problems; nobody reads a report longer than that."""
_ENDINGS = frozenset({".yaml", ".md"})


Place = str | tuple[str, str]
"""Where something stands: a file, or the kind and handle of a product, shelf, page or live room."""


class Draft(msgspec.Struct, kw_only=True):
    """Everything that rules look at. The mappings are handle → value, ``files`` says which file a value stands in."""

    folder: Path
    ground: Ground
    tree: dict[str, Any]
    shop: Shop
    offer: Offer
    sources: list[Source]
    strays: list[Stray]
    results: dict[str, Result]
    products: dict[str, Product]
    shelves: dict[str, ShelfFile]
    pages: dict[str, Page]
    rooms: dict[str, LiveRoom]
    files: dict[tuple[str, str], str]
    now: str = ""
    broken: frozenset[tuple[str | int, ...]] = frozenset()
    documents: dict[str, Document] = {}
    rows: dict[str, Document] = {}
    stocked: dict[str, tuple[str, ...]] | None = None

    def file(self, kind: str, handle: str) -> str:
        """Return the file that a product, shelf, page or live room stands in."""
        return self.files[kind, handle]

    def lacks(self, *path: str) -> bool:
        """Return whether the schema already found fault with a value of shop.yaml, so that it was left out."""
        return path in self.broken

    def find_document(self, file: str) -> Document | None:
        """Return a file of the shop, read again if need be: places are only asked for where there are problems."""
        if file not in self.documents and len(self.documents) < _MOST_DOCUMENTS:
            path = self.folder / file
            if file == TABLE and path.is_file():
                documents, _ = table.read(path, TABLE)
                self.documents.update((TABLE, each) for _, each in documents[:1])
            if path.suffix in _ENDINGS and path.is_file():
                read, _ = document.read_page(path, file) if path.suffix == ".md" else document.read(path, file)
                if read is not None:
                    self.documents[file] = read
        return self.documents.get(file)

    def at(
        self,
        kind: str,
        handle: str,
        code: str,
        path: tuple[str | int, ...] = (),
        /,
        *,
        suggestion: str | None = None,
        related: tuple[str, Mark | None] | None = None,
        **values: object,
    ) -> Problem:
        """Make a problem with a product, shelf, page or live room."""
        file = self.file(kind, handle)
        mark = self.row(handle).mark(path) if file == TABLE else None
        return problem(code, file, mark, path, suggestion=suggestion, related=related, **values)

    def blame(
        self,
        place: Place,
        code: str,
        path: tuple[str | int, ...] = (),
        /,
        *,
        suggestion: str | None = None,
        related: tuple[str, Mark | None] | None = None,
        **values: object,
    ) -> Problem:
        """Make a problem with a value of a file, or of a product, shelf, page or live room."""
        if isinstance(place, str):
            return problem(code, place, None, path, suggestion=suggestion, related=related, **values)
        kind, handle = place
        return self.at(kind, handle, code, path, suggestion=suggestion, related=related, **values)

    def row(self, handle: str) -> Document:
        """Return the rows of a product in the table."""
        if not self.rows:
            documents, _ = table.read(self.folder / TABLE, TABLE)
            self.rows = dict(documents)
        return self.rows[handle]

    def place(self, kind: str, handle: str, path: tuple[str | int, ...]) -> Mark | None:
        """Return the place of a value of a product, shelf, page or live room."""
        file = self.file(kind, handle)
        return self.row(handle).mark(path) if file == TABLE else self.mark(file, path)

    def mark(self, file: str, path: tuple[str | int, ...]) -> Mark | None:
        """Return the place of a value in one of the shop's files."""
        found = self.find_document(file)
        return found.mark(path) if found is not None else None


def at(
    file: str,
    code: str,
    path: tuple[str | int, ...] = (),
    *,
    suggestion: str | None = None,
    related: tuple[str, Mark | None] | None = None,
    **values: object,
) -> Problem:
    """Make a problem whose place is looked up later, from its path."""
    return problem(code, file, None, path, suggestion=suggestion, related=related, **values)


def in_shop(code: str, path: tuple[str | int, ...] = (), *, suggestion: str | None = None, **values: object) -> Problem:
    """Make a problem with a value of shop.yaml."""
    return problem(code, SHOP, None, path, suggestion=suggestion, related=None, **values)


Problems = Iterable[Problem]
