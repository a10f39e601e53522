"""``shopwright live``: the daemon of live rooms; what is done with a room stands in modules of their own."""

import os
import sys
from pathlib import Path

import click

from generator import report, terminal
from generator.cli import language_option
from runtime import settings
from runtime.commands import live_access, live_nginx, live_records, live_rooms, shop


@click.group()
def live() -> None:
    """Sell live: the daemon that carries pictures, keys, and what a room came to."""


@live.command()
@shop.argument
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen, unless a setting says it.")
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True, help="The first port to try.")
@click.option("--parent", type=int, default=0, hidden=True)
@language_option
def serve(folder: Path, host: str, port: int, parent: int, lang: str | None) -> None:
    """Run the daemon of live rooms of the shop in DIR; ``shopwright serve`` does so by itself."""
    from runtime.streaming import process

    spoken = report.language(lang, os.environ)
    wish = process.Wish(host=host, port=port, parent=parent)

    def ready(http: int, rtmp: int) -> None:
        terminal.say(
            spoken,
            f"Live rooms are served on port {http}" + (f"; send pictures to rtmp://HOST:{rtmp}/live" if rtmp else ""),
            f"直播服务已启动，端口 {http}" + (f"；推流地址 rtmp://主机:{rtmp}/live" if rtmp else ""),
        )
        sys.stderr.flush()

    process.run(settings.read(folder), wish, ready)


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
