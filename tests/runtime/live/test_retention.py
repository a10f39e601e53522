"""What is kept of broadcasts: by age and by space, with what was said; nothing else is ever deleted."""

import os
from datetime import timedelta

import pytest
from aired import AT, broadcast
from floor import Shop
from recorded import record
from tills import NOW, rows

from generator import replays as pages
from generator.live import LiveTerms
from runtime.live import broadcasts, folders, retention
from runtime.live.keeper import Keeper
from runtime.live.values import Recording

DAY = 86400
ROOM = "tea-talk"
_SAY = (
    "INSERT INTO live_message (room, seq, viewer, contact, address, name, body, at_ms, state, actor, host) "
    "VALUES (?, ?, 'v', '', '', 'Lin', 'hello', ?, 'shown', '', 0)"
)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def aired(database, settings, ordinal, start, end, size=10, *, room=ROOM):
    """A broadcast that was over at ``end`` and takes so many bytes in the books."""
    made = broadcast(database, room, ordinal, start=start, end=end)
    record(settings.rooms / room / str(ordinal), (start, start + 3))
    broadcasts.record(database, made, Recording.WHOLE, size=size, duration_ms=3000)
    return made


def say(database, seq, at, room=ROOM):
    database.write(lambda write: write.run(_SAY, room, seq, (AT + at) * 1000))


def said(till, room=ROOM):
    return [row[0] for row in rows(till, "SELECT seq FROM live_message WHERE room = ? ORDER BY seq", room)]


def plan(database, now, **terms):
    return retention.plan(database.read(retention.look), LiveTerms(**terms), now)


def names(found):
    return [(each.room, each.ordinal) for each in found]


def tree(settings):
    return sorted(str(path.relative_to(settings.rooms)) for path in settings.rooms.rglob("*") if path.is_file())


def test_l13_a_recording_goes_when_its_time_is_over_and_not_a_second_before(database, settings):
    aired(database, settings, 1, 0, 10)
    aired(database, settings, 2, 100, 110)
    assert names(plan(database, after(10 + DAY - 1), keep_recordings=DAY).recordings) == []
    assert names(plan(database, after(10 + DAY), keep_recordings=DAY).expired) == [(ROOM, 1)]
    assert names(plan(database, after(110 + DAY), keep_recordings=DAY).expired) == [(ROOM, 1), (ROOM, 2)]


def test_nought_keeps_for_ever(database, settings):
    aired(database, settings, 1, 0, 10)
    found = plan(database, after(100 * 365 * DAY), keep_recordings=0)
    assert (found.recordings, found.silenced) == ((), ())


def test_l13_for_want_of_space_the_oldest_go_first_of_all_rooms_and_only_as_many_as_needed(database, settings):
    aired(database, settings, 1, 0, 10, 40)
    aired(database, settings, 1, 20, 30, 40, room="other")
    aired(database, settings, 2, 40, 50, 40)
    assert names(plan(database, after(60), storage_bytes=120).recordings) == []
    found = plan(database, after(60), storage_bytes=119)
    assert (names(found.crowded), found.bytes, found.left, found.percent) == ([(ROOM, 1)], 120, 80, 67)
    assert names(plan(database, after(60), storage_bytes=79).crowded) == [(ROOM, 1), ("other", 1)]
    assert names(plan(database, after(60), storage_bytes=1).crowded) == [(ROOM, 1), ("other", 1), (ROOM, 2)]


def test_l13_what_goes_on_is_never_deleted_and_takes_its_space(database, settings):
    aired(database, settings, 1, 0, 10, 40)
    running = broadcast(database, ROOM, 2, start=20)
    record(settings.rooms / ROOM / "2", (20, 23))
    broadcasts.record(database, running, Recording.WHOLE, size=100)
    found = plan(database, after(10**9), keep_recordings=DAY, storage_bytes=50)
    assert (names(found.recordings), found.left) == ([(ROOM, 1)], 100)


def test_what_is_deleted_already_takes_no_space_and_is_not_deleted_again(database, settings):
    made = aired(database, settings, 1, 0, 10, 40)
    broadcasts.record(database, made, Recording.REMOVED, size=0)
    found = plan(database, after(10**9), keep_recordings=DAY, storage_bytes=1)
    assert (found.recordings, found.bytes) == ((), 0)


def test_l13_deleting_takes_the_files_of_the_broadcast_and_nothing_beside_them(till, database, settings, tmp_path):
    first, second = aired(database, settings, 1, 0, 10), aired(database, settings, 2, 100, 110)
    keeper = Keeper(database, settings, lambda: Shop(keep_recordings=DAY))
    keeper.round(after(200))
    keeper.film(after(200))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "1.m4s").write_bytes(b"mine")
    folder = settings.rooms / ROOM
    for name in ("1/notes.txt", "1/1.m4s.backup", "room.json", "chat/1.json", "3/1.m4s", "../../shop.db.keep"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"mine")
    (folder / "1/99.m4s").symlink_to(outside / "1.m4s")
    kept = [name for name in tree(settings) if not name.startswith(f"{ROOM}/1/")]
    keeper = Keeper(database, settings, lambda: Shop(keep_recordings=DAY))
    keeper.round(after(10 + DAY))
    left = [name for name in tree(settings) if "/.removed-1/" not in name]
    assert [name for name in left if name != f"{ROOM}/replay.json"] == [n for n in kept if n != f"{ROOM}/replay.json"]
    assert sorted(each.name for each in (folder / ".removed-1").iterdir()) == ["1.m4s.backup", "99.m4s", "notes.txt"]
    assert (outside / "1.m4s").read_bytes() == b"mine"
    states = rows(till, "SELECT id, recording, recording_bytes > 0 FROM live_broadcast ORDER BY id")
    assert [(row[0], row[1], bool(row[2])) for row in states] == [(first, "removed", False), (second, "whole", True)]
    assert pages.read(settings.var)[ROOM].stream == "2"


