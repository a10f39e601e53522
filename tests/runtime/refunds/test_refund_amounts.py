"""Never more goes back than was paid, in any parts, and pieces go back on sale once (P74–P76, P82–P84)."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refunding import (
    balance,
    by_hand,
    refused,
    request,
    reread,
    sound,
)
from test_pricing import HANGZHOU, carts
from tills import NOW, counts, level, order, rows

from runtime import funds, orders, payments, pricing, refunds
from runtime.orders import Event as OrderEvent
from runtime.orders import OrderLine
from runtime.orders import State as OrderState
from runtime.refunds import LineWish, State, shares
from runtime.refusals import Code, Refusal


def test_p74_more_than_was_paid_is_never_refunded(till):
    """PrestaShop#21194, thirtybees#1918, django-payments#410, hyperswitch#3120: refunds above what was paid."""
    found = by_hand(till)
    before = counts(till)
    error = refused(Code.REFUND_TOO_LARGE, lambda: request(till, found, amount=2001))
    assert (error.status, error.values["left"]) == (422, 2000)
    request(till, found, amount=1200)
    assert refused(Code.REFUND_TOO_LARGE, lambda: request(till, found, amount=801)).values["left"] == 800
    request(till, found, amount=800)
    refused(Code.REFUND_NOTHING_LEFT, lambda: request(till, found, amount=1))
    for amount in (0, -5):
        refused(Code.FIELD_INVALID, lambda amount=amount: request(till, by_hand(till), amount=amount))
    assert counts(till)["transfer"] > before["transfer"]
    sound(till)


def test_p74_more_pieces_than_were_bought_are_never_refunded(till):
    """shopp#3205, SmartStoreNET#1348: a line refunded again and again."""
    found = by_hand(till, [("tea", 3), ("cup", 1)])
    position = [line.sku for line in found.lines].index("tea")
    request(till, found, lines=(LineWish(position=position, quantity=2),))
    for quantity, left in ((2, 1), (0, 1), (-1, 1)):
        wish = {"lines": (LineWish(position=position, quantity=quantity),)}
        assert refused(Code.REFUND_PIECES, lambda wish=wish: request(till, found, **wish)).values["left"] == left
    twice = (LineWish(position=position, quantity=1),) * 2
    refused(Code.REFUND_PIECES, lambda: request(till, found, lines=twice))
    refused(Code.REFUND_PIECES, lambda: request(till, found, lines=(LineWish(position=9, quantity=1),)))
    sound(till)


def test_p75_of_two_refunds_of_sixty_percent_at_once_one_is_made(till):
    found = by_hand(till)
    outcomes, gate = [], threading.Barrier(2)

    def ask():
        gate.wait()
        try:
            outcomes.append(request(till, found, amount=1200).state)
        except Refusal as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [Code.REFUND_TOO_LARGE, State.REQUESTED]
    assert reread(till, found).refunded == 1200
    sound(till)


def test_p76_three_part_refunds_and_the_rest_add_up_to_what_was_paid_and_so_does_the_tax(till):
    found = by_hand(till, [("tea", 3), ("cup", 2)], delivery="courier")
    position = [line.sku for line in found.lines].index("cup")
    made = [
        request(till, found, lines=(LineWish(position=position, quantity=1),)),
        request(till, found, amount=333),
        request(till, found, amount=1, delivery=True),
        request(till, found, everything=True),
    ]
    assert sum(refund.amount for refund in made) == found.paid
    parts = funds.parts(found.quote)
    assert sum(refund.tax for refund in made) == parts.tax
    assert sum(refund.delivery for refund in made) == parts.delivery
    assert (balance(till, funds.TAX), balance(till, funds.DELIVERY)) == (0, 0)
    assert balance(till, funds.SALES) + balance(till, funds.REFUNDS) + balance(till, funds.DISCOUNTS) == 0
    assert reread(till, found).state is OrderState.REFUNDED
    sound(till)


