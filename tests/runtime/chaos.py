"""A storm over a shop of three processes and the simulated WeChat Pay, and what must be true when it is over."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import shop_process
from doorstep import receive
from killing import disagreements
from ports import free_port
from road import Road
from simulated import Simulated
from tills import level, make_settings, rows

from runtime import audit, findings, payments, reconciling, refunds, stock
from runtime import database as databases
from runtime.refunds import RETURNABLE

BEIJING = timezone(timedelta(hours=8))
PROCESSES = 3
SPEED = 60
PATIENCE = 120
AHEAD = 200
"""Notices that wait for another try are due when the provider's clock is so far ahead; signatures still hold then."""
REQUESTS = ("create", "query", "close", "refund", "query_refund")
FAULTS = ("error", "error-after", "cut", "half", "garbage", "unsigned", "signature", "stale")
SPOILT = ("other-merchant", "other-app", "timestamp", "signtest", "wrong-state")
_PROGRAM = Path(shop_process.__file__)


class Storm:
    """Runs until its time is over and enough has happened; ``minimum`` says how much of each that is."""

    def __init__(self, folder, address="", *, seed=1):
        self.luck = random.Random(seed)
        self.wechat = Simulated(folder / "wechatpay", "wechatpay", "--speed", "100")
        self.road = Road(self.wechat, seed)
        self.kills = 0
        settings = make_settings(folder / "shop", address)
        database = databases.open(settings, upgrade=True)
        now = datetime.now(UTC)
        stock.open_new(database, {each.handle: each.variants[0].stock for each in shop_process.GOODS}, now)
        database.close()
        self._log = folder / "log"
        self._log.touch()
        self._shop = {
            "folder": str(folder / "shop"), "address": address, "secrets": self.wechat.secrets,
            "method": self.wechat.payment_method(settings.var).settings, "provider": self.wechat.port,
            "token": self.wechat.token, "road": self.road.address, "log": str(self._log),
            "epoch": int(now.timestamp()), "speed": SPEED,
        }  # fmt: skip
        self._mother = subprocess.Popen(
            [sys.executable, _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(_PROGRAM.parent)},
        )  # fmt: skip
        self.road.ports = [free_port() for _ in range(PROCESSES)]
        self._processes = [self._start(number) for number in range(PROCESSES)]

    def blow(self, seconds, minimum, disturb=()):
        """Let the storm blow; ``disturb`` is done on the way, each thing once. Return what was counted."""
        began, orders_then, disturb = time.monotonic(), 0, list(disturb)
        steps = len(disturb) + 1
        while (passed := time.monotonic() - began) < seconds * 10:
            counts = self.counts()
            if passed >= seconds and all(counts[name] >= least for name, least in minimum.items()):
                break
            if counts["orders"] >= orders_then + 4:
                orders_then = counts["orders"]
                self._kill(self.luck.randrange(PROCESSES))
            if disturb and passed > seconds * (steps - len(disturb)) / steps:
                disturb.pop(0)()
            self._plan()
            time.sleep(0.25)
        for number in range(PROCESSES):
            self._kill(number, again=False)
        return self.counts() | {"seconds": round(passed)}

    def _start(self, number):
        shop = {**self._shop, "name": f"storm-{number}-{self.kills:04}", "port": self.road.ports[number]}
        print(json.dumps(shop), file=self._mother.stdin, flush=True)
        return int(self._mother.stdout.readline())

    def _kill(self, number, *, again=True):
        os.kill(self._processes[number], signal.SIGKILL)
        self.kills += 1
        while Path(f"/proc/{self._processes[number]}").exists():
            time.sleep(0.002)
        if again:
            self._processes[number] = self._start(number)

    def _plan(self):
        """Let something go wrong at the provider."""
        luck = self.luck.random()
        if luck < 0.5:
            self.wechat.plan(self.luck.choice(REQUESTS), self.luck.choice(FAULTS))
        elif luck < 0.6:
            self.wechat.plan(self.luck.choice(REQUESTS), "hang", seconds=1)
        elif luck < 0.7:
            self.wechat.plan("refund-outcome", self.luck.choice(("abnormal", "closed")))
        else:
            self.wechat.plan("notice", self.luck.choice(SPOILT))

    def said(self):
        """Return what the processes said; the last line of one that died may be half."""
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.endswith("}")]

    def counts(self):
        said = self.said()
        whats, road = Counter(each["what"] for each in said), self.road.counts
        fates = Counter(each["fate"] for each in said if each["what"] == "paid" and each["status"] == 200)
        return {
            "orders": whats["placed"], "kills": self.kills, "forged": road["forged"], "refunds": whats["refund"],
            "too much": whats["too much"], "double": fates["twice"] // 2, "late": fates["late"] + fates["race"],
            "quiet": fates["quiet"], "lost": road["lost"], "repeated": road["twice"], "delayed": road["late"],
        }  # fmt: skip

    def clear_up(self):
        """Let the weather be fair; return the till of the shop, at which notices arrive now."""
        self.wechat.fair()
        till = shop_process.make_till(self._shop)
        self.road.calm(lambda headers, body: receive(till, "wechatpay", headers, body)[:2])
        self.wechat.clock(AHEAD)
        return till

    def settle(self, till):
        """Do what a shop does by itself, and its merchant by hand, until nothing is under way."""
        end, hour = time.monotonic() + PATIENCE, 24
        while time.monotonic() < end:
            now, hour = datetime.now(UTC) + timedelta(hours=hour), min(hour + 1, 84)
            payments.poll_due(till, now)
            payments.expire_due(till, now)
            refunds.send_due(till, self.road.address, now)
            for each in self.wechat.books()["refunds"]:
                if each["state"] == "ABNORMAL":
                    self.wechat.do("settle", number=each["number"], state="SUCCESS")
            till.database.write(lambda look, now=now: _send_back(look, now))
            waiting = [each for each in self.wechat.books()["notices"] if each["state"] in {"waiting", "held"}]
            if not waiting and not _under_way(till):
                return
            time.sleep(0.1)
        raise AssertionError(f"still under way: {_under_way(till)}")

    def reconcile(self, till):
        """Read the bills of all that happened, as of yesterday; money that nobody told of is found and sent back."""
        self.wechat.clock(0)
        self.wechat.do("age", days=1)
        days = {datetime.fromtimestamp(each["at"], BEIJING).date() for each in self.wechat.moved()}
        days |= {datetime.fromtimestamp(each["at"], BEIJING).date() for each in self.wechat.moved("refund")}
        for day in sorted(days):
            reconciling.reconcile(till, "wechatpay", day, datetime.now(UTC))
        self.settle(till)

    def stop(self):
        for each in self._processes:
            if Path(f"/proc/{each}").exists():
                os.kill(each, signal.SIGKILL)
        self._mother.stdin.close()
        self._mother.wait(60)
        self._mother.stdout.close()
        self.road.stop()
        self.wechat.stop()


