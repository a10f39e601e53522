"""Letters about live rooms: the question whether a reminder is meant, and the reminder."""

from datetime import datetime
from email.message import EmailMessage
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name

from generator.shop import LiveRoom, Terms
from generator.theming import templates
from runtime import words
from runtime.mail import letters
from runtime.mail.letters import Letter


def confirm(room: LiveRoom, terms: Terms, locale: str, recipient: str, link: str) -> EmailMessage:
    """Return the mail that asks whether somebody wants to be reminded."""
    title, moment = _title(room, terms, locale), _moment(room, terms, locale)
    text = words.say("mail.live-confirm.text", locale, title=title, moment=moment)
    return _write("live-confirm", terms, (locale, recipient), (title, text, link))


def begins(room: LiveRoom, terms: Terms, to: tuple[str, str], base_url: str, now: datetime) -> EmailMessage:
    """Return the reminder; ``to`` is the language and the address."""
    locale = to[0]
    title = _title(room, terms, locale)
    soon = now < datetime.fromisoformat(room.starts_at)
    key = "mail.live-begins.soon" if soon else "mail.live-begins.text"
    text = words.say(key, locale, title=title, moment=_moment(room, terms, locale))
    prefix = "" if locale == terms.locale else f"/{locale}"
    link = base_url.rstrip("/") + quote(templates.address(prefix, "live", room.handle))
    return _write("live-begins" if not soon else "live-soon", terms, to, (title, text, link))


def _write(topic: str, terms: Terms, to: tuple[str, str], said: tuple[str, str, str]) -> EmailMessage:
    (locale, recipient), (title, text, link) = to, said
    shop = terms.name.get(locale) or next(iter(terms.name.values()), "")
    letter = Letter(
        locale=locale,
        shop=shop,
        subject=words.say(f"mail.{topic}.subject", locale, title=title),
        hello=words.say("mail.live-hello", locale),
        paragraphs=[text],
        footer=words.say("mail.live-footer", locale, shop=shop),
        link=link,
        view=words.say("mail.live-confirm.button" if topic == "live-confirm" else "mail.live-begins.button", locale),
    )
    return letters.message(letter, terms.seller.email, recipient)


def _title(room: LiveRoom, terms: Terms, locale: str) -> str:
    return " ".join((room.title.get(locale) or room.title.get(terms.locale) or room.handle).split())


def _moment(room: LiveRoom, terms: Terms, locale: str) -> str:
    """Return the beginning as the room's own page writes it: a day and a minute by the shop's clocks, which are named.

    A mail is read anywhere, and no script turns the time into the reader's own.
    """
    local = datetime.fromisoformat(room.starts_at).astimezone(ZoneInfo(terms.timezone))
    zone = get_timezone_name(local, "long", locale=locale.replace("-", "_"))
    joined = "，" if locale.startswith("zh") else ", "
    return templates.date_text(room.starts_at, "long", locale, terms.timezone) + joined + zone
