"""One process of a shop in the storm: its door for notices, its buyers, its merchant, its jobs; each a thread.

``main`` forks such a process for each line of JSON that it reads, and answers with its number. A process runs until it
is killed; what it says stands in its log, a line of JSON each.
"""

import contextlib
import http.client
import http.server
import json
import os
import random
import signal
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from doorstep import listener, receive
from tills import Goods, make_settings, make_terms, placement, product

from generator.shop import CheckoutRules, PaymentMethod
from runtime import database, gateways, orders, payments, placing, refunds
from runtime.faults import Fault
from runtime.orders import Dispatch
from runtime.refunds import LineWish, Wish
from runtime.refusals import Code, Refusal
from runtime.till import Till

RARE = 25
GOODS = (product("tea", 1000, 10**6), product("cup", 2550, 10**6), product("rare", 9900, RARE))
CARTS = ([("tea", 1)], [("tea", 2), ("cup", 1)], [("cup", 3)], [("rare", 1)], [("tea", 1), ("rare", 2)])
FATES = {"pay": 50, "quiet": 10, "twice": 8, "late": 10, "race": 12, "never": 10}
HANDS, BUYERS = 4, 2


def make_till(shop):
    """Open the shop: folder, database address, and what the simulator printed for shop.yaml and secrets.env."""
    settings = make_settings(Path(shop["folder"]), shop["address"], **shop["secrets"])
    methods = (PaymentMethod(gateway="wechatpay", settings=shop["method"]),)
    terms = make_terms(payment=methods, checkout=CheckoutRules(reserve=300))
    goods = Goods(GOODS, terms)
    return Till(database=database.open(settings), goods=goods, gateways=gateways.load(terms, settings))


class Door(http.server.HTTPServer):
    """Notices are answered by a few threads, as in a server, for each has its connection to the database."""

    request_queue_size = 128

    def __init__(self, port, till):
        super().__init__(("127.0.0.1", port), listener(lambda *letter: self._answer(till, letter)))
        self._hands = ThreadPoolExecutor(HANDS)

    def _answer(self, till, letter):
        try:
            return receive(till, "wechatpay", *letter)[:2]
        except Fault:
            return 503, b""

    def process_request(self, request, address):
        self._hands.submit(self._serve, request, address)

    def _serve(self, request, address):
        with contextlib.suppress(OSError):
            self.finish_request(request, address)
        self.shutdown_request(request)


