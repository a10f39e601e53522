"""What banks are told and tell: parties, transfers, movements on an account, and what became of a transfer."""

from datetime import date, datetime
from enum import StrEnum

from generator.shop import Value


class BankFileError(ValueError):
    """A file is not what a bank writes; nothing of it was taken."""


class Party(Value, frozen=True, kw_only=True):
    """Whom an account belongs to, and where it is."""

    name: str
    iban: str
    bic: str = ""


class Transfer(Value, frozen=True, kw_only=True):
    """One credit transfer; ``number`` is its end-to-end identification: a bank pays a number once."""

    number: str
    amount: int
    currency: str
    creditor: Party
    text: str = ""


class Order(Value, frozen=True, kw_only=True):
    """A file of transfers from one account; ``number`` names the file, the same one for the same transfers."""

    number: str
    debtor: Party
    transfers: tuple[Transfer, ...]
    made_at: datetime
    due: date


class Movement(Value, frozen=True, kw_only=True):
    """Money that came to an account or left it; ``number`` is the bank's own, ``references`` are what it carries.

    ``returned`` is a transfer of ours that came back; ``reason`` is why.
    """

    number: str
    incoming: bool
    amount: int
    currency: str
    day: date
    references: tuple[str, ...]
    party: str = ""
    account: str = ""
    returned: bool = False
    reason: str = ""


class Fate(StrEnum):
    """What a bank says of a transfer that was sent."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETURNED = "returned"


class Status(Value, frozen=True, kw_only=True):
    """What became of the transfer with this end-to-end identification; ``reason`` is an ISO code such as AC04."""

    number: str
    fate: Fate
    reason: str = ""
