"""Rules of live rooms: bounds of times, networks with all that they need, rooms that do not get into each other."""

import pytest

from generator import report
from generator.check import check

TENCENT = "provider: tencent, push: push.example.com, play: live.example.com, push_key: PUSH_KEY, callback_key: KEY"
CUSTOM = "provider: custom, push: '{push}', play: '{play}'"
PUSH, PLAY = "rtmp://cast.example.com/live/{stream}?key={stream_key}", "https://cast.example.com/{stream}.m3u8"


def found(problems):
    return [(each.code, each.path, each.suggestion) for each in problems if each.file == "shop.yaml"]


def codes(problems):
    return {each.code for each in problems if each.file == "shop.yaml"}


def cdn(text):
    return f"live:\n  cdn: {{{text}}}\n"


@pytest.mark.parametrize(
    ("key", "value", "suggestion"),
    [
        ("grace", "4s", "5s"),
        ("grace", "601s", "600s"),
        ("grace", "11m", "600s"),
        ("poll", "31s", "30s"),
        ("slow", "1h", "600s"),
        ("longest", "59s", "60s"),
        ("longest", "25h", "86400s"),
    ],
)
def test_a_time_out_of_its_bounds_is_refused_with_the_nearest_that_is_not(spoil, key, value, suggestion):
    assert found(spoil({"shop.yaml": f"live: {{{key}: {value}}}\n"})) == [
        ("live-time-range", ("live", key), suggestion)
    ]


@pytest.mark.parametrize(("key", "value"), [("grace", "5s"), ("grace", "600s"), ("poll", "1s"), ("longest", "24h")])
def test_a_time_at_its_bound_is_good(spoil, key, value):
    assert found(spoil({"shop.yaml": f"live: {{{key}: {value}}}\n"})) == []


@pytest.mark.parametrize(
    ("value", "suggestion"), [("60 seconds", "60s"), ("60", "60s"), ("2分钟", "2m"), ("0s", None), ("soon", None)]
)
def test_a_short_duration_in_words_is_told_as_it_is_written(spoil, value, suggestion):
    assert found(spoil({"shop.yaml": f"live: {{grace: {value}}}\n"})) == [
        ("moment-form", ("live", "grace"), suggestion)
    ]


@pytest.mark.parametrize(
    ("value", "suggestion"), [("50 gigs", None), ("50g", "50GB"), ("50 GiB", "50GB"), ("0GB", None)]
)
def test_a_size_in_another_form_is_refused(spoil, value, suggestion):
    assert found(spoil({"shop.yaml": f"live: {{storage: {value}}}\n"})) == [
        ("storage-form", ("live", "storage"), suggestion)
    ]


@pytest.mark.parametrize(
    "key", ["boost", "viewers", "fake_viewers", "viewer_multiplier", "base_viewers", "audience_boost", "虚拟人数"]
)
def test_viewers_that_nobody_counted_are_refused_in_a_sentence(spoil, key):
    problems = spoil({"shop.yaml": f"live: {{{key}: 500}}\n", "live/one.yaml": f"{key}: 500\n"})
    assert [each.code for each in problems if each.path[-1:] == (key,)] == ["live-viewers-invented"] * 2


def test_a_misspelt_key_of_live_is_still_told_as_one(spoil):
    assert found(spoil({"shop.yaml": "live: {show_viewer_from: 3}\n"})) == [
        ("unknown-key", ("live", "show_viewer_from"), "show_viewers_from")
    ]


@pytest.mark.parametrize("key", ["push", "play", "push_key", "callback_key"])
def test_a_network_that_we_know_lacks_nothing(spoil, key):
    text = ", ".join(each for each in TENCENT.split(", ") if not each.startswith(f"{key}:"))
    assert found(spoil({"shop.yaml": cdn(text)})) == [("live-cdn-incomplete", ("live", "cdn"), None)]
    assert found(spoil({"shop.yaml": cdn(TENCENT)})) == []


def test_a_custom_network_names_a_key_only_where_it_signs(spoil):
    signed = CUSTOM.format(push=PUSH + "&sign={md5}", play=PLAY)
    assert codes(spoil({"shop.yaml": cdn(CUSTOM.format(push=PUSH, play=PLAY))})) == set()
    assert codes(spoil({"shop.yaml": cdn(signed)})) == {"live-cdn-incomplete"}
    assert codes(spoil({"shop.yaml": cdn(signed + ", push_key: PUSH_KEY")})) == set()


