"""Placing an order; P numbers are the cases of the payments catalogue."""

import threading
from itertools import pairwise

import pytest
from tills import LATER, NOW, PRODUCTS, counts, level, make_till, order, placement, product, rows

from generator.shop import Limit, ProductStatus
from runtime import orders, placing
from runtime.gateways import Kind
from runtime.orders import Address, Contact, Event, Invoice, State
from runtime.placing import PriceChangedRefusal
from runtime.pricing import Destination
from runtime.refusals import Code, Refusal


def refused(code, till, *arguments, **changes):
    """Try to place, and return the refusal, which must have left no row behind."""
    before = counts(till)
    try:
        wish = placement(till, *arguments, **changes)
    except Refusal:
        wish = placement(till, *arguments, **changes, expected_total=0)
    with pytest.raises(Refusal) as caught:
        placing.place(till, wish, NOW)
    assert caught.value.code == code
    assert counts(till) == before
    return caught.value


def test_an_order_is_written_whole_with_history_stock_and_message(till):
    found = order(till, [("tea", 2), ("cup", 1)], delivery="courier", remarks="bitte\nklingeln", consents=("terms",))
    assert (found.state, found.total, found.paid) == (State.PENDING_PAYMENT, 5350, 0)
    assert [(line.sku, line.quantity, line.total) for line in found.lines] == [("tea", 2, 2000), ("cup", 1, 2550)]
    assert (level(till, "tea"), level(till, "cup")) == (8, 2)
    assert rows(till, "SELECT sku, quantity, held, reason FROM stock_move WHERE order_id = 1 ORDER BY sku") == [
        ("cup", -1, 1, "reserve"), ("tea", -2, 2, "reserve"),
    ]  # fmt: skip
    assert rows(till, "SELECT event, before, after FROM order_event") == [("place", "", "pending_payment")]
    assert rows(till, "SELECT topic, recipient FROM notice") == [("order-placed", "lilei@example.com")]
    again = orders.find_by_token(till.database, found.token)
    assert again == found
    assert again.delivery.name == {"zh-CN": "快递", "en": "Courier"}
    assert (found.expires_at - found.placed_at).total_seconds() == 1800


def test_numbers_and_tokens_tell_nothing_about_how_many_orders_there_are(till):
    made = [order(till, [("song", 1)]) for _ in range(20)]
    assert len({each.number for each in made} | {each.token for each in made}) == 40
    assert all(len(each.number.replace("-", "")) == 12 and len(each.token) == 32 for each in made)
    gaps = {abs(int(a.number.replace("-", "")) - int(b.number.replace("-", ""))) for a, b in pairwise(made)}
    assert min(gaps) > 1


def test_p3_the_same_form_twice_is_one_order(till):
    wish = placement(till)
    first, second = placing.place(till, wish, NOW), placing.place(till, wish, LATER)
    assert (first.created, second.created) == (True, False)
    assert first.order == second.order
    assert level(till, "tea") == 8


