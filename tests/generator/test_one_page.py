"""One page of a shop can be planned without all others, and is the same page."""

from pathlib import Path

import pytest
import tiny_shop

from generator import pages, theme
from generator.check import check
from generator.images import Images
from generator.releases.site import Site
from generator.theming import sections

NOW = "2026-11-22T12:00:00Z"


@pytest.fixture
def site(tmp_path):
    shop = tiny_shop.write(tmp_path / "shop")
    blocks = "[{block: promise, heading: Here, hidden: true}, {block: promise, heading: There}]"
    text = (shop / "shop.yaml").read_text("utf-8")
    listed = f"[{{section: page-main}}, {{section: promises, blocks: {blocks}}}]"
    (shop / "shop.yaml").write_text(f"{text}layouts: {{page: {listed}}}\n", "utf-8")
    offer, _ = sections.read("harbour")
    clothes, _ = theme.read([Path(each) for each in offer.folders])
    return Site(check(shop).shop, clothes, offer, Images(shop), NOW)


def test_a_page_that_is_found_alone_is_the_page_of_the_plan(site):
    planned = {plan.url: plan for plan in pages.plan(site)}
    asked = {
        "/": ("zh-CN", "home", ""), "/products/tea-2/": ("zh-CN", "product", "tea-2"),
        "/en/shelves/green/": ("en", "shelf", "green"), "/en/pages/about/": ("en", "page", "about"),
    }  # fmt: skip
    for url, (locale, kind, handle) in asked.items():
        found = pages.find(site, locale, kind, handle)
        assert (found.url, found.digest, found.template) == (url, planned[url].digest, planned[url].template)
    assert pages.find(site, "en", "product", "nothing") is None
    assert pages.find(site, "en", "seller") is None


def test_a_hidden_block_is_kept_and_not_shown(site):
    section = site.shop.layouts["page"][1]
    assert [block.hidden for block in section.blocks] == [True, False]
    shown = pages.find(site, "en", "page", "about").make()["sections"][1]
    assert [block.settings["heading"] for block in shown.blocks] == ["There"]
