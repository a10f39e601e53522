"""Shared addresses of live platforms become players, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.loading import embeds

SHOP = "https://tea.example.com"
VIDEO = "dQw4w9WgXcQ"
CHANNEL = "UC" + "a" * 22


@pytest.mark.parametrize(
    "url",
    [
        f"https://www.youtube.com/watch?v={VIDEO}",
        f"https://www.youtube.com/watch?list=x&v={VIDEO}&t=3",
        f"https://youtu.be/{VIDEO}",
        f"https://youtu.be/{VIDEO}?si=abc",
        f"https://www.youtube.com/live/{VIDEO}",
        f"https://m.youtube.com/watch?v={VIDEO}",
        f"https://www.youtube.com/embed/{VIDEO}",
        f"https://www.youtube.com/shorts/{VIDEO}",
    ],
)
def test_every_form_of_a_youtube_video_gives_one_player_without_cookies(url):
    found = embeds.find(url, None, SHOP)
    assert found == embeds.Embed(
        provider="youtube",
        src=f"https://www.youtube-nocookie.com/embed/{VIDEO}?playsinline=1",
        frame="https://www.youtube-nocookie.com",
        watch=f"https://www.youtube.com/watch?v={VIDEO}",
    )


@pytest.mark.parametrize(
    ("url", "provider", "src", "frame", "watch"),
    [
        (
            f"https://www.youtube.com/channel/{CHANNEL}/live",
            "youtube",
            f"https://www.youtube.com/embed/live_stream?channel={CHANNEL}",
            "https://www.youtube.com",
            f"https://www.youtube.com/channel/{CHANNEL}/live",
        ),
        (
            "https://live.bilibili.com/21452505?from=search",
            "bilibili",
            "https://www.bilibili.com/blackboard/live/live-activity-player.html?cid=21452505&quality=0&mute=0&logo=0",
            "https://www.bilibili.com",
            "https://live.bilibili.com/21452505",
        ),
        (
            "https://www.bilibili.com/video/BV1xx411c7mD/",
            "bilibili",
            "https://player.bilibili.com/player.html?bvid=BV1xx411c7mD&p=1&autoplay=0",
            "https://player.bilibili.com",
            "https://www.bilibili.com/video/BV1xx411c7mD/",
        ),
        (
            "https://www.twitch.tv/teahouse",
            "twitch",
            "https://player.twitch.tv/?channel=teahouse&parent=tea.example.com",
            "https://player.twitch.tv",
            "https://www.twitch.tv/teahouse",
        ),
        (
            "https://www.twitch.tv/videos/123",
            "twitch",
            "https://player.twitch.tv/?video=123&parent=tea.example.com&autoplay=false",
            "https://player.twitch.tv",
            "https://www.twitch.tv/videos/123",
        ),
        (
            "https://vimeo.com/76979871",
            "vimeo",
            "https://player.vimeo.com/video/76979871?dnt=1",
            "https://player.vimeo.com",
            "https://vimeo.com/76979871",
        ),
        (
            "https://vimeo.com/76979871/8272103f6e",
            "vimeo",
            "https://player.vimeo.com/video/76979871?dnt=1&h=8272103f6e",
            "https://player.vimeo.com",
            "https://vimeo.com/76979871/8272103f6e",
        ),
        (
            "https://vimeo.com/event/1234",
            "vimeo",
            "https://vimeo.com/event/1234/embed",
            "https://vimeo.com",
            "https://vimeo.com/event/1234",
        ),
    ],
)
def test_an_address_gives_the_platforms_player(url, provider, src, frame, watch):
    assert embeds.find(url, None, SHOP) == embeds.Embed(provider=provider, src=src, frame=frame, watch=watch)


@pytest.mark.parametrize(
    ("provider", "url", "src", "frame"),
    [
        ("owncast", "https://cast.example.org/", "https://cast.example.org/embed/video", "https://cast.example.org"),
        (
            "owncast",
            "https://cast.example.org:8443",
            "https://cast.example.org:8443/embed/video",
            "https://cast.example.org:8443",
        ),
        (
            "hls",
            "https://cdn.example.org/a/live.m3u8",
            "https://cdn.example.org/a/live.m3u8",
            "https://cdn.example.org",
        ),
        ("mp4", "https://cdn.example.org/a.mp4?x=1", "https://cdn.example.org/a.mp4?x=1", "https://cdn.example.org"),
    ],
)
def test_a_server_of_ones_own_is_named(provider, url, src, frame):
    found = embeds.find(url, provider, SHOP)
    assert (found.provider, found.src, found.frame) == (provider, src, frame)


@pytest.mark.parametrize(
    ("url", "provider", "code"),
    [
        ("http://www.youtube.com/watch?v=dQw4w9WgXcQ", None, "live-url-form"),
        ("javascript:alert(1)", None, "live-url-form"),
        ("data:text/html,hi", None, "live-url-form"),
        ("//www.youtube.com/watch?v=dQw4w9WgXcQ", None, "live-url-form"),
        ("https://user@www.youtube.com/watch?v=dQw4w9WgXcQ", None, "live-url-form"),
        ("https://www.youtube.com\\@evil.example/", None, "live-url-form"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ\n", None, "live-url-form"),
        ('<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ">', None, "live-url-form"),
        ("https://evil.example/embed", None, "live-url-unknown-host"),
        ("https://www.youtube.com.evil.example/watch?v=dQw4w9WgXcQ", None, "live-url-unknown-host"),
        ("https://cast.example.org/", None, "live-url-unknown-host"),
        ("https://cast.example.org/", "youtube", "live-url-unknown-host"),
        ("https://tea.example.com/embed", "owncast", "live-url-own-host"),
        ("https://www.youtube.com/feed", None, "live-url-no-room"),
        ("https://www.youtube.com/watch?v=short", None, "live-url-no-room"),
        ("https://live.bilibili.com/p/eden", None, "live-url-no-room"),
        ("https://cdn.example.org/page.html", "hls", "live-url-no-room"),
        ("https://live.bilibili.com/1", "twitch", "live-provider-differs"),
    ],
)
def test_r110_everything_else_is_refused_with_its_reason(url, provider, code):
    found = embeds.find(url, provider, SHOP)
    assert isinstance(found, embeds.Refusal)
    assert found.code == code


@given(st.text(max_size=60), st.sampled_from([None, *embeds.PROVIDERS]))
def test_r110_no_text_ever_frames_a_host_that_is_not_in_the_table(text, provider):
    for url in (text, f"https://{text}", f"https://www.youtube.com/{text}", f"https://vimeo.com/{text}"):
        found = embeds.find(url, provider, SHOP)
        if isinstance(found, embeds.Embed):
            assert found.src.startswith(f"{found.frame}/")
            assert '"' not in found.src
            assert found.provider in {"owncast", "hls", "mp4"} or found.frame in {
                "https://www.youtube.com",
                "https://www.youtube-nocookie.com",
                "https://player.vimeo.com",
                "https://vimeo.com",
            }
