"""What each kind of promotion gives, how promotions stand beside each other, and why one was not applied."""

import pytest
from rules import AT, EARLIER, KNOWN, LATER, MEMBER, NEWCOMER, here, item, rule

from generator.promotion import BundleItem, Group, Tier
from runtime.promotions import NOTHING, Applied, Circumstances, Used, apply


def shares(rules, cart, under=None):
    """Return what each promotion takes off each line, in the order of skus."""
    return {each.promotion: each.shares for each in apply(rules, cart, under or here()).discounts}


def reasons(rules, cart, under=None):
    found = apply(rules, cart, under or here()).trace
    return {step.values["promotion"]: step.code.removeprefix("promotion-") for step in found}


def test_without_a_moment_or_goods_nothing_holds():
    off = rule("sale", "percent_off", percent=1000)
    assert apply([off], [item("tea")], NOTHING) == Applied()
    assert apply([off], [], here()) == Applied()


def test_percent_off_is_rounded_half_up_on_each_piece():
    assert shares([rule("sale", "percent_off", percent=1000)], [item("tea", 995, 3)]) == {"sale": (297,)}
    assert shares([rule("sale", "percent_off", percent=5000)], [item("tea", 999, 2)]) == {"sale": (998,)}


def test_percent_off_with_a_code_or_a_minimum_is_rounded_once_on_the_whole_order():
    coupon = rule("coupon", "percent_off", percent=1000, code="TEN")
    assert shares([coupon], [item("a", 995), item("b", 995), item("c", 995)], here("coupon")) == {
        "coupon": (100, 99, 99)
    }


def test_amount_off_is_shared_by_largest_remainder_and_never_more_than_the_goods():
    cart = [item("a", 100), item("b", 100), item("c", 100)]
    assert shares([rule("off", "amount_off", off=100)], cart) == {"off": (34, 33, 33)}
    assert shares([rule("off", "amount_off", off=5000)], cart) == {"off": (100, 100, 100)}


def test_p15_openfoodnetwork_11233_a_coupon_above_the_cart_leaves_nothing_to_pay_and_never_less():
    coupon = rule("gift-of-20", "amount_off", off=2000, code="TWENTY")
    assert shares([coupon], [item("a", 1500), item("b", 900)], here("gift-of-20")) == {"gift-of-20": (1250, 750)}
    assert shares([coupon], [item("b", 900)], here("gift-of-20")) == {"gift-of-20": (900,)}
    assert shares([coupon], [item("b", 0)], here("gift-of-20")) == {}


def test_a_fixed_price_holds_for_its_skus_and_never_makes_them_dearer():
    fixed = rule("fixed", "fixed_price", prices={"a": 700, "b": 5000})
    assert shares([fixed], [item("a", 1000, 2), item("b", 900), item("c", 900)]) == {"fixed": (600, 0, 0)}


def test_a_flash_sale_gives_its_price_to_as_many_pieces_as_are_left():
    flash = rule("flash", "flash_sale", price=600, stock=10, pieces_per_customer=3, starts_at=EARLIER, ends_at=LATER)
    cart = [item("tea", 1000, 5)]
    assert shares([flash], cart) == {"flash": (1200,)}
    assert shares([flash], cart, here(used={"flash": Used(pieces=9)})) == {"flash": (400,)}
    assert shares([flash], cart, here(used={"flash": Used(own_pieces=1)})) == {"flash": (800,)}
    assert reasons([flash], cart, here(used={"flash": Used(pieces=10)})) == {"flash": "gone"}
    assert reasons([flash], cart, here(used={"flash": Used(own_pieces=3)})) == {"flash": "used"}


def test_where_some_pieces_only_may_have_a_price_those_have_it_that_save_most():
    flash = rule("flash", "flash_sale", percent=5000, pieces_per_order=3)
    assert shares([flash], [item("cheap", 100, 2), item("dear", 1000, 2)]) == {"flash": (50, 1000)}


