"""An order that somebody of the console has opened: every view of it begins here, and its forms end here."""

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response
from werkzeug.wrappers import Response as Answer

from runtime import groups, orders
from runtime.access.roles import Permission
from runtime.orders import Order
from runtime.web.areas import entry, shell
from runtime.web.areas.entry import Person
from runtime.web.areas.orders import deeds
from runtime.web.areas.orders.deeds import Deeds
from runtime.web.areas.telling import Teller
from runtime.web.visit import Visit, visit

HOME = "/console/orders"


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, about which order, and what they may do with it now."""

    person: Person
    teller: Teller
    order: Order
    deeds: Deeds

    @property
    def here(self) -> Visit:
        """Return the request's surroundings."""
        return self.teller.here

    @property
    def whole(self) -> bool:
        """Tell whether they see whole contacts: whoever ships needs them, others see them masked."""
        return self.person.may(Permission.ORDERS_SHIP)

    @property
    def url(self) -> str:
        """Return the address of the order's page."""
        return f"{HOME}/{self.order.number}"

    def screen(
        self, template: str, title: str, context: Mapping[str, Any], problems: Mapping[str, str] | None = None
    ) -> Response:
        """Show a page about the order; ``problems`` are what stands in the way, by field."""
        shared = {
            "title": title,
            "order": {"number": self.order.number, "url": self.url},
            "deeds": self.deeds,
            "problems": problems or {},
        }
        return shell.screen(template, {**shared, **context}, area="orders", status=422 if problems else 200)

    def done(self, word: str, what: str, *, before: str = "", after: str = "") -> Answer:
        """Note what was done and go back to the order's page, which tells it."""
        entry.note(self.person, f"order.{what}", self.order.number, before=before, after=after)
        return shell.done(self.url, f"orders.done.{word}")


def get(number: str, permission: Permission = Permission.ORDERS_SEE) -> Opened:
    """Return the order of an address for somebody who may see it; raise Refusal (order-unknown)."""
    return _opened(entry.get_person(permission), number)


def write(number: str, permission: Permission) -> Opened:
    """Return the order of an address for somebody who may change it, after their form's token was checked."""
    return _opened(entry.get_writer(permission), number)


def _opened(person: Person, number: str) -> Opened:
    here = visit()
    teller = Teller(here=here, locale=shell.locale())
    order, waits = here.database.read(
        lambda look: (found := orders.get(look, number), groups.waits(look, found.id)),
    )
    gateway = here.till.gateways.get(order.gateway)
    return Opened(person=person, teller=teller, order=order, deeds=deeds.of(person, order, gateway, waits=waits))
