"""Writes a release's catalogue: whole, or the last one's copy with only the changed products written anew."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from generator import catalogue
from generator.display.cards import card
from generator.display.edition import Edition
from generator.display.heads import summary
from generator.releases import search
from generator.releases.site import Site
from generator.releases.store import STAMP
from generator.shop import Product, ProductStatus, Shop, Terms

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE product (id INTEGER PRIMARY KEY, handle TEXT NOT NULL UNIQUE, position INTEGER NOT NULL,
  status TEXT NOT NULL, publish_at TEXT NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE variant (sku TEXT PRIMARY KEY, product INTEGER NOT NULL, position INTEGER NOT NULL, price INTEGER NOT NULL,
  compare_at INTEGER, weight INTEGER NOT NULL, stock INTEGER) WITHOUT ROWID;
CREATE TABLE card (product INTEGER NOT NULL, locale TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (product, locale))
  WITHOUT ROWID;
CREATE TABLE facet (name TEXT NOT NULL, value TEXT NOT NULL, product INTEGER NOT NULL,
  PRIMARY KEY (name, value, product)) WITHOUT ROWID;
CREATE TABLE label (locale TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (locale, name, value)) WITHOUT ROWID;
CREATE TABLE shelf (handle TEXT NOT NULL, locale TEXT NOT NULL, position INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (handle, locale)) WITHOUT ROWID;
CREATE TABLE shelf_product (shelf TEXT NOT NULL, position INTEGER NOT NULL, product INTEGER NOT NULL,
  PRIMARY KEY (shelf, position)) WITHOUT ROWID;
CREATE TABLE room (handle TEXT PRIMARY KEY, position INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(title, words, body, tokenize = 'unicode61 remove_diacritics 2');
"""
_INDEXES = """
CREATE INDEX variant_product ON variant (product);
CREATE INDEX facet_product ON facet (product);
CREATE INDEX shelf_product_product ON shelf_product (product);
"""
_HASH_SIZE = 64 << 20
"""Bytes of search index that are gathered before they are written: a whole catalogue's, mostly."""
_SMALL_TABLES = ("meta", "label", "shelf", "shelf_product", "room")
_OWN_TABLES = {"variant": "product", "card": "product", "facet": "product", "search": "rowid", "product": "id"}

Rows = dict[str, bytes]


def digests(site: Site) -> Rows:
    """Return a digest of each product's rows; it decides which of them are written anew."""
    found: Rows = {}
    for place, product in enumerate(_sold(site.whole)):
        content = site.digest(product) + site.card_digest(product.handle) + place.to_bytes(4, "big")
        found[product.handle] = hashlib.blake2b(content, digest_size=16).digest()
    return found


def _sold(shop: Shop) -> Iterable[Product]:
    return (each for each in shop.products.values() if each.status is not ProductStatus.DRAFT)


def digest(site: Site, rows: Rows) -> str:
    """Return a digest of all that a catalogue says, whatever its bytes."""
    shop = site.shop
    content = (rows, _terms(shop), shop.shelves, shop.rooms, shop.tags, shop.locales)
    return hashlib.blake2b(msgspec.json.encode(content, order="deterministic"), digest_size=16).hexdigest()


def _terms(shop: Shop) -> Terms:
    return Terms(**{name: getattr(shop, name) for name in Terms.__struct_fields__})


def write_ahead(path: Path, site: Site) -> int:
    """Write a whole catalogue whose release is not known yet; return how many products were written."""
    path.unlink(missing_ok=True)
    return Writer(path, site, "").write(digests(site), None, {})


