"""``shopwright orders``: what a merchant does with orders at the command line."""

from datetime import UTC, datetime
from pathlib import Path

import click

from generator import money
from runtime import carriers, payments, receipts, refunds, words
from runtime import orders as life
from runtime.commands import changes, papers, shop, spans
from runtime.commands.language import actor, language
from runtime.orders import Dispatch, Order, State
from runtime.receipts import Cash
from runtime.refunds import Wish


@click.group()
def orders() -> None:
    """List and show orders, confirm payments, ship and cancel."""


@orders.command("list")
@shop.argument
@click.option("--state", type=click.Choice([str(state) for state in State]), help="Only orders in this state.")
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True)
def list_orders(folder: Path, state: str | None, limit: int) -> None:
    """List the newest orders."""
    with shop.opened(folder) as (settings, database):
        clock = spans.clock(settings)
        listed = life.listing(database, State(state) if state else None, limit)
        if not listed:
            click.echo(words.say("none.orders", language()), err=True)
        for order in listed:
            name = order.contact.name or order.contact.email or order.contact.phone
            amount = money.text(order.total, order.currency, language())
            moment = clock(order.placed_at)
            click.echo(f"{order.number}  {moment}  {_state(order):<24}  {amount:>12}  {order.gateway:<16}  {name}")


@orders.command()
@shop.argument
@click.argument("number")
def show(folder: Path, number: str) -> None:
    """Show one order, its price with its reasons, and its history."""
    locale = language()
    with shop.opened(folder) as (settings, database):
        order = database.read(lambda transaction: life.get(transaction, number))
        clock = spans.clock(settings)
        click.echo(f"{order.number}  {_state(order)}")
        click.echo(
            "  " + "  ".join(each for each in (order.contact.name, order.contact.email, order.contact.phone) if each)
        )
        place = order.address.destination
        parts = (place.country, place.region, place.city, place.district, order.address.street, place.postcode)
        click.echo("  " + " ".join(each for each in parts if each))
        for line in order.lines:
            label = f" ({line.label})" if line.label else ""
            amount = money.text(line.total, order.currency, locale)
            click.echo(f"  {line.quantity} × {line.title}{label}  [{line.sku}]  {amount}")
        for index, parcel in enumerate(order.parcels, start=1):
            content = ", ".join(f"{quantity} × {order.lines[at].sku}" for at, quantity in parcel.quantities.items())
            click.echo(f"  [{index}] {carriers.name(parcel.carrier, locale)} {parcel.tracking}  {content}")
        for reason in order.quote.trace:
            click.echo(f"    {words.step(reason, order.currency, locale)}")
        if order.remarks:
            click.echo(f"  “{order.remarks}”")
        for row in life.history(database, order):
            event = words.say(f"event.{row.event}", locale)
            click.echo(f"  {clock(row.at)}  {event:<10} {actor(row.actor)}  {row.note}".rstrip())


@orders.command("confirm-payment")
@shop.argument
@click.argument("number")
@click.option("--amount", help="What arrived, such as 168.00; the whole open amount unless given.")
@click.option("--reference", "transaction", default="", help="The bank's own number of the transfer.")
def confirm_payment(folder: Path, number: str, amount: str | None, transaction: str) -> None:
    """Note money that arrived for an order by transfer or from its delivery."""
    with shop.opened(folder) as (_, database):
        order = database.read(lambda look: life.get(look, number))
        try:
            minor = money.parse(amount, order.currency) if amount else None
        except money.NotMoneyError as error:
            raise click.BadParameter("write an amount such as 168.00", param_hint="--amount") from error
        cash = Cash(amount=minor, number=transaction)
        outcome = receipts.confirm_transfer(database, number, cash, datetime.now(UTC))
        after = database.read(lambda look: life.get(look, number))
        click.echo(f"{after.number}  {outcome}  {_state(after)}")


