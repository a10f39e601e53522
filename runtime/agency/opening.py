"""``serve`` on a folder of shops: one server for all of them, one steward beside it, and the list for the agency."""

import functools
import gc
import importlib
import os
from pathlib import Path

import msgspec

from generator import files, terminal
from generator.files import BusyError
from runtime import logs, server
from runtime.access import accounts
from runtime.agency import board, resolving, surroundings
from runtime.agency.beside import Beside
from runtime.agency.board import Board, Wishes
from runtime.agency.steward import Plan
from runtime.agency.street import OPEN, Street
from runtime.agency.survey import Survey
from runtime.database import open as open_database
from runtime.faults import DatabaseFault
from runtime.server import Listening
from runtime.settings import SettingError, Settings
from runtime.web.wsgi import Application

USAGE, WORLD = 2, 3
_MOST_BUILDS = 4
_SHOWN = 10
_LOCK = "served.lock"
_THREADS = 16
"""Threads of a server that is told no number: every one of them keeps a connection to each shop that it was in."""
_COLLECTED_AFTER = 10_000
"""New objects before the collector looks at them: the code that is loaded is not looked through again and again."""


def serve(folder: Path, listening: Listening, lang: str, *, build: bool) -> int:
    """Serve all shops of a folder until stopped; return the exit code. Raises PortError."""
    misplaced = surroundings.find_misplaced(os.environ)
    if misplaced:
        terminal.say(
            lang,
            f"error: {misplaced} would be that of every shop here. Write it into the var/secrets.env of one.",
            f"错误：{misplaced} 会被这里的每家店共用。请写进所属店铺的 var/secrets.env。",
        )
        return USAGE
    try:
        settings = surroundings.office(folder, server.names(listening.host))
    except SettingError as error:
        terminal.say(lang, f"error: {error}", f"错误：{error.name}：{error.why('zh')}")
        return USAGE
    if listening.threads == server.THREADS:
        listening = msgspec.structs.replace(listening, threads=_THREADS)
    root = settings.folder
    surroundings.scrub(os.environ)
    plan = Plan(
        root=str(root),
        base=f"http://{{host}}:{listening.port}",
        host=listening.host,
        port=listening.port,
        reserved=settings.hosts,
        lang=lang,
        builds=max(1, min(os.cpu_count() or 1, _MOST_BUILDS)),
        build=build,
        log=settings.log,
    )
    board.place(root).mkdir(parents=True, exist_ok=True)
    try:
        with files.lock(board.place(root) / _LOCK):
            _run(plan, settings, listening, str(folder))
    except BusyError as error:
        terminal.say(
            lang,
            f"error: these shops are served already, by process {error.pid}.",
            f"错误：这些店铺已经在运行（进程 {error.pid}）。",
        )
        return WORLD
    return 0


def _run(plan: Plan, settings: Settings, listening: Listening, named: str) -> None:
    """Serve until stopped, with the steward beside."""
    found = _look(plan)
    board.write(settings.folder, found)
    beside = Beside(plan)
    beside.start()
    try:
        make = functools.partial(load, named=named)
        server.run(settings, listening, lambda address: _announce(settings, found, address, plan.lang, named), make)
    finally:
        beside.stop()


def _look(plan: Plan) -> Board:
    """See which shops there are before anybody asks for one."""
    survey = Survey(Path(plan.root), plan.base, dict(os.environ), plan.reserved)
    survey.look()
    return survey.board(steward=os.getpid())


def load(settings: Settings, threads: int, named: str) -> Application:
    """Make the application inside a worker process; ``named`` is how commands name the folder."""
    logs.start(settings.log)
    resolving.install()
    office = importlib.import_module("runtime.agency.office")
    readers = max(threads // 4, 1)

    def make_office(street: Street) -> Application:
        wishes = Wishes(settings.folder)
        desk = office.Desk(following=street.following, wishes=wishes, folder=named)
        made: Application = office.serve(office.make(settings, desk), settings, readers)
        return made

    street = Street(settings.folder, make_office, limit=OPEN, readers=readers)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER)
    return street


def _announce(settings: Settings, found: Board, address: str, lang: str, named: str) -> None:
    count = len(found.shops)
    terminal.say(
        lang,
        f"Shops open here: {count}. The list of them: {address}   (Ctrl-C stops it)",
        f"{count} 家店铺已在运行。店铺列表：{address}   （按 Ctrl-C 停止）",
    )
    for shop in found.shops[:_SHOWN]:
        terminal.say(lang, f"  {shop.name}: {shop.address}", f"  {shop.name}：{shop.address}")
    if count > _SHOWN:
        terminal.say(lang, f"  … and {count - _SHOWN} more", f"  ……另有 {count - _SHOWN} 家")
    if not _anybody(settings):
        terminal.say(
            lang,
            f"Nobody can sign in to the list yet: shopwright console add-user {named} you@example.com "
            f"--address {address}",
            f"还没有人能登录店铺列表：shopwright console add-user {named} you@example.com --address {address}",
        )


def _anybody(settings: Settings) -> bool:
    try:
        connected = open_database(settings)
    except DatabaseFault:
        return True
    try:
        return bool(connected.read(accounts.listing))
    finally:
        connected.close()
