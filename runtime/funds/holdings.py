"""What a merchant has, in one look: where the money is, what is still to come, and what is owed to buyers."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from generator.shop import Value
from runtime.database import Transaction
from runtime.funds.accounts import (
    BANK,
    CHARGEBACKS,
    DELIVERY,
    DISCOUNTS,
    FEES,
    RECEIVABLE,
    REFUNDS,
    REFUNDS_DUE,
    SALES,
    SUSPENSE,
    TAX,
)
from runtime.funds.ledger import balances

_MONTH = (SALES, DELIVERY, TAX, DISCOUNTS, REFUNDS, FEES, CHARGEBACKS)
_PAID_BY_TRANSFER = (
    "SELECT currency, COUNT(*), SUM(total - paid) FROM orders WHERE gateway = 'transfer' "
    "AND state = 'pending_payment' AND total > paid GROUP BY currency"
)
_AT_THE_DOOR = (
    "SELECT currency, COUNT(*), SUM(total - paid) FROM orders WHERE gateway = 'cash_on_delivery' "
    "AND state IN ('confirmed', 'partly_shipped', 'shipped') AND total > paid GROUP BY currency"
)


class Place(Value, frozen=True, kw_only=True):
    """What one gateway holds for us, in one currency."""

    gateway: str
    pending: int = 0
    available: int = 0
    withdrawing: int = 0
    disputed: int = 0


class Holdings(Value, frozen=True, kw_only=True):
    """What there is in one currency; ``withdrawn`` is what has ever arrived from gateways.

    ``by_transfer`` and ``on_the_way`` are (orders, amount) of buyers who have not paid yet: no money of ours so far.
    """

    currency: str
    places: tuple[Place, ...] = ()
    bank: int = 0
    with_carriers: int = 0
    refunds_due: int = 0
    suspense: int = 0
    withdrawn: int = 0
    by_transfer: tuple[int, int] = (0, 0)
    on_the_way: tuple[int, int] = (0, 0)

    @property
    def pending(self) -> int:
        """Return what becomes available when its orders are over."""
        return sum(each.pending for each in self.places)

    @property
    def available(self) -> int:
        """Return what the gateways would pay out."""
        return sum(each.available for each in self.places)

    @property
    def withdrawing(self) -> int:
        """Return what is on its way to the bank."""
        return sum(each.withdrawing for each in self.places)

    @property
    def disputed(self) -> int:
        """Return what buyers want back through their banks."""
        return sum(each.disputed for each in self.places)


class Coming(Value, frozen=True, kw_only=True):
    """Pending money of one order: ``since`` is the step from which its time runs, None while nothing runs."""

    order: str
    state: str
    gateway: str
    amount: int
    currency: str
    since: datetime | None
    placed_at: datetime
    case_open: bool


class Dispute(Value, frozen=True, kw_only=True):
    """A dispute as a list shows it."""

    number: str
    gateway: str
    order: str
    state: str
    amount: int
    currency: str
    opened_at: datetime


def holdings(transaction: Transaction, currency: str) -> tuple[Holdings, ...]:
    """Return what there is, by currency, the shop's own first; it stands there even when it is nothing."""
    held = balances(transaction)
    waiting = {row[0]: (int(row[1]), int(row[2])) for row in transaction.all(_PAID_BY_TRANSFER)}
    door = {row[0]: (int(row[1]), int(row[2])) for row in transaction.all(_AT_THE_DOOR)}
    paid = {
        row[0]: int(row[1])
        for row in transaction.all(
            "SELECT currency, SUM(amount - fee) FROM withdrawal WHERE state = 'paid' GROUP BY currency"
        )
    }
    currencies = sorted({each for _, each in held} | waiting.keys() | door.keys(), key=lambda each: each != currency)
    return tuple(
        Holdings(
            currency=each,
            places=_places(held, each),
            bank=held.get((BANK, each), 0),
            with_carriers=held.get((RECEIVABLE, each), 0),
            refunds_due=-held.get((REFUNDS_DUE, each), 0),
            suspense=-held.get((SUSPENSE, each), 0),
            withdrawn=paid.get(each, 0),
            by_transfer=waiting.get(each, (0, 0)),
            on_the_way=door.get(each, (0, 0)),
        )
        for each in dict.fromkeys((currency, *currencies))
    )


