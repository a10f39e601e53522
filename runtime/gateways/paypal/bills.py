"""PayPal's books of a day: its transaction report, page by page, whole or not at all."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from runtime.gateways.paypal import money
from runtime.gateways.paypal.notices import NAME
from runtime.gateways.paypal.talk import Amount, No, Talk, value
from runtime.gateways.protocol import Bill, BillKind, BillRow
from runtime.refusals import Code, Refusal

_SIZE = 500
_PAGES = 200
_KINDS = {
    "T00": BillKind.PAYMENT, "T11": BillKind.REFUND, "T04": BillKind.PAYOUT, "T12": BillKind.DISPUTE,
    "T01": BillKind.FEE,
}  # fmt: skip


class _Info(msgspec.Struct, frozen=True):
    transaction_id: str
    transaction_event_code: str = ""
    transaction_initiation_date: str = ""
    transaction_amount: Amount = Amount()
    fee_amount: Amount | None = None
    custom_field: str = ""
    invoice_id: str = ""
    transaction_subject: str = ""


class _Detail(msgspec.Struct, frozen=True):
    transaction_info: _Info


class _Page(msgspec.Struct, frozen=True):
    transaction_details: list[_Detail] = []
    total_items: int = 0
    total_pages: int = 0


def fetch(talk: Talk, day: date) -> Bill:
    """Return the books of a day in UTC that is over; raise Refusal: bill-missing, bill-damaged, payment-unreachable."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if talk.now() < start + timedelta(days=1):
        raise Refusal(Code.BILL_MISSING, gateway=NAME, day=day.isoformat())
    details, total = [], 0
    for page in _pages(talk, start):
        details += page.transaction_details
        total = page.total_items
    rows = [_row(each.transaction_info) for each in details]
    found = tuple(row for row in rows if row is not None)
    if len(found) != len(rows) or len(rows) != total or len({row.transaction for row in found}) != total:
        raise Refusal(Code.BILL_DAMAGED, gateway=NAME, day=day.isoformat(), reason="its rows are not its totals")
    return Bill(gateway=NAME, day=day, rows=found)


def _pages(talk: Talk, start: datetime) -> Iterator[_Page]:
    ends = start + timedelta(days=1) - timedelta(seconds=1)
    asked = {"start_date": start.isoformat(), "end_date": ends.isoformat(), "fields": "transaction_info"}
    for number in range(1, _PAGES + 1):
        query = urlencode({**asked, "page_size": _SIZE, "page": number})
        answer = talk.ask("GET", f"/v1/reporting/transactions?{query}")
        if isinstance(answer, No):
            raise Refusal(Code.BILL_MISSING, gateway=NAME, day=start.date().isoformat())
        page = value(answer, _Page)
        if page is None:
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=NAME)
        yield page
        if number >= page.total_pages:
            return


def _row(info: _Info) -> BillRow | None:
    kind = _KINDS.get(info.transaction_event_code[:3], BillKind.OTHER)
    currency = info.transaction_amount.currency_code
    amount = money.from_paypal(info.transaction_amount.value, currency)
    fee = money.from_paypal(info.fee_amount.value, currency) if info.fee_amount else 0
    if amount is None or fee is None:
        return None
    return BillRow(
        kind=kind,
        reference=info.custom_field or info.invoice_id,
        transaction=info.transaction_id,
        amount=abs(amount) if kind in {BillKind.REFUND, BillKind.PAYOUT, BillKind.DISPUTE} else amount,
        currency=currency,
        # PayPal writes a fee that it takes as a negative amount.
        fee=-fee,
        at=_moment(info.transaction_initiation_date),
        text=info.transaction_subject,
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
