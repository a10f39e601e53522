"""The rehearsal bank with a clock that tests move, and a way to it that breaks."""

import pytest
from refunding import Wire

from runtime.gateways.rehearsal import Rehearsal
from runtime.gateways.wire import inside
from runtime.rehearsal_bank import bank


@pytest.fixture
def books(settings, clock):
    made = bank.Bank(settings, clock)
    yield made
    made.stop()


@pytest.fixture
def wire(till, settings, books, clock):
    found = Wire(inside(books.wsgi))
    till.gateways["rehearsal"] = Rehearsal(settings, found, clock)
    return found
