"""Signing in and out of the merchant's console: a password, then a code where there is an app; or a passkey.

``get_person(permission)`` begins every view of the console, ``get_writer(permission)`` every one that changes a thing,
``get_proved(permission)`` what a stolen session must not do. Every sign-in begins a session with a new key.
"""

from flask import Blueprint, Response, make_response, redirect, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as Answer

from runtime.access import accounts, entering, sessions
from runtime.access.accounts import Account
from runtime.access.lodge import hashed
from runtime.access.roles import Permission
from runtime.access.sessions import Place
from runtime.refusals import Refusal
from runtime.web.areas import shell, tries
from runtime.web.areas.shell import say, screen
from runtime.web.areas.tries import TooMany
from runtime.web.persons import (
    AGAIN,
    ENTER,
    Person,
    find_person,
    forget,
    get_person,
    get_proved,
    get_writer,
    given,
    keys,
    next_page,
    note,
    remember,
)
from runtime.web.visit import shopfront, visit

__all__ = [
    "Person",
    "find_person",
    "get_person",
    "get_proved",
    "get_writer",
    "note",
    "place",
    "welcome",
]
blueprint = Blueprint("entry", __name__)
_HALF = "console_half"
_HALF_LASTS = 10 * 60
_LONGEST = 300


@blueprint.get(ENTER)
@shell.guarded
def ask() -> Answer | Response:
    """Show where somebody signs in; whoever is in goes on."""
    wanted = next_page(request.args.get("next", ""))
    if find_person() is not None:
        return redirect(wanted, 303)
    return _ask(wanted)


@blueprint.post(ENTER)
@shell.guarded
def enter() -> Answer | Response:
    """Take an address and a password; then ask for a code, or let them in."""
    fields = given("email", "password", "next")
    email, wanted = fields["email"][:_LONGEST], next_page(fields["next"])
    tried = tries.take("enter", email)
    if isinstance(tried, TooMany):
        return _wait(_ask(wanted, email, say("entry.busy"), status=429), tried)
    office, now = keys(), visit().now
    account = entering.find_by_password(office, email, fields["password"][: 2 * _LONGEST])
    if account is None:
        whose = office.database.read(lambda look: accounts.find_by_email(look, email))
        entering.refuse(office, whose, "password", place(), now)
        shopfront().metrics.event("refused")
        return _ask(wanted, email, say("entry.wrong"), status=403)
    tried.was_right()
    if not account.totp_key:
        return welcome(account, "password", wanted)
    answer = make_response(redirect(f"{ENTER}/code", 303))
    half = str(_halves().dumps([account.id, hashed(account.password_hash), wanted]))
    answer.set_cookie(
        _HALF, half, max_age=_HALF_LASTS, path=ENTER, secure=request.is_secure, httponly=True, samesite="Strict"
    )
    return answer


@blueprint.get(f"{ENTER}/code")
@shell.guarded
def ask_code() -> Answer | Response:
    """Show where a code goes, to whoever has just given their password."""
    found = _half()
    return _ask_code(found[0]) if found else redirect(ENTER, 303)


@blueprint.post(f"{ENTER}/code")
@shell.guarded
def enter_code() -> Answer | Response:
    """Take a code of the app, or a recovery code, and let them in."""
    code, found = given("code")["code"], _half()
    if found is None:
        return redirect(f"{ENTER}?late=1", 303)
    account, wanted = found
    tried = tries.take("code", account.email)
    if isinstance(tried, TooMany):
        return _wait(_ask_code(account, say("entry.busy"), status=429), tried)
    how = entering.show_code(keys(), account, code, visit().now)
    if how is None:
        entering.refuse(keys(), account, "code", place(), visit().now)
        shopfront().metrics.event("refused")
        return _ask_code(account, say("entry.code.wrong"), status=403)
    tried.was_right()
    return welcome(account, how, wanted)


@blueprint.get(AGAIN)
@shell.guarded
def ask_again() -> Response:
    """Ask somebody who is signed in to show who they are once more."""
    get_person(Permission.ENTER)
    return _ask_again(next_page(request.args.get("next", "")))


