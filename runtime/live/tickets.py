"""Signed words that travel with requests: a publisher's ticket and a viewer's pass; neither needs a look-up.

``sign_ticket``/``verify_ticket`` and ``sign_pass``/``verify_pass``: HMAC-SHA256 over what they say, with an end.
``veiled`` hides contacts and addresses behind a keyed hash: enough to know somebody again, not to find them.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

import msgspec

from generator.shop import Value

LONGEST = 2048
"""More characters than any ticket has."""
_SIGNATURE = 32

T = TypeVar("T", bound="Ticket | Pass")


class Ticket(Value, frozen=True, kw_only=True):
    """The right to send pictures to a broadcast; a rotated key (another generation) makes it worthless."""

    broadcast: int
    stream: str
    generation: int
    until: int


class Pass(Value, frozen=True, kw_only=True):
    """A viewer of a room: a random id, a name to show, and what is known of them.

    ``contacts`` are veiled, there when the contact is proven; ``host`` writes with the badge of the house.
    """

    room: str
    viewer: str
    name: str
    locale: str
    contacts: tuple[str, ...] = ()
    host: bool = False
    until: int

    @property
    def buyer(self) -> bool:
        """Tell whether who watches is known by a proven contact."""
        return bool(self.contacts)


def new_viewer() -> str:
    """Return a random id for a viewer."""
    return secrets.token_hex(8)


def sign_ticket(secret: bytes, ticket: Ticket) -> str:
    """Return a ticket as it travels."""
    return _sign(secret, "ticket", ticket)


def verify_ticket(secret: bytes, text: str, now: datetime) -> Ticket | None:
    """Return what a ticket says, None for one that is forged or over."""
    return _verify(secret, "ticket", text, Ticket, now)


def sign_pass(secret: bytes, viewer: Pass) -> str:
    """Return a pass as it travels."""
    return _sign(secret, "pass", viewer)


def verify_pass(secret: bytes, text: str, now: datetime) -> Pass | None:
    """Return what a pass says, None for one that is forged or over."""
    return _verify(secret, "pass", text, Pass, now)


def veiled(secret: bytes, kind: str, values: Iterable[str]) -> tuple[str, ...]:
    """Return keyed hashes of contacts or addresses, in their order."""
    return tuple(
        hmac.new(secret, f"live|{kind}|{value}".encode(), hashlib.sha256).hexdigest()[:_SIGNATURE] for value in values
    )


def veiled_address(secret: bytes, address: str) -> str:
    """Return the hash by which an internet address is known: of IPv6 the network, which is one household."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    if mapped is None and isinstance(found, ipaddress.IPv6Address):
        plain = str(ipaddress.ip_network((int(found), 64), strict=False))
    else:
        plain = str(mapped or found)
    return veiled(secret, "address", (plain,))[0]


def shown_name(name: str) -> str:
    """Return a name as everybody may read it: its first letter and stars."""
    letters = [letter for letter in name.strip() if letter.isalnum()]
    return f"{letters[0].upper()}**" if letters else ""


def _sign(secret: bytes, kind: str, value: Ticket | Pass) -> str:
    body = base64.urlsafe_b64encode(msgspec.json.encode(msgspec.structs.astuple(value))).rstrip(b"=").decode()
    return f"{body}.{_signature(secret, kind, body)}"


def _signature(secret: bytes, kind: str, body: str) -> str:
    digest = hmac.new(secret, f"live|{kind}|{body}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def _verify(secret: bytes, kind: str, text: str, form: type[T], now: datetime) -> T | None:
    body, _, signature = text.partition(".")
    if len(text) > LONGEST or not text.isascii() or not hmac.compare_digest(signature, _signature(secret, kind, body)):
        return None
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        found = msgspec.convert(dict(zip(form.__struct_fields__, values, strict=True)), form)
    except (ValueError, TypeError, msgspec.MsgspecError):
        return None
    return found if now.timestamp() < found.until else None
