"""What happened to an order, as one story: its own steps, its payments, refunds and cases, and the notes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from runtime import aftersale, attempts, carriers, refunds
from runtime.aftersale import Case
from runtime.attempts import Payment
from runtime.orders import Order
from runtime.refunds import Refund
from runtime.transaction import Transaction
from runtime.web.areas.telling import Teller
from runtime.worklist.notes import Note

_GOOD = frozenset({"pay", "receive", "complete", "succeed", "confirm"})
_SENT = frozenset({"ship", "ship_part"})
_BAD = frozenset({"cancel", "refuse", "fail", "get_stuck", "decline"})
_ORDER_ROWS = "SELECT event, after, actor, note, at FROM order_event WHERE order_id = ? ORDER BY id"


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """All that is written about an order, read at one moment."""

    order: Order
    payments: tuple[Payment, ...]
    refunds: tuple[Refund, ...]
    cases: tuple[Case, ...]
    notes: tuple[Note, ...]
    names: dict[str, str]


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened; ``said`` are somebody's own words, ``note`` is a detail."""

    at: datetime
    text: str
    who: str
    tone: str = ""
    note: str = ""
    said: str = ""


def tell(look: Transaction, teller: Teller, records: Records) -> list[dict[str, Any]]:
    """Return everything that happened, the newest first."""
    happenings = [*_steps(look, teller, records), *_money(look, teller, records), *_cases(look, teller, records)]
    happenings += [
        Happening(at=note.at, text=teller.say("orders.story.note"), who=note.name, said=note.text)
        for note in records.notes
    ]
    happenings.sort(key=lambda each: each.at)
    return [
        {
            "at": teller.moment(each.at),
            "text": each.text,
            "who": each.who,
            "tone": each.tone,
            "note": each.note,
            "said": each.said,
        }
        for each in reversed(happenings)
    ]


def _steps(look: Transaction, teller: Teller, records: Records) -> Iterator[Happening]:
    for event, _, actor, note, at in look.all(_ORDER_ROWS, records.order.id):
        yield Happening(
            at=_moment(at),
            text=teller.say(f"orders.event.{event}"),
            who=teller.actor(actor, records.names),
            tone=_tone(event),
            note=_carried(teller, note) if event in _SENT else note,
        )


def _carried(teller: Teller, note: str) -> str:
    """Return who carries a parcel by name, and its number."""
    carrier, _, number = note.partition(" ")
    return f"{carriers.name(carrier, teller.locale)} {number}".strip()


def _money(look: Transaction, teller: Teller, records: Records) -> Iterator[Happening]:
    for refund in records.refunds:
        amount = teller.money(refund.amount, refund.currency)
        for row in refunds.history(look, refund.id):
            yield Happening(
                at=row.at,
                text=teller.say(f"orders.refund_event.{row.event}", amount=amount),
                who=teller.actor(row.actor, records.names),
                tone=_tone(row.event),
                note=row.note,
            )


def _cases(look: Transaction, teller: Teller, records: Records) -> Iterator[Happening]:
    for case in records.cases:
        kind = teller.say(f"orders.kind.{case.kind}")
        for row in aftersale.history(look, case.id):
            yield Happening(
                at=row.at,
                text=teller.say("orders.story.case", kind=kind, event=teller.say(f"orders.case_event.{row.told}")),
                who=teller.actor(row.actor, records.names),
                tone=_tone(row.event),
                said=row.text,
            )


def read(look: Transaction, order: Order, notes: tuple[Note, ...], names: dict[str, str]) -> Records:
    """Return all that is written about an order."""
    return Records(
        order=order,
        payments=tuple(attempts.of_order(look, order.id)),
        refunds=tuple(refunds.of_order(look, order.id)),
        cases=tuple(aftersale.of_order(look, order.id)),
        notes=notes,
        names=names,
    )


def _tone(event: str) -> str:
    return "good" if event in _GOOD else "bad" if event in _BAD else ""


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
