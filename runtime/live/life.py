"""THE LIFE OF A BROADCAST: armed → live ⇄ interrupted → ended, every step one guarded UPDATE.

A step names the state and the version that it saw: of two that happen at once, one finds nothing to change.
"""

from collections.abc import Mapping
from enum import StrEnum

from runtime.live.values import COLUMNS, Broadcast, State, broadcast
from runtime.transaction import Transaction


class Event(StrEnum):
    """What happens to a broadcast."""

    BEGIN = "begin"
    INTERRUPT = "interrupt"
    RESUME = "resume"
    END = "end"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.ARMED, Event.BEGIN): State.LIVE,
    (State.LIVE, Event.INTERRUPT): State.INTERRUPTED,
    (State.INTERRUPTED, Event.RESUME): State.LIVE,
    (State.ARMED, Event.END): State.ENDED,
    (State.LIVE, Event.END): State.ENDED,
    (State.INTERRUPTED, Event.END): State.ENDED,
}


def find(transaction: Transaction, identity: int) -> Broadcast | None:
    """Return a broadcast by its id, or None."""
    row = transaction.find(f"SELECT {COLUMNS} FROM live_broadcast WHERE id = ?", identity)  # noqa: S608  our own words
    return broadcast(row) if row else None


def step(transaction: Transaction, found: Broadcast, event: Event, **changes: int | str | None) -> Broadcast | None:
    """Take a step from what was seen; return what it led to, or None if it may not be taken or somebody was faster."""
    state = TRANSITIONS.get((found.state, event))
    if state is None:
        return None
    return _change(transaction, found, state, changes)


def change(transaction: Transaction, found: Broadcast, **changes: int | str | None) -> Broadcast | None:
    """Change what belongs to a broadcast without a step; None if it is over or somebody was faster."""
    return _change(transaction, found, found.state, changes) if found.open else None


def _change(
    transaction: Transaction, found: Broadcast, state: State, changes: Mapping[str, int | str | None]
) -> Broadcast | None:
    columns = "".join(f", {name} = ?" for name in changes)
    done = transaction.run(
        f"UPDATE live_broadcast SET state = ?, version = version + 1{columns} "  # noqa: S608  our own columns
        "WHERE id = ? AND state = ? AND version = ?",
        state,
        *changes.values(),
        found.id,
        found.state,
        found.version,
    )
    return find(transaction, found.id) if done else None
