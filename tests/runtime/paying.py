"""Short ways to pay, to be told of money, and to look whether the books are right."""

import msgspec
from tills import NOW

from runtime import audit, funds, orders, payments
from runtime.gateways import Report, Verdict

BASE = "http://127.0.0.1:9"


def start(till, found, gateway="rehearsal"):
    return payments.start(till, found, gateway, BASE, NOW)


def report(payment, **changes):
    plain = Report(
        gateway=payment.gateway, reference=payment.reference, verdict=Verdict.SUCCEEDED, transaction="t1",
        amount=payment.amount, currency=payment.currency,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def now_as(till, found):
    return orders.find_by_token(till.database, found.token)


def sound(till):
    assert till.database.read(audit.report).differences == ()
    assert sum(till.database.read(funds.balances).values()) == 0


def pay(books, payment, choice="approve"):
    return books.decide(books.books.find_by_reference(payment.reference), choice)
