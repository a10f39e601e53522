"""The porter's lodge of the console: its database, and the keys that are made from the shop's secret."""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from generator.shop import Value
from runtime.access.passwords import USUAL, Passwords
from runtime.database import Database
from runtime.settings import Console, Settings

_NONCE = 12


class Lodge(Value, frozen=True, kw_only=True):
    """What everything about people needs: where they are written, the shop's secret, and how long sessions last."""

    database: Database
    secret: bytes
    console: Console = Console()
    passwords: Passwords = USUAL

    def __repr__(self) -> str:
        """Keep the secret out of logs."""
        return "Lodge()"

    def mac(self, purpose: str, text: str) -> str:
        """Return what proves that a text was written here, for one purpose."""
        return hmac.new(self._key(purpose), text.encode(), hashlib.sha256).hexdigest()

    def seal(self, purpose: str, data: bytes) -> str:
        """Return data as text that nobody reads, or changes unseen, without the shop's secret."""
        nonce = secrets.token_bytes(_NONCE)
        return base64.urlsafe_b64encode(nonce + AESGCM(self._key(purpose)).encrypt(nonce, data, None)).decode()

    def find_sealed(self, purpose: str, text: str) -> bytes | None:
        """Return what was sealed for this purpose, None for anything else."""
        try:
            packed = base64.urlsafe_b64decode(text.encode())
            return AESGCM(self._key(purpose)).decrypt(packed[:_NONCE], packed[_NONCE:], None)
        except (ValueError, InvalidTag):
            return None

    def _key(self, purpose: str) -> bytes:
        return hmac.new(self.secret, f"console|{purpose}".encode(), hashlib.sha256).digest()


def of(settings: Settings, database: Database) -> Lodge:
    """Return the lodge of a running shop."""
    return Lodge(database=database, secret=settings.secret, console=settings.console)


def hashed(key: str) -> str:
    """Return what is kept of a key that is random and long."""
    return hashlib.sha256(key.encode()).hexdigest()