@pytest.mark.parametrize(
    ("push", "play", "code"),
    [
        (PUSH.replace("stream_key", "secret"), PLAY, "live-cdn-word"),
        (PUSH, PLAY.replace("{stream}", "{stream"), "live-cdn-word"),
        (PUSH, "https://cast.example.com/live.m3u8", "live-cdn-address"),
        (PUSH, "http://cast.example.com/{stream}.m3u8", "live-cdn-address"),
        (PUSH, "https://cast.example.com/{stream}-{stream_key}.m3u8", "live-cdn-address"),
        ("ftp://cast.example.com/{stream}", PLAY, "live-cdn-address"),
        ("rtmp://cast.example.com/live", PLAY, "live-cdn-address"),
    ],
)
def test_a_custom_address_names_its_stream_and_never_the_key_to_viewers(spoil, push, play, code):
    assert codes(spoil({"shop.yaml": cdn(CUSTOM.format(push=push, play=play))})) == {code}


def test_a_server_of_this_machine_may_be_played_over_http(spoil):
    here = CUSTOM.format(push=PUSH, play="http://127.0.0.1:8080/hls/{stream}.m3u8")
    assert codes(spoil({"shop.yaml": cdn(here)})) == set()


@pytest.mark.parametrize("value", ["K7-x9", "f85a2c", "2f1c9e7ab04d2f1c9e7ab04d2f1c9e7a", "Live-Key"])
def test_a_key_as_a_value_is_refused_and_not_shown(spoil, shop, value):
    problems = spoil({"shop.yaml": cdn(TENCENT.replace("PUSH_KEY", f"'{value}'"))})
    assert ("live-key-as-value", ("live", "cdn", "push_key"), None) in found(problems)
    checked = check(shop, cache=False)
    told = report.text(checked.problems, "en", checked.sources)
    assert value not in told


def test_a_key_by_name_is_no_secret(spoil):
    assert codes(spoil({"shop.yaml": cdn(TENCENT.replace("PUSH_KEY", '"LIVE_PUSH_KEY_2"'))})) == set()


def rooms(**times):
    return {
        f"live/{name}.yaml": f"title: A room\nstarts_at: {start}\n"
        + (f"ends_at: {end}\n" if end else "")
        + "source: {kind: broadcast}\n"
        for name, (start, end) in times.items()
    }


DAY = "2027-05-0"


@pytest.mark.parametrize(
    ("times", "wrong"),
    [
        ({"one": ("1T19:00", "1T21:00"), "two": ("1T20:00", None)}, ["two"]),
        ({"one": ("1T19:00", "1T21:00"), "two": ("1T21:00", None)}, []),
        ({"one": ("1T19:00", None), "two": ("1T19:00", None)}, ["two"]),
        ({"one": ("1T19:00", None), "two": ("1T19:30", None)}, []),
        ({"one": ("1T08:00", "3T08:00"), "two": ("1T09:00", "1T10:00"), "six": ("2T09:00", None)}, ["six", "two"]),
    ],
)
def test_a_broadcast_that_starts_while_another_is_on_gives_a_warning(spoil, times, wrong):
    written = {name: (DAY + start, DAY + end if end else None) for name, (start, end) in times.items()}
    problems = [each for each in spoil(rooms(**written)) if each.code == "live-rooms-overlap"]
    assert [each.file for each in problems] == [f"live/{name}.yaml" for name in wrong]
    assert {each.severity for each in problems} <= {"warning"}


def test_an_embedded_room_may_go_on_beside_a_broadcast(spoil):
    both = rooms(one=(f"{DAY}1T19:00", f"{DAY}1T21:00"), two=(f"{DAY}1T20:00", None))
    embed = "source: {kind: embed, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'}\n"
    both["live/two.yaml"] = both["live/two.yaml"].replace("source: {kind: broadcast}\n", embed)
    assert [each.code for each in spoil(both) if each.code == "live-rooms-overlap"] == []


def test_a_room_through_a_network_that_is_broken_is_not_blamed_for_it(spoil):
    room = "title: A room\nstarts_at: 2027-05-01T19:00\nsource: {kind: broadcast, through: cdn}\n"
    problems = spoil({"shop.yaml": "live: 5\n", "live/one.yaml": room})
    assert [each.code for each in problems if each.file == "live/one.yaml"] == []


@pytest.mark.parametrize("name", ["hooks", "time", "Time"])
def test_a_room_is_not_called_as_an_address_of_the_shop(spoil, name):
    room = "title: A room\nstarts_at: 2027-05-01T19:00\nsource: {kind: broadcast}\n"
    problems = spoil({f"live/{name}.yaml": room, f"pages/{name}.md": "---\ntitle: Page\n---\n"})
    reserved = [each.file for each in problems if each.code == "handle-reserved"]
    assert reserved == [f"live/{name}.yaml"]
