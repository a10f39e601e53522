"""How screens of Share tell a link: what it leads to, by which channel, what came of it."""

from typing import Any

import msgspec
from flask import abort

from runtime.sharing import links
from runtime.sharing.figures import Figures
from runtime.sharing.links import Kind, Link
from runtime.sharing.posters.poster import Content
from runtime.web import posters
from runtime.web.areas import shell
from runtime.web.areas.telling import Teller
from runtime.web.gate import LOOPBACK
from runtime.web.visit import Visit, visit

HOME = "/console/share"
ICONS = {
    Kind.SHOP: "store", Kind.PRODUCT: "tag", Kind.SHELF: "shelves", Kind.PAGE: "page", Kind.ROOM: "camera",
    Kind.PROMOTION: "percent",
}  # fmt: skip


def teller() -> Teller:
    """Return what says things to whoever reads."""
    return Teller(here=visit(), locale=shell.locale())


def get_link(code: str) -> Link:
    """Return a link by its code; 404 where there is none."""
    found = visit().database.read(lambda look: links.find(look, code))
    if found is None:
        abort(404)
    return found


def address(here: Visit, link: Link) -> str:
    """Return the whole address of a link, as people are sent to it."""
    return posters.base(here) + link.path


def is_local(here: Visit) -> bool:
    """Tell whether what is made here leads to this machine only."""
    host = posters.base(here).partition("://")[2].rpartition(":")
    return (host[0] or host[2]) in LOOPBACK


def title(here: Visit, link: Link) -> tuple[str, bool]:
    """Return what a link leads to, by its name, and whether it is still there."""
    found = posters.find_title(here.in_locale(link.locale), link.kind, link.target)
    return (found or link.target, found is not None)


def channel(link: Link) -> str:
    """Return the channel of a link, with its label."""
    name = shell.say(f"share.channel.{link.channel}")
    return f"{name} · {link.label}" if link.label else name


def row(say: Teller, link: Link, figures: Figures) -> dict[str, Any]:
    """Return a link as a list shows it."""
    named, there = title(say.here, link)
    return {
        "url": f"{HOME}/{link.code}",
        "title": named,
        "there": there,
        "kind": shell.say(f"share.kind.{link.kind}"),
        "icon": ICONS[link.kind],
        "channel": channel(link),
        "clicks": figures.clicks,
        "orders": figures.orders,
        "takings": say.money(figures.takings),
    }


def content(here: Visit, link: Link) -> Content | None:
    """Return what the poster of a link says; None where what it leads to is gone."""
    return posters.find_content(here.in_locale(link.locale), link.kind, link.target, address(here, link))


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose: its handle, its name, a word beside it, and a small picture."""

    target: str
    title: str
    note: str = ""
    picture: str = ""
