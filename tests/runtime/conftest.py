"""Both databases for every test that says ``settings``, ``database`` or ``till``."""

import os
import shutil
import time

import fresh_tables
import psycopg
import pytest
from postgres_server import BINARIES, Server
from tills import NOW, make_settings, make_till

from runtime import database as databases
from runtime.gateways.rehearsal import Rehearsal
from runtime.gateways.wire import inside
from runtime.rehearsal_bank import bank
from runtime.rehearsal_bank.bank import Bank


@pytest.fixture(autouse=True)
def _banks_close():
    """Stop the rehearsal banks that a test opened: each is a thread that looks around once a second."""
    before = set(bank._banks)
    yield
    for settings in set(bank._banks) - before:
        bank.stop(settings)


@pytest.fixture(scope="session")
def postgres():
    if BINARIES is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed")
    server = Server()
    try:
        server.start()
        with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE shop")
        yield server
    finally:
        server.remove()


@pytest.fixture
def empty_database(postgres):
    return fresh_tables.empty(postgres)


@pytest.fixture(scope="session")
def fresh_postgres(postgres, tmp_path_factory):
    return fresh_tables.FreshPostgres(postgres, tmp_path_factory.mktemp("fresh"))


@pytest.fixture(scope="session")
def fresh_sqlite(tmp_path_factory):
    return fresh_tables.fresh_file(tmp_path_factory.mktemp("fresh"))


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request):
    return request.param


@pytest.fixture
def settings(engine, request, tmp_path):
    """A shop whose database has every table and no row."""
    if engine == "postgres":
        return make_settings(tmp_path, request.getfixturevalue("fresh_postgres").address())
    found = make_settings(tmp_path)
    found.var.mkdir(exist_ok=True)
    shutil.copyfile(request.getfixturevalue("fresh_sqlite"), found.var / "shop.db")
    return found


@pytest.fixture
def empty_settings(engine, request, tmp_path):
    """A shop whose database has no table yet."""
    return make_settings(tmp_path, request.getfixturevalue("empty_database") if engine == "postgres" else "")


@pytest.fixture
def database(settings):
    made = databases.open(settings, upgrade=True)
    yield made
    made.close()


@pytest.fixture
def till(database, settings):
    return make_till(database, settings)


@pytest.fixture
def one_day():
    """Begin in no day's last minute, neither in Europe's winter nor in Beijing: what is booked lies on one day."""
    passed = time.time() % 86400
    left = min((hour * 3600 - passed) % 86400 for hour in (16, 23, 24))
    if left < 60:
        time.sleep(left)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def the_bank(tmp_path, clock):
    made = Bank(make_settings(tmp_path), clock)
    yield made
    made.stop()


@pytest.fixture
def gateway(the_bank, tmp_path, clock):
    return Rehearsal(make_settings(tmp_path), inside(the_bank.wsgi), clock)
