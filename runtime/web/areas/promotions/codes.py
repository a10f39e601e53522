"""Coupons: their list, the page of each with its code, link and who used it, and batches of codes that are good once.

The codes of a batch are made from a key that travels with the page that made them, sealed, for a quarter of an hour:
until then they can be taken away as a file by who made them. Nobody keeps them, and nobody can ask for them later.
"""

import secrets
from typing import Any

import msgspec
import segno
from flask import Response, abort, request
from werkzeug.wrappers import Response as Answer

from runtime import coupons
from runtime.access.roles import Permission
from runtime.web.areas import shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.promotions import effects, standing, tables, tabs
from runtime.web.areas.promotions.blueprint import AREA, HOME, blueprint
from runtime.web.areas.promotions.standing import Entry
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person, keys, note
from runtime.web.visit import shopfront, visit
from runtime.worklist import promoted

MOST = 10_000
_PATIENCE = 15 * 60
_LONGEST = 60
_HIGHEST = (1 << 53) - 1
_MOST_ROWS = 100_000
_STATES = {"open": "info", "held": "warn", "used": "good", "void": ""}


class Made(msgspec.Struct, frozen=True, array_like=True):
    """What a page remembers of a batch that was just made, and until when (seconds)."""

    promotion: str
    batch: str
    key: str
    count: int
    until: int


@blueprint.get(tabs.COUPONS)
@shell.guarded
def coupon_list() -> Response:
    """List the coupons: public codes, and those whose codes are made in batches."""
    person = get_person(Permission.PROMOTIONS_SEE)
    teller = _teller()
    found = _coupons(teller)
    context: dict[str, Any] = {
        "title": shell.say("promotions.coupons.title"),
        "areas": tabs.areas(tabs.COUPONS),
        "rows": [_row(each, counts, teller) for each, counts in found],
        "may_edit": person.may(Permission.PROMOTIONS_EDIT),
    }
    return shell.screen("promotions/coupons.html", context, area=AREA)


@blueprint.get(f"{tabs.COUPONS}.csv")
@shell.guarded
def export_coupons() -> Response:
    """Send the coupons as a file."""
    person = get_person(Permission.PROMOTIONS_SEE)
    teller = _teller()
    found = _coupons(teller)
    note(person, "coupons.exported", after=str(len(found)))
    names = ("id", "name", "code", "state", "made", "open", "orders", "takings", "given")
    rows: list[list[object]] = []
    for each, counts in found:
        shown = _row(each, counts, teller)
        rows.append(
            [shown[name] for name in ("id", "name", "code", "told", "made", "open", "orders", "takings", "given")]
        )
    return tables.send("coupons", [tables.head(teller, *names), *rows], teller)


@blueprint.get(f"{HOME}/<name>/codes")
@shell.guarded
def show_codes(name: str) -> Response:
    """Show a coupon: its code with link and picture, its batches, and who used it."""
    return _page(name, get_person(Permission.PROMOTIONS_SEE))


@blueprint.post(f"{HOME}/<name>/codes")
@shell.guarded
def make_codes(name: str) -> Response | Answer:
    """Make a batch of codes; the same form sent twice makes them once."""
    person = get_writer(Permission.PROMOTIONS_EDIT)
    entry = _get(name)
    if not entry.has_codes:
        abort(404)
    given = {each: request.form.get(each, "").strip()[:_LONGEST] for each in ("count", "batch", "key")}
    problems = _problems(name, given)
    if problems:
        return _page(name, person, given=given, problems=problems)
    count, batch, here = int(given["count"]), given["batch"], visit()
    codes = coupons.batch_codes(shopfront().settings.secret, given["key"], count)
    new = here.database.write(lambda unit: coupons.put(unit, name, batch, codes, here.now))
    if new:
        note(person, "coupons.made", name, after=f"{batch}: {new}")
    made = Made(name, batch, given["key"], count, int(here.now.timestamp()) + _PATIENCE)
    told = keys().seal(_seal(person), msgspec.json.encode(made)).rstrip("=")
    return shell.done(f"{HOME}/{name}/codes?made={told}", "promotions.done.codes")


