"""Coming in and going out: what somebody shows becomes a session with a new key, and the log says so."""

from datetime import datetime

from runtime.access import accounts, codes, devices, log, sessions
from runtime.access.accounts import Account
from runtime.access.lodge import Lodge
from runtime.access.log import NOBODY, By, Entry
from runtime.access.sessions import Place, Session
from runtime.refusals import Code, Refusal
from runtime.transaction import Transaction


def find_by_password(lodge: Lodge, email: str, password: str) -> Account | None:
    """Return whose address and password these are; the same work is done for an address that nobody has."""
    account = lodge.database.read(lambda look: accounts.find_by_email(look, email))
    kept = account.password_hash if account else ""
    if not lodge.passwords.verify(kept, password) or account is None:
        return None
    if lodge.passwords.is_old(kept):
        newer = lodge.passwords.keep(password)
        change = "UPDATE console_person SET password_hash = ? WHERE id = ? AND password_hash = ?"
        lodge.database.write(lambda transaction: transaction.run(change, newer, account.id, kept))
        return lodge.database.read(lambda look: accounts.find_by_email(look, email))
    return account


def show_code(lodge: Lodge, account: Account, given: str, now: datetime) -> str | None:
    """Take a code of the app or a recovery code; return ``code`` or ``recovery``, None for a wrong or used one."""
    key = totp_key(lodge, account)
    step = codes.find_step(key, given, now, account.totp_step) if key else None

    def unit(transaction: Transaction) -> str | None:
        if step is not None:
            return "code" if codes.use(transaction, account.id, step) else None
        if not codes.use_recovery(transaction, lodge, account.id, given, now):
            return None
        left = codes.recovery_left(transaction, account.id)
        entry = Entry(what="recovery.used", subject=account.subject, after=str(left))
        log.write(transaction, lodge, account.by, entry, now)
        return "recovery"

    return lodge.database.write(unit)


def totp_key(lodge: Lodge, account: Account) -> bytes | None:
    """Return the key of somebody's authenticator app.

    Raises Refusal (factor-unreadable) after the shop's secret was changed: only ``console reset`` helps then, for
    a second factor that nobody can read must not become none.
    """
    if not account.totp_key:
        return None
    found = lodge.find_sealed("totp", account.totp_key)
    if found is None:
        raise Refusal(Code.FACTOR_UNREADABLE)
    return found


def begin(
    lodge: Lodge, account: Account, how: str, place: Place, now: datetime, *, known: bool = True
) -> str:  # fmt: skip
    """Sign somebody in and return the key of the session; it is a new one each time.

    Whoever comes in by a device that is not ``known`` is told so by mail.
    """

    def unit(transaction: Transaction) -> str:
        current = accounts.get(transaction, account.id)
        if (current.password_hash, current.totp_key) != (account.password_hash, account.totp_key):
            raise Refusal(Code.ENTRY_STALE)
        by = By(actor=current.by.actor, name=current.name, address=place.address)
        log.write(transaction, lodge, by, Entry(what="session.began", subject=current.subject, after=how), now)
        key = sessions.start(transaction, current.id, how, place, now)
        if not known:
            devices.tell(transaction, current, sessions.number(transaction, key), now)
        return key

    return lodge.database.write(unit)


def refuse(lodge: Lodge, account: Account | None, how: str, place: Place, now: datetime) -> None:
    """Note that somebody did not get in; what they typed is nowhere, for it may be a password in the wrong field."""
    by = By(actor=NOBODY.actor, address=place.address)
    subject = account.subject if account else ""
    log.note(lodge, by, Entry(what="session.refused", subject=subject, after=how), now)


def leave(lodge: Lodge, session: Session, by: By, now: datetime) -> None:
    """Sign somebody out."""

    def unit(transaction: Transaction) -> None:
        if sessions.end(transaction, session.id, session.person, "left", now):
            log.write(transaction, lodge, by, Entry(what="session.left"), now)

    lodge.database.write(unit)


def end_others(lodge: Lodge, person: int, by: By, now: datetime, *, but: int = 0) -> int:
    """End all sessions of somebody ``but`` one; return how many there were."""

    def unit(transaction: Transaction) -> int:
        found = accounts.get(transaction, person)
        ended = sessions.end_all(transaction, person, "ended", now, but=but)
        entry = Entry(what="session.ended", subject=found.subject, before=str(ended))
        log.write(transaction, lodge, by, entry, now)
        return ended

    return lodge.database.write(unit)


def end_one(lodge: Lodge, session: int, person: int, by: By, now: datetime) -> bool:
    """End one session of somebody; return False for one that is not theirs, or over."""

    def unit(transaction: Transaction) -> bool:
        ended = sessions.end(transaction, session, person, "ended", now)
        if ended:
            found = accounts.get(transaction, person)
            log.write(transaction, lodge, by, Entry(what="session.ended", subject=found.subject, before="1"), now)
        return ended

    return lodge.database.write(unit)
