"""What holds for every cart under every set of promotions."""

from datetime import UTC, datetime

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from rules import EARLIER, LATER, MEMBER, item, rule
from tills import make_terms

from generator.promoting import current_price, is_shown
from generator.promotion import BundleItem, Group, Tier
from runtime import pricing
from runtime.pricing import Destination
from runtime.promotions import Circumstances, Used, apply

HANDLES = "abcd"
NAMES = ("p1", "p2", "p3", "p4")
money = st.integers(1, 3000)
percent = st.integers(1, 9999)
ids = st.sampled_from([(), ("*",), ("p1",), ("p1", "p2", "p3")])
effects = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("percent_off"), "percent": percent, "pieces_per_order": st.sampled_from([None, 2])}
    ),
    st.fixed_dictionaries({"kind": st.just("amount_off"), "off": money}),
    st.fixed_dictionaries({"kind": st.just("fixed_price"), "price": money}),
    st.fixed_dictionaries({"kind": st.just("fixed_price"), "prices": st.dictionaries(st.sampled_from(HANDLES), money)}),
    st.fixed_dictionaries({"kind": st.just("flash_sale"), "price": money, "stock": st.integers(0, 5)}),
    st.fixed_dictionaries({"kind": st.just("tiers"), "tiers": st.lists(
        st.builds(Tier, amount=money, off=money, every=st.booleans()), min_size=1, max_size=3).map(tuple)}),
    st.fixed_dictionaries({"kind": st.just("tiers"), "tiers": st.lists(
        st.builds(Tier, quantity=st.integers(1, 9), percent=percent), min_size=1, max_size=3).map(tuple)}),
    st.fixed_dictionaries({"kind": st.just("nth_item"), "nth": st.integers(2, 4), "percent": st.integers(1, 10000)}),
    st.fixed_dictionaries({"kind": st.just("nth_item"), "nth": st.integers(2, 4), "off": money}),
    st.fixed_dictionaries({"kind": st.just("bundle_price"), "price": money, "items": st.lists(
        st.builds(BundleItem, product=st.sampled_from(HANDLES), quantity=st.integers(1, 2)), min_size=1, max_size=3,
    ).map(tuple)}),
    st.fixed_dictionaries({"kind": st.just("bundle_price"), "percent": percent, "items": st.just(
        (BundleItem(sku="a"), BundleItem(product="a"), BundleItem(product="b")))}),
    st.fixed_dictionaries({"kind": st.just("gift"), "gift": st.sampled_from("cd"), "gifts": st.integers(1, 3)}),
    st.fixed_dictionaries({"kind": st.just("free_delivery")}),
    st.fixed_dictionaries({"kind": st.just("member_price"), "percent": percent}),
    st.fixed_dictionaries({"kind": st.just("group_buy"), "price": money, "group": st.just(Group(size=2, seconds=60))}),
    st.fixed_dictionaries({"kind": st.just("referral"), "off": money}),
)  # fmt: skip
conditions = st.fixed_dictionaries({
    "minimum_amount": st.sampled_from([0, 0, 1000, 4000]),
    "minimum_quantity": st.sampled_from([0, 0, 2]),
    "products": st.sampled_from([(), (), ("a", "b"), ("c",)]),
    "without": st.sampled_from([(), ("b",)]),
    "customers": st.sampled_from(["everyone", "everyone", "members"]),
    "starts_at": st.sampled_from([None, EARLIER, LATER]),
    "priority": st.integers(0, 2),
    "stacks_with": ids,
    "code": st.sampled_from([None, None, "X"]),
})  # fmt: skip


@st.composite
def rules(draw, least=0):
    names = NAMES[: draw(st.integers(least, len(NAMES)))]
    return [rule(name, **{**draw(effects), **draw(conditions)}) for name in names]


carts = st.lists(
    st.tuples(st.sampled_from(HANDLES), st.integers(0, 3000), st.integers(1, 7)),
    min_size=1, max_size=4, unique_by=lambda line: line[0],
).map(lambda lines: [item(*line) for line in lines])  # fmt: skip
GIFTS = {"c": item("c", 500, 2), "d": item("d", 10, 1)}


@st.composite
def places(draw):
    asked = tuple(draw(st.lists(st.sampled_from(NAMES), unique=True)))
    group = draw(st.sampled_from(["", "p1"]))
    used = {name: Used(pieces=draw(st.integers(0, 3)), orders=1) for name in asked}
    return Circumstances(now="2026-11-22T12:00:00Z", asked=asked, customer=MEMBER, group=group, used=used, gifts=GIFTS)


@given(rules(), carts, places())
@settings(max_examples=600, deadline=None)
def test_shares_add_up_and_no_line_costs_less_than_nothing(promotions, cart, here):
    found = apply(promotions, cart, here)
    ordered = sorted(cart, key=lambda each: each.variant.sku)
    for each in found.discounts:
        assert sum(each.shares) == each.amount
        assert min(each.shares) >= 0
        assert len(each.shares) == len(ordered)
        assert each.pieces > 0
    for line, goods in enumerate(ordered):
        assert sum(each.shares[line] for each in found.discounts) <= goods.amount
    assert len({each.promotion for each in found.discounts}) == len(found.discounts)
    for sku, stock in GIFTS.items():
        assert sum(gift.quantity for gift in found.gifts if gift.sku == sku) <= stock.quantity


