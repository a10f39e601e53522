"""New rooms: from a title and a few products to the studio in one press; planned ones; and again next week."""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_skeleton
from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as Answer

from generator import report
from generator.editing.change import Change, Plain, Set
from generator.editor import RefusedFileError, UnwritableError, edit
from generator.loading import content
from generator.loading.draft import Draft
from generator.loading.reader import Reader
from generator.shop import LiveRoom
from generator.source.events import Data
from generator.theming import wording
from runtime.access.roles import Permission
from runtime.console.forms import pictures
from runtime.console.forms.pictures import RefusedPictureError
from runtime.naming import handles
from runtime.web.areas import filing, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.goods import standing as goods
from runtime.web.areas.live import standing
from runtime.web.areas.live.standing import HOME
from runtime.web.areas.shop_text import ShopText
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person, note
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_rooms_making", __name__)
TAKEN = frozenset({"enter", "leave", "preview", "hooks"})
"""Words that addresses of the studio and of live servers have for themselves."""
_GO, _PLAN = "go", "plan"
_LONGEST = 300
_LONGEST_ADDRESS = 2000
_OFFERED = 60
_MOST = 500
_WEEK = timedelta(days=7)
_MINUTE = "%Y-%m-%dT%H:%M"
_DATED = re.compile(r" · [^·]*\d[^·]*$")
_FIELDS = {"title": "title", "starts_at": "starts_at", "source": "url", "products": "pick"}
"""Which field of the form a part of the file comes from."""


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody answered who makes a room."""

    title: str = ""
    picks: tuple[str, ...] = ()
    starts_at: str = ""
    url: str = ""
    deed: str = _GO


@blueprint.get(f"{HOME}/~new")
@shell.guarded
def new() -> Response:
    """Ask for what a room needs."""
    return _ask(get_person(Permission.LIVE_HOST), Answers(), {})


@blueprint.post(f"{HOME}/~new")
@shell.guarded
def make() -> Response | Answer:
    """Make a room and publish the shop with it: then on to the studio, or to the room's page."""
    person = get_writer(Permission.LIVE_HOST)
    text = shop_text.read(shopfront().settings.folder)
    answers, draft = _answers(), goods.read(text)
    name = handles.handle(answers.title, {*draft.rooms, *TAKEN, *_written(draft)}, "room")
    data = _data(answers, draft, text)
    problems = _problems(answers, data, name, text)
    if not problems:
        cover, problems = _cover(text)
        data |= cover
    if problems:
        return _ask(person, answers, problems)
    try:
        made = data | {"starts_at": Plain(data["starts_at"])}
        text.desk.create(f"live/{name}.yaml", made, who=person.name, now=visit().now)
    except (RefusedFileError, UnwritableError):
        return _ask(person, answers, {"title": shell.say("rooms.new.taken")})
    note(person, "room.made", name, after=answers.title)
    if not publish(text, person):
        return shell.done(f"{HOME}/{name}/edit", "rooms.done.held")
    if answers.deed == _GO:
        return redirect(f"{HOME}/{name}", 303)
    return shell.done(f"{HOME}/{name}/invite", "rooms.done.planned")


@blueprint.post(f"{HOME}/<handle>/copy")
@shell.guarded
def copy(handle: str) -> Answer:
    """Plan the same room again a week later, or at the next such day that is still to come."""
    person = get_writer(Permission.LIVE_HOST)
    text = shop_text.read(shopfront().settings.folder)
    draft = goods.read(text)
    room = get(draft, handle)
    opened = text.desk.open(draft.file("live", handle))
    if not opened.writable:
        abort(409)
    changes = later(opened.data, room, draft, ZoneInfo(text.base.timezone), visit().now)
    stem = re.sub(r"-\d{1,4}$", "", handle)[: handles.LONGEST]
    name = handles.free(stem, {*draft.rooms, *TAKEN, *_written(draft)})
    text.desk.create(f"live/{name}.yaml", edit(opened.text, changes), who=person.name, now=visit().now)
    note(person, "room.made", name, before=handle)
    word = "rooms.done.copied" if publish(text, person) else "rooms.done.held"
    return shell.done(f"{HOME}/{name}/edit", word)


def offered(person: Person, teller: Teller, given: Answers) -> dict[str, Any]:
    """Return what the form of a new room shows: what was answered, and products to tick."""
    text = shop_text.read(shopfront().settings.folder)
    sold = [each for each in goods.goods(goods.read(text)) if goods.status(each) in {"active", "hidden", "scheduled"}]
    picks = given.picks
    known = {each.handle: each for each in sold}
    chosen = [known[each] for each in picks if each in known]
    rest = [each for each in sold if each not in chosen][: max(0, _OFFERED - len(chosen))]
    return {
        "given": given,
        "choices": goods.rows([*chosen, *rest], teller),
        "more_goods": max(0, len(sold) - len(chosen) - len(rest)),
        "any_goods": bool(sold),
        "zone": text.base.timezone,
        "may_make_goods": person.may(Permission.PRODUCTS_EDIT),
    }


def get(draft: Draft, handle: str) -> LiveRoom:
    """Return a room of the text; 404 where there is none that can be read."""
    found = draft.rooms.get(handle)
    if found is None:
        abort(404)
    return found


