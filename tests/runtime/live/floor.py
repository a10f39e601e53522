"""A shop with a live room for tests of the desk, and the words that tests use there."""

import json
from datetime import timedelta

from tills import NOW, Goods, make_terms, product

from generator.live import LiveTerms
from generator.shop import LiveRoom, LiveSource
from runtime.live import tickets
from runtime.live.desk import Desk
from runtime.live.tickets import Pass

OWN = LiveSource(kind="broadcast")
PRODUCTS = (product("tea", 1000, 10), product("cup", 2550, 3), product("rare", 9900, 1), product("many", 500, 1000))


def room(handle="tea-talk", **changes):
    fields = {
        "handle": handle,
        "title": {"zh-CN": "茶话会", "en": "Tea talk"},
        "starts_at": "2026-01-01T00:00:00Z",
        "products": ("tea", "cup", "rare", "many"),
        "source": OWN,
        "chat": "everyone",
    }
    return LiveRoom(**{**fields, **changes})


class Shop(Goods):
    """The goods of a release with its live rooms."""

    def __init__(self, rooms=None, products=PRODUCTS, release="r1", **live):
        live = {"slow_seconds": 3, "hold_first": False, "viewers_from": 0, **live}
        super().__init__(products, make_terms(live=LiveTerms(**live)), release)
        self._rooms = rooms if rooms is not None else [room()]

    def rooms(self):
        return self._rooms

    def find_room(self, handle):
        return next((each for each in self._rooms if each.handle == handle), None)

    def find_product(self, handle):
        return next((each for each, _ in self.variants.values() if each.handle == handle), None)


def make_desk(database, settings, shop, now=NOW):
    return Desk(database, settings, lambda: shop, now)


def viewer(settings, name="Guest 1", where="tea-talk", **changes):
    """Return a viewer's pass as it travels."""
    fields = {
        "room": where, "viewer": tickets.new_viewer(), "name": name, "locale": "en",
        "until": int((NOW + timedelta(days=1)).timestamp()),
    }  # fmt: skip
    return tickets.sign_pass(settings.secret, Pass(**{**fields, **changes}))


def state(settings, where="tea-talk"):
    return json.loads((settings.rooms / where / "room.json").read_bytes())


def blocks(settings, where="tea-talk"):
    folder = settings.rooms / where / "chat"
    return [
        json.loads((folder / f"{number}.json").read_bytes()) for number in range(1, len(list(folder.iterdir())) + 1)
    ]


def lines(settings, where="tea-talk"):
    return [line["text"] for block in blocks(settings, where) for line in block["messages"]]


def later(seconds):
    return NOW + timedelta(seconds=seconds)
