"""``check`` over a folder of shops: each as it is checked alone, and at the end how all of them are."""

import json
import os
import sys
from pathlib import Path

import click
import msgspec

from generator import check as checking
from generator import report, shops, terminal
from generator.check import Checked


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How to check and to tell it."""

    form: str
    lang: str
    most: int
    cache: bool


def check(folder: Path, wish: Wish) -> bool:
    """Check every shop of a folder and print what is wrong; return whether none has an error."""
    found = {path.name: checking.check(path, cache=wish.cache) for path in shops.find(folder)}
    good = sum(checked.shop is not None for checked in found.values())
    if wish.form == "json":
        whole = {name: json.loads(report.as_json(each.problems, wish.lang)) for name, each in found.items()}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
        return good == len(found)
    for name, checked in found.items():
        click.echo(_told(name, checked, wish), nl=False)
    bad = [name for name, checked in found.items() if checked.shop is None]
    named = ", ".join(bad)
    terminal.say(
        wish.lang,
        f"{len(found)} shops: {good} without errors" + (f"; with errors: {named}" if bad else ""),
        f"共 {len(found)} 家店：{good} 家没有错误" + (f"；有错误：{named}" if bad else ""),
    )
    return not bad


def _told(name: str, checked: Checked, wish: Wish) -> str:
    """Write the problems of one shop, each with the shop's folder before its file."""
    problems = [msgspec.structs.replace(each, file=f"{name}/{each.file}") for each in checked.problems]
    sources = {f"{name}/{file}": text for file, text in checked.sources.items()}
    if wish.form == "github":
        return report.github(problems, wish.lang, wish.most)
    written = f"{name}: {report.summary(problems, wish.lang)}\n"
    if problems:
        written = report.text(problems, wish.lang, sources, wish.most).rstrip("\n") + "\n\n"
    plain = "NO_COLOR" in os.environ or not sys.stdout.isatty()
    return written if plain else report.colored(written)
