"""What a room has to show later: its broadcasts, what was said, what was explained and ordered, as tables in one file.

Times are the shop's, money is plain numbers, nothing that a viewer wrote can become a formula of a spreadsheet. Who
wrote is named as everybody saw it and by a hash; contacts and addresses of buyers stand in their orders only.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from generator import money
from generator.shop import Value
from runtime.funds.tables import safe
from runtime.transaction import Row, Transaction

_BROADCASTS = (
    "SELECT ordinal, state, through, started_at, ended_at, ended_why, recording, recording_bytes, duration_ms, peak, "
    "likes, actor FROM live_broadcast WHERE room = ? AND practice = 0 ORDER BY ordinal"
)
_SESSIONS = (
    "SELECT b.ordinal, s.kind, s.agent, s.started_at, s.ended_at, s.why, s.bytes, s.width, s.height "
    "FROM live_session s JOIN live_broadcast b ON b.id = s.broadcast_id WHERE b.room = ? AND b.practice = 0 "
    "ORDER BY s.id"
)
_PINS = (
    "SELECT b.ordinal, p.number, p.product, p.at_ms, p.until_ms, p.actor FROM live_pin p "
    "JOIN live_broadcast b ON b.id = p.broadcast_id WHERE b.room = ? AND b.practice = 0 ORDER BY p.id"
)
_FLASHES = (
    "SELECT b.ordinal, f.number, f.sku, f.price, f.quantity, f.per_buyer, f.starts_at, f.ends_at, f.stopped_at, "
    "f.actor FROM live_flash f JOIN live_broadcast b ON b.id = f.broadcast_id WHERE b.room = ? AND b.practice = 0 "
    "ORDER BY f.id"
)
_CHAT = (
    "SELECT seq, at_ms, name, body, host, state, moderated_ms, actor, viewer FROM live_message "
    "WHERE room = ? ORDER BY seq"
)
_ORDERS = (
    "SELECT o.number, l.at, b.ordinal, l.number, o.state, o.currency, o.total, o.paid, o.refunded, o.id "
    "FROM live_order l JOIN orders o ON o.id = l.order_id LEFT JOIN live_broadcast b ON b.id = l.broadcast_id "
    "WHERE l.room = ? ORDER BY o.id"
)
_LINES = (
    "SELECT n.order_id, n.sku, n.title, n.label, n.quantity FROM live_order l JOIN orders o ON o.id = l.order_id "
    "JOIN order_line n ON n.order_id = o.id AND n.revision = o.revision WHERE l.room = ? ORDER BY o.id, n.position"
)
HEADS = {
    "broadcasts": (
        "broadcast", "state", "through", "began", "ended", "why", "recording", "bytes", "seconds", "most viewers",
        "likes", "by",
    ),
    "connections": ("broadcast", "kind", "program", "began", "ended", "why", "bytes", "width", "height"),
    "explained": ("broadcast", "number", "product", "from", "until", "by"),
    "flash-sales": (
        "broadcast", "number", "sku", "price", "pieces", "per buyer", "begins", "ends", "stopped", "by",
    ),
    "chat": ("number", "time", "name", "text", "host", "state", "moderated", "moderated by", "viewer"),
    "orders": (
        "order", "time", "broadcast", "number", "state", "currency", "total", "paid", "paid back", "lines",
    ),
}  # fmt: skip
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Evidence(Value, frozen=True, kw_only=True):
    """The tables of a room by their names, each without its head."""

    room: str
    tables: dict[str, tuple[tuple[str, ...], ...]]

    def count(self, name: str) -> int:
        """Return how many rows a table has."""
        return len(self.tables[name])


def gather(transaction: Transaction, room: str, currency: str, zone: ZoneInfo) -> Evidence:
    """Return everything that is kept of a room."""
    clock = _Clock(zone)
    lines: dict[int, list[str]] = {}
    for order, sku, title, label, quantity in transaction.all(_LINES, room):
        lines.setdefault(order, []).append(f"{quantity} × {title}{f' ({label})' if label else ''} [{sku}]")
    found = {
        "broadcasts": [
            (*row[:3], clock.at(row[3]), clock.at(row[4]), *row[5:8], row[8] // 1000, *row[9:])
            for row in transaction.all(_BROADCASTS, room)
        ],
        "connections": [
            (*row[:3], clock.at(row[3]), clock.at(row[4]), *row[5:]) for row in transaction.all(_SESSIONS, room)
        ],
        "explained": [
            (*row[:3], clock.exact(row[3]), clock.exact(row[4]), row[5]) for row in transaction.all(_PINS, room)
        ],
        "flash-sales": [
            (*row[:3], money.plain(row[3], currency), *row[4:6], *map(clock.at, row[6:9]), row[9])
            for row in transaction.all(_FLASHES, room)
        ],
        "chat": [
            (row[0], clock.exact(row[1]), *row[2:4], "yes" if row[4] else "", row[5], clock.exact(row[6]), *row[7:])
            for row in transaction.all(_CHAT, room)
        ],
        "orders": [_order(row, clock, lines.get(row[9], [])) for row in transaction.all(_ORDERS, room)],
    }
    tables = {name: tuple(tuple(_cell(each) for each in row) for row in rows) for name, rows in found.items()}
    return Evidence(room=room, tables=tables)


def packed(found: Evidence) -> bytes:
    """Write the tables as CSV files into one ZIP file, with the sums by which each can be checked."""
    files = {f"{name}.csv": _csv(HEADS[name], rows) for name, rows in found.tables.items()}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**files, "SHA256SUMS": sums.encode()}.items():
            about = zipfile.ZipInfo(f"{found.room}/{name}", _EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            archive.writestr(about, data)
    return written.getvalue()


class _Clock:
    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def at(self, seconds: int | None) -> str:
        """Write an instant to the second; nothing for none."""
        return "" if seconds is None else datetime.fromtimestamp(seconds, self._zone).isoformat(" ")

    def exact(self, milliseconds: int | None) -> str:
        """Write an instant to the millisecond."""
        if milliseconds is None:
            return ""
        return datetime.fromtimestamp(milliseconds / 1000, self._zone).isoformat(" ", "milliseconds")


def _order(row: Row, clock: _Clock, lines: Sequence[str]) -> tuple[object, ...]:
    amounts = (money.plain(each, row[5]) for each in row[6:9])
    return (row[0], clock.at(row[1]), row[2] or "", row[3] or "", row[4], row[5], *amounts, "; ".join(lines))


def _cell(value: object) -> str:
    return safe("" if value is None else str(value))


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a table; the mark at its beginning lets Excel read Chinese."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return ("\ufeff" + written.getvalue()).encode()
