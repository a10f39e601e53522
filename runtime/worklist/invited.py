"""Who buys together: group-buys with their places."""

from datetime import datetime

from generator.shop import Value
from runtime.database import Transaction
from runtime.worklist.promoted import PAGE, called, marks, moment

STATES = ("open", "complete", "failed")
_GROUPS = (
    "SELECT id, promotion, product, size, taken, paid, state, opened_at, ends_at, token FROM buying_group "
    "WHERE {} AND id < ? ORDER BY {} LIMIT ?"
)
_PLACES = (
    "SELECT p.group_id, o.number, o.state, p.state, o.contact, o.address FROM group_place p "
    "JOIN orders o ON o.id = p.order_id WHERE p.group_id IN ({}) ORDER BY p.order_id"
)
_HIGHEST = (1 << 53) - 1


class Place(Value, frozen=True, kw_only=True):
    """The place of an order in its group: held, paid, or left."""

    order: str
    order_state: str
    state: str
    name: str


class Group(Value, frozen=True, kw_only=True):
    """A group-buy with its places."""

    id: int
    promotion: str
    product: str
    size: int
    taken: int
    paid: int
    state: str
    opened_at: datetime
    ends_at: datetime
    token: str
    places: tuple[Place, ...] = ()


def groups(transaction: Transaction, state: str = "", before: int = 0, limit: int = PAGE) -> list[Group]:
    """Return group-buys of a state ('' for all), the newest first; open ones by the time that is left."""
    condition, values = ("state = ?", [state]) if state else ("1 = 1", list[str]())
    order = "ends_at, id" if state == "open" else "id DESC"
    rows = transaction.all(_GROUPS.format(condition, order), *values, before or _HIGHEST, limit)
    places = _places(transaction, [int(row[0]) for row in rows])
    return [
        Group(
            id=int(row[0]),
            promotion=row[1],
            product=row[2],
            size=int(row[3]),
            taken=int(row[4]),
            paid=int(row[5]),
            state=row[6],
            opened_at=moment(row[7]),
            ends_at=moment(row[8]),
            token=row[9],
            places=tuple(places.get(int(row[0]), ())),
        )
        for row in rows
    ]


def group_counts(transaction: Transaction) -> dict[str, int]:
    """Return how many group-buys there are in each state."""
    return {row[0]: int(row[1]) for row in transaction.all("SELECT state, COUNT(*) FROM buying_group GROUP BY state")}


def open_groups(transaction: Transaction, promotion: str) -> int:
    """Return how many groups of a promotion are under way."""
    row = transaction.find("SELECT COUNT(*) FROM buying_group WHERE state = 'open' AND promotion = ?", promotion)
    return int(row[0]) if row else 0


def _places(transaction: Transaction, found: list[int]) -> dict[int, list[Place]]:
    places: dict[int, list[Place]] = {}
    for row in transaction.all(_PLACES.format(marks(found)), *found) if found else ():
        place = Place(order=row[1], order_state=row[2], state=row[3], name=called(row[4], row[5]))
        places.setdefault(int(row[0]), []).append(place)
    return places
