"""Structured data: complete for rich results, exact, and inert inside a page."""

import json

import pytest
import small_shop

from generator.check import check
from generator.display import products, shelves
from generator.display.edition import Edition
from generator.images import Images
from generator.releases import structured
from generator.views import Link

MUGS = """title: {en: "Mug </script><script>alert(1)</script>"}
price: 30
images: [longjing.jpg]
options: {Colour: [Oat, Indigo], Glaze: [matt]}
variants:
  - {options: {Colour: Oat, Glaze: matt}, sku: mug-o, price: 30, stock: 4, barcode: "4006381333931"}
  - {options: {Colour: Indigo, Glaze: matt}, sku: mug-i, price: 32, stock: 0, image: biluochun.jpg}
"""


def edition(folder, **files):
    for name, text in files.items():
        small_shop.spoil(folder, text, f"{name}.yaml", whole=name != "shop")
    checked = check(folder, cache=False)
    assert checked.shop is not None, checked.problems
    return Edition(checked.shop, "en", Images(folder))


def product(made, handle):
    found = made.shop.products[handle]
    return structured.product(made, found, products.view(made, found), "What it is")


def test_a_product_with_one_variant_is_a_product_with_an_offer(shop):
    made = edition(
        shop, **{"products/plain": "title: Bowl\nsku: b-1\nprice: 12.50\nstock: 3\nimages: [longjing.jpg]\n"}
    )
    data = product(made, "plain")
    picture = data.pop("image")
    assert picture == [f"https://tea.example.com{made.pictures.file('longjing.jpg')}"]
    assert data == {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": "Bowl",
        "description": "What it is",
        "brand": {"@type": "Brand", "name": "Hillside Tea"},
        "url": "https://tea.example.com/products/plain/",
        "sku": "b-1",
        "offers": {
            "@type": "Offer",
            "price": "12.50",
            "priceCurrency": "SGD",
            "availability": "https://schema.org/InStock",
            "itemCondition": "https://schema.org/NewCondition",
            "url": "https://tea.example.com/products/plain/",
        },
    }
    assert list(structured.missing({**data, "image": picture})) == []


def test_variants_make_a_group_that_says_what_differs(shop):
    data = product(edition(shop, **{"products/mug": MUGS}), "mug")
    assert (data["@type"], data["productGroupID"]) == ("ProductGroup", "mug")
    assert data["variesBy"] == ["https://schema.org/color"]
    oat, indigo = data["hasVariant"]
    assert (oat["sku"], oat["gtin"], oat["color"], oat["offers"]["price"]) == ("mug-o", "4006381333931", "Oat", "30.00")
    assert oat["additionalProperty"] == [{"@type": "PropertyValue", "name": "Glaze", "value": "matt"}]
    assert indigo["offers"]["availability"] == "https://schema.org/OutOfStock"
    assert "gtin" not in indigo
    assert indigo["image"] != oat["image"]
    assert list(structured.missing(data)) == []


def test_g44_a_title_cannot_leave_its_script_element(shop):
    data = product(edition(shop, **{"products/mug": MUGS}), "mug")
    text = structured.text(data)
    assert not {"<", ">", "&"} & set(text)
    assert json.loads(text) == data
    assert json.loads(text)["name"] == "Mug </script><script>alert(1)</script>"


@pytest.mark.parametrize(
    "bad",
    ["\u2028", "\u2029", "<!--", "]]>", "&amp;", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")],
)
def test_g46_odd_characters_survive_the_way_through_json(bad):
    written = structured.text({"@type": "Brand", "name": f"a{bad}b"})
    assert json.loads(written)["name"] == f"a{bad}b"
    assert not {"\u2028", "\u2029", "<", "&"} & set(written)


def test_a_product_without_a_picture_has_no_rich_result(shop):
    assert product(edition(shop, **{"products/bare": "title: Bare\nprice: 1\n"}), "bare") is None


def test_the_way_to_a_page_is_numbered_and_the_home_page_has_none(shop):
    made = edition(shop)
    links = (Link(label="Home", url="/"), Link(label="Teas", url="/shelves/teas/", current=True))
    assert structured.breadcrumbs(made, links) == {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "name": "Home", "item": "https://tea.example.com/"},
            {"@type": "ListItem", "position": 2, "name": "Teas", "item": "https://tea.example.com/shelves/teas/"},
        ],
    }
    assert structured.breadcrumbs(made, links[:1]) is None


def test_the_shop_says_who_sells_and_how_goods_go_back(shop):
    made = edition(shop, shop="returns: {window: 14d, pays: seller}\n")
    data = structured.store(made)
    assert data["@type"] == "OnlineStore"
    assert data["legalName"] == "Hillside Tea Pte. Ltd."
    assert data["hasMerchantReturnPolicy"] == {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": "SG",
        "returnPolicyCategory": "https://schema.org/MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": 14,
        "returnMethod": "https://schema.org/ReturnByMail",
        "returnFees": "https://schema.org/FreeReturn",
    }
    assert list(structured.missing(data)) == []


def test_the_site_names_its_search(shop):
    data = structured.website(edition(shop))
    assert data["potentialAction"]["target"]["urlTemplate"] == "https://tea.example.com/search?q={search_term_string}"
    assert list(structured.missing(data)) == []


def test_a_live_room_is_a_video_with_a_broadcast_and_needs_a_cover(shop):
    text = (
        "title: Harvest\ncover: longjing.jpg\nstarts_at: 2027-04-05T12:00:00Z\nends_at: 2027-04-05T14:00:00Z\n"
        "source: {kind: embed, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'}\nproducts: [longjing]\n"
    )
    made = edition(shop, **{"live/harvest": text})
    room = made.shop.rooms["harvest"]
    data = structured.room(made, room, shelves.room(made, room))
    assert (data["@type"], data["uploadDate"]) == ("VideoObject", room.starts_at)
    assert data["publication"] == {
        "@type": "BroadcastEvent",
        "name": "Harvest",
        "isLiveBroadcast": True,
        "startDate": room.starts_at,
        "endDate": room.ends_at,
    }
    assert list(structured.missing(data)) == []
    bare = edition(shop, **{"live/harvest": text.replace("cover: longjing.jpg\n", "")})
    assert structured.room(bare, bare.shop.rooms["harvest"], shelves.room(bare, bare.shop.rooms["harvest"])) is None


def test_what_is_missing_is_named_by_its_path_at_any_depth():
    document = {
        "@type": "ProductGroup",
        "name": "",
        "productGroupID": "x",
        "hasVariant": [{"@type": "Product", "name": "a", "image": "b", "offers": {"@type": "Offer", "price": "1"}}],
        "review": {"@type": "Opinion"},
    }
    assert list(structured.missing(document)) == [
        "ProductGroup.name",
        "ProductGroup.hasVariant[0].offers.priceCurrency",
        "ProductGroup.hasVariant[0].offers.availability",
        "ProductGroup.review: @type Opinion",
    ]
