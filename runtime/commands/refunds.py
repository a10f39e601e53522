"""``shopwright refunds``: money that goes back, seen and moved at the command line."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from generator import money
from runtime import findings, orders, words
from runtime import refunds as life
from runtime.aftersale.values import REASONS
from runtime.commands import shop, spans
from runtime.commands.language import language
from runtime.database import Database, Transaction
from runtime.orders import Order
from runtime.refunds import LineWish, Refund, State, Wish


@click.group()
def refunds() -> None:
    """List refunds, ask for one, and see to those that need you."""


@refunds.command("list")
@shop.argument
@click.option("--state", type=click.Choice([str(state) for state in State]), help="Only refunds in this state.")
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True)
def list_refunds(folder: Path, state: str | None, limit: int) -> None:
    """List the newest refunds, and money that waits for a decision."""
    with shop.opened(folder) as (found, database):
        clock = spans.clock(found)
        listed = life.listing(database, State(state) if state else None, limit)
        if not listed:
            click.echo(words.say("none.refunds", language()), err=True)
        for refund in listed:
            click.echo(_line(refund, clock))
        if state is None:
            for finding in database.read(findings.unsettled):
                amount = money.text(finding.amount, finding.currency, language())
                kind = words.say(f"finding.{finding.kind}", language())
                click.echo(f"[{finding.id}]  {amount}  {finding.gateway}  {finding.reference}  {kind}")


@refunds.command()
@shop.argument
@click.argument("number")
@click.option(
    "--line", "lines", multiple=True, metavar="SKU[:PIECES]", help="Pieces to refund; all of them unless said."
)
@click.option("--amount", help="A sum, such as 168.00: for the lines, or spread over what is left.")
@click.option("--delivery", is_flag=True, help="The delivery, too.")
@click.option("--all", "everything", is_flag=True, help="Everything that is left.")
@click.option("--restock", is_flag=True, help="Put the pieces on sale again.")
@click.option("--reason", default="", help="Why, for the books and the provider.")
def request(  # noqa: PLR0913, PLR0917  click hands over every option
    folder: Path,
    number: str,
    lines: tuple[str, ...],
    amount: str | None,
    delivery: bool,  # noqa: FBT001
    everything: bool,  # noqa: FBT001
    restock: bool,  # noqa: FBT001
    reason: str,
) -> None:
    """Send money of an order back: pieces of lines, a sum, or all of it."""
    if not (lines or amount or delivery or everything):
        raise click.UsageError("say what to refund: --all, --line, --amount or --delivery")
    with shop.opened(folder) as (found, database):
        order = database.read(lambda look: orders.get(look, number))
        wish = Wish(
            lines=tuple(_wished(order, text, restock=restock) for text in lines),
            amount=shop.amount(amount, order.currency) if amount else None,
            delivery=delivery,
            everything=everything,
            restock=restock,
            reason=reason,
        )
        click.echo(_line(_request(database, order, wish), spans.clock(found)))


def _request(database: Database, order: Order, wish: Wish) -> Refund:
    now = datetime.now(UTC)
    return database.write(lambda transaction: life.request(transaction, order, wish, actor="merchant", now=now))


def _wished(order: Order, text: str, *, restock: bool) -> LineWish:
    sku, _, pieces = text.rpartition(":")
    if not sku or not pieces.isdecimal():
        sku, pieces = text, ""
    for position, line in enumerate(order.lines):
        if line.sku == sku:
            quantity = int(pieces) if pieces else line.quantity
            return LineWish(position=position, quantity=quantity, restock=restock)
    raise click.BadParameter(f"the order has no {sku}", param_hint="--line")


@refunds.command()
@shop.argument
@click.argument("number")
def retry(folder: Path, number: str) -> None:
    """Send a stuck refund again; it keeps its number, so it cannot be sent twice."""
    with shop.opened(folder) as (found, database):
        now = datetime.now(UTC)
        till = shop.till(found, database)
        click.echo(_line(life.retry(till, number, found.address, actor="merchant", now=now), spans.clock(found)))


@refunds.command()
@shop.argument
@click.argument("number")
@click.option("--failed", is_flag=True, help="It came to nothing; the amount can be refunded again.")
@click.option("--reference", default="", help="The bank's own number of the transfer.")
def note(folder: Path, number: str, reference: str, *, failed: bool) -> None:
    """Note that you sent the money back yourself, or that a stuck refund is ended."""
    with shop.opened(folder) as (found, database):
        now = datetime.now(UTC)
        done = life.note(database, number, returned=not failed, actor="merchant", now=now, text=reference)
        click.echo(_line(done, spans.clock(found)))


@refunds.command("return")
@shop.argument
@click.argument("finding", type=int)
def give_back(folder: Path, finding: int) -> None:
    """Send money back that fits no order; FINDING is its number in the list."""
    now = datetime.now(UTC)

    def unit(transaction: Transaction) -> Refund:
        found = findings.find(transaction, finding)
        if found is None:
            raise click.BadParameter("there is no such money", param_hint="FINDING")
        return life.return_finding(transaction, found, actor="merchant", now=now)

    with shop.opened(folder) as (found, database):
        click.echo(_line(database.write(unit), spans.clock(found)))


def _line(refund: Refund, clock: Callable[[datetime], str]) -> str:
    amount = money.text(refund.amount, refund.currency, language())
    by_hand = refund.by_hand and refund.state in life.OPEN
    state = words.say("state.by_hand" if by_hand else f"state.{refund.state.word}", language())
    moment = clock(refund.created_at)
    known = any(refund.reason in reasons for reasons in REASONS.values()) and refund.reason
    reason = words.say(f"reason.{refund.reason}", language()) if known else refund.reason
    return f"{refund.number}  {moment}  {state:<20}  {amount:>12}  {refund.gateway:<16}  {reason}".rstrip()
