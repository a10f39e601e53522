"""The desk: what viewers send is kept, counted and shown, and never more than the database said."""

import threading

import pytest
from floor import Shop, blocks, later, make_desk, state, viewer
from tills import NOW

from runtime.live import broadcasts
from runtime.live.desk import Beat

HERE = "203.0.113.7"


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def desk(database, settings, shop):
    return make_desk(database, settings, shop)


def test_a_message_is_kept_before_it_is_shown_and_its_block_never_changes(desk, database, settings):
    said = desk.say("tea-talk", viewer(settings), "hello", HERE, NOW)
    assert (said.code, said.seq) == ("shown", 1)
    assert not (settings.rooms / "tea-talk" / "chat").exists()
    desk.tick(later(1))
    desk.say("tea-talk", viewer(settings, "Guest 2"), "hi", HERE, later(1))
    desk.tick(later(2))
    assert [[line["text"] for line in block["messages"]] for block in blocks(settings)] == [["hello"], ["hi"]]
    desk.tick(later(3))
    assert state(settings)["chat"] == {
        "who": "everyone", "seq": 2, "block": 2, "since": 0, "slow": 3, "notice": "",
    }  # fmt: skip
    found = database.read(lambda look: look.all("SELECT seq, name, body, state FROM live_message ORDER BY seq"))
    assert found == [(1, "Guest 1", "hello", "shown"), (2, "Guest 2", "hi", "shown")]


def test_numbers_of_messages_and_blocks_go_on_after_a_restart(desk, database, settings, shop):
    desk.say("tea-talk", viewer(settings), "before", HERE, NOW)
    desk.tick(later(1))
    again = make_desk(database, settings, shop, later(5))
    again.say("tea-talk", viewer(settings), "after", HERE, later(5))
    again.tick(later(6))
    assert [(block["n"], [line["seq"] for line in block["messages"]]) for block in blocks(settings)] == [
        (1, [1]), (2, [2]),
    ]  # fmt: skip


def test_messages_of_many_threads_while_the_desk_ticks_are_each_shown_once(database, settings):
    desk = make_desk(database, settings, Shop(slow_seconds=0))
    said, done = [], threading.Event()

    def talk(number):
        mine = viewer(settings, f"Guest {number}")
        for each in range(10):
            at = later(number * 10 + each)
            said.append(desk.say("tea-talk", mine, f"{number} says {each}", f"198.51.100.{number}", at))

    def tick():
        second = 0
        while not done.is_set():
            second += 1
            desk.tick(later(second))

    ticking = threading.Thread(target=tick)
    talking = [threading.Thread(target=talk, args=(number,)) for number in range(6)]
    for thread in (ticking, *talking):
        thread.start()
    for thread in talking:
        thread.join()
    done.set()
    ticking.join()
    desk.tick(later(100_000))
    desk.tick(later(100_002))
    shown = [each.seq for each in said if each.code == "shown"]
    seqs = [line["seq"] for block in blocks(settings) for line in block["messages"]]
    assert sorted(seqs) == sorted(shown) == list(range(1, len(shown) + 1))
    assert len(shown) >= 40


def test_a_room_tells_its_broadcasts_life(desk, database, settings):
    assert state(settings)["state"] == "before"
    made, key = broadcasts.arm(database, "tea-talk", by="test", now=NOW)
    desk.tick(later(1))
    assert (state(settings)["state"], state(settings)["stream"]) == ("before", None)
    broadcasts.begin(database, made.id, later(2))
    desk.tick(later(2))
    found = state(settings)
    assert (found["state"], found["since"]) == ("live", int(later(2).timestamp()) * 1000)
    ready = {"id": "1", "ll": "/live/tea-talk/1/ll.m3u8", "hls": "/live/tea-talk/1/index.m3u8", "ready": False}
    assert found["stream"] == ready
    broadcasts.interrupt(database, made.id, later(3), grace=60)
    desk.tick(later(4))
    assert state(settings)["state"] == "interrupted"
    broadcasts.end(database, made.id, "host", later(5))
    desk.tick(later(6))
    assert (state(settings)["state"], state(settings)["replay"]) == ("ended", None)
    assert key not in str(list(settings.rooms.rglob("*"))) + (settings.rooms / "tea-talk" / "room.json").read_text()


def test_viewers_are_distinct_passes_that_gave_a_sign_of_life(desk, database, settings):
    made, _ = broadcasts.arm(database, "tea-talk", by="test", now=NOW)
    broadcasts.begin(database, made.id, NOW)
    desk.tick(later(1))
    one, two = viewer(settings), viewer(settings)
    for at in (1, 16, 31):
        desk.beat("tea-talk", one, Beat(seconds=15, clicks={"tea": 2, "unknown": 9}), HERE, later(at))
    desk.beat("tea-talk", two, Beat(seconds=999), HERE, later(31))
    desk.tick(later(32))
    assert state(settings)["viewers"] == 2
    desk.tick(later(75))
    assert state(settings)["viewers"] == 0
    assert database.read(lambda look: look.all("SELECT SUM(seconds) FROM live_minute"))[0][0] == 15 * 3 + 16
    assert database.read(lambda look: look.all("SELECT product, SUM(clicks) FROM live_interest GROUP BY product")) == [
        ("tea", 6)
    ]
    assert database.read(lambda look: look.find("SELECT peak FROM live_broadcast")) == (2,)
