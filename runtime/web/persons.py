"""Who asks in the console: a cookie names a session of the database, and every request asks whether it still holds.

``find_person``, ``get_person(permission)``, ``get_writer(permission)`` and ``get_proved(permission)`` answer it.
"""

import re
from urllib.parse import urlencode

import msgspec
from flask import abort, g, make_response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from runtime.access import lodge, log, roles, sessions
from runtime.access.lodge import Lodge
from runtime.access.log import By, Entry
from runtime.access.roles import Permission, Role
from runtime.access.sessions import FRESH, Session
from runtime.web import failures, tokens
from runtime.web.console import refused, say
from runtime.web.visit import shopfront, visit

ENTER = "/console/enter"
AGAIN = "/console/enter/again"
BEGIN = "/console/account/begin"
"""Where a second step is set up, and offered after the wizard."""
HOME = "/console/"
FORM = "console"
TOKEN = "X-Csrf-Token"  # noqa: S105  the name of a header
_COOKIE = "console"
_KEY = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_STEPS = re.compile(r"/console/(?:account/(?:begin|app|passkeys(?:/ask)?)|leave|enter/again)", re.ASCII)
"""What somebody needs who sets up a second step."""
_OURS = re.compile(r"/console(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?(\?[A-Za-z0-9._~=&%+-]*)?", re.ASCII)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is signed in, and what every form of theirs carries."""

    id: int
    name: str
    role: Role
    session: str
    """A name of the session for tokens; the key of its cookie cannot be made from it."""
    token: str
    """The value of ``csrf_token`` in their forms."""
    sitting: Session
    locale: str = "en"
    """The language of mails to them."""
    must_step: bool = False
    """Whether the shop wants a second step of them that they have not set up yet."""

    @property
    def actor(self) -> str:
        """Return how what they do is noted beside orders, money and stock."""
        return f"person:{self.id}"

    @property
    def by(self) -> By:
        """Return how what they do is noted in the log of the console."""
        return By(actor=self.actor, name=self.name, address=request.remote_addr or "")

    def may(self, permission: Permission | str) -> bool:
        """Tell whether their role holds a permission; templates ask by its text."""
        return roles.may(self.role, Permission(permission))


def keys() -> Lodge:
    """Return the lodge of this shop; raise DatabaseFault while its database is away."""
    front = shopfront()
    return msgspec.structs.replace(lodge.of(front.settings, front.database), passwords=front.passwords)


def find_person() -> Person | None:
    """Return who asks, or None for somebody who is not signed in."""
    if "person" not in g:
        g.person = _find()
    found: Person | None = g.person
    return found


def get_person(permission: Permission) -> Person:
    """Return who asks; others are sent to the entrance (a script gets 401), and a role that lacks it gets 403.

    Who tries to change what their role does not allow is noted.
    """
    found = find_person()
    if found is None:
        if failures.wants_json() or request.method != "GET":
            abort(refused(401, say("entry.first"), ENTER))
        abort(make_response(redirect(f"{ENTER}?{urlencode({'next': request.full_path.rstrip('?')})}", 303)))
    lead(found)
    if not found.may(permission):
        if request.method != "GET":
            note(found, "form.refused", request.path, after=permission)
        abort(403)
    return found


def lead(person: Person) -> None:
    """Lead somebody who has no second step, though the shop wants one, to where it is set up."""
    if not person.must_step or _STEPS.fullmatch(request.path):
        return
    if failures.wants_json() or request.method != "GET":
        abort(refused(403, say("account.begin.must"), BEGIN))
    abort(make_response(redirect(f"{BEGIN}?{urlencode({'next': request.full_path.rstrip('?')})}", 303)))


def get_writer(permission: Permission) -> Person:
    """Return who writes: as ``get_person``, after the token of their form or script was checked (409)."""
    found = get_person(permission)
    given = request.headers.get(TOKEN) or request.form.get("csrf_token", "")
    secret = shopfront().settings.secret
    if not tokens.check(secret, FORM, found.session, MultiDict({"csrf_token": given})):
        abort(409)
    return found


def get_proved(permission: Permission, *, back: str = "") -> Person:
    """Return who asks or writes, if they showed who they are a short while ago; others show it again first.

    For what is worth a stolen session: passwords, payouts, the team, exports. ``back`` is the page to come back to
    where this is no page itself; what was typed into it is lost, so that page is below ``get_proved``, too.
    """
    reading = request.method == "GET"
    found = get_person(permission) if reading else get_writer(permission)
    patience = FRESH if reading else 2 * FRESH
    if int(visit().now.timestamp()) - found.sitting.proved_at > patience:
        if failures.wants_json():
            abort(refused(403, say("entry.again.first"), AGAIN))
        wanted = request.full_path.rstrip("?") if reading else back or HOME
        abort(make_response(redirect(f"{AGAIN}?{urlencode({'next': wanted})}", 303)))
    return found


def given(*names: str) -> dict[str, str]:
    """Return the fields of a form by name, '' for one that is missing; 400 for a field that the form does not have.

    What a form did not offer is never taken, and whoever sends it is noted.
    """
    known = {*names, "csrf_token"}
    more = sorted(set(request.form) - known)
    if more:
        person = find_person()
        by = person.by if person else By(actor="nobody", address=request.remote_addr or "")
        log.note(keys(), by, Entry(what="form.odd", subject=request.path, after=", ".join(more)), visit().now)
        abort(400)
    return {name: tokens.get_one(request.form, name, "") for name in names}


def note(person: Person, what: str, subject: str = "", *, before: str = "", after: str = "") -> None:
    """Note in the log of the console what somebody changed: ``note(person, "order.shipped", number)``."""
    log.note(keys(), person.by, Entry(what=what, subject=subject, before=before, after=after), visit().now)


def next_page(wanted: str) -> str:
    """Return where to go on to: a page of the console, and nowhere else."""
    return wanted if _OURS.fullmatch(wanted) and not wanted.startswith(ENTER) else HOME


def remember(answer: Answer, key: str) -> None:
    """Put the key of a session into the browser's cookie, until the browser is closed or the session ends."""
    secure = request.is_secure
    answer.set_cookie(_name(), key, path=_path(), secure=secure, httponly=True, samesite="Lax")


def forget(answer: Answer) -> None:
    """Take the key of the session out of the browser."""
    answer.delete_cookie(_name(), path=_path(), secure=request.is_secure, httponly=True, samesite="Lax")


def _find() -> Person | None:
    key = request.cookies.get(_name(), "")
    if not _KEY.fullmatch(key):
        return None
    office = keys()
    signed = sessions.find(office, key, visit().now)
    if signed is None:
        return None
    session = office.mac("session", key)[:32]
    return Person(
        id=signed.session.person,
        name=signed.name,
        role=signed.role,
        session=session,
        token=tokens.token(office.secret, FORM, session),
        sitting=signed.session,
        locale=signed.locale,
        must_step=signed.must_step,
    )


def _name() -> str:
    return f"__Host-{_COOKIE}" if request.is_secure else _COOKIE


def _path() -> str:
    """Return the path of the cookie: a browser takes a ``__Host-`` cookie from no sibling, but only for all paths."""
    return "/" if request.is_secure else "/console"
