"""A day at simulated providers, in their own processes with their own books: in the end both have the same money."""

import contextlib
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from simulated import Simulated, until
from tills import NOW, make_settings, make_terms, make_till, order, rows

from runtime import audit, funds, gateways, payments, reconciling, refunds
from runtime.orders import State
from runtime.reconciling import Problem
from runtime.refunds import Wish

BASE = "http://127.0.0.1:9"


@pytest.fixture(scope="module", params=["alipay", "wechatpay"])
def provider(request, tmp_path_factory):
    made = Simulated(tmp_path_factory.mktemp(request.param), request.param, "--speed", "50")
    yield made
    made.stop()


@pytest.fixture
def till(provider, database, settings, tmp_path):
    provider.fair()
    secrets = dict(provider.secrets)
    known = make_settings(tmp_path, settings.database if "postgres" in settings.database else "", **secrets)
    terms = make_terms(payment=(provider.payment_method(known.var),))
    found = make_till(database, known, terms=terms)
    found.gateways.update(gateways.load(terms, known))
    return found


def bought(till, provider, lines=(("tea", 2),)):
    """Order, and open the provider's page so that it can be paid."""
    found = order(till, lines, now=datetime.now(UTC).replace(microsecond=0), gateway=provider.name)
    payment = payments.start(till, found, provider.name, BASE, datetime.now(UTC))
    if provider.name == "alipay":
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(payment.page, timeout=20):
            provider.do("sign-in", reference=payment.reference)
    return found, payment


def pay(provider, payment):
    provider.do("pay", reference=payment.reference, quiet=True)


def read_bill(till, provider):
    """Let a day pass at the provider and hold its bill against the shop."""
    provider.do("age", days=1)
    day = (datetime.now(UTC) + timedelta(hours=8)).date() - timedelta(days=1)
    return reconciling.reconcile(till, provider.name, day, datetime.now(UTC))


def theirs(provider, *payments_):
    """Return what the provider's own books have moved for these charges, less its fees."""
    total = 0
    for payment in payments_:
        for kind, sign in (("payment", 1), ("refund", -1)):
            for movement in provider.moved(kind, charge=payment.reference):
                total += sign * movement["amount"] - movement["fee"]
    return total


def ours(till, name):
    held = till.database.read(funds.balances)
    return held.get((funds.pending(name), "CNY"), 0) + held.get((funds.available(name), "CNY"), 0)


@pytest.mark.usefixtures("one_day")
def test_in_the_end_the_providers_books_and_the_ledger_have_the_same_money(till, provider):
    known, first = bought(till, provider)
    pay(provider, first)
    payments.refresh(till, known, datetime.now(UTC))
    lost, second = bought(till, provider, [("cup", 1)])
    pay(provider, second)
    late, third = bought(till, provider, [("few", 2)])
    payments.cancel(till, late.number, actor="merchant", now=datetime.now(UTC))
    provider.do("pay", reference=third.reference, quiet=True, late=True)
    wish = Wish(amount=700)
    till.database.write(lambda look: refunds.request(look, known, wish, actor="merchant", now=NOW))
    refunds.send_due(till, BASE, datetime.now(UTC))
    until(lambda: provider.moved("refund", charge=first.reference))
    refunds.send_due(till, BASE, datetime.now(UTC) + timedelta(seconds=10))

    found = read_bill(till, provider)
    mine = [each for each in found.differences if each.order in {known.number, lost.number, late.number}]
    assert {(each.problem, each.order) for each in mine if each.kind == "payment"} == {
        (Problem.ATTACHED, lost.number), (Problem.ATTACHED, late.number),
    }  # fmt: skip
    states = dict(rows(till, "SELECT number, state FROM orders"))
    assert (states[lost.number], states[late.number]) == (State.PAID, State.CANCELLED)
    refunds.send_due(till, BASE, datetime.now(UTC) + timedelta(seconds=20))
    until(lambda: provider.moved("refund", charge=third.reference))
    read_bill(till, provider)
    assert ours(till, provider.name) == theirs(provider, first, second, third)
    assert rows(till, "SELECT amount, state FROM refund ORDER BY amount") == [(700, "succeeded"), (1000, "succeeded")]
    assert till.database.read(audit.report).differences == ()
