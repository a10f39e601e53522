"""The shop that a command works on: its settings, its database, its till."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import click

from generator import money
from generator.cli import FOLDER
from generator.shop import LiveRoom
from runtime import database, gateways, settings, words
from runtime.commands import language
from runtime.database import Database
from runtime.refusals import Code, Refusal
from runtime.releases import Live, NoReleaseError
from runtime.settings import Settings
from runtime.till import Till

F = TypeVar("F", bound=Callable[..., object])


def argument(command: F) -> F:
    """Add what every command on a shop takes: DIR, and ``--lang`` for its messages."""
    return click.argument("folder", metavar="DIR", type=FOLDER)(language.option(command))


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
        said = words.say("command.unpublished", language.language(), folder=found.folder)
        raise click.UsageError(said) from error
    return Till(database=connected, goods=release.catalogue, gateways=gateways.load(release.terms, found))


def room(found: Settings, handle: str) -> LiveRoom:
    """Return a live room of the live release; raise Refusal (live-room-unknown) with those that there are."""
    known = {each.handle: each for each in rooms(found)}
    if handle not in known:
        raise Refusal(Code.LIVE_ROOM_UNKNOWN, room=handle, known=", ".join(known) or "-")
    return known[handle]


def rooms(found: Settings) -> list[LiveRoom]:
    """Return the live rooms of the live release; none before the first publish."""
    try:
        return Live(found.var).current().catalogue.rooms()
    except NoReleaseError:
        return []
