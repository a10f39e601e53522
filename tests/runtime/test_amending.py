"""An order is made cheaper before it is paid, and sent elsewhere before it is shipped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tills import LATER, NOW, counts, make_terms, order, product, rows

from runtime import amending, audit, orders, payments
from runtime.amending import PriceChange
from runtime.gateways import Report, Verdict
from runtime.orders import Address, Event, State
from runtime.payments import Cash, Outcome
from runtime.pricing import Destination, Item, quote
from runtime.refusals import Code, Refusal
from runtime.rehearsal_bank import bank

BASE = "http://127.0.0.1:9"


def change(till, found, **what):
    return amending.change_price(till, found.number, PriceChange(**what), actor="merchant", now=LATER)


def test_the_merchant_takes_something_off_and_the_new_total_is_what_is_paid(till):
    found = order(till, [("tea", 2), ("cup", 1)], delivery="courier", gateway="transfer")
    after = change(till, found, off=501, delivery=0, why="老顾客")
    assert (found.total - after.total, after.quote.discount, after.quote.delivery) == (
        501 + found.quote.delivery,
        501,
        0,
    )
    assert sum(line.total for line in after.lines) == after.total
    assert sum(line.tax for line in after.lines) + after.quote.delivery_tax == after.quote.tax
    assert after.quote.trace[-2].values == {"amount": 501, "fee": 0, "why": "老顾客"}
    assert payments.confirm_transfer(till, found.number, Cash(), LATER) is Outcome.PAID
    paid = orders.find_by_token(till.database, found.token)
    assert (paid.state, paid.paid) == (State.PAID, after.total)
    assert till.database.read(audit.report).differences == ()


def test_what_was_ordered_stays_as_an_older_revision(till):
    found = order(till, [("tea", 2)], gateway="transfer")
    change(till, found, off=100)
    change(till, found, off=50)
    assert rows(till, "SELECT revision, discount, total FROM order_line ORDER BY revision") == [
        (0, 0, 2000), (1, 100, 1900), (2, 150, 1850),
    ]  # fmt: skip
    events = [(row.event, row.actor) for row in orders.history(till.database, found)]
    assert events == [(Event.PLACE, "buyer"), (Event.CHANGE, "merchant"), (Event.CHANGE, "merchant")]
    assert rows(till, "SELECT COUNT(*) FROM notice WHERE topic = 'order-changed'") == [(2,)]


def test_p71_the_old_amount_is_closed_at_the_gateway_before_the_price_changes(till, settings):
    found = order(till)
    first = payments.start(till, found, "rehearsal", BASE, NOW)
    after = change(till, found, off=300)
    assert bank.get(settings).query(first.reference)[1]["state"] == "closed"
    second = payments.start(till, after, "rehearsal", BASE, LATER)
    assert (second.reference != first.reference, second.amount) == (True, after.total)
    late = Report(
        gateway="rehearsal", reference=first.reference, verdict=Verdict.SUCCEEDED, transaction="t", amount=found.total,
        currency="CNY",
    )  # fmt: skip
    assert payments.confirm(till, late, LATER) is Outcome.WRONG_AMOUNT
    assert orders.find_by_token(till.database, found.token).state is State.PENDING_PAYMENT


def test_p71_an_order_page_that_was_opened_before_the_change_pays_the_new_price(till):
    """odoo#100581, adyen-commercetools#670: the amount was changed in a second tab."""
    found = order(till)
    after = change(till, found, off=300)
    assert payments.start(till, found, "rehearsal", BASE, LATER).amount == after.total


def test_p71_a_buyer_who_was_faster_has_paid_the_old_price_and_nothing_changes(till, settings):
    found = order(till)
    started = payments.start(till, found, "rehearsal", BASE, NOW)
    the_bank = bank.get(settings)
    assert the_bank.decide(the_bank.books.find_by_reference(started.reference), "never")
    with pytest.raises(Refusal) as caught:
        change(till, found, off=300)
    assert caught.value.code is Code.ORDER_NOT_ALLOWED
    after = orders.find_by_token(till.database, found.token)
    assert (after.state, after.total, after.paid) == (State.PAID, found.total, found.total)


@pytest.mark.parametrize("what", [{}, {"off": -1}, {"off": 2001}, {"off": 2000, "delivery": 0}, {"delivery": 1}])
def test_a_change_that_is_not_cheaper_or_leaves_nothing_to_pay_is_refused(till, what):
    found = order(till, [("tea", 2)])
    before = counts(till)
    with pytest.raises(Refusal) as caught:
        change(till, found, **what)
    assert (caught.value.code, counts(till)) == (Code.CHANGE_NOT_CHEAPER, before)


def test_money_that_has_come_in_part_keeps_the_price(till):
    found = order(till, gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(amount=500), NOW)
    with pytest.raises(Refusal):
        change(till, found, off=100)
    assert orders.find_by_token(till.database, found.token).total == found.total


GOODS = [product("a", 999), product("b", 1001)]
CART = [Item(product=each, variant=each.variants[0], quantity=3) for each in GOODS]


@given(off=st.integers(1, 5999), fee=st.integers(0, 800))
def test_p76_a_changed_price_adds_up_to_the_last_unit(off, fee):
    made = quote(make_terms(), CART, Destination(country="CN", region="浙江"), "courier")
    after = amending.adjusted(made, PriceChange(off=off, delivery=fee))
    assert after.total == made.goods - off + fee == sum(line.total for line in after.lines) + fee
    assert sum(after.discounts[-1].shares) == off
    assert all(line.amount >= 0 for line in after.lines)


HOME = Address(destination=Destination(country="CN", region="浙江", city="杭州市"), name="王", street="文三路 1 号")
WEST = Address(destination=Destination(country="CN", region="西藏", city="拉萨市"), name="王", street="北京中路 1 号")
FAR = Address(destination=Destination(country="CN", region="新疆", city="喀什"), name="王", street="人民路 1 号")


def redirect(till, found, address, actor="buyer"):
    return amending.change_address(till, found.number, address, actor=actor, now=LATER)


def test_an_order_goes_elsewhere_at_the_same_price(till):
    found = order(till, delivery="courier", gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    after = redirect(till, found, HOME)
    assert (after.address, after.contact.name, after.total) == (HOME, "王", found.total)
    assert orders.history(till.database, found)[-1].event is Event.CHANGE


@pytest.mark.parametrize(("address", "code"), [(WEST, Code.ADDRESS_CHANGES_PRICE), (FAR, Code.ADDRESS_NOT_SERVED)])
def test_an_address_that_costs_something_else_is_refused_and_nothing_changes(till, address, code):
    found = order(till, delivery="courier")
    before = counts(till)
    with pytest.raises(Refusal) as caught:
        redirect(till, found, address)
    assert (caught.value.code, counts(till)) == (code, before)
    assert orders.find_by_token(till.database, found.token).address == found.address


def test_p69_what_has_left_is_not_redirected(till):
    found = order(till, delivery="courier", gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    orders.ship(till.database, found.number, orders.Dispatch(quantities={0: 1}), actor="merchant", now=NOW)
    with pytest.raises(Refusal) as caught:
        redirect(till, found, HOME)
    assert caught.value.code is Code.ORDER_NOT_ALLOWED


def test_a_limit_per_customer_counts_a_changed_order_once(till):
    change(till, order(till, [("twice", 1)], gateway="transfer"), off=10)
    assert order(till, [("twice", 1)]).state is State.PENDING_PAYMENT
