"""A checked shop becomes a release: what is rendered, what is reused, what is refused."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_shop
from click.testing import CliRunner
from tiny_shop import made, page, product, run

from generator.cli import main
from generator.releases import freshness
from generator.releases.publishing import Releases
from generator.releases.store import Store


@pytest.fixture
def shop(tmp_path):
    return tiny_shop.write(tmp_path / "shop")


def test_a_shop_becomes_pages_in_all_its_locales(shop):
    built = made(shop)
    urls = [url for url, entry in tiny_shop.live(shop).entries.items() if entry.type.startswith("text/html")]
    own = ["/", "/shelves/green/", "/products/tea-1/", "/products/tea-2/", "/products/tea-3/", "/pages/about/"]
    own += ["/seller/", "/404.html", "/500.html", "/503.html"]
    assert urls == [*own, *(f"/en{url}" for url in own)]
    assert built.published
    assert built.figures.pages == built.figures.rendered == 20


def test_texts_links_and_prices_are_those_of_the_locale(shop):
    made(shop)
    english = page(shop, "/en/products/tea-1/")
    assert "Longjing 1" in english
    assert "¥101.00" in english
    assert 'href="/en/shelves/green/"' in english
    assert '<a href="/products/tea-1/">龙井</a>' in page(shop, "/pages/about/")


def test_a_build_without_a_change_renders_nothing(shop):
    made(shop)
    before = tiny_shop.tree(shop, without=["var/cache/check"])
    again = made(shop)
    assert (again.figures.rendered, again.figures.products, again.published) == (0, 0, False)
    assert tiny_shop.tree(shop, without=["var/cache/check"]) == before


def test_the_command_writes_no_file_where_nothing_changed(shop):
    release = made(shop).release
    before = {path: path.lstat().st_mtime_ns for path in shop.rglob("*")}
    done = CliRunner().invoke(main, ["build", str(shop), "--lang", "en"])
    assert (done.exit_code, done.output) == (0, f"nothing changed: {release}\n")
    assert {path: path.lstat().st_mtime_ns for path in shop.rglob("*")} == before


def test_a_change_of_any_file_is_noticed_without_reading_it(shop):
    made(shop)
    assert freshness.is_fresh(shop)
    product(shop, "tea-1", "{zh-CN: 龙井 1, en: Longjing 1}", 999)
    assert not freshness.is_fresh(shop)
    made(shop)
    assert freshness.is_fresh(shop)


def test_only_pages_that_show_a_changed_price_are_rendered(shop):
    tiny_shop.product(shop, "far", "{zh-CN: 远, en: Far}", 5)
    (shop / "products/far.yaml").write_text("title: {zh-CN: 远, en: Far}\nprice: 5\n", "utf-8")
    made(shop)
    before = tiny_shop.live(shop).entries
    product(shop, "tea-2", "{zh-CN: 龙井 2, en: Longjing 2}", 555)
    built = made(shop)
    after = tiny_shop.live(shop).entries
    changed = sorted(url for url in after if after[url] != before[url])
    own = ["/", "/products/tea-1/", "/products/tea-2/", "/products/tea-3/", "/shelves/green/"]
    assert changed == sorted([*own, *(f"/en{url}" for url in own)])
    assert built.figures.rendered == 10
    assert built.figures.products == 1
    assert "¥555.00" in page(shop, "/shelves/green/")


ABOUT = "---\ntitle: {zh-CN: 关于, en: About}\n---\n你\n"
EDITS = {
    "price": lambda shop: product(shop, "tea-1", "{zh-CN: 龙井 1, en: Longjing 1}", 777),
    "title": lambda shop: product(shop, "tea-2", "{zh-CN: 新名字, en: New name}", 102),
    "tags": lambda shop: (shop / "products/tea-3.yaml").write_text("title: {zh-CN: 无, en: No}\nprice: 3\n", "utf-8"),
    "new": lambda shop: product(shop, "aaa", "{zh-CN: 新, en: New}", 8),
    "removed": lambda shop: (shop / "products/tea-2.yaml").unlink(),
    "draft": lambda shop: product(shop, "tea-2", "{zh-CN: 龙井 2, en: L}", 1, "status: draft\n"),
    "menu": lambda shop: (shop / "shop.yaml").write_text(
        tiny_shop.SHOP.replace("label: {zh-CN: 绿茶", "label: {zh-CN: 茶"), "utf-8"
    ),
    "page": lambda shop: (shop / "pages/about.md").write_text(ABOUT, "utf-8"),
    "variants": lambda shop: product(
        shop, "tea-1", "{zh-CN: 龙井 1, en: Longjing 1}", 9, "options: {规格: [50g, 100g]}\nvariants:\n"
        "  - {options: {规格: 50g}, price: 9}\n  - {options: {规格: 100g}, price: 15}\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_an_incremental_build_says_the_same_as_a_clean_one(shop, tmp_path, edit):
    made(shop)
    EDITS[edit](shop)
    made(shop)
    clean = tmp_path / "clean"
    shutil.copytree(shop, clean, ignore=shutil.ignore_patterns("var"))
    made(clean)
    assert tiny_shop.everything(shop) == tiny_shop.everything(clean)
    mine, theirs = tiny_shop.catalogue_rows(shop), tiny_shop.catalogue_rows(clean)
    mine.pop("meta"), theirs.pop("meta")
    assert mine == theirs


def test_a_catalogue_written_beside_the_pages_says_the_same_as_one_written_after_them(tmp_path):
    many = tiny_shop.write(tmp_path / "many", count=40)
    made(many)
    grown = tiny_shop.write(tmp_path / "grown", count=4)
    made(grown)
    for number in range(5, 41):
        product(grown, f"tea-{number}", f"{{zh-CN: 龙井 {number}, en: Longjing {number}}}", 100 + number)
    assert made(grown).figures.products == 39  # tea-1 alone kept its place
    assert tiny_shop.catalogue_rows(many) == tiny_shop.catalogue_rows(grown)
    assert not (many / "var/cache/catalogue.ahead").exists()


def test_the_same_shop_gives_the_same_bytes_elsewhere_and_under_another_clock_g65(shop, tmp_path):
    made(shop, out=tmp_path / "one")
    other = tmp_path / "else" / "where"
    other.mkdir(parents=True)
    for name in sorted((each.name for each in (shop / "products").iterdir()), reverse=True):
        (other / "products").mkdir(exist_ok=True)
        shutil.copy(shop / "products" / name, other / "products" / name)
    for name in ("shop.yaml", "shelves", "pages"):
        source = shop / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, other / name)
    script = (
        "import sys; from pathlib import Path; from generator.build import Wish, build\n"
        "built = build(Path(sys.argv[1]), Wish(now='2031-02-03T04:05:06Z', out=Path(sys.argv[2])))\n"
        "print(built.release)\n"
    )
    environment = {**os.environ, "TZ": "Pacific/Apia", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "77"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(other), str(tmp_path / "two")],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert tiny_shop.tree(tmp_path / "one") == tiny_shop.tree(tmp_path / "two")
    live = Releases(shop / "var").find_live()
    assert done.stdout.strip() == live
    folder = Path("var/releases") / live
    assert tiny_shop.tree(shop / folder) == tiny_shop.tree(other / folder)


@pytest.mark.parametrize("now", ["1970-01-01T00:00:00Z", "2038-01-20T00:00:00Z", "2026-11-21T12:00:00Z"])
def test_a_shop_builds_under_any_clock_g66(shop, now):
    assert made(shop, now=now).published


def test_a_product_of_a_later_hour_appears_at_its_hour_g66(shop):
    product(shop, "tea-4", "{zh-CN: 新茶, en: New tea}", 9, "publish_at: 2027-01-01T00:00:00+08:00\n")
    made(shop)
    assert "/products/tea-4/" not in tiny_shop.live(shop).entries
    assert "新茶" not in page(shop, "/shelves/green/")
    assert freshness.read(shop).until == "2026-12-31T16:00:00Z"
    made(shop, now="2026-12-31T16:00:00Z")
    assert "/products/tea-4/" in tiny_shop.live(shop).entries
    assert "新茶" in page(shop, "/shelves/green/")


def test_what_a_merchant_writes_is_inert_everywhere_g44(shop):
    bad = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    text = json.dumps(bad)
    product(shop, "tea-1", f"{{zh-CN: {text}, en: {text}}}", 1, f"subtitle: {text}\nattributes: {{产地: {text}}}\n")
    made(shop)
    for url, data in tiny_shop.everything(shop).items():
        shown = data.decode("utf-8", "replace")
        assert "<script>alert(1)" not in shown, url
        assert "<img src=x" not in shown, url


@pytest.mark.parametrize("text", ["{{7*7}}", "{% raw %}", "${7*7}", "<%= 7*7 %>", "{# gone #}", "{{ frame.name }}"])
def test_signs_of_a_template_in_a_product_are_shown_as_they_are_g45(shop, text):
    product(shop, "tea-1", json.dumps({"zh-CN": text, "en": text}), 1)
    made(shop)
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"<h1>{shown}</h1>" in page(shop, "/products/tea-1/")


def test_two_pages_with_one_title_are_refused(shop):
    product(shop, "tea-2", "{zh-CN: 龙井 1, en: Another}", 1)
    built = run(shop)
    assert [(each.code, each.file, each.values["other"]) for each in built.problems] == [
        ("page-title-twice", "products/tea-2.yaml", "/products/tea-1/")
    ]
    assert built.release == ""
    assert not (shop / "var/live").exists()


def test_a_removed_product_is_gone_and_a_renamed_one_redirects_g64(shop):
    (shop / "products/tea-1.yaml").write_text(
        "title: {zh-CN: 一, en: One}\nprice: 1\nsku: A1\ntags: [green]\n", "utf-8"
    )
    (shop / "pages/about.md").write_text("---\ntitle: {zh-CN: 关于, en: About}\n---\n你\n", "utf-8")
    made(shop)
    (shop / "products/tea-1.yaml").rename(shop / "products/dragon.yaml")
    (shop / "products/tea-2.yaml").unlink()
    made(shop)
    live = tiny_shop.live(shop)
    assert live.redirects == {
        "/en/products/tea-1/": "/en/products/dragon/",
        "/products/tea-1/": "/products/dragon/",
    }
    assert live.gone == ("/en/products/tea-2/", "/products/tea-2/")
    tiny_shop.product(shop, "tea-2", "{zh-CN: 龙井 2, en: Longjing 2}", 1)
    made(shop)
    assert tiny_shop.live(shop).gone == ()
    assert "/products/tea-1/" in tiny_shop.live(shop).redirects


def test_a_damaged_state_costs_a_full_build_and_nothing_else_g69(shop):
    made(shop)
    before = tiny_shop.everything(shop)
    for name in ("pages", "inputs", "check"):
        path = shop / "var/cache" / name
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    built = made(shop)
    assert built.figures.rendered == 20
    assert tiny_shop.everything(shop) == before


@pytest.mark.parametrize("form", ["", "br"])
def test_a_damaged_content_is_noticed_and_made_again_g69(shop, form):
    made(shop)
    entry = tiny_shop.live(shop).entries["/products/tea-1/"]
    path = Store(shop / "var").path(entry.blob, form)
    good = path.read_bytes()
    data = bytearray(good)
    data[10] ^= 4
    path.write_bytes(data)
    built = made(shop)
    assert built.figures.rendered == 1
    assert path.read_bytes() == good


def test_a_damaged_catalogue_is_not_built_upon_g69(shop):
    made(shop)
    folder = Releases(shop / "var").folder(Releases(shop / "var").find_live())
    data = bytearray((folder / "catalogue.db").read_bytes())
    data[5000] ^= 255
    (folder / "catalogue.db").write_bytes(data)
    product(shop, "tea-1", "{zh-CN: 龙井 1, en: Longjing 1}", 7)
    built = made(shop)
    assert built.figures.products == 3


def test_files_from_the_future_change_nothing_g69(shop):
    for path in shop.rglob("*.yaml"):
        os.utime(path, (4_000_000_000, 4_000_000_000))
    made(shop)
    product(shop, "tea-1", "{zh-CN: 龙井 1, en: Longjing 1}", 7)
    os.utime(shop / "products/tea-1.yaml", (4_000_000_000, 4_000_000_000))
    assert not freshness.is_fresh(shop)
    made(shop)
    assert "¥7.00" in page(shop, "/products/tea-1/")


def test_the_builder_never_loads_flask(shop):
    script = (
        "import sys; from pathlib import Path; from generator.build import Wish, build\n"
        "build(Path(sys.argv[1]), Wish(now='2026-11-22T12:00:00Z'))\n"
        "print(sorted({'flask', 'werkzeug', 'wtforms', 'peewee', 'runtime'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(shop)], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
