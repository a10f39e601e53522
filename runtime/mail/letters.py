"""Writes the mail of a notice.

Subject, plain text and HTML in the order's language, with nothing in a header that a buyer wrote unchecked.
"""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from importlib.util import find_spec
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_datetime

from generator import money
from generator.shop import DeliveryKind, Terms
from runtime import carriers, words
from runtime.mail import stationery
from runtime.notices import Topic
from runtime.orders import Order
from runtime.refunds import Refund


class Row(msgspec.Struct, frozen=True):
    """A line of the letter's table: what, how many, how much."""

    label: str
    note: str
    amount: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Money that needs the merchant's decision."""

    kind: str
    reference: str
    amount: int
    currency: str


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a mail says; the template sees it as it is."""

    locale: str
    shop: str
    subject: str
    hello: str
    paragraphs: list[str]
    footer: str
    heading: str = ""
    rows: list[Row] = msgspec.field(default_factory=list)
    totals: list[Row] = msgspec.field(default_factory=list)
    link: str = ""
    view: str = ""
    paper: str = ""
    """The address of the order's invoice, once there is one."""
    paper_label: str = ""


def of_order(topic: Topic, order: Order, terms: Terms, base_url: str) -> EmailMessage:
    """Return the mail that tells a buyer of their order."""
    locale = order.locale
    shop = terms.name.get(locale) or next(iter(terms.name.values()), "")
    hello = "mail.hello" if order.contact.name else "mail.hello-nobody"
    letter = Letter(
        locale=locale,
        shop=shop,
        subject=words.say(f"mail.{topic}.subject", locale, number=order.number),
        hello=words.say(hello, locale, name=order.contact.name),
        paragraphs=_paragraphs(topic, order, terms),
        footer=words.say("mail.footer", locale, shop=shop),
        heading=words.say("mail.order", locale, number=order.number),
        rows=_rows(order),
        totals=_totals(order),
        link=f"{base_url.rstrip('/')}/orders/{order.token}" if base_url else "",
        view=words.say("mail.view", locale),
        paper=_paper(topic, order, base_url),
        paper_label=words.say("mail.paper", locale),
    )
    return message(letter, terms.seller.email, order.contact.email)


def of_refund(refund: Refund, order: Order, terms: Terms, base_url: str) -> EmailMessage:
    """Return the mail that tells a buyer that money is on its way back."""
    locale = order.locale
    shop = terms.name.get(locale) or next(iter(terms.name.values()), "")
    amount = money.text(refund.amount, refund.currency, locale)
    hello = "mail.hello" if order.contact.name else "mail.hello-nobody"
    letter = Letter(
        locale=locale,
        shop=shop,
        subject=words.say("mail.refund-sent.subject", locale, amount=amount, number=order.number),
        hello=words.say(hello, locale, name=order.contact.name),
        paragraphs=[words.say("mail.refund-sent.text", locale, amount=amount)],
        footer=words.say("mail.footer", locale, shop=shop),
        link=f"{base_url.rstrip('/')}/orders/{order.token}" if base_url else "",
        view=words.say("mail.view", locale),
    )
    return message(letter, terms.seller.email, order.contact.email)


def of_failed_refund(refund: Refund, number: str, why: str, terms: Terms) -> EmailMessage:
    """Return the mail that tells the merchant of a refund that is stuck or failed."""
    locale = terms.locale
    shop = terms.name.get(locale, "")
    amount = money.text(refund.amount, refund.currency, locale)
    state = words.say(f"state.{refund.state}", locale)
    said = {"refund": refund.number, "amount": amount, "state": state, "reason": why}
    letter = Letter(
        locale=locale,
        shop=shop,
        subject=words.say("mail.refund-failed.subject", locale, amount=amount, number=number),
        hello=words.say("mail.hello-nobody", locale),
        paragraphs=[
            words.say("mail.refund-failed.text", locale, **said).strip(),
            words.say("mail.refund-failed.next", locale, code=refund.state),
        ],
        footer=words.say("mail.footer", locale, shop=shop),
    )
    return message(letter, terms.seller.email, terms.seller.email)


def of_finding(finding: Finding, terms: Terms, recipient: str) -> EmailMessage:
    """Return the mail that tells the merchant of money that fits no order."""
    locale = terms.locale
    shop = terms.name.get(locale, "")
    amount = money.text(finding.amount, finding.currency, locale)
    kind = words.say(f"finding.{finding.kind}", locale)
    letter = Letter(
        locale=locale,
        shop=shop,
        subject=words.say("mail.money-found.subject", locale, amount=amount),
        hello=words.say("mail.hello-nobody", locale),
        paragraphs=[words.say("mail.money-found.text", locale, kind=kind, amount=amount, reference=finding.reference)],
        footer=words.say("mail.footer", locale, shop=shop),
    )
    return message(letter, terms.seller.email, recipient)


