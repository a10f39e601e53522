"""Every command of the shop; each loads only what it needs: ``check`` and ``build`` never load Flask.

The generator's commands are mounted as they are. To add one of the runtime, add a line to COMMANDS: its name, where it
is (``module:attribute``) and what it does in a few words; or write it below.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

import click

from generator.cli import FOLDER, language_option
from generator.cli import main as generator

COMMANDS: dict[str, tuple[str, str]] = {
    "dev": ("runtime.dev.command:dev", "Serve a shop and show every change to its text at once."),
    "orders": ("runtime.commands.orders:orders", "List and show orders, confirm payments, ship and cancel."),
    "aftersale": ("runtime.commands.aftersale:aftersale", "See and answer what buyers ask after the sale."),
    "refunds": ("runtime.commands.refunds:refunds", "List, request and retry refunds, and note those made by hand."),
    "messages": ("runtime.commands.messages:messages", "List messages, and send again what a system missed."),
    "funds": ("runtime.commands.funds:funds", "Balances, statements and exports; withdraw from gateways."),
    "reconcile": ("runtime.commands.reconcile:reconcile", "Hold a provider's bill or a statement against the shop."),
    "live": ("runtime.commands.live:live", "Sell live: run the daemon of live rooms."),
    "console": ("runtime.commands.console:console", "Say who may use the console, and see what they did."),
    "data": ("runtime.commands.data:data", "Print visits, sales, products, channels and rooms as CSV."),
    "stock": ("runtime.commands.stock:stock", "Show and correct stock, and check its ledger."),
    "promotions": ("runtime.commands.promotions:promotions", "List promotions, and try rules before they go live."),
    "coupons": ("runtime.commands.coupons:coupons", "Make, count and take back codes that are good once."),
    "members": ("runtime.commands.coupons:members", "Say who is a member."),
    "simulate": ("runtime.simulators.command:simulate", "Run a simulated payment provider: no money moves."),
    "database": ("runtime.commands.database:database", "Back the database up, or move it to another one."),
    "migrate": ("runtime.commands.upkeep:migrate", "Bring the shop's database up to date."),
    "audit": ("runtime.commands.upkeep:audit", "Check that stock, orders, payments and money agree."),
}


class Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name, or None."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        shown = {name: command for name, command in self.commands.items() if not command.hidden}
        texts = {name: command.get_short_help_str(100) for name, command in shown.items()}
        texts |= {name: text for name, (_, text) in COMMANDS.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(texts.items()))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  click's own signature
        """Run a command; what the domain or the world refuses becomes a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            code = explain(error)
            if code is None:
                raise
            ctx.exit(code)


def explain(error: Exception) -> int | None:
    """Print what an error of the shop means and return the exit code; None for a bug."""
    from runtime.faults import DatabaseFault, Fault
    from runtime.refusals import Refusal
    from runtime.settings import SettingError

    if isinstance(error, Refusal | DatabaseFault):
        from runtime import words
        from runtime.commands.language import language

        told = words.refusal(error, language()) if isinstance(error, Refusal) else words.fault(error, language())
        click.echo(told, err=True)
        return 1 if isinstance(error, Refusal) else 3
    if isinstance(error, SettingError):
        from runtime.commands.language import language

        click.echo(f"{error.name}: {error.why(language())}", err=True)
        return 2
    if isinstance(error, Fault | OSError):
        click.echo(str(error), err=True)
        return 3
    return None


@click.group(cls=Commands)
@click.version_option(package_name="shopwright")
def main() -> None:
    """Turn a folder of text into a shop, and run it."""


for _name, _command in generator.commands.items():
    main.add_command(_command, _name)


@main.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines look, too.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; one for each core if not given.")
@click.option("--threads", type=click.IntRange(1, 512), default=64, show_default=True, help="Threads of each process.")
@click.option("--no-build", is_flag=True, help="Serve what is published, whatever the text says.")
@language_option
def serve(  # noqa: PLR0913  click hands over every option
    folder: Path, port: int, host: str, workers: int | None, threads: int, lang: str | None, *, no_build: bool
) -> None:
    """Build the shop in DIR, publish it, and serve it: the main job."""
    from runtime import serving
    from runtime.server import Listening

    listening = Listening(host=host, port=port, workers=workers or 0, threads=threads)
    sys.exit(serving.serve(folder, listening, lang, build=not no_build))
