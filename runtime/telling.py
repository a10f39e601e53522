"""Tells what happened: takes messages from the outbox and hands each to whom it is for, by mail or through a hook.

``send_due`` is the worker's; ``note_low_stock`` writes a message for each sku that runs out.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import msgspec

from generator.shop import Terms
from runtime import aftersale, hooks, notices, orders, refunds, reminders
from runtime.access import accounts, devices, links, lodge
from runtime.access.accounts import Account
from runtime.faults import Fault
from runtime.mail import cases, letters, people, post, rooms, stationery
from runtime.mail.people import Reader
from runtime.notices import Notice, Topic
from runtime.orders import Order
from runtime.refusals import Refusal
from runtime.settings import Settings
from runtime.till import Till
from runtime.transaction import Row, Transaction

log = logging.getLogger(__name__)
_FILLED = "(SELECT MAX(m.id) FROM stock_move m WHERE m.sku = s.sku AND m.reason IN ('opening', 'adjust'))"
_LOW = (
    f"SELECT s.sku, {_FILLED} FROM stock s WHERE s.level <= ? AND EXISTS (SELECT 1 FROM stock_move m "  # noqa: S608
    f"WHERE m.sku = s.sku AND m.reason = 'reserve' AND m.id > {_FILLED}) AND NOT EXISTS (SELECT 1 FROM notice n "
    f"WHERE n.topic = 'stock-low' AND n.recipient = '' AND n.reference = s.sku || ':' || {_FILLED}) LIMIT 50"
)
"""Skus that were sold down to few pieces since they were filled, and were not told of since then."""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """Where messages go out from: the till, the surroundings, the shop's own address, the moment."""

    till: Till
    settings: Settings
    base_url: str
    now: datetime

    @property
    def terms(self) -> Terms:
        """Return the shop's terms."""
        return self.till.terms

    @property
    def address(self) -> str:
        """Return the address that links lead to."""
        return self.base_url or self.terms.url

    def order(self, notice: Notice) -> Order:
        """Return the order that a message is about; raise Refusal (order-unknown)."""
        return self.till.database.read(lambda transaction: orders.get_by_id(transaction, notice.order or 0))


def send_due(till: Till, settings: Settings, base_url: str, now: datetime) -> int:
    """Hand over the messages that are due; return how many were taken."""
    sent, office = 0, Post(till=till, settings=settings, base_url=base_url, now=now)
    for notice in notices.claim_due(till.database, now):
        try:
            _tell(office, notice)
        except hooks.HookFault as error:
            log.warning("a hook was not told: %s", error)
            if error.gone:
                notices.bury(till.database, notice, str(error))
            else:
                notices.mark_failed(till.database, notice, str(error), now)
        except (Fault, ValueError, LookupError) as error:
            log.warning("a mail was not sent: %s", error)
            notices.mark_failed(till.database, notice, str(error), now)
        else:
            notices.mark_sent(till.database, notice, now)
            sent += 1
    return sent


def _tell(office: Post, notice: Notice) -> None:
    database, terms = office.till.database, office.terms
    if notice.recipient.startswith(hooks.PREFIX):
        hook = hooks.find(terms.hooks, notice)
        if hook is None:
            raise hooks.HookFault("this hook is not in the text any more", gone=True)
        event = database.read(lambda look: hooks.about(look, notice, terms.locale, office.address))
        hooks.send(hook, event, f"msg_{notice.id}", office.settings, office.now)
        return
    if terms.hooks and notice.topic not in _BETWEEN_US:
        database.write(lambda transaction: hooks.fan_out(transaction, terms.hooks, notice, office.now))
    with stationery.used(_theme(office), notice.topic):
        letter = _LETTERS.get(notice.topic, _of_order)(office, notice)
    if letter is not None:
        post.send(letter, office.settings, f"{notice.topic}-{notice.id}", office.now)


def _theme(office: Post) -> Path:
    """Return the live release's theme, where a shop's own letters lie."""
    return office.settings.var / "live" / "theme"


def note_low_stock(till: Till, now: datetime) -> int:
    """Tell the merchant of each sku that has few pieces left, once until it is filled up; return how many."""
    few = till.terms.stock_low
    rows = till.database.read(lambda transaction: transaction.all(_LOW, few)) if few else []
    if rows:
        till.database.write(lambda transaction: _note(transaction, rows, now))
    return len(rows)


def _note(transaction: Transaction, rows: list[Row], now: datetime) -> None:
    for sku, last in rows:
        notices.write(transaction, Topic.STOCK_LOW, f"{sku}:{last}", now)


def _of_order(office: Post, notice: Notice) -> EmailMessage | None:
    """Return the buyer's mail about an order; without an address it is for hooks alone."""
    if not notice.recipient:
        return None
    return letters.of_order(notice.topic, office.order(notice), office.terms, office.address)


def _of_refund(office: Post, notice: Notice) -> EmailMessage | None:
    """Return the mail about a refund: the buyer's when the money is on its way, the merchant's when it is not."""
    database, terms = office.till.database, office.terms
    number = notice.reference.partition(":")[0]
    refund = database.read(lambda look: refunds.get(look, number))
    owner = refund.order
    order = database.read(lambda look: orders.get_by_id(look, owner)) if owner is not None else None
    if notice.topic is Topic.REFUND_SENT:
        return letters.of_refund(refund, order, terms, office.address) if order and order.contact.email else None
    if not terms.seller.email:
        return None
    why = database.read(lambda look: refunds.history(look, refund.id))[-1].note
    return letters.of_failed_refund(refund, order.number if order else refund.reference, why, terms)


