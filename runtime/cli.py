"""Every command of the shop; each loads only what it needs."""

import sys
from pathlib import Path

import click

from generator.cli import FOLDER, language_option
from generator.cli import main as generator


@click.group()
@click.version_option(package_name="shopwright")
def main() -> None:
    """Turn a folder of text into a shop, and run it."""


for _name, _command in generator.commands.items():
    main.add_command(_command, _name)


@main.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines look, too.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; one for each core if not given.")
@click.option("--threads", type=click.IntRange(1, 512), default=64, show_default=True, help="Threads of each process.")
@click.option("--no-build", is_flag=True, help="Serve what is published, whatever the text says.")
@language_option
def serve(
    folder: Path, port: int, host: str, workers: int | None, threads: int, lang: str | None, *, no_build: bool
) -> None:
    """Build the shop in DIR, publish it, and serve it: the main job."""
    from runtime import serving
    from runtime.server import Listening

    listening = Listening(host=host, port=port, workers=workers or 0, threads=threads)
    sys.exit(serving.serve(folder, listening, lang, build=not no_build))
