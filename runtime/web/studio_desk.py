"""What the host's desk shows of a room: broadcast, bag and stock, flash sales, chat, numbers, orders. Only reading."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from generator import crossing, money, promoting
from generator.shop import LiveRoom, Product, Variant
from generator.theming import wording
from generator.views import Card
from runtime import stock
from runtime.live import broadcasts, chat, flash, numbers, pins
from runtime.live.values import Broadcast, Flash, Message, Pin, State, milliseconds
from runtime.transaction import Transaction
from runtime.web import console
from runtime.web.visit import Visit

_RECENT = 120
_MOST_MESSAGES = 200
_ORDERS = (
    "SELECT o.id, o.number, l.number, o.total, l.at FROM live_order l JOIN orders o ON o.id = l.order_id "
    "WHERE l.broadcast_id = ? AND o.state <> 'cancelled' ORDER BY l.at DESC, l.order_id DESC LIMIT 8"
)
_SESSION = (
    "SELECT kind, width, height, video, audio, started_at FROM live_session "
    "WHERE broadcast_id = ? AND ended_at IS NULL ORDER BY id DESC LIMIT 1"
)


def title(here: Visit, room: LiveRoom) -> str:
    """Return a room's title."""
    return room.title.get(console.shop_locale(here)) or room.title[here.release.terms.locale]


def price(here: Visit, amount: int) -> str:
    """Write money as the console's readers do."""
    return money.text(amount, here.release.terms.currency, console.locale())


def clock(here: Visit, at: int) -> str:
    """Write a moment of a day by the shop's clock."""
    moment = datetime.fromtimestamp(at, ZoneInfo(here.release.terms.timezone))
    return str(format_time(moment, "short", locale=wording.culture(console.locale())))


def day(here: Visit, at: float) -> str:
    """Write a moment with its date by the shop's clock."""
    moment, culture = (
        datetime.fromtimestamp(at, ZoneInfo(here.release.terms.timezone)),
        wording.culture(console.locale()),
    )
    return f"{format_date(moment, 'medium', culture)} {format_time(moment, 'short', locale=culture)}"


def bag(here: Visit, room: LiveRoom) -> list[dict[str, Any]]:
    """Return the products of a room by their numbers, with all that does not change while it runs."""
    locale = console.shop_locale(here)
    cards = {card.handle: card for card in here.catalogue.cards(locale, room.products)}
    found = []
    for number, handle in enumerate(room.products, 1):
        product, card = here.catalogue.find_product(handle), cards.get(handle)
        if product is not None and card is not None:
            found.append(_good(here, number, product, card))
    return found


def desk(here: Visit, room: LiveRoom, *, host: bool, after: int, since: int) -> dict[str, Any]:
    """Return what changes: chat from a number on, what was moderated since an instant, and everything else as it is."""
    skus = [variant.sku for product in _products(here, room) for variant in product.variants]
    running = broadcasts.open_in(here.database, room.handle)
    practice = broadcasts.open_in(here.database, room.handle, practice=True)
    shown = running or practice

    def read(look: Transaction) -> dict[str, Any]:
        flashes = [each for each in flash.running(look, here.now) if each.room == room.handle]
        current = pins.current(look, shown.id) if shown else None
        found: dict[str, Any] = {
            "now": milliseconds(here.now),
            "broadcast": _broadcast(here, look, running),
            "practice": _broadcast(here, look, practice),
            "pin": _pin(current),
            "flashes": _flashes(here, look, flashes),
            "levels": stock.levels(look, skus),
            "notice": chat.notices(look).get(room.handle, ""),
            "changes": _changes(look, room.handle, since),
        }
        if shown:
            found |= _figures(look, shown)
        if host and shown:
            found["sales"] = _sales(here, look, room, shown)
        return found

    document = here.database.read(read)
    document["messages"] = [_line(each) for each in _messages(here, room.handle, after, fresh=running is not None)]
    return document


def ended(here: Visit, room: LiveRoom, *, host: bool) -> dict[str, Any] | None:
    """Return how the last broadcast of a room went."""

    def read(look: Transaction) -> dict[str, Any] | None:
        last = broadcasts.last_ended(look, room.handle)
        if last is None:
            return None
        found = {
            "why": last.ended_why,
            "seconds": max(0, (last.ended_at or 0) - (last.started_at or 0)),
            "at": (last.ended_at or 0) * 1000,
            "peak": last.peak,
            "likes": last.likes,
        }
        return found | ({"sales": _sales(here, look, room, last)} if host else {})

    return here.database.read(read)


def viewers(here: Visit, running: Broadcast) -> int:
    """Return how many watched in the last minute that was counted."""
    since = int(here.now.timestamp()) - _RECENT
    found = here.database.read(lambda look: numbers.watching(look, running.id, since))
    return found[-1][1] if found else 0


