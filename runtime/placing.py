"""Placing an order: the server prices everything, and one transaction writes order, lines, history, stock and outbox.

``place(till, placement, now)`` is the only way to an order; ``quote`` prices without placing; ``quantity`` reads a
form's number; ``new_key()`` makes a form's token. The same form places one order, however often and at however many
places it is sent.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import peewee

from generator.display import options
from generator.shop import Product, ProductStatus, Text, Variant
from runtime import attempts, attribution, claims, contacts, notices, numbers, occasions, orders, pricing, stock
from runtime.attempts import Owner
from runtime.attribution import Touch
from runtime.claims import Priced
from runtime.gateways import Gateway, Kind
from runtime.notices import Topic
from runtime.occasions import Wish
from runtime.orders import CartLine, Delivery, Event, HistoryRow, Order, Placement, State
from runtime.pricing import Item, Quote
from runtime.refusals import Code, Refusal
from runtime.sharing import touches
from runtime.till import Till
from runtime.transaction import Transaction
from runtime.visits import sources

MAXIMUM_QUANTITY = 999
MAXIMUM_LINES = 200
QUOTE_HOLDS = timedelta(seconds=2)
"""For how long what a signed review was shown with holds: who presses the button at the last moment gets the price."""
NUMBER_TRIES = 5
PRICE_TRIES = 5
_QUANTITY = re.compile(r"[0-9]{1,3}")
_INSERT = (
    "INSERT INTO orders (number, token, form_key, fingerprint, state, gateway, release, locale, currency, email, "
    "phone, contact, address, delivery, quote, total, remarks, invoice, consents, room, placed_at, expires_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (form_key) DO NOTHING"
)
_INSERT_LINE = (
    "INSERT INTO order_line (order_id, position, sku, product, title, label, picture, quantity, unit_price, discount, "
    "amount, tax_rate, tax, total) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class PriceChangedRefusal(Refusal):
    """The total is another one than the buyer agreed to; ``quote`` is the new one to show."""

    def __init__(self, expected: int, quote: Quote) -> None:
        super().__init__(Code.PRICE_CHANGED, expected=expected, total=quote.total, currency=quote.currency)
        self.quote = quote


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """The order of a form; ``created`` is False when the same form was sent again."""

    order: Order
    created: bool


class _Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A priced placement, ready to be written."""

    placement: Placement
    fingerprint: str
    priced: Priced
    gateway: Gateway

    @property
    def items(self) -> tuple[Item, ...]:
        """Return what is bought."""
        return self.priced.items

    @property
    def quote(self) -> Quote:
        """Return its price."""
        return self.priced.quote


def new_key() -> str:
    """Return a fresh token for an order form."""
    return secrets.token_urlsafe(24)


def quantity(text: str) -> int:
    """Read a quantity as a form sends it, full-width digits as well: 1 to 999; raise Refusal (quantity-invalid)."""
    plain = numbers.narrow(text)
    if not _QUANTITY.fullmatch(plain) or int(plain) == 0:
        raise Refusal(Code.QUANTITY_INVALID, text=text[:20], maximum=MAXIMUM_QUANTITY)
    return int(plain)


def items(till: Till, lines: Sequence[CartLine], now: datetime) -> tuple[Item, ...]:
    """Return what a cart's lines mean in this release, equal skus merged, in the cart's order; raise Refusal.

    Refusals: cart-empty, cart-too-long, quantity-invalid, product-gone, limit-per-order.
    """
    if not lines:
        raise Refusal(Code.CART_EMPTY)
    if len(lines) > MAXIMUM_LINES:
        raise Refusal(Code.CART_TOO_LONG, maximum=MAXIMUM_LINES)
    merged: dict[str, int] = {}
    for line in lines:
        if line.quantity < 1:
            raise Refusal(Code.QUANTITY_INVALID, text=str(line.quantity), maximum=MAXIMUM_QUANTITY)
        merged[line.sku] = merged.get(line.sku, 0) + line.quantity
    found = []
    for sku, count in merged.items():
        if count > MAXIMUM_QUANTITY:
            raise Refusal(Code.QUANTITY_INVALID, text=str(count), maximum=MAXIMUM_QUANTITY)
        product, variant = _buyable(till, sku, now)
        found.append(Item(product=product, variant=variant, quantity=count))
    _check_limits(found)
    return tuple(found)


