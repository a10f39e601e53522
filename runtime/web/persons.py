"""Who asks in the console: a cookie names a session of the database, and every request asks whether it still holds."""

from urllib.parse import urlencode

import msgspec
from flask import abort, g, make_response, redirect, request
from werkzeug.datastructures import MultiDict

from runtime.access import roles
from runtime.access.roles import Permission, Role
from runtime.web import failures, tokens
from runtime.web.console import refused, say
from runtime.web.visit import shopfront

ENTER = "/console/enter"
FORM = "console"
TOKEN = "X-Csrf-Token"  # noqa: S105  the name of a header


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is signed in, and what every form of theirs carries."""

    id: int
    name: str
    role: Role
    session: str
    """A name of the session for tokens; the key of its cookie cannot be made from it."""
    token: str
    """The value of ``csrf_token`` in their forms."""

    @property
    def actor(self) -> str:
        """Return how what they do is noted beside orders, money and stock."""
        return f"person:{self.id}"

    def may(self, permission: Permission | str) -> bool:
        """Tell whether their role holds a permission; templates ask by its text."""
        return roles.may(self.role, Permission(permission))


def find_person() -> Person | None:
    """Return who asks, or None for somebody who is not signed in."""
    found: Person | None = g.get("person")
    return found


def get_person(permission: Permission) -> Person:
    """Return who asks; others are sent to the entrance (a script gets 401), and a role that lacks it gets 403."""
    found = find_person()
    if found is None:
        if failures.wants_json() or request.method != "GET":
            abort(refused(401, say("entry.first"), ENTER))
        wanted = urlencode({"next": request.full_path.rstrip("?")})
        abort(make_response(redirect(f"{ENTER}?{wanted}", 303)))
    if not found.may(permission):
        abort(403)
    return found


def get_writer(permission: Permission) -> Person:
    """Return who writes: as ``get_person``, after the token of their form or script was checked (409)."""
    found = get_person(permission)
    given = request.headers.get(TOKEN) or request.form.get("csrf_token", "")
    secret = shopfront().settings.secret
    if not tokens.check(secret, FORM, found.session, MultiDict({"csrf_token": given})):
        abort(refused(409, say("console.stale")))
    return found
