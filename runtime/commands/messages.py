"""``shopwright messages``: what was told to whom, what could not be, and sending again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from runtime import hooks, words
from runtime.commands import shop, spans
from runtime.commands.language import language


@click.group()
def messages() -> None:
    """List messages, and send again what a system missed."""


@messages.command("list")
@shop.argument
@click.option("--state", type=click.Choice(["waiting", "sent", "dead"]), help="Only messages in this state.")
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True)
def list_messages(folder: Path, state: str | None, limit: int) -> None:
    """List the newest messages: mails, and what hooks were told."""
    condition, values = ("WHERE n.state = ?", [state]) if state else ("", [])
    with shop.opened(folder) as (settings, database):
        clock = spans.clock(settings)
        rows = database.read(
            lambda transaction: transaction.all(
                "SELECT n.id, n.created_at, n.state, n.topic, n.recipient, o.number, n.tries, n.error "  # noqa: S608
                f"FROM notice n LEFT JOIN orders o ON o.id = n.order_id {condition} ORDER BY n.id DESC LIMIT ?",
                *values,
                limit,
            )
        )
    for number, at, now, topic, recipient, order, tries, error in rows:
        moment, to = clock(datetime.fromtimestamp(at, UTC)), recipient or words.say("message.merchant", language())
        state, what = (words.say(key, language()) for key in (f"message.{now}", f"hook.{topic}"))
        click.echo(f"{number:>7}  {moment}  {state:<8} {what:<20} {order or '-':<15} {to}  {tries} {error}".rstrip())


@messages.command()
@shop.argument
@click.argument("hook")
@click.option("--hours", type=click.IntRange(1, 24 * 365), default=24, show_default=True, help="How far back.")
def replay(folder: Path, hook: str, hours: int) -> None:
    """Send everything that HOOK was told, or should have been, in the last hours once more, under the same ids."""
    with shop.opened(folder) as (settings, database):
        known = {each.id for each in shop.till(settings, database).terms.hooks}
        if hook not in known:
            raise click.BadParameter(f"the hooks of this shop are: {', '.join(sorted(known)) or '-'}")
        now = datetime.now(UTC)
        count = hooks.replay(database, hook, now - timedelta(hours=hours), now)
    click.echo(words.say("message.replayed", language(), count=count, hook=hook))
