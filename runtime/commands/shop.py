"""The shop that a command works on: its settings, its database, its till."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click

from runtime import database, gateways, settings
from runtime.database import Database
from runtime.releases import Live, NoReleaseError
from runtime.settings import Settings
from runtime.till import Till

option = click.option(
    "--shop", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path(),
    help="The shop's folder; the current one unless given.",
)  # fmt: skip


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[tuple[Settings, Database]]:
    """Open a shop's database for one command."""
    found = settings.read(folder)
    connected = database.open(found)
    try:
        yield found, connected
    finally:
        connected.close()


def till(found: Settings, connected: Database) -> Till:
    """Return the till of the live release; raise a usage error before the first publish."""
    try:
        release = Live(found.var).current()
    except NoReleaseError as error:
        raise click.UsageError("nothing is published yet: build the shop first") from error
    return Till(database=connected, goods=release.catalogue, gateways=gateways.load(release.terms, found))
