"""Stripe's books of a day: its balance transactions, in UTC."""

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from runtime.gateways.protocol import Bill, BillKind, BillRow
from runtime.gateways.stripe import money
from runtime.gateways.stripe.notices import NAME
from runtime.gateways.stripe.talk import Talk
from runtime.refusals import Code, Refusal

_KINDS = {
    "charge": BillKind.PAYMENT,
    "payment": BillKind.PAYMENT,
    "refund": BillKind.REFUND,
    "payment_refund": BillKind.REFUND,
    "payout": BillKind.PAYOUT,
    "stripe_fee": BillKind.FEE,
}


class _Source(msgspec.Struct, frozen=True):
    id: str = ""
    object: str = ""
    payment_intent: str | None = None
    metadata: dict[str, str] = {}


class _Row(msgspec.Struct, frozen=True):
    id: str
    type: str
    amount: int
    currency: str
    created: int
    fee: int = 0
    description: str | None = None
    source: _Source | str | None = None


def fetch(talk: Talk, day: date) -> Bill:
    """Return a day's rows; raise Refusal (bill-missing, bill-damaged, payment-unreachable)."""
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    if end > datetime.now(UTC):
        raise Refusal(Code.BILL_MISSING, gateway=NAME, day=day.isoformat())
    form = {
        "created": {"gte": int(start.timestamp()), "lt": int(end.timestamp())},
        "expand": ["data.source"],
    }
    rows: list[BillRow] = []
    for page in talk.pages("/v1/balance_transactions", form):
        if page is None:
            raise Refusal(Code.PAYMENT_UNREACHABLE, gateway=NAME)
        try:
            rows += [_row(msgspec.json.decode(each, type=_Row)) for each in page]
        except msgspec.MsgspecError as error:
            raise Refusal(Code.BILL_DAMAGED, gateway=NAME, day=day.isoformat(), reason=str(error)) from error
    return Bill(gateway=NAME, day=day, rows=tuple(rows))


def _row(row: _Row) -> BillRow:
    source = row.source if isinstance(row.source, _Source) else _Source(id=row.source or "")
    currency = row.currency.upper()
    kind = _KINDS.get(row.type, BillKind.DISPUTE if source.object == "dispute" else BillKind.OTHER)
    paid = kind is BillKind.PAYMENT
    amount = money.from_stripe(abs(row.amount), currency)
    return BillRow(
        kind=kind,
        reference=source.metadata.get("reference" if paid else "number", ""),
        transaction=(source.payment_intent or source.id) if paid else source.id or row.id,
        amount=0 if kind is BillKind.FEE else amount,
        currency=currency,
        fee=amount if kind is BillKind.FEE else money.from_stripe(row.fee, currency),
        at=datetime.fromtimestamp(row.created, UTC),
        text=row.description or row.type,
    )
