"""My account: name, password, authenticator app, recovery codes, passkeys, and where I am signed in.

What changes how somebody comes in stands below ``get_proved``: a browser left open is not enough for it.
"""

from typing import Any

import segno
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Answer

from runtime import words
from runtime.access import accounts, codes, devices, entering, factors, passkeys, passwords, sessions
from runtime.access.accounts import Account
from runtime.access.roles import Permission
from runtime.refusals import Code, Refusal
from runtime.web.areas import moments, shell, tries
from runtime.web.areas.shell import done, say, screen
from runtime.web.persons import BEGIN, Person, get_person, get_proved, get_writer, given, keys, next_page
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("account", __name__)
_HOME = "/console/account"
_LONGEST = 1000


@blueprint.get(_HOME)
@shell.guarded
def home() -> Response:
    """Show everything about one's own account."""
    return _home(get_person(Permission.ENTER))


@blueprint.get(BEGIN)
@shell.guarded
def begin() -> Response:
    """Offer a passkey or an app: to who has just opened the shop, and to whom the shop asks for a second step."""
    person = get_person(Permission.ENTER)
    account, office = _mine(person), keys()
    known = bool(passkeys.listing(office, person.id))
    wanted = next_page(request.args.get("next", ""))
    context: dict[str, Any] = {
        "title": say("account.begin.title"),
        "lead": say("account.begin.lead"),
        "required": person.must_step,
        "may_skip": not person.must_step,
        "known": known,
        "next": "/console/" if wanted.startswith(BEGIN) else wanted,
        "device": devices.name(request.headers.get("User-Agent", "")),
        "problems": {},
    }
    if person.must_step:
        context |= {"navigation": (), "thumbs": (), "search": None}
    answer = screen("account/begin.html", context, area="account")
    # Whoever has just opened the shop with this browser is no stranger to it.
    if person.sitting.how == "setup":
        tries.remember_device(answer, account.email)
    return answer


@blueprint.post(f"{_HOME}/profile")
@shell.guarded
def profile() -> Answer | Response:
    """Change one's name, and the language of mails."""
    person, fields = get_writer(Permission.ENTER), given("name", "locale")
    locale = fields["locale"] if fields["locale"] in shell.SPOKEN else person.locale
    try:
        accounts.rename(keys(), person.id, fields["name"], locale, person.by, visit().now)
    except Refusal:
        shopfront().metrics.event("refused")
        return _home(person, {"name": say("account.name.missing")}, status=422)
    return done(_HOME, "account.done.profile")


@blueprint.get(f"{_HOME}/password")
@shell.guarded
def ask_password() -> Response:
    """Show where a new password goes."""
    get_person(Permission.ENTER)
    return _password({})


@blueprint.post(f"{_HOME}/password")
@shell.guarded
def change_password() -> Answer | Response:
    """Change one's password; other devices are signed out."""
    person, fields = get_writer(Permission.ENTER), given("current", "password", "email")
    given_both = (fields["current"][:_LONGEST], fields["password"][:_LONGEST])
    try:
        factors.change_password(keys(), _mine(person), given_both, person.by, person.sitting.id, visit().now)
    except Refusal as refusal:
        shopfront().metrics.event("refused")
        field = "current" if refusal.code is Code.PASSWORD_WRONG else "password"
        return _password({field: words.refusal(refusal, shell.locale())}, status=refusal.status)
    return done(_HOME, "account.done.password")


@blueprint.get(f"{_HOME}/app")
@shell.guarded
def ask_app() -> Answer | Response:
    """Show the key of a new authenticator app, as a picture and as text."""
    person = get_proved(Permission.ENTER)
    return _app(_mine(person), codes.new_key())


@blueprint.post(f"{_HOME}/app")
@shell.guarded
def add_app() -> Answer | Response:
    """Take the app's first code, and show the recovery codes this once."""
    person, fields = get_proved(Permission.ENTER, back=f"{_HOME}/app"), given("sealed", "code")
    account, office = _mine(person), keys()
    key = office.find_sealed(f"app-{person.id}", fields["sealed"][:_LONGEST])
    if key is None:
        return redirect(f"{_HOME}/app", 303)
    try:
        made = factors.add_app(office, account, key, fields["code"], person.by, visit().now)
    except Refusal as refusal:
        shopfront().metrics.event("refused")
        return _app(account, key, words.refusal(refusal, shell.locale()), status=refusal.status)
    return _codes(made)


