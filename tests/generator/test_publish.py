"""Releases go live whole or not at all, whatever happens while they are made."""

import json
import random
import shutil
import threading
import time

import pytest
import tiny_shop
from builds import edit
from click.testing import CliRunner
from tiny_shop import made, product

from generator.cli import main
from generator.releases import publishing
from generator.releases.publishing import Releases
from generator.releases.store import Store


@pytest.fixture
def shop(tmp_path):
    return tiny_shop.published(tmp_path / "shop")


def test_a_rollback_brings_the_exact_bytes_back_and_builds_nothing_g70(shop):
    first = tiny_shop.everything(shop)
    edit(shop, 500)
    made(shop)
    second = tiny_shop.everything(shop)
    assert first != second
    releases = Releases(shop / "var")
    whole = releases.whole()
    done = CliRunner().invoke(main, ["rollback", str(shop)])
    assert done.exit_code == 0
    assert tiny_shop.everything(shop) == first
    assert releases.whole() == whole


def test_a_second_rollback_goes_further_back_and_a_third_has_nowhere_to_go(shop):
    releases = Releases(shop / "var")
    names = [releases.find_live()]
    for price in (500, 600):
        edit(shop, price)
        names.append(made(shop).release)
    for expected in (names[1], names[0]):
        assert CliRunner().invoke(main, ["rollback", str(shop)]).output == f"{expected}\n"
        assert releases.find_live() == expected
    done = CliRunner().invoke(main, ["rollback", str(shop), "--lang", "zh"])
    assert done.exit_code == 1
    assert done.output == "错误：没有更早的版本\n"
    done = CliRunner().invoke(main, ["rollback", str(shop), "--lang", "en"])
    assert done.output == "error: there is no earlier release\n"
    assert releases.find_live() == names[0]


def test_a_plan_names_what_a_publish_would_change_and_changes_nothing(shop):
    live = Releases(shop / "var").find_live()
    edit(shop, 500)
    product(shop, "tea-9", "{zh-CN: 新, en: New}", 5)
    (shop / "products/tea-3.yaml").unlink()
    done = CliRunner().invoke(main, ["plan", str(shop), "--lang", "en"])
    lines = done.output.splitlines()
    assert done.exit_code == 0
    assert "+ /products/tea-9/" in lines
    assert "- /en/products/tea-3/" in lines
    assert "~ /products/tea-1/" in lines
    assert "~ /pages/about/" not in lines
    assert Releases(shop / "var").find_live() == live


SIZES = """title: {zh-CN: 新茶, en: New tea}
tags: [green]
options: {规格: [50g, 100g]}
variants:
  - {options: {规格: 50g}, price: 30, sku: new-50, stock: 4}
  - {options: {规格: 100g}, price: 55, sku: new-100}
"""


def planned(shop, *options):
    done = CliRunner().invoke(main, ["plan", str(shop), *options])
    assert done.exit_code == 0
    return done.stdout


def test_a_plan_lists_goods_with_old_and_new_prices_and_what_it_means_for_stock(shop):
    (shop / "products/tea-9.yaml").write_text(SIZES, "utf-8")
    product(shop, "tea-2", "{zh-CN: 龙井 2, en: Longjing 2}", 99, "compare_at: 120\nstock: 7\n")
    (shop / "products/tea-3.yaml").unlink()
    lines = planned(shop, "--lang", "en").splitlines()
    goods = lines[lines.index("products:") + 1 : lines.index("pages:")]
    assert goods == [
        '~ tea-2 "龙井 2"',
        "    tea-2: ¥102.00 → ¥99.00",
        "    tea-2: crossed-out price none → ¥120.00",
        "    tea-2: opening stock not counted → 7; a sku that was sold before keeps the stock it has",
        '+ tea-9 "新茶"',
        "    new-50 (50g): ¥30.00, opening stock 4",
        "    new-100 (100g): ¥55.00, stock not counted",
        '- tea-3 "龙井 3"',
        "    tea-3: ¥103.00, no longer sold; its stock stays in the ledger",
    ]
    chinese = planned(shop, "--lang", "zh")
    assert "    tea-2：¥102.00 → ¥99.00\n" in chinese
    assert "    new-50 (50g)：¥30.00，初始库存 4\n" in chinese


def test_a_plan_for_programs_has_the_amounts_in_minor_units(shop):
    product(shop, "tea-2", "{zh-CN: 龙井 2, en: Longjing 2}", "99.50")
    found = json.loads(planned(shop, "--lang", "en", "--format", "json"))
    assert (found["changes"], found["currencies"]) == (True, ["CNY", "CNY"])
    assert found["products"] == [
        {
            "kind": "changed", "product": "tea-2", "title": ["龙井 2", "龙井 2"], "status": ["active", "active"],
            "variants": [{"kind": "changed", "sku": "tea-2", "price": [10200, 9950],
                          "compare_at": [None, None], "stock": [None, None]}],
        }
    ]  # fmt: skip
    assert "/products/tea-2/" in found["pages"]["changed"]


def test_a_text_that_changes_no_price_is_no_change_of_goods(shop):
    product(shop, "tea-2", "{zh-CN: 龙井 2, en: Longjing 2}", 102, "description: {zh-CN: 好茶, en: Good tea}\n")
    lines = planned(shop, "--lang", "en").splitlines()
    assert "products:" not in lines
    assert "~ /products/tea-2/" in lines


