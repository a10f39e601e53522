"""How shop and bank sign what they send each other.

HMAC-SHA256 over method, path, time, nonce and the very bytes of the body.
"""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime

import msgspec

TOLERANCE = 300
TIME, NONCE, SIGNATURE = "x-rehearsal-time", "x-rehearsal-nonce", "x-rehearsal-signature"


class ForgedError(Exception):
    """The signature is missing, wrong or too old; the text says which."""


class Keys(msgspec.Struct, frozen=True):
    """The shop signs with ``merchant``, the bank with ``bank``; each knows both, as with any shared secret."""

    merchant: bytes
    bank: bytes

    def __repr__(self) -> str:
        """Keep the keys out of logs."""
        return "Keys()"


def derive(secret: bytes) -> Keys:
    """Return the keys of a shop and its rehearsal bank."""
    return Keys(
        merchant=hmac.digest(secret, b"rehearsal bank: merchant", "sha256"),
        bank=hmac.digest(secret, b"rehearsal bank: bank", "sha256"),
    )


def sign(key: bytes, subject: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers that sign a message; ``subject`` is its method and path, or its status and path."""
    time, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    return {TIME: time, NONCE: nonce, SIGNATURE: _digest(key, subject, time, nonce, body)}


def verify(key: bytes, subject: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Return the nonce of a message that is signed and fresh; raise ForgedError."""
    time, nonce, signature = headers.get(TIME, ""), headers.get(NONCE, ""), headers.get(SIGNATURE, "")
    if not signature:
        raise ForgedError("no signature")
    if not hmac.compare_digest(signature.encode(), _digest(key, subject, time, nonce, body).encode()):
        raise ForgedError("wrong signature")
    if not time.isdigit() or abs(int(now.timestamp()) - int(time)) > TOLERANCE:
        raise ForgedError("too old")
    return nonce


def _digest(key: bytes, subject: str, time: str, nonce: str, body: bytes) -> str:
    return hmac.digest(key, f"{subject}\n{time}\n{nonce}\n".encode() + body + b"\n", "sha256").hex()
