"""Notices of networks drive the life of a broadcast: applied once, and as if they had come in order (L14)."""

import itertools
from datetime import timedelta

import msgspec
import pytest
from tills import NOW, make_settings, make_terms

from generator.shop import LiveCdn, LiveTerms
from runtime import database as databases
from runtime.live import broadcasts, networks, reports
from runtime.live.callbacks import Callback, Kind
from runtime.live.reports import House, Outcome
from runtime.live.values import State, Through
from runtime.refusals import Code, Refusal

CDN = LiveCdn(provider="tencent", push="push.example.com", play="play.example.com", push_key="PUSH")
TERMS = make_terms(live=LiveTerms(cdn=CDN))
AT = int(NOW.timestamp())
CLOUD = House(grace=60, takeover="newest", asks=False)
ASKING = House(grace=60, takeover="newest", asks=True)
LOYAL = House(grace=60, takeover="refuse", asks=True)


@pytest.fixture
def armed(database):
    return broadcasts.arm(database, "spring", through=Through.CDN, by="host", now=NOW)


def begin(session="s1", at=0, provider="tencent", **more):
    once = f"{session}:begin" if not more.get("vague") else f"{session}:begin:{at}"
    return Callback(
        provider=provider, kind=Kind.BEGIN, name="spring-1", session=session, once=once, at=AT + at, **more
    )  # fmt: skip


def end(session="s1", at=0, provider="tencent", **more):
    once = f"{session}:end" if not more.get("vague") else f"{session}:end:{at}"
    return Callback(provider=provider, kind=Kind.END, name="spring-1", session=session, once=once, at=AT + at, **more)


def take(database, armed, callback, house=CLOUD, at=0):
    return reports.apply(database, armed[0], callback, house, NOW + timedelta(seconds=at))


def state(database, armed):
    return broadcasts.find(database, armed[0].id).state


def sessions(database):
    rows = database.read(lambda look: look.all("SELECT peer, agent, started_at, ended_at, why FROM live_session"))
    return [tuple(row) for row in rows]


def test_a_notice_finds_its_broadcast_by_name_or_by_key(database, armed):
    running, key = armed
    named = Callback(provider="tencent", kind=Kind.BEGIN, name="spring-1")
    assert reports.find(database, named, CDN).id == running.id
    keyed = Callback(provider="srs", kind=Kind.BEGIN, name="spring-1", key=key)
    assert reports.find(database, keyed, CDN).id == running.id
    assert reports.find(database, Callback(provider="nginx-rtmp", kind=Kind.BEGIN, key=key), CDN).id == running.id


def test_a_wrong_name_or_key_finds_nothing(database, armed):
    _, key = armed
    for wrong in (
        Callback(provider="tencent", kind=Kind.BEGIN, name="spring-2", key=key),
        Callback(provider="srs", kind=Kind.BEGIN, name="spring-1", key="wrong-wrong-wrong"),
        Callback(provider="srs", kind=Kind.BEGIN, name="spring-1"),
        Callback(provider="srs", kind=Kind.BEGIN, name="other-1", key=key),
        Callback(provider="nginx-rtmp", kind=Kind.BEGIN),
    ):
        assert reports.find(database, wrong, CDN) is None
    assert reports.find(database, Callback(provider="nginx-rtmp", kind=Kind.BEGIN, key=key), None) is None


def test_a_broadcast_that_this_machine_carries_is_none_of_a_network(database):
    _, key = broadcasts.arm(database, "own", by="host", now=NOW)
    assert reports.find(database, Callback(provider="nginx-rtmp", kind=Kind.BEGIN, key=key), CDN) is None
    assert reports.find(database, Callback(provider="tencent", kind=Kind.BEGIN, name="own-1"), CDN) is None


def test_a_broadcast_begins_breaks_off_and_goes_on(database, armed):
    assert take(database, armed, begin(peer="1.1.1.1")) is Outcome.BEGUN
    assert state(database, armed) is State.LIVE
    assert take(database, armed, end(at=5), at=5) is Outcome.INTERRUPTED
    found = broadcasts.find(database, armed[0].id)
    assert (found.state, found.grace_until) == (State.INTERRUPTED, AT + 65)
    assert take(database, armed, begin("s2", at=20), at=20) is Outcome.RESUMED
    assert state(database, armed) is State.LIVE
    assert sessions(database) == [
        ("1.1.1.1", "tencent", AT, AT + 5, "gone"),
        ("", "tencent", AT + 20, None, ""),
    ]


def test_l14_the_same_notice_six_times_counts_once(database, armed):
    outcomes = [take(database, armed, begin(), at=second) for second in range(6)]
    assert outcomes == [Outcome.BEGUN, *[Outcome.REPEATED] * 5]
    outcomes = [take(database, armed, end(at=9), at=9 + second) for second in range(6)]
    assert outcomes == [Outcome.INTERRUPTED, *[Outcome.REPEATED] * 5]
    assert len(sessions(database)) == 1
    assert broadcasts.find(database, armed[0].id).version == 3


@pytest.mark.parametrize("vague", [False, True])
def test_l14_an_end_before_its_beginning_leads_to_the_same(database, armed, vague):
    assert take(database, armed, end(at=7, vague=vague), at=8) is Outcome.NOTED
    assert state(database, armed) is State.ARMED
    assert take(database, armed, begin(at=1, vague=vague), at=30) is Outcome.INTERRUPTED
    found = broadcasts.find(database, armed[0].id)
    assert (found.state, found.grace_until) == (State.INTERRUPTED, AT + 67)
    assert take(database, armed, begin("s2", at=40, vague=vague), at=40) is Outcome.RESUMED


