"""Many processes want the same pieces; P and R numbers are the cases of the catalogues."""

import json
import threading
from collections import Counter
from pathlib import Path

from forking import Program
from tills import level, order, rows

from runtime import audit

BUYER = Path(__file__).with_name("buyer.py")


def start(settings, name, cart, times):
    address = settings.database if settings.database.startswith("postgres") else ""
    return Program(BUYER, settings.folder, address, name, json.dumps(cart), times)


def race(settings, carts, times, turn=0):
    """Let a process for each cart order at the same moment; return what they were answered."""
    buyers = [start(settings, f"buyer{turn}-{number:04}", cart, times) for number, cart in enumerate(carts)]
    for buyer in buyers:
        buyer.stdin.write("go\n")
        buyer.stdin.flush()
    answers = []
    for buyer in buyers:
        output, _ = buyer.communicate()
        assert buyer.returncode == 0
        answers += [json.loads(line) for line in output.splitlines()]
    return Counter("created" if "token" in answer else answer.get("refused", "done") for answer in answers)


def sound(till, orders):
    report = till.database.read(audit.report)
    assert (report.differences, report.orders) == ((), orders)


def test_p1_r107_two_processes_never_sell_the_last_piece_twice(till, settings):
    """opencart#4811, magento2#6363, saleor#543, django-shop#888, vendure#1738: the last piece sold twice."""
    for turn in range(3):
        answers = race(settings, [[("rare", 1)], [("rare", 1)]], 5, turn)
        assert answers == ({"created": 1, "sold-out": 9, "done": 2} if turn == 0 else {"sold-out": 10, "done": 2})
    assert level(till, "rare") == 0
    sound(till, 1)


def test_p2_p101_eight_processes_sell_320_pieces_320_times_and_nobody_meets_a_locked_database(till, settings):
    till.database.write(lambda transaction: transaction.run(
        "INSERT INTO stock_move (sku, quantity, held, reason, actor, note, at) "
        "VALUES ('tea', 310, 0, 'adjust', '', '', 1)"
    ))  # fmt: skip
    till.database.write(lambda transaction: transaction.run("UPDATE stock SET level = level + 310 WHERE sku = 'tea'"))
    answers = race(settings, [[("tea", 1)]] * 8, 50)
    assert answers == {"created": 320, "sold-out": 80, "done": 8}
    assert level(till, "tea") == 0
    assert rows(till, "SELECT SUM(quantity), COUNT(*) FROM stock_hold") == [(320, 320)]
    sound(till, 320)


def test_p6_p7_lines_that_share_a_sku_share_its_stock_between_processes(till, settings):
    """medusa#16502: two lines of one cart that share a stock item sell more than there is."""
    answers = race(settings, [[("cup", 1), ("tea", 1), ("cup", 1)], [("cup", 2)]], 3)
    assert answers["created"] == 1
    assert level(till, "cup") == 1
    sound(till, 1)


def test_p102_a_long_report_hinders_no_order_and_its_log_is_used_again(till, settings):
    begun, ended = threading.Event(), threading.Event()
    counts = []

    def report(look):
        for _ in range(2):
            counts.append(look.find("SELECT COUNT(*) FROM orders")[0])
            begun.set()
            ended.wait(120)

    def order_many():
        for _ in range(150):
            order(till, [("song", 1)])
        log = Path(settings.folder) / "var" / "shop.db-wal"
        return log.stat().st_size if log.exists() else 0

    reader = threading.Thread(target=till.database.read, args=(report,))
    reader.start()
    assert begun.wait(120)
    grown = order_many()
    ended.set()
    reader.join()
    assert counts == [0, 0]
    assert order_many() <= 1.2 * grown  # twice as long if it could not be used again
    sound(till, 300)