def test_p4_the_same_form_twenty_times_at_once_is_one_order(till):
    wish, found = placement(till), []
    threads = [threading.Thread(target=lambda: found.append(placing.place(till, wish, NOW))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({placed.order.number for placed in found}) == 1
    assert sorted(placed.created for placed in found) == [False] * 19 + [True]
    assert level(till, "tea") == 8


def test_p5_the_same_form_with_another_cart_is_refused(till):
    wish = placement(till)
    placing.place(till, wish, NOW)
    error = refused(Code.FORM_REUSED, till, [("cup", 1)], key=wish.key)
    assert error.status == 409


def test_p6_two_lines_of_one_sku_count_together(till):
    error = refused(Code.SOLD_OUT, till, [("cup", 2), ("cup", 2)])
    assert error.values == {"sku": "cup", "title": {"zh-CN": "cup", "en": "cup"}, "left": 3}
    assert level(till, "cup") == 3
    assert [line.quantity for line in order(till, [("cup", 1), ("tea", 1), ("cup", 2)]).lines] == [3, 1]


@pytest.mark.parametrize(
    "text", ["0", "-1", "1.5", "1e3", "1000000000", "NaN", "", " 1", "²", "①", "٣", "+1", "1_0", "0x1"]
)
def test_p8_only_whole_numbers_from_1_to_999_are_quantities(text):
    with pytest.raises(Refusal) as caught:
        placing.quantity(text)
    assert (caught.value.code, caught.value.status) == (Code.QUANTITY_INVALID, 422)


def test_p8_no_row_is_written_for_a_quantity_out_of_bounds(till):
    """newbee-mall#127, avored#215: a negative quantity makes the total smaller and the stock larger."""
    assert [placing.quantity(text) for text in ("1", "007", "999")] == [1, 7, 999]
    for wrong in (0, -1, 1000):
        refused(Code.QUANTITY_INVALID, till, [("song", wrong)])
    refused(Code.QUANTITY_INVALID, till, [("song", 999), ("song", 1)])
    refused(Code.CART_EMPTY, till, [])
    refused(Code.CART_TOO_LONG, till, [(f"sku{number}", 1) for number in range(201)])


def test_p10_another_price_than_the_buyer_saw_is_refused_with_the_new_quote(till):
    before = counts(till)
    with pytest.raises(PriceChangedRefusal) as caught:
        placing.place(till, placement(till, expected_total=1999), NOW)
    assert (caught.value.code, caught.value.status, caught.value.quote.total) == (Code.PRICE_CHANGED, 409, 2000)
    assert counts(till) == before


def test_p16_an_order_of_nothing_is_paid_without_a_gateway(till):
    found = order(till, [("free", 1)], delivery="")
    assert (found.state, found.total, found.paid) == (State.PAID, 0, 0)
    assert [row.event for row in orders.history(till.database, found)] == [Event.PLACE, Event.PAY]
    assert rows(till, "SELECT COUNT(*) FROM payment") == rows(till, "SELECT COUNT(*) FROM transfer") == [(0,)]
    assert rows(till, "SELECT state FROM stock_hold") == [("sold",)]


def test_p18_what_is_unknown_draft_or_not_out_yet_is_gone(database, settings):
    tomorrow = "2099-01-01T00:00:00+00:00"
    till = make_till(
        database,
        settings,
        [
            product("draft", status=ProductStatus.DRAFT),
            product("soon", publish_at=tomorrow),
            product("out", publish_at="2020-01-01T00:00:00+00:00"),
            product("hidden", status=ProductStatus.HIDDEN),
        ],
    )
    for sku in ("draft", "soon", "nonsense", "' OR 1=1 --"):
        assert refused(Code.PRODUCT_GONE, till, [(sku, 1)]).status == 409
    assert order(till, [("out", 1), ("hidden", 1)]).total == 2000


def test_p19_an_address_that_is_not_served_is_refused_before_stock_is_taken(till):
    far = Address(destination=Destination(country="CN", region="新疆维吾尔自治区"))
    refused(Code.ADDRESS_NOT_SERVED, till, delivery="courier", address=far)
    assert level(till, "tea") == 10


def test_limits_hold_for_one_order_and_for_one_customer(till):
    assert refused(Code.LIMIT_PER_ORDER, till, [("few", 3)]).values["limit"] == 2
    assert order(till, [("few", 2)]).total == 1000
    order(till, [("once", 1)])
    refused(Code.LIMIT_PER_CUSTOMER, till, [("once", 1)])
    refused(Code.LIMIT_PER_CUSTOMER, till, [("once", 1)], contact=Contact(phone="13800138000"))
    refused(Code.LIMIT_PER_CUSTOMER, till, [("once", 2)], contact=Contact(email="other@example.com"))
    refused(Code.LIMIT_PER_CUSTOMER, till, [("once", 1)], contact=Contact(email="LiLei@Example.com"))
    assert order(till, [("once", 1)], contact=Contact(email="other@example.com")).total == 500


def test_a_limit_counts_all_variants_of_a_product_together(database, settings):
    two = product("mug", limit=Limit(per_order=2))
    other = two.variants[0].__class__(sku="mug-blue", price=1000, stock=5)
    two = two.__class__(
        **{name: getattr(two, name) for name in two.__struct_fields__} | {"variants": (*two.variants, other)}
    )
    till = make_till(database, settings, [two])
    refused(Code.LIMIT_PER_ORDER, till, [("mug", 1), ("mug-blue", 2)])


def test_ways_of_paying_and_delivering_are_those_of_the_shop(till):
    refused(Code.GATEWAY_UNKNOWN, till, gateway="gold")
    refused(Code.DELIVERY_UNKNOWN, till, delivery="pigeon")


def test_cash_on_delivery_is_confirmed_at_once_and_never_expires(till):
    found = order(till, gateway="cash_on_delivery")
    assert (found.state, found.expires_at) == (State.CONFIRMED, None)
    assert till.gateways["cash_on_delivery"].kind is Kind.ON_DELIVERY


def test_a_transfer_keeps_its_stock_for_days(till):
    found = order(till, gateway="transfer")
    assert (found.expires_at - found.placed_at).days == 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contact": Contact(name="x")}, "email"),
        ({"contact": Contact(email="a@b\nBcc: c@d")}, "email"),
        ({"contact": Contact(email="a b@c")}, "email"),
        ({"contact": Contact(email="a@" + "b" * 300)}, "email"),
        ({"contact": Contact(phone="12")}, "phone"),
        ({"contact": Contact(phone="call me")}, "phone"),
        ({"contact": Contact(name="x\r\ny", email="a@b.c")}, "name"),
        ({"contact": Contact(name="x\0", email="a@b.c")}, "name"),
        ({"contact": Contact(name="x" * 201, email="a@b.c")}, "name"),
        ({"remarks": "x" * 1001}, "remarks"),
        ({"remarks": "a\0b"}, "remarks"),
        ({"invoice": Invoice(title="x\ny")}, "invoice.title"),
        ({"address": Address(destination=Destination(country="china"))}, "country"),
        ({"key": "short"}, "key"),
        ({"key": "x" * 20 + "'"}, "key"),
    ],
)
def test_what_could_not_be_stored_mailed_or_called_is_refused_by_field(till, changes, field):
    error = refused(
        Code.FIELD_MISSING if changes == {"contact": Contact(name="x")} else Code.FIELD_INVALID, till, **changes
    )
    assert error.values["field"] == field