@given(rules(), carts, places(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_neither_the_order_of_lines_nor_that_of_rules_matters(promotions, cart, here, chance):
    mixed_rules, mixed_cart = list(promotions), list(cart)
    chance.shuffle(mixed_rules)
    chance.shuffle(mixed_cart)
    assert apply(mixed_rules, mixed_cart, here) == apply(promotions, cart, here)


@given(rules(), carts, places())
@settings(max_examples=300, deadline=None)
def test_no_piece_is_counted_by_two_rules_that_do_not_both_allow_it(promotions, cart, here):
    alone = [msgspec.structs.replace(each, stacks_with=()) for each in promotions]
    quantities = {each.variant.sku: each.quantity for each in cart}
    found = apply(alone, cart, here)
    assert sum(each.pieces for each in found.discounts) <= sum(quantities.values())


@given(rules(), carts, places())
@settings(max_examples=300, deadline=None)
def test_limits_of_pieces_hold(promotions, cart, here):
    for each in apply(promotions, cart, here).discounts:
        promotion = next(one for one in promotions if one.id == each.promotion)
        if promotion.stock is not None:
            assert each.pieces + here.used.get(each.promotion, Used()).pieces <= promotion.stock
        if promotion.limit.pieces_per_order is not None:
            assert each.pieces <= promotion.limit.pieces_per_order


@given(carts, effects, percent, percent)
@settings(deadline=None)
def test_a_single_rule_that_gives_more_never_makes_a_cart_dearer(cart, effect, first, second):
    def saved(share):
        changed = {**effect, "percent": share} if "percent" in effect and "nth" not in effect else effect
        if "off" in effect:
            changed = {**effect, "off": share}
        if changed.get("price"):
            changed = {**changed, "price": 10000 - share}
        under = Circumstances(now="2026-11-22T12:00:00Z", asked=("p1",), earned=("p1",), customer=MEMBER, group="p1")
        return sum(each.amount for each in apply([rule("p1", **changed)], cart, under).discounts)

    assert saved(min(first, second)) <= saved(max(first, second))


@given(carts, st.integers(2, 4), st.integers(1, 10000), st.sampled_from(HANDLES), st.integers(0, 3000))
@settings(deadline=None)
def test_one_piece_more_is_never_paid_back_by_the_nth_being_cheaper(cart, nth, share, handle, price):
    def paid(goods):
        found = apply(
            [rule("p1", "nth_item", nth=nth, percent=share)], goods, Circumstances(now="2026-11-22T12:00:00Z")
        )
        return sum(each.amount for each in goods) - sum(each.amount for each in found.discounts)

    known = {each.variant.sku: each for each in cart}
    more = dict(known)
    if handle in known:
        more[handle] = msgspec.structs.replace(known[handle], quantity=known[handle].quantity + 1)
    else:
        more[handle] = item(handle, price)
    assert paid(list(more.values())) >= paid(list(known.values()))


@given(rules(), st.integers(0, 3000), st.sampled_from(HANDLES))
@settings(max_examples=300, deadline=None)
def test_a_page_shows_the_price_that_the_till_takes_for_one_piece(promotions, price, handle):
    shown = [each for each in promotions if is_shown(each) and each.limit.pieces_per_order is None and each.stock != 0]
    goods = item(handle, price)
    found = current_price(shown, goods.product, goods.variant, datetime(2026, 11, 22, 12, tzinfo=UTC))
    off = sum(each.amount for each in apply(shown, [goods], Circumstances(now="2026-11-22T12:00:00Z")).discounts)
    assert found.price == price - off
    assert found.crossed_out == (price if off else None)


@given(rules(), carts, places(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_quote_with_promotions_adds_up(promotions, cart, here, included):
    terms = make_terms(promotions=tuple(promotions))
    terms = msgspec.structs.replace(terms, tax=msgspec.structs.replace(terms.tax, prices_include_tax=included))
    found = pricing.quote(terms, cart, Destination(country="CN", region="浙江省"), "courier", here)
    bought = [line for line in found.lines if not line.gift]
    assert found.discount == sum(each.amount for each in found.discounts) == sum(line.discount for line in bought)
    assert all(line.amount == line.unit_price * line.quantity - line.discount >= 0 for line in bought)
    added = 0 if included else found.delivery_tax
    assert found.total == sum(line.total for line in found.lines) + found.delivery + added >= 0
    assert all(
        (line.unit_price, line.amount, line.tax, line.total) == (0, 0, 0, 0) for line in found.lines if line.gift
    )
    assert msgspec.json.decode(msgspec.json.encode(found), type=pricing.Quote) == found
