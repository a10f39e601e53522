"""How a shop sells live becomes values: defaults by its law, times in seconds, sizes in bytes."""

import pytest

from generator.live import DAY
from generator.loading import ground, live
from generator.loading.reader import Reader
from generator.shop import LiveCdn, LiveTerms


def load(tree, legal=""):
    reader = Reader("shop.yaml", ground.fallback())
    found = live.load({"live": tree}, legal, reader)
    return found, [each.code for each in reader.close()]


def test_a_shop_that_says_nothing_has_the_defaults():
    assert load({}) == (LiveTerms(), [])


@pytest.mark.parametrize(("legal", "days"), [("CN", 1095), ("DE", 365), ("US", 365), ("", 365)])
def test_recordings_are_kept_as_long_as_the_law_of_the_shop_wants(legal, days):
    assert load({}, legal)[0].keep_recordings == days * DAY


@pytest.mark.parametrize(("said", "seconds"), [("30d", 30 * DAY), ("2w", 14 * DAY), ("forever", 0)])
def test_a_shop_may_say_how_long_recordings_are_kept(said, seconds):
    assert load({"keep_recordings": said}, "CN") == (LiveTerms(keep_recordings=seconds), [])


@pytest.mark.parametrize(
    ("said", "size"), [("50GB", 50 * 10**9), ("500 MB", 5 * 10**8), ("1.5TB", 15 * 10**11), ("0.001MB", 1000)]
)
def test_a_size_is_read_in_decimal_bytes(said, size):
    assert load({"storage": said})[0].storage_bytes == size


def test_everything_that_a_shop_says_is_read():
    tree = {
        "slow": "5s", "hold_first_message": False, "blocked_words": [" wechat ", "wechat", "", "加微信"],
        "keep_recordings": "90d", "storage": "1TB", "latency": "normal", "grace": "2m", "takeover": "refuse",
        "longest": "4h", "most_kbps": 2500, "show_viewers_from": 0, "poll": "1s", "push": True,
        "renditions": [360, 480, 360],
        "cdn": {
            "provider": "aliyun", "push": "push.example.com", "play": "live.example.com", "app": "tea",
            "stream": "tea-", "push_key": "PUSH", "play_key": "PLAY", "callback_key": "BACK", "expires": "12h",
            "sign": "{key}",
        },
    }  # fmt: skip
    network = LiveCdn(
        provider="aliyun", push="push.example.com", play="live.example.com", app="tea", stream="tea-", push_key="PUSH",
        play_key="PLAY", callback_key="BACK", expires=43200, sign="{key}",
    )  # fmt: skip
    assert load(tree) == (
        LiveTerms(
            slow_seconds=5, hold_first=False, blocked_words=("wechat", "加微信"), keep_recordings=90 * DAY,
            storage_bytes=10**12, latency="normal", grace_seconds=120, takeover="refuse", longest_seconds=14400,
            most_kbps=2500, viewers_from=0, poll_seconds=1, push=True, renditions=(480, 360), cdn=network,
        ),
        [],
    )  # fmt: skip


@pytest.mark.parametrize("said", [None, {}, {"push": "push.example.com"}])
def test_a_network_without_provider_is_none(said):
    assert load({"cdn": said})[0].cdn is None
