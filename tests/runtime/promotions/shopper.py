"""A process that prices an order, waits for the word, and places it: one JSON line an attempt. Started by tests."""

import json
import sys
from pathlib import Path

import msgspec
from tills import BY_TRANSFER, NOW, PRODUCTS, Goods, make_settings, placement

from generator.promotion import Promotion
from runtime import database, gateways, placing
from runtime.coupons import Taken
from runtime.orders import Contact
from runtime.refusals import Refusal
from runtime.till import Till


def main():
    wish = json.loads(sys.argv[1])
    settings = make_settings(Path(wish["folder"]), wish["address"])
    rules = msgspec.convert(wish["promotions"], tuple[Promotion, ...])
    goods = Goods(PRODUCTS, msgspec.structs.replace(BY_TRANSFER, promotions=rules))
    till = Till(database=database.open(settings), goods=goods, gateways=gateways.load(goods.terms, settings))
    orders = [
        placement(
            till,
            [(sku, quantity) for sku, quantity in wish["lines"]],
            key=f"{wish['name']}-{number:012d}",
            gateway="transfer",
            contact=Contact(name="Shopper", email=wish["email"], phone=wish["phone"]),
            codes=tuple(Taken(text=code, at=int(NOW.timestamp())) for code in wish["codes"]),
            joins=wish["joins"],
        )
        for number in range(wish["times"])
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    for each in orders:
        try:
            placed = placing.place(till, each, NOW)
            print(json.dumps({"placed": placed.order.number, "discount": placed.order.quote.discount}), flush=True)
        except Refusal as refusal:
            print(json.dumps({"refused": refusal.code}), flush=True)
    till.database.close()


main()
