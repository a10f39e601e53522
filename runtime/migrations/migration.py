"""A step of the schema: statements for both databases, and which tables become append-only."""

import msgspec

from runtime.transaction import Transaction

_FORBID = """
CREATE OR REPLACE FUNCTION forbid_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END
$$ LANGUAGE plpgsql
"""
_ACTION = "EXECUTE FUNCTION forbid_change()"


class Erasable(msgspec.Struct, frozen=True, kw_only=True):
    """A column of an append-only table that may be emptied from now on, and nothing else of it changed."""

    table: str
    column: str
    others: tuple[str, ...]


class Migration(msgspec.Struct, frozen=True, kw_only=True):
    """Statements are written for PostgreSQL; on SQLite BIGSERIAL and BIGINT become INTEGER."""

    number: int
    name: str
    statements: tuple[str, ...]
    append_only: tuple[str, ...] = ()
    erasable: tuple[Erasable, ...] = ()

    def apply(self, transaction: Transaction) -> None:
        """Take the step inside the caller's transaction."""
        for statement in self.statements:
            transaction.run(statement if transaction.postgres else _sqlite(statement))
        if self.append_only and transaction.postgres:
            transaction.run(_FORBID)
        for table in self.append_only:
            for statement in _guards(table, postgres=transaction.postgres):
                transaction.run(statement)
        for each in self.erasable:
            for statement in _softer_guards(each, postgres=transaction.postgres):
                transaction.run(statement)


def _sqlite(statement: str) -> str:
    return statement.replace("BIGSERIAL", "INTEGER").replace("BIGINT", "INTEGER")


def _guards(table: str, *, postgres: bool) -> list[str]:
    if postgres:
        return [
            f'CREATE TRIGGER {table}_stays{name} BEFORE {event} ON "{table}" FOR EACH {each} {_ACTION}'
            for name, event, each in (("", "UPDATE OR DELETE", "ROW"), ("_whole", "TRUNCATE", "STATEMENT"))
        ]
    return [
        f'CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
        for event in ("UPDATE", "DELETE")
    ]


def _softer_guards(each: Erasable, *, postgres: bool) -> list[str]:
    """Return what lets a column of an append-only table be emptied; its other columns and its rows stay guarded."""
    table, column = each.table, each.column
    others = ", ".join(f'"{name}"' for name in each.others)
    filled = f"FOR EACH ROW WHEN (NEW.\"{column}\" <> '')"
    if postgres:
        return [
            f'DROP TRIGGER {table}_stays ON "{table}"',
            f'CREATE TRIGGER {table}_stays BEFORE DELETE OR UPDATE OF {others} ON "{table}" FOR EACH ROW {_ACTION}',
            f'CREATE TRIGGER {table}_stays_said BEFORE UPDATE OF "{column}" ON "{table}" {filled} {_ACTION}',
        ]
    refused = f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
    return [
        f"DROP TRIGGER {table}_no_update",
        f'CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {others} ON "{table}" {refused}',
        f'CREATE TRIGGER {table}_no_other BEFORE UPDATE OF "{column}" ON "{table}" {filled} {refused}',
    ]
