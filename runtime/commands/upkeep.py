"""``shopwright migrate`` and ``shopwright audit``: the database brought up to date, and checked."""

from pathlib import Path

import click

from runtime import audit as auditing
from runtime import database, migrations, settings, words
from runtime.access import lodge, log
from runtime.commands import shop
from runtime.commands.language import language


@click.command()
@shop.argument
def migrate(folder: Path) -> None:
    """Bring the shop's database up to date, or make a new one."""
    connected = database.open(settings.read(folder), upgrade=True)
    try:
        click.echo(f"the database has schema {connected.read(migrations.version)}")
    finally:
        connected.close()


@click.command()
@shop.argument
def audit(folder: Path) -> None:
    """Check that stock, orders, payments and money agree, and list money that waits for a decision."""
    with shop.opened(folder) as (found, connected):
        report = connected.read(auditing.report)
        office = lodge.of(found, connected)
        verdict = connected.read(lambda look: log.verify(look, office))
    for line in report.waiting:
        click.echo(words.say("audit.decide", language(), line=line))
    for line in report.differences:
        click.echo(words.say("audit.wrong", language(), line=line), err=True)
    for each in verdict.breaks:
        said = words.say(f"console.break.{each.kind}", language(), number=each.number)
        click.echo(words.say("audit.wrong", language(), line=f"console: {said}"), err=True)
    if report.differences or verdict.breaks:
        raise SystemExit(1)
    click.echo(words.say("audit.agree", language(), orders=report.orders, transfers=report.transfers))
