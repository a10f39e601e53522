"""GROUP-BUYS: an order opens a group or takes a place in one; the last paid place completes it.

``open_new`` and ``join`` run in the transaction that places the order: places are taken by one guarded statement, so
that the last one is nobody's twice. ``pay``, ``leave`` and ``waits`` belong to the order's steps. Nobody is ever in a
group who did not order.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from generator.promotion import Group as Rule
from generator.shop import Value
from runtime import notices
from runtime.database import Transaction
from runtime.notices import Topic
from runtime.refusals import Code, Refusal


class State(StrEnum):
    """What became of a group."""

    OPEN = "open"
    COMPLETE = "complete"
    FAILED = "failed"


class Group(Value, frozen=True, kw_only=True):
    """A group-buy under way; ``token`` is the secret part of the address that is shared."""

    id: int
    token: str
    promotion: str
    product: str
    size: int
    taken: int
    paid: int
    state: State
    ends_at: int


_COLUMNS = ", ".join(Group.__struct_fields__)
_PLACE = "INSERT INTO group_place (order_id, group_id, customers, state) VALUES (?, ?, ?, 'held')"


def find(transaction: Transaction, token: str) -> Group | None:
    """Return the group of a shared address, or None."""
    return _find(transaction, "token = ?", token)


def of_order(transaction: Transaction, order: int) -> Group | None:
    """Return the group in which an order has a place, or None."""
    condition = "id = (SELECT group_id FROM group_place WHERE order_id = ? AND state <> 'left')"
    return _find(transaction, condition, order)


def open_new(
    transaction: Transaction, order: int, about: tuple[str, str], rule: Rule, customers: Sequence[str], now: datetime
) -> Group:
    """Open a group with an order in its first place; ``about`` is the promotion and the product."""
    token = secrets.token_urlsafe(12)
    transaction.run(
        "INSERT INTO buying_group (token, promotion, product, size, taken, paid, state, opened_at, ends_at) "
        "VALUES (?, ?, ?, ?, 1, 0, 'open', ?, ?)",
        token,
        *about,
        rule.size,
        int(now.timestamp()),
        int((now + timedelta(seconds=rule.seconds)).timestamp()),
    )
    group = _get(transaction, token)
    transaction.run(_PLACE, order, group.id, " ".join(customers))
    return group


def join(transaction: Transaction, order: int, token: str, customers: Sequence[str], now: datetime) -> Group:
    """Take a place for an order; raise Refusal: group-over, group-full, group-own (one buyer has one place)."""
    taken = transaction.run(
        "UPDATE buying_group SET taken = taken + 1 WHERE token = ? AND state = 'open' AND taken < size AND ends_at > ?",
        token,
        int(now.timestamp()),
    )
    group = _get(transaction, token)
    if not taken:
        over = group.state is not State.OPEN or group.ends_at <= int(now.timestamp())
        raise Refusal(Code.GROUP_OVER if over and group.state is not State.COMPLETE else Code.GROUP_FULL)
    rows = transaction.all("SELECT customers FROM group_place WHERE group_id = ? AND state <> 'left'", group.id)
    if any(set(customers) & set(row[0].split()) for row in rows):
        raise Refusal(Code.GROUP_OWN)
    transaction.run(_PLACE, order, group.id, " ".join(customers))
    return group


def pay(transaction: Transaction, order: int, now: datetime) -> None:
    """Count an order's place as paid; the last one completes the group and tells everybody. Twice changes nothing."""
    if not transaction.run("UPDATE group_place SET state = 'paid' WHERE order_id = ? AND state = 'held'", order):
        return
    row = transaction.find("SELECT group_id FROM group_place WHERE order_id = ?", order)
    group = int(row[0]) if row else 0
    transaction.run("UPDATE buying_group SET paid = paid + 1 WHERE id = ?", group)
    if transaction.run(
        "UPDATE buying_group SET state = 'complete' WHERE id = ? AND state = 'open' AND paid = size", group
    ):
        tell(transaction, group, Topic.GROUP_SUCCEEDED, now)