def test_names_of_every_script_are_kept_as_they_are(till):
    name = "Zoë 李雷 👩‍👩‍👧 O'Neil; DROP TABLE orders--"
    found = order(till, contact=Contact(name=name, email="a@b.c"), remarks="谢谢 <b>{{7*7}}</b>")
    again = orders.find_by_token(till.database, found.token)
    assert (again.contact.name, again.remarks) == (name, "谢谢 <b>{{7*7}}</b>")


def test_lines_are_a_snapshot_in_the_language_of_the_order(database, settings):
    till = make_till(database, settings)
    made = order(till, locale="zh-CN")
    later = make_till(database, settings, [product("tea", 9999)])
    assert orders.find_by_token(later.database, made.token).lines[0].unit_price == 1000
    assert order(till, locale="fr").locale == "zh-CN"


def test_a_new_sku_has_its_opening_stock_even_before_anybody_announced_it(database, settings):
    till = make_till(database, settings, PRODUCTS[:1])
    till.goods.variants["late"] = (product("late", 100, 2), product("late", 100, 2).variants[0])
    refused(Code.SOLD_OUT, till, [("late", 3)])
    order(till, [("late", 2)])
    assert level(till, "late") == 0
    assert rows(till, "SELECT quantity, reason FROM stock_move WHERE sku = 'late' ORDER BY id") == [
        (2, "opening"), (-2, "reserve"),
    ]  # fmt: skip
    refused(Code.SOLD_OUT, till, [("late", 1)])


def test_what_is_not_counted_can_be_ordered_without_end(till):
    order(till, [("song", 999)])
    assert rows(till, "SELECT COUNT(*) FROM stock_hold") == [(0,)]


def test_p20_long_carts_in_any_order_of_skus_never_block_each_other(database, settings):
    names = [f"s{number:03}" for number in range(40)]
    till = make_till(database, settings, [product(name, 100, 1000) for name in names])

    def buy(turn):
        mixed = names[turn * 5 :] + names[: turn * 5]
        for _ in range(5):
            order(till, [(name, 1) for name in (mixed if turn % 2 else mixed[::-1])])

    threads = [threading.Thread(target=buy, args=(turn,)) for turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {level(till, name) for name in names} == {960}


def test_a_number_that_is_taken_is_drawn_again(till, monkeypatch):
    taken = order(till).number
    numbers = iter([taken, taken, "1234-5678-9012"])
    monkeypatch.setattr(placing, "_new_number", lambda: next(numbers))
    assert order(till).number == "1234-5678-9012"
