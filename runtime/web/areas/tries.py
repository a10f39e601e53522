"""How often somebody may try to come in: few wrong tries from a place, and nobody is locked out of a device they know.

A token is taken before anything is looked at, so that a thousand tries at once are not more than one after another, and
given back when the try was right. A browser that was let in before carries a signed mark of its account: its tries
are counted apart, so strangers who try from everywhere lock no owner out. Passkeys cannot be guessed and do not count.
"""

import hashlib
import secrets

import msgspec
from flask import request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response as Answer

from runtime.access import accounts
from runtime.web.gate import is_loopback
from runtime.web.limits import network
from runtime.web.visit import shopfront

_COOKIE = "console_known"
_KEPT = 365 * 24 * 60 * 60
_MOST_ACCOUNTS = 5


class Try(msgspec.Struct, frozen=True):
    """A try that was counted, in which buckets."""

    taken: tuple[tuple[str, str], ...]

    def was_right(self) -> None:
        """Give back what it took."""
        for name, client in self.taken:
            shopfront().buckets.give(name, client)


class TooMany(msgspec.Struct, frozen=True):
    """No more tries for so many seconds."""

    seconds: int


def take(kind: str, email: str) -> Try | TooMany:
    """Count a try; ``kind`` is ``enter`` for passwords and ``code`` for second factors."""
    buckets, taken = shopfront().buckets, list[tuple[str, str]]()
    for name, client in _counted(kind, email):
        wait = buckets.take(name, client)
        if wait:
            Try(tuple(taken)).was_right()
            shopfront().metrics.event("limited")
            return TooMany(wait)
        taken.append((name, client))
    return Try(tuple(taken))


def remember_device(answer: Answer, email: str) -> None:
    """Mark a browser as one that this account comes in by; a few people may share one."""
    account, (known, device) = _digest(accounts.meant(email)), _mark()
    listed = [account, *(each for each in known if each != account)][:_MOST_ACCOUNTS]
    value = str(_serializer().dumps([listed, device or secrets.token_urlsafe(12)]))
    secure = request.is_secure
    answer.set_cookie(
        _COOKIE, value, max_age=_KEPT, path="/console/enter", secure=secure, httponly=True, samesite="Strict"
    )


def knows_device(email: str) -> bool:
    """Tell whether an account came in by this browser before."""
    return bool(_device(_digest(accounts.meant(email))))


def _counted(kind: str, email: str) -> list[tuple[str, str]]:
    account, address = _digest(accounts.meant(email)), network(request.remote_addr or "")
    own = "enter-account" if kind == "enter" else "code"
    device = _device(account)
    if device:
        return [(own, _digest(f"{account}|{device}"))]
    counted = [(own, _digest(f"{account}|{address}"))]
    if kind == "enter" and not is_loopback(address):
        counted.append(("enter", address))
    return [*counted, (f"{kind}-anywhere", account)]


def _device(account: str) -> str:
    known, device = _mark()
    return device if account in known else ""


def _mark() -> tuple[list[str], str]:
    """Return the accounts that came in by this browser, the last one first, and what it is told apart by."""
    try:
        return msgspec.convert(_serializer().loads(request.cookies.get(_COOKIE, "")), tuple[list[str], str])
    except (BadData, msgspec.ValidationError):
        return [], ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:60]


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(shopfront().settings.secret, salt="console-device")
