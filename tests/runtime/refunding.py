"""What tests of refunds say: orders that were paid, what is asked to go back, and what the bank makes of it."""

from datetime import timedelta

import msgspec
import pytest
from tills import NOW, order

from runtime import audit, funds, orders, payments, refunds
from runtime.gateways import RefundReport, RefundVerdict
from runtime.payments import Cash
from runtime.refunds import Wish
from runtime.refusals import Refusal

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
