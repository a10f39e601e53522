"""Badges say what is so when a shop is built: new for thirty days, sold out, on sale."""

import re

import pytest
import tiny_shop

from generator.releases import freshness

HOUR = "publish_at: 2026-11-01T12:00:00Z\n"


def badges(folder, handle="tea-1"):
    """Return the badges of a product on its shelf and on its own page."""
    found = []
    for place in ("shelves/green/index.html", f"products/{handle}/index.html"):
        page = (folder / "out" / place).read_text("utf-8")
        part = re.search(rf'data-offer="{handle}".*?(?:</article>|</h1>)', page, re.DOTALL)[0]
        found.append(re.findall(r'badge badge-(\w+)"', part))
    return found


@pytest.mark.parametrize(
    ("now", "found"),
    [
        ("2026-11-01T12:00:00Z", ["new"]),
        ("2026-12-01T11:59:59Z", ["new"]),
        ("2026-12-01T12:00:00Z", []),
    ],
)
def test_a_product_is_new_for_thirty_days_after_its_hour(tmp_path, now, found):
    folder = tiny_shop.write(tmp_path / "shop", 2)
    tiny_shop.product(folder, "tea-1", "{zh-CN: 龙井, en: Longjing}", 100, HOUR)
    tiny_shop.made(folder, now=now, out=folder / "out")
    assert badges(folder) == [found, found]
    assert badges(folder, "tea-2") == [[], []]


def test_the_next_build_takes_the_mark_away_where_nothing_else_changed(tmp_path):
    folder = tiny_shop.write(tmp_path / "shop", 2)
    tiny_shop.product(folder, "tea-1", "{zh-CN: 龙井, en: Longjing}", 100, HOUR)
    tiny_shop.made(folder, now="2026-11-20T12:00:00Z", out=folder / "out")
    assert freshness.read(folder).until == "2026-12-01T12:00:00Z"
    tiny_shop.made(folder, now="2026-12-02T12:00:00Z", out=folder / "out")
    assert badges(folder) == [[], []]
    assert freshness.read(folder).until == ""


def test_badges_stand_in_a_fixed_order(tmp_path):
    folder = tiny_shop.write(tmp_path / "shop", 1)
    more = f"{HOUR}compare_at: 120\nstock: 0\n"
    tiny_shop.product(folder, "tea-1", "{zh-CN: 龙井, en: Longjing}", 100, more)
    tiny_shop.made(folder, out=folder / "out")
    assert badges(folder) == [["sale", "new", "sold_out"], ["sale", "new", "sold_out"]]


def test_an_hour_at_the_end_of_all_time_is_no_mistake(tmp_path):
    folder = tiny_shop.write(tmp_path / "shop", 2)
    tiny_shop.product(folder, "tea-2", "{zh-CN: 龙井, en: Longjing}", 100, "publish_at: 9999-12-31T00:00:00Z\n")
    tiny_shop.made(folder)
    assert freshness.read(folder).until == "9999-12-31T00:00:00Z"


def test_what_is_still_to_come_promises_its_own_day_and_no_other(tmp_path):
    folder = tiny_shop.write(tmp_path / "shop", 2)
    text = (folder / "shop.yaml").read_text("utf-8")
    (folder / "shop.yaml").write_text(text.replace("kind: courier", "kind: courier\n    ships_within: 2d"), "utf-8")
    tiny_shop.product(folder, "tea-1", "{zh-CN: 龙井, en: Longjing}", 100, "preorder: {ships_in: 140d}\n")
    tiny_shop.made(folder, out=folder / "out")
    pages = [(folder / "out" / "products" / each / "index.html").read_text("utf-8") for each in ("tea-1", "tea-2")]
    assert [re.findall(r"data-stock.*?>(.*?)</p>", page) for page in pages] == [["可预订"], ["现货"]]
    assert [re.findall(r"\d+ 天内发货", page) for page in pages] == [["140 天内发货"], ["2 天内发货"]]
