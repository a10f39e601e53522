"""``shopwright promotions``: what runs and how often it was given, and a trial of rules before they are published."""

import re
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from generator import check, money, promoting
from generator.promotion import Promotion
from generator.shop import Shop
from runtime import orders as life
from runtime import trials, uses, words
from runtime.commands import columns, shop
from runtime.commands.language import language
from runtime.faults import DatabaseFault, Reason
from runtime.promotions import Used
from runtime.trials import Example, Tried

_CART = re.compile(r"([^:=,\s]+)(?:[:=](\d{1,4}))?")


@click.group()
def promotions() -> None:
    """See which promotions run, and try rules before they are published."""


@promotions.command("list")
@shop.argument
def list_promotions(folder: Path) -> None:
    """List the promotions of the shop's text, whether they run, and how often each was given."""
    found, now = _read(folder), promoting.moment(datetime.now(UTC))
    written = check.read(folder).shop.promotions
    given = _given(folder, [each.id for each in written]) if written else {}
    rows = []
    for each in written:
        used = given.get(each.id, Used())
        counts = words.say("command.promotions-given", language(), count=used.orders, pieces=used.pieces)
        state = words.say(f"command.promotions-state.{_stands(each, now)}", language())
        rows.append((each.id, str(each.kind), state, counts, each.name.get(found.locale, "")))
    for line in columns.lines(rows):
        click.echo(line)


@promotions.command("try")
@shop.argument
@click.option("--cart", "carts", multiple=True, help="SKU:2,OTHER:1 — an example; again for more.")
@click.option(
    "--examples", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A YAML list of examples."
)
@click.option("--orders", "past", type=click.IntRange(1, 10000), help="Try the newest N past orders as well.")
@click.option("--only", multiple=True, help="The id of a promotion to look at; again for more.")
@click.option("--code", "codes", multiple=True, help="A code or promotion that the buyer asks for.")
def try_out(
    folder: Path,
    *,
    carts: tuple[str, ...],
    examples: Path | None,
    past: int | None,
    only: tuple[str, ...],
    codes: tuple[str, ...],
) -> None:
    """Show what the promotions of the text would give, to example carts and to past orders; nothing is written."""
    found = _read(folder)
    wished = [Example(cart=_cart(each), codes=codes) for each in carts]
    wished += _examples(examples) if examples else []
    if not wished and past is None:
        raise click.UsageError("say what to try: --cart, --examples or --orders")
    for each in wished:
        _show(found, trials.try_cart(found, each, datetime.now(UTC), only))
    if past is not None:
        _show_past(folder, found, past, only)


def _given(folder: Path, names: list[str]) -> dict[str, Used]:
    """Return how often promotions were given; before there is a database, none was."""
    try:
        with shop.opened(folder) as (_, database):
            return database.read(lambda look: uses.look(look, names, ()))
    except DatabaseFault as fault:
        if fault.reason is not Reason.ABSENT:
            raise
        click.echo(words.say("command.promotions-ungiven", language()), err=True)
        return {}


def _read(folder: Path) -> Shop:
    checked = check.check(folder)
    if checked.shop is None:
        raise click.UsageError("the shop's text has errors: run shopwright check first")
    return checked.shop


def _stands(promotion: Promotion, now: str) -> str:
    if promotion.paused:
        return "paused"
    if promoting.runs(promotion, now):
        return "runs"
    return "over" if promotion.when.ends_at and promotion.when.ends_at <= now else "later"


def _cart(text: str) -> dict[str, int]:
    """Read ``tea:2,cup``; raise a usage error for anything else."""
    found: dict[str, int] = {}
    for part in text.split(","):
        read = _CART.fullmatch(part.strip())
        if read is None:
            raise click.BadParameter("write skus and quantities such as tea:2,cup:1", param_hint="--cart")
        found[read[1]] = found.get(read[1], 0) + int(read[2] or 1)
    return found


def _examples(path: Path) -> list[Example]:
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=list[Example])
    except msgspec.MsgspecError as error:
        raise click.BadParameter(str(error), param_hint="--examples") from error


def _show(found: Shop, tried: Tried) -> None:
    def text(amount: int) -> str:
        return money.text(amount, found.currency, language())

    click.echo(f"{tried.name}: {text(tried.goods)} → {text(tried.total)}")
    for sku in tried.unknown:
        click.echo(f"  there is no sku {sku}")
    for step in tried.applied.trace:
        click.echo(f"  {words.step(step, found.currency, language())}")


def _show_past(folder: Path, found: Shop, past: int, only: tuple[str, ...]) -> None:
    with shop.opened(folder) as (_, database):
        compared = trials.compare(found, life.listing(database, None, past), only)
    changed = [each for each in compared if each.before != each.after]
    for each in changed:
        amounts = [money.text(amount, found.currency, language()) for amount in (each.goods, each.before, each.after)]
        click.echo(f"{each.number}  goods {amounts[0]:>12}  taken off {amounts[1]:>12}  would be {amounts[2]:>12}")
    before, after = sum(each.before for each in compared), sum(each.after for each in compared)
    totals = [money.text(amount, found.currency, language()) for amount in (before, after)]
    click.echo(f"{len(compared)} orders, {len(changed)} otherwise: taken off {totals[0]}, would be {totals[1]}")
