"""Links by which somebody chooses a password: an invitation, or a way back in. Good once and for a while.

The token is made from the shop's secret and a number of the row, so no outbox holds it; the database keeps its hash.
A link opens no session and removes no second factor.
"""

import secrets
from datetime import datetime
from enum import StrEnum

from generator.shop import Value
from runtime import notices
from runtime.access import accounts, log, passwords, sessions
from runtime.access.accounts import Account
from runtime.access.lodge import Lodge, hashed
from runtime.access.log import By, Entry
from runtime.notices import Topic
from runtime.refusals import Code, Refusal
from runtime.transaction import Row, Transaction

PATH = "/console/enter/link/"
RESETS_A_DAY = 5
_DAY = 24 * 60 * 60
_TOKEN = 40
_COLUMNS = "id, person_id, kind, nonce, made_at, expires_at"


class Kind(StrEnum):
    """What a link is for."""

    INVITE = "invite"
    RESET = "reset"


LASTS = {Kind.INVITE: 7 * _DAY, Kind.RESET: 60 * 60}
"""Seconds that a link is good."""


class Link(Value, frozen=True, kw_only=True):
    """A link that is good."""

    id: int
    person: int
    kind: Kind
    nonce: str
    made_at: int
    expires_at: int

    def path(self, lodge: Lodge) -> str:
        """Return where it leads, on the shop's own host."""
        return PATH + _token(lodge, self.nonce)


def invite(lodge: Lodge, person: int, by: By, now: datetime, *, mailed: bool = False) -> Link:
    """Make a new link for somebody; older ones of theirs are over. ``mailed`` sends it to their address."""

    def unit(transaction: Transaction) -> Link:
        account = accounts.get(transaction, person)
        kind = Kind.RESET if account.password_hash else Kind.INVITE
        made = _make(transaction, lodge, account, kind, now)
        log.write(transaction, lodge, by, Entry(what=f"link.{kind}", subject=account.subject), now)
        if mailed:
            _mail(transaction, made, account, now)
        return made

    return lodge.database.write(unit)


def ask(lodge: Lodge, email: str, by: By, now: datetime) -> None:
    """Mail a way back in to an address that has an account, at most five a day; what others learn is the same.

    Whether there is an account or not, one row is written: the time that it takes tells nothing.
    """
    at = int(now.timestamp())

    def unit(transaction: Transaction) -> None:
        account = accounts.find_by_email(transaction, email)
        count = "SELECT COUNT(*) FROM console_link WHERE person_id = ? AND kind = 'reset' AND made_at > ?"
        row = transaction.find(count, account.id if account else 0, at - _DAY)
        if account is not None and row is not None and row[0] < RESETS_A_DAY:
            kind = Kind.RESET if account.password_hash else Kind.INVITE
            _mail(transaction, _make(transaction, lodge, account, kind, now), account, now)
        subject = account.subject if account else ""
        log.write(transaction, lodge, by, Entry(what="link.asked", subject=subject), now)

    lodge.database.write(unit)


def find(lodge: Lodge, token: str, now: datetime) -> tuple[Link, Account] | None:
    """Return a link that is good, and whose it is."""
    if len(token) != _TOKEN:
        return None
    return lodge.database.read(lambda look: _find(look, "token_hash = ?", hashed(token), now))


def find_open(lodge: Lodge, person: int, now: datetime) -> Link | None:
    """Return the link of a person that is good, if there is one."""
    found = lodge.database.read(lambda look: _find(look, "person_id = ?", person, now))
    return found[0] if found else None


def choose_password(lodge: Lodge, token: str, password: str, by: By, now: datetime) -> Account:
    """Let somebody choose a password by their link; all their sessions and links are over then.

    Raises Refusal: link-over, password-short, password-long, password-easy.
    """
    found = find(lodge, token, now)
    if found is None:
        raise Refusal(Code.LINK_OVER)
    account = found[1]
    passwords.check(password, (account.email, account.name))
    kept, at = lodge.passwords.keep(password), int(now.timestamp())

    def unit(transaction: Transaction) -> Account:
        used = "UPDATE console_link SET used_at = ? WHERE id = ? AND used_at IS NULL"
        if not transaction.run(used, at, found[0].id):
            raise Refusal(Code.LINK_OVER)
        transaction.run("UPDATE console_person SET password_hash = ? WHERE id = ?", kept, account.id)
        end(transaction, account.id, now)
        sessions.end_all(transaction, account.id, "password", now)
        log.write(transaction, lodge, by, Entry(what="password.chosen", subject=account.subject), now)
        return accounts.get(transaction, account.id)

    return lodge.database.write(unit)


def end(transaction: Transaction, person: int, now: datetime) -> None:
    """Let no link of a person be good any more."""
    over = "UPDATE console_link SET used_at = ? WHERE person_id = ? AND used_at IS NULL"
    transaction.run(over, int(now.timestamp()), person)


def get(transaction: Transaction, identity: int, now: datetime) -> tuple[Link, Account]:
    """Return a link by its number; raise LookupError for one that is not good any more."""
    found = _find(transaction, "id = ?", identity, now)
    if found is None:
        raise LookupError(f"link {identity}")
    return found


def _make(transaction: Transaction, lodge: Lodge, account: Account, kind: Kind, now: datetime) -> Link:
    end(transaction, account.id, now)
    at = int(now.timestamp())
    until = at + LASTS[kind]
    nonce = secrets.token_urlsafe(16)
    token = _token(lodge, nonce)
    transaction.run(
        "INSERT INTO console_link (person_id, kind, nonce, token_hash, made_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
        *(account.id, kind.value, nonce, hashed(token), at, until),
    )
    made = _find(transaction, "token_hash = ?", hashed(token), now)
    if made is None:
        raise Refusal(Code.LINK_OVER)
    return made[0]


def _mail(transaction: Transaction, link: Link, account: Account, now: datetime) -> None:
    if not account.takes_mail:
        return
    topic = Topic.CONSOLE_INVITE if link.kind is Kind.INVITE else Topic.CONSOLE_RESET
    notices.write(transaction, topic, str(link.id), now, recipient=account.email)


def _token(lodge: Lodge, nonce: str) -> str:
    return lodge.mac("link", nonce)[:_TOKEN]


def _find(transaction: Transaction, condition: str, value: str | int, now: datetime) -> tuple[Link, Account] | None:
    row = transaction.find(
        f"SELECT {_COLUMNS} FROM console_link WHERE {condition} AND used_at IS NULL AND expires_at > ?",  # noqa: S608
        value,
        int(now.timestamp()),
    )
    if row is None:
        return None
    link = _link(row)
    return link, accounts.get(transaction, link.person)


def _link(row: Row) -> Link:
    found = dict(zip(Link.__struct_fields__, row, strict=True))
    return Link(**{**found, "kind": Kind(found["kind"])})