@orders.command()
@shop.argument
@click.argument("number")
@click.option("--carrier", default="", help="Who carries the parcel: an id of ``orders carriers``, or any name.")
@click.option("--tracking", default="", help="The carrier's number.")
@click.option("--piece", "pieces", multiple=True, metavar="SKU=QUANTITY", help="What is in this parcel; else the rest.")
def ship(folder: Path, number: str, carrier: str, tracking: str, pieces: tuple[str, ...]) -> None:
    """Note that a parcel is handed over, or lies ready for pickup."""
    with shop.opened(folder) as (_, database):
        order = database.read(lambda transaction: life.get(transaction, number))
        dispatch = Dispatch(carrier=carrier, tracking=tracking, quantities=_places(order, pieces))
        after = life.ship(database, number, dispatch, actor="merchant", now=datetime.now(UTC))
        click.echo(f"{after.number}  {_state(after)}")
        if tracking and not carriers.find(carrier):
            likely = ", ".join(each.id for each in carriers.guess(tracking))
            key = "parcel.no-link" if likely else "parcel.no-link-at-all"
            click.echo(words.say(key, language(), carrier=carrier or "?", likely=likely), err=True)


def _places(order: Order, pieces: tuple[str, ...]) -> dict[int, int]:
    """Return how many pieces of which line ``SKU=QUANTITY`` means; a sku on two lines fills the first one first."""
    found: dict[int, int] = {}
    left = order.unshipped
    for piece in pieces:
        sku, _, text = piece.rpartition("=")
        places = [place for place, line in enumerate(order.lines) if line.sku == sku]
        if not places or not text.isdigit() or not int(text):
            known = ", ".join(line.sku for line in order.lines)
            raise click.BadParameter(f"write SKU=QUANTITY with a sku of this order: {known}", param_hint="--piece")
        wanted = int(text)
        for place in places:
            part = wanted if place == places[-1] else min(wanted, left.get(place, 0))
            wanted -= part
            if part:
                found[place] = part
    return found


@orders.command()
@shop.argument
@click.argument("number")
@click.argument("parcel", type=click.IntRange(1))
@click.option("--carrier", required=True)
@click.option("--tracking", required=True)
def tracking(folder: Path, number: str, parcel: int, carrier: str, tracking: str) -> None:
    """Mend the carrier and the number of a parcel, counted from 1."""
    with shop.opened(folder) as (_, database):
        after = life.mend_tracking(database, number, parcel, carrier, tracking)
        click.echo(f"{after.number}  {_state(after)}")


@orders.command("carriers")
def list_carriers() -> None:
    """List the carriers whose parcels can be followed."""
    for carrier in carriers.known().values():
        click.echo(f"{carrier.id:<14} {carriers.name(carrier.id, language())}")


@orders.command()
@shop.argument
@click.argument("number")
def receive(folder: Path, number: str) -> None:
    """Note that the buyer has the goods."""
    with shop.opened(folder) as (_, database):
        after = life.receive(database, number, actor="merchant", now=datetime.now(UTC))
        click.echo(f"{after.number}  {_state(after)}")


@orders.command()
@shop.argument
@click.argument("number")
def refused(folder: Path, number: str) -> None:
    """Note that the buyer did not take a parcel that was to be paid at the door."""
    with shop.opened(folder) as (_, database):
        after = life.refuse(database, number, actor="merchant", now=datetime.now(UTC))
        click.echo(f"{after.number}  {_state(after)}")


@orders.command("new-link")
@shop.argument
@click.argument("number")
def new_link(folder: Path, number: str) -> None:
    """Give an order's page a new address; the old one stops working."""
    with shop.opened(folder) as (_, database):
        click.echo(f"/orders/{life.renew_link(database, number).token}")


@orders.command()
@shop.argument
@click.argument("number")
def cancel(folder: Path, number: str) -> None:
    """Cancel an order that has not left: its open payment is closed first, what is paid goes back."""
    now = datetime.now(UTC)
    with shop.opened(folder) as (settings, database):
        order = database.read(lambda transaction: life.get(transaction, number))
        if order.state is State.PAID:
            wish = Wish(everything=True, restock=True, reason="cancelled by the merchant")
            database.write(lambda transaction: refunds.request(transaction, order, wish, actor="merchant", now=now))
        else:
            payments.cancel(shop.till(settings, database), number, actor="merchant", now=now)
        after = database.read(lambda transaction: life.get(transaction, number))
        click.echo(f"{after.number}  {_state(after)}")


def _state(order: Order) -> str:
    return words.say(f"state.{order.state}", language())


orders.add_command(changes.cheaper)
orders.add_command(changes.redirect)
orders.add_command(papers.invoice)
orders.add_command(papers.slip)
orders.add_command(papers.label)