def _places(held: Mapping[tuple[str, str], int], currency: str) -> tuple[Place, ...]:
    found: dict[str, dict[str, int]] = {}
    for (account, each), amount in held.items():
        if account.startswith("gateway.") and each == currency:
            _, gateway, part = account.split(".")
            found.setdefault(gateway, {})[part] = amount
    return tuple(Place(gateway=gateway, **parts) for gateway, parts in sorted(found.items()))


def coming(transaction: Transaction, limit: int = 100) -> list[Coming]:
    """Return the orders whose money is pending at gateways, those that are over soonest first."""
    rows = transaction.all(
        "SELECT o.number, o.state, s.account, s.total, s.currency, o.placed_at, "
        "(SELECT MAX(e.at) FROM order_event e WHERE e.order_id = o.id AND e.event IN ('ship', 'receive', 'complete')), "
        "EXISTS (SELECT 1 FROM aftersale a WHERE a.order_id = o.id AND a.state NOT IN "
        "('refunded', 'done', 'closed', 'taken_back')) "
        "FROM (SELECT order_id, account, currency, SUM(amount) AS total FROM ("
        "SELECT order_id, debit AS account, currency, amount FROM transfer WHERE order_id IS NOT NULL "
        "AND debit LIKE 'gateway.%.pending' UNION ALL SELECT order_id, credit, currency, -amount FROM transfer "
        "WHERE order_id IS NOT NULL AND credit LIKE 'gateway.%.pending') AS side "
        "GROUP BY order_id, account, currency HAVING SUM(amount) <> 0) s JOIN orders o ON o.id = s.order_id "
        "ORDER BY CASE o.state WHEN 'completed' THEN 0 WHEN 'received' THEN 1 WHEN 'shipped' THEN 2 ELSE 3 END, o.id "
        "LIMIT ?",
        limit,
    )
    return [
        Coming(
            order=number,
            state=state,
            gateway=account.split(".")[1],
            amount=int(amount),
            currency=currency,
            placed_at=datetime.fromtimestamp(placed, UTC),
            since=datetime.fromtimestamp(since, UTC) if since is not None else None,
            case_open=bool(case),
        )
        for number, state, account, amount, currency, placed, since, case in rows
    ]


def available_at(found: Coming, receive_after: timedelta, window: timedelta) -> datetime | None:
    """Return when an order's money becomes available if nobody does anything; None while nothing runs or a case is."""
    if found.since is None or found.case_open:
        return None
    if found.state == "shipped":
        return found.since + receive_after + window
    return found.since + window if found.state == "received" else found.since


def disputes(transaction: Transaction, limit: int = 20) -> list[Dispute]:
    """Return disputes, those that are open first."""
    rows = transaction.all(
        "SELECT d.number, d.gateway, o.number, d.state, d.amount, d.currency, d.opened_at FROM dispute d "
        "LEFT JOIN orders o ON o.id = d.order_id "
        "ORDER BY CASE d.state WHEN 'opened' THEN 0 ELSE 1 END, d.id DESC LIMIT ?",
        limit,
    )
    return [
        Dispute(
            number=number, gateway=gateway, order=order or "", state=state, amount=int(amount), currency=currency,
            opened_at=datetime.fromtimestamp(opened, UTC),
        )
        for number, gateway, order, state, amount, currency, opened in rows
    ]  # fmt: skip


def result(transaction: Transaction, span: tuple[int, int]) -> dict[str, dict[str, int]]:
    """Return, by currency, what a span of seconds brought and cost, by account: income above zero, costs below."""
    rows = transaction.all(
        "SELECT account, currency, SUM(amount) FROM (SELECT debit AS account, currency, -amount AS amount "
        "FROM transfer WHERE at >= ? AND at < ? UNION ALL SELECT credit, currency, amount FROM transfer "
        "WHERE at >= ? AND at < ?) AS side GROUP BY account, currency",
        *span,
        *span,
    )
    found: dict[str, dict[str, int]] = {}
    for account, currency, amount in rows:
        if account in _MONTH:
            found.setdefault(currency, {})[account] = int(amount)
    return found


def first_at(transaction: Transaction) -> datetime | None:
    """Return when the first money moved, or None."""
    row = transaction.find("SELECT MIN(at) FROM transfer")
    return datetime.fromtimestamp(row[0], UTC) if row and row[0] is not None else None
