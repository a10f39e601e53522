"""A process that buys: prints one JSON line an attempt, after the shop has answered. Started by tests."""

import json
import sys
from pathlib import Path

from tills import BY_TRANSFER, NOW, PRODUCTS, Goods, make_settings, placement

from runtime import database, gateways, placing
from runtime.refusals import Refusal
from runtime.till import Till


def main():
    folder, address, name, cart, times = sys.argv[1:6]
    settings = make_settings(Path(folder), address)
    goods = Goods(PRODUCTS, BY_TRANSFER)
    till = Till(database=database.open(settings), goods=goods, gateways=gateways.load(goods.terms, settings))
    sys.stdin.readline()
    lines = [(sku, int(quantity)) for sku, quantity in json.loads(cart)]
    for number in range(int(times)):
        wish = placement(till, lines, key=f"{name}-{number:012d}", gateway="transfer")
        try:
            placed = placing.place(till, wish, NOW)
            print(json.dumps({"key": wish.key, "token": placed.order.token, "created": placed.created}), flush=True)
        except Refusal as refusal:
            print(json.dumps({"key": wish.key, "refused": refusal.code}), flush=True)
    print(json.dumps({"done": True}), flush=True)
    till.database.close()


main()
