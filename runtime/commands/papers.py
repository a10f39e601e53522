"""``shopwright orders invoice``, ``slip`` and ``label``: papers of an order as PDF files."""

from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import click

from generator import files
from runtime import documents, orders
from runtime.commands import shop

_MISSING = "PDF papers need the extra “documents”: pip install 'shopwright[documents]'"
_OUT = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")


@click.command()
@shop.argument
@click.argument("number")
@_OUT
def invoice(folder: Path, number: str, out: Path | None) -> None:
    """Write an order's invoice (in China: its receipt) as PDF; it gets its number now if it has none."""
    drawing = _drawing()
    with shop.opened(folder) as (settings, database):
        terms = shop.till(settings, database).terms
        paper = documents.issue(database, number, terms.timezone, datetime.now(UTC))
        order = database.read(lambda transaction: orders.get(transaction, number))
        target = out or Path(f"{paper.number}.pdf")
        files.atomic_write(target, drawing.draw(paper, order, terms, settings.font))
        click.echo(f"{order.number}  {paper.number}  {target}")


@click.command()
@shop.argument
@click.argument("number")
@click.option("--parcel", type=click.IntRange(1), help="Which parcel, counted from 1; else what is still here.")
@_OUT
def slip(folder: Path, number: str, parcel: int | None, out: Path | None) -> None:
    """Write the packing slip of a parcel as PDF."""
    drawing = _drawing()
    with shop.opened(folder) as (settings, database):
        terms = shop.till(settings, database).terms
        order = database.read(lambda transaction: orders.get(transaction, number))
        if parcel and parcel > len(order.parcels):
            raise click.BadParameter(f"this order has {len(order.parcels)} parcels", param_hint="--parcel")
        target = out or Path(f"{order.number}-{parcel or 'rest'}.pdf")
        files.atomic_write(target, drawing.draw_slip(order, terms, parcel, settings.font))
        click.echo(f"{order.number}  {target}")


@click.command()
@shop.argument
@click.argument("number", nargs=-1, required=True)
@_OUT
def label(folder: Path, number: tuple[str, ...], out: Path | None) -> None:
    """Write the address labels of orders as PDF, 100 × 150 mm, one a page."""
    _drawing()
    from runtime.documents import labels

    with shop.opened(folder) as (settings, database):
        terms = shop.till(settings, database).terms
        found = database.read(lambda transaction: [orders.get(transaction, each) for each in number])
        target = out or Path(f"{found[0].number}-label.pdf")
        files.atomic_write(target, labels.draw_labels(found, terms, settings.font))
        click.echo(str(target))


def _drawing() -> ModuleType:
    try:
        from runtime.documents import drawing
    except ImportError as error:
        raise click.UsageError(_MISSING) from error
    return drawing
