"""Addresses of networks are signed as the networks' own documentation shows it."""

import hashlib

import pytest

from generator.shop import LiveCdn
from runtime.live import signing

TENCENT = LiveCdn(provider="tencent", push="livepush.tcloud.com", play="play.example.com")
ALIYUN = LiveCdn(provider="aliyun", push="push.aliyundoc.com", play="play.example.com", app="app")


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def test_an_address_to_push_to_tencent_is_that_of_its_documentation():
    # Document 267/31560: its key, the stream test, the end 5C271099.
    made = signing.push(TENCENT, "test", "e12c46f2612d5106e2034781ab261ca3", 0x5C271099)
    assert made.address == (
        "rtmp://livepush.tcloud.com/live/test?txSecret=f85a2ab363fe4deaffef9754d79da6fe&txTime=5C271099"
    )
    assert made.server == "rtmp://livepush.tcloud.com/live"


def test_type_a_of_alibaba_is_that_of_its_documentation():
    # CDN, authentication type A: /video/standard/1K.html, the key aliyuncdnexp1234, the end 1444435200.
    cdn = LiveCdn(provider="aliyun", push="cdn.example.com", play="p", app="video/standard")
    made = signing.push(cdn, "1K.html", "aliyuncdnexp1234", 1444435200)
    assert made.key == "1K.html?auth_key=1444435200-0-0-80cd3862d699b7118eed99103f2a3a4f"


def test_alibaba_signs_the_path_of_the_stream_that_is_pushed():
    made = signing.push(ALIYUN, "stream", "key", 1740562218)
    assert made.address == (
        f"rtmp://push.aliyundoc.com/app/stream?auth_key=1740562218-0-0-{md5('/app/stream-1740562218-0-0-key')}"
    )


def test_every_form_that_alibaba_plays_is_signed_with_its_own_ending():
    made = signing.play(ALIYUN, "stream", "key", 9)
    assert made.flv == f"https://play.example.com/app/stream.flv?auth_key=9-0-0-{md5('/app/stream.flv-9-0-0-key')}"
    assert made.hls == f"https://play.example.com/app/stream.m3u8?auth_key=9-0-0-{md5('/app/stream.m3u8-9-0-0-key')}"
    assert made.rtmp == f"rtmp://play.example.com/app/stream?auth_key=9-0-0-{md5('/app/stream-9-0-0-key')}"


def test_tencent_plays_with_one_signature_for_all_forms():
    query = f"?txSecret={md5('keytestA')}&txTime=A"
    made = signing.play(TENCENT, "test", "key", 10)
    assert made.flv == f"https://play.example.com/live/test.flv{query}"
    assert made.hls == f"https://play.example.com/live/test.m3u8{query}"


@pytest.mark.parametrize("cdn", [TENCENT, ALIYUN])
def test_addresses_to_play_are_plain_without_a_key(cdn):
    made = signing.play(cdn, "test", "", 10)
    assert made.hls == f"https://play.example.com/{cdn.app}/test.m3u8"


def test_a_template_is_filled_with_names_times_and_signatures():
    cdn = LiveCdn(
        provider="custom",
        push="rtmps://cast.example.com/{app}/{stream}?key={stream_key}&t={expires}&s={md5}",
        play="https://cast.example.com/hls/{stream}.m3u8?t={expires_hex}&h={hmac}",
        sign="{key}/{app}/{stream}/{expires_hex}",
    )
    sent = signing.push(cdn, "tea-1", "k", 255, "once/shown")
    assert sent.server == "rtmps://cast.example.com/live"
    assert sent.key == f"tea-1?key=once%2Fshown&t=255&s={md5('k/live/tea-1/ff')}"
    made = signing.play(cdn, "tea-1", "k", 255)
    assert made.hls.startswith("https://cast.example.com/hls/tea-1.m3u8?t=ff&h=")
    assert made.flv == ""


def test_a_template_that_ends_in_flv_is_played_as_such():
    cdn = LiveCdn(provider="custom", push="rtmp://a.example/{stream}", play="https://a.example/{stream}.flv?x=1")
    assert signing.play(cdn, "s", "", 1) == signing.Play(flv="https://a.example/s.flv?x=1")


def test_a_stream_is_called_as_its_room():
    assert signing.stream_name(TENCENT, "spring-tea", "2") == "spring-tea-2"


def test_a_new_key_gives_a_stream_a_new_name():
    assert signing.stream_name(TENCENT, "spring-tea", "2", 3) == "spring-tea-2-3"


@pytest.mark.parametrize("room", ["春茶", "a" * 41, "thé"])
def test_a_room_that_no_network_could_write_has_a_short_name_there(room):
    assert signing.stream_name(TENCENT, room, "2") == f"r{hashlib.sha256(room.encode()).hexdigest()[:12]}-2"


def test_streams_of_one_shop_begin_alike():
    assert signing.stream_name(LiveCdn(provider="tencent", stream="tea-"), "spring", "1") == "tea-spring-1"


def test_an_end_stays_for_half_of_its_time_and_is_never_near():
    ends = [signing.steady(now, 100) for now in range(1000, 1100)]
    assert len(set(ends)) == 2
    assert all(50 < end - now <= 100 for now, end in enumerate(ends, 1000))
