"""Who we are at Alipay: the application, the seller, and the keys that sign and verify."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from runtime.gateways import credentials, rsa
from runtime.settings import SettingError, Settings

_RSA_SIGNATURES = "1.2.840.113549.1.1."


class Serials(msgspec.Struct, frozen=True):
    """Certificate mode: the serials of our application, of Alipay's roots, and of the certificate Alipay signs with."""

    app: str
    root: str
    alipay: str


class Account(msgspec.Struct, frozen=True):
    """A merchant's application: ``private`` signs what we say, ``public`` verifies what Alipay says."""

    app_id: str
    seller_id: str
    private: RSAPrivateKey
    public: RSAPublicKey
    serials: Serials | None = None

    def __repr__(self) -> str:
        """Keep the keys out of logs."""
        return f"Account(app_id={self.app_id!r})"


def read(settings: Settings, given: Mapping[str, Any]) -> Account:
    """Return the account that a payment method describes; raise SettingError for what is missing or no key."""
    for name in ("app_id", "seller_id"):
        if not given.get(name):
            raise SettingError(f"payment.{name}", "missing")
    try:
        private = rsa.private_key(credentials.get(settings, given, "private_key"))
    except rsa.KeyTextError as error:
        raise SettingError("payment.private_key", error.rule) from error
    certificate = credentials.find(settings, given, "alipay_certificate")
    if certificate is not None:
        public, serials = _certified(settings, given, certificate)
    else:
        serials = None
        try:
            public = rsa.public_key(credentials.get(settings, given, "alipay_public_key"))
        except rsa.KeyTextError as error:
            raise SettingError("payment.alipay_public_key", error.rule) from error
    own = rsa.public_text(private.public_key())
    if rsa.public_text(public) == own:
        raise SettingError("payment.alipay_public_key", "own-key")
    return Account(str(given["app_id"]), str(given["seller_id"]), private, public, serials)


def serial(certificate: x509.Certificate) -> str:
    """Return the serial by which Alipay names a certificate: MD5 of its issuer's name and its number."""
    names = [f"{attribute.rfc4514_attribute_name}={attribute.value!s}" for attribute in certificate.issuer]
    issuer = ",".join(reversed(names))
    return hashlib.md5(f"{issuer}{certificate.serial_number}".encode(), usedforsecurity=False).hexdigest()


def root_serial(pem: str) -> str:
    """Return the serials of the RSA certificates among Alipay's roots, joined."""
    found = x509.load_pem_x509_certificates(pem.encode())
    return "_".join(
        serial(each) for each in found if each.signature_algorithm_oid.dotted_string.startswith(_RSA_SIGNATURES)
    )


def _certified(settings: Settings, given: Mapping[str, Any], certificate: str) -> tuple[RSAPublicKey, Serials]:
    texts = {
        "app_certificate": credentials.get(settings, given, "app_certificate"),
        "alipay_certificate": certificate,
    }
    found = {}
    for name, text in texts.items():
        try:
            found[name] = x509.load_pem_x509_certificates(text.encode())[0]
        except ValueError as error:
            raise SettingError(f"payment.{name}", "certificate") from error
    try:
        root = root_serial(credentials.get(settings, given, "alipay_root_certificate"))
    except ValueError as error:
        raise SettingError("payment.alipay_root_certificate", "certificate") from error
    public = found["alipay_certificate"].public_key()
    if not isinstance(public, RSAPublicKey):
        raise SettingError("payment.alipay_certificate", "rsa-certificate")
    return public, Serials(serial(found["app_certificate"]), root, serial(found["alipay_certificate"]))