@blueprint.post(f"{_HOME}/app/remove")
@shell.guarded
def remove_app() -> Answer | Response:
    """Ask for no more codes."""
    person = get_proved(Permission.ENTER, back=_HOME)
    given()
    factors.remove_app(keys(), _mine(person), person.by, visit().now)
    return done(_HOME, "account.done.app_removed")


@blueprint.post(f"{_HOME}/recovery")
@shell.guarded
def new_codes() -> Answer | Response:
    """Show new recovery codes, this once; the old ones are over."""
    person = get_proved(Permission.ENTER, back=_HOME)
    given()
    account = _mine(person)
    if not account.totp_key:
        return redirect(_HOME, 303)
    return _codes(factors.new_recovery_codes(keys(), account, person.by, visit().now))


@blueprint.post(f"{_HOME}/sessions/<int:number>/end")
@shell.guarded
def end_session(number: int) -> Answer | Response:
    """Sign out one device."""
    person = get_writer(Permission.ENTER)
    given()
    if not entering.end_one(keys(), number, person.id, person.by, visit().now):
        raise Refusal(Code.SESSION_UNKNOWN)
    return done(_HOME, "account.done.session_ended")


@blueprint.post(f"{_HOME}/sessions/end")
@shell.guarded
def end_sessions() -> Answer | Response:
    """Sign out all other devices."""
    person = get_writer(Permission.ENTER)
    given()
    entering.end_others(keys(), person.id, person.by, visit().now, but=person.sitting.id)
    return done(_HOME, "account.done.sessions_ended")


def _mine(person: Person) -> Account:
    return keys().database.read(lambda look: accounts.get(look, person.id))


def _home(person: Person, problems: dict[str, str] | None = None, *, status: int = 200) -> Response:
    office, account = keys(), _mine(person)
    now = visit().now
    listed = sessions.listing(office, person.id, now)
    context: dict[str, Any] = {
        "title": say("account.title"),
        "account": account,
        "locale_names": [("zh-CN", "简体中文"), ("en", "English")],
        "left": office.database.read(lambda look: codes.recovery_left(look, person.id)),
        "passkeys": [
            {"id": each.id, "name": each.name, "host": each.host, "made": moments.day(each.made_at),
             "used": moments.ago(each.used_at) if each.used_at else "", "synced": bool(each.synced)}
            for each in passkeys.listing(office, person.id)
        ],
        "sessions": [
            {"id": each.id, "device": moments.device(each.agent), "address": each.address, "how": each.how,
             "seen": moments.ago(each.seen_at), "this": each.id == person.sitting.id}
            for each in listed
        ],
        "problems": problems or {},
    }  # fmt: skip
    return screen("account/home.html", context, area="account", status=status)


def _password(problems: dict[str, str], *, status: int = 200) -> Response:
    person = get_person(Permission.ENTER)
    context = {
        "title": say("account.password.title"),
        "email": _mine(person).email,
        "minimum": passwords.SHORTEST,
        "problems": problems,
    }
    return screen("account/password.html", context, area="account", status=status)


def _app(account: Account, key: bytes, problem: str = "", *, status: int = 200) -> Response:
    names = visit().release.terms.name
    shop = names.get(shell.locale()) or next(iter(names.values()))
    address = codes.address(key, account.email, shop)
    context = {
        "title": say("account.app.title"),
        "picture": segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff"),
        "address": address,
        "key": codes.shown_key(key),
        "sealed": keys().seal(f"app-{account.id}", key),
        "problems": {"code": problem} if problem else {},
    }
    return screen("account/app.html", context, area="account", status=status)


def _codes(made: list[str]) -> Response:
    context = {"title": say("account.codes.title"), "codes": made}
    return screen("account/codes.html", context, area="account")
