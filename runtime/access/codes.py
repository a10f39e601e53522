"""Second factors that are typed: codes of an authenticator app (TOTP, RFC 6238), recovery codes for a lost phone."""

import base64
import hmac
import secrets
import unicodedata
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from runtime.access.lodge import Lodge
from runtime.transaction import Transaction

STEP = 30
DIGITS = 6
RECOVERY_CODES = 8
_KEY_BYTES = 20
_AROUND = (0, -1, 1)
"""Steps that are tried: a phone's clock may be half a minute off."""
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS, _GROUP = 3, 4
_LONGEST = 40


def new_key() -> bytes:
    """Return a key for an authenticator app."""
    return secrets.token_bytes(_KEY_BYTES)


def shown_key(key: bytes) -> str:
    """Return a key as it is typed into an app, in groups of four."""
    text = base64.b32encode(key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address(key: bytes, email: str, shop: str) -> str:
    """Return what a QR code tells an authenticator app."""
    return _totp(key).get_provisioning_uri(email, shop.replace(":", " "))


def code(key: bytes, step: int) -> str:
    """Return the code of a step of half a minute."""
    return _totp(key).generate(step * STEP).decode()


def find_step(key: bytes, given: str, now: datetime, after: int = 0) -> int | None:
    """Return the step whose code was given; None for a wrong one, or one of ``after`` and before, used already."""
    typed, current = _typed(given), int(now.timestamp()) // STEP
    for step in (current + around for around in _AROUND):
        if step > after and hmac.compare_digest(code(key, step), typed):
            return step
    return None


def use(transaction: Transaction, person: int, step: int) -> bool:
    """Note a code as used; False if it, or a later one, was used meanwhile."""
    used = "UPDATE console_person SET totp_step = ? WHERE id = ? AND totp_step < ?"
    return bool(transaction.run(used, step, person, step))


def new_recovery(transaction: Transaction, lodge: Lodge, person: int) -> list[str]:
    """Replace somebody's recovery codes and return the new ones, which are never shown again."""
    made = ["-".join(_random_group() for _ in range(_GROUPS)) for _ in range(RECOVERY_CODES)]
    transaction.run("DELETE FROM console_recovery WHERE person_id = ?", person)
    transaction.run_many(
        "INSERT INTO console_recovery (person_id, code_hash) VALUES (?, ?)",
        [(person, _recovery_hash(lodge, person, each)) for each in made],
    )
    return made


def use_recovery(transaction: Transaction, lodge: Lodge, person: int, given: str, now: datetime) -> bool:
    """Take a recovery code; False for a wrong one or one that was used."""
    used = "UPDATE console_recovery SET used_at = ? WHERE person_id = ? AND code_hash = ? AND used_at IS NULL"
    return bool(transaction.run(used, int(now.timestamp()), person, _recovery_hash(lodge, person, given)))


def recovery_left(transaction: Transaction, person: int) -> int:
    """Return how many recovery codes are good."""
    row = transaction.find("SELECT COUNT(*) FROM console_recovery WHERE person_id = ? AND used_at IS NULL", person)
    return int(row[0]) if row else 0


def _totp(key: bytes) -> TOTP:
    return TOTP(key, DIGITS, SHA1(), STEP)  # noqa: S303  what every authenticator app speaks


def _random_group() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_GROUP))


def _recovery_hash(lodge: Lodge, person: int, given: str) -> str:
    return lodge.mac("recovery", f"{person}|{_typed(given)}")


def _typed(given: str) -> str:
    """Return what was meant: however wide the signs are, in whatever groups they were typed."""
    text = unicodedata.normalize("NFKC", given[:_LONGEST]).casefold()
    return "".join(each for each in text if each.isascii() and each.isalnum())
