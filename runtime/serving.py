"""The main job: build what changed, publish it, and serve it; a shop with problems goes on as it was published last."""

import os
import sys
from pathlib import Path

import click

from generator import report, shops, terminal
from generator.releases import freshness
from generator.releases.publishing import Releases
from runtime import agency, beginning, server
from runtime.renewal import Renewal
from runtime.server import Listening, PortError
from runtime.settings import SettingError, Settings, read
from runtime.setup import draft
from runtime.streaming.companion import Companion, Neighbour

PROBLEMS, USAGE, WORLD = 1, 2, 3


def serve(folder: Path, listening: Listening, lang: str | None, *, build: bool) -> int:
    """Build and serve the shop in a folder until it is stopped; return the exit code."""
    spoken = report.language(lang, os.environ)
    many = shops.is_many(folder) or agency.is_begun(folder)
    return (_serve_many if many else _serve_one)(folder, listening, spoken, build=build)


def _serve_one(folder: Path, listening: Listening, spoken: str, *, build: bool) -> int:
    try:
        settings = read(folder)
        server.claim(listening)
    except SettingError as error:
        terminal.say(spoken, f"error: {error}", f"错误：{error.name}：{error.why('zh')}")
        return USAGE
    except PortError as error:
        return _port(listening, error, spoken)
    wanted = build and draft.is_wanted(settings.folder)
    if build and not wanted and not _build(settings, spoken):
        return PROBLEMS
    if not wanted and Releases(settings.var).find_live() is None:
        terminal.say(spoken, "error: nothing was published yet", "错误：还没有发布过任何版本")
        return WORLD
    renewing = Renewal(settings.folder, spoken) if build else None
    rooms = Companion(settings, Neighbour(listening.host, listening.port, spoken))

    def beside() -> None:
        rooms.start()
        if renewing:
            renewing.start()

    try:
        if wanted:
            beginning.run(settings, listening, spoken, beside)
        else:
            beside()
            server.run(settings, listening, lambda address: _announce(address, spoken))
    except PortError as error:
        return _port(listening, error, spoken)
    finally:
        rooms.stop()
        if renewing:
            renewing.stop()
    return 0


def _serve_many(folder: Path, listening: Listening, spoken: str, *, build: bool) -> int:
    from runtime.agency import opening

    try:
        server.claim(listening)
        return opening.serve(folder, listening, spoken, build=build)
    except PortError as error:
        return _port(listening, error, spoken)


def _build(settings: Settings, spoken: str) -> bool:
    """Build what changed; True when there is something to serve, be it the release before."""
    if freshness.is_fresh(settings.folder):
        return True
    from generator.build import Wish
    from generator.build import build as run
    from generator.clock import now

    terminal.say(spoken, "Building …", "正在生成店铺 …")
    with terminal.world(spoken), terminal.progress(spoken) as progress:
        built = run(settings.folder, Wish(now=now(), progress=progress))
    if built.problems:
        click.echo(report.text(built.problems, spoken, built.sources), nl=False, err=True)
    if built.release:
        terminal.say(spoken, terminal.closing(built.figures, spoken), terminal.closing(built.figures, spoken))
        return True
    live = Releases(settings.var).find_live()
    if live is None:
        return False
    terminal.say(
        spoken,
        f"The shop is served as it was published last ({live}), without the changes that have these problems.",
        f"店铺继续以上次发布的版本（{live}）运行，有问题的改动没有生效。",
    )
    return True


def _port(listening: Listening, error: PortError, spoken: str) -> int:
    free = listening.port + 1
    terminal.say(
        spoken,
        f"error: {error}. Is another shop running there? Choose another port: --port {free}",
        f"错误：{error}。是不是已有店铺在这个端口运行？换一个端口：--port {free}",
    )
    return WORLD


def _announce(address: str, spoken: str) -> None:
    terminal.say(
        spoken, f"The shop is open: {address}   (Ctrl-C stops it)", f"店铺已开张：{address}   （按 Ctrl-C 停止）"
    )
    sys.stderr.flush()
