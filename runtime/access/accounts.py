"""People of the console: an account is an e-mail address, a name and a role. The last owner stays one.

What changes an account is written into the log in the same transaction, and ends the sessions that it must end.
"""

import secrets
import unicodedata
from datetime import datetime

from generator.shop import Value
from runtime import contacts
from runtime.access import log, sessions
from runtime.access.lodge import Lodge
from runtime.access.log import By, Entry
from runtime.access.roles import Role
from runtime.refusals import Code, Refusal
from runtime.transaction import Row, Transaction

LONGEST_NAME = 80
LONGEST_EMAIL = 200
_COLUMNS = "id, email, name, role, locale, handle, password_hash, totp_key, totp_step, made_at"


class Account(Value, frozen=True, kw_only=True):
    """Somebody's account; without a password and passkeys they have not come in yet."""

    id: int
    email: str
    name: str
    role: Role
    locale: str
    handle: str
    password_hash: str
    totp_key: str
    totp_step: int
    made_at: int

    def __repr__(self) -> str:
        """Keep addresses and secrets out of logs."""
        return f"Account(id={self.id}, role={self.role.value!r})"

    @property
    def by(self) -> By:
        """Return them as who does something."""
        return By(actor=f"person:{self.id}", name=self.name)

    @property
    def takes_mail(self) -> bool:
        """Tell whether the account is an e-mail address and no phone number."""
        return "@" in self.email

    @property
    def subject(self) -> str:
        """Return how the log names them when something is done to them."""
        return f"{self.name} (person:{self.id})"


class New(Value, frozen=True, kw_only=True):
    """Who gets an account."""

    email: str
    name: str
    role: Role
    locale: str = "en"
    by_phone: bool = False
    """Whether ``email`` may be a phone number: who opened the shop may have no mail, and is asked nothing by mail."""


def add(lodge: Lodge, new: New, by: By, now: datetime) -> Account:
    """Make an account that nobody can enter yet: a link or a password comes next.

    Raises Refusal: field-invalid, person-known.
    """
    email = tidy_phone(new.email) if new.by_phone else tidy_email(new.email)
    name = tidy_name(new.name) or new.email.partition("@")[0]

    def unit(transaction: Transaction) -> Account:
        if find_by_email(transaction, email) is not None:
            raise Refusal(Code.PERSON_KNOWN, email=email)
        transaction.run(
            "INSERT INTO console_person (email, name, role, locale, handle, password_hash, totp_key, totp_step, "
            "made_at) VALUES (?, ?, ?, ?, ?, '', '', 0, ?)",
            *(email, name, new.role.value, new.locale, secrets.token_urlsafe(32), int(now.timestamp())),
        )
        made = find_by_email(transaction, email)
        if made is None:
            raise Refusal(Code.PERSON_UNKNOWN)
        entry = Entry(what="person.added", subject=made.subject, after=f"{made.role}, {made.email}")
        log.write(transaction, lodge, by, entry, now)
        return made

    return lodge.database.write(unit)


def change_role(lodge: Lodge, identity: int, role: Role, by: By, now: datetime) -> Account:
    """Give somebody another role and end their sessions: the new role begins with a new one.

    Raises Refusal: person-unknown, owner-last.
    """

    def unit(transaction: Transaction) -> Account:
        found = get(transaction, identity)
        if found.role is role:
            return found
        _keep_an_owner(transaction, found)
        transaction.run("UPDATE console_person SET role = ? WHERE id = ?", role.value, identity)
        sessions.end_all(transaction, identity, "role", now)
        entry = Entry(what="person.role", subject=found.subject, before=found.role.value, after=role.value)
        log.write(transaction, lodge, by, entry, now)
        return get(transaction, identity)

    return lodge.database.write(unit)


def rename(lodge: Lodge, identity: int, name: str, locale: str, by: By, now: datetime) -> None:
    """Change a name, and the language of mails; raise Refusal: field-invalid, person-unknown."""
    tidied = tidy_name(name)
    if not tidied:
        raise Refusal(Code.FIELD_INVALID, field="name")

    def unit(transaction: Transaction) -> None:
        found = get(transaction, identity)
        transaction.run("UPDATE console_person SET name = ?, locale = ? WHERE id = ?", tidied, locale, identity)
        if (found.name, found.locale) != (tidied, locale):
            before, after = f"{found.name}, {found.locale}", f"{tidied}, {locale}"
            entry = Entry(what="person.renamed", subject=found.subject, before=before, after=after)
            log.write(transaction, lodge, by, entry, now)

    lodge.database.write(unit)


