"""A case begins: the buyer asks for something, or withdraws from the contract."""

from datetime import datetime

import msgspec

from runtime import notices, orders
from runtime.aftersale import moves
from runtime.aftersale.life import due, tell
from runtime.aftersale.rows import get, record
from runtime.aftersale.rules import Offers, offers
from runtime.aftersale.values import Case, CaseLine, Event, HistoryRow, Kind, State
from runtime.database import Transaction
from runtime.notices import Topic
from runtime.orders import Order
from runtime.refusals import Code, Refusal
from runtime.till import Till


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer asks for: ``amount`` None is what the pieces are worth; pictures are names of stored files."""

    kind: Kind
    lines: tuple[CaseLine, ...]
    reason: str = ""
    text: str = ""
    amount: int | None = None
    pictures: tuple[str, ...] = ()


def open_case(till: Till, order: Order, wish: Wish, *, actor: str, now: datetime) -> Case:
    """Begin a case; raise Refusal: case-kind, case-pieces, case-amount, field-missing."""

    def unit(transaction: Transaction) -> Case:
        current = _locked(transaction, order)
        allowed = offers(transaction, till, current, now)
        _check(current, wish, allowed)
        return _write(transaction, current, wish, State.ASKED, (actor, now))

    return till.database.write(unit)


def withdraw_contract(till: Till, order: Order, wish: Wish, *, recipient: str, now: datetime) -> Case:
    """Take the buyer's statement that they withdraw from the contract: it holds at once, and is acknowledged.

    What has not left the shop is refunded in the same step. ``recipient`` gets the acknowledgement, with the moment
    and the content of the statement.
    """

    def unit(transaction: Transaction) -> Case:
        current = _locked(transaction, order)
        _check(current, wish, offers(transaction, till, current, now))
        case = _write(transaction, current, wish, State.TO_SEND_BACK, ("buyer", now))
        notices.write(transaction, Topic.WITHDRAWAL_RECEIVED, case.number, now, order=current.id, recipient=recipient)
        whole = current.state is orders.State.CONFIRMED and moves.is_whole(current, case)
        if current.state is orders.State.PAID or whole:
            return moves.settle_unsent(transaction, case, now)
        return case

    return till.database.write(unit)


def _locked(transaction: Transaction, order: Order) -> Order:
    if transaction.postgres:
        transaction.find("SELECT id FROM orders WHERE id = ? FOR UPDATE", order.id)
    return orders.get_by_id(transaction, order.id)


def _check(order: Order, wish: Wish, allowed: Offers) -> None:
    if wish.kind not in allowed.kinds:
        raise Refusal(Code.CASE_KIND, number=order.number)
    if wish.reason not in allowed.kinds[wish.kind]:
        raise Refusal(Code.FIELD_MISSING, field="reason")
    if not wish.lines:
        raise Refusal(Code.FIELD_MISSING, field="lines")
    seen: set[int] = set()
    for line in wish.lines:
        known = 0 <= line.position < len(allowed.lines) and line.position not in seen
        offer = allowed.lines[line.position] if known else None
        if offer is None or not 1 <= line.quantity <= offer.most:
            raise Refusal(Code.CASE_PIECES, number=order.number, left=offer.most if offer else 0)
        if not offer.free and (wish.reason == "no_reason" or wish.kind is Kind.WITHDRAWAL):
            raise Refusal(Code.CASE_EXCLUDED, title=order.lines[line.position].title, why=offer.why_not)
        seen.add(line.position)
    if wish.amount is not None and not 1 <= wish.amount <= allowed.most:
        raise Refusal(Code.CASE_AMOUNT, left=allowed.most, currency=order.currency)


def _write(transaction: Transaction, order: Order, wish: Wish, state: State, said: tuple[str, datetime]) -> Case:
    actor, now = said
    row = transaction.find("SELECT COUNT(*) FROM aftersale WHERE order_id = ?", order.id)
    number = f"A{order.number.replace('-', '')}-{(int(row[0]) if row else 0) + 1}"
    due_at = due(wish.kind, state, now, now)
    transaction.run(
        "INSERT INTO aftersale (number, order_id, kind, state, reason, amount, due_at, opened_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        number,
        order.id,
        wish.kind,
        state,
        wish.reason,
        wish.amount,
        int(due_at.timestamp()) if due_at else None,
        int(now.timestamp()),
    )
    case = get(transaction, number)
    for line in wish.lines:
        transaction.run(
            "INSERT INTO aftersale_line (aftersale_id, position, quantity) VALUES (?, ?, ?)",
            case.id,
            line.position,
            line.quantity,
        )
    for name in wish.pictures:
        transaction.run("INSERT INTO aftersale_picture (aftersale_id, name) VALUES (?, ?)", case.id, name)
    opened = HistoryRow(event=Event.OPEN, before="", after=state, actor=actor, text=wish.text, at=now)
    tell(transaction, case, (Event.OPEN, actor, record(transaction, case.id, opened)), now)
    return get(transaction, number)
