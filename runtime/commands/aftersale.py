"""``shopwright aftersale``: what buyers ask for after the sale, answered at the command line."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from generator import money
from runtime import aftersale as life
from runtime import orders, words
from runtime.aftersale import Case, evidence, moves
from runtime.commands import shop, spans
from runtime.commands.language import actor, language
from runtime.database import Database


@click.group()
def aftersale() -> None:
    """See and answer what buyers ask after the sale."""


@aftersale.command("list")
@shop.argument
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True)
def list_cases(folder: Path, limit: int, *, everything: bool) -> None:
    """List the cases in which somebody has to act, newest first."""
    with shop.opened(folder) as (found, database):
        clock = spans.clock(found)
        cases = life.listing(database, only_open=not everything, limit=limit)
        for case in cases:
            click.echo(_line(database, case, clock))
        if not cases:
            click.echo(words.say("none.cases", language()), err=True)


@aftersale.command()
@shop.argument
@click.argument("number")
def show(folder: Path, number: str) -> None:
    """Show one case: its pieces, what was said, its pictures, and what happens next."""
    with shop.opened(folder) as (found, database):
        case = database.read(lambda look: life.get(look, number))
        order = database.read(lambda look: orders.get_by_id(look, case.order))
        clock = spans.clock(found)
        click.echo(_line(database, case, clock))
        for line in case.lines:
            bought = order.lines[line.position]
            click.echo(f"  {line.quantity} × {bought.title} [{bought.sku}]")
        if case.amount is not None:
            click.echo(f"  {money.text(case.amount, order.currency, language())}")
        for parcel in ((case.carrier, case.tracking), (case.new_carrier, case.new_tracking)):
            if any(parcel):
                click.echo(f"  {' '.join(parcel)}".rstrip())
        if case.refund:
            click.echo(f"  {case.refund}")
        for row in database.read(lambda look: life.history(look, case.id)):
            event = words.say(f"event.{row.told}", language())
            click.echo(f"  {clock(row.at)}  {event:<10} {actor(row.actor)}  {row.text}".rstrip())
        for name in database.read(lambda look: life.pictures(look, case.id)):
            click.echo(f"  {evidence.folder(found.var) / name}")


@aftersale.command()
@shop.argument
@click.argument("number")
@click.option("--amount", help="What is agreed to, such as 5.00, if it is less than asked.")
@click.option("--text", default="", help="What the buyer reads.")
def agree(folder: Path, number: str, amount: str | None, text: str) -> None:
    """Agree: the money goes back, or the buyer sends the goods back first."""
    with shop.opened(folder) as (found, database):
        case = database.read(lambda look: life.get(look, number))
        order = database.read(lambda look: orders.get_by_id(look, case.order))
        minor = shop.amount(amount, order.currency) if amount else None
        done = moves.agree(database, number, actor="merchant", now=datetime.now(UTC), amount=minor, text=text)
        click.echo(_line(database, done, spans.clock(found)))


@aftersale.command()
@shop.argument
@click.argument("number")
@click.option("--text", required=True, help="Why; the buyer reads it.")
def decline(folder: Path, number: str, text: str) -> None:
    """Decline, and say why."""
    with shop.opened(folder) as (found, database):
        done = moves.decline(database, number, actor="merchant", now=datetime.now(UTC), text=text)
        click.echo(_line(database, done, spans.clock(found)))


@aftersale.command()
@shop.argument
@click.argument("number")
@click.option("--restock", is_flag=True, help="Put the pieces on sale again.")
@click.option("--text", default="", help="What the buyer reads.")
def received(folder: Path, number: str, text: str, *, restock: bool) -> None:
    """Note that the goods are back: their money goes back, or the replacement is due."""
    with shop.opened(folder) as (found, database):
        now = datetime.now(UTC)
        done = moves.receive(database, number, actor="merchant", now=now, restock=restock, text=text)
        click.echo(_line(database, done, spans.clock(found)))


@aftersale.command()
@shop.argument
@click.argument("number")
@click.option("--carrier", default="", help="Who carries the replacement.")
@click.option("--tracking", default="", help="The carrier's number.")
def replace(folder: Path, number: str, carrier: str, tracking: str) -> None:
    """Note that the replacement is on its way."""
    with shop.opened(folder) as (found, database):
        parcel = moves.Parcel(carrier, tracking)
        done = moves.replace(database, number, parcel, actor="merchant", now=datetime.now(UTC))
        click.echo(_line(database, done, spans.clock(found)))


def _line(database: Database, case: Case, clock: Callable[[datetime], str]) -> str:
    locale = language()
    order = database.read(lambda look: orders.get_by_id(look, case.order))
    kind, state = words.say(f"kind.{case.kind}", locale), words.say(f"state.{case.state.word}", locale)
    parts = [case.number, order.number, kind, state]
    if case.reason:
        parts.insert(3, words.say(f"reason.{case.reason}", locale))
    if case.due_at:
        parts.append(f"→ {clock(case.due_at)}")
    return "  ".join(parts)
