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
    """Check the shop in DIR and list all its problems; ends with 1 if one of them is an error.

    Where DIR is a folder of shops, all of them are checked.
    """
    from generator import check as checking
    from generator import checking_many, report, shops

    if shops.is_many(folder):
        wish = checking_many.Wish(form=form, lang=report.language(lang, os.environ), most=most, cache=not no_cache)
        sys.exit(0 if checking_many.check(folder, wish) else 1)
    checked = checking.check(folder, cache=not no_cache)
    spoken = report.language(lang, os.environ)
    if form == "json":
        click.echo(report.as_json(checked.problems, spoken), nl=False)
    elif form == "github":
        click.echo(report.github(checked.problems, spoken, most), nl=False)
    else:
        written = report.text(checked.problems, spoken, checked.sources, most)
        plain = "NO_COLOR" in os.environ or not sys.stdout.isatty()
        click.echo(written if plain else report.colored(written), nl=False)
    sys.exit(0 if checked.shop is not None else 1)


@main.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--from", "sample", help="Copy this sample shop instead of writing the smallest one.")
@language_option
def new(folder: Path, sample: str | None, lang: str | None) -> None:
    """Make a shop in DIR, a new or empty folder."""
    from generator import new as making
    from generator import report, terminal

    spoken = report.language(lang, os.environ)
    with terminal.world(spoken):
        made = making.make(folder, sample, spoken)
    terminal.say(spoken, f"{folder}: {len(made)} files. See it: shopwright serve {folder}",
                 f"{folder}：{len(made)} 个文件。看看它：shopwright serve {folder}")  # fmt: skip


@main.command()
@click.argument("name", required=False)
@click.option("--for", "folder", type=FOLDER, help="Put in the sections and settings of this shop's theme.")
def schema(name: str | None, folder: Path | None) -> None:
    """Print the JSON Schema called NAME (shop, product, page …), or the names of all."""
    import json

    from generator import plugins
    from generator.source import nearest
    from generator.theming import sections

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
        tree = sections.compose(offer, plugins.schemas(plugins.GATEWAYS))
    click.echo(json.dumps(tree, ensure_ascii=False, indent=2))


def _theme(folder: Path | None) -> str:
    from generator import document

    found, _ = document.read(folder / "shop.yaml", "shop.yaml") if folder else (None, [])
    chosen = found.data.get("theme") if found else None
    name = chosen.get("name") if isinstance(chosen, dict) else None
    return name if isinstance(name, str) else "harbour"


@main.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--out", type=click.Path(path_type=Path), help="Write the pages as plain files for any web server, too.")
@click.option("--no-publish", is_flag=True, help="Make the release, but leave the live one as it is.")
@click.option("--draft", is_flag=True, help="Show placeholders for pictures that are lacking; nothing goes live.")
@language_option
def build(folder: Path, out: Path | None, lang: str | None, *, no_publish: bool, draft: bool) -> None:
    """Build the shop in DIR into a release and make it live."""
    _build(folder, lang, out=out, publish=not no_publish, draft=draft)


def _build(
    folder: Path,
    lang: str | None,
    *,
    out: Path | None = None,
    publish: bool = True,
    quiet: bool = False,
    draft: bool = False,
) -> str:
    from generator import report
    from generator.releases import freshness

    spoken = report.language(lang, os.environ)
    if out is None and not draft and freshness.is_fresh(folder, publish=publish):
        release = freshness.release(folder)
        click.echo(f"nothing changed: {release}" if spoken == "en" else f"没有变化：{release}", err=True)
        return release
    from generator import terminal
    from generator.build import Wish
    from generator.build import build as run
    from generator.clock import now

    with terminal.world(spoken), terminal.progress(spoken) as progress:
        built = run(folder, Wish(now=now(), publish=publish, out=out, draft=draft, progress=progress))
    if built.problems:
        click.echo(report.text(built.problems, spoken, built.sources), nl=False, err=True)
    if not built.release:
        sys.exit(1)
    click.echo(terminal.closing(built.figures, spoken), err=True)
    if not quiet:
        click.echo(built.release)
    return built.release


@main.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@language_option
def plan(folder: Path, form: str, lang: str | None) -> None:
    """Build the shop in DIR and list what publishing it would change: goods, prices and pages."""
    from generator import report
    from generator.releases import changes, goods
    from generator.releases.publishing import Releases

    release = _build(folder, lang, publish=False, quiet=True)
    releases = Releases(folder / "var")
    live = releases.find_live()
    found = changes.between(releases.manifest(live) if live else None, releases.manifest(release))
    before = releases.folder(live) / "catalogue.db" if live else None
    sold = goods.between(before, releases.folder(release) / "catalogue.db")
    if form == "json":
        click.echo(changes.as_json(release, found, sold))
        return
    spoken = report.language(lang, os.environ)
    click.echo(release)
    click.echo("\n".join(changes.text(found, sold, spoken)))


@main.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("release", required=False)
@language_option
def publish(folder: Path, release: str | None, lang: str | None) -> None:
    """Make a release live: RELEASE, or a new one of what DIR holds now."""
    if release is None:
        _build(folder, lang)
        return
    _go_live(folder, lang, release)


@main.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@language_option
def rollback(folder: Path, lang: str | None) -> None:
    """Make the release live that was live before."""
    _go_live(folder, lang, None)


def _go_live(folder: Path, lang: str | None, release: str | None) -> None:
    from generator import report, terminal
    from generator.clock import now
    from generator.releases import price_record
    from generator.releases.publishing import Releases

    releases = Releases(folder / "var")
    with terminal.world(report.language(lang, os.environ)), releases.alone():
        at = now()
        target = release or releases.previous()
        releases.publish(target, at, "publish" if release else "rollback")
        price_record.record_release(releases.var, releases.folder(target) / "catalogue.db", at)
    click.echo(target)


@main.command(hidden=True)
def problems() -> None:
    """Print the page docs/problems.md, made from the catalogue of problems."""
    from generator import reference

    click.echo(reference.problems(), nl=False)


@main.command(hidden=True)
@click.argument("page", type=click.Choice(["format", "sections"]))
def manual(page: str) -> None:
    """Print a reference page of docs/, made from the schemas: format or sections."""
    from generator import manual as pages

    click.echo(pages.keys() if page == "format" else pages.sections_of("harbour"), nl=False)
