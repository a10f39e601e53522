"""A lodge whose passwords are cheap to check, and people who have accounts there."""

import msgspec
from argon2 import PasswordHasher
from tills import NOW

from runtime.access import accounts, lodge, sessions
from runtime.access.accounts import New
from runtime.access.log import COMMAND
from runtime.access.passwords import Passwords
from runtime.access.roles import Role
from runtime.access.sessions import Place

PASSWORD = "kettle moss lantern"
CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
PLACE = Place(address="203.0.113.5", agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")


def open_lodge(settings, database, **given):
    made = lodge.of(settings, database)
    return msgspec.structs.replace(made, **{"passwords": Passwords(PasswordHasher(**CHEAP)), **given})


def hire(office, name="mei", role=Role.OWNER, password=PASSWORD, now=NOW):
    """Make an account that can come in."""
    made = accounts.add(office, New(email=f"{name}@example.com", name=name.title(), role=role), COMMAND, now)
    if password:
        kept = office.passwords.keep(password)
        change = "UPDATE console_person SET password_hash = ? WHERE id = ?"
        office.database.write(lambda transaction: transaction.run(change, kept, made.id))
    return look_up(office, made.id)


def look_up(office, identity):
    return office.database.read(lambda look: accounts.get(look, identity))


def sign_in(office, account, now=NOW):
    """Return the key of a new session."""
    return office.database.write(lambda transaction: sessions.start(transaction, account.id, "password", PLACE, now))


def logged(office):
    """Return what the log tells, the oldest first."""
    query = "SELECT what, actor, subject, before, after FROM console_log ORDER BY number"
    return office.database.read(lambda look: look.all(query))
