"""RSA keys of a provider and of its merchant, made once in the provider's folder; the shop gets public halves only."""

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

_BITS = 2048


def get(folder: Path, name: str) -> RSAPrivateKey:
    """Return the private key NAME.pem of a folder, made and written if it is not there, beside NAME.public.pem."""
    path = folder / f"{name}.pem"
    if path.exists():
        found = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(found, RSAPrivateKey):
            raise TypeError(f"{path} is no RSA key")
        return found
    folder.mkdir(parents=True, exist_ok=True)
    key = generate_private_key(65537, _BITS)
    (folder / f"{name}.public.pem").write_bytes(public(key))
    path.touch(0o600)
    path.write_bytes(private(key))
    return key


def private(key: RSAPrivateKey) -> bytes:
    """Return a key as PKCS#8 PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public(key: RSAPrivateKey) -> bytes:
    """Return a key's public half as PEM."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
