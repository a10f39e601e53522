"""What every screen of the funds begins with: who asks, how things are said, and the tabs above them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from flask import Response

from runtime.access.roles import Permission
from runtime.funds.flow import Move
from runtime.web.areas import entry, shell
from runtime.web.areas.entry import Person
from runtime.web.areas.telling import Teller
from runtime.web.visit import Visit, visit

HOME = "/console/funds"
TABS = ("", "flow", "coming", "withdrawals", "reconciling", "books")
_KNOWN = {
    "receipt", "sale", "delivered", "overpaid", "refund", "refunded", "refund-failed", "refund-returned",
    "bill-refund", "fee", "fee-returned", "settled", "unsettled", "advanced", "advance-returned", "withdrawal",
    "withdrawal-paid", "withdrawal-failed", "withdrawal-bounced", "dispute-opened", "dispute-won", "dispute-lost",
    "decided",
}  # fmt: skip


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks about the funds, and how it is told to them."""

    person: Person
    teller: Teller

    @property
    def here(self) -> Visit:
        """Return the request's surroundings."""
        return self.teller.here

    def screen(
        self, template: str, tab: str, context: Mapping[str, Any], problems: Mapping[str, str] | None = None
    ) -> Response:
        """Show a screen below a tab; ``problems`` are what stands in the way, by field."""
        shared = {
            "title": shell.say("funds.title"),
            "tabs_": [
                {
                    "url": f"{HOME}/{name}".rstrip("/"),
                    "label": shell.say(f"funds.tab.{name or 'overview'}"),
                    "current": name == tab,
                }
                for name in TABS
            ],
            "home": HOME,
            "problems": problems or {},
            "may_withdraw": self.person.may(Permission.FUNDS_WITHDRAW),
            "may_decide": self.person.may(Permission.ORDERS_REFUND),
        }
        return shell.screen(
            f"funds/{template}.html", {**shared, **context}, area="funds", status=422 if problems else 200
        )

    def begin(self, day: date) -> int:
        """Return the first second of a day by the shop's clock."""
        return int(datetime(day.year, day.month, day.day, tzinfo=self.teller.zone).timestamp())

    def until(self, day: date) -> int:
        """Return the first second after a day."""
        return self.begin(day + timedelta(days=1))

    def account(self, account: str) -> str:
        """Return how an account is called."""
        if account.startswith("gateway."):
            _, gateway, part = account.split(".")
            return self.teller.known(f"account.{part}", gateway=self.teller.gateway(gateway))
        return self.teller.known(f"account.{'receivable' if account.startswith('cash_on') else account}")

    def move(self, found: Move) -> dict[str, Any]:
        """Return an event of the ledger as lists show it."""
        said = shell.say(f"funds.event.{found.event}") if found.event in _KNOWN else found.event
        change = found.change
        amount = self.teller.money(change or found.moved or found.total, found.currency)
        return {
            "what": said,
            "about": self.teller.gateway(found.gateway) if found.gateway else "",
            "at": self.teller.moment(found.at),
            "amount": f"+{amount}" if change > 0 else amount,
            "tone": "good" if change > 0 else "" if change else "muted",
            "order": found.order,
            "reference": found.reference.partition(":")[2] or found.reference,
            "transfers": [
                (self.account(each.credit), self.account(each.debit), self.teller.money(each.amount, each.currency))
                for each in found.transfers
            ],
        }


def get(permission: Permission = Permission.FUNDS_SEE) -> Desk:
    """Return the desk of somebody who may read the funds."""
    return _desk(entry.get_person(permission))


def write(permission: Permission) -> Desk:
    """Return the desk of somebody who changes something, after their form's token was checked."""
    return _desk(entry.get_writer(permission))


def proved(permission: Permission, back: str = HOME) -> Desk:
    """Return the desk of somebody who showed a short while ago who they are."""
    return _desk(entry.get_proved(permission, back=back))


def _desk(person: Person) -> Desk:
    return Desk(person=person, teller=Teller(here=visit(), locale=shell.locale()))
