"""What a network reports is applied once, and in the end as if it had come in order.

``provider_ref`` of a broadcast remembers the last connection that counted: whether it is on or off, since when by the
provider's own clock, and its name. A late notice of an older connection changes nothing.
"""

import contextlib
from datetime import datetime
from enum import StrEnum

from generator.live import LiveCdn
from generator.shop import Value
from runtime.database import Database
from runtime.live import broadcasts, life, networks
from runtime.live.callbacks import Callback, Kind
from runtime.live.life import Event
from runtime.live.values import Broadcast, State, Through
from runtime.transaction import Transaction

SIGNED = frozenset({"tencent", "aliyun"})
"""Providers that sign what they say; all others prove it with the key of the stream, and ask before they let in."""
_TRIES = 4
TAKEOVERS = 5
"""So often within a minute may a stream change hands; more is a key that leaked."""
_NOTE = "INSERT INTO live_callback (provider, event_key, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_SESSION = (
    "INSERT INTO live_session (broadcast_id, kind, peer, agent, started_at, why, bytes, width, height, video, audio) "
    "VALUES (?, 'cdn', ?, ?, ?, '', 0, ?, ?, '', '')"
)
_LEFT = "UPDATE live_session SET ended_at = ?, why = ? WHERE broadcast_id = ? AND kind = 'cdn' AND ended_at IS NULL"
_RECENT = "SELECT COUNT(*) FROM live_session WHERE broadcast_id = ? AND kind = 'cdn' AND started_at > ?"


class Outcome(StrEnum):
    """What became of a notice."""

    BEGUN = "begun"
    RESUMED = "resumed"
    TAKEN_OVER = "taken-over"
    INTERRUPTED = "interrupted"
    NOTED = "noted"
    """An end before its beginning: it counts when that comes."""
    REPEATED = "repeated"
    STALE = "stale"
    """Of a connection that does not count any more."""
    LATE = "late"
    """The broadcast has been away for too long."""
    BUSY = "busy"
    """Somebody else is sending, and stays."""
    UNKNOWN = "unknown"
    """No open broadcast is called so, or the key is wrong."""


REFUSED = frozenset({Outcome.LATE, Outcome.BUSY, Outcome.UNKNOWN})
"""Outcomes with which nobody may publish."""


class House(Value, frozen=True, kw_only=True):
    """The shop's rules for publishers; ``asks`` tells that the provider does what it is answered."""

    grace: int
    takeover: str
    asks: bool


class _Last(Value, frozen=True, kw_only=True):
    """The last connection that counted."""

    on: bool
    at: int
    session: str


class _RacedError(Exception):
    """Somebody else took a step at the same moment: look again."""


def find(database: Database, callback: Callback, cdn: LiveCdn | None) -> Broadcast | None:
    """Return the open broadcast that a notice means: by its key where it has one to show, else by its name."""
    if cdn is None:
        return None
    if callback.provider in SIGNED:
        return networks.find(cdn, broadcasts.all_open(database), callback.name)
    found = broadcasts.find_by_key(database, callback.key) if callback.key else None
    if found is None or found.through is not Through.CDN:
        return None
    return found if callback.name in {"", networks.name(cdn, found)} else None


def apply(database: Database, broadcast: Broadcast, callback: Callback, house: House, now: datetime) -> Outcome:
    """Apply a notice to the broadcast that it means."""
    moment = int(now.timestamp())
    take = _begin if callback.kind is Kind.BEGIN else _end

    def unit(transaction: Transaction) -> Outcome:
        found = life.find(transaction, broadcast.id)
        if found is None or not found.open:
            return Outcome.UNKNOWN
        if callback.once and not transaction.run(_NOTE, callback.provider, callback.once, moment):
            return Outcome.REPEATED
        return take(transaction, found, callback, house, moment)

    for _ in range(_TRIES):
        with contextlib.suppress(_RacedError):
            return database.write(unit)
    return database.write(unit)


