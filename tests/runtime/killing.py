"""Lives that end at their n-th system call, and go on afterwards: what is killed, and what must be so in the end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import life as lives
from ports import free_port
from tills import level, make_settings, rows

from runtime import audit, stock
from runtime import database as databases

TEA, CUP = 1000, 2550
PAID, REFUNDED = 2 * TEA + CUP, TEA
_PROGRAM = Path(lives.__file__)


def disagreements(till, wechat):
    """Return where the ledger says otherwise than WeChat Pay's own books about the orders of this shop."""
    ours = {row[0] for row in rows(till, "SELECT reference FROM payment")}
    moved = [each for each in wechat.books()["movements"] if each["charge"] in ours]
    theirs = {
        "receipt": {f"wechatpay:{each['id']}": each["amount"] for each in moved if each["kind"] == "payment"},
        "refunded": {each["reference"]: each["amount"] for each in moved if each["kind"] == "refund"},
    }
    found = []
    for event, side in (("receipt", "debit"), ("refunded", "credit")):
        booked = dict(rows(
            till, f"SELECT reference, SUM(amount) FROM transfer WHERE event = ? AND {side} LIKE 'gateway.wechatpay.%' "
            "GROUP BY reference", event,
        ))  # fmt: skip
        found += [
            f"{event} {key}: booked {booked.get(key)}, moved {theirs[event].get(key)}"
            for key in sorted({*booked, *theirs[event]})
            if booked.get(key) != theirs[event].get(key)
        ]
    return found


class Lives:
    """Lives of one shop, each with an order of its own, killed in a process of its own and gone on with in this one."""

    def __init__(self, wechat, folder, address="", *, notices=False):
        self._wechat = wechat
        self._folder = folder
        self._address = address
        self._notices = notices
        self._count = 0
        settings = make_settings(folder, address)
        database = databases.open(settings, upgrade=True)
        stock.open_new(database, {"tea": 10**6, "cup": 10**6}, datetime.now(UTC))
        database.close()
        self._method = wechat.payment_method(settings.var).settings
        self._mother = subprocess.Popen(
            [sys.executable, _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(_PROGRAM.parent)},
        )  # fmt: skip

    def close(self):
        self._mother.stdin.close()
        self._mother.wait(60)
        self._mother.stdout.close()

    def die_at(self, call, number):
        """Kill a life at its n-th call of a kind, go on with it, and return (whether it lived through, what is wrong).

        Calls are counted in each thread, and only one thread makes calls of each of the kinds we kill at.
        """
        life = self._make_life()
        status = self._let_live(life, call, number)
        lived = status == 0
        wrong = [] if lived or os.WTERMSIG(status) == signal.SIGKILL else [f"the life ended with {status}"]
        till = lives.make_till(life)
        try:
            wrong += [f"before going on: {each}" for each in till.database.read(audit.report).differences]
            lives.live(till, life)
            wrong += self._wrong(till, life["key"])
        finally:
            till.database.close()
        if not self._address:
            shutil.rmtree(life["folder"])
        return lived, wrong

    def _make_life(self):
        self._count += 1
        folder = self._folder
        if not self._address:
            folder = self._folder.with_name(f"{self._folder.name}-{self._count}")
            shutil.copytree(self._folder, folder)
        return {
            "folder": str(folder), "address": self._address, "key": f"life-{self._count:012}",
            "port": free_port() if self._notices else 0, "method": self._method,
            "secrets": self._wechat.secrets, "provider": self._wechat.port, "token": self._wechat.token,
        }  # fmt: skip

    def _let_live(self, life, call, number):
        print(json.dumps(life), file=self._mother.stdin, flush=True)
        child = int(self._mother.stdout.readline())
        tracer = kill_at(child, call, number)
        status = int(self._mother.stdout.readline())
        tracer.wait(60)
        return status

    def _wrong(self, till, key):
        """Return what is not as it must be at the end of a life."""
        report = till.database.read(audit.report)
        found = [*report.differences, *report.waiting, *disagreements(till, self._wechat)]
        order = rows(till, "SELECT id, state, paid, refunded FROM orders WHERE form_key = ?", key)
        if [tuple(each[1:]) for each in order] != [("shipped", PAID, REFUNDED)]:
            return [*found, f"orders: {order}"]
        references = [row[0] for row in rows(till, "SELECT reference FROM payment WHERE order_id = ?", order[0][0])]
        moved = [each for each in self._wechat.books()["movements"] if each["charge"] in references]
        money = sorted((each["kind"], each["amount"]) for each in moved)
        if money != [("payment", PAID), ("refund", REFUNDED)]:
            found.append(f"money moved: {money}")
        whole = self._count if self._address else 1
        left = (level(till, "tea"), level(till, "cup"))
        if left != (10**6 - whole, 10**6 - whole):
            found.append(f"stock: {left} after {whole} lives")
        return found


def kill_at(process, call, number):
    """Let a process that stopped itself go on until its n-th system call of a kind; return what watches it."""
    _wait(process, "State:", lambda value: value.startswith("T"))
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(process), "-e", f"trace={call}",
         "-e", f"inject={call}:signal=SIGKILL:when={number}"]
    )  # fmt: skip
    _wait(process, "TracerPid:", lambda value: value != "0")
    os.kill(process, signal.SIGCONT)
    return tracer


def _wait(process, name, fits):
    """Wait until a line of a process's status in /proc fits."""
    end = time.monotonic() + 120
    while not fits(next(line.split()[1] for line in Path(f"/proc/{process}/status").read_text().splitlines()
                        if line.startswith(name))):  # fmt: skip
        assert time.monotonic() < end, f"{name} of {process}"
        time.sleep(0.002)