def bans(here: Visit, room: LiveRoom) -> list[dict[str, Any]]:
    """Return who may not write in a room, each once however many ways they are known by."""
    found: dict[tuple[int, str, str], dict[str, Any]] = {}
    for each in chat.listed(here.database, room.handle, here.now):
        found.setdefault(
            (each.at, each.actor, each.why),
            {
                "id": each.id,
                "name": each.why or each.kind,
                "mute": each.mute,
                "until": clock(here, each.until) if each.until else "",
            },
        )
    return list(found.values())


def _products(here: Visit, room: LiveRoom) -> Iterable[Product]:
    return (product for handle in room.products if (product := here.catalogue.find_product(handle)) is not None)


def _good(here: Visit, number: int, product: Product, card: Card) -> dict[str, Any]:
    return {
        "number": number,
        "title": card.title,
        "picture": card.image.src if card.image else "",
        "variants": [
            {
                "sku": each.sku,
                "label": _label(here, product, each),
                "price": price(here, _usual(here, product, each)),
                "plain": money.plain(each.price, here.release.terms.currency),
            }
            for each in product.variants
        ],
    }


def _usual(here: Visit, product: Product, variant: Variant) -> int:
    """Return what everybody pays for a piece now."""
    return crossing.shown(here.release.terms, product, variant, promoting.moment(here.now)).price


def _label(here: Visit, product: Product, variant: Variant) -> str:
    locale, named = console.shop_locale(here), []
    for option, chosen in zip(product.options, variant.options, strict=False):
        named.append(next((each.label.get(locale, chosen) for each in option.values if each.value == chosen), chosen))
    return " · ".join(named)


def _broadcast(here: Visit, look: Transaction, found: Broadcast | None) -> dict[str, Any] | None:
    if found is None:
        return None
    session = look.find(_SESSION, found.id)
    return {
        "id": found.id,
        "stream": found.stream,
        "state": found.state,
        "since": (found.started_at or 0) * 1000,
        "until": clock(here, found.grace_until) if found.state is State.INTERRUPTED and found.grace_until else "",
        "tail": found.key_tail,
        "kind": session[0] if session else "",
        "likes": found.likes,
        "peak": found.peak,
    }


def _pin(current: Pin | None) -> dict[str, Any] | None:
    return {"id": current.id, "number": current.number, "at": current.at_ms} if current else None


def _flashes(here: Visit, look: Transaction, flashes: list[Flash]) -> list[dict[str, Any]]:
    left = flash.left(look, flashes)
    known = here.catalogue.variants(each.sku for each in flashes)
    return [
        {
            "id": each.id,
            "number": each.number,
            "sku": each.sku,
            "price": price(here, each.price),
            "was": price(here, _usual(here, *known[each.sku])) if each.sku in known else "",
            "left": left.get(each.id, 0),
            "of": each.quantity,
            "ends": each.until * 1000,
        }
        for each in flashes
        if each.until > here.now.timestamp()
    ]


def _messages(here: Visit, room: str, after: int, *, fresh: bool) -> list[Message]:
    """Return what was said: to who comes in, also everything that still waits for a moderator, however old it is.

    With ``fresh``, lines of earlier broadcasts stay away.
    """
    found = chat.messages(here.database, room, after=after, limit=_MOST_MESSAGES)
    last = here.database.read(lambda look: broadcasts.last_ended(look, room))
    over = (last.ended_at or 0) * 1000 if last else 0
    held = [] if after else chat.messages(here.database, room, state="held", limit=_MOST_MESSAGES)
    waiting = {each.seq: each for each in held if each.at_ms >= over}
    said = {each.seq: each for each in found if each.at_ms >= over or (not fresh and each.state != "held")}
    return sorted((waiting | said).values(), key=lambda each: each.seq)


def _changes(look: Transaction, room: str, since: int) -> list[dict[str, Any]]:
    moderated = chat.moderated(look, since) if since else []
    return [{**_line(each), "moderated": at} for each, at in moderated if each.room == room]


def _line(message: Message) -> dict[str, Any]:
    return {
        "seq": message.seq,
        "name": message.name,
        "text": message.body,
        "at": message.at_ms,
        "state": message.state,
        "host": message.host,
        "assistant": message.assistant,
    }


def _figures(look: Transaction, shown: Broadcast) -> dict[str, Any]:
    last = max(shown.started_at or shown.armed_at, shown.armed_at)
    minutes = numbers.watching(look, shown.id, last - last % 60)[-60:]
    return {"minutes": [[at, viewers] for at, viewers in minutes]}


def _sales(here: Visit, look: Transaction, room: LiveRoom, shown: Broadcast) -> dict[str, Any]:
    found = numbers.sales(look, shown.id, here.release.terms.currency)
    rows = look.all(_ORDERS, shown.id)
    told = numbers.bought(look, room.products, {order: place for order, _, place, _, _ in rows})
    return {
        "orders": found.orders,
        "takings": price(here, found.takings),
        "last": [
            {
                "order": number,
                "number": told[order],
                "total": price(here, total),
                "at": at * 1000,
                "clock": clock(here, at),
            }
            for order, number, _, total, at in rows
        ],
    }