@pytest.mark.parametrize(("begins", "ends", "holds"), [(AT, LATER, True), (EARLIER, AT, False), (LATER, None, False)])
def test_a_promotion_holds_from_its_first_moment_until_before_its_last(begins, ends, holds):
    sale = rule("sale", "percent_off", percent=1000, starts_at=begins, ends_at=ends)
    assert bool(shares([sale], [item("tea")])) is holds


def test_tiers_count_the_highest_that_is_reached():
    tiers = rule("tiers", "tiers", tiers=(Tier(amount=10000, off=1000), Tier(amount=20000, off=3000)))
    assert shares([tiers], [item("tea", 9999)]) == {}
    assert shares([tiers], [item("tea", 10000)]) == {"tiers": (1000,)}
    assert shares([tiers], [item("tea", 20000, 2)]) == {"tiers": (3000,)}


def test_every_so_much_takes_off_every_time():
    every = rule("every", "tiers", tiers=(Tier(amount=10000, off=1000, every=True),))
    assert shares([every], [item("tea", 34900)]) == {"every": (3000,)}


def test_tiers_by_quantity_and_by_share():
    tiers = rule("more", "tiers", tiers=(Tier(quantity=2, percent=500), Tier(quantity=3, percent=1000)))
    assert shares([tiers], [item("tea", 1000, 2)]) == {"more": (100,)}
    assert shares([tiers], [item("cup", 1000), item("tea", 1000, 2)]) == {"more": (100, 200)}


def test_a_tier_can_give_something_along():
    tiers = rule("tiers", "tiers", tiers=(Tier(amount=5000, gift="cup"),))
    found = apply([tiers], [item("tea", 6000)], here(gifts={"cup": item("cup", 900, 5)}))
    assert [(gift.sku, gift.quantity, gift.promotion) for gift in found.gifts] == [("cup", 1, "tiers")]
    assert [(each.promotion, each.amount) for each in found.discounts] == [("tiers", 0)]


def test_of_every_n_pieces_laid_out_from_dear_to_cheap_the_last_is_cheaper():
    second = rule("second", "nth_item", nth=2, percent=5000)
    assert shares([second], [item("cheap", 100), item("dear", 1000), item("mid", 500)]) == {"second": (0, 0, 250)}
    assert shares([second], [item("a", 100, 5)]) == {"second": (100,)}
    free = rule("third", "nth_item", nth=3, percent=10000)
    assert shares([free], [item("a", 300, 2), item("b", 200, 4)]) == {"third": (0, 400)}
    one = rule("one", "nth_item", nth=2, price=1, pieces_per_order=1)
    assert shares([one], [item("a", 100, 6)]) == {"one": (99,)}


def test_a_bundle_has_its_price_as_often_as_it_is_complete():
    bundle = rule(
        "set", "bundle_price", items=(BundleItem(product="pot"), BundleItem(product="cup", quantity=2)), price=9000
    )
    cart = [item("cup", 1500, 5), item("pot", 8000, 2), item("tea", 100)]
    found = shares([bundle], cart)
    assert found == {"set": (1091, 2909, 0)}
    assert sum(found["set"]) == 2 * (8000 + 2 * 1500 - 9000)
    assert shares([bundle], [item("cup", 1500), item("pot", 8000)]) == {}


def test_a_bundle_takes_the_dearest_pieces_and_is_not_formed_where_it_saves_nothing():
    bundle = rule("pair", "bundle_price", items=(BundleItem(sku="a"), BundleItem(sku="b")), price=1500)
    assert shares([bundle], [item("a", 1000), item("b", 400)]) == {}
    assert shares([bundle], [item("a", 1000), item("b", 1000)]) == {"pair": (250, 250)}


def test_a_gift_comes_along_as_long_as_there_are_any():
    gift = rule("gift", "gift", gift="cup", gifts=2, minimum_amount=5000)
    cart = [item("tea", 5000)]
    found = apply([gift], cart, here(gifts={"cup": item("cup", 900, 1)}))
    assert [(each.sku, each.quantity) for each in found.gifts] == [("cup", 1)]
    assert reasons([gift], cart) == {"gift": "gift-gone"}
    assert reasons([gift], [item("tea", 4000)], here(gifts={"cup": item("cup", 900, 1)})) == {"gift": "short"}


