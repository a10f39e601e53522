"""The team: who has an account and what they may do; invitations by a link. Only owners are here."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort
from werkzeug.wrappers import Response as Answer

from runtime import words
from runtime.access import accounts, entering, links, passkeys, second, sessions
from runtime.access.accounts import Account, New
from runtime.access.links import Kind
from runtime.access.roles import Permission, Role
from runtime.access.second import Rule
from runtime.refusals import Code, Refusal
from runtime.web.areas import moments, shell
from runtime.web.areas.shell import done, say, screen
from runtime.web.persons import get_person, get_proved, given, keys
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("team", __name__)
_HOME = "/console/team"
_TONES = {Role.OWNER: "accent", Role.MANAGER: "info"}


@blueprint.get(_HOME)
@shell.guarded
def listing() -> Response:
    """List everybody."""
    get_person(Permission.TEAM_EDIT)
    return _list({}, {})


@blueprint.get(f"{_HOME}/new")
@shell.guarded
def ask() -> Response:
    """Show where somebody is invited."""
    get_proved(Permission.TEAM_EDIT)
    return _new({"role": Role.STAFF.value}, {})


@blueprint.post(f"{_HOME}/new")
@shell.guarded
def invite() -> Answer | Response:
    """Make an account and its link; the next page shows it."""
    person = get_proved(Permission.TEAM_EDIT, back=f"{_HOME}/new")
    fields = given("email", "name", "role", "mailed")
    if fields["role"] not in shell.house().roles:
        return _new(fields, {"role": say("team.role.missing")}, status=422)
    new = New(email=fields["email"], name=fields["name"], role=Role(fields["role"]), locale=shell.locale())
    try:
        made = accounts.add(keys(), new, person.by, visit().now)
    except Refusal as refusal:
        shopfront().metrics.event("refused")
        known = refusal.code is Code.PERSON_KNOWN
        said = words.refusal(refusal, shell.locale()) if known else say("team.email.invalid")
        return _new(fields, {"email": said}, status=refusal.status)
    links.invite(keys(), made.id, person.by, visit().now, mailed=bool(fields["mailed"]))
    return done(f"{_HOME}/{made.id}", "team.done.mailed" if fields["mailed"] else "team.done.invited")


@blueprint.get(f"{_HOME}/<int:number>")
@shell.guarded
def show(number: int) -> Response:
    """Show one account, with its open link."""
    get_person(Permission.TEAM_EDIT)
    return _show(_get(number))


@blueprint.post(f"{_HOME}/<int:number>/role")
@shell.guarded
def change_role(number: int) -> Answer | Response:
    """Give somebody another role."""
    person, fields = get_proved(Permission.TEAM_EDIT, back=f"{_HOME}/{number}"), given("role")
    account = _get(number)
    if fields["role"] not in shell.house().roles:
        return _show(account, {"role": say("team.role.missing")}, status=422)
    try:
        accounts.change_role(keys(), number, Role(fields["role"]), person.by, visit().now)
    except Refusal as refusal:
        shopfront().metrics.event("refused")
        return _show(account, {"role": words.refusal(refusal, shell.locale())}, status=refusal.status)
    return done(f"{_HOME}/{number}", "team.done.role")


@blueprint.post(f"{_HOME}/<int:number>/link")
@shell.guarded
def new_link(number: int) -> Answer | Response:
    """Make a new link for somebody, and send it if wanted."""
    person, fields = get_proved(Permission.TEAM_EDIT, back=f"{_HOME}/{number}"), given("mailed")
    _get(number)
    links.invite(keys(), number, person.by, visit().now, mailed=bool(fields["mailed"]))
    return done(f"{_HOME}/{number}", "team.done.mailed" if fields["mailed"] else "team.done.link")


@blueprint.post(f"{_HOME}/<int:number>/sessions/end")
@shell.guarded
def end_sessions(number: int) -> Answer | Response:
    """Sign somebody out everywhere."""
    person = get_proved(Permission.TEAM_EDIT, back=f"{_HOME}/{number}")
    given()
    entering.end_others(keys(), number, person.by, visit().now)
    return done(f"{_HOME}/{number}", "team.done.ended")


@blueprint.post(f"{_HOME}/<int:number>/remove")
@shell.guarded
def remove(number: int) -> Answer | Response:
    """Take an account away."""
    person = get_proved(Permission.TEAM_EDIT, back=f"{_HOME}/{number}")
    given()
    account = _get(number)
    try:
        accounts.remove(keys(), number, person.by, visit().now)
    except Refusal as refusal:
        shopfront().metrics.event("refused")
        return _show(account, {"remove": words.refusal(refusal, shell.locale())}, status=refusal.status)
    return done(_HOME, "team.done.removed")


@blueprint.post(f"{_HOME}/second-step")
@shell.guarded
def second_step() -> Answer:
    """Choose who needs a second step."""
    person, fields = get_proved(Permission.TEAM_EDIT, back=_HOME), given("rule")
    if fields["rule"] not in set(Rule):
        abort(400)
    changed = second.choose(keys(), Rule(fields["rule"]), person.by, visit().now)
    return done(_HOME, "team.done.second_step" if changed else "team.done.same")


def _get(number: int) -> Account:
    return keys().database.read(lambda look: accounts.get(look, number))


def _list(fields: Mapping[str, str], problems: dict[str, str]) -> Response:
    office, now = keys(), visit().now
    everybody = office.database.read(accounts.listing)
    people = [_shown(account, _open_sessions(account), passkeys.listing(office, account.id)) for account in everybody]
    context = {"title": say("team.title"), "people": people, "fields": fields, "problems": problems, "now": now}
    context |= {
        "rule": office.database.read(second.find).value,
        "rules": [(each.value, say(f"team.second.{each}"), say(f"team.second.{each}_text")) for each in Rule],
        "lacking": sum(1 for each in people if not each["safe"]),
    }
    return screen("team/list.html", context, area="team")


def _open_sessions(account: Account) -> list[sessions.Session]:
    return sessions.listing(keys(), account.id, visit().now)


def _shown(account: Account, open_sessions: list[sessions.Session], known: list[passkeys.Passkey]) -> dict[str, Any]:
    ways = [
        say(f"team.way.{way}")
        for way, has in (("password", account.password_hash), ("app", account.totp_key), ("passkey", known))
        if has
    ]
    return {
        "id": account.id,
        "name": account.name,
        "email": account.email,
        "role": account.role.value,
        "tone": _TONES.get(account.role, ""),
        "ways": ways,
        "safe": bool(account.totp_key or known),
        "waits": not account.password_hash and not known,
        "seen": moments.ago(max(each.seen_at for each in open_sessions)) if open_sessions else "",
    }


def _new(fields: Mapping[str, str], problems: dict[str, str], *, status: int = 200) -> Response:
    context = {"title": say("team.new.title"), "fields": fields, "roles": _roles(), "problems": problems}
    return screen("team/new.html", context, area="team", status=status)


def _show(account: Account, problems: dict[str, str] | None = None, *, status: int = 200) -> Response:
    office, now = keys(), visit().now
    link = links.find_open(office, account.id, now)
    me = get_person(Permission.TEAM_EDIT)
    context = {
        "title": account.name,
        "shown": _shown(account, _open_sessions(account), passkeys.listing(office, account.id)),
        "sessions": [
            {"device": moments.device(each.agent), "address": each.address, "seen": moments.ago(each.seen_at)}
            for each in _open_sessions(account)
        ],
        "link": visit().office + link.path(office) if link else "",
        "until": moments.moment(link.expires_at) if link else "",
        "invited": bool(link and link.kind is Kind.INVITE),
        "roles": _roles(),
        "me": me.id == account.id,
        "made": moments.day(account.made_at),
        "problems": problems or {},
    }
    return screen("team/person.html", context, area="team", status=status)


def _roles() -> list[tuple[str, str, str]]:
    house = shell.house()
    return [(role.value, say(f"office.role.{role}"), say(f"{house.words}.role.{role}.text")) for role in house.roles]
