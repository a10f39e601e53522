"""Which visitors are machines: those that index, those that draw a preview of a link, and programs."""

import re
from collections.abc import Mapping

_LONGEST = 400
_MACHINES = re.compile(
    r"bot\b|bots\b|bot[/;_-]|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|meta-external|whatsapp/|"
    r"line-poker|embedly|skypeuripreview|vkshare|pinterest/|quora link|flipboard|bitlybot|google-read-aloud|"
    r"mediapartners|apis-google|feedfetcher|lighthouse|pagespeed|headless|phantomjs|puppeteer|playwright|selenium|"
    r"curl/|wget/|python|httpx|aiohttp|go-http-client|okhttp|java/|libwww|ruby|perl|php/|axios|node-fetch|undici|"
    r"monitor|uptime|pingdom|statuscake|nagios|zabbix|validator|archiver|scan",
    re.IGNORECASE,
)
_EARLY = frozenset({"prefetch", "prerender", "preview", "prefetch;prerender"})


def is_robot(agent: str) -> bool:
    """Tell whether a User-Agent is no person's browser; nobody's name is none."""
    return not agent.strip() or _MACHINES.search(agent[:_LONGEST]) is not None


def is_early(headers: Mapping[str, str]) -> bool:
    """Tell whether a browser fetches ahead of what its person may never open."""
    told = (headers.get("Sec-Purpose", ""), headers.get("Purpose", ""), headers.get("X-Moz", ""))
    return any(each.strip().lower() in _EARLY for each in told)