@blueprint.post(AGAIN)
@shell.guarded
def enter_again() -> Answer | Response:
    """Take the password of somebody who is signed in, and go on."""
    person, fields = get_writer(Permission.ENTER), given("password", "next")
    office, wanted = keys(), next_page(fields["next"])
    account = office.database.read(lambda look: accounts.get(look, person.id))
    tried = tries.take("enter", account.email)
    if isinstance(tried, TooMany):
        return _wait(_ask_again(wanted, say("entry.busy"), status=429), tried)
    if entering.find_by_password(office, account.email, fields["password"][: 2 * _LONGEST]) is None:
        entering.refuse(office, account, "again", place(), visit().now)
        return _ask_again(wanted, say("entry.again.wrong"), status=403)
    tried.was_right()
    now = visit().now
    office.database.write(lambda transaction: sessions.prove(transaction, person.sitting.id, now))
    return redirect(wanted, 303)


@blueprint.post("/console/leave")
@shell.guarded
def leave() -> Answer | Response:
    """Sign somebody out: the session is over, whatever the browser does with its cookie."""
    person = get_writer(Permission.ENTER)
    given()
    entering.leave(keys(), person.sitting, person.by, visit().now)
    answer = make_response(shell.done(ENTER, "entry.done.left"))
    forget(answer)
    return answer


def welcome(account: Account, how: str, wanted: str) -> Answer | Response:
    """Let somebody in with a new session; whatever session the browser had before is over."""
    office, now, before = keys(), visit().now, find_person()
    try:
        known = tries.knows_device(account.email)
        key = entering.begin(office, account, how, place(), now, known=known)
    except Refusal:
        return redirect(f"{ENTER}?late=1", 303)
    if before is not None:
        entering.leave(office, before.sitting, before.by, now)
    answer = make_response(redirect(wanted, 303))
    remember(answer, key)
    tries.remember_device(answer, account.email)
    answer.delete_cookie(_HALF, path=ENTER, secure=request.is_secure, httponly=True, samesite="Strict")
    return answer


def place() -> Place:
    """Return where this request comes from."""
    return Place(address=request.remote_addr or "", agent=request.headers.get("User-Agent", ""))


def _ask(wanted: str, email: str = "", problem: str = "", *, status: int = 200) -> Response:
    context = {
        "title": say("entry.title"),
        "next": wanted,
        "email": email,
        "problems": {"password": problem} if problem else {},
        "late": bool(request.args.get("late")),
        "folder": shopfront().settings.folder.name,
        "nobody": not problem and not _anybody(),
    }
    return screen("entry/enter.html", context, status=status)


def _ask_code(account: Account, problem: str = "", *, status: int = 200) -> Response:
    context = {"title": say("entry.code.title"), "name": account.name, "problems": {"code": problem} if problem else {}}
    return screen("entry/code.html", context, status=status)


def _ask_again(wanted: str, problem: str = "", *, status: int = 200) -> Response:
    context = {"title": say("entry.again.title"), "next": wanted, "problems": {"password": problem} if problem else {}}
    return screen("entry/again.html", context, status=status)


def _anybody() -> bool:
    """Tell whether anybody has an account: else the page says how the first one is made."""
    return keys().database.read(lambda look: bool(accounts.listing(look)))


def _wait(answer: Response, tried: TooMany) -> Response:
    answer.headers["Retry-After"] = str(tried.seconds)
    return answer


def _half() -> tuple[Account, str] | None:
    """Return who gave their password in this browser a moment ago and may still go on, and where to."""
    try:
        data = _halves().loads(request.cookies.get(_HALF, ""), max_age=_HALF_LASTS)
    except BadData:
        return None
    identity, password, wanted = data
    try:
        account = keys().database.read(lambda look: accounts.get(look, identity))
    except Refusal:
        return None
    return (account, next_page(wanted)) if hashed(account.password_hash) == password and account.totp_key else None


def _halves() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(shopfront().settings.secret, salt="console-half")
