"""One buyer's life at a simulated WeChat Pay: placed, paid, shipped, refunded in part.

``live`` goes on from wherever an earlier one was cut off. Everything but the writing to SQLite happens in the calling
thread, so that system calls come in the same order every time. As a program this file forks a process for each life
that it is told of (a line of JSON), which stops itself and waits until somebody lets it go on.
"""

import ctypes
import http.client
import http.server
import json
import os
import signal
import sys
import time
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

from doorstep import listener, receive
from tills import PRODUCTS, Goods, make_settings, make_terms, placement

from generator.shop import PaymentMethod
from runtime import database, gateways, orders, payments, placing, refunds
from runtime.orders import Dispatch
from runtime.refunds import LineWish, Wish
from runtime.till import Till

LINES = [("tea", 2), ("cup", 1)]
PATIENCE = 120
_SET_PTRACER, _ANYBODY = 0x59616D61, ctypes.c_ulong(-1)


def make_till(life):
    """Open the shop of a life: folder, database address, what the simulator printed for shop.yaml and secrets.env."""
    settings = make_settings(Path(life["folder"]), life["address"], **life["secrets"])
    terms = make_terms(payment=(PaymentMethod(gateway="wechatpay", settings=life["method"]),))
    goods = Goods(PRODUCTS, terms)
    return Till(database=database.open(settings), goods=goods, gateways=gateways.load(terms, settings))


def live(till, life):
    """Live to the end: by notices at a door of its own, or, without a port, by asking."""
    server = None
    if life["port"]:
        server = http.server.HTTPServer(
            ("127.0.0.1", life["port"]), listener(lambda *letter: receive(till, "wechatpay", *letter)[:2])
        )
        server.timeout = 0.05
    try:
        base = f"http://127.0.0.1:{life['port'] or 9}"
        order = _pay(till, life, base, server)
        if order.state is orders.State.PAID:
            orders.ship(till.database, order.number, Dispatch(tracking="SF1"), actor="merchant", now=datetime.now(UTC))
        _refund(till, order, base if server else "", server)
    finally:
        if server:
            server.server_close()


def _pay(till, life, base, server):
    now = datetime.now(UTC)
    wish = placement(till, LINES, key=life["key"], gateway="wechatpay")
    order = placing.place(till, wish, now).order
    if order.state is not orders.State.PENDING_PAYMENT:
        return order
    payment = payments.start(till, order, "wechatpay", base, now)
    _buyer_pays(life, payment.reference)
    end = time.monotonic() + PATIENCE
    while order.state is orders.State.PENDING_PAYMENT:
        assert time.monotonic() < end, "never paid"
        if server:
            server.handle_request()
            order = _again(till, order)
        else:
            order = payments.refresh(till, order, now)
    return order


def _buyer_pays(life, reference):
    """Pay at the provider; who has paid already is told so there."""
    connection = http.client.HTTPConnection("127.0.0.1", life["provider"], timeout=PATIENCE)
    wish = json.dumps({"reference": reference, "quiet": not life["port"]})
    connection.request("POST", "/_control/do/pay", wish, {"Authorization": f"Bearer {life['token']}"})
    connection.getresponse().read()
    connection.close()


def _again(till, order):
    return till.database.read(lambda look: orders.get_by_id(look, order.id))


def _refund(till, order, base, server):
    if not till.database.read(lambda look: refunds.of_order(look, order.id)):
        wish = Wish(lines=(LineWish(position=0, quantity=1, restock=True),), reason="too many")
        now = datetime.now(UTC)
        till.database.write(lambda transaction: refunds.request(transaction, order, wish, actor="merchant", now=now))
    end, ahead = time.monotonic() + PATIENCE, timedelta(0)
    while _open_refunds(till, order):
        assert time.monotonic() < end, "never refunded"
        refunds.send_due(till, base, datetime.now(UTC) + ahead)
        ahead += timedelta(hours=2)
        if server:
            _serve_until(server, lambda: not _open_refunds(till, order))
        else:
            time.sleep(0.03)


def _serve_until(server, done):
    for _ in range(20):
        server.handle_request()
        if done():
            return


def _open_refunds(till, order):
    found = till.database.read(lambda look: refunds.of_order(look, order.id))
    return [each for each in found if each.state in refunds.OPEN]


def main():
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _live_and_die(json.loads(line))
        print(child, flush=True)
        print(os.waitpid(child, 0)[1], flush=True)


def _live_and_die(life):
    code = 1
    try:
        ctypes.CDLL(None).prctl(_SET_PTRACER, _ANYBODY)
        os.kill(os.getpid(), signal.SIGSTOP)
        till = make_till(life)
        live(till, life)
        till.database.close()
        code = 0
    except BaseException:  # noqa: BLE001  the mother hears of it by the exit code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
