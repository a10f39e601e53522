"""How the areas say things: money, moments by the shop's clock, who did something, and pictures of products."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_decimal

from generator import money
from generator.theming import wording
from generator.views import Image
from runtime import words as shop_words
from runtime.console import words as console_words
from runtime.refusals import Refusal
from runtime.transaction import Transaction
from runtime.web import console
from runtime.web.areas import shell
from runtime.web.visit import Visit

_KNOWN_ACTORS = frozenset({"buyer", "merchant", "system", "gateway"})


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A moment, for machines and for people; ``full`` names the year as well."""

    iso: str
    text: str
    full: str


class Teller(msgspec.Struct, frozen=True, kw_only=True):
    """Says things in the reader's language, by the shop's clock and money."""

    here: Visit
    locale: str

    @property
    def zone(self) -> ZoneInfo:
        """Return the shop's time zone."""
        return ZoneInfo(self.here.release.terms.timezone)

    @property
    def currency(self) -> str:
        """Return the shop's currency."""
        return self.here.release.terms.currency

    def money(self, amount: int, currency: str = "") -> str:
        """Write an amount."""
        return money.text(amount, currency or self.currency, self.locale)

    def short(self, amount: int) -> str:
        """Write about how much an amount is, without its currency: "2K"."""
        return str(format_compact_decimal(money.decimal(amount, self.currency), locale=wording.culture(self.locale)))

    def gateway(self, gateway: str) -> str:
        """Return how a way of paying is called: by the shop, else as everybody calls it."""
        named = next((each.name for each in self.here.release.terms.payment if each.gateway == gateway), None) or {}
        known = f"orders.gateway.{gateway}"
        own = named.get(self.locale) or next(iter(named.values()), "")
        return own or (self.say(known) if known in console_words.wording(self.locale).words else gateway)

    def moment(self, at: datetime) -> Moment:
        """Write a moment as short as it is clear: today by the clock alone, this year without the year."""
        local, now = at.astimezone(self.zone), self.here.now.astimezone(self.zone)
        culture = wording.culture(self.locale)
        clock = format_time(local, "short", locale=culture)
        full = f"{format_date(local, 'medium', culture)} {clock}"
        text = full
        if local.date() == now.date():
            text = str(clock)
        elif local.year == now.year:
            text = f"{format_skeleton('MMMd', local, tzinfo=self.zone, locale=culture)} {clock}"
        return Moment(iso=local.isoformat(timespec="seconds"), text=text, full=full)

    def day(self, at: datetime) -> str:
        """Write a day without its year."""
        culture = wording.culture(self.locale)
        return str(format_skeleton("MMMd", at.astimezone(self.zone), tzinfo=self.zone, locale=culture))

    def distance(self, at: datetime) -> str:
        """Say how far a moment is away: "in 5 hours", "3 days ago"."""
        culture = wording.culture(self.locale)
        return str(format_timedelta(at - self.here.now, add_direction=True, locale=culture))

    def say(self, key: str, **values: object) -> str:
        """Return a sentence of the console."""
        return shell.say(key, **values)

    def known(self, key: str, **values: object) -> str:
        """Return a sentence that commands and mails say as well."""
        return shop_words.say(key, self.locale, **values)

    def refusal(self, refusal: Refusal) -> str:
        """Say why the domain said no."""
        return shop_words.refusal(refusal, self.locale)

    def actor(self, actor: str, names: dict[str, str]) -> str:
        """Say who did something; ``names`` are those of the console's people, by actor."""
        kind, _, which = actor.partition(":")
        if actor in names:
            return names[actor]
        if kind in _KNOWN_ACTORS:
            return self.say(f"orders.actor.{kind}", name=self.gateway(which))
        return which or actor

    def pictures(self, handles: Iterable[str]) -> dict[str, str]:
        """Return where the small pictures of products are, by handle."""
        cards = self.here.catalogue.cards(console.shop_locale(self.here), dict.fromkeys(handles))
        return {card.handle: small(card.image) for card in cards if card.image}


def small(image: Image) -> str:
    """Return where the smallest form of a picture is that every browser of today shows."""
    sets = dict(image.sources)
    found = sets.get("image/webp") or image.srcset
    return found.split(",")[0].split()[0] if found else image.src


def people(look: Transaction) -> dict[str, str]:
    """Return the names of the console's people by how they are noted."""
    return {f"person:{row[0]}": str(row[1]) for row in look.all("SELECT id, name FROM console_person")}
