"""Disputes: a buyer takes their money back through their bank. Opened, it is out of reach; lost, it is an expense.

Reports come late, twice and in any order; each step is posted once. An open or lost dispute caps what may still be
refunded of its order, and it may take what is available below zero: then nothing can be withdrawn.
"""

from datetime import datetime

from runtime import attempts, findings
from runtime.database import Transaction
from runtime.findings import Found
from runtime.funds.ledger import Where, post
from runtime.funds.places import source
from runtime.funds.postings import entries
from runtime.gateways import DisputeReport, DisputeState

_CLOSED = {DisputeState.WON, DisputeState.LOST}


def apply(transaction: Transaction, report: DisputeReport, now: datetime) -> bool:
    """Apply what a gateway says of a dispute; False if it was known."""
    payment = attempts.find(transaction, report.gateway, report.reference)
    if payment is None and report.transaction:
        payment = attempts.find_by_receipt(transaction, report.gateway, report.transaction)
    order = payment.order if payment else None
    if transaction.postgres and order is not None:
        transaction.find("SELECT id FROM orders WHERE id = ? FOR UPDATE", order)
    opened = _open(transaction, report, order, now)
    closed = report.state in _CLOSED and _close(transaction, report, order, now)
    if opened or closed:
        _tell(transaction, report, order, now)
    return opened or closed


def _open(transaction: Transaction, report: DisputeReport, order: int | None, now: datetime) -> bool:
    if not transaction.run(
        "INSERT INTO dispute (gateway, number, reference, order_id, state, amount, currency, opened_at) "
        "VALUES (?, ?, ?, ?, 'opened', ?, ?, ?) ON CONFLICT DO NOTHING",
        report.gateway, report.number, report.reference, order, report.amount, report.currency, int(now.timestamp()),
    ):  # fmt: skip
        return False
    if order is not None:
        transaction.run("UPDATE orders SET disputed = disputed + ? WHERE id = ?", report.amount, order)
    _post(transaction, "dispute-opened", report, (report.amount, order), now)
    return True


def _close(transaction: Transaction, report: DisputeReport, order: int | None, now: datetime) -> bool:
    """Close an open dispute; the amount is what was opened, whatever the closing report says."""
    key = (report.gateway, report.number)
    row = transaction.find("SELECT amount FROM dispute WHERE gateway = ? AND number = ?", *key)
    if row is None or not transaction.run(
        "UPDATE dispute SET state = ?, closed_at = ? WHERE gateway = ? AND number = ? AND state = 'opened'",
        report.state, int(now.timestamp()), *key,
    ):  # fmt: skip
        return False
    if report.state is DisputeState.WON and order is not None:
        transaction.run("UPDATE orders SET disputed = disputed - ? WHERE id = ?", int(row[0]), order)
    _post(transaction, f"dispute-{report.state}", report, (int(row[0]), order), now)
    return True


def _post(
    transaction: Transaction, event: str, report: DisputeReport, money: tuple[int, int | None], now: datetime
) -> None:
    amount, order = money
    place = source(transaction, order, report.gateway, report.currency)
    moved = entries(event, amount, gateway=report.gateway, source=place)
    post(transaction, event, f"{report.gateway}:{report.number}", moved, order, Where(report.currency, now))


def _tell(transaction: Transaction, report: DisputeReport, order: int | None, now: datetime) -> None:
    """Tell the merchant; what is won or lost leaves nothing to decide."""
    found = findings.note(
        transaction,
        Found(
            kind=f"dispute_{report.state}",
            gateway=report.gateway,
            reference=report.reference,
            receipt=report.number,
            amount=report.amount,
            currency=report.currency,
            order=order,
        ),
        now,
    )
    if report.state in _CLOSED:
        findings.settle(transaction, found.id, now)
        transaction.run(
            "UPDATE finding SET settled_at = ? WHERE gateway = ? AND receipt = ? AND kind = 'dispute_opened' "
            "AND settled_at IS NULL",
            int(now.timestamp()),
            report.gateway,
            report.number,
        )
