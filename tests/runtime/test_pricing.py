from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tills import COURIER, PICKUP, make_terms, product

from generator.shop import DeliveryKind, DeliveryMethod, Rates, Tax, TaxRate, Zone
from runtime import pricing, tax, words
from runtime.pricing import Destination, Item
from runtime.refusals import Code, Refusal

HANGZHOU = Destination(country="CN", region="浙江省", city="杭州市")
LHASA = Destination(country="CN", region="西藏自治区", city="拉萨市")
URUMQI = Destination(country="CN", region="新疆维吾尔自治区")


def item(handle, price, quantity=1, **more):
    made = product(handle, price, **more)
    return Item(product=made, variant=made.variants[0], quantity=quantity)


def test_a_cart_is_goods_plus_delivery_with_the_tax_that_prices_contain():
    found = pricing.quote(make_terms(), [item("tea", 1000, 2, weight=700), item("cup", 2550)], HANGZHOU, "courier")
    assert (found.goods, found.delivery, found.total) == (4550, 1000, 5550)
    assert [(line.sku, line.amount, line.tax, line.total) for line in found.lines] == [
        ("cup", 2550, 293, 2550),
        ("tea", 2000, 230, 2000),
    ]
    assert (found.delivery_tax, found.tax) == (115, 638)


def test_tax_comes_on_top_where_prices_do_not_contain_it():
    rates = (TaxRate(country="US", region="OR", rate="0"), TaxRate(country="US", rate="0.0825"))
    terms = make_terms(country="US", currency="USD", tax=Tax(prices_include_tax=False, rates=rates))
    texas = pricing.quote(terms, [item("tea", 1999, 3)], Destination(country="US", region="TX"), "pickup")
    oregon = pricing.quote(terms, [item("tea", 1999, 3)], Destination(country="US", region="OR"), "pickup")
    assert (texas.goods, texas.tax, texas.total) == (5997, 495, 6492)
    assert (oregon.tax, oregon.total) == (0, 5997)


def test_delivery_carries_the_rates_of_the_goods_in_proportion():
    rates = (TaxRate(country="DE", rate="0.19"), TaxRate(country="DE", tax_class="books", rate="0.07"))
    post = DeliveryMethod(
        id="post", name={"de": "Post"}, kind=DeliveryKind.COURIER,
        rates=Rates(by="quantity", zones=(Zone(regions=("DE",), first_fee=1000),)),
    )  # fmt: skip
    terms = make_terms(country="DE", currency="EUR", delivery=(post,), tax=Tax(rates=rates))
    cart = [item("vase", 3000), item("book", 1000, tax_class="books")]
    found = pricing.quote(terms, cart, Destination(country="DE"), "post")
    assert found.delivery_tax == tax.included(750, "0.19") + tax.included(250, "0.07") == 136


@pytest.mark.parametrize(
    ("amount", "rate", "inside", "on_top"),
    [
        (119, "0.19", 19, 23),
        (1, "0.19", 0, 0),
        (3, "0.19", 0, 1),
        (5, "0.10", 0, 1),
        (11, "0.10", 1, 1),
        (0, "0.2", 0, 0),
    ],
)
def test_tax_is_rounded_half_up_on_each_line(amount, rate, inside, on_top):
    assert (tax.included(amount, rate), tax.added(amount, rate)) == (inside, on_top)


def refused(code, *arguments):
    with pytest.raises(Refusal) as caught:
        pricing.quote(*arguments)
    assert caught.value.code == code
    return caught.value


def test_p19_a_region_that_is_not_served_is_refused_by_name():
    error = refused(Code.ADDRESS_NOT_SERVED, make_terms(), [item("tea", 1000)], URUMQI, "courier")
    assert words.refusal(error, "zh-CN") == "快递不配送到新疆维吾尔自治区。"
    assert words.refusal(error, "en") == "Courier does not go to 新疆维吾尔自治区."


def test_only_methods_of_the_shop_that_carry_the_product_can_be_chosen():
    terms = make_terms()
    refused(Code.DELIVERY_UNKNOWN, terms, [item("tea", 1000)], HANGZHOU, "pigeon")
    refused(Code.DELIVERY_UNKNOWN, terms, [item("tea", 1000)], HANGZHOU, "")
    heavy = item("stove", 90000, delivery=("pickup",))
    refused(Code.DELIVERY_NOT_FOR_PRODUCT, terms, [item("tea", 1000), heavy], HANGZHOU, "courier")
    assert pricing.quote(terms, [heavy], HANGZHOU, "pickup").total == 90000
    refused(Code.CART_EMPTY, terms, [], HANGZHOU, "pickup")