def test_a_plan_without_a_change_says_so(shop):
    assert planned(shop, "--lang", "en").splitlines()[1:] == ["nothing would change"]
    assert json.loads(planned(shop, "--format", "json"))["changes"] is False


def test_a_published_plan_renders_nothing_again(shop):
    edit(shop, 500)
    planned = made(shop, publish=False).release
    assert Releases(shop / "var").find_live() != planned
    done = CliRunner().invoke(main, ["publish", str(shop), planned])
    assert done.exit_code == 0
    assert Releases(shop / "var").find_live() == planned


def test_a_release_that_does_not_exist_is_not_published(shop):
    live = Releases(shop / "var").find_live()
    done = CliRunner().invoke(main, ["publish", str(shop), "feedfacefeedface", "--lang", "en"])
    assert done.exit_code == 3
    assert Releases(shop / "var").find_live() == live


def test_old_releases_go_and_their_contents_with_them_but_not_hashed_assets(shop, monkeypatch):
    monkeypatch.setattr(publishing, "KEPT", 4)
    overlay = shop / "theme/assets"
    overlay.mkdir(parents=True)
    (overlay / "note.css").write_text("p { color: red }")
    made(shop)
    asset = next(url for url in tiny_shop.live(shop).entries if "/note." in url)
    (overlay / "note.css").unlink()
    for price in range(200, 202):
        edit(shop, price)
        made(shop)
    assert asset in tiny_shop.live(shop).assets
    assert Store(shop / "var").read(tiny_shop.live(shop).assets[asset].blob) == b"p{color:red}\n"
    for price in range(300, 310):
        edit(shop, price)
        made(shop)
    releases = Releases(shop / "var")
    assert 4 <= len(releases.whole()) <= 9
    assert asset not in tiny_shop.live(shop).assets
    used = set().union(*(releases.manifest(each).blobs() for each in releases.whole()))
    kept = {path.name.split(".")[0] for path in (shop / "var/store").rglob("*") if path.is_file()}
    assert used <= kept
    assert all(len(Store(shop / "var").read(blob)) > 0 for blob in used)


def test_shoppers_see_no_bad_answer_during_60_publishes_g63(shop):
    bad, seen, stop = [], set(), threading.Event()

    def browse(seed):
        chance = random.Random(seed)
        releases = Releases(shop / "var")
        store = Store(shop / "var")
        while not stop.is_set():
            try:
                release = str((shop / "var/live").readlink())
                manifest = releases.manifest(release.split("/")[1])
                url = chance.choice(["/", "/products/tea-1/", "/shelves/green/", "/en/"])
                entry = manifest.entries[url]
                data = store.read(entry.blob)
                if len(data) != entry.size or not data.rstrip().endswith(b"</html>"):
                    bad.append(("torn", url))
                sheets = [part.split(b'"')[0] for part in data.split(b'<link rel="stylesheet" href="')[1:]]
                for sheet in sheets:
                    asset = manifest.entries.get(sheet.decode()) or manifest.assets[sheet.decode()]
                    store.read(asset.blob)
                seen.add(release)
                time.sleep(0.01)
            except (OSError, LookupError) as error:
                bad.append(repr(error))

    threads = [threading.Thread(target=browse, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    number = 0
    while number < 60 or (len(seen) <= 5 and not bad):
        edit(shop, 1000 + number)
        made(shop)
        number += 1
    stop.set()
    for thread in threads:
        thread.join()
    assert bad == []
    assert len(seen) > 5


def test_an_export_writes_what_changed_and_removes_only_what_is_ours_g64_g67(shop, tmp_path):
    out = tmp_path / "out"
    made(shop, out=out)
    (out / "robots-mine.txt").write_text("a note of the admin")
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    assert made(shop, out=out).figures.exported == 0
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()} == times
    (shop / "products/tea-2.yaml").unlink()
    made(shop, out=out)
    assert not (out / "products/tea-2").exists()
    assert (out / "products/tea-1/index.html").is_file()
    assert (out / "robots-mine.txt").read_text() == "a note of the admin"
    assert (out / "index.html").read_bytes() == tiny_shop.everything(shop)["/"]
    assert (out / "index.html.br").is_file()


def test_a_link_planted_in_the_output_is_not_followed_g68(shop, tmp_path):
    out = tmp_path / "out"
    made(shop, out=out)
    outside = tmp_path / "outside"
    shutil.move(out / "products", outside)
    (out / "products").symlink_to(outside)
    before = tiny_shop.tree(outside)
    edit(shop, 777)
    done = CliRunner().invoke(main, ["build", str(shop), "--out", str(out), "--lang", "en"])
    assert done.exit_code == 2
    assert "is a symbolic link" in done.output
    assert tiny_shop.tree(outside) == before


def test_a_link_planted_in_the_cache_is_not_followed_g68(shop, tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    for name in ("pages", "inputs"):
        path = shop / "var/cache" / name
        path.unlink()
        path.symlink_to(victim)
    edit(shop, 777)
    made(shop)
    assert victim.read_bytes() == b"mine"
    assert not (shop / "var/cache/pages").is_symlink()


def test_a_link_in_place_of_the_store_is_refused_g68(shop, tmp_path):
    shutil.move(shop / "var/store", tmp_path / "store")
    (shop / "var/store").symlink_to(tmp_path / "store")
    edit(shop, 777)
    done = CliRunner().invoke(main, ["build", str(shop), "--lang", "en"])
    assert done.exit_code == 2
    assert "is a symbolic link" in done.output
