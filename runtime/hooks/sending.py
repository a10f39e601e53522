"""Handing a message over: Standard Webhooks for programs, and the three robots' own ways for groups of people.

https://www.standardwebhooks.com: ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature`` (v1, HMAC-SHA256
over ``id.timestamp.body``). A receiver that keeps the id knows a message that comes twice.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote, urlsplit

import msgspec

from generator.shop import Hook
from runtime.faults import Fault
from runtime.gateways import wire
from runtime.gateways.wire import Answer, Request
from runtime.hooks.events import Event
from runtime.settings import Settings

TIMEOUT = 10.0


class HookFault(Fault):
    """A message was not taken; ``gone`` says that it never will be."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone


class _Said(msgspec.Struct, frozen=True):
    """What robots answer: WeCom and DingTalk say errcode, Feishu says code."""

    errcode: int = 0
    code: int = 0
    errmsg: str = ""
    msg: str = ""


def send(hook: Hook, event: Event, identity: str, settings: Settings, now: datetime) -> None:
    """Hand a message over; raise HookFault unless it was taken."""
    secret = settings.find_secret(hook.secret) or "" if hook.secret else ""
    if hook.secret and not secret:
        raise HookFault(f"{hook.secret} is not set")
    address = hook.url if hook.kind == "webhook" else settings.find_secret(hook.address) or ""
    if not address:
        raise HookFault(f"{hook.address} is not set")
    target, request = _REQUESTS[hook.kind](address, event, identity, secret, now)
    parts = urlsplit(target)
    answer = wire.over_http(f"{parts.scheme}://{parts.netloc}", TIMEOUT)(
        msgspec.structs.replace(request, path=f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
    )
    _check(hook, answer)


def _check(hook: Hook, answer: Answer | None) -> None:
    if answer is None:
        raise HookFault("no answer")
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise HookFault(f"answered {answer.status}", gone=answer.status == HTTPStatus.GONE)
    if hook.kind == "webhook":
        return
    try:
        said = msgspec.json.decode(answer.body, type=_Said)
    except msgspec.MsgspecError as error:
        raise HookFault("the robot's answer cannot be read") from error
    if said.errcode or said.code:
        raise HookFault(f"the robot says {said.errcode or said.code} {said.errmsg or said.msg}"[:200])


def webhook_key(secret: str) -> bytes:
    """Return the key of a secret: base64 behind ``whsec_``, else the text itself."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as error:
            raise HookFault("the secret behind whsec_ is not base64") from error
    return secret.encode()


def _webhook(address: str, event: Event, identity: str, secret: str, now: datetime) -> tuple[str, Request]:
    body = msgspec.json.encode({"type": event.type, "timestamp": event.timestamp, "data": event.data})
    at = str(int(now.timestamp()))
    signed = hmac.digest(webhook_key(secret), f"{identity}.{at}.".encode() + body, hashlib.sha256)
    headers = {
        "content-type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
    return address, Request("POST", "", body, headers)


def _markdown(event: Event) -> str:
    return "\n\n".join([f"**{event.title}**", *event.lines])


def _wecom(address: str, event: Event, identity: str, secret: str, now: datetime) -> tuple[str, Request]:
    """https://developer.work.weixin.qq.com/document/path/91770."""
    del identity, secret, now
    return address, _json({"msgtype": "markdown", "markdown": {"content": _markdown(event)}})


def _dingtalk(address: str, event: Event, identity: str, secret: str, now: datetime) -> tuple[str, Request]:
    """https://open.dingtalk.com/document/robots/customize-robot-security-settings: signed by the time in ms."""
    del identity
    if secret:
        at = str(int(now.timestamp() * 1000))
        signed = base64.b64encode(hmac.digest(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256)).decode()
        address = f"{address}{'&' if '?' in address else '?'}timestamp={at}&sign={quote(signed, safe='')}"
    return address, _json({"msgtype": "markdown", "markdown": {"title": event.title, "text": _markdown(event)}})


def _feishu(address: str, event: Event, identity: str, secret: str, now: datetime) -> tuple[str, Request]:
    """https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: the key is the time and the secret."""
    del identity
    body: dict[str, object] = {"msg_type": "text", "content": {"text": "\n".join([event.title, *event.lines])}}
    if secret:
        at = str(int(now.timestamp()))
        signed = base64.b64encode(hmac.digest(f"{at}\n{secret}".encode(), b"", hashlib.sha256)).decode()
        body = {"timestamp": at, "sign": signed, **body}
    return address, _json(body)


def _json(body: object) -> Request:
    return Request("POST", "", msgspec.json.encode(body), {"content-type": "application/json; charset=utf-8"})


_REQUESTS: dict[str, Callable[[str, Event, str, str, datetime], tuple[str, Request]]] = {
    "webhook": _webhook,
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
}
