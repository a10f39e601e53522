"""Asking PayPal: a token that is kept while it lives, JSON both ways, and what PayPal tells of orders as values."""

import base64
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec

from runtime.gateways.wire import Answer, Request, Wire

_MARGIN = timedelta(minutes=2)
_T = TypeVar("_T")


class Amount(msgspec.Struct, frozen=True):
    """Money as PayPal writes it."""

    value: str = ""
    currency_code: str = ""


class Link(msgspec.Struct, frozen=True):
    """Where something is."""

    href: str
    rel: str


class Related(msgspec.Struct, frozen=True):
    """Numbers of what belongs together."""

    order_id: str = ""


class Supplement(msgspec.Struct, frozen=True):
    """What a capture is part of."""

    related_ids: Related = Related()


class Movement(msgspec.Struct, frozen=True):
    """A capture or a refund."""

    id: str = ""
    status: str = ""
    amount: Amount = Amount()
    custom_id: str = ""
    invoice_id: str = ""
    supplementary_data: Supplement = Supplement()


class Payments(msgspec.Struct, frozen=True):
    """What moved for a purchase."""

    captures: list[Movement] = []
    refunds: list[Movement] = []


class Unit(msgspec.Struct, frozen=True):
    """A purchase: we make one in each order."""

    custom_id: str = ""
    amount: Amount = Amount()
    payments: Payments = Payments()


class Order(msgspec.Struct, frozen=True):
    """An order at PayPal."""

    id: str
    status: str = ""
    purchase_units: list[Unit] = []
    links: list[Link] = []

    @property
    def unit(self) -> Unit:
        """Return the purchase."""
        return self.purchase_units[0] if self.purchase_units else Unit()


class Detail(msgspec.Struct, frozen=True):
    """What exactly was wrong."""

    issue: str = ""


class No(msgspec.Struct, frozen=True):
    """PayPal says no: ``issue`` names why."""

    status: int
    issue: str
    message: str = ""


class _Failure(msgspec.Struct, frozen=True):
    name: str = ""
    message: str = ""
    details: list[Detail] = []


class _Token(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int = 0


class Talk:
    """One merchant's application at PayPal."""

    def __init__(self, send: Wire, client_id: str, secret: str, clock: Callable[[], datetime]) -> None:
        self._send = send
        self._basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        self._clock = clock
        self._guard = threading.Lock()
        self._token = ""
        self._until = clock()

    def now(self) -> datetime:
        """Return the moment."""
        return self._clock()

    def ask(self, method: str, path: str, wish: dict[str, Any] | None = None, number: str = "") -> bytes | No | None:
        """Return an answer, why it is no, or None for no answer; ``number`` makes a repetition the same request."""
        for _ in range(2):
            token = self._get_token()
            if not token:
                return None
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            if wish is not None:
                headers |= {"Content-Type": "application/json", "Prefer": "return=representation"}
            if number:
                headers["PayPal-Request-Id"] = number
            body = msgspec.json.encode(wish) if wish is not None else b""
            answer = self._send(Request(method, path, body, headers))
            if answer is None or answer.status != HTTPStatus.UNAUTHORIZED:
                return _read(answer)
            self._forget(token)
        return None

    def _get_token(self) -> str:
        with self._guard:
            if self._token and self._clock() < self._until:
                return self._token
            headers = {"Authorization": f"Basic {self._basic}", "Content-Type": "application/x-www-form-urlencoded"}
            answer = self._send(Request("POST", "/v1/oauth2/token", b"grant_type=client_credentials", headers))
            found = value(answer.body if answer and answer.status == HTTPStatus.OK else None, _Token)
            if found is None:
                return ""
            self._token = found.access_token
            self._until = self._clock() + timedelta(seconds=found.expires_in) - _MARGIN
            return self._token

    def _forget(self, token: str) -> None:
        with self._guard:
            if self._token == token:
                self._token = ""


def value(answer: bytes | No | None, kind: type[_T]) -> _T | None:
    """Return an answer as a value; None for a no, for nothing, and for what cannot be read."""
    if answer is None or isinstance(answer, No):
        return None
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _read(answer: Answer | None) -> bytes | No | None:
    if answer is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    if answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
        return answer.body
    failure = value(answer.body, _Failure)
    busy = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.CONFLICT, HTTPStatus.UNAUTHORIZED}
    if failure is None or answer.status in busy:
        return None
    return No(answer.status, failure.details[0].issue if failure.details else failure.name, failure.message)
