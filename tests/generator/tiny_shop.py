"""A tiny shop without pictures, and builds of it."""

import atexit
import functools
import hashlib
import shutil
import sqlite3
import tempfile
from pathlib import Path

from generator.build import Wish, build
from generator.releases.publishing import Releases
from generator.releases.store import Store

NOW = "2026-11-22T12:00:00Z"
SHOP = """format: 1
name: {zh-CN: 四季茶铺, en: Four Seasons Tea}
url: https://tea.example.com
country: SG
locale: zh-CN
locales: [zh-CN, en]
currency: CNY
seller:
  {type: company, legal_name: Four Seasons Pte Ltd, phone: "+6561234567", email: a@example.com, address: 1 Market St}
theme: {name: harbour}
menu:
  header: [{label: {zh-CN: 绿茶, en: Green tea}, link: shelf:green}]
home:
  - section: shelf
    shelf: green
delivery:
  - id: post
    name: {zh-CN: 快递, en: Post}
    kind: courier
    rates: {by: quantity, zones: [{regions: ['*'], first: {up_to: 1, fee: 10}, then: {each: 1, fee: 2}}]}
payment: [{gateway: rehearsal}]
"""


def write(folder, count=3):
    for name in ("products", "shelves", "pages"):
        (folder / name).mkdir(parents=True)
    (folder / "shop.yaml").write_text(SHOP, encoding="utf-8")
    for number in range(1, count + 1):
        product(folder, f"tea-{number}", f"{{zh-CN: 龙井 {number}, en: Longjing {number}}}", 100 + number)
    (folder / "shelves/green.yaml").write_text("title: {zh-CN: 绿茶, en: Green tea}\nrule: {tag: green}\n", "utf-8")
    about = "---\ntitle: {zh-CN: 关于, en: About}\n---\n你好，[龙井](product:tea-1)\n"
    (folder / "pages/about.md").write_text(about, "utf-8")
    (folder / "pages/about.en.md").write_text("---\ntitle: About\n---\nHello\n", "utf-8")
    return folder


def product(folder, handle, title, price, more=""):
    text = f"title: {title}\nprice: {price}\ntags: [green]\n{more}"
    (folder / "products" / f"{handle}.yaml").write_text(text, "utf-8")


def run(folder, **wish):
    return build(folder, Wish(**{"now": NOW, **wish}))


def made(folder, **wish):
    """Build, and expect it to work."""
    built = run(folder, **wish)
    assert [each for each in built.problems if each.severity == "error"] == []
    assert built.release
    return built


@functools.cache
def _published():
    folder = Path(tempfile.mkdtemp(prefix="shopwright-tiny-"))
    atexit.register(shutil.rmtree, folder)
    made(write(folder / "shop"))
    return folder / "shop"


def published(folder):
    """Copy a shop that was built: once in a run."""
    return Path(shutil.copytree(_published(), folder, symlinks=True))


def live(folder):
    releases = Releases(folder / "var")
    return releases.manifest(releases.find_live())


def page(folder, url):
    return Store(folder / "var").read(live(folder).entries[url].blob).decode()


def everything(folder):
    """Return what shoppers see at every address, as bytes."""
    store = Store(folder / "var")
    return {url: store.read(entry.blob) for url, entry in live(folder).entries.items()}


def tree(folder, without=()):
    """Return the digest of every file below a folder."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file() and not name.startswith(tuple(without)):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def catalogue_rows(folder):
    """Return what a catalogue says, without the numbers that depend on how it came about."""
    releases = Releases(folder / "var")
    connection = sqlite3.connect(releases.folder(releases.find_live()) / "catalogue.db")
    ids = dict(connection.execute("SELECT id, handle FROM product"))
    found = {}
    for table, columns, who in (
        ("product", "handle, position, status, publish_at, low, high, data", "id"),
        ("variant", "sku, position, price, compare_at, weight, stock", "product"),
        ("card", "locale, data", "product"),
        ("facet", "name, value", "product"),
        ("shelf_product", "shelf, position", "product"),
        ("search", "title, words, body", "rowid"),
    ):
        rows = connection.execute(f"SELECT {who}, {columns} FROM {table}").fetchall()
        found[table] = sorted(((ids[row[0]], *row[1:]) for row in rows), key=repr)
    for table in ("meta", "label", "shelf", "room"):
        found[table] = sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)
    connection.close()
    return found
