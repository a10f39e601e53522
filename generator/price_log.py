"""The append-only log of prices, var/prices.csv: which price held from when, one line a change, never rewritten.

A line says when it was written, from when its price holds, and what was crossed out beside it. A publish knows what
promotions will do, so its lines may lie ahead; a later line of the same sku makes those ahead of it void.
"""

import csv
import io
import os
from collections.abc import Iterator, KeysView, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from generator import files, money
from generator.value import Value

NAME = "prices.csv"
FILE = f"var/{NAME}"
COLUMNS = ("recorded", "from", "sku", "price", "crossed_out", "currency", "promotion")
_FORM = "%Y-%m-%dT%H:%M:%SZ"


class Span(Value, frozen=True, kw_only=True):
    """A price from an instant until the next span; ``price`` is None while a sku is not on sale."""

    since: str
    price: int | None
    crossed_out: int | None = None
    promotion: str = ""

    @property
    def state(self) -> tuple[int | None, int | None, str]:
        """Return all but the instant."""
        return self.price, self.crossed_out, self.promotion


class Lowest(Value, frozen=True, kw_only=True):
    """The lowest price of some days, and from when it held."""

    price: int
    since: str


class Log:
    """What the log says, by sku; ``damaged`` are the numbers of lines that say nothing."""

    def __init__(self, spans: Mapping[str, Sequence[Span]], damaged: Sequence[int] = ()) -> None:
        self._spans = {sku: list(each) for sku, each in spans.items()}
        self.damaged = tuple(damaged)

    def skus(self) -> KeysView[str]:
        """Return every sku that was ever on sale."""
        return self._spans.keys()

    def spans(self, sku: str) -> list[Span]:
        """Return all prices of a sku, oldest first."""
        return self._spans.get(sku, [])

    def ahead(self, sku: str, now: str) -> tuple[Span | None, list[Span]]:
        """Return the span that holds now, and those that the log expects after it."""
        spans = self.spans(sku)
        if spans and spans[-1].since <= now:
            return spans[-1], []
        current = next((each for each in reversed(spans) if each.since <= now), None)
        return current, [each for each in spans if each.since > now]

    def reduced_since(self, sku: str, now: str, price: int) -> str:
        """Return when the reduction to a price began: before it came only higher ones that were reductions, too."""
        begun, bound = now, price
        for span in reversed(self.spans(sku)):
            if span.since > now:
                continue
            if span.price is None or span.crossed_out is None or span.price < bound:
                break
            begun, bound = span.since, span.price
        return begun

    def lowest(self, sku: str, before: str, days: int) -> Lowest | None:
        """Return the lowest price in the days before an instant; None if it was not on sale then."""
        first = back(before, days)
        found: Lowest | None = None
        spans = self.spans(sku)
        for place, span in enumerate(spans):
            until = spans[place + 1].since if place + 1 < len(spans) else before
            if span.price is None or span.since >= before or until <= first:
                continue
            if found is None or span.price < found.price:
                found = Lowest(price=span.price, since=max(span.since, first))
        return found


def back(instant: str, days: int) -> str:
    """Return the instant so many days earlier."""
    return (datetime.strptime(instant, _FORM).replace(tzinfo=UTC) - timedelta(days=days)).strftime(_FORM)


def read(path: Path, currency: str) -> Log:
    """Read the log; prices in another currency than today's prove nothing and are left out."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Log({})
    known = _KNOWN.get((path, currency))
    # It only grows: lines that this process has read already are not read again.
    if known is None or not text.startswith(known.text) or not known.text.endswith("\n"):
        _KNOWN.clear()
        known = _KNOWN[path, currency] = _Read()
    if known.log is None or len(known.text) < len(text):
        known.add(text, currency)
        known.log = Log(known.spans, known.damaged)
    return known.log


class _Read:
    """What was read of a log so far: its text, and what its lines said."""

    def __init__(self) -> None:
        self.text = ""
        self.lines = 0
        self.spans: dict[str, list[Span]] = {}
        self.damaged: list[int] = []
        self.log: Log | None = None

    def add(self, text: str, currency: str) -> None:
        """Read the lines of a text that are new; the last one may still be cut short."""
        lines = text[len(self.text) :].split("\n")
        for number, line in enumerate(lines, self.lines + 1):
            if line and number > 1:
                self._take(line, number, currency)
        self.text = text
        self.lines += len(lines) - 1

    def _take(self, line: str, number: int, currency: str) -> None:
        found = _line(line, currency)
        if found is None:
            self.damaged.append(number)
            return
        recorded, sku, span = found
        spans = self.spans.setdefault(sku, [])
        while spans and spans[-1].since >= span.since and spans[-1].since >= recorded:
            spans.pop()
        if span.price is not None or spans:
            spans.append(span)


_KNOWN: dict[tuple[Path, str], _Read] = {}
"""The log that this process read last: a publish of one price need not read ten thousand others again."""


@lru_cache(maxsize=4096)
def _is_instant(text: str) -> bool:
    try:
        datetime.strptime(text, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def _amount(text: str, currency: str) -> int | None:
    return money.parse(text, currency) if text else None


def _line(line: str, currency: str) -> tuple[str, str, Span] | None:
    try:
        plain = '"' not in line and "\r" not in line and "\0" not in line
        row = line.split(",") if plain else next(csv.reader([line], strict=True))
        recorded, since, sku, price, crossed, own, promotion = row
        if not (_is_instant(recorded) and _is_instant(since)):
            return None
        amount, before = _amount(price, own), _amount(crossed, own)
    except (ValueError, csv.Error, StopIteration):
        return None
    if own != currency:
        amount = before = None
    return (recorded, sku, Span(since=since, price=amount, crossed_out=before, promotion=promotion)) if sku else None


def append(path: Path, log: Log, plans: Mapping[str, Sequence[Span]], now: str, currency: str) -> int:
    """Write what changes by plans (sku → spans from now on), durably; return the number of lines."""
    rows = list(_changes(log, plans, now))
    if not rows:
        return 0
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    new = not path.exists()
    if new:
        writer.writerow(COLUMNS)
    elif not _ends_whole(path):
        written.write("\n")
    for sku, span in rows:
        price, crossed = (
            money.plain(each, currency) if each is not None else "" for each in (span.price, span.crossed_out)
        )
        writer.writerow((now, span.since, sku, price, crossed, currency, span.promotion))
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    try:
        files.write_all(handle, written.getvalue().encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        files.sync_folder(path.parent)
    return len(rows)


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        if stream.tell() == 0:
            return True
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


def _changes(log: Log, plans: Mapping[str, Sequence[Span]], now: str) -> Iterator[tuple[str, Span]]:
    for sku, plan in plans.items():
        current, expected = log.ahead(sku, now)
        first, later = plan[0], plan[1:]
        held = current is not None and current.state == first.state
        if held and list(later) == expected:
            continue
        yield from ((sku, each) for each in (plan if expected or not held else later))
    for sku in sorted(log.skus() - plans.keys()):
        current, expected = log.ahead(sku, now)
        if expected or (current is not None and current.price is not None):
            yield sku, Span(since=now, price=None)
