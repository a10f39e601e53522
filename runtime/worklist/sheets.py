"""Orders for a spreadsheet: CSV with a row for every line, in which nothing that a buyer wrote becomes a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from zoneinfo import ZoneInfo

import msgspec

from generator import money
from runtime import carriers, orders
from runtime.clientele import masking
from runtime.database import Database
from runtime.funds.tables import safe
from runtime.orders import Order
from runtime.worklist import searching
from runtime.worklist.searching import Wanted

HEAD = (
    "number", "placed", "state", "buyer", "phone", "email", "country", "address", "product", "option", "sku",
    "quantity", "unit_price", "line_total", "delivery", "total", "paid", "refunded", "currency", "gateway", "parcels",
    "remarks",
)  # fmt: skip
"""The columns, by the words that name them."""
_AT_ONCE = 200


def csv_lines(database: Database, wanted: Wanted, zone: ZoneInfo, say: Callable[[str], str]) -> Iterator[str]:
    """Yield the lines of a CSV file; ``say`` names columns and states. The mark at its beginning is for Excel."""
    yield "\ufeff" + _line(say(f"orders.column.{name}") for name in HEAD)
    place = msgspec.structs.replace(wanted, limit=_AT_ONCE, before=0, after=0)
    while True:
        page = database.read(lambda look, place=place: searching.find(look, place))  # type: ignore[misc]
        for row in page.rows:
            order = database.read(lambda look, row=row: orders.get_by_id(look, row.id))  # type: ignore[misc]
            yield "".join(_line(cells) for cells in _rows(order, zone, say, whole=wanted.whole))
        if not page.older:
            return
        place = msgspec.structs.replace(place, before=page.older)


def _rows(order: Order, zone: ZoneInfo, say: Callable[[str], str], *, whole: bool) -> Iterator[Iterable[str]]:
    def amount(value: int) -> str:
        return money.plain(value, order.currency)

    contacts = masking.contacts(order.contact.email, order.address.phone or order.contact.phone, whole=whole)
    buyer = (
        order.address.name or order.contact.name,
        contacts.phone,
        contacts.email,
        order.address.destination.country,
        " ".join(line for line in masking.place(order.address, whole=whole) if line != order.address.name),
    )
    parcels = "; ".join(f"{carriers.name(each.carrier, 'en')} {each.tracking}".strip() for each in order.parcels)
    for line in order.lines:
        yield (
            order.number,
            order.placed_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
            say(f"orders.state.{order.state}"),
            *buyer,
            line.title,
            line.label,
            line.sku,
            str(line.quantity),
            amount(line.unit_price),
            amount(line.total),
            amount(order.quote.delivery),
            amount(order.total),
            amount(order.paid),
            amount(order.refunded),
            order.currency,
            order.gateway,
            parcels,
            order.remarks,
        )


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return written.getvalue()
