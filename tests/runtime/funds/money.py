"""Words of the tests of funds: orders that are paid at a gateway, and what the accounts hold then."""

from tills import NOW, order, rows

from runtime import audit, funds, orders, receipts
from runtime.funds import settlement
from runtime.gateways import Report, Verdict
from runtime.orders import Dispatch

GATEWAY = "rehearsal"
PENDING, AVAILABLE = funds.pending(GATEWAY), funds.available(GATEWAY)
WITHDRAWING, DISPUTED = funds.withdrawing(GATEWAY), funds.disputed(GATEWAY)


def paid(till, lines=(("tea", 2),), receipt=None):
    """Place an order, pay it at the gateway, and return it."""
    found = order(till, lines)
    [(reference,)] = rows(till, "SELECT reference FROM payment WHERE order_id = ?", found.id)
    report = Report(
        gateway=GATEWAY, reference=reference, verdict=Verdict.SUCCEEDED, transaction=receipt or f"t{found.id}",
        amount=found.total, currency=found.currency,
    )  # fmt: skip
    receipts.confirm(till.database, report, NOW)
    return look(till, found)


def completed(till, found):
    """Bring a paid order to its end."""
    orders.ship(till.database, found.number, Dispatch(carrier="SF", tracking="1"), actor="merchant", now=NOW)
    orders.receive(till.database, found.number, actor="merchant", now=NOW)
    return orders.complete(till.database, found.number, actor="merchant", now=NOW)


def settled(till, lines=(("tea", 2),)):
    """Return an order whose money is available."""
    found = completed(till, paid(till, lines))
    till.database.write(lambda transaction: settlement.settle(transaction, found.id, NOW))
    return found


def look(till, found):
    return till.database.read(lambda transaction: orders.get_by_id(transaction, found.id))


def holds(till, *accounts, currency="CNY"):
    """Return what some accounts hold."""
    held = till.database.read(funds.balances)
    return tuple(held.get((account, currency), 0) for account in accounts)


def sound(till):
    report = till.database.read(audit.report)
    assert report.differences == ()
    return report.waiting
