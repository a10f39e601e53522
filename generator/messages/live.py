"""Problems of live rooms: what they cannot do, the network that carries them, addresses that cannot be embedded."""

from generator.messages.message import Message
from generator.problems import Severity

_FILE = "live/spring.yaml"


def _room(source: str) -> str:
    return f"title: Spring\nstarts_at: 2026-03-25T20:00\nsource: {{{source}}}\n"


def _cdn(text: str) -> str:
    return f"live:\n  cdn: {{{text}}}\n"


_HARVEST = "title: One\nstarts_at: 2026-03-25T19:00\nends_at: 2026-03-25T{end}\nsource: {{kind: broadcast}}\n"
_TENCENT = _cdn(
    "provider: tencent, push: push.example.com, play: live.example.com, push_key: LIVE_PUSH_KEY, callback_key: LIVE_KEY"
)
_OWN = _cdn(
    "provider: custom, push: 'rtmp://cast.example.com/live/{stream}?key={stream_key}', "
    "play: 'https://cast.example.com/{stream}.m3u8'"
)
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
    "moment-form": Message(
        en="{value} is not a duration",
        zh="{value} 不是时长",
        en_hint="write a number with s, m, h, d or w: 3s, 60s, 8h",
        zh_hint="写数字加 s（秒）、m（分）、h（时）、d（天）或 w（周）：3s、60s、8h",
        bad="live: {grace: 60 seconds}\n",
        good="live: {grace: 60s}\n",
    ),
    "live-time-range": Message(
        en="{key} is between {least}s and {most}s",
        zh="{key} 要在 {least}s 到 {most}s 之间",
        bad="live: {grace: 2s}\n",
        good="live: {grace: 5s}\n",
    ),
    "live-rendition-unknown": Message(
        en="no rendition is {height} pixels high",
        zh="没有高度为 {height} 的清晰度",
        en_hint="heights: {known}; the picture that is sent is shown as it is, and needs no entry",
        zh_hint="可以写：{known}；推上来的原画面总会有，不用写",
        bad="live: {renditions: [470]}\n",
        good="live: {renditions: [480, 360]}\n",
    ),
    "live-word-empty": Message(
        en="an empty blocked word would hide every message",
        zh="空的屏蔽词会挡住所有发言",
        en_hint="delete the entry",
        zh_hint="删掉这一项",
        bad="live: {blocked_words: [wechat, ' ']}\n",
        good="live: {blocked_words: [wechat]}\n",
    ),
    "live-viewers-invented": Message(
        en="there is no “{key}”: how many watch is counted, and a shop cannot show more",
        zh="没有“{key}”：观众人数是数出来的，不能多报",
        en_hint="delete it; show_viewers_from: 10 under live hides the number until ten people watch",
        zh_hint="删掉它；live 里写 show_viewers_from: 10，就会在满十人以后才显示人数",
        bad="live: {fake_viewers: 500}\n",
        good="live: {show_viewers_from: 10}\n",
    ),
    "live-cdn-incomplete": Message(
        en="{provider} needs {missing}",
        zh="{provider} 还需要写 {missing}",
        en_hint="push and play are addresses; push_key and callback_key are NAMES of lines in var/secrets.env",
        zh_hint="push 和 play 写地址；push_key 和 callback_key 写 var/secrets.env 里的名字",
        bad=_cdn("provider: tencent, push: push.example.com, push_key: LIVE_PUSH_KEY"),
        good=_TENCENT,
    ),
    "live-key-as-value": Message(
        en="{key} holds the NAME of a secret, not the secret",
        zh="{key} 写的是密钥的名字，不是密钥本身",
        en_hint="put {example}=… into var/secrets.env, write {key}: {example} here, and have the old key replaced",
        zh_hint="在 var/secrets.env 里写 {example}=…，这里写 {key}: {example}；写出来过的密钥请换掉",
        bad=_TENCENT.replace("push_key: LIVE_PUSH_KEY", "push_key: 'f85a2c'"),
        good=_TENCENT,
    ),
    "live-cdn-name": Message(
        en="{value} is no good {key} for a stream's name",
        zh="{value} 不能做流名的 {key}",
        en_hint="use Latin letters, digits and hyphens",
        zh_hint="只用英文字母、数字和连字符",
        bad=_TENCENT.replace("provider", "stream: 'tea/', provider"),
        good=_TENCENT.replace("provider", "stream: tea-, provider"),
    ),
    "live-cdn-domain": Message(
        en="{value} is no domain: {key} is a name such as live.example.com alone",
        zh="{value} 不是域名：{key} 只写域名，如 live.example.com",
        bad=_TENCENT.replace("play: live.example.com", "play: 'https://live.example.com/live'"),
        good=_TENCENT,
    ),
    "live-cdn-address": Message(
        en="{value} is no address to {key}",
        zh="{value} 不能做 {key} 的地址",
        en_hint="write a whole address ({schemes}) with {{stream}} in it; a viewer's must not hold {{stream_key}}",
        zh_hint="写完整地址（{schemes}），里面要有 {{stream}}；播放地址不能有 {{stream_key}}",
        bad=_cdn("provider: custom, push: 'rtmp://cast.example.com/live', play: 'https://cast.example.com/live.m3u8'"),
        good=_OWN,
    ),
    "live-cdn-word": Message(
        en="“{word}” in braces stands for nothing here",
        zh="花括号里的“{word}”在这里没有意义",
        en_hint="known: {known}",
        zh_hint="可以用：{known}",
        bad=_OWN.replace("{stream_key}", "{secret}"),
        good=_OWN,
    ),
    "live-without-cdn": Message(
        en="the shop has no network that this room could go through",
        zh="店铺没有写 CDN，这个直播间走不了",
        en_hint="add live: {{cdn: …}} to shop.yaml, or take through away: then this machine sends the picture",
        zh_hint="在 shop.yaml 里加上 live: {{cdn: …}}，或者删掉 through：由这台机器发画面",
        file=_FILE,
        bad=_room("kind: broadcast, through: cdn"),
        good=_room("kind: broadcast"),
        whole=True,
    ),
    "live-source-mixed": Message(
        severity=Severity.WARNING,
        en="{key} says nothing here: the room is of kind {kind}",
        zh="这里写 {key} 没有用：这个直播间的类型是 {kind}",
        en_hint="delete {key}, or change kind",
        zh_hint="删掉 {key}，或者改 kind",
        file=_FILE,
        bad=_room("kind: broadcast, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'"),
        good=_GOOD,
        whole=True,
    ),
    "live-rooms-overlap": Message(
        severity=Severity.WARNING,
        en="this room starts while {other} is still on",
        zh="这个直播间开播时，{other} 还没有结束",
        en_hint="two broadcasts at once need two people and twice the bandwidth; else move one of them",
        zh_hint="同时直播要两个人、双倍带宽；否则请挪开一场",
        en_related="the other room starts here",
        zh_related="另一个直播间从这里开始",
        bad={
            "live/harvest.yaml": _HARVEST.format(end="21:00"),
            _FILE: _room("kind: broadcast"),
        },
        good={
            "live/harvest.yaml": _HARVEST.format(end="20:00"),
            _FILE: _room("kind: broadcast"),
        },
        file=_FILE,
        whole=True,
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
