"""Robots: programs that say so, and such that say nothing at all, are no visitors."""

import re
from functools import lru_cache

_ROBOT = re.compile(
    r"(?<!cu)bot\b|bot[/_-]|robot|crawl|spider|slurp|scrap|archiv|monitor|uptime|pingdom|probe|checker|validator|preview|"
    r"headless|phantom|lighthouse|pagespeed|gtmetrix|externalhit|embedly|curl|wget|python|httpx|aiohttp|okhttp|java/|"
    r"go-http|node-fetch|axios|libwww|perl|ruby|php/|http-client|feed|rss|scan|nmap|zgrab|ahrefs|semrush|perplexity",
    re.IGNORECASE,
)
"""Words of robots; Cubot makes telephones."""
_PEOPLE = re.compile(r"^(?:Mozilla|Opera|Dalvik|MicroMessenger)/", re.IGNORECASE)
"""How every browser begins, the one inside WeChat as well."""


@lru_cache(maxsize=2048)
def is_robot(agent: str) -> bool:
    """Tell whether a User-Agent is none of a person's browser."""
    return not _PEOPLE.match(agent) or _ROBOT.search(agent) is not None
