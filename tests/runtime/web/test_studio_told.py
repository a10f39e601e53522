"""What the studio tells who is in it: chat and what waits, bag and stock, how it went, what a host must know."""

from datetime import timedelta

import pytest
import studio_guests
from studio_guests import Guest, now, open_broadcast, say, state_of

from runtime.live import broadcasts, chat
from runtime.live.values import Recording, Why


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    return studio_guests.published(tmp_path_factory.mktemp("told") / "shop")


@pytest.fixture
def app(rooms, open_shop):
    made = open_shop(rooms)
    say(made.extensions["shopwright"].database, "tea", 1)
    return made


@pytest.fixture
def database(app):
    return app.extensions["shopwright"].database


class TestTheDesk:
    def test_the_chat_comes_from_a_number_on_with_what_was_moderated_since(self, app, database):
        guest = Guest(app, "host")
        for seq, state in ((3, "held"), (4, "shown")):
            say(database, "tea", seq, state)
        told = guest.desk()
        assert [(each["seq"], each["state"]) for each in told["messages"]] == [(1, "shown"), (3, "held"), (4, "shown")]
        assert guest.desk(query="?after=4&since=0")["messages"] == []
        assert guest.post("tea/message", {"seq": 3, "act": "approve"}).status_code == 200
        (changed,) = guest.desk(query=f"?after=4&since={told['now'] - 1000}")["changes"]
        assert (changed["seq"], changed["state"]) == (3, "shown")

    def test_a_ban_takes_messages_away_is_listed_once_and_can_be_lifted(self, app, database):
        guest = Guest(app, "assistant", "tea")
        answer = guest.post("tea/ban", {"seq": 1, "mute": False, "name": "L**"}).json
        assert (answer["removed"], [each["name"] for each in answer["bans"]]) == (1, ["L**"])
        assert state_of(database, "tea", 1) == "removed"
        assert guest.post("tea/lift", {"id": answer["bans"][0]["id"]}).json == {"bans": []}
        assert chat.listed(database, "tea", now()) == []

    def test_the_bag_has_its_numbers_prices_and_the_stock_of_the_moment(self, app):
        bag, levels = Guest(app, "host").told()["bag"], Guest(app, "host").desk()["levels"]
        assert [(each["number"], each["title"], each["variants"][0]["price"]) for each in bag] == [
            (1, "Longjing", "¥168.00"),
            (2, "The last tin", "¥88.00"),
            (3, "Two sizes", "¥30.00"),
        ]
        assert (levels["longjing"], levels["last-tin"], "small" in levels) == (20, 1, False)

    def test_how_it_went_is_told_after_the_end(self, app, database):
        guest = Guest(app, "host")
        assert guest.desk()["ended"] is None
        open_broadcast(database)
        told = guest.post("tea/end").json["ended"]
        assert (told["why"], told["sales"]["orders"], told["sales"]["takings"]) == ("host", 0, "¥0.00")
        assert guest.desk()["ended"]["at"] == told["at"]

    def test_what_was_held_is_told_however_much_was_said_since(self, app, database):
        say(database, "tea", 2, "held")
        for seq in range(3, 213):
            say(database, "tea", seq)
        told = Guest(app, "assistant", "tea").desk()["messages"]
        assert [each["seq"] for each in told] == [2, *range(13, 213)]
        assert told[0]["state"] == "held"

    def test_lines_of_an_earlier_broadcast_are_not_told_in_the_next_and_wait_for_nobody(self, app, database):
        first = open_broadcast(database)
        say(database, "tea", 2, "held")
        broadcasts.end(database, first.id, Why.HOST, now() + timedelta(seconds=2))
        assert [each["seq"] for each in Guest(app, "host").desk()["messages"]] == [1]
        open_broadcast(database)
        assert Guest(app, "host").desk()["messages"] == []

    def test_a_stream_key_that_waits_is_not_on_air_and_nothing_stands_there_to_be_ended(self, app):
        guest = Guest(app, "host")
        assert guest.post("tea/key").status_code == 200
        page = guest.get("/console/live/tea").text
        assert 'class="state state-before"' in page
        assert "Stream key made" in guest.get("/console/live").text

    def test_a_host_is_told_when_the_storage_for_recordings_fills_up(self, app, database):
        host, helper = Guest(app, "host"), Guest(app, "assistant", "tea")
        assert (host.told()["crowded"], "their storage" in host.get("/console/live").text) == ("", False)
        made = open_broadcast(database)
        broadcasts.end(database, made.id, Why.HOST, now())
        broadcasts.record(database, made.id, Recording.WHOLE, size=41_000_000_000)
        assert host.told()["crowded"].startswith("Recordings take 82 % of their storage;")
        assert "Recordings take 82 % of their storage;" in host.get("/console/live").text
        assert helper.told()["crowded"] == ""
        assert "their storage" not in helper.get("/console/live").text