def _of_case(office: Post, notice: Notice) -> EmailMessage | None:
    """Return the mail about an after-sale case: the merchant's, the buyer's, or the acknowledgement of a withdrawal."""
    terms, order = office.terms, office.order(notice)
    number = notice.reference.partition(":")[0]
    case = office.till.database.read(lambda look: aftersale.get(look, number))
    if notice.topic is Topic.AFTERSALE_OPENED:
        return cases.to_merchant(case, order, terms) if terms.seller.email else None
    if not notice.recipient:
        return None
    if notice.topic is Topic.WITHDRAWAL_RECEIVED:
        return cases.acknowledgement(case, order, terms, office.address, notice.recipient)
    return cases.to_buyer(case, order, terms, office.address)


def _of_finding(office: Post, notice: Notice) -> EmailMessage | None:
    seller = office.terms.seller.email
    if not seller:
        return None
    kind, _, key = notice.reference.partition(":")
    gateway, _, receipt = key.partition(":")
    row = office.till.database.read(
        lambda transaction: transaction.find(
            "SELECT kind, reference, amount, currency FROM finding WHERE kind = ? AND gateway = ? AND receipt = ?",
            kind, gateway, receipt,
        )
    )  # fmt: skip
    if row is None:
        raise LookupError(notice.reference)
    found = letters.Finding(kind=row[0], reference=row[1], amount=row[2], currency=row[3])
    return letters.of_finding(found, office.terms, seller)


def _of_stock(office: Post, notice: Notice) -> EmailMessage | None:
    seller = office.terms.seller.email
    if not seller:
        return None
    event = office.till.database.read(lambda look: hooks.about(look, notice, office.terms.locale, office.address))
    return letters.of_event(event.title, event.lines, office.terms, seller)


def _of_room(office: Post, notice: Notice) -> EmailMessage | None:
    """Return the mail about a live room's reminder; none where the wish was taken back or the room is gone."""
    try:
        wish = office.till.database.read(lambda look: reminders.get(look, int(notice.reference.partition(":")[0])))
    except LookupError:
        return None
    room = office.till.goods.find_room(wish.room)
    if room is None:
        return None
    locale = wish.locale if wish.locale in office.terms.locales else office.terms.locale
    if notice.topic is Topic.LIVE_BEGINS:
        return rooms.begins(room, office.terms, (locale, wish.email), office.address, office.now)
    link = office.address.rstrip("/") + reminders.path(
        room.handle, reminders.token(office.settings.secret, room.handle, wish.email)
    )
    return rooms.confirm(room, office.terms, locale, wish.email, link)


def _of_link(office: Post, notice: Notice) -> EmailMessage | None:
    """Return the mail with a link for somebody of the console; none for one that is over."""
    try:
        link, account = office.till.database.read(lambda look: links.get(look, int(notice.reference), office.now))
    except LookupError:
        return None
    path = link.path(lodge.of(office.settings, office.till.database))
    address = office.settings.console.address(office.address)
    return people.linked(notice.topic, _reader(account), office.terms, address + path)


def _of_account(office: Post, notice: Notice) -> EmailMessage | None:
    """Return the mail that tells somebody of a change of their account; none after it was removed."""
    identity, what, last = notice.reference.split(":")
    try:
        account = office.till.database.read(lambda look: accounts.get(look, int(identity)))
    except Refusal:
        return None
    link = f"{office.settings.console.address(office.address)}/console/account"
    if what == devices.NEW:
        return _of_device(office, account, int(last), link)
    return people.changed(what, _reader(account), office.terms, link)


def _of_device(office: Post, account: Account, session: int, link: str) -> EmailMessage | None:
    """Return the mail about a device that is new; none where nobody knows any more how it was."""
    found = office.till.database.read(lambda look: devices.entrance(look, session))
    if found is None:
        return None
    entrance = (devices.name(found.agent), found.address, datetime.fromtimestamp(found.at, UTC))
    return people.entered(_reader(account), office.terms, entrance, link)


def _reader(account: Account) -> Reader:
    return Reader(name=account.name, email=account.email, locale=account.locale, role=account.role.value)


_BETWEEN_US = {
    Topic.LIVE_CONFIRM,
    Topic.LIVE_BEGINS,
    Topic.CONSOLE_INVITE,
    Topic.CONSOLE_RESET,
    Topic.CONSOLE_CHANGED,
}
"""Topics that no hook is told of: they are between one person and the shop."""
_LETTERS: dict[Topic, Callable[[Post, Notice], EmailMessage | None]] = {
    Topic.REFUND_SENT: _of_refund,
    Topic.REFUND_FAILED: _of_refund,
    Topic.MONEY_FOUND: _of_finding,
    Topic.AFTERSALE_OPENED: _of_case,
    Topic.AFTERSALE_ANSWERED: _of_case,
    Topic.WITHDRAWAL_RECEIVED: _of_case,
    Topic.STOCK_LOW: _of_stock,
    Topic.LIVE_CONFIRM: _of_room,
    Topic.LIVE_BEGINS: _of_room,
    Topic.CONSOLE_INVITE: _of_link,
    Topic.CONSOLE_RESET: _of_link,
    Topic.CONSOLE_CHANGED: _of_account,
}
"""Topics with a letter of their own; all others are about an order and go to its buyer."""
