"""Every command of the shop. A command's module is imported only when it is called: ``check`` and ``build`` never load Flask.

To add a command, add a line to COMMANDS: its name, where it is (``module:attribute``), and what it does in a few words.
"""

import importlib
import sys
from typing import Any

import click

COMMANDS: dict[str, tuple[str, str]] = {
    "orders": ("runtime.commands.orders:orders", "List and show orders, confirm payments, ship and cancel."),
    "stock": ("runtime.commands.stock:stock", "Show and correct stock, and check its ledger."),
    "migrate": ("runtime.commands.upkeep:migrate", "Bring the shop's database up to date."),
    "audit": ("runtime.commands.upkeep:audit", "Check that stock, orders, payments and money agree."),
}


class Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])

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
    from runtime.faults import Fault
    from runtime.refusals import Refusal
    from runtime.settings import SettingError

    if isinstance(error, Refusal):
        from runtime import words
        from runtime.commands.language import language

        click.echo(words.refusal(error, language()), err=True)
        return 1
    if isinstance(error, SettingError):
        click.echo(str(error), err=True)
        return 2
    if isinstance(error, Fault | OSError):
        click.echo(str(error), err=True)
        return 3
    return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shopwright")
def main() -> None:
    """Turn a folder of text into a shop, and run it."""


if __name__ == "__main__":
    sys.exit(main())