def test_free_delivery_names_its_methods_or_means_all():
    some = rule("post", "free_delivery", delivery=("courier",))
    everything = rule("all", "free_delivery", minimum_amount=900)
    assert apply([some], [item("tea")], here()).delivery == ("courier",)
    assert apply([everything], [item("tea")], here()).delivery == ("*",)
    assert apply([everything], [item("tea", 899)], here()).delivery == ()


def test_members_have_their_price_once_they_are_known():
    price = rule("club", "member_price", percent=1000, customers="members")
    assert shares([price], [item("tea")], here(customer=MEMBER)) == {"club": (100,)}
    assert reasons([price], [item("tea")], here(customer=KNOWN)) == {"club": "members"}
    assert reasons([price], [item("tea")]) == {"club": "members-later"}


def test_newcomers_have_theirs_on_their_first_order():
    first = rule("first", "amount_off", off=100, customers="new")
    assert shares([first], [item("tea")], here(customer=NEWCOMER)) == {"first": (100,)}
    assert reasons([first], [item("tea")], here(customer=KNOWN)) == {"first": "new"}
    used = {"first": Used(own_orders=1)}
    assert reasons([first], [item("tea")], here(customer=NEWCOMER, used=used)) == {"first": "used"}


def test_a_group_price_is_for_those_who_take_part():
    group = rule("three", "group_buy", price=600, group=Group(size=3, seconds=3600))
    assert shares([group], [item("tea")]) == {}
    assert shares([group], [item("tea")], here(group="three")) == {"three": (400,)}


def test_a_referral_and_a_coupon_must_be_asked_for():
    friend = rule("friend", "referral", off=300)
    coupon = rule("code", "amount_off", off=200, code="X")
    assert shares([friend, coupon], [item("tea")]) == {}
    assert reasons([friend], [item("tea")], here("friend")) == {"friend": "new-later"}
    assert reasons([friend], [item("tea")], here("friend", customer=KNOWN)) == {"friend": "new"}
    assert shares([friend], [item("tea")], here("friend", customer=NEWCOMER)) == {"friend": (300,)}
    earned = here("friend", customer=KNOWN, earned=("friend",), used={"friend": Used(own_orders=1)})
    assert shares([friend], [item("tea")], earned) == {"friend": (300,)}
    assert shares([coupon], [item("tea")], here("code")) == {"code": (200,)}


def test_a_room_has_prices_of_its_own():
    live = rule("live", "fixed_price", price=500, rooms=("evening",))
    assert shares([live], [item("tea")], here(room="evening")) == {"live": (500,)}
    assert shares([live], [item("tea")], here(room="morning")) == {}


def test_a_promotion_counts_only_the_products_it_is_about():
    tea = rule("tea", "amount_off", off=500, products=("green", "black"), without=("black",), minimum_amount=1000)
    assert shares([tea], [item("black", 5000), item("green", 1000)]) == {"tea": (0, 500)}
    assert reasons([tea], [item("black", 5000), item("green", 999)]) == {"tea": "short"}


def test_rules_that_stand_alone_never_count_the_same_piece():
    cart = [item("a", 1000), item("b", 1000)]
    flash = rule("flash", "flash_sale", price=900, products=("a",))
    off = rule("off", "amount_off", off=300)
    assert shares([flash, off], cart) == {"flash": (100, 0), "off": (0, 300)}
    assert reasons([flash, off], cart[:1]) == {"flash": "promotion", "off": "beside"}


def test_both_sides_must_allow_that_they_stand_together():
    cart = [item("tea", 1000)]
    one = rule("one", "percent_off", percent=1000, stacks_with=("two",))
    shy = rule("two", "amount_off", off=100)
    open_ = rule("two", "amount_off", off=100, stacks_with=("*",))
    assert shares([one, shy], cart) == {"one": (100,)}
    assert shares([one, open_], cart) == {"one": (100,), "two": (100,)}


