"""How WeChat Pay (API v3) is signed: what we ask, what it answers and tells, what its browser is given."""

import base64
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from runtime.gateways import rsa

SCHEME = "WECHATPAY2-SHA256-RSA2048"
TOLERANCE = 300
_SIGNATURE_TEST = "WECHATPAY/SIGNTEST/"
_NONCE, _LONGEST = 12, 128


class ForgedError(Exception):
    """WeChat Pay did not sign this, or not lately; the text says what is wrong."""


class Resource(msgspec.Struct, frozen=True):
    """Something encrypted for the merchant."""

    ciphertext: str
    nonce: str
    associated_data: str = ""
    algorithm: str = "AEAD_AES_256_GCM"


class Merchant(msgspec.Struct, frozen=True):
    """Who asks: the merchant's number, the serial of its certificate and the key that belongs to it."""

    mchid: str
    serial: str
    key: RSAPrivateKey

    def __repr__(self) -> str:
        """Keep the key out of logs."""
        return f"Merchant({self.mchid!r})"


def authorization(merchant: Merchant, method: str, path: str, body: bytes, now: datetime) -> str:
    """Return the Authorization of a request: the very bytes of its path with query, and of its body, are signed."""
    time, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    signature = rsa.sign(merchant.key, f"{method}\n{path}\n{time}\n{nonce}\n".encode() + body + b"\n")
    return (
        f'{SCHEME} mchid="{merchant.mchid}",nonce_str="{nonce}",signature="{signature}",'
        f'timestamp="{time}",serial_no="{merchant.serial}"'
    )


def verify(
    headers: Mapping[str, str], body: bytes, find_key: Callable[[str], RSAPublicKey | None], now: datetime
) -> None:
    """Check the signature of an answer or a notice over its raw bytes; raise ForgedError.

    What costs nothing is looked at first: ``find_key`` may have to ask WeChat Pay for a serial that is new.
    """
    time, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
    signature, serial = headers.get("wechatpay-signature", ""), headers.get("wechatpay-serial", "")
    if not (time and nonce and signature and serial):
        raise ForgedError("not signed")
    if signature.startswith(_SIGNATURE_TEST):
        raise ForgedError("a test whether signatures are verified")
    if headers.get("wechatpay-signature-type", SCHEME) != SCHEME:
        raise ForgedError("an unknown kind of signature")
    fresh = time.isascii() and time.isdigit() and len(time) < _NONCE and abs(now.timestamp() - int(time)) <= TOLERANCE
    if not fresh:
        raise ForgedError("too old")
    if len(serial) > _LONGEST or len(nonce) > _LONGEST:
        raise ForgedError("an unknown serial")
    key = find_key(serial)
    if key is None:
        raise ForgedError("an unknown serial")
    if not rsa.verify(key, signature, f"{time}\n{nonce}\n".encode() + body + b"\n"):
        raise ForgedError("wrong signature")


def decrypt(secret: bytes, resource: Resource) -> bytes:
    """Return what was encrypted with the APIv3 key; raise ForgedError."""
    nonce = resource.nonce.encode()
    if resource.algorithm != "AEAD_AES_256_GCM" or len(nonce) != _NONCE:
        raise ForgedError("unknown encryption")
    try:
        cipher = base64.b64decode(resource.ciphertext, validate=True)
        return AESGCM(secret).decrypt(nonce, cipher, resource.associated_data.encode())
    except (InvalidTag, ValueError) as error:
        raise ForgedError("not encrypted with our APIv3 key") from error


def bridge(merchant: Merchant, appid: str, prepay: str, now: datetime) -> dict[str, str]:
    """Return what WeChat's own browser is called with; ``signType`` is handed over and not signed."""
    time, nonce, package = str(int(now.timestamp())), secrets.token_hex(16), f"prepay_id={prepay}"
    return {
        "appId": appid,
        "timeStamp": time,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": rsa.sign(merchant.key, f"{appid}\n{time}\n{nonce}\n{package}\n".encode()),
    }
