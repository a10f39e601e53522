"""What stands in a simulator's books."""

from typing import Any

import msgspec


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """Something to pay: ``id`` is the provider's name of it, ``reference`` the merchant's; amounts in minor units."""

    id: str
    reference: str
    state: str
    amount: int
    currency: str
    details: dict[str, Any] = {}
    created_at: float = 0


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """Money that moved: ``kind`` is payment or refund; ``charge`` names the charge, ``reference`` what moved it.

    For a payment both are the merchant's number of the charge, for a refund ``reference`` is the refund's number.
    """

    id: str
    kind: str
    charge: str
    reference: str
    amount: int
    currency: str
    fee: int = 0
    at: float = 0


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Money to give back: ``number`` is the merchant's, ``id`` the provider's."""

    number: str
    id: str
    charge: str
    state: str
    amount: int
    currency: str
    details: dict[str, Any] = {}
    created_at: float = 0


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice under way: ``content`` is what it says, signed only when it leaves.

    States: waiting, held (until another one was sent), delivered, dropped (never sent), abandoned (no tries left).
    """

    id: int
    topic: str
    subject: str
    address: str
    content: dict[str, Any]
    due_at: float
    tries: int = 0
    state: str = "waiting"
    answers: list[int] = []


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A planned fault: ``on`` is an operation, a topic, ``notice``, ``bill`` or ``*``; negative ``left``: always."""

    id: int
    on: str
    name: str
    values: dict[str, Any] = {}
    left: int = 1


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request of the merchant, as it was answered."""

    id: int
    at: float
    operation: str
    method: str
    path: str
    status: int
