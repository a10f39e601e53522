"""``shopwright database``: a backup while the shop is open, and the move to another database."""

from pathlib import Path

import click

from runtime import audit, copying
from runtime.commands import shop
from runtime.sqlite import SqliteStore


@click.group()
def database() -> None:
    """Back the shop's database up, or move it to another one."""


@database.command()
@shop.argument
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def backup(folder: Path, target: Path) -> None:
    """Copy the database to the file TARGET while the shop is open, and check the copy."""
    with shop.opened(folder) as (_, connected):
        if not isinstance(connected, SqliteStore):
            raise click.UsageError("this shop is on PostgreSQL: use pg_dump")
        copying.backup(connected.path, target)
    copied = SqliteStore(target)
    try:
        found = copied.read(audit.report)
    finally:
        copied.close()
    for line in found.differences:
        click.echo(f"wrong: {line}", err=True)
    click.echo(f"{target}: {found.orders} orders, {found.transfers} transfers")
    if found.differences:
        raise SystemExit(1)


@database.command()
@shop.argument
@click.argument("address")
def copy(folder: Path, address: str) -> None:
    """Copy every row into the empty database at ADDRESS (postgresql://… or sqlite:///…); close the shop before."""
    with shop.opened(folder) as (_, connected), copying.made(address) as target:
        count = copying.copy(connected, target)
        if copying.digests(connected) != copying.digests(target):
            click.echo("the copy differs: was the shop still open? Start again with an empty database", err=True)
            raise SystemExit(1)
        click.echo(f"{count} rows: all the same. Set SHOPWRIGHT_DATABASE to the new address and start the shop.")
