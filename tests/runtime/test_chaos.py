"""A storm over a whole shop: processes killed, a provider in a mess, notices of all kinds, some forged (P25–P61)."""

import chaos
import pytest

ENOUGH = {
    "orders": 40, "kills": 8, "forged": 30, "refunds": 8, "too much": 8, "double": 1, "late": 4, "quiet": 2, "lost": 2,
    "repeated": 2, "delayed": 2,
}  # fmt: skip


@pytest.mark.slow
def test_p25_p61_p87_p88_p104_after_a_storm_the_providers_books_are_the_shops(settings, tmp_path, request):
    address, disturb = "", []
    if settings.database.startswith("postgres"):
        server = request.getfixturevalue("postgres")
        address, disturb = settings.database, [lambda: server.stop("immediate") or server.start()]
    counts, wrong = chaos.weather(tmp_path, address, seconds=6, minimum=ENOUGH, disturb=disturb)
    assert wrong == []
    assert {name: counts[name] for name, least in ENOUGH.items() if counts[name] < least} == {}
