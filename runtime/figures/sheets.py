"""Reports for a spreadsheet: the columns by the words that name them, and rows of text."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from generator import money
from runtime.database import Transaction
from runtime.figures import counted, reports
from runtime.figures.counted import Visits
from runtime.figures.spans import Span
from runtime.funds.tables import safe

Row = tuple[str, ...]
KINDS = ("days", "products", "channels", "rooms", "searches")
"""The reports that can be had as a file."""
HEADS: dict[str, Row] = {
    "days": (
        "day", "visitors", "views", "lookers", "carts", "checkouts", "orders", "paid", "sales", "refunds", "currency",
    ),
    "products": (
        "product", "handle", "pieces", "amount", "orders", "returned", "refunded", "views", "visitors", "carts",
        "conversion", "currency",
    ),
    "channels": (
        "channel", "visitors", "views", "lookers", "carts", "checkouts", "orders", "paid", "kept", "conversion",
        "currency",
    ),
    "rooms": (
        "room", "handle", "broadcasts", "peak", "watched_seconds", "page_visitors", "carts_room", "orders", "paid",
        "kept", "currency",
    ),
    "searches": ("words", "times", "last"),
}  # fmt: skip


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """How a reader calls things: columns by their word, products, channels and rooms by what is stored."""

    column: Callable[[str], str]
    product: Callable[[str, str], str]
    channel: Callable[[str], str]
    room: Callable[[str], str]


def lines(kind: str, rows: Iterable[Row], names: Names) -> Iterator[str]:
    """Yield the lines of a CSV file; the mark at its beginning lets Excel read Chinese."""
    yield "\ufeff" + _line([names.column(each) for each in HEADS[kind]])
    for row in rows:
        yield _line([safe(cell) for cell in row])


def rows(transaction: Transaction, kind: str, currency: str, span: Span, names: Names) -> list[Row]:
    """Return the rows of a report; where nothing was counted a cell is empty."""
    if kind == "days":
        found = reports.overview(transaction, currency, span)
        return [_day(each, found, currency) for each in found.days]
    if kind == "products":
        return [_product(each, currency, names) for each in reports.products(transaction, currency, span)]
    if kind == "channels":
        return [_channel(each, currency, names) for each in reports.channels(transaction, currency, span)]
    if kind == "rooms":
        return [_room(each, currency, names) for each in reports.rooms(transaction, currency, span)]
    return [(each.words, str(each.times), each.last.isoformat()) for each in counted.searches(transaction, span)]


def _day(day: reports.Day, found: reports.Overview, currency: str) -> Row:
    known = found.begun is not None and found.begun <= day.day
    visits = _texts(_visits(day.visits)) if known else ("",) * 5
    amounts = (money.plain(day.sales, currency), money.plain(day.refunds, currency))
    return (day.day.isoformat(), *visits, *_texts((day.orders.placed, day.orders.paid)), *amounts, currency)


def _product(row: reports.ProductRow, currency: str, names: Names) -> Row:
    good, interest = row.good, row.interest
    return (
        names.product(row.product, good.title),
        row.product,
        str(good.pieces),
        money.plain(good.amount, currency),
        *_texts((good.orders, good.returned)),
        money.plain(good.refunded, currency),
        *_texts((interest.views, interest.visitors, interest.carts)),
        share(row.conversion),
        currency,
    )


def _channel(row: reports.ChannelRow, currency: str, names: Names) -> Row:
    numbers = (*_visits(row.visits), row.orders.placed, row.orders.paid)
    kept = money.plain(row.orders.kept, currency)
    return (names.channel(row.channel), *_texts(numbers), kept, share(row.conversion), currency)


def _room(row: reports.RoomRow, currency: str, names: Names) -> Row:
    orders = row.orders
    numbers = (row.broadcasts, row.peak, row.watched, row.interest.visitors, row.carts, orders.placed, orders.paid)
    return (names.room(row.room), row.room, *_texts(numbers), money.plain(orders.kept, currency), currency)


def share(found: float | None) -> str:
    """Write a share as a number between 0 and 1; nothing where it is not known."""
    return "" if found is None else f"{found:.4f}"


def _visits(visits: Visits) -> tuple[int, ...]:
    return visits.visitors, visits.views, visits.lookers, visits.carts, visits.checkouts


def _texts(numbers: Sequence[int]) -> Row:
    return tuple(map(str, numbers))


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()
