"""Token buckets: how often one client may do something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.web.limits import LIMITS, Buckets, Limit, network


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_so_many_at_once_and_then_one_for_each_share_of_the_time():
    clock = Clock()
    buckets = Buckets({"lookup": Limit(3, 60)}, clock)
    assert [buckets.take("lookup", "1.2.3.4") for _ in range(5)] == [0, 0, 0, 20, 20]
    clock.now += 19.9
    assert buckets.take("lookup", "1.2.3.4") == 1
    clock.now += 0.2
    assert [buckets.take("lookup", "1.2.3.4") for _ in range(2)] == [0, 20]
    clock.now += 10_000
    assert [buckets.take("lookup", "1.2.3.4") for _ in range(4)] == [0, 0, 0, 20]


def test_each_client_and_each_deed_has_its_own_bucket():
    buckets = Buckets({"a": Limit(1, 60), "b": Limit(1, 60)}, Clock())
    assert [buckets.take("a", "1.1.1.1"), buckets.take("a", "2.2.2.2"), buckets.take("b", "1.1.1.1")] == [0, 0, 0]
    assert buckets.take("a", "1.1.1.1") == 60


def test_r113_the_clock_on_the_wall_moves_no_bucket(monkeypatch):
    buckets = Buckets({"a": Limit(1, 60)})
    assert buckets.take("a", "1.1.1.1") == 0
    for day in (-86400, 86400):
        monkeypatch.setattr("time.time", lambda day=day: 1.8e9 + day)
        assert buckets.take("a", "1.1.1.1") == 60


def test_many_clients_take_bounded_memory():
    buckets = Buckets({"a": Limit(1, 60)}, Clock(), most=100)
    for number in range(1000):
        buckets.take("a", f"10.0.{number // 256}.{number % 256}")
    assert len(buckets._buckets) == 100


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"), ("", ""), ("x" * 100, "x" * 64),
    ],
)  # fmt: skip
def test_an_ipv6_client_is_its_network(address, client):
    assert network(address) == client


@given(st.lists(st.floats(0, 100), max_size=60))
def test_nobody_ever_gets_more_than_the_burst_and_the_rate_allow(pauses):
    clock, limit = Clock(), Limit(5, 50)
    buckets = Buckets({"a": limit}, clock)
    granted = 0
    for pause in pauses:
        clock.now += pause
        granted += buckets.take("a", "c") == 0
    assert granted <= limit.burst + (clock.now - 1000) * limit.burst / limit.seconds + 1e-6


def test_guessing_an_order_is_slower_than_looking_up_ones_own():
    assert LIMITS["lookup"] == Limit(10, 300)
