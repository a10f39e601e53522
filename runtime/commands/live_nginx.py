"""``shopwright live nginx``: writes files for nginx in front of a shop and its live rooms."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import click

from generator import files
from runtime import settings, words
from runtime.commands import shop
from runtime.commands.language import language
from runtime.live import nginx
from runtime.releases import Live, NoReleaseError

_ADDRESS = re.compile(r"(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)?:?\d{1,5}")


def _address(_: click.Context, __: click.Parameter, value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise click.BadParameter(words.say("live.nginx.address", language()))
    return value


@click.command(name="nginx")
@shop.argument
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Where to write, unless DIR/var/nginx.")
@click.option("--shop", "till", default="127.0.0.1:8000", show_default=True, callback=_address, help="The shop.")
@click.option("--daemon", default="127.0.0.1:8001", show_default=True, callback=_address, help="The live rooms.")
@click.option("--listen", default="80", show_default=True, callback=_address, help="Where nginx listens.")
@click.option("--rtmp", default="1935", show_default=True, callback=_address, help="Where nginx-rtmp listens.")
def write(folder: Path, to: Path | None, till: str, daemon: str, listen: str, rtmp: str) -> None:
    """Write shop.conf and rtmp.conf for nginx in front of the shop in DIR."""
    found = settings.read(folder)
    try:
        public = Live(found.var).current().terms.url
    except NoReleaseError:
        public = ""
    host = urlsplit(public).hostname or "shop.example.com"
    target = (to or found.var / "nginx").resolve()
    wish = nginx.Wish(
        folder=str(target),
        rooms=str(found.rooms),
        hls=str(found.var / "hls"),
        cache=str(found.var / "nginx-cache"),
        host=host,
        public=public or f"https://{host}",
        shop=till,
        daemon=daemon,
        listen=listen,
        rtmp=rtmp,
        zone=re.sub(r"\W+", "_", host, flags=re.ASCII),
    )
    target.mkdir(parents=True, exist_ok=True)
    for name, text in (("shop.conf", nginx.http(wish)), ("rtmp.conf", nginx.rtmp(wish))):
        files.atomic_write(target / name, text.encode())
    if not public:
        click.echo(words.say("live.nginx.no-name", language(), host=host), err=True)
    click.echo(words.say("live.nginx.shop", language()), err=True)
    click.echo(f"http {{ include {target / 'shop.conf'}; }}")
    click.echo(words.say("live.nginx.rtmp", language()), err=True)
    click.echo(f"include {target / 'rtmp.conf'};")
    click.echo(words.say("live.nginx.then", language()), err=True)
