"""A process dies: what it wrote is whole or not there, and who goes on ends where it would have (P21, P61, P87)."""

import json
import os
import random
import shutil
import sqlite3
import time
from pathlib import Path

import pytest
from forking import Program
from killing import Lives, kill_at
from simulated import Simulated
from test_contention import BUYER, start
from tills import BY_TRANSFER, NOW, level, make_settings, make_till, placement, rows

from runtime import audit, placing
from runtime import database as databases

MORTAL = Path(__file__).with_name("mortal.py")
SALT = random.Random(7)


def answered(output):
    """Return what a process said before it died; a half-written last line was not an answer."""
    found = []
    for line in output.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            break
    return found


def test_r104_kill_9_at_random_moments_loses_no_answered_order_and_doubles_none(till, settings):
    kept, kills = {}, 0
    while kills < 15 or len(kept) < 100:
        buyer = start(settings, f"crash-{kills:06}", [("song", 1)], 100000)
        buyer.stdin.write("go\n")
        buyer.stdin.flush()
        first = buyer.stdout.readline()
        time.sleep(SALT.uniform(0, 0.15))
        buyer.kill()
        rest, _ = buyer.communicate()
        kills += 1
        kept |= {answer["key"]: answer["token"] for answer in answered(first + rest)}
        assert till.database.read(audit.report).differences == ()
    found = dict(rows(till, "SELECT form_key, token FROM orders"))
    assert {key: found.get(key) for key in kept} == kept
    assert rows(till, "SELECT COUNT(*) - COUNT(DISTINCT form_key) FROM orders") == [(0,)]
    assert len(found) - len(kept) <= kills


needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None and os.environ.get("CI") != "true", reason="strace is not installed"
)


def die_at(folder, call, number):
    """Place one order in a process that is killed at its n-th call; return whether it lived, and what it answered."""
    cart = json.dumps([("tea", 2), ("cup", 1)])
    buyer = Program(MORTAL, BUYER, folder, "", "strace-000", cart, "1")
    tracer = kill_at(buyer.pid, call, number)
    said, _ = buyer.communicate("go\n")
    tracer.wait(60)
    return buyer.returncode == 0, answered(said)


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_p21_killed_at_every_system_call_of_placing_the_order_is_whole_or_absent(tmp_path, call):
    fresh = tmp_path / "fresh"
    settings = make_settings(fresh)
    make_till(databases.open(settings, upgrade=True), settings, terms=BY_TRANSFER).database.close()
    points, orders_seen = 0, set()
    for number in range(1, 200, {"fdatasync": 1, "pwrite64": 4}[call]):
        folder = tmp_path / f"{call}{number}"
        shutil.copytree(fresh, folder)
        lived, answers = die_at(folder, call, number)
        till = make_till(databases.open(make_settings(folder)), make_settings(folder), terms=BY_TRANSFER)
        report = till.database.read(audit.report)
        assert report.differences == ()
        assert report.orders >= sum("token" in answer for answer in answers)
        orders_seen.add(report.orders)
        wish = placement(till, [("tea", 2), ("cup", 1)], key="strace-000-000000000000", gateway="transfer")
        placed = placing.place(till, wish, NOW)
        assert placed.created is (report.orders == 0)
        assert rows(till, "SELECT COUNT(*) FROM orders") == [(1,)]
        assert (level(till, "tea"), level(till, "cup")) == (8, 2)
        till.database.close()
        check = sqlite3.connect(folder / "var" / "shop.db")
        assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        check.close()
        shutil.rmtree(folder)
        if lived:
            break
        points += 1
    assert lived
    assert points >= {"fdatasync": 1, "pwrite64": 5}[call]
    assert 0 in orders_seen


EVERY = {
    "sqlite": {"fdatasync": 4, "pwrite64": 60, "sendto": 4, "recvfrom": 4},
    "postgres": {"sendto": 40, "recvfrom": 40},
}
"""Killed is at every so many-th call, from a random one on; benchmarks/crash_points.py kills at each."""


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("notices", [False, True], ids=["asking", "notices"])
def test_p61_p87_a_life_that_is_killed_anywhere_ends_with_one_payment_and_one_refund(settings, tmp_path, notices):
    wechat = Simulated(tmp_path / "wechatpay", "wechatpay", "--speed", "100")
    address = settings.database if settings.database.startswith("postgres") else ""
    lives = Lives(wechat, tmp_path / "shop", address, notices=notices)
    killed = {}
    try:
        for call, every in EVERY["postgres" if address else "sqlite"].items():
            lived, number, killed[call] = False, SALT.randint(1, every), 0
            while not lived:
                lived, wrong = lives.die_at(call, number)
                assert (call, number, wrong) == (call, number, [])
                killed[call] += not lived
                number += every
    finally:
        lives.close()
        wechat.stop()
    # A life with notices asks less: a call of which it makes fewer than twice ``every`` may be met only once.
    assert all(killed.values()), killed
    assert sum(killed.values()) >= 4, killed
