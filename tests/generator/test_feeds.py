"""Sitemap, robots, product feed, manifest and favicon: well-formed, complete and the same for the same shop."""

import json
from xml.etree import ElementTree as ET

import pytest
import small_shop

from generator.check import check
from generator.display.edition import Edition
from generator.images import Images
from generator.releases import feeds
from generator.releases.feeds import Address

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
GOOGLE = "{http://base.google.com/ns/1.0}"


def edition(folder, locale="en", **files):
    for name, text in files.items():
        small_shop.spoil(folder, text, f"{name}.yaml", whole=name != "shop")
    checked = check(folder, cache=False)
    assert checked.shop is not None, checked.problems
    return Edition(checked.shop, locale, Images(folder))


def locations(data):
    return [each.text for each in ET.fromstring(data).iter(f"{SITEMAP}loc")]


def test_the_sitemap_names_every_page_in_every_locale():
    pages = [
        Address("https://a.example/", (("zh-CN", "https://a.example/"), ("en", "https://a.example/en/"))),
        Address("https://a.example/?a=1&b=2"),
    ]
    made = feeds.sitemaps("https://a.example", pages)
    assert list(made) == ["/sitemap.xml"]
    tree = ET.fromstring(made["/sitemap.xml"])
    assert locations(made["/sitemap.xml"]) == ["https://a.example/", "https://a.example/?a=1&b=2"]
    links = [dict(link.attrib) for link in tree.iter("{http://www.w3.org/1999/xhtml}link")]
    assert links == [
        {"rel": "alternate", "hreflang": "zh-CN", "href": "https://a.example/"},
        {"rel": "alternate", "hreflang": "en", "href": "https://a.example/en/"},
    ]


@pytest.mark.parametrize(
    ("count", "sizes"), [(50_000, None), (50_001, [50_000, 1]), (120_000, [50_000, 50_000, 20_000])]
)
def test_a_sitemap_holds_at_most_50_000_pages(count, sizes):
    made = feeds.sitemaps("https://a.example", (Address(f"https://a.example/{n}") for n in range(count)))
    if sizes is None:
        assert len(locations(made["/sitemap.xml"])) == count
    else:
        names = [f"/sitemap-{number}.xml" for number in range(1, len(sizes) + 1)]
        assert locations(made["/sitemap.xml"]) == [f"https://a.example{name}" for name in names]
        assert [len(locations(made[name])) for name in names] == sizes


def test_an_empty_shop_has_an_empty_sitemap():
    assert locations(feeds.sitemaps("", [])["/sitemap.xml"]) == []


def test_r119_robots_keeps_machines_out_of_what_is_one_shoppers_own(shop):
    made = edition(shop, shop="locales: [en, de]\nlocale: en\nname: {en: T, de: T}\n")
    text = feeds.robots(made.shop).decode()
    assert text.endswith("\n\nSitemap: https://tea.example.com/sitemap.xml\n")
    for line in (
        "Disallow: /cart",
        "Disallow: /de/cart",
        "Disallow: /search",
        "Disallow: /orders/",
        "Disallow: /console",
    ):
        assert line in text.splitlines()
    assert "Disallow: /products" not in text


def items(data):
    return [
        {child.tag.replace(GOOGLE, "g:"): child.text for child in item} for item in ET.fromstring(data).iter("item")
    ]


def test_the_product_feed_has_one_item_a_variant(shop):
    product = (
        "title: Mug & Co\ndescription: '**Strong** and [blue](https://x.example)'\n"
        "images: [longjing.jpg, biluochun.jpg]\n"
        "options: {Size: [S, L]}\nvariants:\n"
        "  - {options: {Size: S}, sku: m-s, price: 30, compare_at: 40, stock: 0, weight: 300g}\n"
        "  - {options: {Size: L}, sku: m-l, price: 35, stock: 5, barcode: '4006381333931'}\n"
    )
    made = edition(shop, **{"products/mug": product})
    small, large = [each for each in items(feeds.products(made)) if each["g:id"].startswith("m-")]
    assert small == {
        "g:id": "m-s",
        "g:title": "Mug & Co – S",
        "g:description": "Strong and blue",
        "g:link": "https://tea.example.com/products/mug/",
        "g:brand": "Hillside Tea",
        "g:condition": "new",
        "g:item_group_id": "mug",
        "g:image_link": "https://tea.example.com" + made.pictures.file("longjing.jpg"),
        "g:additional_image_link": "https://tea.example.com" + made.pictures.file("biluochun.jpg"),
        "g:price": "40.00 SGD",
        "g:sale_price": "30.00 SGD",
        "g:availability": "out_of_stock",
        "g:identifier_exists": "no",
        "g:shipping_weight": "300 g",
    }
    assert (large["g:gtin"], large["g:availability"], large["g:price"]) == ("4006381333931", "in_stock", "35.00 SGD")
    assert "g:sale_price" not in large


def test_r119_drafts_and_hidden_products_are_in_no_feed(shop):
    text = "title: {0}\nprice: 3\nstatus: {0}\nimages: [longjing.jpg]\n"
    files = {f"products/{status}": text.format(status) for status in ("draft", "hidden")}
    ids = {each["g:id"] for each in items(feeds.products(edition(shop, **files)))}
    assert not {"draft", "hidden"} & ids
    assert ids


def test_g44_markup_in_a_title_is_text_in_the_feed(shop):
    title = "</script><script>alert(1)</script> ]]> &amp;amp;"
    made = edition(shop, **{"products/x": f"title: {json.dumps(title)}\nprice: 3\nimages: [longjing.jpg]\n"})
    data = feeds.products(made)
    assert b"<script" not in data
    assert next(each for each in items(data) if each["g:id"] == "x")["g:title"] == title


def test_the_manifest_names_the_drawn_icons(shop):
    made = edition(shop)
    names = [
        "apple-touch-icon.png",
        "favicon.ico",
        "icon-192.png",
        "icon-512.png",
        "icon-maskable-512.png",
        "share.png",
    ]
    document = json.loads(feeds.manifest(made, names, {"background": "#faf7f0"}))
    assert (document["name"], document["start_url"], document["lang"]) == ("Hillside Tea", "/", "en")
    assert (document["background_color"], document["theme_color"]) == ("#faf7f0", "#faf7f0")
    assert document["icons"] == [
        {"src": "/icon-192.png", "sizes": "192x192", "type": "image/png", "purpose": "any"},
        {"src": "/icon-512.png", "sizes": "512x512", "type": "image/png", "purpose": "any"},
        {"src": "/icon-maskable-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]


@pytest.mark.parametrize(("letter", "shown"), [("茶", "茶"), ("s", "S"), ("<", "<"), ("&", "&")])
def test_the_favicon_shows_the_first_letter_in_any_script(letter, shown):
    tree = ET.fromstring(feeds.favicon(letter, "#fff", "#225544"))
    assert tree.find("{http://www.w3.org/2000/svg}text").text == shown


def test_the_favicon_carries_a_drawn_logo():
    tree = ET.fromstring(feeds.favicon("S", "#fff", "#000", b"\x89PNG"))
    assert tree.find("{http://www.w3.org/2000/svg}image").get("href") == "data:image/png;base64,iVBORw=="
