"""A new link: what it leads to, where it will be put, in which language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Answer

from generator import promoting
from generator.catalogue import Query
from generator.display.frame import native_name
from generator.views import Image
from runtime.access import accounts
from runtime.access.roles import Permission
from runtime.sharing import links, touches
from runtime.sharing.links import CHANNELS, LONGEST_LABEL, Kind, New, TooManyError
from runtime.web import console, posters
from runtime.web.areas import entry, shell
from runtime.web.areas.share import telling
from runtime.web.areas.share.telling import HOME, Target
from runtime.web.areas.telling import small
from runtime.web.persons import given
from runtime.web.visit import Visit, visit

blueprint = Blueprint("console_share_new", __name__)
PATH = f"{HOME}/~new"
_MOST = 24
_MOST_PRODUCTS = 6
"""So many are shown with their pictures, the newest or the best found: a page stays light, and there is a search."""
_LONGEST_WORD = 100
_LONGEST_TARGET = 200


@blueprint.get(PATH)
@shell.guarded
def ask() -> Response:
    """Show the form of a new link, for one kind of target at a time."""
    entry.get_person(Permission.PROMOTIONS_EDIT)
    asked = request.args
    kind = _kind(asked.get("kind", ""))
    fields = {"kind": kind.value, "target": asked.get("target", "")[:_LONGEST_TARGET], "channel": CHANNELS[0]}
    return _form({**fields, "locale": console.shop_locale(visit())}, {})


@blueprint.post(PATH)
@shell.guarded
def make() -> Answer | Response:
    """Make a link; the same one a second time is the first one again."""
    person, here = entry.get_writer(Permission.PROMOTIONS_EDIT), visit()
    fields = given("kind", "target", "channel", "label", "locale")
    label = " ".join(fields["label"].split())
    problems = _problems(here, fields, label)
    if problems:
        return _form(fields, problems, status=422)
    kind = _kind(fields["kind"])
    new = New(
        kind=kind,
        target="" if kind is Kind.SHOP else fields["target"],
        locale=fields["locale"] or here.release.terms.locale,
        channel=fields["channel"],
        label=label,
    )
    try:
        made, fresh = here.database.write(lambda transaction: links.add(transaction, new, person.actor, here.now))
    except TooManyError:
        return _form(fields, {"kind": shell.say("share.too_many", count=links.MOST_LINKS)}, status=422)
    if not fresh:
        return shell.done(f"{HOME}/{made.code}", "share.done.known")
    entry.note(person, "share.made", made.code, after=f"{new.kind}:{new.target} · {new.channel} {new.label}".strip())
    return shell.done(f"{HOME}/{made.code}", "share.done.made")


def _problems(here: Visit, fields: Mapping[str, str], label: str) -> dict[str, str]:
    found = {}
    kind, target = _kind(fields["kind"]), fields["target"]
    if fields["kind"] not in set(Kind):
        found["kind"] = shell.say("share.kind.missing")
    elif kind is not Kind.SHOP and (not target or posters.find_title(here, kind, target[:_LONGEST_TARGET]) is None):
        found["target"] = shell.say(f"share.target.missing.{kind}")
    if fields["channel"] not in CHANNELS:
        found["channel"] = shell.say("share.channel.missing")
    if len(label) > LONGEST_LABEL:
        found["label"] = shell.say("share.label.long", count=LONGEST_LABEL)
    elif not label and fields["channel"] in {"person", "other"}:
        found["label"] = shell.say(f"share.label.missing.{fields['channel']}")
    if fields["locale"] and fields["locale"] not in here.release.terms.locales:
        found["locale"] = shell.say("share.locale.missing")
    return found


def _kind(text: str) -> Kind:
    return Kind(text) if text in set(Kind) else Kind.PRODUCT


def _form(fields: Mapping[str, str], problems: dict[str, str], *, status: int = 200) -> Response:
    here = visit()
    kind = _kind(fields["kind"])
    asked = request.args.get("q", "").strip()[:_LONGEST_WORD]
    told = here.in_locale(console.shop_locale(here))
    targets = _targets(told, kind, asked, fields.get("target", ""))
    chosen = fields.get("target", "") or (targets[0].target if len(targets) == 1 else "")
    names: list[str] = []
    if fields["channel"] == "person" or status == 200:  # noqa: PLR2004
        names = [each.name for each in here.database.read(accounts.listing)]
    context: dict[str, Any] = {
        "title": shell.say("share.new.title"),
        "path": PATH,
        "fields": {**fields, "target": chosen},
        "kind": kind.value,
        "kinds": [
            {
                "url": f"{PATH}?{urlencode({'kind': each})}",
                "label": shell.say(f"share.kind.{each}"),
                "current": each is kind,
            }
            for each in Kind
        ],
        "targets": targets,
        "searches": kind is Kind.PRODUCT,
        "q": asked,
        "channels": [(name, shell.say(f"share.channel.{name}")) for name in CHANNELS],
        "tongues": [(each, native_name(each)) for each in here.release.terms.locales],
        "names": names,
        "days": touches.DAYS,
        "problems": problems,
    }
    return shell.screen("share/new.html", context, area="share", status=status)


def _targets(here: Visit, kind: Kind, asked: str, chosen: str) -> list[Target]:
    """Return what of a kind can be shared; what was chosen stands first."""
    found = {
        Kind.PRODUCT: _products, Kind.SHELF: _shelves, Kind.PAGE: _pages, Kind.ROOM: _rooms,
        Kind.PROMOTION: _promotions,
    }  # fmt: skip
    if kind not in found:
        return []
    listed = found[kind](here, asked)
    first = [each for each in listed if each.target == chosen]
    if chosen and not first:
        title = posters.find_title(here, kind, chosen)
        first = [Target(target=chosen, title=title)] if title else []
    return [*first, *(each for each in listed if each.target != chosen)][: max(len(listed), 1)]


def _products(here: Visit, asked: str) -> list[Target]:
    query = Query(text=asked, size=_MOST_PRODUCTS, sort="" if asked else "newest", now=promoting.moment(here.now))
    return [
        Target(
            target=card.handle, title=card.title, note=card.price.text, picture=_small(card.image) if card.image else ""
        )
        for card in here.catalogue.listing(here.locale, query).cards
    ]


def _small(image: Image) -> str:
    """Return the lightest form of a picture that every browser of today shows."""
    found = dict(image.sources).get("image/avif", "")
    return found.split(",")[0].split()[0] if found else small(image)


def _shelves(here: Visit, _: str) -> list[Target]:
    return [Target(target=each.handle, title=each.title) for each in here.catalogue.shelves(here.locale)]


def _pages(here: Visit, _: str) -> list[Target]:
    return [Target(target=handle, title=title) for handle, title in posters.pages(here)]


def _rooms(here: Visit, _: str) -> list[Target]:
    say = msgspec.structs.replace(telling.teller(), here=here)
    rooms = sorted(here.catalogue.rooms(), key=lambda each: each.starts_at, reverse=True)
    return [
        Target(
            target=each.handle,
            title=each.title.get(here.locale, each.handle),
            note=say.moment(_at(each.starts_at)).full,
        )
        for each in rooms[:_MOST]
    ]


def _promotions(here: Visit, _: str) -> list[Target]:
    now = promoting.moment(here.now)
    return [
        Target(
            target=each.id,
            title=each.name.get(here.locale, each.id),
            note=each.coupon.code if each.coupon else "",
        )
        for each in here.release.terms.promotions
        if not (each.when.ends_at and each.when.ends_at <= now)
    ]


def _at(instant: str) -> datetime:
    return datetime.fromisoformat(instant)
