"""``shopwright reconcile``: a gateway's bill, or a bank's statement, held against the shop."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from generator import money
from runtime import reconciling, words
from runtime.bank_files import BankFileError
from runtime.commands import shop, spans
from runtime.commands.language import language
from runtime.reconciling import Difference, Reconciliation, bank, deciding


@click.command()
@shop.argument
@click.argument("gateway")
@click.option("--date", "day", type=spans.DAY, help="Which day's bill, such as 2026-11-11; yesterday's unless given.")
@click.option(
    "--file", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A bank's statement (camt.053, camt.054) or its answers (pain.002, pacs.004), for GATEWAY transfer.",
)  # fmt: skip
def reconcile(folder: Path, gateway: str, day: datetime | None, source: Path | None) -> None:
    """Hold a day's bill of GATEWAY against the shop and list every difference with what to do.

    What is missing here is taken from the bill; what contradicts is never changed. Running it again changes nothing.
    """
    now = datetime.now(UTC)
    with shop.opened(folder) as (settings, database):
        if source is not None:
            try:
                lines = bank.take(database, source.read_bytes(), now)
            except BankFileError as error:
                raise click.BadParameter(str(error), param_hint="--file") from error
            for line in lines:
                _show_line(line)
            return
        till = shop.till(settings, database)
        wanted = day.date() if day else (now - timedelta(days=1)).date()
        found = reconciling.reconcile(till, gateway, wanted, now)
        _show(found)
        if not found.clean:
            raise SystemExit(1)


def _show(found: Reconciliation) -> None:
    locale = language()
    click.echo(words.say("bill.head", locale, gateway=found.gateway, day=found.day.isoformat(), rows=found.rows))
    for total in found.totals:
        amounts = {
            name: money.text(getattr(total, name), total.currency, locale) for name in ("theirs", "ours", "fees")
        }
        kind = words.say(f"bill.{total.kind}", locale)
        click.echo("  " + words.say("bill.total", locale, kind=kind, rows=total.rows, **amounts))
    if found.clean:
        click.echo(words.say("bill.clean", locale))
        return
    click.echo(words.say("bill.count", locale, count=len(found.differences)))
    for each in found.differences:
        click.echo(_difference(each, locale))


def _difference(each: Difference, locale: str) -> str:
    """Return a difference and what to do about it."""
    theirs = money.text(each.theirs, each.currency, locale)
    ours = money.text(each.ours or 0, each.currency, locale)
    about = "  ".join(part for part in (theirs, each.reference, each.receipt, each.order) if part)
    what_to_do = words.say(f"bill.{each.problem}", locale, ours=ours)
    return f"  {words.say(f'bill.{each.kind}', locale)}  {about}\n    {what_to_do}"


def _show_line(line: bank.Line) -> None:
    locale = language()
    detail = (
        words.say(f"state.{line.detail}", locale) if line.match in {bank.Match.WITHDRAWAL, bank.Match.REFUND} else ""
    )
    amount = money.text(line.amount, line.currency, locale) if line.currency else ""
    said = words.say(f"match.{line.match}", locale, subject=line.subject, detail=detail or line.detail)
    click.echo(f"{line.number:<24}  {amount:>14}  {said}")


@click.command()
@shop.argument
@click.argument("finding", type=int)
@click.option("--to", "account", type=click.Choice(deciding.ACCOUNTS), help="Where money from suspense belongs.")
def settle(folder: Path, finding: int, account: str | None) -> None:
    """Settle FINDING of shopwright refunds list: you looked at it, or its money belongs to an account."""
    with shop.opened(folder) as (_, database):
        found = deciding.decide(database, finding, account, datetime.now(UTC))
        amount = money.text(found.amount, found.currency, language())
        click.echo(f"[{finding}]  {amount}  {words.say('state.settled', language())}")
