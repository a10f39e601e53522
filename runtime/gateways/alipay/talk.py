"""How we speak with Alipay: parameters sorted and signed, answers believed over the very bytes that were signed."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import msgspec

from runtime.gateways import rsa
from runtime.gateways.alipay.account import Account
from runtime.gateways.wire import Request, Wire

log = logging.getLogger(__name__)
CHINA = timezone(timedelta(hours=8))
"""Alipay's clock, in summer and in winter, wherever the shop runs."""
SUCCESS = "10000"
_FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}


class Reply(msgspec.Struct, frozen=True):
    """A signed answer: its code, its business code, and all its fields."""

    code: str
    sub_code: str
    reason: str
    fields: dict[str, Any]

    @property
    def well(self) -> bool:
        """Tell whether Alipay did what it was asked, or answered what it was asked."""
        return self.code == SUCCESS

    def text(self, name: str) -> str:
        """Return a field that is text, or ''."""
        found = self.fields.get(name)
        return found if isinstance(found, str) else ""


class Talk:
    """One merchant's line to Alipay."""

    def __init__(self, account: Account, address: str, send: Wire, clock: Callable[[], datetime]) -> None:
        self.account = account
        self._address = address
        self._send = send
        self._clock = clock

    def ask(self, method: str, wish: Mapping[str, Any], **more: str) -> Reply | None:
        """Ask something; None when there is no answer that Alipay signed."""
        parameters = self._signed(method, wish, more)
        body = urlencode({"biz_content": parameters.pop("biz_content")}).encode()
        answer = self._send(Request("POST", f"?{urlencode(parameters)}", body, _FORM))
        if answer is None or answer.status != HTTPStatus.OK:
            return None
        return read_answer(self.account, method, answer.body)

    def page(self, method: str, wish: Mapping[str, Any], **more: str) -> str:
        """Return the address of a page of Alipay that does something with the buyer."""
        return f"{self._address}?{urlencode(self._signed(method, wish, more))}"

    def now(self) -> datetime:
        """Return the moment."""
        return self._clock()

    def _signed(self, method: str, wish: Mapping[str, Any], more: Mapping[str, str]) -> dict[str, str]:
        parameters = {
            "app_id": self.account.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": stamp(self._clock()),
            "version": "1.0",
            **{name: value for name, value in more.items() if value},
            "biz_content": msgspec.json.encode(wish).decode(),
        }
        if self.account.serials is not None:
            parameters["app_cert_sn"] = self.account.serials.app
            parameters["alipay_root_cert_sn"] = self.account.serials.root
        parameters["sign"] = rsa.sign(self.account.private, content(parameters))
        return parameters


def stamp(moment: datetime) -> str:
    """Return a moment as Alipay writes it: in China's time."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def moment(text: str) -> datetime | None:
    """Return the moment that Alipay wrote, or None."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError:
        return None


def content(parameters: Mapping[str, str]) -> bytes:
    """Return what is signed: all that is not empty, sorted by name."""
    return "&".join(f"{name}={value}" for name, value in sorted(parameters.items()) if value).encode()


def read_answer(account: Account, method: str, body: bytes) -> Reply | None:
    """Return an answer of Alipay's, or None for what it did not sign.

    What is signed are the bytes of the answer's object as they came. Raw finds where they end as JSON says it, so a
    brace in the name of a product ends nothing.
    """
    try:
        parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        signature = msgspec.json.decode(parts.get("sign", msgspec.Raw(b'""')), type=str)
        raw = bytes(parts.get(method.replace(".", "_") + "_response", b""))
        fields = msgspec.json.decode(raw or bytes(parts.get("error_response", b"")), type=dict[str, Any])
        serial = msgspec.json.decode(parts.get("alipay_cert_sn", msgspec.Raw(b'""')), type=str)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        log.warning("alipay: an answer to %s cannot be read", method)
        return None
    reply = Reply(
        str(fields.get("code", "")),
        str(fields.get("sub_code", "")),
        str(fields.get("sub_msg") or fields.get("msg", ""))[:200],
        fields,
    )
    if account.serials is not None and serial != account.serials.alipay:
        log.warning("alipay: an answer to %s names another certificate of Alipay's: download it anew", method)
        return None
    if not raw or not signature or not rsa.verify(account.public, signature, raw):
        log.warning("alipay: an answer to %s is not signed: %r %r", method, reply.sub_code, reply.reason)
        return None
    if not reply.well and not reply.sub_code.startswith("ACQ."):
        log.warning("alipay: %s failed: %s %s", method, reply.sub_code or reply.code, reply.reason)
    return reply
