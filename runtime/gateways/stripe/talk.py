"""Asking Stripe: form-encoded requests with the secret key, JSON answers read into values."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from runtime.gateways.wire import Request, Wire

VERSION = "2024-06-20"
"""The version of the interface that this client was written for; Stripe keeps answering in it."""
_T = TypeVar("_T")


class Intent(msgspec.Struct, frozen=True):
    """A payment intent, as far as it matters."""

    id: str = ""
    status: str = ""


class Session(msgspec.Struct, frozen=True):
    """A Checkout Session."""

    id: str
    object: str = ""
    client_reference_id: str | None = None
    status: str | None = None
    payment_status: str = ""
    payment_intent: Intent | str | None = None
    amount_total: int | None = None
    currency: str | None = None
    url: str | None = None
    livemode: bool = False

    @property
    def intent(self) -> str:
        """Return the number of the payment."""
        found = self.payment_intent
        return found.id if isinstance(found, Intent) else found or ""


class Refund(msgspec.Struct, frozen=True):
    """A refund."""

    id: str
    status: str | None = None
    amount: int = 0
    currency: str = ""
    metadata: dict[str, str] = {}
    payment_intent: str | None = None
    failure_reason: str | None = None


class Error(msgspec.Struct, frozen=True):
    """Why Stripe said no."""

    type: str = ""
    code: str = ""
    message: str = ""


class Listing(msgspec.Struct, frozen=True):
    """A page of a list."""

    data: list[msgspec.Raw] = []
    has_more: bool = False


class _Failure(msgspec.Struct, frozen=True):
    error: Error


class Talk:
    """One account at Stripe."""

    def __init__(self, send: Wire, key: str) -> None:
        self._send = send
        self._key = key

    def ask(self, method: str, path: str, form: Mapping[str, Any] | None = None, key: str = "") -> bytes | Error | None:
        """Return the answer's body, why it is no, or None: nothing may be concluded (no answer, 5xx, 409, 429)."""
        text = urlencode(list(_flat(form or {})))
        headers = {"Authorization": f"Bearer {self._key}", "Stripe-Version": VERSION}
        if key:
            headers["Idempotency-Key"] = key
        body = b""
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = text.encode()
        elif text:
            path = f"{path}?{text}"
        answer = self._send(Request(method, path, body, headers))
        if answer is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return None
        if answer.status == HTTPStatus.OK:
            return answer.body
        if answer.status in {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS}:
            return None
        try:
            return msgspec.json.decode(answer.body, type=_Failure).error
        except msgspec.MsgspecError:
            return None

    def pages(self, path: str, form: Mapping[str, Any]) -> Iterator[list[msgspec.Raw] | None]:
        """Return a list page by page; None when an answer is missing, and then nothing more."""
        start = ""
        while True:
            more = {"starting_after": start} if start else {}
            found = read(self.ask("GET", path, {**form, "limit": 100, **more}), Listing)
            if found is None:
                yield None
                return
            yield found.data
            if not found.has_more or not found.data:
                return
            start = msgspec.json.decode(found.data[-1], type=_Named).id


class _Named(msgspec.Struct, frozen=True):
    id: str


def read(answer: bytes | msgspec.Raw | Error | None, kind: type[_T]) -> _T | None:
    """Return an answer as a value, or None for a no, for nothing, and for what cannot be read."""
    if answer is None or isinstance(answer, Error):
        return None
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.MsgspecError:
        return None


def _flat(form: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Write nested values as Stripe reads them: ``line_items[0][quantity]``."""
    for name, value in form.items():
        full = f"{prefix}[{name}]" if prefix else str(name)
        if isinstance(value, Mapping):
            yield from _flat(value, full)
        elif isinstance(value, list):
            yield from _flat({str(index): each for index, each in enumerate(value)}, full)
        else:
            yield full, str(value)
