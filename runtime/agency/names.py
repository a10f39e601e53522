"""Host names: every shop answers to ``<folder>.localhost``, and to those that its text and its settings name.

A name belongs to one shop. Whoever had it keeps it as long as they ask for it: a shop that writes another one's address
into its text gets nothing by it.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from generator import files

LOCAL = ".localhost"
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)


class Settled(msgspec.Struct, frozen=True):
    """Which shop answers to which names, and which names each asked for in vain."""

    hosts: dict[str, tuple[str, ...]]
    taken: dict[str, tuple[str, ...]]


def label(folder: str) -> str:
    """Return what a folder is called in a host name; empty for one that cannot be."""
    plain = re.sub(r"[\s_.]+", "-", folder.strip().lower()).strip("-")
    try:
        found = plain.encode("idna").decode() if plain else ""
    except UnicodeError:
        return ""
    return found if _LABEL.fullmatch(found) else ""


def host_of(address: str) -> str:
    """Return the host name of an address, empty for one without."""
    try:
        found = (urlsplit(address).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
    try:
        plain = found.encode("idna").decode() if found else ""
    except UnicodeError:
        return ""
    return plain if _NAME.fullmatch(plain) else ""


def settle(
    wanted: Mapping[str, Iterable[str]], held: Mapping[str, str], reserved: Iterable[str]
) -> tuple[Settled, dict[str, str]]:
    """Share names out among shops; ``held`` says who had a name before, ``reserved`` are those of nobody here.

    ``<folder>.localhost`` is its folder's, whatever others ask for. Returns who has what, and what to remember.
    """
    kept = set(reserved)
    own: dict[str, str] = {}
    for shop in sorted(wanted):
        own.setdefault(f"{label(shop)}{LOCAL}", shop)
    asked: dict[str, list[str]] = {}
    for shop in sorted(wanted):
        for host in dict.fromkeys(wanted[shop]):
            asked.setdefault(host, []).append(shop)
    owner = {
        host: own.get(host) or (held[host] if held.get(host) in shops else shops[0])
        for host, shops in asked.items()
        if host not in kept and (host in own or not host.endswith(LOCAL))
    }
    hosts = {shop: tuple(host for host in dict.fromkeys(wanted[shop]) if owner.get(host) == shop) for shop in wanted}
    taken = {
        shop: tuple(host for host in dict.fromkeys(wanted[shop]) if host not in kept and owner.get(host) != shop)
        for shop in wanted
    }
    remembered = {host: shop for host, shop in held.items() if shop in wanted and host not in owner} | owner
    return Settled(hosts, taken), remembered


def read(path: Path) -> dict[str, str]:
    """Return who had which name when that was written last."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}


def write(path: Path, held: Mapping[str, str]) -> None:
    """Keep who has which name."""
    files.atomic_write(path, msgspec.json.encode(dict(sorted(held.items()))), mode=0o600)
