"""Who links to a thing is what the shop would lack without it, by the very rules that ``check`` asks."""

import pytest

from generator import check
from generator.rules import depending

SHOP = """menu:
  header:
    - {label: About, link: 'page:about'}
    - {label: Teas, link: 'shelf:teas', items: [{label: Longjing, link: /products/longjing/}]}
home:
  - {section: hero, heading: Tea, button: Go, link: 'page:about#top'}
  - {section: shelf, shelf: teas}
redirects: {/old: 'page:about', /older: 'page:gone'}
checkout: {terms: about}
promotions:
  - {id: spring, name: Spring, kind: percent_off, percent: 10%, when: {products: [longjing]}}
"""


@pytest.mark.parametrize(
    ("kind", "handle", "places"),
    [
        (
            "page",
            "about",
            [
                ("products/longjing.yaml", ("description",)),
                ("shop.yaml", ("checkout", "terms")),
                ("shop.yaml", ("home", 0, "link")),
                ("shop.yaml", ("menu", "header", 0, "link")),
                ("shop.yaml", ("redirects", "/old")),
            ],
        ),
        (
            "product",
            "longjing",
            [
                ("live/harvest.yaml", ("products", 0)),
                ("shelves/teas.yaml", ("products", 0)),
                ("shop.yaml", ("menu", "header", 1, "items", 0, "link")),
                ("shop.yaml", ("promotions", 0, "when", "products", 0)),
            ],
        ),
        ("shelf", "teas", [("shop.yaml", ("home", 1, "shelf")), ("shop.yaml", ("menu", "header", 1, "link"))]),
        ("live", "harvest", []),
    ],
)
def test_a_thing_is_linked_to_where_the_shop_would_have_an_error_without_it(shop, spoil, kind, handle, places):
    spoil(
        {
            "shop.yaml": SHOP,
            "products/longjing.yaml": "description: 'See [us](page:about) and [gone](page:gone)'\n",
            "shelves/teas.yaml": "products: [longjing]\n",
            "live/harvest.yaml": "products: [longjing]\n",
        }
    )
    found = depending.missed(check.read(shop), kind, handle)
    assert sorted({(each.file, each.path) for each in found}, key=str) == places
