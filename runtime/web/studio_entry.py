"""Who may come into the studio: an invitation's key becomes a signed cookie, and every request asks if it still holds.

A key stands behind the # of its link, so it reaches us in one form only and no log, and the cookie holds no key.
"""

import secrets
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, make_response, redirect, request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from generator.shop import LiveRoom
from runtime.access.roles import Permission
from runtime.live import access
from runtime.live.access import Access, Role
from runtime.web import console, failures, tokens
from runtime.web.console import guarded, page, refused, say
from runtime.web.failures import limit
from runtime.web.persons import Person, find_person, lead
from runtime.web.visit import Visit, visit

blueprint = Blueprint("studio_entry", __name__)
ENTER = "/console/live/enter"
TOKEN = "X-Csrf-Token"  # noqa: S105  the name of a header
_COOKIE = "studio"
_FORM = "studio"
_LONGEST_KEY = 200
_KEPT_FOR = 30 * 24 * 60 * 60


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in the studio: their invitation, or what their account is worth here, and the id of their session."""

    here: Visit
    access: Access
    session: str
    person: Person | None = None

    @property
    def host(self) -> bool:
        """Tell whether they may send and sell."""
        return self.access.role is Role.HOST

    @property
    def token(self) -> str:
        """Return what their pages carry, so that no other page can write."""
        return tokens.token(self.here.shopfront.settings.secret, _FORM, self.session)

    @property
    def actor(self) -> str:
        """Return how what they do is noted."""
        return self.person.actor if self.person else f"{self.access.role}:{self.access.id}"

    def may_see(self, room: str) -> bool:
        """Tell whether a room is theirs."""
        return self.access.room in {"", room}

    def room(self, handle: str) -> LiveRoom:
        """Return a room that is theirs; any other one is not there (404)."""
        found = self.here.catalogue.find_room(handle) if self.may_see(handle) else None
        if found is None:
            abort(404)
        return found


@blueprint.get(ENTER)
@guarded
def ask() -> Response:
    """Show where the key goes."""
    return _ask(say("live.enter.left") if request.args.get("left") else "")


@blueprint.post(ENTER)
@guarded
def enter() -> Answer | Response:
    """Take a key and remember whose it is, in a cookie."""
    limit("studio")
    here = visit()
    key = request.form.get("key", "").strip()[:_LONGEST_KEY]
    # The whole link may have been copied where its key was asked for.
    found = access.find(here.shopfront.database, key.rpartition("#")[2], here.now) if key else None
    if found is None:
        here.shopfront.metrics.event("refused")
        return _ask(say("live.enter.unknown"), status=403)
    answer = make_response(redirect(f"{console.HOME}/{found.room}" if found.room else console.HOME, 303))
    value = _serializer(here).dumps([found.id, secrets.token_urlsafe(12)])
    secure = request.is_secure
    answer.set_cookie(
        _name(), str(value), max_age=_KEPT_FOR, path="/console", secure=secure, httponly=True, samesite="Lax"
    )
    return answer


@blueprint.post("/console/live/leave")
@guarded
def leave() -> Answer | Response:
    """Forget who this is."""
    guest = get_guest()
    check(guest)
    if guest.person is not None:
        return redirect("/console/", 303)
    answer = make_response(redirect(f"{ENTER}?left=1", 303))
    answer.delete_cookie(_name(), path="/console", secure=request.is_secure, httponly=True, samesite="Lax")
    return answer


def get_guest(*, host: bool = False) -> Guest:
    """Return who asks; send others to the entrance, and refuse what only a host may do (403)."""
    guest = _find_colleague() or _find()
    if guest is None:
        if find_person() is not None:
            abort(403)
        if failures.wants_json() or request.method != "GET":
            abort(refused(401, say("live.js.signed_out")))
        abort(make_response(_ask(say("live.enter.first"), status=401)))
    if host and not guest.host:
        abort(403)
    return guest


def is_invited() -> bool:
    """Tell whether whoever asks came in with an invitation that still holds."""
    return _find() is not None


def writer(handle: str, *, host: bool = False) -> tuple[Guest, LiveRoom]:
    """Return who writes into which room, after everything that may speak against it."""
    guest = get_guest(host=host)
    room = guest.room(handle)
    check(guest)
    return guest, room


def check(guest: Guest) -> None:
    """Refuse a form or a script's request that does not come from this visitor's own page (409)."""
    given = request.headers.get(TOKEN) or request.form.get("csrf_token", "")
    secret = guest.here.shopfront.settings.secret
    if not tokens.check(secret, _FORM, guest.session, MultiDict({"csrf_token": given})):
        abort(refused(409, say("console.stale")))


def body() -> dict[str, Any]:
    """Return the JSON object that a script sent; anything else is a mistake (400)."""
    found = request.get_json(silent=True) if request.is_json else None
    if not isinstance(found, dict):
        abort(400)
    return found


def _find_colleague() -> Guest | None:
    """Return who is signed in to the console, as host or assistant of all rooms by what their role may do."""
    person = find_person()
    if person is None or not person.may(Permission.LIVE_ASSIST):
        return None
    lead(person)
    role = Role.HOST if person.may(Permission.LIVE_HOST) else Role.ASSISTANT
    begun = person.sitting.started_at
    own = Access(
        id=person.id, name=person.name, role=role, room="", made_at=begun, expires_at=0, revoked_at=None, seen_at=begun
    )
    return Guest(here=visit(), access=own, session=person.session, person=person)


def _find() -> Guest | None:
    here = visit()
    try:
        data = _serializer(here).loads(request.cookies.get(_name(), ""))
        identity, session = msgspec.convert(data, tuple[int, str])
    except (BadData, msgspec.ValidationError):
        return None
    found = access.find_open(here.shopfront.database, identity, here.now)
    return Guest(here=here, access=found, session=session) if found else None


def _ask(problem: str, *, status: int = 200) -> Response:
    here = visit()
    context = {"title": say("live.enter.title"), "problem": problem, "folder": here.shopfront.settings.folder.name}
    return page("live/enter.html", context, status=status)


def _serializer(here: Visit) -> URLSafeSerializer:
    return URLSafeSerializer(here.shopfront.settings.secret, salt="studio")


def _name() -> str:
    return f"__Secure-{_COOKIE}" if request.is_secure else _COOKIE
