"""A shop whose files have all been read, before anybody asked whether they agree with each other."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from generator.inventory import SHOP, Source, Stray
from generator.loading.content import ShelfFile
from generator.loading.reader import Ground
from generator.messages import problem
from generator.problems import Mark, Problem
from generator.reading import Result
from generator.sections import Offer
from generator.shop import LiveRoom, Page, Product, Shop


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

    def file(self, kind: str, handle: str) -> str:
        """Return the file that a product, shelf, page or live room stands in."""
        return self.files[kind, handle]


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
    return at(SHOP, code, path, suggestion=suggestion, **values)


Problems = Iterable[Problem]
