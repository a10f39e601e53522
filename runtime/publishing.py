"""Builds and publishes a shop in a process of its own: whoever serves it goes on serving meanwhile."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from generator.releases import goods
from generator.releases.goods import GoodsChanges, ProductChange
from generator.releases.rebuild import Outcome

_LONGEST = 600
_PLAN = "from generator.cli import main; main()"


class Pages(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses that come, change and go."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What publishing would change; ``fault`` says why nobody knows."""

    release: str = ""
    changes: bool = False
    pages: Pages = Pages()
    files: int = 0
    currencies: tuple[str, str] = ("", "")
    products: tuple[ProductChange, ...] = ()
    fault: str = ""

    def goods(self, lang: str) -> list[str]:
        """Return lines that say which products and prices change, in zh or en."""
        return goods.text(GoodsChanges(currencies=self.currencies, products=self.products), lang)


def publish(folder: Path, lang: str) -> Outcome:
    """Build what changed and publish it; ``lang`` (zh or en) is the language of what is wrong. Nothing is raised."""
    try:
        return msgspec.json.decode(_run("-m", "generator.releases.rebuild", str(folder), lang), type=Outcome)
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as error:
        return Outcome(fault=type(error).__name__)


def plan(folder: Path, lang: str) -> Plan:
    """Build what changed without publishing it and tell what publishing would change: what the command ``plan`` says.

    Nothing is raised.
    """
    try:
        said = _run("-c", _PLAN, "plan", str(folder), "--format", "json", "--lang", lang)
        return msgspec.json.decode(said, type=Plan)
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as error:
        return Plan(fault=type(error).__name__)


def _run(*words: str) -> bytes:
    """Run our own code in a process of its own and return what it said."""
    package = str(Path(__file__).resolve().parents[1])
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-P", *words]
    ran = subprocess.run(  # noqa: S603  our own interpreter
        command, input=b"\n", capture_output=True, check=True, timeout=_LONGEST, env=environment
    )
    return ran.stdout
