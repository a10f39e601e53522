"""A provider's bill against the shop's books (P96, P97): every difference is named, nothing is mended in silence."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from funds.money import AVAILABLE, GATEWAY, PENDING, completed, holds, look, paid, settled, sound
from tills import NOW, order, rows

from runtime import audit, funds, orders, payments, reconciling, refunds
from runtime.funds import Entry, Where, settlement, withdrawals
from runtime.gateways import Bill, BillKind, BillRow, Report, Verdict
from runtime.orders import State
from runtime.reconciling import Difference, Problem
from runtime.refunds import Wish
from runtime.refusals import Code, Refusal
from runtime.rehearsal_bank import bank

TODAY = NOW.date()


def row(kind=BillKind.PAYMENT, **changes):
    plain = BillRow(kind=kind, reference="", transaction="t1", amount=2000, currency="CNY", at=NOW)
    return msgspec.structs.replace(plain, **changes)


def bill(*rows_, day=TODAY, east=0):
    return Bill(gateway=GATEWAY, day=day, rows=rows_, east=east)


def row_of(till, found, **changes):
    """Return the row that an honest bill has for a paid order."""
    [(reference, receipt)] = rows(till, "SELECT reference, receipt FROM payment WHERE order_id = ?", found.id)
    return row(reference=reference, transaction=receipt, amount=found.total, **changes)


def take(till, *rows_, **about):
    return reconciling.take(till.database, bill(*rows_, **about), NOW)


def problems(result):
    return [(each.problem, each.receipt) for each in result.differences]


def state(till):
    """Return everything a second run must not change."""
    tables = ("transfer", "balance", "finding", "bill", "bill_row", "notice", "refund", "withdrawal", "orders")
    return {table: rows(till, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}


def test_an_honest_bill_has_no_differences_and_brings_the_fees(till):
    found = [paid(till), paid(till, [("cup", 1)])]
    result = take(till, row_of(till, found[0], fee=12), row_of(till, found[1], fee=15))
    assert result.clean
    assert result.outcomes == {"matched": 2}
    [total] = result.totals
    assert (total.rows, total.theirs, total.ours, total.fees) == (2, 4550, 4550, 27)
    assert holds(till, PENDING, funds.FEES) == (4523, 27)
    assert sound(till) == ()


def test_p96_running_it_again_changes_nothing(till):
    found, other = paid(till), paid(till)
    given = (
        row_of(till, found, fee=12), row_of(till, other, fee=3), row(transaction="x1", reference="nobody"),
        row(BillKind.FEE, transaction="f1", amount=7), row(BillKind.REFUND, transaction="rx", reference="RX", amount=5),
        row(BillKind.PAYOUT, transaction="po1", amount=100),
    )  # fmt: skip
    first = take(till, *given)
    before = state(till)
    assert take(till, *given) == first
    assert take(till, *reversed(given)) == first
    assert state(till) == before


def test_p96_a_row_that_the_shop_lacks_is_taken_as_the_notice_that_was_lost(till):
    found = order(till)
    [(reference,)] = rows(till, "SELECT reference FROM payment")
    result = take(till, row(reference=reference, transaction="t9", fee=12))
    assert look(till, found).state is State.PAID
    assert result.differences == (
        Difference(
            problem=Problem.ATTACHED, kind="payment", reference=reference, receipt="t9", theirs=2000, ours=None,
            currency="CNY", order=found.number,
        ),
    )  # fmt: skip
    assert holds(till, PENDING, funds.FEES) == (1988, 12)
    sound(till)


def test_p96_a_late_payment_whose_notice_was_lost_gets_its_refund(till):
    found = order(till)
    payments.cancel(till, found.number, actor="merchant", now=NOW)
    [(reference,)] = rows(till, "SELECT reference FROM payment")
    assert problems(take(till, row(reference=reference, transaction="t9", fee=12))) == [(Problem.ATTACHED, "t9")]
    assert look(till, found).state is State.CANCELLED
    assert rows(till, "SELECT state, amount, receipt FROM refund") == [("requested", 2000, "t9")]
    assert holds(till, funds.REFUNDS_DUE, funds.SALES) == (-2000, 0)
    sound(till)


def test_p96_a_row_of_nobody_waits_in_suspense(till):
    result = take(till, row(reference="nobody", transaction="x1", amount=77))
    assert problems(result) == [(Problem.SET_ASIDE, "x1")]
    assert holds(till, PENDING, funds.SUSPENSE) == (77, -77)
    assert rows(till, "SELECT kind, amount FROM finding WHERE settled_at IS NULL") == [("unknown_reference", 77)]
    sound(till)


def test_p96_another_amount_is_told_and_not_mended(till):
    found = paid(till)
    result = take(till, msgspec.structs.replace(row_of(till, found), amount=1999))
    [difference] = result.differences
    assert (difference.problem, difference.theirs, difference.ours, difference.order) == (
        Problem.AMOUNT_DIFFERS, 1999, 2000, found.number,
    )  # fmt: skip
    assert (result.totals[0].theirs, result.totals[0].ours) == (1999, 2000)
    assert holds(till, PENDING) == (2000,)
    assert rows(till, "SELECT kind FROM finding") == [("bill_amount",)]
    assert rows(till, "SELECT COUNT(*) FROM notice WHERE topic = 'money-found'") == [(1,)]
    sound(till)


def test_p96_a_row_that_stands_twice_counts_once_in_one_bill_or_in_two(till):
    found = paid(till)
    twice = (row_of(till, found, fee=12), row_of(till, found, fee=12))
    assert problems(take(till, *twice)) == [(Problem.DUPLICATED, "t1")]
    assert problems(take(till, twice[0], day=TODAY + timedelta(days=1))) == [(Problem.DUPLICATED, "t1")]
    assert holds(till, PENDING, funds.FEES) == (1988, 12)
    sound(till)


def test_p96_what_is_missing_from_the_bill_is_told_until_it_comes(till):
    found = paid(till)
    days = [TODAY + timedelta(days=number) for number in (-1, 0, 1)]
    for day in days:
        result = take(till, day=day)
    result = take(till, day=TODAY)
    assert [(each.problem, each.ours, each.theirs, each.order) for each in result.differences] == [
        (Problem.ABSENT, 2000, 0, found.number)
    ]
    assert rows(till, "SELECT kind FROM finding WHERE settled_at IS NULL") == [("bill_absent",)]
    later = take(till, row_of(till, found), day=TODAY + timedelta(days=2))
    assert later.clean
    assert take(till, day=TODAY).clean
    assert rows(till, "SELECT COUNT(*) FROM finding WHERE settled_at IS NULL") == [(0,)]
    assert sound(till) == ()


@pytest.mark.parametrize("east", [0, 8, -5])
def test_p96_around_midnight_of_the_providers_day_the_neighbours_bill_is_waited_for(till, east):
    midnight = datetime(2026, 11, 3, tzinfo=UTC) - timedelta(hours=east)
    found = order(till, now=midnight - timedelta(seconds=30))
    [(reference,)] = rows(till, "SELECT reference FROM payment")
    told = Report(
        gateway=GATEWAY, reference=reference, verdict=Verdict.SUCCEEDED, transaction="t9", amount=2000, currency="CNY",
    )  # fmt: skip
    payments.confirm(till, told, midnight + timedelta(seconds=40))
    before, after = (midnight + timedelta(hours=east, days=days) for days in (-1, 0))
    assert take(till, day=before.date(), east=east).clean
    assert take(till, row(reference=reference, transaction="t9"), day=after.date(), east=east).clean
    assert look(till, found).state is State.PAID
    assert sound(till) == ()


def test_p96_a_bill_that_changed_since_is_told(till):
    found = paid(till)
    take(till, row_of(till, found, fee=12))
    result = take(till, row_of(till, found, fee=13))
    assert problems(result) == [(Problem.CHANGED, "t1")]
    assert holds(till, funds.FEES) == (12,)
    sound(till)


def test_p96_a_bill_whose_digest_is_wrong_writes_nothing(till, monkeypatch):
    paid(till)
    before = state(till)

    def damaged(day):
        raise Refusal(Code.BILL_DAMAGED, gateway=GATEWAY, day=day.isoformat(), reason="its digest is wrong")

    monkeypatch.setattr(till.gateways[GATEWAY], "bill", damaged)
    with pytest.raises(Refusal) as caught:
        reconciling.reconcile(till, GATEWAY, TODAY, NOW)
    assert caught.value.code is Code.BILL_DAMAGED
    assert state(till) == before
    with pytest.raises(Refusal) as caught:
        reconciling.reconcile(till, "nobody", TODAY, NOW)
    assert caught.value.code is Code.GATEWAY_UNKNOWN


def test_p97_the_fees_of_ten_thousand_payments_add_up_to_the_bills(till):
    given = []
    for start in range(0, 10_000, 500):

        def unit(transaction, start=start):
            for number in range(start, start + 500):
                amount = 100 + number * 37 % 9973
                entries = [Entry(debit=PENDING, credit=funds.SUSPENSE, amount=amount)]
                funds.post(transaction, "receipt", f"{GATEWAY}:x{number}", entries, None, Where("CNY", NOW))
                fee = (amount * 6 + 500) // 1000
                given.append(row(transaction=f"x{number}", reference=f"n{number}", amount=amount, fee=fee))

        till.database.write(unit)
    result = take(till, *given)
    assert result.outcomes == {"matched": 10_000}
    assert result.totals[0].fees == sum(each.fee for each in given)
    assert holds(till, funds.FEES) == (result.totals[0].fees,)
    assert holds(till, PENDING) == (result.totals[0].theirs - result.totals[0].fees,)


def test_a_fee_is_taken_where_the_orders_money_lies_and_comes_back_with_the_refund(till):
    found = settled(till)
    take(till, row_of(till, found, fee=12))
    assert holds(till, PENDING, AVAILABLE, funds.FEES) == (0, 1988, 12)

    def refund(transaction):
        return refunds.request(transaction, look(till, found), Wish(amount=1000), actor="merchant", now=NOW)

    made = till.database.write(refund)
    back = row(BillKind.REFUND, reference=made.number, transaction="back1", amount=1000, fee=-6)
    assert problems(take(till, back, day=TODAY + timedelta(days=1))) == [(Problem.ATTACHED, made.number)]
    assert till.database.read(lambda transaction: refunds.get(transaction, made.number)).state == "succeeded"
    assert holds(till, AVAILABLE, funds.FEES, funds.REFUNDS_DUE) == (994, 6, 0)
    sound(till)


def test_two_refunds_of_one_payment_may_share_the_gateways_number(till):
    found = paid(till)

    def refund(transaction):
        return refunds.request(transaction, look(till, found), Wish(amount=500), actor="merchant", now=NOW)

    made = [till.database.write(refund) for _ in range(2)]
    shared = row(BillKind.REFUND, transaction=row_of(till, found).transaction, amount=500, fee=-3)
    both = [msgspec.structs.replace(shared, reference=each.number) for each in made]
    assert take(till, row_of(till, found, fee=12), both[0]).outcomes == {"attached": 1, "matched": 1}
    assert take(till, both[1], day=TODAY + timedelta(days=1)).outcomes == {"attached": 1}
    alien = msgspec.structs.replace(shared, reference="R-console")
    assert problems(take(till, alien, day=TODAY + timedelta(days=2))) == [(Problem.SET_ASIDE, "R-console")]
    assert holds(till, funds.FEES, PENDING, funds.SUSPENSE) == (3, 497, 500)
    sound(till)


def test_money_that_went_back_without_the_shop_waits_for_a_word(till):
    ours = row_of(till, paid(till))
    gone = row(BillKind.REFUND, reference="RX", transaction="rx", amount=300)
    assert problems(take(till, ours, gone)) == [(Problem.SET_ASIDE, "RX")]
    assert holds(till, PENDING, funds.SUSPENSE) == (1700, 300)
    assert rows(till, "SELECT kind, amount FROM finding WHERE settled_at IS NULL") == [("bill_refund", 300)]
    sound(till)


def test_a_payout_in_the_bill_ends_the_withdrawal_that_asked_for_it(till):
    ours = row_of(till, settled(till))
    step = withdrawals.Step(event=withdrawals.Event.REQUEST, actor="merchant", now=NOW)
    made = withdrawals.request(till.database, GATEWAY, 1500, "CNY", step)
    payout = row(BillKind.PAYOUT, reference=made.number, transaction="po1", amount=1500, fee=10)
    assert problems(take(till, ours, payout)) == [(Problem.ATTACHED, "po1")]
    assert holds(till, AVAILABLE, funds.BANK, funds.FEES) == (500, 1490, 10)
    sound(till)


def test_a_dispute_in_the_bill_is_opened_and_closed(till):
    found = paid(till)
    opened = row(BillKind.DISPUTE, transaction="d1", text="opened", reference=row_of(till, found).reference)
    take(till, row_of(till, found), opened, msgspec.structs.replace(opened, text="won"))
    assert rows(till, "SELECT state FROM dispute") == [("won",)]
    assert holds(till, PENDING, funds.disputed(GATEWAY)) == (2000, 0)
    sound(till)


@pytest.mark.usefixtures("one_day")
def test_the_rehearsal_banks_own_bill_agrees_with_the_shop(till, settings):
    books = bank.get(settings)
    found = order(till)
    payment = payments.start(till, found, GATEWAY, "http://127.0.0.1:9", NOW)
    books.decide(books.books.find_by_reference(payment.reference), "approve")
    payments.refresh(till, found, NOW)
    with pytest.raises(Refusal) as caught:
        reconciling.reconcile(till, GATEWAY, datetime.now(UTC).date(), NOW)
    assert caught.value.code is Code.BILL_MISSING
    books.clock = lambda: datetime.now(UTC) + timedelta(days=1)
    till.gateways[GATEWAY]._clock = books.clock
    result = reconciling.reconcile(till, GATEWAY, datetime.now(UTC).date(), NOW)
    assert (result.outcomes, result.clean) == ({"matched": 1}, True)
    assert holds(till, PENDING, funds.FEES) == (1988, 12)
    completed(till, look(till, found))
    settlement.settle_due(till.database, NOW, lambda _, __: False)
    assert holds(till, PENDING, AVAILABLE) == (0, 1988)
    assert till.database.read(audit.report).differences == ()
    assert orders.find_by_token(till.database, found.token).state is State.COMPLETED


def nights(till, monkeypatch, answer):
    """Let the gateway's bills be what ``answer`` returns, and return the days that were asked for."""
    asked = []

    def bills(day):
        asked.append(day)
        return answer(day)

    monkeypatch.setattr(till.gateways[GATEWAY], "bill", bills)
    return asked


