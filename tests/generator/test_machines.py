"""A release brings what machines fetch, complete and the same whatever was built before."""

import json
import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest
import tiny_shop
from PIL import Image

from generator.releases import feeds, structured

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


@pytest.fixture
def shop(tmp_path):
    folder = tiny_shop.write(tmp_path / "shop", 2)
    (folder / "media").mkdir()
    Image.new("RGB", (640, 480), "#336699").save(folder / "media" / "a.png")
    return folder


def add(folder, text):
    with (folder / "shop.yaml").open("a", encoding="utf-8") as file:
        file.write(text)


def locations(folder):
    data = tiny_shop.page(folder, "/sitemap.xml")
    return [each.text for each in ET.fromstring(data).iter(f"{SITEMAP}loc")]


def documents(folder, url):
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', tiny_shop.page(folder, url))
    return {(made := json.loads(each))["@type"]: made for each in found}


def test_r119_the_sitemap_names_what_shoppers_may_find_and_nothing_else(shop):
    tiny_shop.product(shop, "secret", "{zh-CN: 草稿, en: Draft}", 9, "status: draft\n")
    tiny_shop.product(shop, "by-address", "{zh-CN: 隐藏, en: Hidden}", 9, "status: hidden\n")
    tiny_shop.made(shop)
    base = "https://tea.example.com"
    paths = ["/", "/shelves/green/", "/products/tea-1/", "/products/tea-2/", "/pages/about/", "/seller/"]
    assert sorted(locations(shop)) == sorted([base + path for path in paths] + [f"{base}/en{path}" for path in paths])


def test_a_shop_without_an_address_has_no_sitemap_and_no_feeds(shop):
    text = (shop / "shop.yaml").read_text("utf-8").replace("url: https://tea.example.com\n", "feeds: [google]\n")
    (shop / "shop.yaml").write_text(text, "utf-8")
    tiny_shop.made(shop)
    urls = tiny_shop.live(shop).entries
    assert "/robots.txt" in urls
    assert not [url for url in urls if url.endswith(".xml")]


def test_feeds_are_written_in_every_language_when_the_shop_asks(shop):
    add(shop, "feeds: [google, rss]\n")
    tiny_shop.product(shop, "tea-1", "{zh-CN: 龙井, en: Longjing}", 101, "images: [a.png]\n")
    tiny_shop.made(shop)
    urls = {url for url in tiny_shop.live(shop).entries if "feeds" in url}
    assert urls == {"/feeds/google.xml", "/feeds/rss.xml", "/en/feeds/google.xml", "/en/feeds/rss.xml"}
    titles = [each.text for each in ET.fromstring(tiny_shop.page(shop, "/en/feeds/rss.xml")).iter("title")]
    assert titles == ["Four Seasons Tea", "Longjing", "Longjing 2"]


def test_the_head_of_every_page_finds_its_icons_and_its_manifest(shop):
    tiny_shop.made(shop)
    entries = tiny_shop.live(shop).entries
    for page in ("/", "/en/"):
        for link in re.findall(
            r'<link rel="(?:icon|apple-touch-icon|manifest)" href="([^"]*)"', tiny_shop.page(shop, page)
        ):
            assert link in entries, link
    assert json.loads(tiny_shop.page(shop, "/en/site.webmanifest"))["name"] == "Four Seasons Tea"


@pytest.mark.parametrize(
    ("logo", "part"), [("a.png", "data:image/png;base64,"), ("s.svg", "M0 0h9v9z"), ("wide.png", ">四<")]
)
def test_the_favicon_is_the_logo_where_it_fits_a_square(shop, logo, part):
    (shop / "media" / "s.svg").write_text(SQUARE)
    Image.new("RGB", (900, 200), "#336699").save(shop / "media" / "wide.png")
    add(shop, f"logo: {logo}\n")
    tiny_shop.made(shop)
    assert part in tiny_shop.page(shop, "/favicon.svg")


