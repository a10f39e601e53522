"""Promotions as text become values: money exact, shares in basis points, times in UTC, shelves as products."""

import pytest
import small_shop

from generator.check import check, check_text
from generator.loading.promoting import guess_percent
from generator.promotion import BundleItem, Condition, Coupon, Customers, Group, PromotionKind, PromotionLimit, Tier

MORNING = "2026-11-01T00:00:00Z"


@pytest.fixture
def load(shop):
    def run(*promotions, **files):
        text = "promotions:\n" + "".join(f"  - {{id: p{n}, name: P, {each}}}\n" for n, each in enumerate(promotions))
        small_shop.spoil(shop, {"shop.yaml": text, **files}, "shop.yaml")
        checked = check(shop, cache=False, now=MORNING)
        assert checked.problems == ()
        return checked.shop.promotions

    return run


def test_every_kind_of_effect_is_read(load):
    found = load(
        "kind: percent_off, percent: 12.5%",
        "kind: amount_off, off: 19.90",
        "kind: fixed_price, price: 99, when: {products: [longjing]}",
        "kind: flash_sale, prices: {longjing: 88.80}, stock: 5, when: {products: [longjing], ends_at: 2026-11-12}",
        "kind: tiers, tiers: [{from: 200, off: 20, every: true}, {from: 500, percent: 15%}]",
        "kind: tiers, tiers: [{from_quantity: 3, gift: biluochun}]",
        "kind: nth_item, nth: 2, percent: 100%",
        "kind: bundle_price, items: [longjing, {sku: biluochun, quantity: 2}], price: 300",
        "kind: gift, gift: biluochun, gifts: 2",
        "kind: free_delivery, delivery: [post]",
        "kind: member_price, percent: 5%",
        "kind: group_buy, off: 30, group: {size: 3, hours: 12}",
        "kind: referral, off: 10",
    )
    assert [each.kind for each in found] == [
        PromotionKind.PERCENT_OFF, PromotionKind.AMOUNT_OFF, PromotionKind.FIXED_PRICE, PromotionKind.FLASH_SALE,
        PromotionKind.TIERS, PromotionKind.TIERS, PromotionKind.NTH_ITEM, PromotionKind.BUNDLE_PRICE,
        PromotionKind.GIFT, PromotionKind.FREE_DELIVERY, PromotionKind.MEMBER_PRICE, PromotionKind.GROUP_BUY,
        PromotionKind.REFERRAL,
    ]  # fmt: skip
    assert (found[0].percent, found[1].off, found[2].price) == (1250, 1990, 9900)
    assert (found[3].prices, found[3].stock) == ({"longjing": 8880}, 5)
    assert found[4].tiers == (Tier(amount=20000, off=2000, every=True), Tier(amount=50000, percent=1500))
    assert found[5].tiers == (Tier(quantity=3, gift="biluochun"),)
    assert (found[6].nth, found[6].percent) == (2, 10_000)
    assert found[7].items == (BundleItem(product="longjing"), BundleItem(sku="biluochun", quantity=2))
    assert (found[8].gift, found[8].gifts) == ("biluochun", 2)
    assert found[9].delivery == ("post",)
    assert found[10].when.customers is Customers.MEMBERS
    assert found[11].group == Group(size=3, seconds=43_200)
    assert found[12].off == 1000


def test_conditions_limits_and_coupons_are_read_in_the_shops_timezone(load):
    (found,) = load(
        "kind: percent_off, percent: 10%, priority: 7, stacks_with: '*', limit: {total: 9, per_customer: 1, "
        "pieces_per_order: 2, pieces_per_customer: 3}, coupon: {code: SPRING10, receive_until: 2026-11-10, "
        "valid_days: 7}, when: {starts_at: '2026-11-11 20:00', ends_at: 2026-11-12T00:00+08:00, minimum_amount: 99, "
        "minimum_quantity: 2, customers: new, products: [longjing]}"
    )
    assert found.when == Condition(
        starts_at="2026-11-11T12:00:00Z", ends_at="2026-11-11T16:00:00Z", products=("longjing",),
        minimum_amount=9900, minimum_quantity=2, customers=Customers.NEW,
    )  # fmt: skip
    assert found.limit == PromotionLimit(total=9, per_customer=1, pieces_per_order=2, pieces_per_customer=3)
    assert found.coupon == Coupon(code="SPRING10", shown=True, receive_until="2026-11-09T16:00:00Z", valid_days=7)
    assert (found.priority, found.stacks_with) == (7, ("*",))


