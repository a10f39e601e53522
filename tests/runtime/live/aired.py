"""Broadcasts as the database has them, for tests of what comes afterwards."""

from tills import NOW

AT = int(NOW.timestamp())
_BROADCAST = (
    "INSERT INTO live_broadcast (room, ordinal, practice, through, stream, state, version, key_hash, key_tail, "
    "key_generation, armed_at, started_at, ended_at, ended_why, recording, recording_bytes, duration_ms, peak, likes, "
    "provider_ref, actor) VALUES (?, ?, ?, 'own', ?, ?, 1, ?, 'tail', 1, ?, ?, ?, '', 'none', 0, 0, 0, 0, '', 'host')"
)
_PIN = "INSERT INTO live_pin (broadcast_id, number, product, at_ms, until_ms, actor) VALUES (?, ?, ?, ?, ?, 'host')"


def broadcast(database, room="evening", ordinal=1, *, start=0, end=None, practice=False):
    """Write a broadcast that began and ended so many seconds after AT; return its id."""
    stream = f"p{ordinal:032x}" if practice else str(ordinal)
    state = "live" if end is None else "ended"
    began = None if start is None else AT + start
    ended = None if end is None else AT + end
    key = f"{room}/{stream}"
    row = (room, ordinal, int(practice), stream, state, key, AT - 60, began, ended)
    database.write(lambda transaction: transaction.run(_BROADCAST, *row))
    return _last(database, "SELECT id FROM live_broadcast WHERE key_hash = ?", key)


def pin(database, broadcast, number, product, *, at, until=None):
    """Write a pin from ``at`` until ``until`` seconds after AT; return its id."""
    end = None if until is None else (AT + until) * 1000
    row = (broadcast, number, product, (AT + at) * 1000, end)
    database.write(lambda transaction: transaction.run(_PIN, *row))
    return _last(database, "SELECT MAX(id) FROM live_pin WHERE broadcast_id = ?", broadcast)


def _last(database, statement, value):
    return database.read(lambda transaction: transaction.find(statement, value))[0]
