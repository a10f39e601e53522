"""Databases with every table and no row: the tables are made once, and only what tests did with them is undone."""

import shutil

import psycopg
from tills import make_settings

from runtime import database as databases

_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shop' AND pid <> pg_backend_pid()"
_KEPT = ("migration", "meta")
_OURS = "JOIN pg_namespace n ON n.nspname = 'public' AND n.oid ="
_SHAPE = f"""
SELECT r.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, pg_get_expr(d.adbin, d.adrelid)
FROM pg_class r {_OURS} r.relnamespace JOIN pg_attribute a ON a.attrelid = r.oid
LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum WHERE a.attnum > 0
UNION ALL SELECT c.conname, pg_get_constraintdef(c.oid), '', '', '' FROM pg_constraint c {_OURS} c.connamespace
UNION ALL SELECT r.relname, pg_get_indexdef(i.indexrelid), '', '', ''
FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid {_OURS} r.relnamespace
UNION ALL SELECT r.relname, pg_get_triggerdef(t.oid), t.tgenabled::text, '', ''
FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid {_OURS} r.relnamespace
UNION ALL SELECT p.proname, p.prosrc, '', '', '' FROM pg_proc p {_OURS} p.pronamespace
"""
_SEQUENCES = f"SELECT setval(r.oid, 1, false) FROM pg_class r {_OURS} r.relnamespace WHERE relkind = 'S'"


def empty(server):
    """Make the database of a PostgreSQL server one without tables; return its address."""
    with psycopg.connect(server.address("shop"), autocommit=True) as connection:
        connection.execute(_OTHERS)
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return server.address("shop")


class FreshPostgres:
    """The database of a PostgreSQL server, as a new shop finds it."""

    def __init__(self, server, folder):
        self._server = server
        self._folder = folder
        self._shape = None
        self._rows = {}

    def address(self):
        """Empty all tables, or make them anew when somebody changed their shape; return the database's address."""
        with psycopg.connect(self._server.address("shop"), autocommit=True) as connection:
            connection.execute(_OTHERS)
            if self._shape is not None and self._look(connection) == self._shape:
                self._clean(connection)
                return self._server.address("shop")
        databases.open(make_settings(self._folder, empty(self._server)), upgrade=True).close()
        shutil.rmtree(self._folder / "var")
        with psycopg.connect(self._server.address("shop"), autocommit=True) as connection:
            self._shape = self._look(connection)
            self._rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in _KEPT}
        return self._server.address("shop")

    @staticmethod
    def _look(connection):
        return sorted(map(str, connection.execute(_SHAPE).fetchall()))

    def _clean(self, connection):
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")  # append-only tables let go as well
            connection.execute(";".join(f'DELETE FROM "{name}"' for (name,) in names))
            for name, rows in self._rows.items():
                for row in rows:
                    connection.execute(f"INSERT INTO {name} VALUES ({', '.join(['%s'] * len(row))})", row)
            connection.execute(
                f"SELECT setval(r.oid, 1, false) FROM pg_class r {_OURS} r.relnamespace WHERE relkind = 'S'"
            )


def fresh_file(folder):
    """Make a SQLite database as a new shop finds it; return its path, for copies."""
    settings = make_settings(folder)
    databases.open(settings, upgrade=True).close()
    return settings.var / "shop.db"
