"""RSA-SHA256 (PKCS#1 v1.5) signatures, and keys as merchants paste them: PEM, or the bare base64 of a provider's tool.

Needs the ``cryptography`` package (the extras ``wechatpay`` and ``alipay``): only shops that name such a provider load
this module.
"""

import base64
import binascii

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

SHORTEST = 2048
_PRIVATE_LABELS = ("PRIVATE KEY", "RSA PRIVATE KEY")


class KeyTextError(ValueError):
    """The text holds no RSA key that can be used; ``rule`` says which was wanted, and nothing shows the text."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def private_key(text: str) -> RSAPrivateKey:
    """Return the private key in a text: PEM (PKCS#8 or PKCS#1) or bare base64; raise KeyTextError."""
    for label in _PRIVATE_LABELS:
        try:
            found = serialization.load_pem_private_key(_pem(text, label), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
        if isinstance(found, RSAPrivateKey) and found.key_size >= SHORTEST:
            return found
        break
    raise KeyTextError("private-key")


def public_key(text: str) -> RSAPublicKey:
    """Return the public key in a text: PEM or bare base64; raise KeyTextError."""
    try:
        found = serialization.load_pem_public_key(_pem(text, "PUBLIC KEY"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyTextError("public-key") from error
    if not isinstance(found, RSAPublicKey) or found.key_size < SHORTEST:
        raise KeyTextError("public-key")
    return found


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """Return the signature of a message as base64."""
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def verify(key: RSAPublicKey, signature: str, message: bytes) -> bool:
    """Tell whether a base64 signature is that of a message."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def public_text(key: RSAPublicKey) -> bytes:
    """Return a public key as PEM, so that two can be compared."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _pem(text: str, label: str) -> bytes:
    """Return PEM as it is, also with its lines written as backslash n, and bare base64 under a label."""
    plain = text.strip().replace("\\n", "\n")
    if plain.startswith("-----"):
        return plain.encode()
    packed = "".join(plain.split())
    lines = "\n".join(packed[start : start + 64] for start in range(0, len(packed), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()
