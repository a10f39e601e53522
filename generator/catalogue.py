"""A release's catalogue as the runtime reads it: products, cards, shelves, rooms, facets and search; never written."""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from generator.releases import search
from generator.shop import LiveRoom, Product, ProductStatus, Terms, Variant
from generator.views import Card

FORMAT = 1
_SORTS = {
    "": "position", "manual": "position", "price": "low, position", "-price": "high DESC, position",
    "newest": "publish_at DESC, position DESC", "title": "handle",
}  # fmt: skip
_MOST_SKUS = 500


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What a shopper looks for. Prices are minor units; ``now`` (ISO 8601, UTC) hides what is published later."""

    text: str = ""
    shelf: str = ""
    tags: tuple[str, ...] = ()
    options: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    price_over: int | None = None
    price_under: int | None = None
    sort: str = ""
    page: int = 1
    size: int = 24
    now: str = "9999"


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cards. ``facets`` count the values of all hits: ``tag`` and ``option:<name>``; ``prices`` span them."""

    cards: tuple[Card, ...]
    total: int
    page: int
    pages: int
    facets: dict[str, dict[str, int]]
    prices: tuple[int, int] | None


class ShelfEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A shelf as listings name it."""

    handle: str
    title: str
    description: str
    url: str


class Catalogue:
    """Reads one catalogue.db; use one in each thread."""

    def __init__(self, path: Path) -> None:
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        self._connection.execute("PRAGMA query_only = 1")
        meta = dict(self._connection.execute("SELECT key, value FROM meta"))
        self.release = str(meta["release"])
        self.terms = msgspec.json.decode(meta["terms"], type=Terms)
        self._options = meta.get("options", "[]")
        self._product = msgspec.json.Decoder(Product)
        self._card = msgspec.json.Decoder(Card)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    def find_product(self, handle: str) -> Product | None:
        """Return a product by its handle; drafts are not in a catalogue. Its longer texts are left out."""
        rows = self._rows("SELECT data FROM product WHERE handle = ?", (handle,))
        return self._product.decode(rows[0][0]) if rows else None

    def raw(self) -> dict[str, bytes]:
        """Return all products as they are kept, by handle, in the order of the shop: what is equal need not be read."""
        rows = self._rows("SELECT handle, data FROM product ORDER BY position")
        return {handle: bytes(data) for handle, data in rows}

    def read(self, kept: bytes) -> Product:
        """Read a product as it is kept."""
        return self._product.decode(kept)

    def find_variant(self, sku: str) -> tuple[Product, Variant] | None:
        """Return a variant by its sku, with its product."""
        return self.variants((sku,)).get(sku)

    def variants(self, skus: Iterable[str]) -> dict[str, tuple[Product, Variant]]:
        """Return those of the variants that exist, by their sku."""
        wanted = list(dict.fromkeys(skus))[:_MOST_SKUS]
        marks = ",".join("?" * len(wanted))
        sql = f"SELECT v.sku, p.data FROM variant v JOIN product p ON p.id = v.product WHERE v.sku IN ({marks})"  # noqa: S608
        found: dict[str, tuple[Product, Variant]] = {}
        for sku, data in self._rows(sql, wanted):
            product = self._product.decode(data)
            found[sku] = (product, next(each for each in product.variants if each.sku == sku))
        return {sku: found[sku] for sku in wanted if sku in found}

    def all_variants(self) -> list[tuple[str, str, int | None]]:
        """Return (sku, product, opening stock) of every variant, in the order of the shop."""
        return self._rows(
            "SELECT v.sku, p.handle, v.stock FROM variant v JOIN product p ON p.id = v.product"
            " ORDER BY p.position, v.position"
        )

    def cards(self, locale: str, handles: Iterable[str]) -> tuple[Card, ...]:
        """Return the cards of products in the given order; unknown ones are left out."""
        wanted = list(dict.fromkeys(handles))[:_MOST_SKUS]
        marks = ",".join("?" * len(wanted))
        join = "product p JOIN card c ON c.product = p.id"
        sql = f"SELECT p.handle, c.data FROM {join} WHERE c.locale = ? AND p.handle IN ({marks})"  # noqa: S608
        rows = self._rows(sql, (locale, *wanted))
        found = {handle: self._card.decode(data) for handle, data in rows}
        return tuple(found[handle] for handle in wanted if handle in found)

    def listing(self, locale: str, query: Query) -> Listing:
        """Return a page of what a query finds, with facets counted over all of it."""
        where, values = _conditions(query)
        if where is None:
            return Listing(cards=(), total=0, page=1, pages=1, facets={}, prices=None)
        join, order = _source(query)
        hits = f"SELECT product.id, low, high, handle, publish_at, {order[1]} AS rank FROM {join} WHERE {where}"  # noqa: S608
        rows = self._rows(f"WITH hits AS ({hits}) SELECT id FROM hits ORDER BY {order[0]}", values)  # noqa: S608
        return self._page(locale, query, [row[0] for row in rows])

    def _page(self, locale: str, query: Query, ids: list[int]) -> Listing:
        size = max(1, min(query.size, 100))
        pages = max(1, -(-len(ids) // size))
        page = max(1, min(query.page, pages))
        shown = ids[(page - 1) * size : page * size]
        marks = ",".join("?" * len(shown))
        data = dict(
            self._rows(
                f"SELECT product, data FROM card WHERE locale = ? AND product IN ({marks})",  # noqa: S608
                (locale, *shown),
            )
        )
        facets, prices = self._counted(ids)
        return Listing(
            cards=tuple(self._card.decode(data[each]) for each in shown if each in data),
            total=len(ids), page=page, pages=pages, facets=facets, prices=prices,
        )  # fmt: skip

    def _counted(self, ids: list[int]) -> tuple[dict[str, dict[str, int]], tuple[int, int] | None]:
        if not ids:
            return {}, None
        hits = msgspec.json.encode(ids).decode()
        facets: dict[str, dict[str, int]] = {}
        for name, value, count in self._rows(
            "SELECT name, value, count(*) FROM facet WHERE product IN (SELECT value FROM json_each(?))"
            " GROUP BY name, value ORDER BY name, count(*) DESC, value",
            (hits,),
        ):
            facets.setdefault(name, {})[value] = count
        facets = {name: facets[name] for name in self._order if name in facets} | facets
        for name, values in self._order.items():
            if name in facets:
                facets[name] = {value: facets[name][value] for value in values if value in facets[name]} | facets[name]
        low, high = self._rows(
            "SELECT min(low), max(low) FROM product WHERE id IN (SELECT value FROM json_each(?))", (hits,)
        )[0]
        return facets, (low, high)

    @cached_property
    def _order(self) -> dict[str, tuple[str, ...]]:
        """Return the facets in the order in which they are offered: tags by how often they hit, options as written."""
        listed = msgspec.json.decode(self._options, type=list[tuple[str, tuple[str, ...]]])
        return {"tag": (), **{f"option:{name}": values for name, values in listed}}

    def shelves(self, locale: str) -> list[ShelfEntry]:
        """Return all shelves in the order of the shop."""
        rows = self._rows("SELECT data FROM shelf WHERE locale = ? ORDER BY position", (locale,))
        return [msgspec.json.decode(row[0], type=ShelfEntry) for row in rows]

    def find_shelf(self, locale: str, handle: str) -> ShelfEntry | None:
        """Return a shelf by its handle."""
        rows = self._rows("SELECT data FROM shelf WHERE locale = ? AND handle = ?", (locale, handle))
        return msgspec.json.decode(rows[0][0], type=ShelfEntry) if rows else None

    def labels(self, locale: str) -> dict[tuple[str, str], str]:
        """Return the words for facets: (``tag``, value) and (``option:<name>``, value or empty for the name itself)."""
        rows = self._rows("SELECT name, value, text FROM label WHERE locale = ?", (locale,))
        return {(name, value): text for name, value, text in rows}

    def find_room(self, handle: str) -> LiveRoom | None:
        """Return a live room by its handle."""
        rows = self._rows("SELECT data FROM room WHERE handle = ?", (handle,))
        return msgspec.json.decode(rows[0][0], type=LiveRoom) if rows else None

    def rooms(self) -> list[LiveRoom]:
        """Return all live rooms."""
        rows = self._rows("SELECT data FROM room ORDER BY position")
        return [msgspec.json.decode(row[0], type=LiveRoom) for row in rows]


def _source(query: Query) -> tuple[str, tuple[str, str]]:
    """Return what to select from, and (order, rank): a text ranks by relevance, a shelf by its own order."""
    order = _SORTS.get(query.sort, "rank" if query.text and not query.sort else "position").replace("position", "rank")
    if query.text:
        rank = "bm25(search, 8.0, 4.0, 1.0)"
        join = "search JOIN product ON product.id = search.rowid"
        return (join, ("rank, id" if not query.sort else f"{order}, id", rank))
    if query.shelf:
        join = "shelf_product JOIN product ON product.id = shelf_product.product"
        return (join, (order, "shelf_product.position"))
    return ("product", (order, "product.position"))


def _conditions(query: Query) -> tuple[str | None, list[Any]]:
    """Return the conditions and their values; None when nothing can be found."""
    where, values = ["status = ?", "publish_at <= ?"], [str(ProductStatus.ACTIVE), query.now]
    if query.text:
        expression = search.expression(query.text)
        if not expression:
            return None, []
        where.append("search MATCH ?")
        values.append(expression)
    if query.shelf:
        member = "SELECT product FROM shelf_product WHERE shelf = ?"
        where.append("shelf_product.shelf = ?" if not query.text else f"product.id IN ({member})")
        values.append(query.shelf)
    for tag in query.tags:
        where.append("product.id IN (SELECT product FROM facet WHERE name = 'tag' AND value = ?)")
        values.append(tag)
    numbers: list[Any] = []
    for name, chosen in query.options.items():
        marks = ",".join("?" * len(chosen))
        where.append(f"product.id IN (SELECT product FROM facet WHERE name = ? AND value IN ({marks}))")  # noqa: S608
        numbers += [f"option:{name}", *chosen]
    if query.price_over is not None:
        where.append("low >= ?")
        numbers.append(query.price_over)
    if query.price_under is not None:
        where.append("low < ?")
        numbers.append(query.price_under)
    return " AND ".join(where), [*values, *numbers]