def quote(till: Till, placement: Placement, now: datetime) -> Quote:
    """Price a placement as ``place`` would, without placing it; raise the refusals of the cart and of delivery."""
    return _price(till, placement, now).quote


def wish(placement: Placement) -> Wish:
    """Return what promotions look at of a placement."""
    return Wish(
        codes=placement.codes,
        opens=placement.opens,
        joins=placement.joins,
        room=placement.room,
        email=placement.contact.email,
        phone=placement.contact.phone,
    )


def _price(till: Till, placement: Placement, now: datetime) -> Priced:
    cart = items(till, placement.lines, now)
    found = occasions.gather(till, wish(placement), cart, _judged_at(placement, now))
    destination = placement.address.destination
    priced = pricing.quote(till.terms, cart, destination, placement.delivery, found.circumstances)
    return Priced(terms=till.terms, items=cart, quote=priced, occasion=found)


def _judged_at(placement: Placement, now: datetime) -> datetime:
    """Return the moment at which promotions are looked at: that of the review, unless it is long past."""
    if not placement.quoted_at:
        return now
    quoted = datetime.fromtimestamp(placement.quoted_at, now.tzinfo)
    return min(now, max(quoted, now - QUOTE_HOLDS))


def place(till: Till, placement: Placement, now: datetime) -> Placed:
    """Place the order, whole or not at all; raise Refusal."""
    contacts.check(placement)
    fingerprint = hashlib.sha256(msgspec.json.encode(placement)).hexdigest()
    known = till.database.read(lambda transaction: _find_placed(transaction, placement.key, fingerprint))
    if known is not None:
        return known
    draft = _draft(till, placement, fingerprint, now)
    till.database.read(lambda transaction: _check_stock(transaction, draft.items))
    for _ in range(PRICE_TRIES):
        try:
            return _place(till, draft, now)
        except Refusal as refusal:
            if refusal.code is not Code.PROMOTION_GONE:
                raise
        # Somebody was faster: without the promotion the price is another one, or it is there again.
        draft = _draft(till, placement, fingerprint, now)
    return _place(till, draft, now)


def _place(till: Till, draft: _Draft, now: datetime) -> Placed:
    """Write the order under a number that nobody has."""
    for _ in range(NUMBER_TRIES - 1):
        number, token = _new_number(), orders.new_token()
        try:
            return till.database.write(lambda transaction: _write(transaction, till, draft, (number, token), now))  # noqa: B023  used at once
        except peewee.IntegrityError as error:
            if "number" not in str(error):
                raise
    number, token = _new_number(), orders.new_token()
    return till.database.write(lambda transaction: _write(transaction, till, draft, (number, token), now))


def _new_number() -> str:
    """Return a number for people that tells nothing about how many orders there are."""
    return numbers.spaced(str(10**11 + secrets.randbelow(9 * 10**11)))


def _draft(till: Till, placement: Placement, fingerprint: str, now: datetime) -> _Draft:
    priced = _price(till, placement, now)
    gateway = till.gateways.get(placement.gateway)
    if gateway is None:
        raise Refusal(Code.GATEWAY_UNKNOWN, gateway=placement.gateway)
    claims.check_group(priced)
    if priced.quote.total != placement.expected_total:
        raise PriceChangedRefusal(placement.expected_total, priced.quote)
    return _Draft(placement=placement, fingerprint=fingerprint, priced=priced, gateway=gateway)


def _buyable(till: Till, sku: str, now: datetime) -> tuple[Product, Variant]:
    found = till.goods.find_variant(sku)
    if found is None:
        raise Refusal(Code.PRODUCT_GONE, sku=sku, title={})
    product = found[0]
    later = product.publish_at is not None and datetime.fromisoformat(product.publish_at) > now
    if product.status is ProductStatus.DRAFT or later:
        raise Refusal(Code.PRODUCT_GONE, sku=sku, title=product.title)
    return found


