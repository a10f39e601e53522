"""``shopwright funds``: balances, statements, exports and withdrawals at the command line."""

import functools
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from generator import files, money
from runtime import funds as ledger
from runtime import words
from runtime.commands import bank_orders, reconcile, shop, spans
from runtime.commands.language import language
from runtime.database import Transaction
from runtime.funds import journals, statements, tables, withdrawals
from runtime.funds.withdrawals import Event, Step, Withdrawal

FORMATS = ("csv", "xlsx", "hledger", "beancount")
_ENDINGS = {"csv": "csv", "xlsx": "xlsx", "hledger": "journal", "beancount": "beancount"}


@click.group()
def funds() -> None:
    """Show balances and statements, export the books, withdraw money from gateways."""


@funds.command()
@shop.argument
def balances(folder: Path) -> None:
    """Show what every account holds."""
    with shop.opened(folder) as (_, database):
        for (account, currency), amount in database.read(ledger.balances).items():
            shown = amount if account.startswith(("gateway.", "bank", "cash")) else -amount
            click.echo(f"{money.text(shown, currency, language()):>16}  {account:<34}  {_name(account)}")
        for line in database.read(ledger.below_zero):
            click.echo(line, err=True)


def _name(account: str) -> str:
    """Return an account's name in words."""
    parts = account.split(".")
    if parts[0] == "gateway":
        return words.say(f"account.{parts[-1]}", language(), gateway=parts[1])
    return words.say(f"account.{'receivable' if account == ledger.RECEIVABLE else account}", language())


@funds.command()
@shop.argument
@click.argument("account")
@click.option("--currency", help="Which currency; all of the account's unless given.")
@spans.start_option
@spans.end_option
def statement(folder: Path, account: str, currency: str | None, start: datetime | None, end: datetime | None) -> None:
    """Show how an account came to what it holds."""
    with shop.opened(folder) as (settings, database):
        zone = spans.zone(settings)
        span = spans.span(start, end, zone)
        held = [key for key in database.read(ledger.balances) if key[0] == account and currency in {None, key[1]}]
        if not held:
            raise click.BadParameter("no such account; shopwright funds balances lists them", param_hint="ACCOUNT")
        for _, money_of in held:
            found = database.read(
                functools.partial(statements.statement, account=account, currency=money_of, span=span)
            )
            click.echo(f"{'':<18}{_amount(found.opening, found.currency):>16}")
            for line in found.lines:
                moment = line.posted.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
                change, now = (_amount(each, found.currency) for each in (line.change, line.balance))
                about = line.posted.order or line.posted.reference
                click.echo(f"{moment}  {now:>16}  {change:>14}  {line.posted.event:<18}  {about}")
            click.echo(f"{'':<18}{_amount(found.closing, found.currency):>16}")


def _amount(amount: int, currency: str) -> str:
    return f"{money.plain(amount, currency)} {currency}"


@funds.command()
@shop.argument
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@spans.start_option
@spans.end_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def export(folder: Path, form: str, start: datetime | None, end: datetime | None, out: Path | None) -> None:
    """Write the books for a spreadsheet (csv, xlsx) or for plain-text accounting (hledger, beancount)."""
    with shop.opened(folder) as (settings, database):
        zone = spans.zone(settings)
        span = spans.span(start, end, zone)
        target = out or Path(f"funds.{_ENDINGS[form]}")

        def write(look: Transaction) -> None:
            found = statements.transfers(look, span)
            if form == "xlsx":
                try:
                    tables.write_xlsx(found, zone, target)
                except ImportError as error:
                    raise click.UsageError("needs the extra “xlsx”: pip install 'shopwright[xlsx]'") from error
                return
            opened = statements.opening(look, span)
            names = [account for account, _ in ledger.balances(look)]
            lines: Iterable[str] = tables.csv_lines(found, zone)
            if form == "hledger":
                lines = journals.hledger(found, opened, span.start, zone)
            elif form == "beancount":
                lines = journals.beancount(found, opened, (span.start, names), zone)
            files.atomic_write(target, "".join(lines).encode())

        database.read(write)
        click.echo(str(target))


@funds.command("withdrawals")
@shop.argument
def list_withdrawals(folder: Path) -> None:
    """List the newest withdrawals."""
    with shop.opened(folder) as (settings, database):
        clock = spans.clock(settings)
        for each in database.read(withdrawals.listing):
            _show(each, clock)


@funds.command()
@shop.argument
@click.argument("gateway")
@click.option("--amount", help="How much, such as 168.00; all that can be withdrawn unless given.")
@click.option("--currency", help="Which currency; the shop's unless given.")
def withdraw(folder: Path, gateway: str, amount: str | None, currency: str | None) -> None:
    """Begin to withdraw money from GATEWAY to the bank; what is owed to buyers stays."""
    with shop.opened(folder) as (settings, database):
        money_of = currency or shop.till(settings, database).terms.currency
        minor = shop.amount(amount, money_of) if amount else None
        _show(withdrawals.request(database, gateway, minor, money_of, _step(Event.REQUEST)), spans.clock(settings))


@funds.command()
@shop.argument
@click.argument("number")
@click.option("--fee", help="What was kept of it, such as 0.10.")
@click.option("--reference", default="", help="The bank's own number of the transfer.")
def paid(folder: Path, number: str, fee: str | None, reference: str) -> None:
    """Note that a withdrawal has reached the bank."""
    with shop.opened(folder) as (settings, database):
        found = database.read(lambda look: withdrawals.get(look, number))
        kept = shop.amount(fee, found.currency, "--fee") if fee else 0
        _show(withdrawals.advance(database, number, _step(Event.PAY, reference, kept)), spans.clock(settings))


@funds.command()
@shop.argument
@click.argument("number")
@click.option("--reason", default="", help="Why, such as AC04.")
@click.option("--bounced", is_flag=True, help="The bank had taken it and sent it back.")
def failed(folder: Path, number: str, reason: str, bounced: bool) -> None:  # noqa: FBT001  click hands it over
    """Note that a withdrawal came to nothing: its money is available again."""
    with shop.opened(folder) as (settings, database):
        event = Event.BOUNCE if bounced else Event.FAIL
        _show(withdrawals.advance(database, number, _step(event, reason)), spans.clock(settings))


def _step(event: Event, note: str = "", fee: int = 0) -> Step:
    return Step(event=event, actor="merchant", now=datetime.now(UTC), note=note, fee=fee)


def _show(withdrawal: Withdrawal, clock: Callable[[datetime], str]) -> None:
    amount = money.text(withdrawal.amount, withdrawal.currency, language())
    state = words.say(f"state.{withdrawal.state}", language())
    moment = clock(withdrawal.created_at)
    click.echo(f"{withdrawal.number}  {moment}  {withdrawal.gateway:<16}  {amount:>14}  {state}")


funds.add_command(bank_orders.bank_file)
funds.add_command(reconcile.settle)
