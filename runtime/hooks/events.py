"""What is told of an event: data for a program, a sentence for people. No buyer's name or address is in it."""

from datetime import UTC, datetime
from typing import Any

from generator import money
from generator.shop import Value
from runtime import orders, words
from runtime.database import Transaction
from runtime.notices import Notice
from runtime.orders import Order


class Event(Value, frozen=True, kw_only=True):
    """One thing that happened: ``type`` as a program reads it, ``title`` and ``lines`` as people do."""

    type: str
    timestamp: str
    data: dict[str, Any]
    title: str
    lines: tuple[str, ...]


def about(transaction: Transaction, notice: Notice, locale: str, base_url: str) -> Event:
    """Return what a message tells, as it stands now; amounts in the data are minor units."""
    row = transaction.find("SELECT created_at FROM notice WHERE id = ?", notice.id)
    at = datetime.fromtimestamp(int(row[0]) if row else 0, UTC).isoformat().replace("+00:00", "Z")
    order = orders.get_by_id(transaction, notice.order) if notice.order else None
    data: dict[str, Any] = {"reference": notice.reference}
    lines: list[str] = []
    if order is not None:
        data["order"] = _data(order, base_url)
        lines = _lines(order, locale)
    elif notice.topic == "stock-low":
        data["sku"], left = notice.reference.rpartition(":")[0], _level(transaction, notice.reference)
        data["left"] = left
        lines = [words.say("hook.stock", locale, sku=data["sku"], left=left)]
    title = words.say(f"hook.{notice.topic}", locale)
    return Event(type=notice.topic.replace("-", "."), timestamp=at, data=data, title=title, lines=tuple(lines))


def _data(order: Order, base_url: str) -> dict[str, Any]:
    return {
        "number": order.number,
        "state": str(order.state),
        "gateway": order.gateway,
        "currency": order.currency,
        "total": order.total,
        "paid": order.paid,
        "refunded": order.refunded,
        "placed_at": order.placed_at.isoformat().replace("+00:00", "Z"),
        "country": order.address.destination.country,
        "lines": [
            {"sku": line.sku, "quantity": line.quantity, "amount": line.amount, "total": line.total}
            for line in order.lines
        ],
        "parcels": [{"carrier": parcel.carrier, "tracking": parcel.tracking} for parcel in order.parcels],
        "shop": base_url,
    }


def _lines(order: Order, locale: str) -> list[str]:
    amount = money.text(order.total, order.currency, locale)
    state = words.say(f"state.{order.state}", locale)
    goods = ", ".join(f"{line.quantity} × {line.title}" for line in order.lines[:5])
    more = " …" if len(order.lines) > 5 else ""  # noqa: PLR2004  a robot's message is short
    return [words.say("hook.order", locale, number=order.number, amount=amount, state=state), f"{goods}{more}"]


def _level(transaction: Transaction, reference: str) -> int:
    row = transaction.find("SELECT level FROM stock WHERE sku = ?", reference.rpartition(":")[0])
    return int(row[0]) if row else 0
