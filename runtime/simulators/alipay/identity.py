"""Who is who at the simulated Alipay: one merchant's application, and Alipay's keys and certificates."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from runtime.simulators import keys

_LIFE = timedelta(days=1825)
_UNITS = "Certification Authority"


class Identity:
    """Keys in the folder: merchant/ is what the shop gets, platform/ what Alipay keeps to itself."""

    app_id = "2021004100000001"
    seller_id = "2088000000000001"

    def __init__(self, folder: Path) -> None:
        platform = folder / "platform"
        self.shop = folder / "merchant"
        """What the shop gets: its own key and certificate, Alipay's public key, certificate and roots."""
        self.merchant = keys.get(self.shop, "app_private_key")
        self.key = keys.get(platform, "alipay")
        (self.shop / "alipay_public_key.pem").write_bytes(keys.public(self.key))
        root = keys.get(platform, "root")
        made = self.shop / "alipayRootCert.crt"
        if not made.exists():
            self._certify(root)
        pems = [self.shop / name for name in ("appCertPublicKey.crt", "alipayCertPublicKey_RSA2.crt")]
        self.app_serial, self.alipay_serial = (serial(path.read_bytes()) for path in pems)
        roots = x509.load_pem_x509_certificates(made.read_bytes())
        self.root_serial = _serial(roots[0])

    def _certify(self, root: RSAPrivateKey) -> None:
        """Write certificates as Alipay hands them out: its roots are of several kinds, and only RSA counts."""
        top = _name("Ant Financial Certification Authority R1")
        roots = [_certificate(top, top, root, root), _elliptic(_name("Ant Financial Certification Authority E1"))]
        names = {
            "appCertPublicKey.crt": (self.app_id, self.merchant),
            "alipayCertPublicKey_RSA2.crt": ("支付宝(中国)网络技术有限公司-2088000000000009", self.key),
        }
        for file, (owner, key) in names.items():
            found = _certificate(_name(owner), top, key, root)
            (self.shop / file).write_bytes(found.public_bytes(Encoding.PEM))
        (self.shop / "alipayRootCert.crt").write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in roots))


def serial(pem: bytes) -> str:
    """Return the serial by which Alipay names a certificate."""
    return _serial(x509.load_pem_x509_certificate(pem))


def _serial(certificate: x509.Certificate) -> str:
    issuer = certificate.issuer.rfc4514_string({NameOID.COMMON_NAME: "CN"})
    return hashlib.md5(f"{issuer}{certificate.serial_number}".encode(), usedforsecurity=False).hexdigest()


def _name(owner: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ant Financial"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, _UNITS),
            x509.NameAttribute(NameOID.COMMON_NAME, owner),
        ]
    )


def _builder(subject: x509.Name, issuer: x509.Name) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    number = int(f"2{secrets.token_hex(15)}", 16)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).serial_number(number)
    return builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + _LIFE)


def _certificate(subject: x509.Name, issuer: x509.Name, key: RSAPrivateKey, signer: RSAPrivateKey) -> x509.Certificate:
    return _builder(subject, issuer).public_key(key.public_key()).sign(signer, SHA256())


def _elliptic(name: x509.Name) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    return _builder(name, name).public_key(key.public_key()).sign(key, SHA256())
