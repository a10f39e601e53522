"""What all tables share: their base, and the constraint that a column holds one of some words."""

from collections.abc import Iterable

from peewee import SQL, Model


def one_of(column: str, values: Iterable[str]) -> SQL:
    """Return the constraint that a column holds one of these words."""
    return SQL(f"CHECK ({column} IN ({', '.join(repr(str(value)) for value in values)}))")


class Table(Model):
    """A table; the connection is chosen by the caller (``with connection.bind_ctx(ALL)``)."""
