"""``shopwright data``: the figures of the console's data pages, as a CSV file on standard output."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from generator.catalogue import Catalogue
from runtime.commands import shop, spans
from runtime.commands.language import language
from runtime.console import words
from runtime.figures import naming, sheets
from runtime.figures import spans as days
from runtime.figures.sheets import Names
from runtime.releases import Live

_USUAL = 30


@click.command()
@shop.argument
@click.argument("report", type=click.Choice(sheets.KINDS), default="days")
@spans.start_option
@spans.end_option
def data(folder: Path, report: str, start: datetime | None, end: datetime | None) -> None:
    """Print figures as CSV: visits and sales by day, products, channels, live rooms, searches in vain.

    Of the last 30 days, unless --from and --to say others.
    """
    now = datetime.now(UTC)
    with shop.opened(folder) as (settings, database):
        terms = shop.till(settings, database).terms
        zone = ZoneInfo(terms.timezone)
        first, last = start or end, end or now.astimezone(zone)
        asked = days.between(first.date(), last.date(), now, zone) if first else days.lately(_USUAL, now, zone)
        names = _names(Live(settings.var).current().catalogue)
        rows = database.read(lambda look: sheets.rows(look, report, terms.currency, asked, names))
    for line in sheets.lines(report, rows, names):
        click.echo(line, nl=False)


def _names(goods: Catalogue) -> Names:
    locale = language()

    def product(handle: str, former: str) -> str:
        found = goods.find_product(handle)
        return naming.title(found.title if found else None, locale, former or handle)

    def room(handle: str) -> str:
        found = goods.find_room(handle)
        return naming.title(found.title if found else None, locale, handle)

    return Names(
        column=lambda name: words.say(f"data.column.{name}", locale),
        product=product,
        channel=lambda name: naming.channel(name, locale),
        room=room,
    )