def of_event(title: str, lines: tuple[str, ...], terms: Terms, recipient: str) -> EmailMessage:
    """Return a short mail that tells the merchant of something in the shop."""
    shop = terms.name.get(terms.locale, "")
    letter = Letter(
        locale=terms.locale,
        shop=shop,
        subject=title,
        hello=words.say("mail.hello-nobody", terms.locale),
        paragraphs=list(lines),
        footer=words.say("mail.footer", terms.locale, shop=shop),
    )
    return message(letter, terms.seller.email, recipient)


def _paper(topic: Topic, order: Order, base_url: str) -> str:
    """Return where the buyer finds the invoice of an order that is paid, on a machine that can draw it."""
    if topic not in {Topic.ORDER_PAID, Topic.ORDER_SHIPPED} or not base_url or find_spec("fpdf") is None:
        return ""
    return f"{base_url.rstrip('/')}/orders/{order.token}/invoice.pdf"


def _paragraphs(topic: Topic, order: Order, terms: Terms) -> list[str]:
    locale, kind = order.locale, order.delivery.kind
    if topic is Topic.ORDER_PLACED:
        found = [words.say("mail.order-placed.text", locale)]
        if order.expires_at is None:
            found.append(words.say("mail.order-placed.at-door", locale))
        elif order.total > order.paid:
            found.append(words.say("mail.order-placed.pay", locale, until=_moment(order.expires_at, terms, locale)))
        return found
    if topic is Topic.ORDER_SHIPPED:
        ready = {DeliveryKind.PICKUP: "pickup", DeliveryKind.DIGITAL: "digital", None: "digital"}.get(kind, "text")
        found = [words.say(f"mail.order-shipped.{ready}", locale)]
        place = order.delivery.place
        if kind is DeliveryKind.PICKUP and place:
            found.append(place.get(locale) or next(iter(place.values()), ""))
        found += [
            words.say(
                "mail.order-shipped.tracking",
                locale,
                carrier=carriers.name(parcel.carrier, locale),
                tracking=parcel.tracking,
            )
            for parcel in order.parcels[-1:]
            if parcel.tracking
        ]
        return found
    return [words.say(f"mail.{topic}.text", locale)]


def _moment(moment: datetime, terms: Terms, locale: str) -> str:
    local = moment.astimezone(ZoneInfo(terms.timezone))
    return format_datetime(local, "short", locale=locale.replace("-", "_"))


def _rows(order: Order) -> list[Row]:
    return [
        Row(
            f"{line.title}{f' ({line.label})' if line.label else ''}",
            f"{line.quantity} × {money.text(line.unit_price, order.currency, order.locale)}",
            money.text(line.unit_price * line.quantity, order.currency, order.locale),
        )
        for line in order.lines
    ]


def _totals(order: Order) -> list[Row]:
    quote, locale = order.quote, order.locale
    pairs = [(each.name.get(locale) or words.say("mail.discount", locale), -each.amount) for each in quote.discounts]
    pairs.append((words.say("mail.delivery", locale), quote.delivery))
    if not quote.tax_included:
        pairs.append((words.say("mail.tax", locale), quote.tax))
    rows = [Row(label, "", money.text(amount, order.currency, locale)) for label, amount in pairs if amount]
    rows.append(Row(words.say("mail.total", locale), "", money.text(order.total, order.currency, locale)))
    if quote.tax_included and quote.tax:
        rows.append(Row(words.say("mail.tax-included", locale), "", money.text(quote.tax, order.currency, locale)))
    return rows


def message(letter: Letter, sender: str, recipient: str) -> EmailMessage:
    """Build the message; a line break in a header raises ValueError (email.policy does so)."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = letter.subject
    mail["To"] = Address(addr_spec=recipient)
    mail["From"] = Address(display_name=letter.shop, addr_spec=sender or "shop@localhost")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_plain(letter), cte="quoted-printable")
    mail.add_alternative(stationery.write(letter), subtype="html", cte="quoted-printable")
    mail["Content-Language"] = letter.locale
    return mail


def _plain(letter: Letter) -> str:
    """Return the letter as plain text."""
    lines = [letter.hello, "", *(line for text in letter.paragraphs for line in (text, ""))]
    if letter.rows:
        table = [f"  {row.label}  {row.note}  {row.amount}".rstrip() for row in [*letter.rows, *letter.totals]]
        lines += [letter.heading, *table, ""]
    if letter.link:
        lines += [f"{letter.view}: {letter.link}", ""]
    if letter.paper:
        lines += [f"{letter.paper_label}: {letter.paper}", ""]
    return "\n".join([*lines, "-- ", letter.footer]) + "\n"