def _check_limits(cart: Sequence[Item]) -> None:
    counts: dict[str, int] = {}
    for item in cart:
        handle, limit = item.product.handle, item.product.limit.per_order
        counts[handle] = counts.get(handle, 0) + item.quantity
        if limit is not None and counts[handle] > limit:
            raise Refusal(Code.LIMIT_PER_ORDER, sku=item.variant.sku, title=item.product.title, limit=limit)


def _check_stock(transaction: Transaction, cart: Sequence[Item]) -> None:
    """Refuse what is sold out by a plain look: it needs no lock, and in a rush most buyers end here."""
    left = stock.levels(transaction, [item.variant.sku for item in cart])
    for item in cart:
        level = left.get(item.variant.sku, item.variant.stock)
        if level is not None and level < item.quantity:
            raise _sold_out(item, level)


def _sold_out(item: Item, left: int) -> Refusal:
    return Refusal(Code.SOLD_OUT, sku=item.variant.sku, title=options.title(item.product, item.variant), left=left)


def _check_customer(transaction: Transaction, draft: _Draft) -> None:
    contact = draft.placement.contact
    limited = [item for item in draft.items if item.product.limit.per_customer is not None]
    if limited and transaction.postgres:
        transaction.run("SELECT pg_advisory_xact_lock(hashtext(?))", contact.email.casefold() or contact.phone)
    for item in limited:
        row = transaction.find(
            "SELECT COALESCE(SUM(l.quantity), 0) FROM order_line l "
            "JOIN orders o ON o.id = l.order_id AND o.revision = l.revision "
            "WHERE l.product = ? AND o.state NOT IN ('cancelled', 'returned') "
            "AND ((o.email <> '' AND o.email = ?) OR (o.phone <> '' AND o.phone = ?))",
            item.product.handle,
            contact.email.casefold(),
            numbers.digits(contact.phone),
        )
        limit = item.product.limit.per_customer or 0
        wanted = sum(each.quantity for each in limited if each.product.handle == item.product.handle)
        if (int(row[0]) if row else 0) + wanted > limit:
            raise Refusal(Code.LIMIT_PER_CUSTOMER, sku=item.variant.sku, title=item.product.title, limit=limit)


def _find_placed(transaction: Transaction, key: str, fingerprint: str) -> Placed | None:
    row = transaction.find("SELECT id, fingerprint, number FROM orders WHERE form_key = ?", key)
    if row is None:
        return None
    if row[1] != fingerprint:
        raise Refusal(Code.FORM_REUSED, number=row[2])
    return Placed(order=orders.get_by_id(transaction, row[0]), created=False)


def _write(transaction: Transaction, till: Till, draft: _Draft, names: tuple[str, str], now: datetime) -> Placed:
    """Write the whole order; the stock that everyone wants comes last."""
    if not _insert(transaction, till, draft, names, now):
        again = _find_placed(transaction, draft.placement.key, draft.fingerprint)
        if again is None:
            raise Refusal(Code.FORM_REUSED, number="")
        return again
    row = transaction.find("SELECT id FROM orders WHERE token = ?", names[1])
    order = int(row[0]) if row else 0
    _check_customer(transaction, draft)
    _insert_lines(transaction, till, draft, order)
    state = _first_state(draft.gateway)
    placed = HistoryRow(event=Event.PLACE, before="", after=state, actor="buyer", at=now)
    orders.record(transaction, order, placed)
    email, source = draft.placement.contact.email, draft.placement
    attribution.write(transaction, order, Touch(room=source.room, at=source.room_at, pin=source.pin), now)
    touches.write(transaction, order, touches.Touch(code=source.link, at=source.link_at), now)
    sources.write(transaction, order, source.channel)
    notices.write(transaction, Topic.ORDER_PLACED, str(order), now, order=order, recipient=email)
    if draft.quote.discounts:
        claims.claim(transaction, order, draft.priced, now)
        if state is State.CONFIRMED:
            claims.confirm(transaction, order, now)
    _reserve(transaction, draft, order, now)
    if draft.quote.total == 0 and state is State.PENDING_PAYMENT:
        orders.step(transaction, order, Event.PAY, actor="system", now=now, note="nothing to pay")
    elif draft.gateway.kind is Kind.ONLINE:
        owner = Owner(order, names[0], draft.quote.total, draft.quote.currency)
        attempts.create(transaction, owner, draft.gateway.id, now)
    return Placed(order=orders.get_by_id(transaction, order), created=True)


