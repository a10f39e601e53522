"""``shopwright orders cheaper`` and ``redirect``: what a merchant still changes about an order."""

from datetime import UTC, datetime
from pathlib import Path

import click

from generator import money
from runtime import addresses, amending, orders, words
from runtime.amending import PriceChange
from runtime.commands import shop
from runtime.commands.language import language


@click.command()
@shop.argument
@click.argument("number")
@click.option("--off", default="", help="How much less the goods cost, such as 10.00.")
@click.option("--delivery", "fee", default="", help="The new delivery fee, such as 0.")
@click.option("--why", default="", help="What the buyer reads about it.")
def cheaper(folder: Path, number: str, off: str, fee: str, why: str) -> None:
    """Make an order cheaper that is not paid yet; its open payment is closed first."""
    with shop.opened(folder) as (settings, database):
        order = database.read(lambda transaction: orders.get(transaction, number))
        change = PriceChange(
            off=_amount(off, order.currency, "--off") if off else 0,
            delivery=_amount(fee, order.currency, "--delivery") if fee else None,
            why=why,
        )
        till = shop.till(settings, database)
        after = amending.change_price(till, number, change, actor="merchant", now=datetime.now(UTC))
        before, total = (money.text(each.total, each.currency, language()) for each in (order, after))
        click.echo(f"{after.number}  {before} → {total}")


def _amount(text: str, currency: str, option: str) -> int:
    try:
        return money.parse(text, currency)
    except money.NotMoneyError as error:
        raise click.BadParameter("write an amount such as 10.00", param_hint=option) from error


_FIELDS = ("name", "region", "city", "district", "postcode", "street", "street2")


@click.command()
@shop.argument
@click.argument("number")
@click.option("--field", "fields", multiple=True, metavar="NAME=TEXT", help=f"What changes: {', '.join(_FIELDS)}.")
def redirect(folder: Path, number: str, fields: tuple[str, ...]) -> None:
    """Send an order that has not left to another address, as long as its price stays what it is."""
    given = dict(field.partition("=")[::2] for field in fields)
    if not given or not set(given) <= set(_FIELDS):
        raise click.BadParameter(f"write NAME=TEXT with one of: {', '.join(_FIELDS)}", param_hint="--field")
    with shop.opened(folder) as (settings, database):
        order = database.read(lambda transaction: orders.get(transaction, number))
        address, mistakes = addresses.read(
            order.address.destination.country, {**addresses.values(order.address), **given}
        )
        for mistake in mistakes:
            nearest = f" ({mistake.suggestion})" if mistake.suggestion else ""
            click.echo(f"{mistake.field}: {words.say(f'address.{mistake.reason}', language())}{nearest}", err=True)
        if mistakes:
            raise SystemExit(1)
        till = shop.till(settings, database)
        after = amending.change_address(till, number, address, actor="merchant", now=datetime.now(UTC))
        click.echo(f"{after.number}  {', '.join(line for line in addresses.lines(after.address) if line)}")
