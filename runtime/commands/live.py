"""``shopwright live``: the daemon of live rooms; what is done with a room stands in modules of their own."""

import sys
from pathlib import Path

import click

from runtime import settings, words
from runtime.commands import live_access, live_nginx, live_records, live_rooms, shop
from runtime.commands.language import language


@click.group()
def live() -> None:
    """Sell live: the daemon that carries pictures, keys, and what a room came to."""


@live.command()
@shop.argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen, unless a setting says it.")
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True, help="The first port to try.")
@click.option("--parent", type=int, default=0, hidden=True)
def serve(folder: Path, host: str, port: int, parent: int) -> None:
    """Run the daemon of live rooms of the shop in DIR; ``shopwright serve`` does so by itself."""
    from runtime.streaming import ports, process

    found = settings.read(folder)

    def ready(http: int, rtmp: int) -> None:
        key = "takes" if rtmp and _takes_pictures(found) else "serving"
        server = live_rooms.server(found)
        click.echo(words.say(f"live.command.{key}", language(), port=http, server=server, folder=folder), err=True)
        sys.stderr.flush()

    try:
        process.run(found, process.Wish(host=host, port=port, parent=parent), ready)
    except ports.PortTakenError as error:
        click.echo(words.say("live.command.port-taken", language(), place=error.place), err=True)
        sys.exit(3)


def _takes_pictures(found: settings.Settings) -> bool:
    """Tell whether a room of the shop waits for a publisher; those of other platforms and networks do not."""
    return any(room.source.kind == "broadcast" and room.source.through == "own" for room in shop.rooms(found))


for _command in (
    live_access.invite,
    live_access.access,
    live_access.revoke,
    live_rooms.list_rooms,
    live_rooms.key,
    live_rooms.end,
    live_nginx.write,
    live_records.show_numbers,
    live_records.export,
    live_records.clean,
):
    live.add_command(_command)
