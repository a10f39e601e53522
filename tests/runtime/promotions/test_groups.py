"""Group-buys: places, completion, failure with all money back, and what may be shipped when."""

from datetime import timedelta

import pytest
from rules import rule
from tills import NOW, make_terms, make_till, order, rows

from generator.promotion import Group
from runtime import audit, campaigns, groups, orders, payments
from runtime.orders import Contact
from runtime.payments import Cash
from runtime.refusals import Code, Refusal

THREE = rule("three", "group_buy", price=300, products=("few",), group=Group(size=3, seconds=3600))
OVER = NOW + timedelta(hours=2)


@pytest.fixture
def till(database, settings):
    return make_till(database, settings, terms=make_terms(promotions=(THREE,)))


def buyer(number):
    return Contact(name="Buyer", email=f"buyer{number}@example.com", phone=f"138001380{number:02}")


def opened(till):
    first = order(till, [("few", 1)], opens="three", gateway="transfer", contact=buyer(1))
    return first, till.database.read(lambda look: groups.of_order(look, first.id))


def joined(till, group, number, **changes):
    fields = {"joins": group.token, "gateway": "transfer", "contact": buyer(number), **changes}
    return order(till, [("few", 1)], **fields)


def pay(till, *found):
    for each in found:
        payments.confirm_transfer(till, each.number, Cash(), NOW)


def ship(till, each):
    return orders.ship(till.database, each.number, orders.Dispatch(), actor="merchant", now=NOW)


def refused(code, work):
    with pytest.raises(Refusal) as caught:
        work()
    assert caught.value.code == code


def sound(till):
    assert till.database.read(audit.report).differences == ()


def test_a_group_is_complete_with_its_last_payment_and_tells_everybody_once(till):
    first, group = opened(till)
    assert (first.total, group.size, group.taken, group.paid, group.product) == (300, 3, 1, 0, "few")
    others = [joined(till, group, 2), joined(till, group, 3)]
    pay(till, first, others[0])
    assert rows(till, "SELECT taken, paid, state FROM buying_group") == [(3, 2, "open")]
    refused(Code.GROUP_WAITS, lambda: ship(till, first))
    assert till.database.read(lambda look: orders.get(look, first.number)).state == "paid"
    pay(till, others[1])
    till.database.write(lambda transaction: groups.pay(transaction, others[1].id, NOW))
    assert rows(till, "SELECT taken, paid, state FROM buying_group") == [(3, 3, "complete")]
    assert rows(till, "SELECT COUNT(*) FROM notice WHERE topic = 'group-succeeded'") == [(3,)]
    assert ship(till, first).state == "shipped"
    sound(till)


def test_a_group_that_fails_gives_all_money_and_stock_back(till):
    first, group = opened(till)
    second, unpaid = joined(till, group, 2), joined(till, group, 3)
    pay(till, first, second)
    assert campaigns.end_groups(till, NOW + timedelta(minutes=59)) == 0
    assert campaigns.end_groups(till, OVER) == 1
    assert campaigns.end_groups(till, OVER) == 0
    states = dict(rows(till, "SELECT number, state FROM orders"))
    assert states == {first.number: "refunded", second.number: "refunded", unpaid.number: "cancelled"}
    assert rows(till, "SELECT amount FROM refund ORDER BY id") == [(300,), (300,)]
    assert rows(till, "SELECT taken, paid, state FROM buying_group") == [(0, 0, "failed")]
    assert rows(till, "SELECT level FROM stock WHERE sku = 'few'") == [(100,)]
    assert rows(till, "SELECT orders, pieces FROM promotion_count") == [(0, 0)]
    assert rows(till, "SELECT COUNT(*) FROM notice WHERE topic = 'group-failed'") == [(2,)]
    sound(till)


def test_who_pays_while_the_group_fails_gets_the_money_back_too(till):
    first, _ = opened(till)
    till.database.write(lambda transaction: groups.fail_due(transaction, OVER))
    pay(till, first)
    campaigns.end_groups(till, OVER)
    assert till.database.read(lambda look: orders.get(look, first.number)).state == "refunded"
    sound(till)


def test_a_place_that_is_not_paid_in_time_is_free_again(till):
    _, group = opened(till)
    second = joined(till, group, 2)
    joined(till, group, 3)
    refused(Code.GROUP_FULL, lambda: joined(till, group, 4, expected_total=300))
    payments.cancel(till, second.number, actor="buyer", now=NOW)
    assert joined(till, group, 4).total == 300
    assert rows(till, "SELECT taken FROM buying_group") == [(3,)]
    sound(till)


def test_nobody_takes_two_places_and_nothing_is_left_of_the_attempt(till):
    _, group = opened(till)
    refused(Code.GROUP_OWN, lambda: joined(till, group, 1))
    assert rows(till, "SELECT COUNT(*) FROM orders") == [(1,)]
    assert rows(till, "SELECT taken FROM buying_group") == [(1,)]


def test_a_group_that_is_over_takes_nobody(till):
    _, group = opened(till)
    refused(Code.GROUP_OVER, lambda: joined(till, group, 2, expected_total=300, now=OVER))
    refused(Code.GROUP_OVER, lambda: joined(till, group, 2, expected_total=300, joins="nobody-knows-this"))


def test_an_order_that_is_paid_at_the_door_counts_at_once(till):
    first, group = opened(till)
    second = joined(till, group, 2, gateway="cash_on_delivery")
    assert rows(till, "SELECT taken, paid FROM buying_group") == [(2, 1)]
    refused(Code.GROUP_WAITS, lambda: ship(till, second))
    campaigns.end_groups(till, OVER)
    states = rows(till, "SELECT state FROM orders ORDER BY id")
    assert states == [("cancelled",), ("cancelled",)]
    assert first.id < second.id
    sound(till)


def test_without_a_group_the_product_costs_what_it_costs(till):
    assert order(till, [("few", 1)]).total == 500
    assert rows(till, "SELECT COUNT(*) FROM buying_group") == [(0,)]


def test_a_group_is_not_opened_for_products_that_it_is_not_about(till):
    assert order(till, [("tea", 1)], opens="three").total == 1000
    assert rows(till, "SELECT COUNT(*) FROM buying_group") == [(0,)]