def _begin(transaction: Transaction, found: Broadcast, callback: Callback, house: House, moment: int) -> Outcome:
    last, at = _read(found.provider_ref), callback.at or moment
    ignored = _ignored(found, last, callback, at)
    if ignored is not None:
        return ignored
    if last is not None and _is_over(last, callback, at):
        return _passed(transaction, found, last, house, moment)
    if found.state is State.INTERRUPTED and moment >= (found.grace_until or 0):
        return Outcome.LATE
    if found.state is State.LIVE and house.asks and (house.takeover == "refuse" or _often(transaction, found, moment)):
        return Outcome.BUSY
    _on(transaction, found, _write(_Last(on=True, at=at, session=callback.session)), moment)
    transaction.run(_LEFT, moment, "taken over" if found.state is State.LIVE else "", found.id)
    transaction.run(_SESSION, found.id, callback.peer, callback.provider, moment, callback.width, callback.height)
    return {State.ARMED: Outcome.BEGUN, State.INTERRUPTED: Outcome.RESUMED}.get(found.state, Outcome.TAKEN_OVER)


def _ignored(found: Broadcast, last: _Last | None, callback: Callback, at: int) -> Outcome | None:
    """Tell why a beginning changes nothing: it is known, or one of an older connection."""
    if last is None:
        return None
    if last.on and _is(last, callback):
        return Outcome.REPEATED
    older = last.at > at or (not last.on and _is(last, callback))
    return Outcome.STALE if older and found.state is not State.ARMED else None


def _is_over(last: _Last, callback: Callback, at: int) -> bool:
    """Tell whether the end of a connection is here already, whose beginning comes only now."""
    return not last.on and (_is(last, callback) or (callback.vague and last.at > at))


def _on(transaction: Transaction, found: Broadcast, reference: str, moment: int) -> None:
    if found.state is State.ARMED:
        done = life.step(transaction, found, Event.BEGIN, started_at=moment, provider_ref=reference)
    elif found.state is State.INTERRUPTED:
        done = life.step(transaction, found, Event.RESUME, grace_until=None, provider_ref=reference)
    else:
        done = life.change(transaction, found, provider_ref=reference)
    _expect(done)


def _passed(transaction: Transaction, found: Broadcast, last: _Last, house: House, moment: int) -> Outcome:
    """Make up for a beginning whose end is here already: the publisher was there, and is away since then."""
    begun = _expect(life.step(transaction, found, Event.BEGIN, started_at=moment))
    _expect(life.step(transaction, begun, Event.INTERRUPT, grace_until=min(moment, last.at) + house.grace))
    return Outcome.INTERRUPTED


def _end(transaction: Transaction, found: Broadcast, callback: Callback, house: House, moment: int) -> Outcome:
    last, at = _read(found.provider_ref), callback.at or moment
    reference = _write(_Last(on=False, at=at, session=callback.session))
    if last is not None and not _counts(found, last, callback, at):
        return Outcome.STALE
    if found.state is not State.LIVE:
        _expect(life.change(transaction, found, provider_ref=reference))
        return Outcome.NOTED
    until = moment + house.grace
    _expect(life.step(transaction, found, Event.INTERRUPT, grace_until=until, provider_ref=reference))
    transaction.run(_LEFT, moment, "gone", found.id)
    return Outcome.INTERRUPTED


def _counts(found: Broadcast, last: _Last, callback: Callback, at: int) -> bool:
    """Tell whether an end is that of the connection that counts, or of one that we did not hear of yet."""
    if found.state is State.LIVE:
        return callback.session == last.session and (not callback.vague or at >= last.at)
    return at >= last.at and (last.on or not _is(last, callback))


def _is(last: _Last, callback: Callback) -> bool:
    """Tell whether a notice is certainly about that very connection."""
    return bool(callback.session) and not callback.vague and last.session == callback.session


def _expect(done: Broadcast | None) -> Broadcast:
    if done is None:
        raise _RacedError
    return done


def _often(transaction: Transaction, found: Broadcast, moment: int) -> bool:
    row = transaction.find(_RECENT, found.id, moment - 60)
    return row is not None and int(row[0]) > TAKEOVERS


def _write(last: _Last) -> str:
    return f"{'on' if last.on else 'off'}|{last.at}|{last.session}"


def _read(reference: str) -> _Last | None:
    state, _, rest = reference.partition("|")
    at, _, session = rest.partition("|")
    return _Last(on=state == "on", at=int(at), session=session) if state in {"on", "off"} and at.isdecimal() else None
