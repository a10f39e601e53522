"""What Alipay signs and verifies: parameters sorted and joined, or the bytes of an answer's object; RSA-SHA256."""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256


def content(parameters: Mapping[str, str]) -> bytes:
    """Return what is signed of parameters."""
    kept = sorted((name, value) for name, value in parameters.items() if value)
    return "&".join(f"{name}={value}" for name, value in kept).encode()


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """Return a signature in base64."""
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def verify(key: RSAPublicKey, signature: str, message: bytes) -> bool:
    """Tell whether a signature is good."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def answer(key: RSAPrivateKey, method: str, said: Mapping[str, Any], fault: str, serial: str) -> bytes:
    """Return a signed answer, or one with something wrong about its signature (unsigned, signature)."""
    # Alipay writes \\/ for a slash; whoever verifies other bytes than those that came is wrong already here.
    node = msgspec.json.encode(said).replace(b"/", rb"\/")
    parts = [msgspec.json.encode(method.replace(".", "_") + "_response") + b":" + node]
    if fault != "unsigned":
        good = sign(key, b'{"another":"answer"}' if fault == "signature" else node)
        if serial:
            parts.append(b'"alipay_cert_sn":' + msgspec.json.encode(serial))
        parts.append(b'"sign":' + msgspec.json.encode(good))
    return b"{" + b",".join(parts) + b"}"
