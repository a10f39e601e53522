"""What somebody comes in with, changed by themselves: their password, their app, their recovery codes.

Each change ends their other sessions and links, and is told to them by mail: it might not have been them.
"""

from datetime import datetime

from runtime import notices
from runtime.access import accounts, codes, links, log, passwords, sessions
from runtime.access.accounts import Account
from runtime.access.lodge import Lodge
from runtime.access.log import By, Entry
from runtime.notices import Topic
from runtime.refusals import Code, Refusal
from runtime.transaction import Transaction


def change_password(
    lodge: Lodge, account: Account, given: tuple[str, str], by: By, session: int, now: datetime
) -> None:
    """Change a password; ``given`` are the current one and the new one, ``session`` is the one that goes on.

    Raises Refusal: password-wrong, password-short, password-long, password-easy.
    """
    current, new = given
    if account.password_hash and not lodge.passwords.verify(account.password_hash, current):
        raise Refusal(Code.PASSWORD_WRONG)
    passwords.check(new, (account.email, account.name))
    kept = lodge.passwords.keep(new)

    def unit(transaction: Transaction) -> None:
        change = "UPDATE console_person SET password_hash = ? WHERE id = ? AND password_hash = ?"
        if not transaction.run(change, kept, account.id, account.password_hash):
            raise Refusal(Code.ENTRY_STALE)
        _changed(transaction, account, session, now)
        log.write(transaction, lodge, by, Entry(what="password.changed", subject=account.subject), now)
        tell(transaction, account, "password", now)

    lodge.database.write(unit)


def add_app(lodge: Lodge, account: Account, key: bytes, given: str, by: By, now: datetime) -> list[str]:
    """Begin to ask for codes of an app that has just shown one; return new recovery codes.

    Raises Refusal: code-wrong.
    """
    step = codes.find_step(key, given, now)
    if step is None:
        raise Refusal(Code.CODE_WRONG)

    def unit(transaction: Transaction) -> list[str]:
        kept = lodge.seal("totp", key)
        transaction.run("UPDATE console_person SET totp_key = ?, totp_step = ? WHERE id = ?", kept, step, account.id)
        log.write(transaction, lodge, by, Entry(what="app.added", subject=account.subject), now)
        tell(transaction, account, "app-added", now)
        return codes.new_recovery(transaction, lodge, account.id)

    return lodge.database.write(unit)


def remove_app(lodge: Lodge, account: Account, by: By, now: datetime) -> None:
    """Ask for no more codes; recovery codes are over, too."""

    def unit(transaction: Transaction) -> None:
        transaction.run("UPDATE console_person SET totp_key = '' WHERE id = ?", account.id)
        transaction.run("DELETE FROM console_recovery WHERE person_id = ?", account.id)
        log.write(transaction, lodge, by, Entry(what="app.removed", subject=account.subject), now)
        tell(transaction, account, "app-removed", now)

    lodge.database.write(unit)


def new_recovery_codes(lodge: Lodge, account: Account, by: By, now: datetime) -> list[str]:
    """Replace the recovery codes and return the new ones, this once."""

    def unit(transaction: Transaction) -> list[str]:
        log.write(transaction, lodge, by, Entry(what="recovery.made", subject=account.subject), now)
        return codes.new_recovery(transaction, lodge, account.id)

    return lodge.database.write(unit)


def reset(lodge: Lodge, identity: int, by: By, now: datetime) -> Account:
    """Take away everything somebody comes in with: for whoever lost it all, by whoever holds the server.

    The account stays as one that was invited; a link is made apart.
    """

    def unit(transaction: Transaction) -> Account:
        account = accounts.get(transaction, identity)
        transaction.run(
            "UPDATE console_person SET password_hash = '', totp_key = '', totp_step = 0 WHERE id = ?", identity
        )
        for table in ("console_passkey", "console_recovery"):
            transaction.run(f"DELETE FROM {table} WHERE person_id = ?", identity)  # noqa: S608  our own words
        _changed(transaction, account, 0, now)
        log.write(transaction, lodge, by, Entry(what="person.reset", subject=account.subject), now)
        return accounts.get(transaction, identity)

    return lodge.database.write(unit)


def tell(transaction: Transaction, account: Account, what: str, now: datetime) -> None:
    """Tell somebody by mail that their account was changed; ``what`` names the sentence."""
    if not account.takes_mail:
        return
    reference = f"{account.id}:{what}:{int(now.timestamp())}"
    notices.write(transaction, Topic.CONSOLE_CHANGED, reference, now, recipient=account.email)


def _changed(transaction: Transaction, account: Account, session: int, now: datetime) -> None:
    sessions.end_all(transaction, account.id, "password", now, but=session)
    links.end(transaction, account.id, now)