class ShopProcess:
    """The threads of one process."""

    def __init__(self, shop):
        self.shop = shop
        self.till = self._opened()
        self.log = os.open(shop["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def _opened(self):
        """Open the shop as soon as its database is there, as a process does that its keeper starts again and again."""
        while True:
            try:
                return make_till(self.shop)
            except Fault:
                time.sleep(0.05)

    def run(self):
        door = Door(self.shop["port"], self.till)
        works = [door.serve_forever, self._jobs, self._merchant]
        works += [lambda number=number: self._buyer(number) for number in range(BUYERS)]
        threads = [threading.Thread(target=work) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def now(self):
        """Return the shop's hour: time runs faster here, so that orders expire and silent gateways are asked."""
        passed = time.time() - self.shop["epoch"]
        return datetime.fromtimestamp(self.shop["epoch"] + passed * self.shop["speed"], UTC)

    def say(self, what, **more):
        os.write(self.log, json.dumps({"what": what, **more}).encode() + b"\n")

    def _jobs(self):
        while True:
            for job in (
                lambda: payments.poll_due(self.till, self.now()),
                lambda: payments.expire_due(self.till, self.now()),
                lambda: refunds.send_due(self.till, self.shop["road"], self.now()),
            ):
                with contextlib.suppress(Fault):
                    job()
            time.sleep(0.2)

    def _buyer(self, number):
        luck, turn = random.Random(f"{self.shop['name']}{number}"), 0
        while True:
            turn += 1
            try:
                self._buy(luck, f"{self.shop['name']}-{number}-{turn:08}")
            except Refusal as refusal:
                self.say("refused", code=refusal.code)
            except Fault:
                self.say("fault")
            except (OSError, http.client.HTTPException):
                self.say("provider away")
            time.sleep(luck.uniform(0.05, 0.15))

    def _buy(self, luck, key):
        wish = placement(self.till, luck.choice(CARTS), key=key, gateway="wechatpay")
        order = placing.place(self.till, wish, self.now()).order
        self.say("placed", key=key, token=order.token)
        if luck.random() < 0.1:
            again = placing.place(self.till, wish, self.now())
            if again.created or again.order.token != order.token:
                self.say("twice", key=key)
        payment = payments.start(self.till, order, "wechatpay", self.shop["road"], self.now())
        fate = luck.choices(list(FATES), FATES.values())[0]
        if fate == "never":
            return
        if fate == "late":
            payments.cancel(self.till, order.number, actor="buyer", now=self.now())
        rival = None
        if fate == "race":
            cancel = self._trying(lambda: payments.cancel(self.till, order.number, actor="buyer", now=self.now()))
            rival = threading.Thread(target=cancel)
            rival.start()
        for again in (False, True) if fate == "twice" else (False,):
            status = self._pay({"reference": payment.reference, "late": True, "again": again, "quiet": fate == "quiet"})
            self.say("paid", fate=fate, status=status)
        if rival:
            rival.join()
        if luck.random() < 0.3:
            payments.refresh(self.till, order, self.now())

    def _trying(self, work):
        def run():
            with contextlib.suppress(Refusal, Fault):
                work()

        return run

    def _pay(self, wish):
        connection = http.client.HTTPConnection("127.0.0.1", self.shop["provider"], timeout=10)
        try:
            head = {"Authorization": f"Bearer {self.shop['token']}"}
            connection.request("POST", "/_control/do/pay", json.dumps(wish), head)
            return connection.getresponse().status
        finally:
            connection.close()

    def _merchant(self):
        luck = random.Random(self.shop["name"])
        while True:
            try:
                self._serve_somebody(luck)
            except Refusal as refusal:
                self.say("merchant refused", code=refusal.code)
            except Fault:
                self.say("fault")
            time.sleep(luck.uniform(0.05, 0.15))

    def _serve_somebody(self, luck):
        """Ship or refund one of the newest paid orders; the merchants of all processes like the same ones."""
        recent = "SELECT number FROM orders WHERE state IN ('paid', 'shipped') ORDER BY id DESC LIMIT 3"
        rows = self.till.database.read(lambda look: look.all(recent))
        if not rows:
            return
        number = luck.choice(rows)[0]
        if luck.random() < 0.4:
            parcel = Dispatch(tracking=f"SF{luck.randrange(10**9)}")
            orders.ship(self.till.database, number, parcel, actor="merchant", now=self.now())
            self.say("shipped")
            return
        order = self.till.database.read(lambda look: orders.get(look, number))
        kind = luck.choice(("piece", "sum", "all", "too much"))
        wish = {
            "piece": Wish(lines=(LineWish(position=0, quantity=1, restock=True),)),
            "sum": Wish(amount=luck.randint(1, order.paid)),
            "all": Wish(everything=True, restock=True),
            "too much": Wish(amount=order.paid + 1),
        }[kind]
        try:
            self.till.database.write(
                lambda transaction: refunds.request(transaction, order, wish, actor="merchant", now=self.now())
            )
        except Refusal as refusal:
            if refusal.code in {Code.REFUND_TOO_LARGE, Code.REFUND_NOTHING_LEFT, Code.REFUND_PIECES}:
                self.say("too much", kind=kind)
                return
            raise
        self.say("given too much" if kind == "too much" else "refund")


def main():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                ShopProcess(json.loads(line)).run()
            except BaseException:  # noqa: BLE001  said before the process ends without its unwinding
                traceback.print_exc()
            finally:
                os._exit(1)
        print(child, flush=True)


if __name__ == "__main__":
    main()
