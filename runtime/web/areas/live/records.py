"""What the broadcasts of a room brought, by product and by minute, as plots, tables and files; and their recordings."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as Answer

from generator import money
from generator.shop import LiveRoom
from runtime.access.roles import Permission
from runtime.console import plots
from runtime.console.plots import Plot, Point
from runtime.funds.tables import safe
from runtime.live import broadcasts, numbers, replays, retention
from runtime.live.numbers import Minute, Numbers
from runtime.live.values import Broadcast, State
from runtime.web import console, headers, studio_desk
from runtime.web.areas import shell
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.live import standing
from runtime.web.areas.live.standing import HOME
from runtime.web.areas.telling import Teller
from runtime.web.persons import note
from runtime.web.visit import Visit, visit

blueprint = Blueprint("console_rooms_records", __name__)
_OF_PRODUCTS = ("number", "product", "explained", "clicks", "carts", "orders", "pieces", "takings")
_OF_MINUTES = ("viewers", "seconds", "likes", "messages", "clicks", "carts", "orders", "takings")
_POINTS = 60
_MINUTE = 60
_SHOWN = 40


@blueprint.get(f"{HOME}/<handle>/numbers")
@shell.guarded
def show(handle: str) -> Response:
    """Show what a broadcast brought: the newest, or the one that is asked for."""
    person = get_person(Permission.LIVE_HOST)
    here, room = visit(), _room(handle)
    teller = Teller(here=here, locale=shell.locale())
    every = broadcasts.of_room(here.database, handle)
    chosen = _chosen(every)
    found = (
        here.database.read(lambda look: numbers.of_broadcast(look, chosen.id, teller.currency, here.now))
        if chosen
        else None
    )
    context: dict[str, Any] = {
        "title": shell.say("rooms.numbers.title", title=studio_desk.title(here, room)),
        "room": studio_desk.title(here, room),
        "handle": handle,
        "url": f"{HOME}/{handle}",
        "tabs_": [_tab(each, chosen, handle, teller) for each in every[:_SHOWN]] if len(every) > 1 else [],
        "number": chosen.ordinal if chosen else 0,
        "found": _told(found, teller) if found else None,
        "recordings": [_recording(each, teller) for each in every if standing.kept(each)],
        "storage": standing.storage(here),
        "keeps": room.replay,
        "person": person,
    }
    return shell.screen("live/numbers.html", context, area="live")


@blueprint.get(f"{HOME}/<handle>/numbers.csv")
@shell.guarded
def export(handle: str) -> Response:
    """Send the numbers of all broadcasts of a room as a table: a line is a product, or a minute."""
    person = get_person(Permission.LIVE_HOST)
    here = visit()
    _room(handle)
    by = "minute" if request.args.get("by") == "minute" else "product"
    teller = Teller(here=here, locale=shell.locale())
    found = here.database.read(lambda look: numbers.of_room(look, handle, teller.currency, here.now))
    note(person, "room.exported", handle, after=by)
    answer = Response(_csv(found, by, teller), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{handle if handle.isascii() else "room"}-{by}.csv"'
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


@blueprint.post(f"{HOME}/<handle>/recordings/<int:number>/delete")
@shell.guarded
def delete(handle: str, number: int) -> Answer:
    """Delete the recording of a broadcast that is over; its numbers stay."""
    person, here = get_writer(Permission.LIVE_HOST), visit()
    found = next((each for each in broadcasts.of_room(here.database, handle) if each.ordinal == number), None)
    if found is None or found.state is not State.ENDED or not standing.kept(found):
        abort(404)
    freed = retention.remove(here.database, here.shopfront.settings.rooms, found)
    note(person, "recording.removed", f"{handle} {number}", before=standing.weight(found.recording_bytes or freed))
    return shell.done(f"{HOME}/{handle}/numbers", "rooms.done.recording")


def _room(handle: str) -> LiveRoom:
    found = visit().catalogue.find_room(handle)
    if found is None:
        abort(404)
    return found


def _chosen(every: Sequence[Broadcast]) -> Broadcast | None:
    wanted = request.args.get("n", 0, int)
    return next((each for each in every if each.ordinal == wanted), next(iter(every), None))


def _tab(each: Broadcast, chosen: Broadcast | None, handle: str, teller: Teller) -> dict[str, Any]:
    began = datetime.fromtimestamp(each.started_at or each.armed_at, UTC)
    return {
        "url": f"{HOME}/{handle}/numbers?n={each.ordinal}",
        "label": teller.moment(began).text,
        "current": chosen is not None and each.id == chosen.id,
    }


def _told(found: Numbers, teller: Teller) -> dict[str, Any]:
    here = teller.here
    began = datetime.fromtimestamp(found.started_at, UTC)
    end = found.ended_at or int(here.now.timestamp())
    stats = [
        ("peak", str(found.peak)),
        ("watched", standing.length(found.watched)),
        ("clicks", str(found.clicks)),
        ("carts", str(found.carts)),
        ("orders", str(found.sales.orders)),
        ("takings", teller.money(found.sales.takings)),
    ]
    return {
        "began": teller.moment(began),
        "lasted": standing.length(end - found.started_at),
        "goes_on": found.ended_at is None,
        "stats": [(shell.say(f"rooms.stat.{name}"), value) for name, value in stats],
        "likes": found.likes,
        "messages": found.messages,
        "refunded": teller.money(found.sales.refunded) if found.sales.refunded else "",
        "cancelled": found.sales.cancelled,
        "viewers": _viewers(found, teller),
        "takings": _takings(found, teller),
        "products": _products(found, teller),
    }


def _viewers(found: Numbers, teller: Teller) -> Plot | None:
    points = [
        _point(rows, max(each.viewers for each in rows), teller) for rows in _pooled(found) if rows
    ]  # fmt: skip
    return plots.line(shell.say("rooms.plot.viewers", most=found.peak), points, str) if found.peak else None


def _takings(found: Numbers, teller: Teller) -> Plot | None:
    points = [_point(rows, sum(each.takings for each in rows), teller) for rows in _pooled(found)]
    if not any(each.value for each in points):
        return None
    label = shell.say("rooms.plot.takings", total=teller.money(found.sales.takings))
    return plots.bars(label, points, teller.money, teller.short)


def _pooled(found: Numbers) -> list[list[Minute]]:
    """Return the minutes of a broadcast without gaps, several in one where there are too many to be told apart."""
    if not found.minutes:
        return []
    known = {each.at: each for each in found.minutes}
    first, last = found.minutes[0].at, found.minutes[-1].at
    end = (found.ended_at or last) + 10 * _MINUTE
    every = range(first, min(last, max(first, end)) + 1, _MINUTE)
    minutes = [known.get(at) or Minute(at=at) for at in every]
    wide = -(-len(minutes) // _POINTS)
    return [minutes[at : at + wide] for at in range(0, len(minutes), wide)]


def _point(rows: list[Minute], value: int, teller: Teller) -> Point:
    short = datetime.fromtimestamp(rows[0].at, teller.zone).strftime("%H:%M")
    return Point(name=studio_desk.clock(teller.here, rows[0].at), short=short, value=value)


def _products(found: Numbers, teller: Teller) -> list[dict[str, Any]]:
    here = teller.here
    cards = {
        card.handle: card
        for card in here.catalogue.cards(console.shop_locale(here), [each.product for each in found.products])
    }
    pictures = teller.pictures(cards)
    return [
        {
            "number": each.number,
            "title": cards[each.product].title if each.product in cards else each.product,
            "picture": pictures.get(each.product, ""),
            "explained": standing.length(each.explained) if each.number else "",
            "clicks": each.clicks,
            "carts": each.carts,
            "orders": each.orders,
            "pieces": each.pieces,
            "takings": teller.money(each.takings),
        }
        for each in found.products
    ]


def _recording(each: Broadcast, teller: Teller) -> dict[str, Any]:
    here = teller.here
    there = replays.shown(here.shopfront.settings.rooms, each.room, each.stream)
    return {
        "number": each.ordinal,
        "began": teller.moment(datetime.fromtimestamp(each.started_at or each.armed_at, UTC)),
        "length": standing.length(each.duration_ms // 1000),
        "size": standing.weight(each.recording_bytes),
        "open": each.open,
        "public": there.playlist,
        "movie": f"/live/{each.room}/{each.stream}/replay.mp4" if there.movie else "",
        "until": _until(each, here, teller),
    }


def _until(each: Broadcast, here: Visit, teller: Teller) -> str:
    """Return the day on which a recording goes by itself, '' where none does."""
    kept = here.release.terms.live.keep_recordings
    if not kept or each.ended_at is None:
        return ""
    return teller.day(datetime.fromtimestamp(each.ended_at + kept, UTC))


def _csv(found: list[Numbers], by: str, teller: Teller) -> str:
    written = io.StringIO()
    written.write("\ufeff")
    writer = csv.writer(written, lineterminator="\r\n")
    fields = _OF_PRODUCTS if by == "product" else _OF_MINUTES
    writer.writerow(["broadcast", *(("minute",) if by == "minute" else ()), *fields, "currency"])
    for each in found:
        for row in each.products if by == "product" else each.minutes:
            cells = [safe(str(getattr(row, name))) for name in fields[:-1]]
            minute = []
            if isinstance(row, Minute):
                minute = [datetime.fromtimestamp(row.at, teller.zone).strftime("%Y-%m-%d %H:%M")]
            writer.writerow([each.ordinal, *minute, *cells, money.plain(row.takings, each.currency), each.currency])
    return written.getvalue()