class Writer:
    """Writes one catalogue.db."""

    def __init__(self, path: Path, site: Site, release: str) -> None:
        self.path = path
        self.site = site
        self.release = release

    def write(self, rows: Rows, earlier: Path | None, earlier_rows: Rows) -> int:
        """Write the catalogue and return how many products were written; ``earlier`` is one to start from."""
        if earlier is not None and earlier_rows:
            shutil.copyfile(earlier, self.path)
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -65536")
            connection.execute("BEGIN")
            if earlier is None or not earlier_rows:
                earlier_rows = {}
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"INSERT INTO search(search, rank) VALUES ('hashsize', {_HASH_SIZE})")  # noqa: S608
            count = self._products(connection, rows, earlier_rows)
            self._small(connection)
            if not earlier_rows:
                for statement in _INDEXES.strip().splitlines():
                    connection.execute(statement)
            connection.execute("COMMIT")
        finally:
            connection.close()
        os.utime(self.path, (STAMP, STAMP))
        return count

    def adopt(self, ahead: Path) -> None:
        """Take a catalogue that was written ahead and give it its release."""
        ahead.replace(self.path)
        connection = sqlite3.connect(self.path)
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            with connection:
                connection.execute("UPDATE meta SET value = ? WHERE key = 'release'", (self.release,))
        finally:
            connection.close()
        os.utime(self.path, (STAMP, STAMP))

    def _products(self, connection: sqlite3.Connection, rows: Rows, earlier: Rows) -> int:
        ids = dict(connection.execute("SELECT handle, id FROM product"))
        stale = [handle for handle, value in earlier.items() if rows.get(handle) != value]
        gone = [(ids[handle],) for handle in stale if handle in ids]
        for table, column in _OWN_TABLES.items():
            connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", gone)  # noqa: S608
        following = max(ids.values(), default=0)
        written = []
        for place, product in enumerate(_sold(self.site.whole)):
            if earlier.get(product.handle) != rows[product.handle]:
                if product.handle not in ids:
                    following += 1
                    ids[product.handle] = following
                written.append((ids[product.handle], place, product))
        for table, make in _TABLES.items():
            made = [row for identity, place, product in written for row in make(self.site, identity, place, product)]
            if made:
                connection.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(made[0]))})", made)  # noqa: S608
        return len(written)

    def _small(self, connection: sqlite3.Connection) -> None:
        shop = self.site.shop
        for table in _SMALL_TABLES:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608
        meta = {
            "format": catalogue.FORMAT,
            "release": self.release,
            "terms": msgspec.json.encode(_terms(shop)).decode(),
            "options": msgspec.json.encode(list(self.site.options.items())).decode(),
        }
        connection.executemany(
            "INSERT INTO meta VALUES (?,?)", sorted((key, str(value)) for key, value in meta.items())
        )
        ids = dict(connection.execute("SELECT handle, id FROM product"))
        listed = [
            (shelf.handle, place, ids[handle])
            for shelf in shop.shelves.values()
            for place, handle in enumerate(each for each in dict.fromkeys(shelf.products) if each in ids)
        ]
        connection.executemany("INSERT INTO shelf_product VALUES (?,?,?)", listed)
        rooms = [(room.handle, place, msgspec.json.encode(room)) for place, room in enumerate(shop.rooms.values())]
        connection.executemany("INSERT INTO room VALUES (?,?,?)", rooms)
        for edition in self.site.editions.values():
            connection.executemany("INSERT INTO shelf VALUES (?,?,?,?)", _shelves(edition))
            connection.executemany(
                "INSERT OR REPLACE INTO label VALUES (?,?,?,?)", _labels(edition, _sold(self.site.whole))
            )


def _shelves(edition: Edition) -> list[tuple[Any, ...]]:
    return [
        (shelf.handle, edition.locale, place, msgspec.json.encode(
            catalogue.ShelfEntry(
                handle=shelf.handle, title=edition.text(shelf.title), url=edition.url("shelf", shelf.handle),
                description=summary(edition.text(shelf.description)),
            )))
        for place, shelf in enumerate(edition.shop.shelves.values())
    ]  # fmt: skip


def _labels(edition: Edition, products: Iterable[Product]) -> list[tuple[str, str, str, str]]:
    labels = [(edition.locale, "tag", tag, edition.text(text)) for tag, text in edition.shop.tags.items()]
    for product in products:
        for option in product.options:
            name = f"option:{option.name}"
            labels.append((edition.locale, name, "", edition.text(option.label)))
            labels += [(edition.locale, name, each.value, edition.text(each.label)) for each in option.values]
    return sorted(set(labels))


def _product(_site: Site, identity: int, place: int, product: Product) -> list[tuple[Any, ...]]:
    prices = [variant.price for variant in product.variants]
    short = msgspec.structs.replace(product, description=None, attributes=(), safety=None)
    data = msgspec.json.encode(short)
    at = product.publish_at or ""
    return [(identity, product.handle, place, str(product.status), at, min(prices), max(prices), data)]


def _variants(_site: Site, identity: int, _place: int, product: Product) -> list[tuple[Any, ...]]:
    return [
        (each.sku, identity, place, each.price, each.compare_at, each.weight, each.stock)
        for place, each in enumerate(product.variants)
    ]


def _cards(site: Site, identity: int, _place: int, product: Product) -> list[tuple[Any, ...]]:
    return [
        (identity, locale, msgspec.json.encode(card(edition, product))) for locale, edition in site.editions.items()
    ]


def _facets(_site: Site, identity: int, _place: int, product: Product) -> list[tuple[Any, ...]]:
    if product.status is not ProductStatus.ACTIVE:
        return []
    found = [("tag", tag) for tag in product.tags]
    found += [(f"option:{option.name}", each.value) for option in product.options for each in option.values]
    return [(name, value, identity) for name, value in dict.fromkeys(found)]


def _search(site: Site, identity: int, _place: int, product: Product) -> list[tuple[Any, ...]]:
    if product.status is not ProductStatus.ACTIVE:
        return []
    labels = site.shop.tags
    title = dict.fromkeys(product.title.values())
    words = [*(product.subtitle or {}).values(), *product.tags, *(each.sku for each in product.variants)]
    words += [text for tag in product.tags for text in labels.get(tag, {}).values()]
    words += [text for option in product.options for each in option.values for text in each.label.values()]
    body = [*(product.description or {}).values()]
    body += [text for each in product.attributes for text in each.value.values()]
    return [(identity, *(search.tokens(" ".join(dict.fromkeys(each))) for each in (title, words, body)))]


_Make = Callable[[Site, int, int, Product], list[tuple[Any, ...]]]
_TABLES: dict[str, _Make] = {
    "product": _product, "variant": _variants, "card": _cards, "facet": _facets,
    "search (rowid, title, words, body)": _search,
}  # fmt: skip