def remove(lodge: Lodge, identity: int, by: By, now: datetime) -> None:
    """Take an account away with everything that lets somebody in; its name stays in the log.

    Raises Refusal: person-unknown, owner-last.
    """

    def unit(transaction: Transaction) -> None:
        found = get(transaction, identity)
        _keep_an_owner(transaction, found)
        transaction.run(
            "UPDATE console_person SET email = ?, password_hash = '', totp_key = '', removed_at = ? WHERE id = ?",
            *(f"removed:{identity}", int(now.timestamp()), identity),
        )
        for table in ("console_passkey", "console_recovery", "console_link", "console_challenge"):
            transaction.run(f"DELETE FROM {table} WHERE person_id = ?", identity)  # noqa: S608  our own words
        sessions.end_all(transaction, identity, "removed", now)
        entry = Entry(what="person.removed", subject=found.subject, before=f"{found.role}, {found.email}")
        log.write(transaction, lodge, by, entry, now)

    lodge.database.write(unit)


def get(transaction: Transaction, identity: int) -> Account:
    """Return an account; raise Refusal (person-unknown) for none, or one that was removed."""
    found = _find(transaction, "id = ?", identity)
    if found is None:
        raise Refusal(Code.PERSON_UNKNOWN)
    return found


def find_by_email(transaction: Transaction, email: str) -> Account | None:
    """Return the account of an address, however it is written, or of a phone number that opened the shop."""
    return _find(transaction, "email = ?", meant(email))


def find_by_handle(transaction: Transaction, handle: str) -> Account | None:
    """Return the account that a passkey names."""
    return _find(transaction, "handle = ?", handle)


def listing(transaction: Transaction) -> list[Account]:
    """Return all accounts, owners first."""
    rows = transaction.all(f"SELECT {_COLUMNS} FROM console_person WHERE removed_at IS NULL ORDER BY id")  # noqa: S608
    order = list(Role)
    return sorted(map(_account, rows), key=lambda each: (order.index(each.role), each.name.casefold()))


def meant(typed: str) -> str:
    """Return the address or phone number that somebody types to sign in, as it would be kept."""
    found = unicodedata.normalize("NFKC", typed).strip().casefold()
    return tidy_phone(found) if contacts.is_phone(found) else found


def tidy_email(text: str) -> str:
    """Return an address as it is kept; raise Refusal (field-invalid) for what is none."""
    found = unicodedata.normalize("NFKC", text).strip().casefold()
    if len(found) > LONGEST_EMAIL or not contacts.is_email(found):
        raise Refusal(Code.FIELD_INVALID, field="email")
    return found


def tidy_phone(text: str) -> str:
    """Return a phone number as it is kept, its digits alone; raise Refusal (field-invalid) for what is none."""
    found = unicodedata.normalize("NFKC", text).strip()
    if len(found) > LONGEST_EMAIL or not contacts.is_phone(found):
        raise Refusal(Code.FIELD_INVALID, field="phone")
    return "".join(each for each in found if each.isdigit() or each == "+")


def tidy_name(text: str) -> str:
    """Return a name as one line of limited length."""
    kept = "".join(" " if unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} else each for each in text)
    return " ".join(kept.split())[:LONGEST_NAME]


def _keep_an_owner(transaction: Transaction, losing: Account) -> None:
    """Raise Refusal (owner-last) if this is the only owner who can come in; rows are locked where that matters."""
    if losing.role is not Role.OWNER:
        return
    lock = " FOR UPDATE" if transaction.postgres else ""
    owners = transaction.all(f"SELECT id FROM console_person WHERE role = 'owner' AND removed_at IS NULL{lock}")  # noqa: S608
    others = [int(row[0]) for row in owners if int(row[0]) != losing.id]
    if not any(_can_enter(transaction, identity) for identity in others):
        raise Refusal(Code.OWNER_LAST)


def _can_enter(transaction: Transaction, identity: int) -> bool:
    """Tell whether somebody has a password or a passkey: one who was only invited keeps no shop."""
    return transaction.find(
        "SELECT 1 FROM console_person p WHERE p.id = ? AND (p.password_hash <> '' OR EXISTS "
        "(SELECT 1 FROM console_passkey k WHERE k.person_id = p.id))",
        identity,
    ) is not None  # fmt: skip


def _find(transaction: Transaction, condition: str, value: str | int) -> Account | None:
    row = transaction.find(
        f"SELECT {_COLUMNS} FROM console_person WHERE {condition} AND removed_at IS NULL",  # noqa: S608  our own words
        value,
    )
    return _account(row) if row else None


def _account(row: Row) -> Account:
    found = dict(zip(Account.__struct_fields__, row, strict=True))
    return Account(**{**found, "role": Role(found["role"])})
