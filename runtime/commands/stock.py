"""``shopwright stock``: what can be sold, corrections, and the check of the ledger."""

from datetime import UTC, datetime
from pathlib import Path

import click

from runtime import stock as ledger
from runtime.commands import shop, spans


@click.group()
def stock() -> None:
    """Show and correct stock, and check its ledger."""


@stock.command()
@shop.argument
@click.argument("sku", required=False)
def show(folder: Path, sku: str | None) -> None:
    """Show what can be sold of every counted sku, or the movements of one."""
    with shop.opened(folder) as (settings, database):
        if sku is None:
            for each in database.read(ledger.listing):
                held = f"  ({each.held} held)" if each.held else ""
                click.echo(f"{each.level:>8}  {each.sku}{held}")
            return
        for move in database.read(lambda transaction: ledger.moves(transaction, sku)):
            moment = spans.clock(settings)(datetime.fromtimestamp(move.at, UTC))
            about = f"order {move.order}" if move.order else f"{move.actor} {move.note}".strip()
            click.echo(f"{moment}  {move.reason:<8} {move.quantity:>+8}  {about}".rstrip())


@stock.command()
@shop.argument
@click.argument("sku")
@click.argument("change", type=int)
@click.option("--note", default="", help="Why, for the ledger.")
def adjust(folder: Path, sku: str, change: int, note: str) -> None:
    """Correct the stock of SKU by CHANGE pieces (write -- before a negative number)."""
    with shop.opened(folder) as (_, database):
        now = datetime.now(UTC)
        level = ledger.adjust(database, sku, change, actor="merchant", note=note, now=now)
        click.echo(f"{level:>8}  {sku}")


@stock.command("audit")
@shop.argument
def check_ledger(folder: Path) -> None:
    """Check that every level is the sum of its movements."""
    with shop.opened(folder) as (_, database):
        found = database.read(ledger.differences)
    for line in found:
        click.echo(line, err=True)
    if found:
        raise SystemExit(1)
    click.echo("stock and ledger agree")
