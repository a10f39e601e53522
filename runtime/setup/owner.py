"""The first account: whoever opened the shop owns it, with the password that the wizard asked for."""

from datetime import datetime

from runtime.access import accounts, entering, log
from runtime.access.accounts import Account, New
from runtime.access.lodge import Lodge
from runtime.access.log import By, Entry
from runtime.access.roles import Role
from runtime.access.sessions import Place
from runtime.setup.answers import Answers
from runtime.transaction import Transaction

_WIZARD = By(actor="nobody", name="setup")


def make(lodge: Lodge, answers: Answers, now: datetime) -> Account:
    """Make the owner's account, or return it when a run before this one made it."""
    known = lodge.database.read(lambda look: accounts.find_by_email(look, answers.contact))
    new = New(
        email=answers.contact, name=answers.name, role=Role.OWNER, locale=answers.language,
        by_phone=not answers.is_email,
    )  # fmt: skip
    account = known or accounts.add(lodge, new, _WIZARD, now)

    def unit(transaction: Transaction) -> Account:
        transaction.run("UPDATE console_person SET password_hash = ? WHERE id = ?", answers.password_hash, account.id)
        log.write(transaction, lodge, _WIZARD, Entry(what="password.chosen", subject=account.subject), now)
        return accounts.get(transaction, account.id)

    return lodge.database.write(unit)


def begin(lodge: Lodge, account: Account, place: Place, now: datetime) -> str:
    """Sign the owner in and return the key of the session."""
    return entering.begin(lodge, account, "setup", place, now)
