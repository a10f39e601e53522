"""Refunds begin here: the amount is reserved against the order in the same transaction as everything that follows."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from generator import money
from runtime import findings, funds, orders, stock
from runtime.database import Transaction
from runtime.findings import Finding
from runtime.funds import Entry, Where
from runtime.orders import Order
from runtime.refunds import rows, shares
from runtime.refunds.rows import get, record
from runtime.refunds.shares import Shares
from runtime.refunds.values import Event, HistoryRow, LineWish, Refund, State, Wish
from runtime.refusals import Code, Refusal
from runtime.stock import Take


class _Charge(msgspec.Struct, frozen=True, kw_only=True):
    """The money that goes back came like this; without a receipt it goes back by hand."""

    gateway: str
    reference: str
    receipt: str = ""
    charged: int
    at: int | None = None


def request(transaction: Transaction, order: Order, wish: Wish, *, actor: str, now: datetime) -> Refund:
    """Begin a refund of an order; raise Refusal when it may not be.

    An order that is wholly refunded before anything left becomes refunded; restocked pieces are on sale at once.
    """
    if transaction.postgres:
        transaction.find("SELECT id FROM orders WHERE id = ? FOR UPDATE", order.id)
    order = orders.get_by_id(transaction, order.id)
    left = order.paid - order.refunded - order.disputed
    if not order.paid:
        raise Refusal(Code.REFUND_NOT_PAID, number=order.number)
    if left <= 0:
        raise Refusal(Code.REFUND_NOTHING_LEFT, number=order.number)
    wished = _lines(transaction, order, wish)
    worth, made_of = _worth(transaction, order, wish, wished, left)
    reserve = (
        "UPDATE orders SET refunded = refunded + ? WHERE id = ? AND state NOT IN ('pending_payment', 'closing', "
        "'cancelled') AND refunded + disputed + ? <= paid"
    )
    if not transaction.run(reserve, made_of.amount, order.id, made_of.amount):
        raise Refusal(Code.REFUND_TOO_LARGE, number=order.number, left=left, currency=order.currency)
    refund = _insert(transaction, order, _charge_of(transaction, order), made_of, (wish.reason, actor, now))
    _write_lines(transaction, order, refund, wished, worth, (actor, now))
    where = Where(order.currency, now)
    funds.post(transaction, "refund", refund.number, due_entries(refund), order.id, where)
    _close_unshipped(transaction, order.id, actor, now)
    return refund


def _lines(transaction: Transaction, order: Order, wish: Wish) -> tuple[LineWish, ...]:
    """Return the pieces that are meant, each line once; raise Refusal for more than there are left."""
    done = rows.units(transaction, order.id)
    if wish.everything:
        return tuple(
            LineWish(position=position, quantity=line.quantity - done.get(position, 0), restock=wish.restock)
            for position, line in enumerate(order.lines)
            if line.quantity > done.get(position, 0)
        )
    seen: set[int] = set()
    for each in wish.lines:
        known = 0 <= each.position < len(order.lines) and each.position not in seen
        most = order.lines[each.position].quantity - done.get(each.position, 0) if known else 0
        if not 1 <= each.quantity <= most:
            raise Refusal(Code.REFUND_PIECES, number=order.number, position=each.position + 1, left=most)
        seen.add(each.position)
    return tuple(sorted(wish.lines, key=lambda each: each.position))


def worth(transaction: Transaction, order: Order, wish: Wish) -> int:
    """Return what the pieces and the delivery of a wish are worth together; 0 is a wish that needs no refund."""
    return _wished(transaction, order, wish, wish.lines)[1].amount


def _wished(
    transaction: Transaction, order: Order, wish: Wish, lines: Sequence[LineWish]
) -> tuple[list[Shares], Shares, Shares]:
    """Return what each line is worth, what it is with the delivery, and what is left of the order."""
    done = rows.units(transaction, order.id)
    taken = rows.taken(transaction, order.id)
    whole = shares.whole(order)
    rest = Shares(whole.goods - taken.goods, whole.delivery - taken.delivery, whole.tax - taken.tax)
    of_lines = [shares.of_line(order.lines[each.position], done.get(each.position, 0), each.quantity) for each in lines]
    return of_lines, sum(of_lines, shares.of_delivery(order, rest) if wish.delivery else shares.NOTHING), rest


def _worth(
    transaction: Transaction, order: Order, wish: Wish, lines: Sequence[LineWish], left: int
) -> tuple[list[int], Shares]:
    """Return what each line gets back, and how the whole refund is made up."""
    of_lines, wished, rest = _wished(transaction, order, wish, lines)
    asked = left if wish.everything else wish.amount
    amount = asked if asked is not None else min(wished.amount, left)
    if amount <= 0:
        raise Refusal(Code.FIELD_INVALID, field="amount")
    if amount > left:
        raise Refusal(Code.REFUND_TOO_LARGE, number=order.number, left=left, currency=order.currency)
    if wish.everything or not wished.amount:
        made_of = shares.spread(amount, rest)
    else:
        fitting = wished if amount == wished.amount else _scaled(amount, wished, rest)
        made_of = shares.fit(fitting, rest)
    weights = [each.amount for each in of_lines]
    part = min(amount, sum(weights)) if not wish.amount else amount
    return money.split(part, weights), made_of


def _scaled(amount: int, wished: Shares, rest: Shares) -> Shares:
    """Return the shares of another amount than the pieces are worth; what is above them comes from all that is left."""
    if amount <= wished.amount:
        return shares.spread(amount, wished)
    return wished + shares.spread(amount - wished.amount, rest)


def _charge_of(transaction: Transaction, order: Order) -> _Charge:
    """Return the charge that paid an order; money that the merchant noted goes back by hand."""
    row = transaction.find(
        "SELECT p.gateway, p.reference, p.receipt, p.amount, p.created_at FROM payment p WHERE p.order_id = ? "
        "AND p.receipt <> '' AND EXISTS (SELECT 1 FROM transfer t WHERE t.event = 'receipt' AND t.order_id = p.order_id"
        " AND t.reference = p.gateway || ':' || p.receipt AND t.debit LIKE 'gateway.%' "
        "AND (t.credit LIKE 'income.%' OR t.credit = 'tax_payable')) ORDER BY p.id DESC LIMIT 1",
        order.id,
    )
    if row is None:
        return _Charge(gateway=order.gateway, reference=order.number, charged=order.paid)
    return _Charge(gateway=row[0], reference=row[1], receipt=row[2], charged=int(row[3]), at=row[4])


def _insert(
    transaction: Transaction, order: Order, charge: _Charge, made_of: Shares, said: tuple[str, str, datetime]
) -> Refund:
    row = transaction.find("SELECT COUNT(*) FROM refund WHERE order_id = ?", order.id)
    number = f"R{order.number.replace('-', '')}-{(int(row[0]) if row else 0) + 1}"
    return _write(transaction, number, charge, (order.id, None, order.currency), made_of, said)


def _write(
    transaction: Transaction,
    number: str,
    charge: _Charge,
    about: tuple[int | None, int | None, str],
    made_of: Shares,
    said: tuple[str, str, datetime],
) -> Refund:
    order, finding, currency = about
    reason, actor, now = said
    at = int(now.timestamp())
    transaction.run(
        "INSERT INTO refund (number, order_id, finding_id, gateway, reference, receipt, charged, charged_at, amount, "
        "currency, goods, delivery, tax, state, reason, ask_at, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'requested', ?, ?, ?)",
        number,
        order,
        finding,
        charge.gateway,
        charge.reference,
        charge.receipt,
        charge.charged,
        charge.at,
        made_of.amount,
        currency,
        made_of.goods,
        made_of.delivery,
        made_of.tax,
        reason[:500],
        at if charge.receipt else None,
        at,
    )
    refund = get(transaction, number)
    begun = HistoryRow(event=Event.REQUEST, before="", after=State.REQUESTED, actor=actor, note=reason, at=now)
    record(transaction, refund.id, begun)
    return refund


def _write_lines(
    transaction: Transaction,
    order: Order,
    refund: Refund,
    wished: Sequence[LineWish],
    worth: Sequence[int],
    said: tuple[str, datetime],
) -> None:
    """Write the pieces of a refund; each goes back on sale at most once, whatever was refunded before."""
    for each, amount in zip(wished, worth, strict=True):
        take = Take(order.lines[each.position].sku, each.quantity)
        restocked = each.restock and stock.give_back_some(transaction, order.id, take, *said)
        transaction.run(
            "INSERT INTO refund_line (refund_id, position, quantity, amount, restocked) VALUES (?, ?, ?, ?, ?)",
            refund.id,
            each.position,
            each.quantity,
            amount,
            each.quantity if restocked else 0,
        )


def due_entries(refund: Refund) -> list[Entry]:
    """Return the transfers by which an order's refund becomes due."""
    parts = ((funds.REFUNDS, refund.goods), (funds.DELIVERY, refund.delivery), (funds.TAX, refund.tax))
    return [Entry(debit=account, credit=funds.REFUNDS_DUE, amount=amount) for account, amount in parts]


