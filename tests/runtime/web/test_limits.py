"""Token buckets: how often one client may do something."""

import subprocess
import sys

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
    buckets = Buckets(limits={"lookup": Limit(3, 60)}, clock=clock)
    assert [buckets.take("lookup", "1.2.3.4") for _ in range(5)] == [0, 0, 0, 20, 20]
    clock.now += 19.9
    assert buckets.take("lookup", "1.2.3.4") == 1
    clock.now += 0.2
    assert [buckets.take("lookup", "1.2.3.4") for _ in range(2)] == [0, 20]
    clock.now += 10_000
    assert [buckets.take("lookup", "1.2.3.4") for _ in range(4)] == [0, 0, 0, 20]


def test_a_token_that_is_given_back_can_be_taken_again_and_no_bucket_runs_over():
    buckets = Buckets(limits={"enter": Limit(2, 60)}, clock=Clock())
    for _ in range(5):
        assert buckets.take("enter", "1.2.3.4") == 0
        buckets.give("enter", "1.2.3.4")
    buckets.give("enter", "1.2.3.4")
    assert [buckets.take("enter", "1.2.3.4") for _ in range(3)] == [0, 0, 30]


def test_each_client_and_each_deed_has_its_own_bucket():
    buckets = Buckets(limits={"a": Limit(1, 60), "b": Limit(1, 60)}, clock=Clock())
    assert [buckets.take("a", "1.1.1.1"), buckets.take("a", "2.2.2.2"), buckets.take("b", "1.1.1.1")] == [0, 0, 0]
    assert buckets.take("a", "1.1.1.1") == 60


def test_r113_the_clock_on_the_wall_moves_no_bucket(monkeypatch):
    buckets = Buckets(limits={"a": Limit(1, 60)})
    assert buckets.take("a", "1.1.1.1") == 0
    for day in (-86400, 86400):
        monkeypatch.setattr("time.time", lambda day=day: 1.8e9 + day)
        assert buckets.take("a", "1.1.1.1") == 60


def test_many_clients_take_bounded_room_and_the_newest_keep_their_buckets(tmp_path):
    clock = Clock()
    buckets = Buckets(tmp_path / "limits", {"a": Limit(1, 60)}, clock, slots=100)
    for number in range(1000):
        clock.now += 0.001
        buckets.take("a", f"10.0.{number // 256}.{number % 256}")
    assert (tmp_path / "limits").stat().st_size == 2400
    assert [buckets.take("a", f"10.0.{number // 256}.{number % 256}") for number in (999, 998, 997)] == [60, 60, 60]


def test_all_workers_of_a_machine_count_together(tmp_path):
    script = (
        "import pathlib, sys\n"
        "from runtime.web.limits import Buckets, Limit\n"
        "buckets = Buckets(pathlib.Path(sys.argv[1]), {'a': Limit(40, 1e9)})\n"
        "sys.stdin.readline()\n"
        "print([buckets.take('a', '1.2.3.4') for _ in range(50)].count(0))\n"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", script, tmp_path / "limits"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    granted = [int(each.communicate("go\n", timeout=240)[0]) for each in workers]
    assert sum(granted) == 40


def test_a_file_of_an_earlier_start_of_the_machine_limits_nobody(tmp_path):
    limits = {"a": Limit(1, 60)}
    clock = Clock()
    assert Buckets(tmp_path / "limits", limits, clock).take("a", "1.1.1.1") == 0
    assert Buckets(tmp_path / "limits", limits, clock).take("a", "1.1.1.1") == 60
    clock.now = 5.0
    again = Buckets(tmp_path / "limits", limits, clock)
    assert [again.take("a", "1.1.1.1"), again.take("a", "1.1.1.1")] == [0, 60]


@pytest.mark.parametrize("spoil", ["folder", "missing", "link"])
def test_where_no_file_can_be_each_worker_counts_for_itself(tmp_path, spoil, caplog):
    path = tmp_path / "limits" if spoil != "missing" else tmp_path / "nowhere" / "limits"
    if spoil == "folder":
        path.mkdir()
    if spoil == "link":
        path.symlink_to(tmp_path / "elsewhere")
    buckets = Buckets(path, {"a": Limit(1, 60)}, Clock())
    assert [buckets.take("a", "1.1.1.1"), buckets.take("a", "1.1.1.1")] == [0, 60]
    assert "limits are counted by each worker alone" in caplog.text
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_is_cut_under_us_stops_no_limit(tmp_path):
    buckets = Buckets(tmp_path / "limits", {"a": Limit(1, 60)}, Clock())
    assert buckets.take("a", "1.1.1.1") == 0
    (tmp_path / "limits").write_bytes(b"")
    assert [buckets.take("a", "1.1.1.1"), buckets.take("a", "1.1.1.1")] == [0, 60]


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
    buckets = Buckets(limits={"a": limit}, clock=clock)
    granted = 0
    for pause in pauses:
        clock.now += pause
        granted += buckets.take("a", "c") == 0
    assert granted <= limit.burst + (clock.now - 1000) * limit.burst / limit.seconds + 1e-6


def test_guessing_an_order_is_slower_than_looking_up_ones_own():
    assert LIMITS["lookup"] == Limit(10, 300)
