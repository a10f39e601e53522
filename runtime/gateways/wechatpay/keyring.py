"""The keys WeChat Pay signs with: public keys that the merchant pasted, or certificates that are fetched and kept.

A new merchant has public keys only, an old one certificates, one that is changing over has both. Certificates are
fetched when a serial is new, at most once a minute however many forged serials come.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from runtime.gateways.wechatpay import signing
from runtime.gateways.wechatpay.signing import ForgedError, Resource
from runtime.gateways.wire import Answer

PAUSE = timedelta(seconds=60)
PUBLIC_KEY = "PUB_KEY_ID_"


class _Certificate(msgspec.Struct, frozen=True):
    serial_no: str
    encrypt_certificate: Resource


class _Certificates(msgspec.Struct, frozen=True):
    data: tuple[_Certificate, ...]


class Keyring:
    """Finds keys by their serial; ``fetch`` asks WeChat Pay for its certificates."""

    def __init__(
        self, public_keys: Mapping[str, RSAPublicKey], secret: bytes, fetch: Callable[[], Answer | None]
    ) -> None:
        self._public = dict(public_keys)
        self._secret = secret
        self._fetch = fetch
        self._certificates: dict[str, tuple[RSAPublicKey, datetime]] = {}
        self._asked: datetime | None = None
        self._guard = threading.Lock()

    def wished(self, now: datetime) -> str:
        """Return the serial that answers shall be signed with: the first public key's, or a certificate's, or ''."""
        if self._public:
            return next(iter(self._public))
        alive = [serial for serial, (_, until) in self._certificates.items() if until > now]
        return alive[-1] if alive else ""

    def find(self, serial: str, now: datetime) -> RSAPublicKey | None:
        """Return the key of a serial, or None; a certificate that is not known yet is asked for."""
        if serial.startswith(PUBLIC_KEY):
            return self._public.get(serial)
        return self._held(serial, now) or self._refreshed(serial, now)

    def _held(self, serial: str, now: datetime) -> RSAPublicKey | None:
        key, until = self._certificates.get(serial.upper(), (None, now))
        return key if until > now else None

    def _refreshed(self, serial: str, now: datetime) -> RSAPublicKey | None:
        with self._guard:
            waiting = self._asked is not None and timedelta(0) <= now - self._asked < PAUSE
            found = self._held(serial, now)
            if found is not None or waiting:
                return found
            self._asked = now
            answer = self._fetch()
            if answer is not None:
                self._learn(answer, now)
        return self._held(serial, now)

    def _learn(self, answer: Answer, now: datetime) -> None:
        """Keep the certificates of an answer that is signed by one of them, or by a key that is known."""
        try:
            given = msgspec.json.decode(answer.body, type=_Certificates)
            found = dict(_opened(each, self._secret) for each in given.data)
            known = self._public | {s: key for s, (key, until) in (self._certificates | found).items() if until > now}
            signing.verify(
                answer.headers, answer.body, lambda serial: known.get(serial) or known.get(serial.upper()), now
            )
        except (msgspec.MsgspecError, ForgedError, ValueError):
            return
        self._certificates = self._certificates | found


def _opened(certificate: _Certificate, secret: bytes) -> tuple[str, tuple[RSAPublicKey, datetime]]:
    read = x509.load_pem_x509_certificate(signing.decrypt(secret, certificate.encrypt_certificate))
    key, serial = read.public_key(), certificate.serial_no.upper()
    if not isinstance(key, RSAPublicKey) or f"{read.serial_number:X}" != serial.lstrip("0"):
        raise ForgedError("not the certificate of its serial")
    return serial, (key, read.not_valid_after_utc.astimezone(UTC))