def leave(transaction: Transaction, order: int) -> None:
    """Give an order's place up: it was cancelled or refunded; a second call changes nothing."""
    row = transaction.find("SELECT group_id, state FROM group_place WHERE order_id = ?", order)
    if (
        row is None
        or not transaction.run("UPDATE group_place SET state = 'left' WHERE order_id = ? AND state = ?", order, row[1])
        or row[1] == "left"
    ):
        return
    paid = 1 if row[1] == "paid" else 0
    transaction.run("UPDATE buying_group SET taken = taken - 1, paid = paid - ? WHERE id = ?", paid, row[0])


def waits(transaction: Transaction, order: int) -> bool:
    """Tell whether an order must not be shipped because its group is not complete."""
    row = transaction.find(
        "SELECT 1 FROM group_place p JOIN buying_group g ON g.id = p.group_id "
        "WHERE p.order_id = ? AND p.state <> 'left' AND g.state <> 'complete'",
        order,
    )
    return row is not None


def has_ended(transaction: Transaction, now: datetime) -> bool:
    """Tell whether the time of a group is over that is still open."""
    moment = int(now.timestamp())
    return transaction.find("SELECT 1 FROM buying_group WHERE state = 'open' AND ends_at <= ?", moment) is not None


def fail_due(transaction: Transaction, now: datetime) -> int:
    """End the groups whose time is over, and tell those who paid; return how many."""
    rows = transaction.all(
        "SELECT id FROM buying_group WHERE state = 'open' AND ends_at <= ? ORDER BY id LIMIT 50", int(now.timestamp())
    )
    ended = 0
    for (group,) in rows:
        if transaction.run("UPDATE buying_group SET state = 'failed' WHERE id = ? AND state = 'open'", group):
            tell(transaction, group, Topic.GROUP_FAILED, now)
            ended += 1
    return ended


def failed_orders(transaction: Transaction, limit: int = 50) -> list[tuple[int, str, str]]:
    """Return (id, number, state) of the orders that still have a place in a failed group."""
    rows = transaction.all(
        "SELECT o.id, o.number, o.state FROM group_place p JOIN buying_group g ON g.id = p.group_id "
        "JOIN orders o ON o.id = p.order_id WHERE g.state = 'failed' AND p.state <> 'left' ORDER BY o.id LIMIT ?",
        limit,
    )
    return [(int(row[0]), row[1], row[2]) for row in rows]


def tell(transaction: Transaction, group: int, topic: Topic, now: datetime) -> None:
    """Write to everybody who paid for a place."""
    rows = transaction.all(
        "SELECT o.id, o.email FROM group_place p JOIN orders o ON o.id = p.order_id "
        "WHERE p.group_id = ? AND p.state = 'paid' ORDER BY o.id",
        group,
    )
    for order, email in rows:
        notices.write(transaction, topic, str(order), now, order=order, recipient=email)


def differences(transaction: Transaction) -> list[str]:
    """Return what disagrees between groups and their places; an empty list is sound."""
    rows = transaction.all(
        "SELECT g.id, g.taken, g.paid, COALESCE(p.taken, 0), COALESCE(p.paid, 0) FROM buying_group g LEFT JOIN "
        "(SELECT group_id, SUM(CASE state WHEN 'left' THEN 0 ELSE 1 END) AS taken, "
        "SUM(CASE state WHEN 'paid' THEN 1 ELSE 0 END) AS paid FROM group_place GROUP BY group_id) p "
        "ON p.group_id = g.id"
    )
    return [
        f"group {number} counts {taken} places and {paid} paid, but {places} and {done} are there"
        for number, taken, paid, places, done in rows
        if (int(taken), int(paid)) != (int(places), int(done))
    ]


def _find(transaction: Transaction, condition: str, value: str | int) -> Group | None:
    row = transaction.find(f"SELECT {_COLUMNS} FROM buying_group WHERE {condition}", value)  # noqa: S608  our own words
    if row is None:
        return None
    values = dict(zip(Group.__struct_fields__, row, strict=True))
    return Group(**{**values, "state": State(values["state"])})


def _get(transaction: Transaction, token: str) -> Group:
    found = find(transaction, token)
    if found is None:
        raise Refusal(Code.GROUP_OVER)
    return found
