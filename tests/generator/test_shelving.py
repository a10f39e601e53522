"""Shelves hold what they name or what their rule finds."""

import pytest

from generator.loading.content import Rule, ShelfFile
from generator.loading.shelving import Stall
from generator.shop import Product, ProductStatus, Variant


def product(handle, price, tags="", stock=None, **more):
    variant = Variant(sku=handle, price=price, stock=stock)
    return Product(handle=handle, title={"en": handle}, tags=tuple(tags.split()), variants=(variant,), **more)


STALL = Stall(
    [
        product("a", 300, "green new", 0, publish_at="2026-01-01T00:00:00Z"),
        product("b", 100, "green gift", 5, publish_at="2026-03-01T00:00:00Z"),
        product("c", 200, "white gift"),
        product("d", 50, "green", status=ProductStatus.DRAFT),
        product("e", 60, "green", status=ProductStatus.HIDDEN),
        product("f", 100, "green", 1, publish_at="2026-02-01T00:00:00Z"),
    ]
)


def shelf(products=(), **rule):
    return ShelfFile(handle="s", title={"en": "S"}, products=products, rule=Rule(**rule) if rule else None)


@pytest.mark.parametrize(
    ("rule", "handles"),
    [
        ({"all_tags": ("green",)}, "a b f"),
        ({"all_tags": ("green", "gift")}, "b"),
        ({"any_tags": ("white", "new")}, "a c"),
        ({"any_tags": ("gift",), "all_tags": ("white",)}, "c"),
        ({"all_tags": ("none",)}, ""),
        ({"price_under": 200}, "b f"),
        ({"price_over": 100}, "a c"),
        ({"price_over": 100, "price_under": 300}, "c"),
        ({"in_stock": True}, "b c f"),
        ({"sort": "price"}, "b f c a"),
        ({"sort": "-price"}, "a c b f"),
        ({"sort": "newest"}, "b f a c"),
        ({"sort": "manual", "limit": 2}, "a b"),
        ({"sort": "best_selling"}, "a b c f"),
    ],
)
def test_a_rule_picks_the_products_on_sale_in_its_order(rule, handles):
    assert STALL.pick(shelf(**rule)) == tuple(handles.split())


def test_a_shelf_by_hand_keeps_its_order_and_leaves_drafts_out():
    assert STALL.pick(shelf(("f", "d", "a", "e", "f", "nobody"))) == ("f", "a")