def test_g44_pages_carry_structured_data_that_is_complete_and_inert(shop):
    title = "</script><script>alert(1)</script>"
    tiny_shop.product(shop, "tea-1", json.dumps({"zh-CN": title, "en": title}), 101, "images: [a.png]\nsku: t1\n")
    tiny_shop.made(shop)
    assert "<script>alert" not in tiny_shop.page(shop, "/products/tea-1/")
    found = documents(shop, "/products/tea-1/")
    assert set(found) == {"Product", "BreadcrumbList"}
    assert found["Product"]["name"] == title
    assert found["Product"]["offers"]["price"] == "101.00"
    assert set(documents(shop, "/")) == {"WebSite", "OnlineStore"}
    assert [list(structured.missing(each)) for each in found.values()] == [[], []]


def test_a_link_preview_shows_the_largest_picture_and_else_the_mark_of_the_shop(shop):
    tiny_shop.product(shop, "tea-1", "{zh-CN: 龙井, en: Longjing}", 101, "images: [a.png]\n")
    tiny_shop.made(shop)
    own = re.search(r'property="og:image" content="([^"]*)"', tiny_shop.page(shop, "/products/tea-1/"))[1]
    assert re.fullmatch(r"https://tea\.example\.com/media/a\.[0-9a-f]{12}-640\.jpg", own)
    assert 'content="https://tea.example.com/share.png"' in tiny_shop.page(shop, "/pages/about/")


def test_the_picture_that_seo_names_goes_before(shop):
    Image.new("RGB", (700, 400), "#996633").save(shop / "media" / "b.png")
    tiny_shop.product(shop, "tea-1", "{zh-CN: 龙井, en: L}", 101, "images: [a.png]\nseo: {image: b.png}\n")
    tiny_shop.made(shop)
    assert re.search(r'og:image" content="[^"]*/media/b\.', tiny_shop.page(shop, "/products/tea-1/"))


def test_pictures_and_links_of_a_text_are_part_of_the_release(shop):
    (shop / "pages/about.md").write_text(
        "---\ntitle: {zh-CN: 关于, en: About}\n---\n# 我们\n\n![茶山](a.png) [茶](product:tea-1)\n", "utf-8"
    )
    tiny_shop.made(shop)
    text = tiny_shop.page(shop, "/pages/about/")
    entries = tiny_shop.live(shop).entries
    found = re.findall(r'(?:src|srcset)="(/media/[^"]*)"', text)
    addresses = {unescape(each).split(" ")[0] for value in found for each in value.split(", ")}
    assert len(addresses) > 4
    assert addresses <= set(entries)
    assert "<h2>我们</h2>" in text
    assert '<a href="/products/tea-1/">茶</a>' in text


def test_a_long_file_is_written_again_only_when_what_it_names_changed(shop, monkeypatch):
    written = []
    real = feeds.sitemaps
    monkeypatch.setattr(feeds, "sitemaps", lambda base, pages: written.append(1) or real(base, pages))
    tiny_shop.made(shop)
    tiny_shop.product(shop, "tea-1", "{zh-CN: 龙井 1, en: Longjing 1}", 555)
    tiny_shop.made(shop)
    assert len(written) == 1
    tiny_shop.product(shop, "tea-3", "{zh-CN: 龙井 3, en: Longjing 3}", 555)
    tiny_shop.made(shop)
    assert len(written) == 2
    assert len(locations(shop)) == 14


def test_what_was_remembered_may_be_damaged_and_the_release_is_the_same(shop):
    add(shop, "feeds: [google]\n")
    tiny_shop.made(shop)
    good = tiny_shop.everything(shop)
    (shop / "var/cache/machines").write_bytes(b"\x93garbage")
    (shop / "shop.yaml").touch()
    tiny_shop.made(shop)
    assert tiny_shop.everything(shop) == good
