"""A shop whose orders are gone through in the console: its people, its buyers, and what its pages say."""

import html
import re
from datetime import UTC, datetime

import markets
from colleagues import Colleague

from runtime import orders, receipts, stock
from runtime.receipts import Cash

BUYER = {**markets.WANG, "gateway": "transfer"}


class Desk:
    """The console of a shop, with somebody of every role, and orders to go through."""

    def __init__(self, app):
        self.app = app
        self.database = app.extensions["shopwright"].database
        self.people = {}
        app.extensions["shopwright"].stocked(app.extensions["shopwright"].live.current())
        stock.adjust(self.database, "tea", 500, actor="merchant", note="", now=datetime.now(UTC))

    def person(self, role="owner", language="en"):
        """Return somebody of a role who is signed in."""
        if (role, language) not in self.people:
            self.people[role, language] = Colleague(self.app, role, language=language).come_in()
        return self.people[role, language]

    def order(self, *skus, quantity="1", **changes):
        """Let somebody buy, and return the order."""
        shopper = markets.Shopper(self.app, {**BUYER, **changes})
        shopper.press(shopper.add(*(skus or ("card",)), quantity=quantity).review())
        return markets.newest(self.app)

    def paid(self, *skus, quantity="1", **changes):
        """Let somebody buy and pay, and return the order."""
        made = self.order(*skus, quantity=quantity, **changes)
        front = self.app.extensions["shopwright"]
        receipts.confirm_transfer(front.database, made.number, Cash(), made.placed_at)
        return self.again(made)

    def again(self, order):
        return self.database.read(lambda look: orders.get_by_id(look, order.id))

    def get(self, path, role="owner", language="en"):
        return self.person(role, language).get(f"/console{path}")

    def post(self, path, data=None, role="owner", **more):
        return self.person(role).post(f"/console{path}", data, **more)

    def logged(self, subject):
        """Return what the log tells of something, oldest first."""
        look = "SELECT what, actor, before, after FROM console_log WHERE subject = ? ORDER BY number"
        return self.database.read(lambda transaction: transaction.all(look, subject))

    def one(self, query, *values):
        return self.database.read(lambda look: look.find(query, *values))[0]


def words(answer):
    """Return what a page says, without its tags."""
    text = re.sub(r"<(script|style)\b.*?</\1>", "", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def told(answer):
    """Return which sentence the next page tells, by its key."""
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"].rpartition("done=")[2]


def mistakes(answer):
    """Return the fields that a page finds fault with, and what it says at them."""
    assert answer.status_code == 422, answer.status_code
    assert "<title>Error: " in answer.text
    found = re.findall(r'<li><a href="#([^"]+)">([^<]*)</a></li>', answer.text)
    for name, _ in found:
        assert f'id="{name}"' in answer.text, name
    return {name: html.unescape(text) for name, text in found}