def test_yesterdays_bills_are_read_by_themselves_once_and_asked_for_hourly(till, monkeypatch):
    def answer(day):
        if day == TODAY - timedelta(days=1) and len(asked) < 6:
            raise Refusal(Code.BILL_MISSING, gateway=GATEWAY, day=day.isoformat())
        return bill(day=day)

    asked = nights(till, monkeypatch, answer)
    days = [TODAY - timedelta(days=back) for back in (3, 2, 1)]
    morning = NOW.replace(hour=8)
    assert reconciling.reconcile_due(till, morning) == 2
    assert asked == days
    assert reconciling.reconcile_due(till, morning + timedelta(minutes=59)) == 0
    assert len(asked) == 3
    assert [reconciling.reconcile_due(till, morning + timedelta(hours=hour)) for hour in (1, 2, 3, 4)] == [0, 0, 1, 0]
    assert {day for (day,) in rows(till, "SELECT day FROM bill")} == {day.isoformat() for day in days}


def test_p96_a_damaged_bill_is_told_once_and_settled_when_a_good_one_comes(till, monkeypatch):
    def answer(day):
        if len(asked) <= 6:
            raise Refusal(Code.BILL_DAMAGED, gateway=GATEWAY, day=day.isoformat(), reason="digest")
        return bill(day=day)

    asked = nights(till, monkeypatch, answer)
    noon = NOW.replace(hour=8)
    for hour in range(2):
        assert reconciling.reconcile_due(till, noon + timedelta(hours=hour)) == 0
    assert rows(till, "SELECT COUNT(*) FROM finding WHERE kind = 'bill_damaged' AND settled_at IS NULL") == [(3,)]
    assert rows(till, "SELECT COUNT(*) FROM notice WHERE topic = 'money-found'") == [(3,)]
    assert reconciling.reconcile_due(till, noon + timedelta(hours=2)) == 3
    assert rows(till, "SELECT COUNT(*) FROM finding WHERE settled_at IS NULL") == [(0,)]
