"""What can be done with a promotion at once: pause it and let it go on, end it now, copy it, take it away."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, request
from werkzeug.wrappers import Response as Answer

from generator.editing.change import Plain
from generator.editor import Change, Insert, Remove, Set, StaleError
from generator.source.inventory import SHOP
from runtime.access.roles import Permission
from runtime.naming import handles
from runtime.web.areas import filing, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.promotions import effects, standing
from runtime.web.areas.promotions.blueprint import AREA, HOME, blueprint
from runtime.web.areas.promotions.standing import LIST, Entry
from runtime.web.areas.shop_text import ShopText
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person, note
from runtime.web.visit import shopfront, visit
from runtime.worklist import invited, promoted

_MINUTE = "%Y-%m-%d %H:%M"
_LONGEST = 56
_CODE_LONGEST = 31


@blueprint.post(f"{HOME}/<name>/<deed>")
@shell.guarded
def act(name: str, deed: str) -> Answer:
    """Pause a promotion, let it go on, or end it; shoppers see it at once."""
    person = get_writer(Permission.PROMOTIONS_EDIT)
    if deed not in _DEEDS:
        abort(404)
    text, entry = _get(name)
    changes = _DEEDS[deed](entry, _clock(text))
    return _written(text, person, (entry, deed), changes, f"{HOME}/{name}")


@blueprint.post(f"{HOME}/<name>/copy")
@shell.guarded
def copy(name: str) -> Answer:
    """Put a copy below a promotion, paused and with a code of its own, and go on to its form."""
    person = get_writer(Permission.PROMOTIONS_EDIT)
    text, entry = _get(name)
    used = standing.ids(text.data)
    own = handles.free(name[:_LONGEST], used)
    codes = {each.code for each in standing.entries(shop_text.draft(text)) if each.code}
    data = _copied(entry.said, own, codes)
    try:
        filed = text.desk.open(SHOP)
        text.desk.save(
            SHOP, filed.digest, [Insert((LIST, entry.index + 1), data)], who=person.name, now=visit().now
        )  # fmt: skip
    except (StaleError, *filing.HINDRANCES):
        return shell.done(f"{HOME}/{name}", "promotions.done.late")
    note(person, "promotion.copied", own, before=name)
    shop_text.forget()
    return shell.done(f"{HOME}/{own}", "promotions.done.copied")


@blueprint.get(f"{HOME}/<name>/delete")
@shell.guarded
def ask(name: str) -> Response:
    """Ask before a promotion goes."""
    get_person(Permission.PROMOTIONS_EDIT)
    text, entry = _get(name)
    teller = Teller(here=visit(), locale=shell.locale())
    figures, groups, batches = visit().database.read(
        lambda look: (
            promoted.figures(look, teller.currency),
            invited.open_groups(look, name),
            promoted.batches(look, name),
        )
    )
    context = {
        "title": shell.say("promotions.delete.title", name=effects.name(entry.promotion)), "url": f"{HOME}/{name}",
        "name": effects.name(entry.promotion), "digest": text.desk.open(SHOP).digest, "groups": groups,
        "orders": figures[name].held if name in figures else 0, "codes": sum(each.open for each in batches),
        "rooms": _rooms(text, name), "runs": effects.state(entry.promotion, visit().now) == "runs",
    }  # fmt: skip
    return shell.screen("promotions/delete.html", context, area=AREA)


@blueprint.post(f"{HOME}/<name>/delete")
@shell.guarded
def delete(name: str) -> Answer:
    """Take a promotion away, out of what names it as well, and publish the shop without it."""
    person = get_writer(Permission.PROMOTIONS_EDIT)
    text, entry = _get(name)
    if request.form.get("digest", "") != text.desk.open(SHOP).digest:
        return shell.done(f"{HOME}/{name}/delete", "promotions.done.late")
    changes: list[Change] = [*_unnamed(text, entry), Remove((LIST, entry.index))]
    if len(text.data.get(LIST) or ()) == 1:
        changes = [Remove((LIST,))]
    try:
        for file in _rooms(text, name):
            _take_out(text, person, file, name)
    except (StaleError, *filing.HINDRANCES):
        return shell.done(f"{HOME}/{name}/delete", "promotions.done.late")
    return _written(text, person, (entry, "removed"), changes, HOME)


def _written(text: ShopText, person: Person, what: tuple[Entry, str], changes: list[Change], back: str) -> Answer:
    """Write changes of shop.yaml, publish it, and tell what became of it."""
    entry, deed = what
    if not changes:
        return shell.done(back, "promotions.done.nothing")
    try:
        opened = text.desk.open(SHOP)
        if standing.index_of(opened.data, entry.id) != entry.index:
            return shell.done(back, "promotions.done.late")
        text.desk.save(SHOP, opened.digest, changes, who=person.name, now=visit().now)
    except (StaleError, *filing.HINDRANCES):
        return shell.done(back, "promotions.done.late")
    note(person, f"promotion.{deed}", entry.id, before=effects.name(entry.promotion))
    shop_text.forget()
    kept = filing.publish(text, person)
    return shell.done(back, f"promotions.done.{deed}" if kept.word else "promotions.done.held")


def _pause(entry: Entry, _: datetime) -> list[Change]:
    return [] if entry.said.get("paused") is True else [Set((LIST, entry.index, "paused"), True)]


def _resume(entry: Entry, _: datetime) -> list[Change]:
    return [Remove((LIST, entry.index, "paused"))] if "paused" in entry.said else []


def _end(entry: Entry, now: datetime) -> list[Change]:
    """End it with the minute that has begun; one that has not begun yet is paused or taken away instead."""
    if effects.state(entry.promotion, visit().now) not in {"runs", "paused"}:
        return []
    starts = entry.promotion.when.starts_at
    if starts and effects.at(starts) >= now:
        return []
    ends = Plain(now.strftime(_MINUTE))
    path = (LIST, entry.index, "when")
    return (
        [Set((*path, "ends_at"), ends)] if isinstance(entry.said.get("when"), dict) else [Set(path, {"ends_at": ends})]
    )


_DEEDS: dict[str, Callable[[Entry, datetime], list[Change]]] = {"pause": _pause, "resume": _resume, "end": _end}


def _clock(text: ShopText) -> datetime:
    """Return this minute by the clock of the shop's text."""
    zone = ZoneInfo(shop_text.draft(text).shop.timezone)
    return visit().now.astimezone(zone).replace(second=0, microsecond=0)


