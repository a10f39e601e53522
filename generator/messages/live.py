"""Problems of live rooms: addresses that cannot be embedded."""

from generator.messages.message import Message

_FILE = "live/spring.yaml"


def _room(source: str) -> str:
    return f"title: Spring\nstarts_at: 2026-03-25T20:00\nsource: {{{source}}}\n"


_GOOD = _room("kind: embed, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'")

MESSAGES = {
    "storage-form": Message(
        en="{value} is no size of storage",
        zh="{value} 不是存储空间的写法",
        en_hint="write a number and MB, GB or TB: 50GB",
        zh_hint="写数字和 MB、GB 或 TB：50GB",
        bad="live: {storage: 50 gigs}\n",
        good="live: {storage: 50GB}\n",
    ),
    "live-url-missing": Message(
        en="the address to embed is missing",
        zh="没有写要嵌入的地址",
        en_hint="add url: with the address that the platform shares",
        zh_hint="加上 url: 和平台给出的分享地址",
        file=_FILE,
        bad=_room("kind: embed"),
        good=_GOOD,
        whole=True,
    ),
    "live-url-form": Message(
        en="{url} is not a plain https address",
        zh="{url} 不是普通的 https 地址",
        file=_FILE,
        bad=_room("kind: embed, url: 'javascript:alert(1)'"),
        good=_GOOD,
        whole=True,
    ),
    "live-url-own-host": Message(
        en="{host} is the shop itself: a player from there would have all rights of the shop",
        zh="{host} 就是店铺自己：从那里嵌入的播放器会有店铺的全部权限",
        en_hint="put the video server on a host of its own",
        zh_hint="请把视频服务器放到另一个域名",
        bad={
            "shop.yaml": "url: https://tea.example.com\n",
            _FILE: _room("kind: embed, provider: owncast, url: 'https://tea.example.com/'"),
        },
        good={
            "shop.yaml": "url: https://tea.example.com\n",
            _FILE: _room("kind: embed, provider: owncast, url: 'https://cast.example.com/'"),
        },
        whole=True,
    ),
    "live-url-unknown-host": Message(
        en="{host} is none of the platforms that can be embedded",
        zh="{host} 不是可以嵌入的平台",
        en_hint="known are YouTube, Bilibili, Twitch, Vimeo; for your own server add provider: owncast, hls or mp4",
        zh_hint="可以嵌入 YouTube、Bilibili、Twitch、Vimeo；自己的服务器请加上 provider: owncast、hls 或 mp4",
        file=_FILE,
        bad=_room("kind: embed, url: 'https://evil.example/live'"),
        good=_GOOD,
        whole=True,
    ),
    "live-url-no-room": Message(
        en="{url} names no room or video of {provider}",
        zh="{url} 里没有 {provider} 的直播间或视频",
        en_hint="open the room in a browser and copy its address",
        zh_hint="在浏览器里打开直播间，复制它的地址",
        file=_FILE,
        bad=_room("kind: embed, url: 'https://www.youtube.com/feed'"),
        good=_GOOD,
        whole=True,
    ),
    "live-provider-differs": Message(
        en="the address belongs to {found}, not to {provider}",
        zh="这个地址属于 {found}，不是 {provider}",
        en_hint="take provider away",
        zh_hint="删掉 provider",
        file=_FILE,
        bad=_room("kind: embed, provider: twitch, url: 'https://live.bilibili.com/21452505'"),
        good=_room("kind: embed, url: 'https://live.bilibili.com/21452505'"),
        whole=True,
    ),
}
