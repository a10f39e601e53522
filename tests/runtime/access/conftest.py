"""A lodge on both databases."""

import lodgers
import pytest


@pytest.fixture
def office(settings, database):
    return lodgers.open_lodge(settings, database)
