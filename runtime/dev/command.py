"""The command ``dev``: builds the shop again at every change and shows it again in every open browser."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import click
import msgspec
from waitress.server import create_server

from generator import replays, report, terminal
from generator.cli import FOLDER, language_option
from generator.files import RefusedError
from generator.places import THEMES
from generator.releases.publishing import Releases
from generator.releases.rebuild import Outcome, Said
from generator.watch import Watch
from runtime import server
from runtime.dev.board import Board
from runtime.dev.layer import Layer
from runtime.server import Listening, PortError
from runtime.settings import SettingError, Settings, read
from runtime.streaming.companion import Companion, Neighbour
from runtime.web.gate import LOOPBACK, Gate

_THREADS = 24
_SHEET = re.compile(r"(/assets/.+)\.[0-9a-f]{10}\.css")


class Builder:
    """The child process that builds; it stays until the command ends."""

    def __init__(self, folder: Path, lang: str) -> None:
        package = str(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter
            [sys.executable, "-P", "-m", "generator.releases.rebuild", str(folder), lang],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        self._orders: IO[bytes] | None = self._process.stdin
        self._answers: IO[bytes] | None = self._process.stdout

    def build(self) -> Outcome:
        """Build once and return what came of it."""
        if self._orders is None or self._answers is None:
            return Outcome(fault="the builder cannot be reached")
        with contextlib.suppress(OSError, msgspec.DecodeError):
            self._orders.write(b"build\n")
            self._orders.flush()
            return msgspec.json.decode(self._answers.readline(), type=Outcome)
        return Outcome(fault="the builder ended")

    def close(self) -> None:
        """End the child process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._orders, self._answers):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class Workbench:
    """Watches, builds, and tells the board."""

    def __init__(self, folder: Path, lang: str, say: Callable[[str], None]) -> None:
        self.board = Board()
        self._folder = folder
        self._lang = lang
        self._say = say
        self._builder = Builder(folder, lang)
        self._releases = Releases(folder / "var")
        self._theme_folders: tuple[Path, ...] = (THEMES,)
        self._open: set[str] = set()
        self._told: tuple[Said, ...] = ()
        self._over = threading.Event()

    def start(self) -> None:
        """Build for the first time, then go on in a thread of its own."""
        self._watch = Watch(lambda: (self._folder, *self._theme_folders), lambda: replays.files(self._folder / "var"))
        self.build(set())
        threading.Thread(target=self._work, name="watch", daemon=True).start()

    def _work(self) -> None:
        while not self._over.is_set():
            found = self._watch.wait(self._over.is_set)
            if found:
                self.build(found)

    def build(self, changed: set[str]) -> None:
        """Build what changed and tell everybody."""
        self._open |= changed
        before = self._sheets()
        outcome = self._builder.build()
        styles = None
        if outcome.release:
            only_sheets = bool(self._open) and all(path.endswith(".css") for path in self._open)
            styles = _swaps(before, self._sheets()) if only_sheets else None
            self._open = set()
            self._theme_folders = tuple(Path(each) for each in outcome.folders if Path(each).is_dir()) or (THEMES,)
        self.board.tell(outcome, styles)
        self._report(outcome)

    def _sheets(self) -> dict[str, str]:
        """Return the style sheets of the live release: their addresses by what they are without their digest."""
        live = self._releases.find_live()
        with contextlib.suppress(OSError, msgspec.DecodeError):
            entries = self._releases.manifest(live).entries if live else {}
            return {found[1]: url for url in entries if (found := _SHEET.fullmatch(url))}
        return {}

    def _report(self, outcome: Outcome) -> None:
        for each in outcome.said:
            if each.severity == "error" or each not in self._told:
                self._say(f"{each.place}: {each.severity} {each.text}\n")
        self._told = outcome.said
        if outcome.fault:
            self._say(outcome.fault)
        elif outcome.release and self._lang == "zh":
            self._say(f"已生成：{outcome.rendered} 个页面有变化，用时 {outcome.seconds:.2f} 秒")
        elif outcome.release:
            self._say(f"built: {outcome.rendered} pages changed, {outcome.seconds:.2f} s")

    def close(self) -> None:
        """Stop watching and building."""
        self._over.set()
        self.board.close()
        self._builder.close()


def _swaps(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    return {url: after[name] for name, url in before.items() if name in after and after[name] != url}


def application(settings: Settings, board: Board) -> Layer:
    """Return the shop with the layer of ``dev`` around it."""
    names = frozenset({*LOOPBACK, *settings.machine, *settings.hosts})
    return Layer(server.load(settings, _THREADS), board, Gate(lambda: names).knows)


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 lets other machines look, too.")
@language_option
def dev(folder: Path, port: int, host: str, lang: str | None) -> None:
    """Serve the shop in DIR, build it again at every change, and show it again in open browsers."""
    spoken = report.language(lang, os.environ)
    listening = Listening(host=host, port=port)
    try:
        settings = server.reachable(read(folder), host)
        server.claim(listening)
        bench = Workbench(settings.folder, spoken, lambda text: click.echo(text, err=True))
    except SettingError as error:
        terminal.say(spoken, f"error: {error}", f"错误：{error.name}：{error.why('zh')}")
        sys.exit(terminal.USAGE)
    except (PortError, RefusedError) as error:
        terminal.say(spoken, f"error: {error}", f"错误：{error}")
        sys.exit(terminal.WORLD)
    terminal.say(spoken, "Building …", "正在生成店铺 …")
    rooms = Companion(settings, Neighbour(host, port, spoken))
    try:
        bench.start()
        rooms.start()
        shop = create_server(
            application(settings, bench.board),
            host=host,
            port=port,
            threads=_THREADS,
            ident="",
            asyncore_use_poll=True,  # as in runtime/server.py
        )
        address = listening.address
        terminal.say(
            spoken,
            f"The shop is open and follows your changes: {address}   (Ctrl-C stops it)",
            f"店铺已开张，改动会马上显示：{address}   （按 Ctrl-C 停止）",
        )
        _run(shop)
    finally:
        rooms.stop()
        bench.close()


def _run(shop: Any) -> None:  # noqa: ANN401  waitress has no types for its servers
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.suppress(KeyboardInterrupt):
        shop.run()
