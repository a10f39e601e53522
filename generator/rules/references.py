"""Names that one file uses and another one defines."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.loading.assembly import translation
from generator.loading.draft import Draft, in_shop
from generator.problems import Problem
from generator.source import nearest
from generator.theming.sections import Setting

_MOST_GUESSES = 200
_MANY = {"products": "product", "shelves": "shelf"}
Place = tuple[str, str] | None
_ONE = {"product", "shelf", "page", "live"}


class Names:
    """The names of every kind, unreadable files included; guesses what a wrong one means, not endlessly."""

    def __init__(self, draft: Draft) -> None:
        self.known: dict[str, Mapping[str, object]] = {
            "product": draft.products, "shelf": draft.shelves, "live": draft.rooms,
            "page": {handle: page for handle, page in draft.pages.items() if translation(handle, draft) is None},
        }  # fmt: skip
        self._unread = {(source.kind, source.handle) for source in draft.sources}
        self._draft = draft
        self._left = _MOST_GUESSES

    def missing(self, kind: str, name: object) -> bool:
        """Return whether there is no such product, shelf, page or live room."""
        return str(name) not in self.known[kind] and (kind, str(name)) not in self._unread

    def guess(self, kind: str, name: object) -> str | None:
        """Return the nearest name of a kind."""
        self._left -= 1
        return nearest.find(str(name), self.known[kind]) if self._left >= 0 else None

    def unknown(self, place: Place, kind: str, name: object, path: tuple[str | int, ...]) -> Iterator[Problem]:
        """Give a problem if a name does not exist; ``place`` is the kind and handle it stands in, None in shop.yaml."""
        if self.missing(kind, name):
            code, guess = f"unknown-{kind}", self.guess(kind, name)
            if place is None:
                yield in_shop(code, path, suggestion=guess, name=str(name))
            else:
                yield self._draft.at(*place, code, path, suggestion=guess, name=str(name))


def files(draft: Draft) -> Iterator[Problem]:
    """Shelves, live rooms and products name only products, delivery methods and promotions that exist."""
    names = Names(draft)
    for handle, shelf in draft.shelves.items():
        yield from _listed(names, ("shelf", handle), "product", shelf.products, ("products",))
    for handle, room in draft.rooms.items():
        yield from _listed(names, ("live", handle), "product", room.products, ("products",))
    methods = {each.id for each in draft.shop.delivery}
    for handle, product in draft.products.items():
        if product.related:
            yield from _listed(names, ("product", handle), "product", product.related, ("related",))
        for index, method in enumerate(product.delivery):
            if method not in methods and not draft.lacks("delivery"):
                suggestion = nearest.find(method, methods)
                yield draft.at(
                    "product", handle, "unknown-delivery", ("delivery", index), suggestion=suggestion, name=method
                )


def _listed(
    names: Names, place: Place, kind: str, listed: Iterable[str], path: tuple[str | int, ...]
) -> Iterator[Problem]:  # fmt: skip
    known = names.known[kind]
    for index, name in enumerate(listed):
        if name not in known:
            yield from names.unknown(place, kind, name, (*path, index))


def twice(draft: Draft) -> Iterator[Problem]:
    """A shelf names a product once: the second time says nothing."""
    for handle, shelf in draft.shelves.items():
        seen: set[str] = set()
        for index, name in enumerate(shelf.products):
            if name in seen:
                yield draft.at("shelf", handle, "listed-twice", ("products", index), name=name)
            seen.add(name)


def pages(draft: Draft) -> Iterator[Problem]:
    """Terms and returns point to pages that exist."""
    names = Names(draft)
    for path, name in (
        (("checkout", "terms"), draft.shop.checkout.terms),
        (("returns", "page"), draft.shop.returns.page),
    ):
        if name is not None:
            yield from names.unknown(None, "page", name, path)


def promotions(draft: Draft) -> Iterator[Problem]:
    """Ids of promotions are unique, products and shelves in their conditions exist, and so do those of live rooms."""
    names = Names(draft)
    ids = {str(each.get("id")) for each in draft.tree.get("promotions") or ()}
    for handle, room in draft.rooms.items():
        for index, name in enumerate(room.promotions):
            if name not in ids and not draft.lacks("promotions"):
                suggestion = nearest.find(name, ids)
                yield draft.at(
                    "live", handle, "unknown-promotion", ("promotions", index), suggestion=suggestion, name=name
                )
    seen: set[str] = set()
    for index, each in enumerate(draft.tree.get("promotions") or ()):
        if each.get("id") in seen:
            yield in_shop("id-twice", ("promotions", index, "id"), id=each["id"])
        seen.add(each.get("id", ""))
        when = each.get("when") or {}
        for key, kind in _MANY.items():
            listed = when.get(key)
            if isinstance(listed, list):
                yield from _listed(names, None, kind, listed, ("promotions", index, "when", key))


def settings(draft: Draft) -> Iterator[Problem]:
    """Settings name products, shelves, pages and rooms that exist; sections stand where they may."""
    names = Names(draft)
    yield from _settings(
        names, draft.tree.get("theme", {}).get("settings") or {}, draft.offer.settings, ("theme", "settings")
    )
    for kind, path, listed in layouts(draft.tree):
        for index, section in enumerate(listed):
            yield from _section(draft, names, kind, section, (*path, index))


def layouts(tree: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str | int, ...], list[Any]]]:
    """Give the kind of page, the path and the sections of every layout that the shop writes."""
    yield "home", ("home",), tree.get("home") or []
    for kind, listed in (tree.get("layouts") or {}).items():
        if not kind.startswith("x-"):
            yield kind, ("layouts", kind), listed or []


def _section(
    draft: Draft, names: Names, kind: str, section: Mapping[str, Any], path: tuple[str | int, ...]
) -> Iterator[Problem]:
    sidecar = draft.offer.sections.get(section.get("section", ""))
    if sidecar is None:
        return
    if sidecar.pages and kind not in sidecar.pages:
        allowed = ", ".join(sidecar.pages)
        yield in_shop("section-not-here", (*path, "section"), section=sidecar.name, page=kind, allowed=allowed)
    yield from _settings(names, section, sidecar.settings, path)
    for index, block in enumerate(section.get("blocks") or ()):
        known = draft.offer.blocks.get(block.get("block", ""))
        if known is not None:
            yield from _settings(names, block, known.settings, (*path, "blocks", index))


def _settings(
    names: Names, tree: Mapping[str, Any], known: tuple[Setting, ...], path: tuple[str | int, ...]
) -> Iterator[Problem]:  # fmt: skip
    for setting in known:
        value = tree.get(setting.id)
        if value is None:
            continue
        if setting.type in _ONE:
            yield from names.unknown(None, setting.type, value, (*path, setting.id))
        elif setting.type in _MANY:
            yield from _listed(names, None, _MANY[setting.type], value, (*path, setting.id))
