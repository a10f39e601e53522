"""The shop that a command works on: its settings, its database, its till."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click

from generator import money
from generator.cli import FOLDER
from generator.shop import LiveRoom
from runtime import database, gateways, settings
from runtime.database import Database
from runtime.releases import Live, NoReleaseError
from runtime.settings import Settings
from runtime.till import Till

argument = click.argument("folder", metavar="DIR", type=FOLDER)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[tuple[Settings, Database]]:
    """Open a shop's database for one command."""
    found = settings.read(folder)
    connected = database.open(found)
    try:
        yield found, connected
    finally:
        connected.close()


def amount(text: str, currency: str, option: str = "--amount") -> int:
    """Return what an amount such as 168.00 is in minor units; raise a usage error for anything else."""
    try:
        return money.parse(text, currency)
    except money.NotMoneyError as error:
        raise click.BadParameter("write an amount such as 168.00", param_hint=option) from error


def till(found: Settings, connected: Database) -> Till:
    """Return the till of the live release; raise a usage error before the first publish."""
    try:
        release = Live(found.var).current()
    except NoReleaseError as error:
        raise click.UsageError("nothing is published yet: build the shop first") from error
    return Till(database=connected, goods=release.catalogue, gateways=gateways.load(release.terms, found))


def rooms(found: Settings) -> list[LiveRoom]:
    """Return the live rooms of the live release; none before the first publish."""
    try:
        return Live(found.var).current().catalogue.rooms()
    except NoReleaseError:
        return []