def test_a_link_in_place_of_a_recording_is_not_followed(database, settings, tmp_path):
    aired(database, settings, 1, 0, 10)
    outside = tmp_path / "outside"
    (settings.rooms / ROOM / "1").rename(outside)
    (settings.rooms / ROOM / "1").symlink_to(outside)
    before = sorted(each.name for each in outside.iterdir())
    assert folders.remove(settings.rooms, ROOM, "1") == 0
    Keeper(database, settings, lambda: Shop(keep_recordings=DAY)).round(after(10 + DAY))
    assert sorted(each.name for each in outside.iterdir()) == before


def test_l13_a_deletion_that_was_broken_off_is_finished_and_never_half_of_it_shown(till, database, settings):
    aired(database, settings, 1, 0, 10)
    folder = settings.rooms / ROOM
    Keeper(database, settings, lambda: Shop(keep_recordings=DAY)).round(after(20))
    (folder / "1").rename(folder / ".removed-1")
    (folder / ".removed-1/2.m4s").unlink()
    Keeper(database, settings, lambda: Shop(keep_recordings=DAY)).round(after(100))
    assert not (folder / ".removed-1").exists()
    assert not (folder / "1").exists()
    assert rows(till, "SELECT recording FROM live_broadcast") == [("removed",)]
    assert pages.read(settings.var) == {}


def test_l13_what_was_said_goes_with_its_broadcast_and_not_before(till, database, settings):
    aired(database, settings, 1, 0, 1000)
    aired(database, settings, 2, 5000, 6000)
    for seq, at in enumerate((-50, 10, 990, 4000, 5001, 5999), 1):
        say(database, seq, at)
    say(database, 1, -DAY, room="elsewhere")

    def clean(seconds):
        found = plan(database, after(seconds), keep_recordings=DAY)
        retention.carry_out(database, settings.rooms, found)
        return said(till)

    assert clean(DAY - 51) == [1, 2, 3, 4, 5, 6]
    assert clean(DAY + 999) == [2, 3, 4, 5, 6], "the first broadcast was over at 1000"
    assert clean(DAY + 1000) == [4, 5, 6]
    assert clean(DAY + 5500) == [5, 6], "the second one began at 5000 and was over at 6000"
    assert clean(DAY + 6000) == []
    assert said(till, "elsewhere") == [1], "no broadcast, no rule"


def test_what_goes_for_want_of_space_leaves_what_was_said(till, database, settings):
    aired(database, settings, 1, 0, 10, 100)
    say(database, 1, 5)
    retention.carry_out(database, settings.rooms, plan(database, after(60), storage_bytes=1))
    assert (said(till), rows(till, "SELECT recording FROM live_broadcast")) == ([1], [("removed",)])


def test_blocks_of_chat_go_with_what_they_say_but_for_the_newest(database, settings):
    aired(database, settings, 1, 0, 10)
    say(database, 1, 5)
    chat = settings.rooms / ROOM / "chat"
    chat.mkdir()
    for number in (1, 2, 9, 10, 11):
        (chat / f"{number}.json").write_bytes(b"{}")
        when = AT + (5 if number < 10 else DAY)
        os.utime(chat / f"{number}.json", (when, when))
    retention.silence(database, settings.rooms, ROOM, AT + 100)
    assert sorted(each.name for each in chat.iterdir()) == ["10.json", "11.json"]
    say(database, 2, 6)
    retention.silence(database, settings.rooms, ROOM, AT + 2 * DAY)
    assert sorted(each.name for each in chat.iterdir()) == ["11.json"], "numbers go on from it"


def test_the_keeper_forgets_old_notices_of_networks(till, database, settings):
    database.write(lambda write: write.run("INSERT INTO live_callback VALUES ('tencent', 'old', ?)", AT))
    keeper = Keeper(database, settings, lambda: Shop(keep_recordings=0))
    keeper.round(after(7 * DAY))
    assert rows(till, "SELECT event_key FROM live_callback") == [("old",)]
    keeper.round(after(7 * DAY + 61))
    assert rows(till, "SELECT event_key FROM live_callback") == []


@pytest.mark.parametrize(("size", "warned"), [(79, False), (80, True), (100, True)])
def test_the_merchant_is_warned_once_a_day_when_four_fifths_are_taken(database, settings, caplog, size, warned):
    aired(database, settings, 1, 0, 10, size)
    keeper = Keeper(database, settings, lambda: Shop(keep_recordings=0, storage_bytes=100))
    terms = LiveTerms(keep_recordings=0, storage_bytes=100)
    for seconds in (60, 120, DAY):
        keeper.clean(terms, after(seconds))
    found = [each for each in caplog.records if "live.storage" in each.getMessage()]
    assert len(found) == (1 if warned else 0)
    keeper.clean(terms, after(DAY + 61))
    assert len([each for each in caplog.records if "live.storage" in each.getMessage()]) == (2 if warned else 0)
