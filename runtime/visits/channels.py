"""Channels: by which way somebody came to the shop, told from the page before and from the address they asked for.

Only a class is kept, never an address. What a link says itself (``utm_source``, ``ref``, ``from``) counts before the
site it stood on.
"""

import re
from urllib.parse import parse_qs, urlsplit

DIRECT = "direct"
"""Typed, bookmarked, or from an app that does not say so."""
OTHER = "site"
"""Another website."""
NETWORKS: dict[str, tuple[str, ...]] = {
    "wechat": ("weixin.qq.com", "wechat.com", "mm.tencent.com", "weixin", "singlemessage", "timeline", "groupmessage"),
    "weibo": ("weibo.com", "weibo.cn", "t.cn", "sinaurl"),
    "xiaohongshu": ("xiaohongshu.com", "xhslink.com", "xhs", "rednote"),
    "douyin": ("douyin.com", "iesdouyin.com", "amemv.com"),
    "kuaishou": ("kuaishou.com", "gifshow.com"),
    "bilibili": ("bilibili.com", "b23.tv"),
    "zhihu": ("zhihu.com",),
    "qq": ("qq.com", "qzone.qq.com"),
    "line": ("line.me", "lin.ee"),
    "whatsapp": ("whatsapp.com", "wa.me"),
    "facebook": ("facebook.com", "fb.com", "fb.me", "m.me", "messenger"),
    "instagram": ("instagram.com", "ig"),
    "tiktok": ("tiktok.com",),
    "youtube": ("youtube.com", "youtu.be"),
    "x": ("twitter.com", "x.com", "t.co", "twitter"),
    "telegram": ("telegram.org", "t.me", "telegram.me"),
    "pinterest": ("pinterest.com", "pin.it"),
    "reddit": ("reddit.com",),
    "linkedin": ("linkedin.com", "lnkd.in"),
    "mail": ("email", "e-mail", "newsletter", "mail.google.com", "mail.qq.com", "mail.163.com", "outlook.live.com"),
}  # fmt: skip
"""Networks by the hosts they link from, and by other names that links say."""
_SEARCH = re.compile(
    r"(?:www|m|cn|search|news|images|image|wap|yz)?\.?(?:google|bing|baidu|sogou|so|sm|yahoo|duckduckgo|ecosia|yandex|"
    r"startpage|qwant|toutiao|naver|daum|kagi|brave|quark)(?:\.[a-z]{2,3}){1,2}"
)
_SEARCHERS = frozenset({"google", "bing", "baidu", "sogou", "360", "duckduckgo", "yandex", "search"})
SEARCH = "search"
LINK = "link:"
"""Begins a channel that a link names itself, such as ``link:flyer``."""
_NAMES = {name: network for network, names in NETWORKS.items() for name in (network, *names) if "." not in name}
_HOSTS = {name: network for network, names in NETWORKS.items() for name in names if "." in name}
_SAID = ("utm_source", "ref", "from")
_APPS = "from"
"""What WeChat and others add by themselves: believed only where it names a network."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_LONGEST = 2000
_MOST_FIELDS = 60


def channel_of(referrer: str, query: str, own: str = "") -> str:
    """Return the channel of a page that somebody opened; empty where they came from the shop (``own``) itself."""
    said = _said(query)
    if said:
        return said
    host = _host(referrer)
    if not host:
        return DIRECT
    if host == own.lower():
        return ""
    return _network(host) or (SEARCH if _SEARCH.fullmatch(host) else OTHER)


def _said(query: str) -> str:
    """Return the channel that a link names: a network, or a name of the merchant's own."""
    try:
        fields = parse_qs(query.lstrip("?")[:_LONGEST], max_num_fields=_MOST_FIELDS)
    except ValueError:
        return ""
    key = next((each for each in _SAID if each in fields), "")
    name = fields[key][0].strip().lower() if key else ""
    if name in _NAMES:
        return _NAMES[name]
    if name in _SEARCHERS:
        return SEARCH
    known = _network(name) if "." in name else ""
    return known or (LINK + name if key != _APPS and _NAME.fullmatch(name) else "")


def _network(host: str) -> str:
    """Return the network of a host or of one above it: l.facebook.com is facebook's."""
    parts = host.split(".")
    return next((found for start in range(len(parts) - 1) if (found := _HOSTS.get(".".join(parts[start:])))), "")


def _host(address: str) -> str:
    """Return the host of an address; the name of an Android app is read as one."""
    try:
        parts = urlsplit(address[:_LONGEST])
        name = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme == "android-app":
        return ".".join(reversed(name.split(".")))
    return name if parts.scheme in {"http", "https"} else ""
