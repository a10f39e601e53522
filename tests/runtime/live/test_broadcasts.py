"""The life of a broadcast: every step is taken once, whoever else tries; keys are shown once and kept as hashes."""

from datetime import timedelta
from pathlib import Path

import pytest
from forking import Program
from tills import NOW

from runtime.live import broadcasts, life
from runtime.live.life import TRANSITIONS, Event
from runtime.live.values import Recording, State, Through, Why
from runtime.refusals import Refusal

RACER = Path(__file__).with_name("racer.py")


def later(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def armed(database):
    return broadcasts.arm(database, "tea", by="host:1", now=NOW)


def rows(database, statement, *values):
    return database.read(lambda look: look.all(statement, *values))


def test_a_broadcast_is_armed_once_a_room_and_its_key_is_nowhere_to_be_read(database, armed):
    made, key = armed
    assert (made.ordinal, made.stream, made.state, made.practice) == (1, "1", State.ARMED, False)
    assert (made.key_tail, made.key_generation, made.actor) == (key[-4:], 1, "host:1")
    with pytest.raises(Refusal) as caught:
        broadcasts.arm(database, "tea", by="host:2", now=NOW)
    assert caught.value.code == "live-open-already"
    assert key not in str(rows(database, "SELECT * FROM live_broadcast"))
    assert broadcasts.find_by_key(database, key) == made
    assert broadcasts.find_by_key(database, key[:-1]) is None
    assert broadcasts.find_by_key(database, "") is None


def test_a_practice_stands_beside_the_broadcast_under_a_name_that_nobody_guesses(database, armed):
    practice, key = broadcasts.arm(database, "tea", practice=True, by="host:1", now=NOW)
    assert practice.stream[0] == "p"
    assert len(practice.stream) == 33
    assert broadcasts.open_in(database, "tea") == armed[0]
    assert broadcasts.open_in(database, "tea", practice=True) == practice
    broadcasts.begin(database, practice.id, NOW)
    broadcasts.end(database, practice.id, Why.HOST, later(5))
    assert broadcasts.of_room(database, "tea") == []
    assert broadcasts.find_by_key(database, key) is None


def test_live_interrupted_live_ended_and_nothing_else(database, armed):
    identity = armed[0].id
    assert broadcasts.interrupt(database, identity, NOW, grace=60) is None
    assert broadcasts.resume(database, identity, NOW) is None
    assert broadcasts.begin(database, identity, later(1)).started_at == int(later(1).timestamp())
    assert broadcasts.begin(database, identity, later(2)) is None
    away = broadcasts.interrupt(database, identity, later(10), grace=60)
    assert (away.state, away.grace_until) == (State.INTERRUPTED, int(later(70).timestamp()))
    back = broadcasts.resume(database, identity, later(30))
    assert (back.state, back.grace_until, back.version) == (State.LIVE, None, 4)
    over = broadcasts.end(database, identity, Why.HOST, later(100))
    assert (over.state, over.ended_why, over.duration_ms, over.key_generation) == (State.ENDED, "host", 99_000, 2)
    for again in (
        broadcasts.end(database, identity, Why.HOST, later(101)),
        broadcasts.begin(database, identity, later(101)),
        broadcasts.resume(database, identity, later(101)),
        broadcasts.rotate(database, identity, later(101)),
    ):
        assert again is None
    assert broadcasts.find_by_key(database, armed[1]) is None
    assert broadcasts.arm(database, "tea", by="host:1", now=later(200))[0].stream == "2"


def test_every_state_and_event_is_decided():
    allowed = {(before.value, event.value): after.value for (before, event), after in TRANSITIONS.items()}
    assert allowed == {
        ("armed", "begin"): "live",
        ("live", "interrupt"): "interrupted",
        ("interrupted", "resume"): "live",
        ("armed", "end"): "ended",
        ("live", "end"): "ended",
        ("interrupted", "end"): "ended",
    }


def test_a_step_from_what_is_no_longer_so_changes_nothing(database, armed):
    seen = armed[0]
    assert database.write(lambda transaction: life.step(transaction, seen, Event.BEGIN)).state is State.LIVE
    assert database.write(lambda transaction: life.step(transaction, seen, Event.BEGIN)) is None
    assert database.write(lambda transaction: life.step(transaction, seen, Event.END)) is None
    assert broadcasts.find(database, seen.id).state is State.LIVE


def test_a_new_key_makes_the_old_one_worthless_at_once(database, armed):
    made, key = armed
    rotated, fresh = broadcasts.rotate(database, made.id, NOW)
    assert (rotated.key_generation, rotated.key_tail) == (2, fresh[-4:])
    assert broadcasts.find_by_key(database, key) is None
    assert broadcasts.find_by_key(database, fresh) == rotated


def test_what_is_away_too_long_or_lasts_too_long_or_is_never_begun_ends_by_itself(database):
    made = {room: broadcasts.arm(database, room, by="a", now=NOW)[0].id for room in ("away", "long", "unused", "fine")}
    for room in ("away", "long", "fine"):
        broadcasts.begin(database, made[room], NOW if room != "fine" else later(100_000))
    broadcasts.interrupt(database, made["away"], later(10), grace=60)
    assert broadcasts.end_due(database, later(69), longest=28_800) == []
    assert [(each.room, each.ended_why) for each in broadcasts.end_due(database, later(70), longest=28_800)] == [
        ("away", "grace")
    ]
    assert [(each.room, each.ended_why) for each in broadcasts.end_due(database, later(28_800), longest=28_800)] == [
        ("long", "length")
    ]
    assert [(each.room, each.ended_why) for each in broadcasts.end_due(database, later(86_400), longest=28_800)] == [
        ("unused", "unused")
    ]
    assert [each.room for each in broadcasts.all_open(database)] == ["fine"]


def test_a_key_that_is_made_days_ahead_works_until_a_day_after_the_announced_time(database, armed):
    starts = {"tea": int(later(5 * 86_400).timestamp())}
    assert broadcasts.end_due(database, later(6 * 86_400 - 1), longest=28_800, starts=starts) == []
    assert broadcasts.find_by_key(database, armed[1]) == armed[0]
    ended = broadcasts.end_due(database, later(6 * 86_400), longest=28_800, starts=starts)
    assert [(each.id, each.ended_why) for each in ended] == [(armed[0].id, "unused")]


def test_a_publisher_who_comes_back_after_the_grace_does_not_resume(database, armed):
    broadcasts.begin(database, armed[0].id, NOW)
    broadcasts.interrupt(database, armed[0].id, NOW, grace=5)
    assert broadcasts.resume(database, armed[0].id, later(5)) is None


def test_the_end_closes_what_was_explained_and_recorded_lengths_stay(database, armed):
    identity = armed[0].id
    broadcasts.begin(database, identity, NOW)
    database.write(lambda transaction: transaction.run(
        "INSERT INTO live_pin (broadcast_id, number, product, at_ms, actor) VALUES (?, 1, 'tea', 1, 'a')", identity
    ))  # fmt: skip
    broadcasts.record(database, identity, Recording.WHOLE, size=1000, duration_ms=42_000)
    broadcasts.end(database, identity, Why.HOST, later(60))
    found = broadcasts.of_room(database, "tea")[0]
    assert (found.duration_ms, found.recording, found.recording_bytes) == (42_000, Recording.WHOLE, 1000)
    assert rows(database, "SELECT until_ms FROM live_pin") == [(int(later(60).timestamp()) * 1000,)]


def test_the_network_is_told_apart_from_the_shops_own(database):
    made, _ = broadcasts.arm(database, "tea", through=Through.CDN, by="a", now=NOW)
    assert made.through is Through.CDN
    assert broadcasts.find_by_stream(database, "tea", "1").id == made.id


@pytest.mark.parametrize("step", ["arm", "begin", "end"])
def test_of_eight_processes_at_once_one_takes_the_step(database, settings, step):
    identity = 0 if step == "arm" else broadcasts.arm(database, "tea", by="a", now=NOW)[0].id
    address = settings.database if settings.database.startswith("postgres") else ""
    racers = [Program(RACER, settings.folder, address, step, identity) for _ in range(8)]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    answers = sorted(racer.communicate()[0].strip() for racer in racers)
    assert answers == ["lost"] * 7 + ["won"]
    assert len(rows(database, "SELECT id FROM live_broadcast")) == 1
