"""Passkeys (WebAuthn): a device proves by a key of its own who is there, to this host name and to no other.

A question is answered once and soon. The device asks for a finger, a face or a PIN, so a passkey is both factors; one
whose counter does not go up is refused, as a copy of it is about.
"""

from datetime import datetime

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from generator.shop import Value
from runtime.access import accounts, factors, log
from runtime.access.accounts import Account
from runtime.access.lodge import Lodge, hashed
from runtime.access.log import By, Entry
from runtime.refusals import Code, Refusal
from runtime.transaction import Row, Transaction

ANSWERED_WITHIN = 5 * 60
MOST = 20
LONGEST_NAME = 60
_COLUMNS = "id, person_id, credential, public_key, counter, host, name, synced, made_at, used_at"


class Passkey(Value, frozen=True, kw_only=True):
    """A passkey; ``host`` is where it is good."""

    id: int
    person: int
    credential: str
    public_key: str
    counter: int
    host: str
    name: str
    synced: int
    made_at: int
    used_at: int | None


class Site(Value, frozen=True, kw_only=True):
    """Where a browser is: the host name that passkeys are for, and the origins that its pages may have."""

    host: str
    origins: tuple[str, ...]
    name: str


class _ClientData(msgspec.Struct):
    challenge: str


class _Response(msgspec.Struct):
    client_data: str = msgspec.field(name="clientDataJSON")


class _Credential(msgspec.Struct):
    id: str
    response: _Response


def ask_register(lodge: Lodge, account: Account, site: Site, now: datetime) -> str:
    """Return what a browser needs to make a passkey, as JSON."""
    known = listing(lodge, account.id)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=account.handle.encode(),
        user_name=account.email,
        user_display_name=account.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential))
            for each in known
            if each.host == site.host
        ],
    )
    _remember(lodge, options.challenge, "register", account.id, now)
    return webauthn.options_to_json(options)


def register(lodge: Lodge, account: Account, given: tuple[str, str], site: Site, by: By, now: datetime) -> Passkey:
    """Keep a passkey that a browser has made; ``given`` is its answer and a name.

    Raises Refusal: passkey-refused, passkey-known.
    """
    answer, name = given
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_take(lodge, answer, "register", account.id, now),
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise Refusal(Code.PASSKEY_REFUSED) from error
    credential = bytes_to_base64url(verified.credential_id)
    told = accounts.tidy_name(name)[:LONGEST_NAME] or site.host

    def unit(transaction: Transaction) -> Passkey:
        if _find(transaction, credential) is not None or len(_of(transaction, account.id)) >= MOST:
            raise Refusal(Code.PASSKEY_KNOWN)
        transaction.run(
            "INSERT INTO console_passkey (person_id, credential, public_key, counter, host, name, synced, made_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(account.id, credential, bytes_to_base64url(verified.credential_public_key), verified.sign_count),
            *(site.host, told, int(verified.credential_backed_up), int(now.timestamp())),
        )
        log.write(transaction, lodge, by, Entry(what="passkey.added", subject=account.subject, after=told), now)
        factors.tell(transaction, account, "passkey-added", now)
        made = _find(transaction, credential)
        if made is None:
            raise Refusal(Code.PASSKEY_REFUSED)
        return made

    return lodge.database.write(unit)


