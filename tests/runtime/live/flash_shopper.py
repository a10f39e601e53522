"""A viewer in a process of its own who prices before a flash sale ends and orders at a given moment. See test_flash."""

import json
import sys
from datetime import datetime
from pathlib import Path

from floor import PRODUCTS
from tills import BY_TRANSFER, Goods, make_settings, placement

from runtime import database, gateways, placing
from runtime.live.offers import Offers
from runtime.orders import Contact
from runtime.refusals import Refusal
from runtime.till import Till


def main():
    wish = json.loads(sys.argv[1])
    settings = make_settings(Path(wish["folder"]), wish["address"])
    store = database.open(settings)
    goods = Goods(PRODUCTS, BY_TRANSFER)
    seen, now = datetime.fromisoformat(wish["seen"]), datetime.fromisoformat(wish["now"])
    till = Till(
        database=store,
        goods=goods,
        gateways=gateways.load(goods.terms, settings),
        offers=Offers().now(store, goods, seen),
    )
    orders = [
        placement(
            till,
            [("many", 1)],
            key=f"{wish['name']}-{number:012d}",
            gateway="transfer",
            contact=Contact(name="Viewer", email=f"{wish['name']}-{number}@example.com", phone=""),
            room=wish["room"],
            quoted_at=int(seen.timestamp()),
            expected_total=100,
        )
        for number in range(wish["times"])
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    for each in orders:
        try:
            placed = placing.place(till, each, now)
            print(json.dumps({"placed": placed.order.number}), flush=True)
        except Refusal as refusal:
            print(json.dumps({"refused": refusal.code}), flush=True)
    store.close()


main()
