"""Both databases for every test that says ``settings``, ``database`` or ``till``."""

import itertools
import os

import psycopg
import pytest
from postgres_server import BINARIES, Server
from tills import make_settings, make_till

from runtime import database as databases

_names = (f"shop{number}" for number in itertools.count())


@pytest.fixture(scope="session")
def postgres():
    if BINARIES is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed")
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def new_database(postgres):
    def make():
        name = next(_names)
        with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return postgres.address(name)

    return make


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request, tmp_path):
    address = request.getfixturevalue("new_database")() if request.param == "postgres" else ""
    return make_settings(tmp_path, address)


@pytest.fixture
def database(settings):
    made = databases.open(settings, upgrade=True)
    yield made
    made.close()


@pytest.fixture
def till(database, settings):
    return make_till(database, settings)
