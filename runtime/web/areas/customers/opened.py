"""A customer that somebody of the console has opened: every view of one begins here, and its forms end here."""

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response, abort
from werkzeug.wrappers import Response as Answer

from runtime.access.roles import Permission
from runtime.clientele import index, searching
from runtime.clientele.searching import Found
from runtime.live import tickets
from runtime.web.areas import entry, shell
from runtime.web.areas.entry import Person
from runtime.web.areas.telling import Teller
from runtime.web.visit import Visit, visit

HOME = "/console/customers"


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and about which customer."""

    person: Person
    teller: Teller
    customer: Found
    keys: tuple[str, ...]

    @property
    def here(self) -> Visit:
        """Return the request's surroundings."""
        return self.teller.here

    @property
    def url(self) -> str:
        """Return the address of the customer's page: a number, for addresses stand in logs."""
        return f"{HOME}/{self.customer.id}"

    @property
    def whole(self) -> bool:
        """Tell whether who asks sees whole contacts."""
        return self.person.may(Permission.CUSTOMERS_EDIT)

    @property
    def name(self) -> str:
        """Return how the customer is called."""
        return self.customer.name or shell.say("customers.nameless")

    @property
    def veiled(self) -> tuple[str, ...]:
        """Return the names by which live rooms know them."""
        return tickets.veiled(self.here.shopfront.settings.secret, "contact", self.keys)

    def screen(self, template: str, context: Mapping[str, Any], problems: Mapping[str, str] | None = None) -> Response:
        """Show a page about the customer; ``problems`` are what stands in the way, by field."""
        shared = {
            "title": self.name,
            "customer": {"name": self.name, "url": self.url},
            "whole": self.whole,
            "problems": problems or {},
        }
        status = 422 if problems else 200
        return shell.screen(f"customers/{template}.html", {**shared, **context}, area="customers", status=status)

    def done(self, word: str, what: str, *, before: str = "", after: str = "") -> Answer:
        """Note what was done and go back to the customer's page, which tells it."""
        entry.note(self.person, f"customer.{what}", str(self.customer.id), before=before, after=after)
        return shell.done(self.url, f"customers.done.{word}")


def get(number: int, permission: Permission = Permission.CUSTOMERS_SEE) -> Opened:
    """Return a customer for somebody who may see them; 404 for one who is not there, or was forgotten."""
    return _opened(entry.get_person(permission), number)


def write(number: int) -> Opened:
    """Return a customer for somebody who changes something, after their form's token was checked."""
    return _opened(entry.get_writer(Permission.CUSTOMERS_EDIT), number)


def proved(number: int) -> Opened:
    """Return a customer for somebody who showed a short while ago who they are."""
    return _opened(entry.get_proved(Permission.CUSTOMERS_EDIT, back=f"{HOME}/{number}"), number)


def _opened(person: Person, number: int) -> Opened:
    here = visit()
    teller = Teller(here=here, locale=shell.locale())
    customer, keys = here.database.read(
        lambda look: (searching.find_one(look, number, teller.currency), index.keys_of(look, number))
    )
    if customer is None or not keys:
        abort(404)
    return Opened(person=person, teller=teller, customer=customer, keys=keys)
