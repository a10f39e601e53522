"""``shopwright live numbers|export|clean``: what rooms brought, what is kept of them, and what is kept no longer."""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec

from generator import files, money
from runtime import words
from runtime.commands import columns, shop, spans
from runtime.commands.language import language
from runtime.live import evidence, numbers, retention
from runtime.live.numbers import Numbers
from runtime.live.retention import Plan
from runtime.live.values import Broadcast

FORMATS = ("table", "csv", "json")
_OF_PRODUCTS = ("number", "product", "explained", "clicks", "carts", "orders", "pieces", "takings")
_OF_MINUTES = ("viewers", "seconds", "likes", "messages", "clicks", "carts", "orders", "takings")
_HOUR = 3600
_UNITS = ("B", "kB", "MB", "GB", "TB")


@click.command("numbers")
@shop.argument
@click.argument("room")
@click.option("--broadcast", type=click.IntRange(1), help="Which one, counted from 1; the newest unless given.")
@click.option("--all", "every", is_flag=True, help="All broadcasts of the room.")
@click.option("--by", type=click.Choice(["product", "minute"]), default="product", help="What a line of csv is.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
def show_numbers(folder: Path, room: str, broadcast: int | None, every: bool, by: str, form: str) -> None:  # noqa: FBT001  click
    """Show what ROOM brought: viewers, clicks, carts, orders and takings, by product and by minute."""
    with shop.opened(folder) as (settings, database):
        currency = shop.till(settings, database).terms.currency
        shop.room(settings, room)
        now = datetime.now(UTC)
        found = database.read(lambda look: numbers.of_room(look, room, currency, now))
        clock, zone = spans.clock(settings), spans.zone(settings)
    if broadcast is not None:
        chosen = [each for each in found if each.ordinal == broadcast]
        if not chosen:
            raise click.ClickException(words.say("records.unknown", language(), room=room, number=broadcast))
    else:
        chosen = found if every else found[:1]
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(chosen)).decode())
    elif form == "csv":
        click.echo(_csv(chosen, by, zone), nl=False)
    elif not chosen:
        click.echo(words.say("records.none", language(), room=room))
    else:
        for each in chosen:
            _table(each, clock)


@click.command()
@shop.argument
@click.argument("room")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(folder: Path, room: str, file: Path) -> None:
    """Write all that is kept of ROOM into FILE, a ZIP: broadcasts, chat, what was explained, orders."""
    with shop.opened(folder) as (settings, database):
        currency = shop.till(settings, database).terms.currency
        zone = spans.zone(settings)
        found = database.read(lambda look: evidence.gather(look, room, currency, zone))
        empty = not any(found.tables.values())
        if empty:
            shop.room(settings, room)
    if empty:
        click.echo(words.say("records.none", language(), room=room))
        return
    files.atomic_write(file, evidence.packed(found), mode=0o600)
    counts = {
        name: words.say(f"records.counted-{name}", language(), count=found.count(name))
        for name in ("chat", "explained", "orders")
    }
    click.echo(words.say("records.exported", language(), file=str(file), **counts))


@click.command()
@shop.argument
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
def clean(folder: Path, dry_run: bool) -> None:  # noqa: FBT001  click
    """Delete recordings and chat that are kept no longer; the daemon of live rooms does so by itself."""
    with shop.opened(folder) as (settings, database):
        terms = shop.till(settings, database).terms.live
        plan = retention.plan(database.read(retention.look), terms, datetime.now(UTC))
        freed = 0 if dry_run else retention.carry_out(database, settings.rooms, plan)
    for each, why in _reasons(plan):
        values = {"room": each.room, "number": each.ordinal, "size": size(each.recording_bytes)}
        click.echo(words.say("records.goes", language(), why=words.say(why, language()), **values))
    values = {
        "count": len(plan.recordings),
        "freed": size(freed),
        "left": size(plan.left),
        "storage": size(plan.storage),
        "percent": plan.percent,
    }
    click.echo(words.say("records.would" if dry_run else "records.deleted", language(), **values))
    if plan.percent >= retention.WARN_AT:
        click.echo(words.say("records.nearly", language()))


def _reasons(plan: Plan) -> Iterable[tuple[Broadcast, str]]:
    for why in ("practices", "expired", "crowded"):
        word = "records.practice" if why == "practices" else f"records.{why}"
        yield from ((each, word) for each in getattr(plan, why))


def size(count: int) -> str:
    """Write a number of bytes for people: ``1.5 GB``."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:  # noqa: PLR2004  a thousand
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{count} B"


def _csv(found: Iterable[Numbers], by: str, zone: ZoneInfo) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    fields = _OF_PRODUCTS if by == "product" else _OF_MINUTES
    writer.writerow(["broadcast", *(("minute",) if by == "minute" else ()), *fields, "currency"])
    for each in found:
        for row in each.products if by == "product" else each.minutes:
            cells = [getattr(row, name) for name in fields[:-1]]
            amount = money.plain(row.takings, each.currency)
            at = row.at if isinstance(row, numbers.Minute) else None
            minute = [] if at is None else [datetime.fromtimestamp(at, zone).isoformat(" ")]
            writer.writerow([each.ordinal, *minute, *cells, amount, each.currency])
    return written.getvalue()


def _table(found: Numbers, clock: Callable[[datetime], str]) -> None:
    locale = language()

    def said(key: str, **values: object) -> str:
        return words.say(f"records.{key}", locale, **values)

    def amount(minor: int) -> str:
        return money.text(minor, found.currency, locale)

    start = clock(datetime.fromtimestamp(found.started_at, UTC))
    end = clock(datetime.fromtimestamp(found.ended_at, UTC)) if found.ended_at else said("goes-on")
    click.echo(said("broadcast", room=found.room, number=found.ordinal, start=start, end=end))
    minutes, hours = round(found.watched / 60), f"{found.watched / _HOUR:.1f}"
    time = said("minutes", count=minutes) if found.watched < _HOUR else said("hours", hours=hours)
    click.echo("  " + said("watched", peak=found.peak, time=time, likes=found.likes, messages=found.messages))
    sold = found.sales
    money_of = {"ordered": amount(sold.ordered), "back": amount(sold.refunded), "takings": amount(sold.takings)}
    click.echo("  " + said("sold", orders=sold.orders, cancelled=sold.cancelled, **money_of))
    if not found.products:
        return
    rows = [[said(name) for name in _OF_PRODUCTS]]
    for each in found.products:
        explained = f"{each.explained // 60}:{each.explained % 60:02}" if each.number else ""
        counts = (each.clicks, each.carts, each.orders, each.pieces)
        rows.append([str(each.number or ""), each.product, explained, *map(str, counts), amount(each.takings)])
    for line in columns.lines(rows, right=set(range(len(_OF_PRODUCTS))) - {1}):
        click.echo(f"  {line}")