def test_of_two_prices_the_higher_priority_counts_then_the_better_one_then_the_id():
    cart = [item("tea", 1000)]
    small, large = rule("b-small", "percent_off", percent=1000), rule("c-large", "percent_off", percent=2000)
    same = rule("a-same", "fixed_price", price=800)
    assert shares([small, large], cart) == {"c-large": (200,)}
    assert shares([rule("b-small", "percent_off", percent=1000, priority=1), large], cart) == {"b-small": (100,)}
    assert shares([large, same], cart) == {"a-same": (200,)}


def test_each_piece_has_the_best_price_for_itself():
    everything, tea = (
        rule("all", "percent_off", percent=1000),
        rule("tea", "percent_off", percent=5000, products=("tea",)),
    )
    assert shares([everything, tea], [item("cup", 100000), item("tea", 100)]) == {"all": (10000, 0), "tea": (0, 50)}


def test_minimums_and_tiers_count_what_pieces_cost_before_the_order_is_reduced():
    first = rule("a", "amount_off", off=1000, minimum_amount=10000, stacks_with=("*",))
    second = rule("b", "amount_off", off=500, minimum_amount=10000, stacks_with=("*",))
    assert shares([first, second], [item("tea", 10000)]) == {"a": (1000,), "b": (500,)}
    sale = rule("sale", "percent_off", percent=1000, stacks_with=("*",))
    assert reasons([sale, first], [item("tea", 10000)]) == {"sale": "promotion", "a": "short"}


def test_the_trace_says_what_is_missing():
    off = rule("off", "amount_off", off=1000, minimum_amount=10000)
    step = apply([off], [item("tea", 8800)], here()).trace[0]
    assert (step.code, step.values["missing"], step.values["needed"]) == ("promotion-short", 1200, 10000)
    tiers = rule("tiers", "tiers", tiers=(Tier(amount=5000, off=500), Tier(amount=10000, off=2000)))
    found = apply([tiers], [item("tea", 8800)], here()).trace
    assert [(each.code, each.values.get("saving"), each.values.get("missing")) for each in found] == [
        ("promotion", 500, None),
        ("promotion-short", None, 1200),
    ]


def test_why_a_code_does_not_hold_is_said_to_those_who_asked():
    cart = [item("tea")]
    over = rule("code", "amount_off", off=100, code="X", ends_at=EARLIER)
    early = rule("code", "amount_off", off=100, code="X", starts_at=LATER)
    other = rule("code", "amount_off", off=100, code="X", products=("cup",))
    gone = rule("code", "amount_off", off=100, code="X", total=1)
    used = here("code", used={"code": Used(orders=1)})
    assert [reasons([each], cart, here("code")) for each in (over, early, other)] == [
        {"code": "over"}, {"code": "not-begun"}, {"code": "no-items"},
    ]  # fmt: skip
    assert reasons([gone], cart, used) == {"code": "gone"}
    assert [reasons([each], cart) for each in (over, early, other)] == [{}, {}, {}]


def test_a_code_once_a_customer_is_refused_to_who_had_it():
    code = rule("code", "amount_off", off=100, code="X", per_customer=1)
    used = here("code", used={"code": Used(orders=7, own_orders=1)})
    assert reasons([code], [item("tea")], used) == {"code": "used"}
    assert shares([code], [item("tea")], Circumstances(now=AT, asked=("code",), used={"code": Used(orders=7)}))


def test_nothing_is_said_of_a_bundle_whose_other_half_is_not_in_the_cart():
    bundle = rule("set", "bundle_price", items=(BundleItem(product="pot"), BundleItem(product="cup")), price=9000)
    sale = rule("sale", "percent_off", percent=1000, products=("cup",))
    assert [step.code for step in apply([bundle, sale], [item("cup", 1500)], here()).trace] == ["promotion"]
