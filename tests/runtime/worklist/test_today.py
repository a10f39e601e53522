"""What has to be done today, and what came in by day, are counted from the tables and by the shop's clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from refunding import by_hand
from tills import NOW, order

from runtime import aftersale, orders, receipts
from runtime.aftersale import CaseLine, Kind
from runtime.orders import Dispatch
from runtime.receipts import Cash
from runtime.refusals import Refusal
from runtime.worklist import notes, takings, today

SHANGHAI = ZoneInfo("Asia/Shanghai")


def look(till):
    return till.database.read(lambda transaction: today.look(transaction, ["transfer"]))


def days(till, count=3, now=NOW, zone=SHANGHAI):
    return till.database.read(lambda transaction: takings.by_day(transaction, "CNY", zone, count, now))


def test_an_empty_shop_has_nothing_to_do(till):
    found = look(till)
    assert (found.to_ship.count, found.to_confirm.count, found.at_the_door.count) == (0, 0, 0)
    assert (found.cases, found.case_count, found.money.count) == ((), 0, 0)
    assert [day.amount for day in days(till)] == [0, 0, 0]


def test_orders_wait_to_be_confirmed_then_shipped(till):
    old = order(till, gateway="transfer", now=NOW - timedelta(hours=5))
    order(till, gateway="transfer")
    order(till)
    found = look(till)
    assert (found.to_confirm.count, found.to_confirm.since) == (2, NOW - timedelta(hours=5))
    receipts.confirm_transfer(till.database, old.number, Cash(), NOW)
    found = look(till)
    assert (found.to_confirm.count, found.to_ship.count) == (1, 1)
    assert found.to_ship.since == NOW - timedelta(hours=5)


def test_parcels_with_money_at_the_door_wait_until_it_is_there(till):
    sent = order(till, gateway="cash_on_delivery")
    orders.ship(till.database, sent.number, Dispatch(), actor="merchant", now=NOW)
    assert look(till).at_the_door.count == 1
    receipts.confirm_transfer(till.database, sent.number, Cash(), NOW)
    assert look(till).at_the_door.count == 0


def test_cases_in_which_the_merchant_acts_come_by_their_deadline(till):
    made = []
    for hours in (1, 9):
        paid = by_hand(till)
        wish = aftersale.Wish(kind=Kind.REFUND, lines=(CaseLine(position=0, quantity=1),), reason="changed_mind")
        made.append(aftersale.open_case(till, paid, wish, actor="buyer", now=NOW - timedelta(hours=hours)))
    assert [case.number for case in look(till).cases] == [made[1].number, made[0].number]
    aftersale.decline(till.database, made[1].number, actor="merchant", now=NOW, text="no")
    assert look(till).case_count == 1


def test_money_by_hand_waits_and_stray_money_too(till):
    paid = by_hand(till)
    from refunding import request

    request(till, paid, amount=100)
    late = order(till, gateway="transfer")
    receipts.confirm_transfer(till.database, late.number, Cash(amount=1), NOW)
    money = look(till).money
    assert (money.refunds, money.findings, money.withdrawals, money.count) == (1, 1, 0, 2)


def test_goods_that_run_out_are_told_the_scarcest_first(till):
    assert look(till).low == (("rare", 1), ("cup", 3), ("free", 5))
    few = till.database.read(lambda transaction: today.look(transaction, ["transfer"], 2))
    assert few.low == (("rare", 1),)


def test_takings_are_what_was_paid_by_days_of_the_shops_clock(till):
    before_midnight = datetime(2026, 3, 3, 15, 59, tzinfo=UTC)
    for moment, lines in ((before_midnight, (("tea", 1),)), (before_midnight + timedelta(minutes=2), (("cup", 1),))):
        made = order(till, lines, gateway="transfer", now=moment)
        receipts.confirm_transfer(till.database, made.number, Cash(), moment)
    order(till, now=before_midnight)
    found = days(till, now=before_midnight + timedelta(hours=1))
    assert [(day.day, day.amount, day.orders) for day in found] == [
        (date(2026, 3, 2), 0, 0),
        (date(2026, 3, 3), 1000, 1),
        (date(2026, 3, 4), 2550, 1),
    ]
    in_utc = days(till, now=before_midnight + timedelta(hours=1), zone=ZoneInfo("UTC"))
    assert [day.amount for day in in_utc] == [0, 0, 3550]


def test_takings_leave_out_what_the_shop_only_tried_itself_with(till):
    moment = datetime(2026, 3, 3, 12, tzinfo=UTC)
    for number in range(3):
        made = order(till, (("tea", 1),), gateway="transfer", now=moment + timedelta(minutes=number))
        receipts.confirm_transfer(till.database, made.number, Cash(), moment + timedelta(minutes=number))
        if number < 2:
            till.database.write(lambda transaction, made=made: takings.leave_out(transaction, made.id))
    (today,) = days(till, now=moment + timedelta(hours=1))[-1:]
    assert (today.amount, today.orders) == (1000, 1)


def test_takings_count_discounts_and_the_door_once(till):
    sent = order(till, gateway="cash_on_delivery")
    orders.ship(till.database, sent.number, Dispatch(), actor="merchant", now=NOW)
    assert days(till)[-1].amount == 0
    receipts.confirm_transfer(till.database, sent.number, Cash(), NOW)
    assert (days(till)[-1].amount, days(till)[-1].orders) == (sent.total, 1)


def test_notes_are_kept_in_order_and_empty_ones_refused(till):
    made = order(till)
    for text in ("first", " second\nline "):
        till.database.write(
            lambda transaction, text=text: notes.write(transaction, made.id, ("person:1", "Mei"), text, NOW)
        )
    kept = till.database.read(lambda transaction: notes.of_order(transaction, made.id))
    assert [(note.text, note.name, note.at) for note in kept] == [("first", "Mei", NOW), ("second\nline", "Mei", NOW)]
    for text in (" \n", "x" * (notes.LONGEST + 1)):
        with pytest.raises(Refusal):
            till.database.write(
                lambda transaction, text=text: notes.write(transaction, made.id, ("person:1", "Mei"), text, NOW)
            )
    assert len(till.database.read(lambda transaction: notes.of_order(transaction, made.id))) == 2