def ask_enter(lodge: Lodge, site: Site, now: datetime) -> str:
    """Return what a browser needs to show a passkey, as JSON; whose it is comes with the answer."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    _remember(lodge, options.challenge, "enter", None, now)
    return webauthn.options_to_json(options)


def enter(lodge: Lodge, answer: str, site: Site, now: datetime) -> Account:
    """Return whose passkey answered; raise Refusal: passkey-refused, passkey-cloned."""
    try:
        challenge = _take(lodge, answer, "enter", None, now)
        given = msgspec.json.decode(answer, type=_Credential).id
        passkey = lodge.database.read(lambda look: _find(look, given))
        if passkey is None or passkey.host != site.host:
            raise Refusal(Code.PASSKEY_REFUSED)
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise Refusal(Code.PASSKEY_REFUSED) from error
    counted = verified.new_sign_count

    def unit(transaction: Transaction) -> Account | None:
        used = (
            "UPDATE console_passkey SET counter = ?, used_at = ?, synced = ? "
            "WHERE id = ? AND (counter < ? OR (counter = 0 AND ? = 0))"
        )
        account = accounts.get(transaction, passkey.person)
        values = (counted, int(now.timestamp()), int(verified.credential_backed_up), passkey.id, counted, counted)
        if transaction.run(used, *values):
            return account
        told = f"{passkey.name}: {counted}"
        entry = Entry(what="passkey.cloned", subject=account.subject, before=str(passkey.counter), after=told)
        log.write(transaction, lodge, account.by, entry, now)
        return None

    found = lodge.database.write(unit)
    if found is None:
        raise Refusal(Code.PASSKEY_CLONED)
    return found


def remove(lodge: Lodge, account: Account, identity: int, by: By, now: datetime) -> None:
    """Let a passkey of somebody be good no more; raise Refusal (passkey-refused) for one that is not theirs."""

    def unit(transaction: Transaction) -> None:
        found = next((each for each in _of(transaction, account.id) if each.id == identity), None)
        if found is None:
            raise Refusal(Code.PASSKEY_UNKNOWN)
        transaction.run("DELETE FROM console_passkey WHERE id = ?", identity)
        entry = Entry(what="passkey.removed", subject=account.subject, before=found.name)
        log.write(transaction, lodge, by, entry, now)
        factors.tell(transaction, account, "passkey-removed", now)

    lodge.database.write(unit)


def listing(lodge: Lodge, person: int) -> list[Passkey]:
    """Return the passkeys of somebody, the oldest first."""
    return lodge.database.read(lambda look: _of(look, person))


def _remember(lodge: Lodge, challenge: bytes, kind: str, person: int | None, now: datetime) -> None:
    at, question = int(now.timestamp()), hashed(bytes_to_base64url(challenge))

    def unit(transaction: Transaction) -> None:
        transaction.run("DELETE FROM console_challenge WHERE until < ?", at)
        transaction.run(
            "INSERT INTO console_challenge (question_hash, kind, person_id, until) VALUES (?, ?, ?, ?)",
            *(question, kind, person, at + ANSWERED_WITHIN),
        )

    lodge.database.write(unit)


def _take(lodge: Lodge, answer: str, kind: str, person: int | None, now: datetime) -> bytes:
    """Return the question that an answer is for, and let it be answered no more; raise Refusal for any other."""
    told = msgspec.json.decode(answer, type=_Credential).response.client_data
    asked = msgspec.json.decode(base64url_to_bytes(told), type=_ClientData).challenge
    whose = "person_id IS NULL" if person is None else "person_id = ?"
    values = (hashed(asked), kind, int(now.timestamp()), *(() if person is None else (person,)))
    take = f"DELETE FROM console_challenge WHERE question_hash = ? AND kind = ? AND until >= ? AND {whose}"  # noqa: S608
    if not lodge.database.write(lambda transaction: transaction.run(take, *values)):
        raise Refusal(Code.PASSKEY_REFUSED)
    return base64url_to_bytes(asked)


def _of(transaction: Transaction, person: int) -> list[Passkey]:
    rows = transaction.all(f"SELECT {_COLUMNS} FROM console_passkey WHERE person_id = ? ORDER BY id", person)  # noqa: S608
    return [_passkey(row) for row in rows]


def _find(transaction: Transaction, credential: str) -> Passkey | None:
    row = transaction.find(f"SELECT {_COLUMNS} FROM console_passkey WHERE credential = ?", credential)  # noqa: S608
    return _passkey(row) if row else None


def _passkey(row: Row) -> Passkey:
    return Passkey(**dict(zip(Passkey.__struct_fields__, row, strict=True)))
