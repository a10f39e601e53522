"""The shop's rule who needs a second step to come in: an authenticator app with their password, or a passkey.

Whoever lacks one is let in and led to set it up before anything else, so a rule locks nobody out.
"""

from datetime import datetime
from enum import StrEnum

from runtime.access import log
from runtime.access.lodge import Lodge
from runtime.access.log import By, Entry
from runtime.access.roles import Role
from runtime.transaction import Transaction

KEY = "second_step"
"""Under which the rule stands among the facts about the database."""
_LEADERS = frozenset({Role.OWNER, Role.MANAGER})
_WRITE = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


class Rule(StrEnum):
    """Who needs a second step."""

    NOBODY = "nobody"
    LEADERS = "leaders"
    """Owners and managers."""
    EVERYBODY = "everybody"


def read(value: str | None) -> Rule:
    """Return the rule that a text names; none is nobody."""
    return Rule(value) if value in set(Rule) else Rule.NOBODY


def find(transaction: Transaction) -> Rule:
    """Return the rule that holds."""
    row = transaction.find("SELECT value FROM meta WHERE key = ?", KEY)
    return read(row[0] if row else None)


def choose(lodge: Lodge, rule: Rule, by: By, now: datetime) -> bool:
    """Let another rule hold from the next click on; return False where it held already."""

    def unit(transaction: Transaction) -> bool:
        before = find(transaction)
        if before is rule:
            return False
        transaction.run(_WRITE, KEY, rule.value)
        log.write(transaction, lodge, by, Entry(what="team.second_step", before=before.value, after=rule.value), now)
        return True

    return lodge.database.write(unit)


def asks(rule: Rule, role: Role) -> bool:
    """Tell whether a rule asks a second step of a role."""
    return rule is Rule.EVERYBODY or (rule is Rule.LEADERS and role in _LEADERS)
