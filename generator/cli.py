"""The commands that turn text into a shop and a shop into a release; each loads only what it needs."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

FOLDER = click.Path(path_type=Path, file_okay=False)
LANGUAGE = click.Choice(["zh", "en"])


@click.group()
def main() -> None:
    """Turn a folder of text into a shop."""


def language_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--lang`` to a command."""
    return click.option("--lang", type=LANGUAGE, help="Language of messages; the locale's if not given.")(command)


@main.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@language_option
@click.option("--no-cache", is_flag=True, help="Read every file again and write nothing.")
@click.option("--most", type=click.IntRange(min=1), default=200, show_default=True, help="Problems shown at most.")
def check(folder: Path, form: str, lang: str | None, *, no_cache: bool, most: int) -> None:
    """Check the shop in DIR and list all its problems; ends with 1 if one of them is an error."""
    from generator import check as checking
    from generator import report

    checked = checking.check(folder, cache=not no_cache)
    spoken = report.language(lang, os.environ)
    if form == "json":
        click.echo(report.as_json(checked.problems, spoken), nl=False)
    elif form == "github":
        click.echo(report.github(checked.problems, spoken, most), nl=False)
    else:
        click.echo(report.text(checked.problems, spoken, checked.sources, most), nl=False)
    sys.exit(0 if checked.shop is not None else 1)


@main.command()
@click.argument("name", required=False)
@click.option("--for", "folder", type=FOLDER, help="Put in the sections and settings of this shop's theme.")
def schema(name: str | None, folder: Path | None) -> None:
    """Print the JSON Schema called NAME (shop, product, page …), or the names of all."""
    import json

    from generator import nearest, sections

    if name is None:
        click.echo("\n".join(sections.names()))
        return
    if name not in sections.names():
        near = nearest.find(name, sections.names())
        known = ", ".join(sections.names())
        raise click.BadParameter(f"{name!r} is no schema{f', did you mean {near}?' if near else ''} ({known})")
    tree = sections.core(name)
    if name == "shop":
        offer, _ = sections.read(_theme(folder), folder / "theme" if folder else None)
        tree = sections.compose(offer)
    click.echo(json.dumps(tree, ensure_ascii=False, indent=2))


def _theme(folder: Path | None) -> str:
    from generator import document

    found, _ = document.read(folder / "shop.yaml", "shop.yaml") if folder else (None, [])
    chosen = found.data.get("theme") if found else None
    name = chosen.get("name") if isinstance(chosen, dict) else None
    return name if isinstance(name, str) else "harbour"
