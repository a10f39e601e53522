"""What holds for all tests: properties are tried for as long as a busy machine needs."""

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import sync_playwright

settings.register_profile(
    "patient", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def browsers():
    """What starts browsers: one for a whole process, which cannot have two."""
    with sync_playwright() as found:
        yield found
