"""What was seen in one process, collected in memory and written as sums now and then: no page waits for it.

``note`` and ``note_words`` collect; ``write`` adds to the database what was collected since. What a process had not
written when it was killed is lost, a few seconds at most; what the database cannot take is tried again while there is
room, and nothing is ever counted twice.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from generator.shop import Value
from runtime.database import Database, Transaction
from runtime.faults import DatabaseFault
from runtime.visits import marks
from runtime.visits.channels import DIRECT, LINK, OTHER
from runtime.visits.marks import Key

log = logging.getLogger(__name__)
ALL = "all"
"""The kind that stands for the whole shop: its visitors are the visitors of a day."""
DEEDS = frozenset({"cart", "checkout"})
MOST = 20_000
"""So much may wait to be written; more is not counted."""
MOST_NAMES = 100
"""So many names that links say themselves are told apart a day; others count as other sites."""
MOST_WORDS = 200
MOST_MARKS = 300_000
"""So many marks a process makes in a day; after that pages are counted, and no more visitors."""
_AT_ONCE = 100
_COUNT = (
    "INSERT INTO visit_count (day, hour, kind, subject, channel, times, visitors) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (day, hour, kind, subject, channel) DO UPDATE SET times = visit_count.times + excluded.times, "
    "visitors = visit_count.visitors + excluded.visitors"
)
_MARK = "INSERT INTO visit_mark (mark, what, channel) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_CHANNEL = "SELECT channel FROM visit_mark WHERE mark = ? AND what = ?"
_NAMES = "SELECT DISTINCT channel FROM visit_count WHERE day = ? AND kind = ? AND channel LIKE ?"
_SEARCHED = "SELECT COUNT(*), SUM(CASE WHEN words = ? THEN 1 ELSE 0 END) FROM visit_words WHERE day = ?"
_WORDS = (
    "INSERT INTO visit_words (day, words, times) VALUES (?, ?, ?) "
    "ON CONFLICT (day, words) DO UPDATE SET times = visit_words.times + excluded.times"
)
_EVERYWHERE = f"{ALL}:"


class Who(Value, frozen=True, kw_only=True):
    """Who is counted: the network of their address, what their browser calls itself, and the shop."""

    address: str
    agent: str
    shop: str


class Seen(Value, frozen=True, kw_only=True):
    """What was seen or done, of which product or room, by somebody who came by a channel ('' for no new one)."""

    kind: str
    subject: str = ""
    channel: str = ""


class _Visitor(msgspec.Struct):
    """What one visitor did since the last time; without a mark only sums are known."""

    day: str
    mark: str
    channel: str
    deeds: dict[tuple[int, str, str], int]

    @property
    def place(self) -> tuple[str, str]:
        """Return where they stand among those who wait; who has no mark stands with others of a channel."""
        return self.day, self.mark or self.channel


class Tally:
    """What was seen in this process and is not written yet."""

    def __init__(self, most: int = MOST, marks: int = MOST_MARKS) -> None:
        self._most = most
        self._most_marks = marks
        self._made = ("", 0)
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._key: Key | None = None
        self._visitors: dict[tuple[str, str], _Visitor] = {}
        self._words: dict[tuple[str, str], int] = {}
        self._waiting = 0
        self._full = False

    def note(self, database: Database, who: Who, seen: Seen, now: datetime, zone: ZoneInfo) -> bool:
        """Collect what somebody saw or did; False when too much waits. Raises DatabaseFault once a day at most."""
        local = now.astimezone(zone)
        day = local.date().isoformat()
        key = self._key_of(database, day)
        full = self._made[0] == day and self._made[1] >= self._most_marks
        mark = marks.mark(key, who.address, who.agent, who.shop) if key and not full else ""
        with self._guard:
            new = _Visitor(day, mark, seen.channel, {})
            found = self._visitors.setdefault(new.place, new)
            found.channel = found.channel or seen.channel
            return all(self._add(found, deed, times) for deed, times in _parts(seen, local.hour))

    def _add(self, visitor: _Visitor, deed: tuple[int, str, str], times: int) -> bool:
        if deed not in visitor.deeds:
            if self._waiting >= self._most:
                if not self._full:
                    log.warning("more is seen than can be written: some of it is not counted")
                self._full = True
                return False
            self._waiting += 1
        visitor.deeds[deed] = visitor.deeds.get(deed, 0) + times
        return True

    def note_words(self, words: str, day: str) -> bool:
        """Collect a search that found nothing; False when too many wait."""
        with self._guard:
            if (day, words) not in self._words and len(self._words) >= MOST_WORDS:
                return False
            self._words[day, words] = self._words.get((day, words), 0) + 1
            return True

    def channel(self, database: Database, who: Who, now: datetime, zone: ZoneInfo) -> str:
        """Return the channel by which somebody came first today, direct where nothing says another one."""
        day = marks.day_of(now, zone)
        key = self._key_of(database, day)
        if key is None:
            return DIRECT
        mark = marks.mark(key, who.address, who.agent, who.shop)
        row = database.read(lambda look: look.find(_CHANNEL, mark, _EVERYWHERE))
        if row:
            return str(row[0])
        with self._guard:
            waiting = self._visitors.get((day, mark))
        return (waiting.channel if waiting else "") or DIRECT

    @property
    def waits(self) -> bool:
        """Tell whether anything waits to be written."""
        return bool(self._visitors or self._words)

    def write(self, database: Database) -> int:
        """Add what was collected to the database and return how many visitors there were.

        It is written in small parts, so that an order never waits long. Raises DatabaseFault; what was not written
        waits for the next time.
        """
        with self._writing:
            with self._guard:
                visitors, words = list(self._visitors.values()), list(self._words.items())
                self._visitors, self._words, self._waiting, self._full = {}, {}, 0, False
            done = 0
            try:
                for part in _in_parts(visitors):
                    self._count_marks(database.write(lambda look, part=part: _write(look, part)))  # type: ignore[misc]
                    done += len(part)
                if words:
                    database.write(lambda transaction: _write_words(transaction, words))
                    words = []
            except DatabaseFault:
                self._take_back(visitors[done:], words)
                raise
            return done

    def _take_back(self, visitors: Sequence[_Visitor], words: Sequence[tuple[tuple[str, str], int]]) -> None:
        with self._guard:
            for each in visitors:
                found = self._visitors.setdefault(each.place, _Visitor(each.day, each.mark, "", {}))
                found.channel = each.channel or found.channel
                for deed, times in each.deeds.items():
                    self._add(found, deed, times)
            for about, times in words:
                self._words[about] = self._words.get(about, 0) + times

    def _count_marks(self, made: tuple[str, int]) -> None:
        day, before = self._made
        self._made = (made[0], made[1] + (before if made[0] == day else 0))

    def _key_of(self, database: Database, day: str) -> Key | None:
        key = self._key
        if key is None or key.day != day:
            key = marks.find_key(database, day)
            if key is not None:
                self._key = key
        return key


def _parts(seen: Seen, hour: int) -> Iterator[tuple[tuple[int, str, str], int]]:
    """Yield what something counts for; who does something has visited the shop, if only by that.

    The hour is kept for the shop and its kinds of pages, not for each product.
    """
    yield (hour, ALL, ""), 0 if seen.kind in DEEDS else 1
    yield (hour, seen.kind, ""), 1
    if seen.subject:
        yield (0, seen.kind, seen.subject), 1


def _in_parts(visitors: Sequence[_Visitor]) -> Iterator[Sequence[_Visitor]]:
    return (visitors[start : start + _AT_ONCE] for start in range(0, len(visitors), _AT_ONCE))


def _write(transaction: Transaction, visitors: Sequence[_Visitor]) -> tuple[str, int]:
    """Add what visitors did, and return the day and how many marks were new.

    Those of a day that is over count by what they saw, and not as visitors.
    """
    made, day = 0, marks.current_day(transaction)
    names = _names(transaction, visitors)
    sums: dict[tuple[Any, ...], list[int]] = {}
    for each in visitors:
        mark = each.mark if each.day == day else ""
        row = transaction.find(_CHANNEL, mark, _EVERYWHERE) if mark else None
        channel = str(row[0]) if row else names.get(each.channel, each.channel) or DIRECT
        for (hour, kind, subject), times in each.deeds.items():
            new = mark and transaction.run(_MARK, mark, f"{kind}:{subject}", channel)
            total = sums.setdefault((each.day, hour, kind, subject, channel), [0, 0])
            total[0] += times
            total[1] += int(bool(new))
            made += int(bool(new))
    for about in sorted(sums):
        transaction.run(_COUNT, *about, *sums[about])
    return day, made


def _names(transaction: Transaction, visitors: Sequence[_Visitor]) -> dict[str, str]:
    """Return under which channel names count that links say themselves: there is no end of them."""
    said = sorted({(each.day, each.channel) for each in visitors if each.channel.startswith(LINK)})
    known = {day: {name for (name,) in transaction.all(_NAMES, day, ALL, f"{LINK}%")} for day, _ in said}
    found = {}
    for day, name in said:
        if name in known[day] or len(known[day]) < MOST_NAMES:
            known[day].add(name)
        else:
            found[name] = OTHER
    return found


def _write_words(transaction: Transaction, words: Sequence[tuple[tuple[str, str], int]]) -> None:
    for (day, said), times in sorted(words):
        row = transaction.find(
            "SELECT COUNT(*), SUM(CASE WHEN words = ? THEN 1 ELSE 0 END) FROM visit_words WHERE day = ?", said, day
        )
        if row and (row[1] or row[0] < MOST_WORDS):
            transaction.run(_WORDS, day, said, times)
