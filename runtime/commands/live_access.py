"""``shopwright live invite|access|revoke``: who may come into the studio."""

import io
from datetime import UTC, datetime
from pathlib import Path

import click
import segno

from runtime import words
from runtime.commands import columns, shop, spans
from runtime.commands.language import language
from runtime.live import access as invitations
from runtime.live.access import Access, Role
from runtime.settings import Environment

_DAY = 24 * 60 * 60
_COLUMNS = ("number", "until", "state", "role", "room", "name")


@click.command()
@shop.argument
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="host", show_default=True)
@click.option("--room", default="", help="The handle of the only room that it is for.")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="For how long it holds.")
@click.option("--address", default="", help="Where the shop is reached, such as https://shop.example.com.")
def invite(folder: Path, name: str, role: str, room: str, days: int, address: str) -> None:
    """Invite NAME into the studio: prints the link and its QR code, this once."""
    with shop.opened(folder) as (settings, database):
        till = shop.till(settings, database)
        if room:
            shop.room(settings, room)
        made, key = invitations.invite(database, name, Role(role), room, seconds=days * _DAY, now=datetime.now(UTC))
        base = (address or settings.address or till.terms.url).rstrip("/")
        clock = spans.clock(settings)
    until = clock(datetime.fromtimestamp(made.expires_at, UTC))
    link = f"{base}{invitations.ENTRANCE}#{key}"
    click.echo(words.say("live.command.invited", language(), name=name, role=_role(made), until=until))
    if not base:
        click.echo(words.say("live.command.no-address", language()))
    click.echo(link)
    if base:
        click.echo(_picture(link))
    if base and not address and not settings.address and settings.environment is Environment.REHEARSAL:
        click.echo(words.say("live.command.elsewhere", language()))


@click.command()
@shop.argument
def access(folder: Path) -> None:
    """List the invitations to the studio."""
    now = datetime.now(UTC)
    with shop.opened(folder) as (settings, database):
        clock = spans.clock(settings)
        found = list(invitations.listing(database))
    if not found:
        click.echo(words.say("live.command.nobody", language(), folder=folder), err=True)
        return
    rows = [[words.say(f"live.list.{name}", language()) for name in _COLUMNS]]
    for each in found:
        state = "revoked" if each.revoked_at is not None else "open" if each.holds(now) else "over"
        said = words.say(f"live.command.{state}", language())
        until = clock(datetime.fromtimestamp(each.expires_at, UTC))
        rows.append([str(each.id), until, said, _role(each), each.room or "*", each.name])
    for line in columns.lines(rows, right={0}):
        click.echo(line)


@click.command()
@shop.argument
@click.argument("number", type=int)
def revoke(folder: Path, number: int) -> None:
    """Take the invitation NUMBER back: whoever uses it is out with the next click."""
    with shop.opened(folder) as (_, database):
        found = invitations.revoke(database, number, datetime.now(UTC))
    click.echo(words.say("live.command.taken-back", language(), name=found.name))


def _role(found: Access) -> str:
    return words.say(f"live.role.{found.role}", language())


def _picture(link: str) -> str:
    """Return a QR code in characters that every terminal has."""
    out = io.StringIO()
    segno.make(link, error="l").terminal(out, compact=True, border=2)
    return out.getvalue().rstrip("\n")
