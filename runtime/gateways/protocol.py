"""Payment gateways: one file a provider, one small protocol.

A gateway only talks to its provider and types what it hears; what a report means for the order is decided in
payments.py, refunds.py and funds.py. Values: Charge (what we ask), Started (what the buyer does next), Report (what
the provider says), Repayment and RefundReport (money that goes back), DisputeReport, Bill (a day's books).
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec


class Kind(StrEnum):
    """How the money comes: through a provider's page, by bank transfer the merchant confirms, or at the door."""

    ONLINE = "online"
    TRANSFER = "transfer"
    ON_DELIVERY = "on_delivery"


class Verdict(StrEnum):
    """What a provider says about a charge. UNKNOWN is no answer at all: nothing may be concluded from it.

    AGREED: the buyer said yes and the money waits to be taken; the next ``query`` takes it.
    """

    OPEN = "open"
    AGREED = "agreed"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CLOSED = "closed"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Device(StrEnum):
    """What the buyer holds; WECHAT is WeChat's own browser, which pays without leaving it."""

    DESKTOP = "desktop"
    PHONE = "phone"
    WECHAT = "wechat"


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to pay one order: ``reference`` is ours, never used twice; ``amount`` in minor units.

    ``payer`` is the buyer's id at the provider (openid), where the provider needs it.
    """

    reference: str
    amount: int
    currency: str
    description: str = ""
    locale: str = "en"
    return_url: str = ""
    notify_url: str = ""
    expires_at: datetime | None = None
    device: Device = Device.DESKTOP
    client_ip: str = ""
    payer: str = ""
    transaction: str = ""


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The provider took the charge: send the buyer to ``page``, or show ``code`` or ``instructions`` on our own page.

    ``code`` is the text of a QR code that the provider's app scans; ``bridge`` are the signed parameters that the
    provider's in-app browser is called with; ``transaction`` is the provider's number of the charge, if it gave one.
    After ``renew_at``, or on another device than ``device`` where one is named, the buyer cannot begin with this: the
    charge is closed and another one started.
    """

    page: str = ""
    instructions: "Instructions | None" = None
    code: str = ""
    bridge: dict[str, str] = {}
    transaction: str = ""
    renew_at: datetime | None = None
    device: Device | None = None


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


class RefundVerdict(StrEnum):
    """What a provider says about a refund.

    FAILED is final; STUCK needs the merchant (a closed card); UNKNOWN is no answer: ask again with the same number.
    """

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STUCK = "stuck"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Repayment(msgspec.Struct, frozen=True, kw_only=True):
    """Money to send back: ``number`` is ours and the same at every try; ``reference`` names the charge it came by.

    ``transaction`` is the provider's number of the receipt, ``charged`` the whole amount of the charge.
    """

    number: str
    reference: str
    transaction: str
    amount: int
    charged: int
    currency: str
    reason: str = ""
    notify_url: str = ""
    charged_at: datetime | None = None


class RefundReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says about a refund; ``transaction`` is its own number of the refund."""

    gateway: str
    number: str
    verdict: RefundVerdict
    transaction: str = ""
    amount: int = 0
    currency: str = ""
    reason: str = ""


class DisputeState(StrEnum):
    """How a buyer's dispute at the provider stands."""

    OPENED = "opened"
    WON = "won"
    LOST = "lost"


class DisputeReport(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer took their money back through their bank: ``number`` is the provider's, ``reference`` our charge's."""

    gateway: str
    number: str
    reference: str
    state: DisputeState
    amount: int
    currency: str
    transaction: str = ""


class BillKind(StrEnum):
    """What a row of a provider's bill is about."""

    PAYMENT = "payment"
    REFUND = "refund"
    PAYOUT = "payout"
    DISPUTE = "dispute"
    FEE = "fee"
    OTHER = "other"


class BillRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row: ``amount`` and ``fee`` in minor units; a refund's amount is positive, a fee given back negative.

    ``reference`` is our number (of the charge, or of the refund), ``transaction`` the provider's.
    """

    kind: BillKind
    reference: str
    transaction: str
    amount: int
    currency: str
    fee: int = 0
    at: datetime | None = None
    text: str = ""


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's books of one day, checked against the provider's own digest and totals where it gives them.

    ``east`` is how many hours the provider's day begins before that of UTC: 8 in Beijing.
    """

    gateway: str
    day: date
    rows: tuple[BillRow, ...]
    east: int = 0


Notice = Report | RefundReport | DisputeReport


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

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """Verify and type a notice of the provider; raise Refusal (notice-forged) for what it did not sign.

        Header names are lower case.
        """

    @property
    def thanks(self) -> str:
        """Return what the provider wants to read when its notice was taken; '' answers 204 without a body."""

    def refund(self, repayment: Repayment) -> RefundReport:
        """Ask the provider to send money back; asking again with the same number is harmless."""

    def query_refund(self, repayment: Repayment) -> RefundReport:
        """Ask what became of a refund."""

    def bill(self, day: date) -> Bill:
        """Fetch the provider's books of a day (in the provider's own time zone).

        Raises Refusal: bill-missing (not there yet, or this gateway has none), bill-damaged (digest or totals are
        wrong), payment-unreachable.
        """


@runtime_checkable
class KnowsBuyers(Protocol):
    """A gateway that must know who the buyer is before its own browser can pay: it signs the buyer in by itself."""

    def sign_in_page(self, back: str, state: str) -> str:
        """Return where the buyer signs in and is sent back from with ``code`` and ``state``; '' if not needed."""

    def find_payer(self, code: str) -> str | None:
        """Return the buyer's id for a code that the sign-in gave, or None."""