@given(st.integers(1, 60), st.integers(0, 10**6), st.data())
def test_p76_pieces_refunded_one_way_or_another_add_up_exactly(quantity, total, data):
    tax = data.draw(st.integers(0, total))
    line = OrderLine(
        sku="a", product="a", title="", label="", picture="", quantity=quantity, unit_price=0, discount=0,
        amount=total, tax_rate="0", tax=tax, total=total,
    )  # fmt: skip
    done, found = 0, shares.NOTHING
    while done < quantity:
        count = data.draw(st.integers(1, quantity - done))
        part = shares.of_line(line, done, count)
        assert min(part.goods, part.tax) >= 0
        assert (found + part).amount == total * (done + count) // quantity
        done, found = done + count, found + part
    assert (found.amount, found.tax) == (total, tax)


@given(carts(), st.sampled_from(["courier", "pickup"]), st.data())
def test_p76_a_free_sum_never_takes_more_of_anything_than_is_left(cart, method, data):
    parts = funds.parts(pricing.quote(cart.terms, cart.items, HANGZHOU, method))
    left = shares.Shares(parts.goods - parts.discount, parts.delivery, parts.tax)
    while left.amount:
        amount = data.draw(st.integers(1, left.amount))
        wished = shares.Shares(amount, 0, 0) if data.draw(st.booleans()) else shares.spread(amount, left)
        part = shares.fit(wished, left)
        assert part.amount == amount
        left = shares.Shares(left.goods - part.goods, left.delivery - part.delivery, left.tax - part.tax)
        assert min(left.goods, left.delivery, left.tax) >= 0


@pytest.mark.parametrize("state", ["pending", "cancelled"])
def test_p82_what_is_not_paid_is_not_refunded(till, state):
    found = order(till, gateway="transfer")
    if state == "cancelled":
        payments.cancel(till, found.number, actor="merchant", now=NOW)
    before = counts(till)
    refused(Code.REFUND_NOT_PAID, lambda: request(till, found, everything=True))
    assert counts(till) == before


def test_p83_pieces_go_back_on_sale_once_whatever_is_refunded_how_often(till):
    """woocommerce#22489, #27504, PrestaShop#35460: refund with restock, then cancel, puts the pieces back twice."""
    found = by_hand(till, [("tea", 4)])
    first = request(till, found, lines=(LineWish(position=0, quantity=1, restock=True),))
    assert level(till, "tea") == 7
    till.database.write(lambda look: refunds.outcomes.fail(look, first, actor="test", now=NOW, why="x"))
    request(till, found, everything=True, restock=True)
    assert level(till, "tea") == 7
    request_rest = rows(till, "SELECT restocked FROM refund_line ORDER BY refund_id")
    assert request_rest == [(1,), (0,)]
    till.database.write(lambda look: refunds.requesting.stock.give_back(look, found.id, "test", NOW))
    till.database.write(lambda look: refunds.requesting.stock.give_back(look, found.id, "test", NOW))
    assert level(till, "tea") == 10
    sound(till)


def test_p83_an_order_that_is_wholly_refunded_before_it_left_is_refunded_and_cannot_be_shipped(till):
    found = by_hand(till, [("tea", 4)])
    request(till, found, amount=1)
    assert reread(till, found).state is OrderState.PAID
    request(till, found, everything=True, restock=True)
    assert reread(till, found).state is OrderState.REFUNDED
    assert level(till, "tea") == 10
    refused(
        Code.ORDER_NOT_ALLOWED,
        lambda: till.database.write(
            lambda look: orders.step(look, found.id, OrderEvent.SHIP, actor="merchant", now=NOW)
        ),
    )


def test_p84_after_a_chargeback_only_the_rest_can_be_refunded(till):
    """hyperswitch#10533: refund and chargeback together are more than was paid."""
    found = by_hand(till)
    till.database.write(lambda look: look.run("UPDATE orders SET disputed = 1500 WHERE id = ?", found.id))
    assert refused(Code.REFUND_TOO_LARGE, lambda: request(till, found, amount=501)).values["left"] == 500
    assert request(till, found, everything=True).amount == 500
    refused(Code.REFUND_NOTHING_LEFT, lambda: request(till, found, amount=1))