def test_a_code_is_not_shown_unless_the_merchant_offers_it(load):
    hidden, shown, batch = load(
        "kind: amount_off, off: 5, coupon: {code: LETTER}",
        "kind: amount_off, off: 5, coupon: {code: WELCOME, show: true}",
        "kind: amount_off, off: 5, coupon: {}",
    )
    assert [each.coupon.shown for each in (hidden, shown, batch)] == [False, True, False]
    assert batch.coupon.code == ""


def test_shelves_become_products_without_those_that_are_taken_out(load):
    shelf, both, everything = load(
        "kind: percent_off, percent: 10%, when: {shelves: [teas], without: [biluochun]}",
        "kind: percent_off, percent: 10%, when: {shelves: [teas], products: [biluochun]}",
        "kind: percent_off, percent: 10%, when: {without: [biluochun]}",
    )
    assert shelf.when.products == ("longjing",)
    assert both.when.products == ("biluochun", "longjing")
    assert (everything.when.products, everything.when.without) == ((), ("biluochun",))


def test_a_promotion_on_an_empty_shelf_is_about_nothing_and_not_about_everything(shop):
    text = "promotions: [{id: a, name: A, kind: percent_off, percent: 10%, when: {shelves: [gold]}}]\n"
    files = {"shop.yaml": text, "shelves/gold.yaml": "title: Gold\nrule: {tag: gold}\n"}
    small_shop.spoil(shop, files, "shop.yaml")
    checked = check(shop, cache=False)
    assert [each.code for each in checked.problems] == ["promotion-without-products"]
    assert checked.shop.promotions == ()


def test_a_paused_promotion_is_checked_and_left_out_of_the_shop(load, shop):
    (found,) = load("kind: percent_off, percent: 10%, paused: true", "kind: percent_off, percent: 20%, paused: false")
    assert (found.id, found.paused) == ("p1", False)
    text = "promotions: [{id: a, name: A, kind: percent_off, percent: 120%, paused: true}]\n"
    small_shop.spoil(shop, {"shop.yaml": text}, "shop.yaml")
    assert [each.code for each in check(shop, cache=False).problems] == ["percent-range"]


def test_a_shop_is_checked_with_another_text_of_shop_yaml_and_nothing_is_written(shop):
    text = (shop / "shop.yaml").read_text("utf-8")
    more = text + "promotions: [{id: a, name: A, kind: percent_off, percent: 10%, when: {products: [none]}}]\n"
    checked, draft = check_text(shop, more, MORNING)
    assert [(each.code, each.path) for each in checked.problems] == [
        ("unknown-product", ("promotions", 0, "when", "products", 0))
    ]
    assert checked.shop is None
    assert [each.id for each in draft.shop.promotions] == ["a"]
    assert (shop / "shop.yaml").read_text("utf-8") == text


def test_a_promotion_that_a_live_room_names_holds_only_there(load):
    room = "title: Harvest\nstarts_at: 2026-11-11 20:00\nproducts: [longjing]\npromotions: [p0]\n"
    (found,) = load("kind: percent_off, percent: 10%", **{"live/harvest.yaml": room})
    assert found.when.rooms == ("harvest",)


def test_a_promotion_is_over_by_the_clock_that_is_given(shop):
    text = "promotions: [{id: a, name: A, kind: percent_off, percent: 10%, when: {ends_at: 2026-11-12}}]\n"
    small_shop.spoil(shop, {"shop.yaml": text}, "shop.yaml")
    before = check(shop, cache=False, now="2026-11-11T15:59:59Z").problems
    after = check(shop, cache=False, now="2026-11-11T16:00:00Z").problems
    assert [each.code for each in before] == []
    assert [each.code for each in after] == ["promotion-ended"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [("九折", "10%"), ("8.5折", "15%"), ("85折", "15%"), ("１０％", "10%"), ("12,5 %", "12.5%"), ("ten", None)],
)
def test_a_share_in_other_words_is_understood_as_a_suggestion(text, meant):
    assert guess_percent(text) == meant
