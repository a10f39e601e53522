"""Questions about withdrawals, disputes, settlement and suspense that an honest database answers with no row."""

from runtime import tables
from runtime.database import Transaction

CHECKS = {
    "{0} holds {1} {2} on its way to the bank, but its open withdrawals are {3}": (
        "SELECT b.account, b.amount, b.currency, COALESCE(w.total, 0) FROM balance b LEFT JOIN (SELECT "
        "'gateway.' || gateway || '.withdrawing' AS account, currency, SUM(amount) AS total FROM withdrawal "
        "WHERE state IN ('requested', 'sent') GROUP BY gateway, currency) w "
        "ON w.account = b.account AND w.currency = b.currency "
        "WHERE b.account LIKE 'gateway.%.withdrawing' AND b.amount <> COALESCE(w.total, 0)"
    ),
    "withdrawal {0} is {1}, but its history says {2}": (
        "SELECT w.number, w.state, e.after FROM withdrawal w JOIN withdrawal_event e ON e.id = "
        "(SELECT MAX(id) FROM withdrawal_event WHERE withdrawal_id = w.id) WHERE e.after <> w.state"
    ),
    "withdrawal {0} was never posted": (
        "SELECT w.number FROM withdrawal w WHERE NOT EXISTS (SELECT 1 FROM transfer t WHERE t.event = 'withdrawal' "
        "AND t.reference = w.gateway || ':' || w.number)"
    ),
    "{0} holds {1} {2} in dispute, but its open disputes are {3}": (
        "SELECT b.account, b.amount, b.currency, COALESCE(d.total, 0) FROM balance b LEFT JOIN (SELECT "
        "'gateway.' || gateway || '.disputed' AS account, currency, SUM(amount) AS total FROM dispute "
        "WHERE state = 'opened' GROUP BY gateway, currency) d ON d.account = b.account AND d.currency = b.currency "
        "WHERE b.account LIKE 'gateway.%.disputed' AND b.amount <> COALESCE(d.total, 0)"
    ),
    "order {0}: {1} is disputed or lost, but its disputes are {2}": (
        "SELECT o.number, o.disputed, COALESCE(d.total, 0) FROM orders o LEFT JOIN (SELECT order_id, "
        "SUM(amount) AS total FROM dispute WHERE state <> 'won' GROUP BY order_id) d ON d.order_id = o.id "
        "WHERE o.disputed <> COALESCE(d.total, 0)"
    ),
    "suspense holds {1} {0}, but what waits for a decision is {2}": (
        "SELECT b.currency, -b.amount, COALESCE(f.total, 0) FROM balance b LEFT JOIN (SELECT currency, "
        "SUM(CASE WHEN kind = 'bill_refund' THEN -amount ELSE amount END) AS total FROM finding "
        "WHERE settled_at IS NULL AND kind IN ('late', 'double', 'overpaid', 'partial', 'wrong_amount', "
        "'wrong_currency', 'unknown_reference', 'bill_refund') GROUP BY currency) f "
        "ON f.currency = b.currency WHERE b.account = 'suspense' AND -b.amount <> COALESCE(f.total, 0)"
    ),
    "{0} {1} is due for refund, but the open refunds are {2}": (
        "SELECT -b.amount, b.currency, COALESCE(r.total, 0) FROM balance b LEFT JOIN (SELECT currency, "
        "SUM(amount) AS total FROM refund WHERE state IN ('requested', 'sent', 'stuck') GROUP BY currency) r "
        "ON r.currency = b.currency WHERE b.account = 'refunds_due' AND -b.amount <> COALESCE(r.total, 0)"
    ),
    "order {0} was captured {1} times": (
        "SELECT o.number, COUNT(DISTINCT t.event || t.reference) FROM transfer t JOIN orders o ON o.id = t.order_id "
        "WHERE t.event IN ('receipt', 'sale', 'delivered') AND t.credit IN ('income.sales', 'income.delivery') "
        "GROUP BY o.number HAVING COUNT(DISTINCT t.event || t.reference) > 1"
    ),
    "order {0} is settled, but it is {1}": (
        "SELECT number, state FROM orders WHERE settled_at IS NOT NULL "
        "AND state NOT IN ('completed', 'returned', 'refunded', 'cancelled')"
    ),
}


def unguarded(transaction: Transaction) -> list[str]:
    """Return the ledgers and histories whose rows could be changed, because their guard in the database is gone."""
    if transaction.postgres:
        rows = transaction.all("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        wanted = {f"{table}_stays": table for table in tables.APPEND_ONLY}
    else:
        rows = transaction.all("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        wanted = {f"{table}_no_{event}": table for table in tables.APPEND_ONLY for event in ("update", "delete")}
    seen = {name for (name,) in rows}
    missing = sorted({table for name, table in wanted.items() if name not in seen})
    return [f"rows of {table} can be changed: its guard is missing" for table in missing]
