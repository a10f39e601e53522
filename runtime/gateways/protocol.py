"""Payment gateways: one file a provider, one small protocol.

A gateway only talks to its provider and types what it hears; what a report means for the order is decided in
payments.py. Values: Charge (what we ask), Started (what the buyer does next), Report (what the provider says).
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec


class Kind(StrEnum):
    """How the money comes: through a provider's page, by bank transfer the merchant confirms, or at the door."""

    ONLINE = "online"
    TRANSFER = "transfer"
    ON_DELIVERY = "on_delivery"


class Verdict(StrEnum):
    """What a provider says about a charge. UNKNOWN is no answer at all: nothing may be concluded from it."""

    OPEN = "open"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CLOSED = "closed"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to pay one order: ``reference`` is ours, never used twice; ``amount`` in minor units."""

    reference: str
    amount: int
    currency: str
    description: str = ""
    locale: str = "en"
    return_url: str = ""
    notify_url: str = ""
    expires_at: datetime | None = None


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The provider took the charge: send the buyer to ``page``, or show ``instructions`` (then ``page`` is empty)."""

    page: str = ""
    instructions: "Instructions | None" = None


class Instructions(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer reads to pay by hand: account, text, a picture below media/ and the reference to give."""

    reference: str
    account: str = ""
    text: str = ""
    picture: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says, verified and typed.

    ``transaction`` is the provider's own number of the money's movement.
    """

    gateway: str
    reference: str
    verdict: Verdict
    transaction: str = ""
    amount: int = 0
    currency: str = ""


class Gateway(Protocol):
    """One way of paying. Calls to the provider are bounded in time.

    No answer is the verdict UNKNOWN, never an exception.
    """

    @property
    def id(self) -> str:
        """Return the id that shop.yaml names."""

    @property
    def kind(self) -> Kind:
        """Return how the money comes."""

    @property
    def hold_seconds(self) -> int | None:
        """Return how long an unpaid order holds its stock with this gateway; None: as the shop's checkout says."""

    def start(self, charge: Charge) -> Started:
        """Ask the provider to take a charge; asking again with the same charge is harmless.

        Raises Refusal (payment-refused) when the provider says no and (payment-unreachable) when it says nothing.
        """

    def query(self, charge: Charge) -> Report:
        """Ask what became of a charge."""

    def close(self, charge: Charge) -> Report:
        """Ask that nobody can pay a charge any more: CLOSED, MISSING, SUCCEEDED (too late) or UNKNOWN (ask again)."""

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Report:
        """Verify and type a notice of the provider; raise Refusal (notice-forged) for what it did not sign.

        Header names are lower case.
        """