@blueprint.post(f"{HOME}/<name>/codes.csv")
@shell.guarded
def take_codes(name: str) -> Response:
    """Send the codes of the batch that was just made; only to who made it, and only for a while."""
    person = get_writer(Permission.PROMOTIONS_EDIT)
    made = _made(request.form.get("made", ""), person, name)
    if made is None:
        return shell.refused(410, shell.say("promotions.codes.gone"), f"{HOME}/{name}/codes")
    codes = coupons.batch_codes(shopfront().settings.secret, made.key, made.count)
    note(person, "coupons.taken", name, after=f"{made.batch}: {made.count}")
    links = [[code, f"{visit().base}/r/{code}"] for code in codes]
    return tables.send(f"codes-{name}", [tables.head(_teller(), "code", "link"), *links], _teller())


@blueprint.post(f"{HOME}/<name>/codes/void")
@shell.guarded
def void_codes(name: str) -> Answer:
    """Take back a batch, one of its codes, or one that is typed, as far as nobody used them."""
    person = get_writer(Permission.PROMOTIONS_EDIT)
    _get(name)
    batch, number = request.form.get("batch", "")[:_LONGEST], request.form.get("number", "")
    typed = request.form.get("code", "").strip()[:_LONGEST]

    def unit(transaction: Any) -> int:  # noqa: ANN401  a transaction
        if batch:
            return coupons.void(transaction, promotion=name, batch=batch)
        if number.isascii() and number.isdecimal() and int(number) <= _HIGHEST:
            return int(coupons.void_one(transaction, name, int(number)))
        return coupons.void(transaction, promotion=name, code=typed) if typed else 0

    count = visit().database.write(unit)
    if count:
        note(person, "coupons.void", name, after=f"{batch or number or '…' + typed[-4:]}: {count}")
    return shell.done(f"{HOME}/{name}/codes", "promotions.done.void" if count else "promotions.done.none_void")


@blueprint.get(f"{HOME}/<name>/uses.csv")
@shell.guarded
def export_uses(name: str) -> Response:
    """Send who was given a promotion, as a file."""
    person = get_person(Permission.PROMOTIONS_SEE)
    _get(name)
    teller = _teller()
    found = visit().database.read(lambda look: promoted.uses(look, name, limit=_MOST_ROWS))
    note(person, "promotion.exported", name, after=str(len(found)))
    rows: list[list[object]] = [
        [
            each.number, each.placed_at.astimezone(teller.zone).strftime("%Y-%m-%d %H:%M"), each.name, each.pieces,
            shell.say(f"promotions.use.{each.state}"), each.batch, f"…{each.tail}" if each.tail else "",
        ]
        for each in found
    ]  # fmt: skip
    head = tables.head(teller, "order", "placed", "buyer", "pieces", "state", "batch", "code")
    return tables.send(f"uses-{name}", [head, *rows], teller)


def _page(
    name: str, person: Person, *, given: dict[str, str] | None = None, problems: dict[str, str] | None = None
) -> Response:  # fmt: skip
    entry, teller, before = _get(name), _teller(), max(0, min(request.args.get("before", 0, int), _HIGHEST))
    batches, codes, used, figures = visit().database.read(
        lambda look: (
            promoted.batches(look, name),
            promoted.codes(look, name) if entry.has_codes else [],
            promoted.uses(look, name, before, promoted.PAGE + 1),
            promoted.figures(look, teller.currency),
        )
    )
    entry = msgspec.structs.replace(entry, figure=figures.get(name, entry.figure))
    day = visit().now.astimezone(teller.zone).date().isoformat()
    known = {each.name for each in batches}
    link = f"{visit().base}/r/{entry.code}" if entry.code else ""
    context: dict[str, Any] = {
        "title": effects.name(entry.promotion),
        "row": standing.row(entry, teller),
        "url": f"{HOME}/{name}",
        "link": link,
        "qr": _picture(link) if link else "",
        "has_codes": entry.has_codes,
        "batches": [_batch(each, teller) for each in batches],
        "codes": [_code(each, teller) for each in codes],
        "uses": [_use(each, teller) for each in used[: promoted.PAGE]],
        "older": f"{HOME}/{name}/codes?before={used[promoted.PAGE - 1].id}" if len(used) > promoted.PAGE else "",
        "given": given or {"count": "100", "batch": _free(day, known), "key": secrets.token_urlsafe(16)},
        "most": MOST,
        "made": request.args.get("made", ""),
        "made_of": _made(request.args.get("made", ""), person, name),
        "problems": problems or {},
        "may_edit": person.may(Permission.PROMOTIONS_EDIT),
        "may_orders": person.may(Permission.ORDERS_SEE),
    }
    return shell.screen("promotions/coupon.html", context, area=AREA, status=422 if problems else 200)