def _insert(transaction: Transaction, till: Till, draft: _Draft, names: tuple[str, str], now: datetime) -> int:
    placement, encode = draft.placement, _encode
    hold = draft.gateway.hold_seconds or till.terms.checkout.reserve
    pays_later = draft.gateway.kind is Kind.ON_DELIVERY
    return transaction.run(
        _INSERT,
        *names,
        placement.key,
        draft.fingerprint,
        _first_state(draft.gateway),
        placement.gateway,
        till.goods.release,
        placement.locale if placement.locale in till.terms.locales else till.terms.locale,
        draft.quote.currency,
        placement.contact.email.casefold(),
        numbers.digits(placement.contact.phone),
        encode(placement.contact),
        encode(placement.address),
        encode(_delivery(till, placement.delivery)),
        encode(draft.quote),
        draft.quote.total,
        placement.remarks,
        encode(placement.invoice) if placement.invoice else None,
        encode(placement.consents),
        placement.room,
        int(now.timestamp()),
        None if pays_later else int((now + timedelta(seconds=hold)).timestamp()),
    )


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _insert_lines(transaction: Transaction, till: Till, draft: _Draft, order: int) -> None:
    locale = draft.placement.locale
    bought = {line.sku: line for line in draft.quote.lines if not line.gift}
    priced = [bought[item.variant.sku] for item in draft.items] + [line for line in draft.quote.lines if line.gift]
    rows = []
    for position, (item, line) in enumerate(zip(claims.goods(draft.priced), priced, strict=True)):
        rows.append(
            (
                order, position, line.sku, line.product, _in(item.product.title, locale, till.terms.locale),
                _label(item, locale, till.terms.locale), _picture(item), line.quantity, line.unit_price, line.discount,
                line.amount, line.tax_rate, line.tax, line.total,
            )
        )  # fmt: skip
    transaction.run_many(_INSERT_LINE, rows)


def _reserve(transaction: Transaction, draft: _Draft, order: int, now: datetime) -> None:
    try:
        stock.reserve(transaction, order, claims.takes(claims.goods(draft.priced)), now)
    except Refusal as refusal:
        if any(line.gift and line.sku == refusal.values["sku"] for line in draft.quote.lines):
            raise Refusal(Code.PROMOTION_GONE, promotion="", name={}) from refusal
        item = next(each for each in draft.items if each.variant.sku == refusal.values["sku"])
        raise _sold_out(item, refusal.values["left"]) from refusal


def _first_state(gateway: Gateway) -> State:
    return State.CONFIRMED if gateway.kind is Kind.ON_DELIVERY else State.PENDING_PAYMENT


def _delivery(till: Till, method: str) -> Delivery:
    chosen = next((each for each in till.terms.delivery if each.id == method), None)
    if chosen is None:
        return Delivery()
    return Delivery(method=chosen.id, kind=chosen.kind, name=chosen.name, place=chosen.place, hours=chosen.hours)


def _in(text: Text, locale: str, fallback: str) -> str:
    return text.get(locale) or text.get(fallback) or next(iter(text.values()), "")


def _label(item: Item, locale: str, fallback: str) -> str:
    """Return the chosen options in words: ``500 g / tin``."""
    labels = []
    for option, chosen in zip(item.product.options, item.variant.options, strict=False):
        value = next((each for each in option.values if each.value == chosen), None)
        labels.append(_in(value.label, locale, fallback) if value else chosen)
    return " / ".join(labels)


def _picture(item: Item) -> str:
    first = item.product.pictures[0].file if item.product.pictures else ""
    return item.variant.picture or first
