"""Mails about after-sale cases: to the merchant, to the buyer, and the acknowledgement of a withdrawal."""

from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from generator.shop import Terms
from runtime import words
from runtime.aftersale import Case
from runtime.mail.letters import Letter, message
from runtime.orders import Order


def to_merchant(case: Case, order: Order, terms: Terms) -> EmailMessage:
    """Return the mail that tells the merchant what a buyer asks, and until when they can answer."""
    locale = terms.locale
    said = {"kind": _kind(case, locale), "number": order.number, "case": case.number, "state": _state(case, locale)}
    paragraphs = [words.say("mail.aftersale-opened.text", locale, **said)]
    if case.due_at is not None:
        until = _moment(case.due_at, terms, locale)
        paragraphs.append(words.say("mail.aftersale-opened.until", locale, until=until))
    paragraphs.append(words.say("mail.aftersale-opened.next", locale, case=case.number))
    letter = Letter(
        locale=locale,
        shop=terms.name.get(locale, ""),
        subject=_first_upper(words.say("mail.aftersale-opened.subject", locale, **said)),
        hello=words.say("mail.hello-nobody", locale),
        paragraphs=paragraphs,
        footer=words.say("mail.footer", locale, shop=terms.name.get(locale, "")),
    )
    return message(letter, terms.seller.email, terms.seller.email)


def to_buyer(case: Case, order: Order, terms: Terms, base_url: str) -> EmailMessage:
    """Return the mail that tells a buyer how their case stands."""
    locale = order.locale
    said = {"kind": _kind(case, locale), "state": _state(case, locale)}
    paragraphs = [
        words.say("mail.aftersale-answered.text", locale, **said),
        words.say("mail.aftersale-answered.next", locale),
    ]
    subject = words.say("mail.aftersale-answered.subject", locale, number=order.number)
    return message(_letter(order, terms, base_url, (subject, paragraphs)), terms.seller.email, order.contact.email)


def acknowledgement(case: Case, order: Order, terms: Terms, base_url: str, recipient: str) -> EmailMessage:
    """Return the acknowledgement of a withdrawal on a durable medium: its content, its date and its time."""
    locale = order.locale
    goods = ", ".join(
        f"{line.quantity} × {order.lines[line.position].title}"
        + (f" ({order.lines[line.position].label})" if order.lines[line.position].label else "")
        for line in case.lines
    )
    statement = words.say(
        "mail.withdrawal-received.statement",
        locale,
        goods=goods,
        number=order.number,
        placed=_moment(order.placed_at, terms, locale),
        name=order.contact.name or order.address.name or recipient,
    )
    paragraphs = [
        words.say("mail.withdrawal-received.text", locale, at=_moment(case.opened_at, terms, locale, zone=True)),
        statement,
        words.say("mail.withdrawal-received.next", locale),
    ]
    subject = words.say("mail.withdrawal-received.subject", locale, number=order.number)
    return message(_letter(order, terms, base_url, (subject, paragraphs)), terms.seller.email, recipient)


def _letter(order: Order, terms: Terms, base_url: str, text: tuple[str, list[str]]) -> Letter:
    locale = order.locale
    shop = terms.name.get(locale) or next(iter(terms.name.values()), "")
    hello = "mail.hello" if order.contact.name else "mail.hello-nobody"
    return Letter(
        locale=locale,
        shop=shop,
        subject=text[0],
        hello=words.say(hello, locale, name=order.contact.name),
        paragraphs=text[1],
        footer=words.say("mail.footer", locale, shop=shop),
        link=f"{base_url.rstrip('/')}/orders/{order.token}" if base_url else "",
        view=words.say("mail.view", locale),
    )


def _kind(case: Case, locale: str) -> str:
    return words.say(f"kind.{case.kind}", locale)


def _state(case: Case, locale: str) -> str:
    return words.say(f"state.{case.state.word}", locale)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _moment(moment: datetime, terms: Terms, locale: str, *, zone: bool = False) -> str:
    local = moment.astimezone(ZoneInfo(terms.timezone))
    said = format_datetime(local, "medium" if zone else "short", locale=locale.replace("-", "_"))
    return f"{said} ({terms.timezone})" if zone else said
