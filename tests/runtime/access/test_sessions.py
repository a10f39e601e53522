"""Sessions: a random key, kept as a hash, that every process asks the database about."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from lodgers import hire, sign_in
from tills import NOW

from runtime.access import accounts, entering, factors, lodge, sessions
from runtime.access.log import COMMAND
from runtime.access.roles import Role
from runtime.settings import Console


class Watcher:
    """Another process that is asked about keys."""

    def __init__(self, settings):
        environ = {
            **os.environ, "SHOPWRIGHT_SECRET": settings.secret.decode(), "SHOPWRIGHT_DATABASE": settings.database
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("session_watcher.py"), settings.folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ,
        )  # fmt: skip

    def ask(self, key, now=NOW):
        self.process.stdin.write(f"{key} {now.isoformat()}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()


@pytest.fixture
def watcher(settings, office):
    made = Watcher(settings)
    assert made.ask("x" * 43) == "nobody", office
    yield made
    made.stop()


def found(office, key, now=NOW):
    signed = sessions.find(office, key, now)
    return signed.name if signed else None


def test_a_key_is_long_and_random_and_the_database_keeps_its_hash(office):
    mei = hire(office)
    keys = {sign_in(office, mei) for _ in range(20)}
    assert len(keys) == 20
    assert {len(key) for key in keys} == {43}
    kept = str(office.database.read(lambda look: look.all("SELECT * FROM console_session")))
    assert not [key for key in keys if key in kept]
    assert [found(office, key) for key in keys] == ["Mei"] * 20
    assert found(office, "x" * 43) is None
    assert found(office, lodge.hashed(next(iter(keys)))) is None


def test_a84_an_ended_session_is_over_at_once_in_another_process(office, watcher):
    hire(office, "wang")
    ways = {
        "signed out": lambda lin, key: entering.leave(office, sessions.find(office, key, NOW).session, lin.by, NOW),
        "password": lambda lin, _: factors.change_password(
            office, lin, ("kettle moss lantern", "moss lantern kettle"), lin.by, 0, NOW
        ),
        "role": lambda lin, _: accounts.change_role(office, lin.id, Role.MANAGER, COMMAND, NOW),
        "ended": lambda lin, _: entering.end_others(office, lin.id, COMMAND, NOW),
        "reset": lambda lin, _: factors.reset(office, lin.id, COMMAND, NOW),
        "removed": lambda lin, _: accounts.remove(office, lin.id, COMMAND, NOW),
    }
    seen = {}
    for number, (name, end) in enumerate(ways.items()):
        lin = hire(office, f"lin{number}", Role.STAFF)
        key = sign_in(office, lin)
        before = watcher.ask(key)
        end(lin, key)
        seen[name] = (before, watcher.ask(key))
    assert seen == {name: (f"Lin{number}", "nobody") for number, name in enumerate(ways)}


def test_a_session_lasts_half_an_hour_without_a_request_and_twelve_hours_with_them(office):
    key, moment = sign_in(office, hire(office)), NOW
    assert found(office, key, NOW + timedelta(minutes=29)) == "Mei"
    assert found(office, key, NOW + timedelta(minutes=29 + 31)) is None
    key = sign_in(office, hire(office, "lin"))
    while moment < NOW + timedelta(hours=11, minutes=40):
        moment += timedelta(minutes=20)
        assert found(office, key, moment) == "Lin"
    assert found(office, key, NOW + timedelta(hours=12)) is None


def test_a_clock_that_is_set_back_ends_sessions_instead_of_prolonging_them(office):
    key = sign_in(office, hire(office))
    assert found(office, key, NOW - timedelta(seconds=1)) is None
    assert found(office, key, NOW - timedelta(days=1)) is None
    assert found(office, key, NOW) == "Mei"


def test_how_long_sessions_last_is_set(office):
    short = msgspec.structs.replace(office, console=Console(longest=3600, idle=60))
    key = sign_in(short, hire(short))
    assert [found(short, key, NOW + timedelta(seconds=seconds)) for seconds in (59, 60)] == ["Mei", None]


def test_a_request_a_minute_writes_once_a_minute(office):
    key = sign_in(office, hire(office))
    seen = []
    for seconds in (10, 30, 59, 60, 90, 119, 121):
        sessions.find(office, key, NOW + timedelta(seconds=seconds))
        row = office.database.read(lambda look: look.find("SELECT seen_at FROM console_session"))
        seen.append(row[0] - int(NOW.timestamp()))
    assert seen == [0, 0, 0, 60, 60, 60, 121]


def test_nobody_ends_a_session_of_somebody_else(office):
    mei, lin = hire(office), hire(office, "lin")
    key = sign_in(office, lin)
    theirs = sessions.find(office, key, NOW).session.id
    assert entering.end_one(office, theirs, mei.id, mei.by, NOW) is False
    assert found(office, key) == "Lin"
    assert entering.end_one(office, theirs, lin.id, lin.by, NOW) is True
    assert found(office, key) is None


def test_all_sessions_but_this_one_are_ended_and_listed_by_when_they_were_seen(office):
    mei = hire(office)
    first, second = sign_in(office, mei), sign_in(office, mei, NOW + timedelta(minutes=5))
    later = NOW + timedelta(minutes=6)
    assert [each.started_at for each in sessions.listing(office, mei.id, later)] == [
        int((NOW + timedelta(minutes=5)).timestamp()),
        int(NOW.timestamp()),
    ]
    this = sessions.find(office, second, later).session.id
    assert entering.end_others(office, mei.id, mei.by, later, but=this) == 1
    assert (found(office, first, later), found(office, second, later)) == (None, "Mei")
