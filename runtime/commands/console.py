"""``shopwright console``: accounts of the merchant's console, from the machine that it runs on."""

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from runtime import database, words
from runtime import settings as environment
from runtime.access import accounts, entering, factors, links, lodge, log, passkeys, passwords, sessions
from runtime.access.accounts import Account, New
from runtime.access.lodge import Lodge
from runtime.access.log import COMMAND, Break, Wish
from runtime.access.roles import Role
from runtime.commands import shop, spans
from runtime.commands.language import language
from runtime.refusals import Code, Refusal
from runtime.releases import Live, NoReleaseError
from runtime.settings import Environment, Settings

ROLES = click.Choice([role.value for role in Role])
_ADDRESS = click.option("--address", default="", help="Where the shop is reached, such as https://shop.example.com.")


@click.group()
def console() -> None:
    """Say who may use the console, and see what they did."""


@console.command("add-user")
@shop.argument
@click.argument("email")
@click.option("--role", type=ROLES, default=Role.OWNER.value, show_default=True, help="What they may do.")
@click.option("--name", default="", help="Their name; what stands before the @ if not given.")
@click.option("--password", "ask", is_flag=True, help="Ask for a password here, instead of printing a link.")
@_ADDRESS
def add_user(folder: Path, email: str, role: str, name: str, address: str, *, ask: bool) -> None:
    """Make an account for EMAIL: prints a link, good once, by which they choose a password."""
    settings = environment.read(folder)
    connected = database.open(settings, upgrade=True)
    try:
        office, now = lodge.of(settings, connected), datetime.now(UTC)
        password = _ask_password((email, name)) if ask else ""
        new = New(email=email, name=name, role=Role(role), locale=language())
        made = accounts.add(office, new, COMMAND, now)
        link = links.invite(office, made.id, COMMAND, now)
        said = words.say(f"console.role.{made.role}", language())
        click.echo(words.say("console.command.added", language(), name=made.name, email=made.email, role=said))
        if password:
            links.choose_password(office, link.path(office).removeprefix(links.PATH), password, COMMAND, now)
        else:
            _show_link(settings, office, link, address)
    finally:
        connected.close()


@console.command("list")
@shop.argument
def listing(folder: Path) -> None:
    """List accounts: role, how they sign in, open sessions."""
    now = datetime.now(UTC)
    with shop.opened(folder) as (settings, connected):
        office = lodge.of(settings, connected)
        found = connected.read(accounts.listing)
        for each in found:
            known, signed_in = passkeys.listing(office, each.id), sessions.listing(office, each.id, now)
            ways = [word for word, has in (("password", each.password_hash), ("app", each.totp_key)) if has]
            said = [words.say(f"console.command.{way}", language()) for way in ways]
            if known:
                said.append(words.say("console.command.passkeys", language(), count=len(known)))
            if not said:
                said = [words.say("console.command.invited", language())]
            if signed_in:
                said.append(words.say("console.command.sessions", language(), count=len(signed_in)))
            role = words.say(f"console.role.{each.role}", language())
            click.echo(f"{each.id:>4}  {each.email:<32}  {role}  {each.name}  ({', '.join(said)})")
    if not found:
        click.echo(words.say("console.command.nobody", language(), folder=folder))


@console.command()
@shop.argument
@click.argument("email")
@_ADDRESS
def reset(folder: Path, email: str, address: str) -> None:
    """Take password, app, passkeys and sessions of EMAIL away, and print a link to begin anew."""
    now = datetime.now(UTC)
    with shop.opened(folder) as (settings, connected):
        office = lodge.of(settings, connected)
        account = factors.reset(office, _get(office, email).id, COMMAND, now)
        click.echo(words.say("console.command.reset", language(), name=account.name))
        _show_link(settings, office, links.invite(office, account.id, COMMAND, now), address)


@console.command("end-sessions")
@shop.argument
@click.argument("email", default="")
def end_sessions(folder: Path, email: str) -> None:
    """Sign EMAIL out everywhere, or everybody."""
    now = datetime.now(UTC)
    with shop.opened(folder) as (settings, connected):
        office = lodge.of(settings, connected)
        whose = [_get(office, email)] if email else connected.read(accounts.listing)
        ended = sum(entering.end_others(office, each.id, COMMAND, now) for each in whose)
    click.echo(words.say("console.command.ended", language(), count=ended))


@console.command("log")
@shop.argument
@click.option("--verify", is_flag=True, help="Hold every row against the chain instead of listing them.")
@click.option("--expect", default="", help="With --verify: a seal that was printed before and must still be there.")
@click.option("--actor", default="", help="Only what this one did, such as person:3.")
@click.option("--what", default="", help="Only this kind, such as session or person.role.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many rows.")
@click.option("--format", "form", type=click.Choice(["text", "csv"]), default="text", show_default=True)
def show_log(  # noqa: PLR0913  click hands over every option
    folder: Path, expect: str, actor: str, what: str, limit: int, form: str, *, verify: bool
) -> None:
    """List what was done in the console, the newest first, or check that nobody changed the list."""
    with shop.opened(folder) as (settings, connected):
        office, clock = lodge.of(settings, connected), spans.clock(settings)
        if verify:
            verdict = connected.read(lambda look: log.verify(look, office, expect))
            _tell(verdict.breaks)
            click.echo(words.say("console.command.whole", language(), count=verdict.rows, seal=verdict.seal))
            return
        wish = Wish(actor=actor, what=what)
        found = connected.read(lambda look: log.lines(look, wish, limit=limit))
    if form == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(log.HEAD)
        writer.writerows(map(log.cells, found))
        return
    for line in found:
        changed = f"  {line.before or '-'} -> {line.after or '-'}" if line.before or line.after else ""
        at = clock(datetime.fromtimestamp(line.at, UTC))
        who = f"{line.actor} {line.name}".strip()
        click.echo(f"{line.number:>6}  {at}  {who}  {line.what}  {line.subject}{changed}")


def _tell(breaks: tuple[Break, ...]) -> None:
    if not breaks:
        return
    click.echo(words.say("console.command.broken", language()), err=True)
    for each in breaks:
        click.echo(f"- {words.say(f'console.break.{each.kind}', language(), number=each.number)}", err=True)
    raise SystemExit(1)


def _get(office: Lodge, email: str) -> Account:
    found = office.database.read(lambda look: accounts.find_by_email(look, email))
    if found is None:
        raise Refusal(Code.PERSON_UNKNOWN)
    return found


def _ask_password(about: tuple[str, ...]) -> str:
    password = str(
        click.prompt(words.say("console.command.ask", language()), hide_input=True, confirmation_prompt=True)
    )
    passwords.check(password, about)
    return password


def _show_link(settings: Settings, office: Lodge, link: links.Link, address: str) -> None:
    try:
        known = Live(settings.var).current().terms.url
    except NoReleaseError:
        known = ""
    base = (address or settings.address or known).rstrip("/")
    until = spans.clock(settings)(datetime.fromtimestamp(link.expires_at, UTC))
    click.echo(words.say("console.command.link", language(), until=until))
    if not base:
        click.echo(words.say("console.command.no-address", language()))
    click.echo(f"{base}{link.path(office)}")
    if base and not address and not settings.address and settings.environment is Environment.REHEARSAL:
        click.echo(words.say("console.command.elsewhere", language()))
