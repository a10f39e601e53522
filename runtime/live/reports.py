"""What a network reports is applied once, and in the end as if it had come in order.

``provider_ref`` of a broadcast remembers the last connection that counted, and ends whose beginnings did not come yet.
A late notice of an older connection changes nothing.
"""

import contextlib
from datetime import datetime
from enum import StrEnum

import msgspec

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
_MOST_ENDS = 5
KEPT = 7 * 24 * 60 * 60
"""Seconds for which a notice is known again: far longer than any provider repeats one, or is believed."""
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


class _End(Value, frozen=True, kw_only=True, array_like=True):
    """The end of a connection that is not the one that counts."""

    session: str
    at: int


class _Memory(Value, frozen=True, kw_only=True):
    """The last connection that counted, since when it is on or off by the provider's clock, and other ends."""

    on: bool = False
    at: int = 0
    session: str = ""
    ends: tuple[_End, ...] = ()


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


def forget(database: Database, now: datetime) -> int:
    """Forget notices that nobody sends again; return how many there were."""
    before = int(now.timestamp()) - KEPT
    if database.read(lambda look: look.find("SELECT 1 FROM live_callback WHERE at < ? LIMIT 1", before)) is None:
        return 0
    return database.write(lambda transaction: transaction.run("DELETE FROM live_callback WHERE at < ?", before))


def _begin(transaction: Transaction, found: Broadcast, callback: Callback, house: House, moment: int) -> Outcome:
    memory, at = _recall(found), callback.at or moment
    if memory.on and _is(memory.session, callback):
        return Outcome.REPEATED
    if found.state is not State.ARMED and (memory.at > at or _is(memory.session, callback)):
        return Outcome.STALE
    if found.state is State.INTERRUPTED and moment >= (found.grace_until or 0):
        return Outcome.LATE
    if found.state is State.LIVE and house.asks and (house.takeover == "refuse" or _often(transaction, found, moment)):
        return Outcome.BUSY
    over = next((each for each in memory.ends if each.session == callback.session and each.at >= at), None)
    rest = tuple(each for each in memory.ends if each is not over)
    now = _on(transaction, found, _Memory(on=True, at=at, session=callback.session, ends=rest), moment)
    transaction.run(_LEFT, moment, "taken over" if found.state is State.LIVE else "", found.id)
    transaction.run(_SESSION, found.id, callback.peer, callback.provider, moment, callback.width, callback.height)
    if over is not None:
        return _off(transaction, now, _Memory(at=over.at, session=over.session, ends=rest), house, (over.at, moment))
    return {State.ARMED: Outcome.BEGUN, State.INTERRUPTED: Outcome.RESUMED}.get(found.state, Outcome.TAKEN_OVER)


def _end(transaction: Transaction, found: Broadcast, callback: Callback, house: House, moment: int) -> Outcome:
    memory, at = _recall(found), callback.at or moment
    if not memory.on and _is(memory.session, callback):
        return Outcome.STALE
    if found.state is State.LIVE and callback.session == memory.session and (at >= memory.at or not callback.vague):
        ended = _Memory(at=max(at, memory.at), session=callback.session, ends=memory.ends)
        return _off(transaction, found, ended, house, (moment, moment))
    if at < memory.at:
        return Outcome.STALE
    noted = _End(session=callback.session, at=at)
    ends = tuple(each for each in memory.ends if each.session != callback.session)[1 - _MOST_ENDS :]
    _expect(life.change(transaction, found, provider_ref=_kept(msgspec.structs.replace(memory, ends=(*ends, noted)))))
    return Outcome.NOTED


def _on(transaction: Transaction, found: Broadcast, memory: _Memory, moment: int) -> Broadcast:
    reference = _kept(memory)
    if found.state is State.ARMED:
        done = life.step(transaction, found, Event.BEGIN, started_at=moment, provider_ref=reference)
    elif found.state is State.INTERRUPTED:
        done = life.step(transaction, found, Event.RESUME, grace_until=None, provider_ref=reference)
    else:
        done = life.change(transaction, found, provider_ref=reference)
    return _expect(done)


def _off(
    transaction: Transaction, found: Broadcast, memory: _Memory, house: House, times: tuple[int, int]
) -> Outcome:  # fmt: skip
    """Interrupt a broadcast; ``times`` are since when its publisher is away, and now."""
    until = min(times) + house.grace
    _expect(life.step(transaction, found, Event.INTERRUPT, grace_until=until, provider_ref=_kept(memory)))
    transaction.run(_LEFT, times[1], "gone", found.id)
    return Outcome.INTERRUPTED


def _is(session: str, callback: Callback) -> bool:
    """Tell whether a notice is certainly about that very connection."""
    return bool(session) and not callback.vague and session == callback.session


def _expect(done: Broadcast | None) -> Broadcast:
    if done is None:
        raise _RacedError
    return done


def _often(transaction: Transaction, found: Broadcast, moment: int) -> bool:
    row = transaction.find(_RECENT, found.id, moment - 60)
    return row is not None and int(row[0]) > TAKEOVERS


def _kept(memory: _Memory) -> str:
    return msgspec.json.encode(memory).decode()


def _recall(found: Broadcast) -> _Memory:
    return msgspec.json.decode(found.provider_ref, type=_Memory) if found.provider_ref else _Memory()
