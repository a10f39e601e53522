"""The flow of money as merchants read it: one row an event of the ledger, the newest first, with its transfers.

``change`` is what the event did to the money that is ours or with others for us; moving it from one place to another
changes nothing, and ``moved`` is how much that was.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from generator.shop import Value
from runtime.database import Transaction
from runtime.funds.accounts import BANK, RECEIVABLE
from runtime.funds.statements import Posted

PAGE = 40
KINDS: dict[str, tuple[str, ...]] = {
    "in": ("receipt", "sale", "delivered", "overpaid"),
    "back": ("refund", "refunded", "refund-failed", "refund-returned", "bill-refund"),
    "fees": ("fee", "fee-returned"),
    "settled": ("settled", "unsettled", "advanced", "advance-returned"),
    "withdrawn": ("withdrawal", "withdrawal-paid", "withdrawal-failed", "withdrawal-bounced"),
    "disputes": ("dispute-opened", "dispute-won", "dispute-lost"),
    "decided": ("decided",),
}
"""The events of the ledger, as a merchant looks for them."""
_FIRST = "NOT EXISTS (SELECT 1 FROM transfer e WHERE e.event = t.event AND e.reference = t.reference AND e.id < t.id)"
_COLUMNS = "t.id, t.event, t.reference, t.debit, t.credit, t.amount, t.currency, o.number, t.at"
_FROM = "FROM transfer t LEFT JOIN orders o ON o.id = t.order_id"


class Wanted(Value, frozen=True, kw_only=True):
    """Which events: of a kind, of an order (its number), of a span of seconds, and from which row on.

    That transfers which came before make up an order moves nothing of ours: it is told where its order is asked for.
    """

    kind: str = ""
    order: str = ""
    since: int = 0
    until: int = 0
    before: int = 0
    after: int = 0
    limit: int = PAGE


class Move(Value, frozen=True, kw_only=True):
    """An event with its transfers; ``id`` is that of the first."""

    id: int
    event: str
    reference: str
    currency: str
    order: str
    at: datetime
    transfers: tuple[Posted, ...]

    @property
    def change(self) -> int:
        """Return by how much our money became more or less."""
        return sum(each.amount * (is_ours(each.debit) - is_ours(each.credit)) for each in self.transfers)

    @property
    def moved(self) -> int:
        """Return how much went from one of our places to another."""
        return sum(each.amount for each in self.transfers if is_ours(each.debit) and is_ours(each.credit))

    @property
    def total(self) -> int:
        """Return how much is told of in all."""
        return sum(each.amount for each in self.transfers)

    @property
    def gateway(self) -> str:
        """Return the gateway it happened at, '' where none is named."""
        for each in self.transfers:
            for account in (each.debit, each.credit):
                if account.startswith("gateway."):
                    return account.split(".")[1]
        return ""


class Page(Value, frozen=True, kw_only=True):
    """A page of events; ``newer`` and ``older`` are the ids to go on from, 0 where nothing is left."""

    moves: tuple[Move, ...]
    newer: int = 0
    older: int = 0


def is_ours(account: str) -> bool:
    """Tell whether an account holds money: at a gateway, in the bank, or with a carrier."""
    return account in {BANK, RECEIVABLE} or account.startswith("gateway.")


def find(transaction: Transaction, wanted: Wanted) -> Page:
    """Return a page of what happened."""
    conditions, values = _conditions(wanted)
    back = bool(wanted.after)
    if wanted.before or wanted.after:
        conditions.append("t.id > ?" if back else "t.id < ?")
        values.append(wanted.after or wanted.before)
    heads = transaction.all(
        f"SELECT t.id, t.event, t.reference {_FROM} WHERE {' AND '.join(conditions)} "
        f"ORDER BY t.id {'ASC' if back else 'DESC'} LIMIT ?",
        *values,
        wanted.limit + 1,
    )
    more, heads = len(heads) > wanted.limit, heads[: wanted.limit]
    if back:
        heads.reverse()
    if not heads:
        return Page(moves=())
    moves = _with_transfers(transaction, heads)
    newer = more if back else bool(wanted.before)
    older = True if back else more
    return Page(moves=moves, newer=moves[0].id if newer else 0, older=moves[-1].id if older else 0)


def _conditions(wanted: Wanted) -> tuple[list[str], list[str | int]]:
    conditions, values = [_FIRST], list[str | int]()
    if not wanted.order:
        conditions.append("t.event <> 'sale'")
    if wanted.kind in KINDS:
        events = KINDS[wanted.kind]
        conditions.append(f"t.event IN ({', '.join('?' * len(events))})")
        values += events
    for wish, condition in ((wanted.since, "t.at >= ?"), (wanted.until, "t.at < ?"), (wanted.order, "o.number = ?")):
        if wish:
            conditions.append(condition)
            values.append(wish)
    return conditions, values


def _with_transfers(transaction: Transaction, heads: Sequence[tuple[int, str, str]]) -> tuple[Move, ...]:
    either = " OR ".join(["(t.event = ? AND t.reference = ?)"] * len(heads))
    rows = transaction.all(
        f"SELECT {_COLUMNS} {_FROM} WHERE {either} ORDER BY t.id",
        *(value for _, *key in heads for value in key),
    )
    found: dict[tuple[str, str], list[Posted]] = {}
    for identity, event, reference, debit, credit, amount, currency, order, at in rows:
        posted = Posted(
            id=identity, event=event, reference=reference, debit=debit, credit=credit, amount=int(amount),
            currency=currency, order=order or "", at=datetime.fromtimestamp(at, UTC),
        )  # fmt: skip
        found.setdefault((event, reference), []).append(posted)
    return tuple(_move(found[event, reference]) for _, event, reference in heads)


def _move(posted: list[Posted]) -> Move:
    first = posted[0]
    return Move(
        id=first.id,
        event=first.event,
        reference=first.reference,
        currency=first.currency,
        order=next((each.order for each in posted if each.order), ""),
        at=first.at,
        transfers=tuple(posted),
    )
