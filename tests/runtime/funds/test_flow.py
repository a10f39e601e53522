"""What merchants read of the ledger: events page by page, what there is, what comes when, the audit."""

from datetime import timedelta

import pytest
from money import AVAILABLE, GATEWAY, PENDING, holds, paid, settled, sound
from tills import NOW, order

from runtime import audit, funds, orders
from runtime.funds import flow, holdings, withdrawals
from runtime.funds.flow import Wanted
from runtime.funds.withdrawals import Event, State, Step
from runtime.orders import Dispatch
from runtime.reconciling import days
from runtime.refusals import Code, Refusal

STEP = Step(event=Event.REQUEST, actor="person:1", now=NOW)


def read(till, look, *values, **named):
    return till.database.read(lambda transaction: look(transaction, *values, **named))


def test_the_flow_is_read_page_by_page_and_back_and_each_event_stands_there_once(till):
    first, second = settled(till), paid(till)
    every = read(till, flow.find, Wanted()).moves
    assert [(each.event, each.order) for each in every] == [
        ("receipt", second.number), ("settled", first.number), ("receipt", first.number),
    ]  # fmt: skip
    assert [each.change for each in every] == [2000, 0, 2000]
    assert every[1].moved == 2000
    page = read(till, flow.find, Wanted(limit=2))
    rest = read(till, flow.find, Wanted(limit=2, before=page.older))
    assert (page.moves + rest.moves, page.newer, rest.older) == (every, 0, 0)
    assert read(till, flow.find, Wanted(limit=2, after=rest.newer)).moves == page.moves
    assert [each.order for each in read(till, flow.find, Wanted(order=first.number)).moves] == [first.number] * 2
    assert [each.event for each in read(till, flow.find, Wanted(kind="settled")).moves] == ["settled"]
    moment = int(NOW.timestamp())
    assert read(till, flow.find, Wanted(until=moment)).moves == ()
    assert len(read(till, flow.find, Wanted(since=moment)).moves) == 3


def test_what_there_is_is_what_the_accounts_hold_and_what_buyers_still_owe(till):
    settled(till)
    paid(till)
    order(till, gateway="transfer")
    order(till, gateway="cash_on_delivery")
    (found,) = read(till, holdings.holdings, "CNY")
    assert (found.pending, found.available) == holds(till, PENDING, AVAILABLE) == (2000, 2000)
    assert (found.by_transfer, found.on_the_way, found.withdrawing) == ((1, 2000), (1, 2000), 0)
    withdrawals.request(till.database, GATEWAY, 500, "CNY", STEP)
    (found,) = read(till, holdings.holdings, "CNY")
    assert (found.available, found.withdrawing, found.withdrawn) == (1500, 500, 0)
    (nothing, _) = read(till, holdings.holdings, "EUR")
    assert (nothing.currency, nothing.available) == ("EUR", 0)


def test_pending_money_comes_after_the_parcel_and_the_time_for_returns(till):
    made = paid(till)
    window, days_to_receive = timedelta(days=7), timedelta(days=10)
    (coming,) = read(till, holdings.coming)
    assert (coming.order, coming.amount) == (made.number, 2000)
    assert holdings.available_at(coming, days_to_receive, window) is None
    orders.ship(till.database, made.number, Dispatch(carrier="SF", tracking="1"), actor="merchant", now=NOW)
    (coming,) = read(till, holdings.coming)
    assert holdings.available_at(coming, days_to_receive, window) == NOW + timedelta(days=17)
    orders.receive(till.database, made.number, actor="merchant", now=NOW)
    (coming,) = read(till, holdings.coming)
    assert holdings.available_at(coming, days_to_receive, window) == NOW + window


def test_the_same_form_withdraws_once_and_its_history_tells_who(till):
    settled(till)
    newest = read(till, withdrawals.newest)
    made = withdrawals.request(till.database, GATEWAY, 500, "CNY", STEP, after=newest)
    with pytest.raises(Refusal) as refused:
        withdrawals.request(till.database, GATEWAY, 500, "CNY", STEP, after=newest)
    assert refused.value.code is Code.FORM_REUSED
    assert read(till, withdrawals.left, GATEWAY, "CNY") == 1500
    withdrawals.advance(till.database, made.number, Step(event=Event.PAY, actor="person:2", now=NOW, note="B-1"))
    told = read(till, withdrawals.history, made.id)
    assert [(each.after, each.actor, each.note) for each in told] == [
        (State.REQUESTED, "person:1", ""), (State.PAID, "person:2", "B-1"),
    ]  # fmt: skip
    sound(till)


def test_a_span_has_a_result_and_days_without_a_bill_are_told(till):
    settled(till)
    moment = int(NOW.timestamp())
    brought = read(till, holdings.result, (moment, moment + 1))["CNY"]
    assert sum(brought.values()) == 2000
    assert brought[funds.SALES] + brought[funds.TAX] == 2000
    assert read(till, holdings.result, (0, moment)) == {}
    assert read(till, holdings.first_at) == NOW
    listed = read(till, days.listing, [GATEWAY], NOW.date(), 3)
    assert [(each.day, each.read_at, each.rows) for each in listed] == [
        (NOW.date() - timedelta(days=back), None, 0) for back in range(3)
    ]


def test_an_audit_is_kept_by_its_parts(till):
    settled(till)
    assert read(till, audit.find_last) is None
    found = till.database.read(audit.report)
    till.database.write(lambda transaction: audit.keep(transaction, found, NOW))
    last = read(till, audit.find_last)
    assert (last.balances, last.moment, last.transfers) == (True, NOW, found.transfers)
    assert tuple(part.name for part in last.parts) == audit.PARTS
    till.database.write(lambda transaction: transaction.run("UPDATE balance SET amount = amount + 1"))
    worse = till.database.read(audit.report)
    assert {part.name for part in worse.parts if part.differences} == {"ledger"}
    assert sorted(worse.differences) == sorted(each for part in worse.parts for each in part.differences)
