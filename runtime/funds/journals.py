"""Exports for plain-text accounting: journals that hledger and beancount read.

Each event is one entry of its journal, with all its transfers; a later span opens with the balances of its beginning.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from generator import money
from runtime.funds.statements import Posted

_KINDS = {
    "bank": ("Assets", "Bank"),
    "cash_on_delivery.receivable": ("Assets", "Receivable", "CashOnDelivery"),
    "suspense": ("Liabilities", "Suspense"),
    "refunds_due": ("Liabilities", "RefundsDue"),
    "tax_payable": ("Liabilities", "Tax"),
    "income.sales": ("Income", "Sales"),
    "income.delivery": ("Income", "Delivery"),
    "contra.discount": ("Income", "Discounts"),
    "contra.refunds": ("Income", "Refunds"),
    "expense.gateway_fees": ("Expenses", "GatewayFees"),
    "expense.chargebacks": ("Expenses", "Chargebacks"),
}
_UNFIT = re.compile(r"[\x00-\x1f\x7f;\"\\|]+")


def account(name: str) -> str:
    """Return an account's name as both programs take it: ``Assets:Gateway:Wechatpay:Pending``."""
    parts = _KINDS.get(name)
    if parts is None and name.startswith("gateway."):
        parts = ("Assets", *(_camel(part) for part in name.split(".")))
    return ":".join(parts or ("Equity", "Other", _camel(name)))


def _camel(text: str) -> str:
    words = [word for word in re.split(r"[^A-Za-z0-9]+", text) if word]
    return "".join(word[0].upper() + word[1:] for word in words) or "Nameless"


def hledger(
    transfers: Iterable[Posted], opening: Mapping[tuple[str, str], int], start: datetime, zone: ZoneInfo
) -> Iterator[str]:
    """Yield a journal for hledger."""
    if opening:
        yield f"{_day(start, zone)} * opening balances\n"
        for (name, currency), amount in opening.items():
            yield f"    {account(name)}  {money.plain(amount, currency)} {currency}\n"
        yield "\n"
    for head, group in _entries(transfers):
        order = f"  ; order: {head.order}" if head.order else ""
        yield f"{_day(head.at, zone)} * ({_text(head.reference)}) {_text(head.event)}{order}\n"
        for posted in group:
            yield f"    {account(posted.debit)}  {money.plain(posted.amount, posted.currency)} {posted.currency}\n"
            yield f"    {account(posted.credit)}  {money.plain(-posted.amount, posted.currency)} {posted.currency}\n"
        yield "\n"


def beancount(
    transfers: Iterable[Posted],
    opening: Mapping[tuple[str, str], int],
    span: tuple[datetime, Iterable[str]],
    zone: ZoneInfo,
) -> Iterator[str]:
    """Yield a journal for beancount; ``span`` is its beginning and the accounts that are opened in it."""
    start, accounts = span
    yield 'option "title" "Shopwright"\n'
    for name in sorted({account(each) for each in accounts}):
        yield f"1970-01-01 open {name}\n"
    yield "\n"
    if opening:
        yield f'{_day(start, zone)} * "opening balances"\n'
        for (name, currency), amount in opening.items():
            yield f"  {account(name)}  {money.plain(amount, currency)} {currency}\n"
        yield "\n"
    for head, group in _entries(transfers):
        yield f'{_day(head.at, zone)} * "{_text(head.event)}" "{_text(head.reference)}"\n'
        if head.order:
            yield f'  order: "{head.order}"\n'
        for posted in group:
            yield f"  {account(posted.debit)}  {money.plain(posted.amount, posted.currency)} {posted.currency}\n"
            yield f"  {account(posted.credit)}  {money.plain(-posted.amount, posted.currency)} {posted.currency}\n"
        yield "\n"


def _entries(transfers: Iterable[Posted]) -> Iterator[tuple[Posted, list[Posted]]]:
    """Yield the transfers of each event together."""
    for _, group in groupby(transfers, lambda posted: (posted.at, posted.event, posted.reference)):
        found = list(group)
        yield found[0], found


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _text(text: str) -> str:
    return _UNFIT.sub(" ", text).replace("(", "[").replace(")", "]").strip()