def test_l14_a_notice_replayed_when_its_connection_is_gone_changes_nothing(database, armed):
    take(database, armed, begin())
    take(database, armed, end(at=5), at=5)
    take(database, armed, begin("s2", at=20), at=20)
    for old in (begin(), end(at=5)):
        assert take(database, armed, old, at=30) is Outcome.REPEATED
        forgotten = msgspec.structs.replace(old, once="")
        assert take(database, armed, forgotten, at=30) is Outcome.STALE
    assert state(database, armed) is State.LIVE


def test_the_end_of_a_connection_that_was_taken_over_is_no_interruption(database, armed):
    take(database, armed, begin())
    assert take(database, armed, begin("s2", at=10), at=10) is Outcome.TAKEN_OVER
    assert take(database, armed, end("s1", at=12), at=12) is Outcome.NOTED
    assert state(database, armed) is State.LIVE
    assert take(database, armed, end("s2", at=14), at=14) is Outcome.INTERRUPTED
    assert [row[4] for row in sessions(database)] == ["taken over", "gone"]


def test_a_beginning_that_comes_after_a_newer_one_changes_nothing(database, armed):
    take(database, armed, begin("s2", at=10), at=10)
    assert take(database, armed, begin("s1", at=0), at=11) is Outcome.STALE
    assert take(database, armed, end("s2", at=14), at=14) is Outcome.INTERRUPTED


NOTICES = [begin("s1", 0), end("s1", 10), begin("s2", 20), end("s2", 30)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=str)
def test_l14_two_connections_in_any_order_end_as_an_interruption(tmp_path, order):
    database = databases.open(make_settings(tmp_path), upgrade=True)
    try:
        armed = broadcasts.arm(database, "spring", through=Through.CDN, by="host", now=NOW)
        for second, number in enumerate(order, 31):
            take(database, armed, NOTICES[number], at=second)
        assert state(database, armed) is State.INTERRUPTED
    finally:
        database.close()


def test_who_comes_back_after_the_grace_is_late(database, armed):
    take(database, armed, begin())
    take(database, armed, end(at=5), at=5)
    assert take(database, armed, begin("s2", at=66), at=66) is Outcome.LATE
    assert take(database, armed, begin("s3", at=64), at=64) is Outcome.RESUMED


def test_a_broadcast_that_is_over_takes_no_notices(database, armed):
    broadcasts.end(database, armed[0].id, "host", NOW)
    assert take(database, armed, begin()) is Outcome.UNKNOWN


def test_a_second_publisher_is_refused_where_the_shop_says_so(database, armed):
    take(database, armed, begin(), LOYAL)
    assert take(database, armed, begin("s2", at=1), LOYAL, at=1) is Outcome.BUSY
    assert take(database, armed, begin("s1", at=2), LOYAL, at=2) is Outcome.REPEATED


def test_a_key_that_changes_hands_all_the_time_is_refused(database, armed):
    outcomes = [take(database, armed, begin(f"s{second}", at=second), ASKING, at=second) for second in range(8)]
    assert outcomes == [Outcome.BEGUN, *[Outcome.TAKEN_OVER] * 5, *[Outcome.BUSY] * 2]
    assert take(database, armed, begin("s99", at=99), ASKING, at=99) is Outcome.TAKEN_OVER


def test_where_a_publisher_is_says_whose_end_it_was(database, armed):
    take(database, armed, begin("wifi", vague=True))
    assert take(database, armed, begin("mobile", at=5, vague=True), at=5) is Outcome.TAKEN_OVER
    assert take(database, armed, end("wifi", at=6, vague=True), at=6) is Outcome.NOTED
    assert take(database, armed, end("mobile", at=9, vague=True), at=9) is Outcome.INTERRUPTED
    assert take(database, armed, begin("mobile", at=12, vague=True), at=12) is Outcome.RESUMED


def test_notices_are_forgotten_a_week_after_they_came_and_not_a_second_before(database, armed):
    take(database, armed, begin())
    assert reports.forget(database, NOW + timedelta(seconds=reports.KEPT)) == 0
    assert take(database, armed, begin()) is Outcome.REPEATED
    assert reports.forget(database, NOW + timedelta(seconds=reports.KEPT + 1)) == 1
    assert database.read(lambda look: look.all("SELECT * FROM live_callback")) == []


def test_addresses_of_a_broadcast_are_signed_with_the_keys_of_the_shop(armed, settings):
    running, _ = armed
    with pytest.raises(Refusal) as refused:
        networks.push(TERMS, settings, running, NOW)
    assert (refused.value.code, refused.value.values) == (Code.LIVE_NETWORK_KEY, {"name": "PUSH"})
    keyed = msgspec.structs.replace(settings, named=(("PUSH", "new, old"),))
    sent = networks.push(TERMS, keyed, running, NOW)
    assert sent.key.startswith("spring-1?txSecret=")
    assert networks.push(TERMS, msgspec.structs.replace(settings, named=(("PUSH", "new"),)), running, NOW) == sent
    assert networks.play(TERMS, settings, running, NOW).hls == "https://play.example.com/live/spring-1.m3u8"


def test_a_broadcast_of_this_machine_has_no_addresses_at_a_network(database, settings):
    own, _ = broadcasts.arm(database, "own", by="host", now=NOW)
    assert networks.push(TERMS, settings, own, NOW) is None
    assert networks.play(TERMS, settings, own, NOW) == networks.Play()


@pytest.mark.parametrize(
    ("cdn", "origin"),
    [
        (None, ""),
        (CDN, "https://play.example.com"),
        (LiveCdn(provider="custom", play="http://127.0.0.1:8080/{stream}.m3u8"), "http://127.0.0.1:8080"),
    ],
)
def test_pages_allow_the_network_alone(cdn, origin):
    assert networks.origin(cdn) == origin