def _send_back(transaction, now):
    """Decide as a merchant would: what is stray goes back."""
    for each in findings.unsettled(transaction):
        if each.kind in RETURNABLE:
            refunds.return_finding(transaction, each, actor="merchant", now=now)


def _under_way(till):
    """Return what has not come to an end yet."""
    looks = (
        "SELECT number FROM orders WHERE state IN ('pending_payment', 'closing')",
        "SELECT reference FROM payment WHERE state IN ('created', 'open', 'unknown')",
        "SELECT number FROM refund WHERE state IN ('requested', 'sent', 'stuck')",
    )
    return [row[0] for look in looks for row in rows(till, look)]


def judge(storm, till):
    """Clear up after a storm, read the bills, and return what is not as it must be: nothing, in a sound shop."""
    storm.settle(till)
    moved = storm.wechat.books()["movements"]
    unheard = {f"wechatpay:{each['id']}" for each in moved if each["id"] not in storm.road.heard}
    wrong = [each for each in disagreements(till, storm.wechat) if each.split()[1].rstrip(":") not in unheard]
    storm.reconcile(till)
    wrong += [f"after the bills: {each}" for each in disagreements(till, storm.wechat)]
    wrong += till.database.read(audit.report).differences
    wrong += [f"accepted: {each}" for each in storm.road.accepted]
    said = storm.said()
    kept = dict(rows(till, "SELECT form_key, token FROM orders"))
    wrong += [f"lost: {each}" for each in said if each["what"] == "placed" and kept.get(each["key"]) != each["token"]]
    wrong += [str(each) for each in said if each["what"] in {"given too much", "twice"}]
    ours = {row[0] for row in rows(till, "SELECT reference FROM payment")}
    wrong += [f"no order: {each}" for each in storm.wechat.books()["movements"] if each["charge"] not in ours]
    sold = rows(
        till, "SELECT COALESCE(SUM(quantity - returned), 0) FROM stock_hold WHERE sku = 'rare' AND state = 'sold'"
    )
    if sold[0][0] + level(till, "rare") != shop_process.RARE:
        wrong.append(f"rare: {sold[0][0]} sold, {level(till, 'rare')} left of {shop_process.RARE}")
    return wrong


def weather(folder, address="", *, seconds, minimum, disturb=()):
    """Let a storm blow over a shop; return (what was counted, what is wrong)."""
    storm = Storm(folder, address)
    try:
        counts = storm.blow(seconds, minimum, disturb)
        till = storm.clear_up()
        try:
            return counts, judge(storm, till)
        finally:
            till.database.close()
    finally:
        storm.stop()