def later(opened: Data, room: LiveRoom, draft: Draft, zone: ZoneInfo, now: datetime) -> list[Change]:
    """Return what is changed for the next time: beginning and end by whole weeks of the shop's clock, and the title."""
    here = now.astimezone(zone).replace(tzinfo=None)
    starts = standing.begins(room).astimezone(zone).replace(tzinfo=None) if room.starts_at else here
    taken = {standing.begins(each) for each in draft.rooms.values() if each.starts_at and each.handle != room.handle}
    moved = starts + _WEEK
    while moved <= here or moved.replace(tzinfo=zone) in taken:
        moved += _WEEK
    data = opened if isinstance(opened, dict) else {}
    changes: list[Change] = []
    title = data.get("title")
    named = title.items() if isinstance(title, dict) else [("", title)]
    for locale, said in named:
        path = ("title", locale) if locale else ("title",)
        changes.append(Set(path, dated(str(said), moved, locale or draft.ground.locale)))
    changes.append(Set(("starts_at",), Plain(moved.strftime(_MINUTE))))
    if room.ends_at and "ends_at" in data:
        ends = datetime.fromisoformat(room.ends_at).astimezone(zone).replace(tzinfo=None)
        changes.append(Set(("ends_at",), Plain((moved + (ends - starts)).strftime(_MINUTE))))
    return changes


def dated(title: str, day: datetime, locale: str) -> str:
    """Return a title with a day behind it instead of the one that it had: two pages with one title are hard to find."""
    said = format_skeleton("MMMd", day, locale=wording.culture(locale))
    return f"{_DATED.sub('', title)[: _LONGEST - 40]} · {said}"


def _ask(person: Person, answers: Answers, problems: dict[str, str]) -> Response:
    teller = Teller(here=visit(), locale=shell.locale())
    context = {"title": shell.say("rooms.new.title"), "problems": problems, **offered(person, teller, answers)}
    return shell.screen("live/new.html", context, area="live", status=422 if problems else 200)


def _answers() -> Answers:
    form = request.form
    ticked = list(dict.fromkeys(each for each in form.getlist("pick") if each))[:_MOST]
    order = {each: place for place, each in enumerate(form.get("order", "").split())}
    ticked.sort(key=lambda each: order.get(each, len(order)))
    return Answers(
        title=unicodedata.normalize("NFC", " ".join(form.get("title", "").split())[:_LONGEST]),
        picks=tuple(ticked),
        starts_at=form.get("starts_at", "").strip()[:40],
        url=form.get("url", "").strip()[:_LONGEST_ADDRESS],
        deed=_PLAN if form.get("deed") == _PLAN else _GO,
    )


def _data(answers: Answers, draft: Draft, text: ShopText) -> dict[str, Any]:
    now = visit().now.astimezone(ZoneInfo(text.base.timezone))
    starts = answers.starts_at if answers.deed == _PLAN else now.strftime(_MINUTE)
    source = {"kind": "embed", "url": answers.url} if answers.url else {"kind": "broadcast"}
    data: dict[str, Any] = {"title": _unlike(answers.title, starts, draft, text), "starts_at": starts}
    return data | ({"products": list(answers.picks)} if answers.picks else {}) | {"source": source}


def _unlike(title: str, starts: str, draft: Draft, text: ShopText) -> str:
    """Return a title that no other page has: with its day behind it, and its minute where that is not enough."""
    titles = [each.title for each in draft.rooms.values()] + [each.title for each in draft.products.values()]
    titles += [each.title for each in draft.shelves.values()] + [each.title for each in draft.pages.values()]
    known = {said for each in titles for said in each.values()}
    try:
        day = datetime.fromisoformat(starts)
    except ValueError:
        return title
    tries = (title, dated(title, day, text.base.locale), f"{dated(title, day, text.base.locale)} {day:%H:%M}")
    return next((each for each in tries if each not in known), tries[-1])


def _problems(answers: Answers, data: dict[str, Any], name: str, text: ShopText) -> dict[str, str]:
    """Return what is wrong, by field, in the words of ``check``."""
    found: dict[str, str] = {}
    if not answers.title:
        found["title"] = shell.say("rooms.new.no_title")
    if answers.deed == _PLAN and not answers.starts_at:
        found["starts_at"] = shell.say("rooms.new.no_time")
    if found:
        return found
    reader = Reader(f"live/{name}.yaml", text.base)
    content.load_room(name, data, reader)
    for each in reader.problems:
        field = _FIELDS.get(str(each.path[0])) if each.path else None
        if field:
            found.setdefault(field, report.tell(each, filing.lang()).message)
    known = {each.handle for each in goods.goods(goods.read(text))}
    if any(each not in known for each in answers.picks):
        found["pick"] = shell.say("rooms.new.gone")
    return found


def _cover(text: ShopText) -> tuple[dict[str, Any], dict[str, str]]:
    """Keep the cover that came along; return it for the file, or what is wrong with it."""
    sent = request.files.get("cover")
    if sent is None or not sent.filename:
        return {}, {}
    try:
        content_sent = sent.stream.read(pictures.MAXIMUM_BYTES + 1)
        return {"cover": pictures.keep(text.folder / "media", content_sent, sent.filename)}, {}
    except RefusedPictureError:
        return {}, {"cover": shell.say("forms.picture.refused", most=pictures.MAXIMUM_BYTES // 1024 // 1024)}


def publish(text: ShopText, person: Person) -> bool:
    """Publish the shop as its text stands; return whether it is what everybody sees."""
    shop_text.forget()
    goods.forget()
    return bool(filing.publish(text, person).word)


def _written(draft: Draft) -> set[str]:
    """Return the names of files of rooms, also of those that cannot be read."""
    return {each.handle for each in draft.sources if each.kind == "live"}
