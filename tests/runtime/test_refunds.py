"""Refunds: reserved at request, sent under one number, posted once; P numbers are those of the payments catalogue."""

import hashlib
import threading
from datetime import timedelta
from itertools import product as pairs

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_pricing import HANGZHOU, carts
from tills import LATER, NOW, counts, level, order, rows

from runtime import audit, funds, orders, payments, pricing, refunds, telling
from runtime.gateways import RefundReport, RefundVerdict, Report, Verdict
from runtime.gateways.rehearsal import Rehearsal
from runtime.gateways.wire import inside
from runtime.orders import Event as OrderEvent
from runtime.orders import OrderLine
from runtime.orders import State as OrderState
from runtime.payments import Cash, Outcome
from runtime.refunds import TRANSITIONS, Event, LineWish, State, Wish, shares
from runtime.refusals import Code, Refusal
from runtime.rehearsal_bank import bank

BASE = "http://127.0.0.1:9"


class Wire:
    """The way to the bank; ``down`` keeps requests from it, ``deaf`` loses its answers."""

    def __init__(self, send):
        self.send, self.down, self.deaf = send, False, False

    def __call__(self, request):
        if self.down:
            return None
        answer = self.send(request)
        return None if self.deaf else answer


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def books(settings, clock):
    made = bank.Bank(settings, clock)
    yield made
    made.stop()


@pytest.fixture
def wire(till, settings, books, clock):
    found = Wire(inside(books.wsgi))
    till.gateways["rehearsal"] = Rehearsal(settings, found, clock)
    return found


def paid(till, books, lines=(("tea", 2),), choice="approve", **changes):
    """Return an order that was paid at the bank."""
    found = order(till, lines, **changes)
    payment = payments.start(till, found, "rehearsal", BASE, NOW)
    books.decide(books.books.find_by_reference(payment.reference), choice)
    return payments.refresh(till, found, NOW)


def by_hand(till, lines=(("tea", 2),), **changes):
    """Return an order that was paid by transfer."""
    found = order(till, lines, gateway="transfer", **changes)
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    return reread(till, found)


def reread(till, found):
    return till.database.read(lambda look: orders.get_by_id(look, found.id))


def request(till, found, now=NOW, **wish):
    return till.database.write(
        lambda transaction: refunds.request(transaction, found, Wish(**wish), actor="merchant", now=now)
    )


def refused(code, work):
    with pytest.raises(Refusal) as caught:
        work()
    assert caught.value.code is code
    return caught.value


def refund_of(till, refund):
    return till.database.read(lambda look: refunds.get(look, refund.number))


def sound(till):
    assert till.database.read(audit.report).differences == ()
    assert sum(till.database.read(funds.balances).values()) == 0


def balance(till, account):
    return till.database.read(funds.balances).get((account, "CNY"), 0)


def send(till, clock, seconds=0):
    clock.now += timedelta(seconds=seconds)
    return refunds.send_due(till, BASE, clock.now)


def moved(books):
    """Return what the bank sent back, by number: its books, not ours."""
    query = "SELECT number, amount FROM refund WHERE state = 'succeeded'"
    return dict(books.books.connection().execute(query).fetchall())


