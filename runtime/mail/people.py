"""Letters to the console's people: an invitation, a way back in, and what was changed in an account."""

from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_datetime

from generator.shop import Terms
from runtime import words
from runtime.mail import letters
from runtime.mail.letters import Letter


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a letter is for."""

    name: str
    email: str
    locale: str
    role: str


def linked(topic: str, reader: Reader, terms: Terms, link: str) -> EmailMessage:
    """Return the mail with a link by which somebody chooses a password."""
    role = words.say(f"console.role.{reader.role}", reader.locale)
    text = words.say(f"mail.{topic}.text", reader.locale, shop=_shop(reader, terms), role=role)
    return _write(topic, reader, terms, link, [text])


def changed(what: str, reader: Reader, terms: Terms, link: str) -> EmailMessage:
    """Return the mail that tells somebody of a change which might not have been theirs."""
    keys = (f"mail.console-changed.{what}", "mail.console-changed.not-you")
    return _write("console-changed", reader, terms, link, [words.say(key, reader.locale) for key in keys])


def entered(reader: Reader, terms: Terms, entrance: tuple[str, str, datetime], link: str) -> EmailMessage:
    """Return the mail that tells somebody of a new device; ``entrance`` is what it calls itself, from where, when."""
    device, address, at = entrance
    local = at.astimezone(ZoneInfo(terms.timezone))
    moment = f"{format_datetime(local, 'medium', locale=reader.locale.replace('-', '_'))} ({terms.timezone})"
    said = {
        "shop": _shop(reader, terms), "moment": moment, "address": address or "–",
        "device": device or words.say("mail.console-entered.unknown", reader.locale),
    }  # fmt: skip
    keys = ("text", "facts", "not-you")
    return _write(
        "console-entered", reader, terms, link,
        [words.say(f"mail.console-entered.{key}", reader.locale, **said) for key in keys],
    )  # fmt: skip


def _write(topic: str, reader: Reader, terms: Terms, link: str, paragraphs: list[str]) -> EmailMessage:
    locale, shop = reader.locale, _shop(reader, terms)
    letter = Letter(
        locale=locale,
        shop=shop,
        subject=words.say(f"mail.{topic}.subject", locale, shop=shop),
        hello=words.say("mail.console-hello", locale, name=reader.name),
        paragraphs=paragraphs,
        footer=words.say("mail.plain-footer", locale, shop=shop),
        link=link,
        view=words.say(f"mail.{topic}.button", locale),
    )
    return letters.message(letter, terms.seller.email, reader.email)


def _shop(reader: Reader, terms: Terms) -> str:
    found = terms.name.get(reader.locale) or terms.name.get(terms.locale) or next(iter(terms.name.values()), "")
    return " ".join(found.split())