def _problems(name: str, given: dict[str, str]) -> dict[str, str]:
    found = {}
    count = given["count"]
    if not (count.isascii() and count.isdecimal() and 1 <= int(count) <= MOST):
        found["count"] = shell.say("promotions.codes.count_wrong", most=MOST)
    if not given["batch"]:
        found["batch"] = shell.say("promotions.codes.batch_none")
    elif not found and visit().database.read(lambda look: promoted.has_batch(look, name, given["batch"])):
        (first,) = coupons.batch_codes(shopfront().settings.secret, given["key"], 1)
        if not visit().database.read(lambda look: coupons.is_kept(look, name, given["batch"], first)):
            found["batch"] = shell.say("promotions.codes.batch_taken", batch=given["batch"])
    if not given["key"]:
        found.setdefault("batch", shell.say("promotions.codes.again"))
    return found


def _seal(person: Person) -> str:
    return f"batch|{person.id}|{person.session}"


def _made(text: str, person: Person, name: str) -> Made | None:
    """Return the batch of a promotion that this person just made, in this session."""
    kept = keys().find_sealed(_seal(person), text + "=" * (-len(text) % 4)) if text.isascii() else None
    found = msgspec.json.decode(kept, type=Made) if kept else None
    good = found is not None and found.promotion == name and found.until > visit().now.timestamp()
    return found if good else None


def _picture(link: str) -> str:
    """Return the QR code of a link, as a picture in an address."""
    return str(segno.make(link, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff"))


def _coupons(teller: Teller) -> list[tuple[Entry, tuple[int, int]]]:
    """Return the coupons with how many single-use codes each has: made, and still open."""
    draft = shop_text.draft(shop_text.read(shopfront().settings.folder))
    figures, batches = visit().database.read(
        lambda look: (promoted.figures(look, teller.currency), coupons.batches(look))
    )
    counts: dict[str, tuple[int, int]] = {}
    for each in batches:
        made, left = counts.get(each.promotion, (0, 0))
        counts[each.promotion] = (made + each.open + each.held + each.used + each.void, left + each.open)
    return [(each, counts.get(each.id, (0, 0))) for each in standing.entries(draft, figures) if each.is_coupon]


def _row(entry: Entry, counts: tuple[int, int], teller: Teller) -> dict[str, Any]:
    shown = standing.row(entry, teller)
    return shown | {
        "told": shell.say(f"promotions.state.{shown['state']}"),
        "made": counts[0] if entry.has_codes else "",
        "open": counts[1] if entry.has_codes else "",
        "has_codes": entry.has_codes,
        "url": f"{HOME}/{entry.id}/codes",
    }


def _batch(each: promoted.Batch, teller: Teller) -> dict[str, Any]:
    return {
        "name": each.name,
        "at": teller.moment(each.made_at),
        "made": each.made,
        "open": each.open,
        "held": each.held,
        "used": each.used,
        "void": each.void,
        "share": 100 * (each.used + each.held) // each.made,
    }


def _code(each: promoted.Code, teller: Teller) -> dict[str, Any]:
    return {
        "id": each.id,
        "tail": each.tail,
        "batch": each.batch,
        "open": each.state == "open",
        "state": shell.say(f"promotions.code.{each.state}"),
        "tone": _STATES.get(each.state, ""),
        "order": each.order,
        "at": teller.moment(each.ordered_at or each.made_at),
    }


def _use(each: promoted.Use, teller: Teller) -> dict[str, Any]:
    return {
        "number": each.number,
        "name": each.name,
        "pieces": each.pieces,
        "tail": each.tail,
        "at": teller.moment(each.placed_at),
        "state": shell.say(f"promotions.use.{each.state}"),
        "tone": {"used": "good", "held": "warn"}.get(each.state, ""),
    }


def _free(name: str, known: set[str]) -> str:
    found, number = name, 2
    while found in known:
        found, number = f"{name} ({number})", number + 1
    return found


def _teller() -> Teller:
    return Teller(here=visit(), locale=shell.locale())


def _get(name: str) -> Entry:
    entry = standing.find(shop_text.read(shopfront().settings.folder), name)
    if entry is None or not entry.is_coupon:
        abort(404)
    return entry