def report(refund, verdict=RefundVerdict.SUCCEEDED, **changes):
    plain = RefundReport(
        gateway=refund.gateway, number=refund.number, verdict=verdict, transaction="b1", amount=refund.amount,
        currency=refund.currency,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


@pytest.mark.usefixtures("wire")
def test_a_refund_is_reserved_and_due_at_once_and_gone_when_the_bank_has_sent_it(till, books, clock):
    found = paid(till, books)
    refund = request(till, found, lines=(LineWish(position=0, quantity=1),), reason="too_many")
    assert (refund.state, refund.amount, refund.goods, refund.tax) == (State.REQUESTED, 1000, 885, 115)
    assert (reread(till, found).refunded, balance(till, funds.REFUNDS_DUE)) == (1000, -1000)
    sound(till)
    send(till, clock)
    assert refund_of(till, refund).state is State.SENT
    assert moved(books) == {}
    send(till, clock, seconds=6)
    assert refund_of(till, refund).state is State.SUCCEEDED
    assert moved(books) == {refund.number: 1000}
    assert (balance(till, funds.REFUNDS_DUE), balance(till, funds.pending("rehearsal"))) == (0, 1000)
    assert (balance(till, funds.REFUNDS), balance(till, funds.TAX)) == (885, -115)
    sound(till)


@pytest.mark.parametrize(("state", "event"), list(pairs(State, Event)))
def test_only_the_table_moves_a_refund(till, state, event):
    refund = request(till, by_hand(till), amount=500)
    till.database.write(lambda transaction: transaction.run("UPDATE refund SET state = ?", state))
    before = rows(till, "SELECT COUNT(*) FROM refund_event")

    def step(transaction):
        return refunds.step(transaction, refund, event, actor="test", now=LATER)

    if (state, event) in TRANSITIONS:
        assert till.database.write(step).state is TRANSITIONS[state, event]
        return
    assert refused(Code.REFUND_NOT_ALLOWED, lambda: till.database.write(step)).status == 409
    assert rows(till, "SELECT COUNT(*) FROM refund_event") == before
    assert rows(till, "SELECT state FROM refund") == [(str(state),)]


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


@pytest.mark.parametrize("lost", ["down", "deaf"])
def test_p77_a_refund_that_gets_no_answer_is_tried_again_under_its_number_and_made_once(till, books, clock, wire, lost):
    """django-payments#410, hyperswitch#10533: a timeout taken for a failure sends the money twice."""
    refund = request(till, paid(till, books), amount=700)
    setattr(wire, lost, True)
    for _ in range(10):
        send(till, clock, seconds=3600)
        assert refund_of(till, refund).state is State.SENT
    setattr(wire, lost, False)
    send(till, clock, seconds=3600)
    send(till, clock, seconds=3600)
    assert refund_of(till, refund).state is State.SUCCEEDED
    assert moved(books) == {refund.number: 700}
    sound(till)


@pytest.mark.parametrize("told", ["notice", "query", "both", "before"])
@pytest.mark.usefixtures("wire")
def test_p78_a_refund_is_posted_once_whoever_tells_it(till, books, clock, told):
    refund = request(till, paid(till, books), amount=700)
    if told != "before":
        send(till, clock)
    if told != "query":
        outcomes = [refunds.confirm(till.database, report(refund), NOW) for _ in range(2)]
        assert outcomes == [refunds.Outcome.SUCCEEDED, refunds.Outcome.REPEATED]
    if told in {"query", "both"}:
        send(till, clock, seconds=6)
    assert refund_of(till, refund).state is State.SUCCEEDED
    assert rows(till, "SELECT COUNT(*), SUM(amount) FROM transfer WHERE event = 'refunded'") == [(1, 700)]
    assert rows(till, "SELECT COUNT(*) FROM notice WHERE topic = 'refund-sent'") == [(1,)]
    sound(till)


@pytest.mark.usefixtures("wire")
def test_p79_a_stuck_refund_stays_reserved_is_told_to_the_merchant_and_tried_again(till, books, clock, settings):
    found = paid(till, books)
    books.reversals.set_rule(charge_of(books), bank.Rule.STUCK)
    refund = request(till, found, amount=700)
    send(till, clock)
    send(till, clock, seconds=6)
    assert refund_of(till, refund).state is State.STUCK
    assert (reread(till, found).refunded, balance(till, funds.REFUNDS_DUE)) == (700, -700)
    telling.send_due(till, settings, BASE, clock.now)
    assert rows(till, "SELECT state FROM notice WHERE topic = 'refund-failed'") == [("sent",)]
    refused(Code.REFUND_NOT_ALLOWED, lambda: note(till, refund, state="sent"))
    books.reversals.set_rule(charge_of(books), bank.Rule.SOON)
    again = refunds.retry(till, refund.number, BASE, actor="merchant", now=clock.now)
    assert again.state is State.SENT
    send(till, clock, seconds=60)
    assert refund_of(till, refund).state is State.SUCCEEDED
    assert moved(books) == {refund.number: 700}
    sound(till)


def charge_of(books):
    return books.books.connection().execute("SELECT id FROM charge").fetchone()[0]


def note(till, refund, state=None):
    if state:
        till.database.write(lambda transaction: transaction.run("UPDATE refund SET state = ?", state))
    try:
        return refunds.note(till.database, refund.number, returned=True, actor="merchant", now=NOW)
    finally:
        if state:
            till.database.write(lambda transaction: transaction.run("UPDATE refund SET state = 'stuck'"))


@pytest.mark.usefixtures("wire")
def test_p79_a_stuck_refund_that_was_ended_elsewhere_is_noticed(till, books, clock):
    found = paid(till, books)
    books.reversals.set_rule(charge_of(books), bank.Rule.STUCK)
    refund = request(till, found, amount=700)
    send(till, clock)
    send(till, clock, seconds=6)
    with books.books.change() as connection:
        connection.execute("UPDATE refund SET state = 'succeeded'")
    send(till, clock, seconds=3600)
    assert refund_of(till, refund).state is State.SUCCEEDED
    sound(till)


@pytest.mark.usefixtures("wire")
def test_p80_a_failed_refund_is_reversed_and_its_amount_can_be_refunded_again(till, books, clock):
    found = paid(till, books, [("tea", 2), ("cup", 1)])
    before = till.database.read(funds.balances)
    books.reversals.set_rule(charge_of(books), bank.Rule.FAILED)
    refund = request(till, found, everything=True)
    send(till, clock)
    send(till, clock, seconds=6)
    assert refund_of(till, refund).state is State.FAILED
    after = till.database.read(funds.balances)
    assert {key: value for key, value in after.items() if value} == before
    assert reread(till, found).refunded == 0
    sound(till)
    books.reversals.set_rule(charge_of(books), bank.Rule.SOON)
    again = request(till, found, everything=True)
    assert again.number != refund.number
    send(till, clock)
    send(till, clock, seconds=6)
    assert moved(books) == {again.number: found.paid}
    sound(till)


def test_p80_money_that_a_bank_sends_back_days_after_is_taken_back_into_the_books(till):
    refund = request(till, by_hand(till), amount=700)
    refunds.note(till.database, refund.number, returned=True, actor="merchant", now=NOW)
    before = balance(till, funds.BANK)
    assert refunds.confirm(till.database, report(refund, RefundVerdict.FAILED), LATER) is refunds.Outcome.FAILED
    assert (balance(till, funds.BANK) - before, balance(till, funds.REFUNDS_DUE)) == (700, 0)
    assert refunds.confirm(till.database, report(refund, RefundVerdict.FAILED), LATER) is refunds.Outcome.REPEATED
    sound(till)


@pytest.mark.parametrize("verdict", [RefundVerdict.PENDING, RefundVerdict.UNKNOWN, RefundVerdict.MISSING])
def test_p81_an_answer_that_is_not_a_success_never_counts_as_one(till, verdict):
    refund = request(till, by_hand(till), amount=700)
    assert refunds.confirm(till.database, report(refund, verdict), NOW) is refunds.Outcome.NOTHING
    assert refund_of(till, refund).state is State.REQUESTED
    sound(till)


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


@pytest.mark.usefixtures("wire")
def test_p36_a_payments_notice_that_comes_again_after_the_refund_changes_nothing(till, books, clock):
    found = paid(till, books)
    payment = payments.attempts.of_order
    receipt = till.database.read(lambda look: payment(look, found.id))[0]
    refund = request(till, found, everything=True)
    send(till, clock)
    send(till, clock, seconds=6)
    before = counts(till)
    told = Report(
        gateway="rehearsal", reference=receipt.reference, verdict=Verdict.SUCCEEDED, transaction=receipt.receipt,
        amount=found.total, currency="CNY",
    )  # fmt: skip
    assert payments.confirm(till, told, LATER) is Outcome.REPEATED
    assert counts(till) == before
    assert refund_of(till, refund).state is State.SUCCEEDED


@pytest.mark.usefixtures("wire")
def test_p44_a_refunds_notice_that_comes_before_the_payments_is_kept_for_the_merchant_and_loses_nothing(till, books):
    found = order(till)
    payment = payments.start(till, found, "rehearsal", BASE, NOW)
    books.decide(books.books.find_by_reference(payment.reference), "never")
    stranger = RefundReport(
        gateway="rehearsal",
        number="R999-1",
        verdict=RefundVerdict.SUCCEEDED,
        transaction="b9",
        amount=5,
        currency="CNY",
    )
    assert payments.take(till, stranger, NOW) is False
    assert rows(till, "SELECT kind, receipt FROM finding") == [("unknown_refund", "b9")]
    assert payments.refresh(till, found, NOW).state is OrderState.PAID
    sound(till)


@pytest.mark.usefixtures("wire")
def test_p45_what_was_charged_twice_is_sent_back_by_itself(till, books, clock):
    """ruoyi-vue-pro#1152: a second success is thrown away or kept."""
    found = paid(till, books, choice="double")
    payment = till.database.read(lambda look: payments.attempts.of_order(look, found.id))[0]
    second = next(name for name, _ in books.books.movements(charge_of(books)) if name != payment.receipt)
    told = Report(
        gateway="rehearsal", reference=payment.reference, verdict=Verdict.SUCCEEDED, transaction=second,
        amount=found.total, currency="CNY",
    )  # fmt: skip
    assert payments.confirm(till, told, NOW) is Outcome.DOUBLE
    assert balance(till, funds.REFUNDS_DUE) == -found.total
    sound(till)
    send(till, clock)
    send(till, clock, seconds=6)
    assert list(moved(books).values()) == [found.total]
    assert (balance(till, funds.REFUNDS_DUE), reread(till, found).refunded) == (0, 0)
    assert reread(till, found).state is OrderState.PAID
    assert till.database.read(audit.report).waiting == ()
    sound(till)


@pytest.mark.usefixtures("wire")
def test_p46_money_that_comes_after_the_cancelling_is_sent_back_and_the_stock_is_not_touched(till, books, clock):
    """CoreShop#2529, woocommerce#21083: paid after it was cancelled."""
    found = order(till)
    payment = payments.start(till, found, "rehearsal", BASE, NOW)
    payments.cancel(till, found.number, actor="buyer", now=NOW)
    charge = books.books.find_by_reference(payment.reference)
    receipt = books.books.pay(charge, int(NOW.timestamp()), (), forced=True)
    told = Report(
        gateway="rehearsal", reference=payment.reference, verdict=Verdict.SUCCEEDED, transaction=receipt,
        amount=found.total, currency="CNY",
    )  # fmt: skip
    assert payments.confirm(till, told, NOW) is Outcome.LATE
    sound(till)
    send(till, clock)
    send(till, clock, seconds=6)
    assert list(moved(books).values()) == [found.total]
    assert (level(till, "tea"), reread(till, found).state) == (10, OrderState.CANCELLED)
    sound(till)


@pytest.mark.usefixtures("wire")
def test_stray_money_whose_refund_fails_waits_for_the_merchant_who_sends_it_again(till, books, clock):
    found = paid(till, books)
    payment = till.database.read(lambda look: payments.attempts.of_order(look, found.id))[0]
    extra = books.books.pay(books.books.find_by_reference(payment.reference), int(NOW.timestamp()), (), forced=True)
    books.reversals.set_rule(charge_of(books), bank.Rule.FAILED)
    told = Report(
        gateway="rehearsal", reference=payment.reference, verdict=Verdict.SUCCEEDED, transaction=extra,
        amount=found.total, currency="CNY",
    )  # fmt: skip
    payments.confirm(till, told, NOW)
    send(till, clock)
    send(till, clock, seconds=6)
    assert (balance(till, funds.REFUNDS_DUE), balance(till, funds.SUSPENSE)) == (0, -found.total)
    (finding,) = till.database.read(refunds.requesting.findings.unsettled)
    sound(till)
    books.reversals.set_rule(charge_of(books), bank.Rule.SOON)

    def again(transaction):
        return refunds.return_finding(transaction, finding, actor="merchant", now=clock.now)

    told_by = hashlib.sha256(f"{finding.gateway}:{finding.receipt}".encode()).hexdigest()[:20]
    assert till.database.write(again).number == f"RF{told_by}-2"
    refused(Code.REFUND_NOT_ALLOWED, lambda: till.database.write(again))
    send(till, clock)
    send(till, clock, seconds=6)
    assert list(moved(books).values()) == [found.total]
    sound(till)


def test_transfers_in_suspense_of_a_cancelled_order_are_to_be_sent_back_by_hand(till):
    found = order(till, gateway="transfer")
    for amount, number in ((300, "a"), (400, "b")):
        payments.confirm_transfer(till, found.number, Cash(amount=amount, number=number), NOW)
    payments.cancel(till, found.number, actor="merchant", now=NOW)
    due = refunds.listing(till.database)
    assert sorted((refund.amount, refund.by_hand, refund.state) for refund in due) == [
        (300, True, State.REQUESTED), (400, True, State.REQUESTED),
    ]  # fmt: skip
    assert balance(till, funds.REFUNDS_DUE) == -700
    sound(till)
    for refund in due:
        refunds.note(till.database, refund.number, returned=True, actor="merchant", now=NOW, text="sent by bank")
    assert (balance(till, funds.BANK), balance(till, funds.REFUNDS_DUE)) == (0, 0)
    sound(till)


def test_refunds_of_transfers_and_cash_are_noted_by_hand_and_no_gateway_is_asked(till):
    cash = order(till, gateway="cash_on_delivery", delivery="courier")
    orders.ship(till.database, cash.number, orders.Dispatch(), actor="merchant", now=NOW)
    payments.confirm_transfer(till, cash.number, Cash(), NOW)
    for found in (by_hand(till), reread(till, cash)):
        refund = request(till, found, everything=True)
        assert (refund.by_hand, refunds.send_due(till, BASE, LATER)) == (True, 0)
        done = refunds.note(till.database, refund.number, returned=True, actor="merchant", now=NOW)
        assert done.state is State.SUCCEEDED
        refused(Code.REFUND_NOT_ALLOWED, lambda refund=refund: note(till, refund))
    assert balance(till, funds.BANK) == 0
    sound(till)


@pytest.mark.usefixtures("wire")
def test_the_merchant_has_no_say_while_the_gateway_is_at_work(till, books, clock):
    refund = request(till, paid(till, books), amount=700)
    refused(Code.REFUND_NOT_ALLOWED, lambda: note(till, refund))
    send(till, clock)
    refused(Code.REFUND_NOT_ALLOWED, lambda: note(till, refund))


def test_a_success_of_another_amount_is_no_success(till):
    refund = request(till, by_hand(till), amount=700)
    wrong = report(refund, amount=70)
    assert refunds.confirm(till.database, wrong, NOW) is refunds.Outcome.CONTRADICTION
    assert refund_of(till, refund).state is State.STUCK
    assert rows(till, "SELECT kind, amount FROM finding") == [("refund_contradicted", 70)]
    sound(till)


@pytest.mark.parametrize("locale", ["zh-CN", "en", "de"])
def test_the_buyer_is_told_in_their_language_that_money_is_on_its_way(till, settings, locale):
    terms = msgspec.structs.replace(till.goods.terms, locales=("zh-CN", "en", "de"))
    till.goods.terms = terms
    refund = request(till, by_hand(till, locale=locale), amount=700)
    refunds.note(till.database, refund.number, returned=True, actor="merchant", now=NOW)
    telling.send_due(till, settings, BASE, NOW)
    found = rows(till, "SELECT state, recipient FROM notice WHERE topic = 'refund-sent'")
    assert found == [("sent", "lilei@example.com")]
