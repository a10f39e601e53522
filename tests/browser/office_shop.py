"""A served shop with somebody at its console and orders to go through, written into its database as a till would."""

import itertools
import time
from datetime import UTC, datetime, timedelta

from runtime import database, gateways, orders, placing, receipts, settings
from runtime.access import accounts, lodge, sessions
from runtime.access.accounts import New
from runtime.access.log import COMMAND
from runtime.access.roles import Role
from runtime.gateways import Report, Verdict
from runtime.orders import Address, CartLine, Contact, Placement
from runtime.pricing import Destination
from runtime.releases import Live
from runtime.till import Till

WEST_LAKE = Destination(country="CN", region="浙江省", city="杭州市", district="西湖区", postcode="310000")
_orders = itertools.count(1)


class Office:
    """The console of a served shop: ``cookie`` signs its owner in, ``order`` lets somebody buy."""

    def __init__(self, served):
        self.served = served
        self.address = served.address
        self.settings = settings.read(served.folder, {})
        self._wait()
        self.database = database.open(self.settings)
        release = Live(self.settings.var).current()
        self.till = Till(
            database=self.database, goods=release.catalogue, gateways=gateways.load(release.terms, self.settings)
        )
        keys = lodge.of(self.settings, self.database)
        now = datetime.now(UTC)
        known = self.database.read(lambda look: accounts.find_by_email(look, "mei@example.com"))
        new = New(email="mei@example.com", name="Mei", role=Role.OWNER)
        mei = known or accounts.add(keys, new, COMMAND, now)
        self.cookie = self.database.write(
            lambda transaction: sessions.start(transaction, mei.id, "password", sessions.Place(), now)
        )

    def _wait(self):
        """Wait until the server has made its database: it answers a little earlier."""
        for _ in range(1200):
            if (self.settings.var / database.MARKER).exists():
                return
            time.sleep(0.05)
        raise AssertionError("the server made no database")

    def order(self, *skus, name="王小明", paid=True, days=0, remarks=""):
        """Buy one piece of each sku, ``days`` ago."""
        count = next(_orders)
        at = datetime.now(UTC) - timedelta(days=days, minutes=1)
        fields = {
            "key": f"office-{count:012d}", "lines": tuple(CartLine(sku=sku, quantity=1) for sku in skus),
            "locale": self.till.terms.locale, "delivery": self.till.terms.delivery[0].id, "gateway": "rehearsal",
            "contact": Contact(name=name, email=f"b{count}@example.com", phone=f"+861380000{count:04d}"),
            "address": Address(destination=WEST_LAKE, name=name, phone="138 0000 1234", street="龙井路 1 号"),
            "expected_total": -1, "remarks": remarks,
        }  # fmt: skip
        total = placing.quote(self.till, Placement(**fields), at).total
        made = placing.place(self.till, Placement(**{**fields, "expected_total": total}), at).order
        if paid:
            self.pay(made, at)
        return made

    def pay(self, order, at):
        """Let the bank say that an order is paid."""
        row = self.database.read(lambda look: look.find("SELECT reference FROM payment WHERE order_id = ?", order.id))
        told = {"amount": order.total, "currency": order.currency, "transaction": f"T-{order.id}"}
        report = Report(gateway="rehearsal", reference=row[0], verdict=Verdict.SUCCEEDED, **told)
        assert receipts.confirm(self.database, report, at) == "paid"

    def again(self, order):
        return self.database.read(lambda look: orders.get_by_id(look, order.id))

    def enter(self, page):
        """Sign a page in."""
        page.context.add_cookies([{"name": "console", "value": self.cookie, "url": f"{self.address}/console/"}])
        return page
