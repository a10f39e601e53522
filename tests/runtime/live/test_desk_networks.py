"""Where a network carries the picture, a room tells its addresses, signed and the same for hours."""

from datetime import timedelta

import floor
import msgspec
import pytest
from tills import NOW

from generator.shop import LiveCdn
from runtime.live import broadcasts
from runtime.live.values import Through

CDN = LiveCdn(provider="tencent", push="push.example.com", play="live.example.com", play_key="PLAY")


@pytest.fixture
def keyed(settings):
    return msgspec.structs.replace(settings, named=(("PLAY", "play-key"),))


def begun(database):
    armed, _ = broadcasts.arm(database, "tea-talk", through=Through.CDN, by="host", now=NOW)
    broadcasts.begin(database, armed.id, NOW)


def test_a_room_tells_where_the_network_plays_it(database, keyed):
    begun(database)
    desk = floor.make_desk(database, keyed, floor.Shop(cdn=CDN))
    told = floor.state(keyed)["stream"]
    assert told["hls"].startswith("https://live.example.com/live/tea-talk-1.m3u8?txSecret=")
    assert told["flv"].startswith("https://live.example.com/live/tea-talk-1.flv?txSecret=")
    desk.tick(NOW + timedelta(seconds=2))
    assert floor.state(keyed)["stream"] == told


def test_without_its_key_a_room_goes_on_and_plays_nothing(database, settings):
    begun(database)
    floor.make_desk(database, settings, floor.Shop(cdn=CDN))
    assert floor.state(settings)["state"] == "live"
    assert floor.state(settings)["stream"] == {"flv": "", "hls": ""}
