"""Carriers: who brings parcels, how their numbers look, and the page where a parcel is followed.

``find(text)`` knows a carrier by its id or any of its names; ``guess(number)`` names the carriers whose numbers look
like this. A plugin is an entry point of the group ``shopwright.carriers`` that loads to a Carrier.
"""

import functools
import re
import unicodedata
from importlib.metadata import entry_points
from urllib.parse import quote

from runtime.carriers.couriers import COURIERS, Carrier

__all__ = ["Carrier", "find", "guess", "known", "link", "name"]
GROUP = "shopwright.carriers"


@functools.cache
def known() -> dict[str, Carrier]:
    """Return every carrier by its id: the built-in ones, and those of plugins, which win."""
    plugins = [plugin.load() for plugin in entry_points(group=GROUP)]
    return {carrier.id: carrier for carrier in (*COURIERS, *plugins)}


def find(text: str) -> Carrier | None:
    """Return the carrier that a person means by an id or a name, or None."""
    wanted = _plain(text)
    for carrier in known().values():
        if wanted in {_plain(carrier.id), *(_plain(name) for name in (*carrier.name.values(), *carrier.also))}:
            return carrier
    return None


def guess(number: str) -> list[Carrier]:
    """Return the carriers whose tracking numbers look like this one."""
    bare = re.sub(r"[\s-]", "", number).upper()
    return [carrier for carrier in known().values() if carrier.pattern and re.fullmatch(carrier.pattern, bare)]


def link(carrier: str, number: str) -> str:
    """Return the address where a parcel is followed, '' if the carrier is unknown or the number is missing."""
    found = find(carrier)
    if found is None or not found.link or not number:
        return ""
    return found.link.format(number=quote(re.sub(r"\s", "", number), safe=""))


def name(carrier: str, locale: str) -> str:
    """Return how a carrier is called in a language; one that nobody here knows is called as it was written."""
    found = find(carrier)
    if found is None:
        return carrier
    return found.name.get(locale) or found.name.get(locale.split("-", maxsplit=1)[0]) or found.name["en"]


def _plain(text: str) -> str:
    return re.sub(r"[\s._-]", "", unicodedata.normalize("NFKC", text)).casefold()