def test_offers_are_the_methods_that_serve_the_cart_there():
    terms = make_terms()
    tea, heavy, song = item("tea", 1000), item("stove", 90000, delivery=("pickup",)), item("song", 300, digital=True)
    found = {
        name: [(offer.method.id, offer.fee) for offer in pricing.offers(terms, cart, place)]
        for name, cart, place in [
            ("near", [tea], HANGZHOU), ("far", [tea], LHASA), ("nowhere", [tea], URUMQI),
            ("heavy", [tea, heavy], HANGZHOU), ("song", [song], HANGZHOU),
        ]
    }  # fmt: skip
    assert found == {
        "near": [("courier", 800), ("pickup", 0)],
        "far": [("courier", 2000), ("pickup", 0)],
        "nowhere": [("pickup", 0)],
        "heavy": [("pickup", 0)],
        "song": [],
    }


def test_what_is_not_a_thing_needs_no_delivery_and_weighs_nothing():
    song = item("song", 300, 5, digital=True, weight=900)
    assert pricing.quote(make_terms(), [song], URUMQI, "").total == 1500
    both = pricing.quote(make_terms(), [song, item("tea", 1000, weight=200)], HANGZHOU, "courier")
    assert both.delivery == 800


def test_the_trace_says_why_in_the_buyers_language():
    found = pricing.quote(make_terms(), [item("tea", 1000, 2, weight=1500)], HANGZHOU, "courier")
    assert [words.step(step, "CNY", "zh-CN") for step in found.trace] == [
        "2 × ¥10.00 = ¥20.00（tea）",
        "运费（全部地区）：3000 克，续费 2 份，合计 ¥12.00。",
        "已含税 ¥3.68，税率 13 %。",
        "合计 ¥32.00。",
    ]
    assert [words.step(step, "CNY", "en") for step in found.trace][1:] == [
        "Delivery (everywhere): 3000 g, 2 further parts, together ¥12.00.",
        "Contains ¥3.68 tax at 13 %.",
        "Total ¥32.00.",
    ]


@dataclass
class Cart:
    items: list
    terms: object
    place: Destination


lines = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.integers(0, 10**7),
        st.integers(1, 999),
        st.sampled_from(["standard", "reduced", "zero"]),
        st.integers(0, 5000),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda line: line[0],
)


@st.composite
def carts(draw):
    items = [
        item(name, price, count, tax_class=kind, weight=weight) for name, price, count, kind, weight in draw(lines)
    ]
    rates = (TaxRate(country="CN", rate=draw(st.sampled_from(["0.13", "0.19", "0.255"]))),
             TaxRate(country="CN", tax_class="reduced", rate="0.07"))  # fmt: skip
    tax_rules = Tax(prices_include_tax=draw(st.booleans()), rates=rates)
    return Cart(items, make_terms(delivery=(COURIER, PICKUP), tax=tax_rules), draw(st.sampled_from([HANGZHOU, LHASA])))


@given(carts(), st.sampled_from(["courier", "pickup"]))
def test_a_quote_adds_up_to_the_cent_and_is_never_negative(cart, method):
    """reaction#4684, CoreShop#2804, EDD#5879: sums that are no money; tax of lines that is not that of the whole."""
    found = pricing.quote(cart.terms, cart.items, cart.place, method)
    added = 0 if found.tax_included else found.delivery_tax
    assert found.total == sum(line.total for line in found.lines) + found.delivery + added
    assert found.tax == sum(line.tax for line in found.lines) + found.delivery_tax
    assert found.goods == sum(item.variant.price * item.quantity for item in cart.items)
    values = [found.total, found.goods, found.delivery, found.tax, found.delivery_tax, found.discount]
    assert min(values + [value for line in found.lines for value in (line.amount, line.tax, line.total)]) >= 0
    if found.tax_included:
        assert all(line.tax <= line.amount for line in found.lines)
        assert found.delivery_tax <= found.delivery


@given(carts(), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(cart, chance):
    mixed = list(cart.items)
    chance.shuffle(mixed)
    assert pricing.quote(cart.terms, mixed, cart.place, "courier") == pricing.quote(
        cart.terms, cart.items, cart.place, "courier"
    )


def test_a_sum_beyond_what_can_be_counted_is_refused():
    huge = [item(name, 10**12, 999) for name in "abcdef"]
    refused(Code.TOTAL_TOO_LARGE, make_terms(), huge, HANGZHOU, "pickup")