def _close_unshipped(transaction: Transaction, order: int, actor: str, now: datetime) -> None:
    """End an order of which nothing left the shop and nothing is paid any more, or whose rest will not be shipped."""
    found = orders.get_by_id(transaction, order)
    if found.state is orders.State.PAID and found.paid == found.refunded:
        orders.step(transaction, order, orders.Event.REFUND, actor=actor, now=now)
    elif found.state is orders.State.PARTLY_SHIPPED and not found.unshipped:
        orders.step(transaction, order, orders.Event.SHIP, actor=actor, now=now)


def return_finding(transaction: Transaction, finding: Finding, *, actor: str, now: datetime) -> Refund:
    """Send stray money back the way it came; raise Refusal (refund-not-allowed) if that was begun already.

    Money that is in suspense becomes due first.
    """
    if finding.kind not in RETURNABLE or not findings.settle(transaction, finding.id, now):
        raise Refusal(Code.REFUND_NOT_ALLOWED, number=finding.reference, state="settled", event=Event.REQUEST)
    key = f"{finding.gateway}:{finding.receipt}"
    row = transaction.find(
        "SELECT debit, amount, at FROM transfer WHERE event = 'receipt' AND reference = ? "
        "AND (debit = 'bank' OR debit LIKE 'gateway.%') ORDER BY id LIMIT 1",
        key,
    )
    by_gateway = row is not None and row[0] != funds.BANK
    charge = _Charge(
        gateway=finding.gateway,
        reference=finding.reference,
        receipt=finding.receipt if by_gateway else "",
        charged=int(row[1]) if row else finding.amount,
        at=row[2] if row else None,
    )
    count = transaction.find("SELECT COUNT(*) FROM refund WHERE finding_id = ?", finding.id)
    begun = int(count[0]) if count else 0
    # Made of the money's own number: no other shop of the same merchant, and no later database, makes the same.
    number = f"RF{hashlib.sha256(key.encode()).hexdigest()[:20]}-{begun + 1}"
    about = (finding.order, finding.id, finding.currency)
    said = (finding.kind, actor, now)
    refund = _write(transaction, number, charge, about, Shares(finding.amount, 0, 0), said)
    if finding.kind not in DUE_AT_ONCE or begun:
        entries = [Entry(debit=funds.SUSPENSE, credit=funds.REFUNDS_DUE, amount=finding.amount)]
        funds.post(transaction, "refund", refund.number, entries, finding.order, Where(finding.currency, now))
    return refund


RETURNABLE = frozenset({"late", "double", "overpaid", "partial", "wrong_amount", "wrong_currency", "unknown_reference"})
"""Stray money of these kinds lies with us; other findings are about money that is gone."""
DUE_AT_ONCE = frozenset({"late", "double", "overpaid"})
"""Stray money of these kinds is due for refund as soon as it comes; all else waits in suspense for a decision."""
