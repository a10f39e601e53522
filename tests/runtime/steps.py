"""What tests of the database say: notes that are written and seen, steps of its schema, and its shape."""

import pytest

from runtime import migrations
from runtime.faults import DatabaseFault
from runtime.migrations.migration import Migration

NEXT = Migration(
    number=migrations.LATEST + 1,
    name="next",
    statements=(
        "ALTER TABLE orders ADD COLUMN channel TEXT NOT NULL DEFAULT 'web' CHECK (channel IN ('web', 'live'))",
        "UPDATE orders SET channel = 'live' WHERE gateway = 'transfer'",
        "CREATE TABLE extra (id BIGSERIAL NOT NULL PRIMARY KEY, amount BIGINT NOT NULL)",
    ),
    append_only=("extra",),
)


BROKEN = Migration(
    number=migrations.LATEST + 2, name="broken", statements=("CREATE TABLE half (id BIGINT)", "SELECT * FROM nowhere")
)


def described(database):
    """Return the shape of a database: every column, constraint and index, in words of its engine."""
    if database.dialect == "sqlite":
        found = database.read(
            lambda look: look.all("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index')")
        )
        shape = {
            " ".join(sql.replace("IF NOT EXISTS ", "").replace("( ", "(").replace(" )", ")").split())
            for (sql,) in found
        }
        return {" ".join(sql.replace("(", " ( ").replace(")", " ) ").split()) for sql in shape}
    columns = "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    constraints = "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
    queries = (
        f"{columns} WHERE table_schema = 'public'",
        f"{constraints} WHERE connamespace = 'public'::regnamespace",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    )
    return {row for query in queries for row in database.read(lambda look, query=query: look.all(query))}


def note(key, value="x"):
    return lambda transaction: transaction.run("INSERT INTO meta (key, value) VALUES (?, ?)", key, value)


def noted(database):
    return {key for (key,) in database.read(lambda look: look.all("SELECT key FROM meta WHERE key LIKE 'k%'"))}


def fails(reason, work):
    with pytest.raises(DatabaseFault) as caught:
        work()
    assert caught.value.reason is reason
    assert caught.value.retry_after > 0