def _copied(said: Any, own: str, codes: set[str]) -> dict[str, Any]:  # noqa: ANN401  a mapping of the file
    """Return what a copy says: it has an id and a code of its own, is paused, and stands beside nothing yet."""
    data = {key: each for key, each in said.items() if key != "stacks_with" or each == "*"}
    data |= {"id": own, "paused": True}
    coupon = data.get("coupon")
    if isinstance(coupon, dict) and coupon.get("code"):
        code, number = str(coupon["code"])[: _CODE_LONGEST - 1], 2
        while f"{code}{number}" in codes:
            number += 1
        data["coupon"] = {**coupon, "code": f"{code}{number}"}
    return data


def _unnamed(text: ShopText, entry: Entry) -> list[Change]:
    """Return the changes that take a promotion out of what others say they may stand beside."""
    found: list[Change] = []
    for index, each in enumerate(text.data.get(LIST) or ()):
        said = each.get("stacks_with") if isinstance(each, dict) else None
        if index != entry.index and isinstance(said, list) and entry.id in said:
            path = (LIST, index, "stacks_with")
            found.append(Remove((*path, said.index(entry.id))) if len(said) > 1 else Remove(path))
    return found


def _rooms(text: ShopText, name: str) -> list[str]:
    """Return the files of live rooms that name a promotion."""
    draft = shop_text.draft(text)
    return [draft.file("live", handle) for handle, room in draft.rooms.items() if name in room.promotions]


def _take_out(text: ShopText, person: Person, file: str, name: str) -> None:
    """Take a promotion that goes out of a live room."""
    opened = text.desk.open(file)
    named = opened.data.get(LIST) if isinstance(opened.data, dict) else None
    if isinstance(named, list) and name in named:
        change = Remove((LIST, named.index(name))) if len(named) > 1 else Remove((LIST,))
        text.desk.save(file, opened.digest, [change], who=person.name, now=visit().now)


def _get(name: str) -> tuple[ShopText, Entry]:
    text = shop_text.read(shopfront().settings.folder)
    entry = standing.find(text, name)
    if entry is None:
        abort(404)
    return text, entry
