"""What WeChat Pay signs, verifies and encrypts: RSA-SHA256 over lines, AES-256-GCM with the merchant's APIv3 key."""

import base64
import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from runtime.simulators import keys

SCHEME = "WECHATPAY2-SHA256-RSA2048"
TOLERANCE = 300
_LIFE = timedelta(days=1825)
_PARTS = re.compile(r'([a-z_]+)="([^"]*)"')
_NEEDED = {"mchid", "serial_no", "nonce_str", "timestamp", "signature"}
_DIGITS = re.compile(r"[0-9]{10}")


class UnsignedError(Exception):
    """A request that the merchant did not sign as it must; the text says what is wrong."""


class Signer(msgspec.Struct, frozen=True):
    """A key with the serial that names it: a certificate's number, or the id of a public key."""

    serial: str
    key: RSAPrivateKey

    def __repr__(self) -> str:
        """Keep the key out of logs."""
        return f"Signer({self.serial!r})"


def certified(folder: Path, name: str, owner: str) -> Signer:
    """Return a key with its certificate NAME.crt.pem, made if it is not there; the serial is the certificate's."""
    key = keys.get(folder, name)
    path = folder / f"{name}.crt.pem"
    if not path.exists():
        path.write_bytes(_certificate(key, owner).public_bytes(Encoding.PEM))
    return Signer(serial_of(path.read_bytes()), key)


def serial_of(pem: bytes) -> str:
    """Return the serial of a certificate as WeChat Pay writes it."""
    return f"{x509.load_pem_x509_certificate(pem).serial_number:040X}"


def _certificate(key: RSAPrivateKey, owner: str) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, owner)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int(f"7{secrets.token_hex(19)}9", 16))
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIFE)
        .sign(key, SHA256())
    )


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """Return a signature in base64."""
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def headers(signer: Signer, body: bytes, at: float) -> dict[str, str]:
    """Return the headers that sign an answer or a notice."""
    time, nonce = str(int(at)), secrets.token_hex(16)
    return {
        "Wechatpay-Timestamp": time,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": sign(signer.key, f"{time}\n{nonce}\n".encode() + body + b"\n"),
        "Wechatpay-Serial": signer.serial,
        "Wechatpay-Signature-Type": SCHEME,
    }


def verify(authorization: str, message: tuple[str, str, bytes], merchant: Signer, mchid: str, now: float) -> str:
    """Return the nonce of a request (method, path with query, body) that the merchant signed; raise UnsignedError."""
    scheme, _, rest = authorization.partition(" ")
    found = dict(_PARTS.findall(rest))
    if scheme != SCHEME or not found.keys() >= _NEEDED:
        raise UnsignedError("Authorization is missing or incomplete")
    if found["mchid"] != mchid or found["serial_no"].upper() != merchant.serial:
        raise UnsignedError("no such merchant or certificate")
    if not _DIGITS.fullmatch(found["timestamp"]) or abs(now - int(found["timestamp"])) > TOLERANCE:
        raise UnsignedError("the timestamp is too far away")
    method, path, body = message
    text = f"{method}\n{path}\n{found['timestamp']}\n{found['nonce_str']}\n".encode() + body + b"\n"
    try:
        merchant.key.public_key().verify(_decoded(found["signature"]), text, PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise UnsignedError("the signature is wrong") from error
    return str(found["nonce_str"])


def encrypt(key: bytes, plain: bytes, associated: str) -> dict[str, str]:
    """Return a resource that only who has the APIv3 key can read."""
    nonce = secrets.token_hex(6)
    cipher = AESGCM(key).encrypt(nonce.encode(), plain, associated.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(cipher).decode(),
        "nonce": nonce,
        "associated_data": associated,
    }


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
