"""``serve`` in a folder without a shop: the wizard, and the shop from the moment it is open, in one process."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from generator import terminal
from generator.files import RefusedError
from generator.releases.publishing import Releases
from runtime import server
from runtime.server import Listening
from runtime.settings import Settings
from runtime.setup import opening, staging
from runtime.setup.door import Door
from runtime.setup.draft import Draft
from runtime.web.gate import LOOPBACK

log = logging.getLogger(__name__)
_EVERY = 0.5
"""Seconds between two looks whether the shop is open."""


def run(settings: Settings, listening: Listening, lang: str, opened: Callable[[], None]) -> None:
    """Serve the wizard until the shop is open, then the shop; ``opened`` begins what runs beside a shop."""
    draft = Draft(settings.folder)
    token = Door(draft).new_token()
    over = threading.Event()
    waiting = threading.Thread(target=_wait, args=(settings, draft, over, opened), name="opening", daemon=True)
    waiting.start()
    try:
        server.run(settings, listening, lambda address: _announce(address, token, listening, lang), server.begin)
    finally:
        over.set()


def _wait(settings: Settings, draft: Draft, over: threading.Event, opened: Callable[[], None]) -> None:
    """Wait for the shop; build it when whoever opened it was killed before they did."""
    releases = Releases(settings.var)
    while not over.wait(_EVERY):
        if not staging.is_whole(settings.folder):
            continue
        if releases.find_live() is None:
            try:
                with draft.alone():
                    found = releases.find_live() or opening.publish(settings.folder, datetime.now(UTC))
                    draft.forget()
            except (OSError, RefusedError):
                log.exception("the shop was written, and cannot be built yet")
                continue
            if not found:
                continue
        opened()
        return


def _announce(address: str, token: str, listening: Listening, lang: str) -> None:
    """Tell where the wizard is; whoever has this line may open the shop, once."""
    terminal.say(
        lang,
        f"There is no shop here yet. Open it in your browser:\n\n  {address}/setup/{token}\n\n"
        "The address is good for one browser, once. (Ctrl-C stops it; what you answered is kept.)",
        f"这里还没有店铺。用浏览器打开这个地址，几分钟就能开张：\n\n  {address}/setup/{token}\n\n"
        "地址只能用一次，只认一个浏览器。（按 Ctrl-C 停止，填过的内容都会保留。）",
    )
    if listening.host not in LOOPBACK:
        terminal.say(
            lang,
            "warning: other machines reach this port, and the line is not encrypted. The wizard takes no password over "
            "it: open it on this very machine, through an SSH tunnel, or behind HTTPS.",
            "警告：其他机器也能访问这个端口，而且线路没有加密。向导不会从这样的线路接收密码：请在本机打开，"
            "或者走 SSH 隧道，或者先配好 HTTPS。",
        )
