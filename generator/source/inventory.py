"""Which files make up a shop, without reading them."""

import os
from pathlib import Path

from generator.shop import Value

SHOP = "shop.yaml"
_KINDS = {
    "products": ("product", ".yaml"),
    "shelves": ("shelf", ".yaml"),
    "pages": ("page", ".md"),
    "live": ("live", ".yaml"),
}
TABLE = "products.csv"


class Source(Value, frozen=True, kw_only=True):
    """One file: its kind, the handle its name gives, and how it looked when the folder was listed."""

    kind: str
    handle: str
    file: str
    modified: int
    size: int


class Stray(Value, frozen=True, kw_only=True):
    """Something in a folder of the shop that is not read, and what it was probably meant to be."""

    file: str
    code: str
    meant: str = ""


def gather(folder: Path) -> tuple[list[Source], list[Stray]]:
    """List the files of products, shelves, pages and live rooms in order, and what is out of place."""
    sources: list[Source] = []
    strays: list[Stray] = []
    for name, (kind, ending) in _KINDS.items():
        place = folder / name
        if place.is_dir():
            _gather(place, (name, kind, ending), sources, strays)
    table = folder / TABLE
    if table.is_file():
        found = table.stat()
        sources.append(Source(kind="table", handle="", file=TABLE, modified=found.st_mtime_ns, size=found.st_size))
    return sources, strays


def _gather(place: Path, kind: tuple[str, str, str], sources: list[Source], strays: list[Stray]) -> None:
    name, what, ending = kind
    with os.scandir(place) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        file = f"{name}/{entry.name}"
        if entry.name.startswith(".") or entry.name.endswith(("~", ".bak", ".orig", ".swp")):
            continue
        if entry.is_symlink() and not _inside(place, entry.path):
            strays.append(Stray(file=file, code="file-outside"))
        elif not entry.name.endswith(ending) or not entry.is_file():
            strays.append(Stray(file=file, code="file-not-read", meant=f"{name}/{_stem(entry.name)}{ending}"))
        else:
            found = entry.stat()
            handle = entry.name.removesuffix(ending)
            sources.append(Source(kind=what, handle=handle, file=file, modified=found.st_mtime_ns, size=found.st_size))


def _stem(name: str) -> str:
    return name.rsplit(".", 1)[0] if "." in name else name


def _inside(place: Path, path: str) -> bool:
    return Path(path).resolve().is_relative_to(place.parent.resolve())
