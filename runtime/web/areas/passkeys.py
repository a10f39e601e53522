"""Passkeys in the browser: the few questions and answers that its script exchanges with us, as JSON."""

from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Response, abort, jsonify, make_response, request
from werkzeug.wrappers import Response as Answer

from runtime.access import accounts, entering, passkeys
from runtime.access.passkeys import Site
from runtime.access.roles import Permission
from runtime.refusals import Refusal
from runtime.web.areas import shell
from runtime.web.areas.entry import place, welcome
from runtime.web.failures import limit
from runtime.web.persons import ENTER, get_proved, given, keys, next_page
from runtime.web.visit import visit

blueprint = Blueprint("passkeys", __name__)
_MINE = "/console/account/passkeys"


class Shown(msgspec.Struct):
    """What a browser's script sends: the passkey's answer as it is, and where to go or what to call it."""

    credential: msgspec.Raw
    next: str = ""
    name: str = ""


@blueprint.post(f"{ENTER}/passkey/ask")
@shell.guarded
def ask() -> Response:
    """Ask whatever passkey is there."""
    limit("passkey")
    return _json(passkeys.ask_enter(keys(), site(), visit().now))


@blueprint.post(f"{ENTER}/passkey")
@shell.guarded
def enter() -> Answer | Response:
    """Let somebody in by their passkey, which is both factors; the script goes where it is told."""
    limit("passkey")
    shown = _shown()
    try:
        account = passkeys.enter(keys(), bytes(shown.credential).decode(), site(), visit().now)
    except Refusal:
        entering.refuse(keys(), None, "passkey", place(), visit().now)
        raise
    wanted = next_page(shown.next)
    let_in = welcome(account, "passkey", wanted)
    answer = make_response(jsonify(next=wanted))
    for cookie in let_in.headers.getlist("Set-Cookie"):
        answer.headers.add("Set-Cookie", cookie)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post(f"{_MINE}/ask")
@shell.guarded
def ask_new() -> Response:
    """Ask for a new passkey of somebody who has just shown who they are."""
    person = get_proved(Permission.ENTER)
    account = keys().database.read(lambda look: accounts.get(look, person.id))
    return _json(passkeys.ask_register(keys(), account, site(), visit().now))


@blueprint.post(_MINE)
@shell.guarded
def add() -> Response:
    """Keep a new passkey."""
    person, shown = get_proved(Permission.ENTER), _shown()
    account = keys().database.read(lambda look: accounts.get(look, person.id))
    credential = bytes(shown.credential).decode()
    passkeys.register(keys(), account, (credential, shown.name), site(), person.by, visit().now)
    return jsonify(next="/console/account?done=account.done.passkey_added")


@blueprint.post(f"{_MINE}/<int:number>/remove")
@shell.guarded
def remove(number: int) -> Answer | Response:
    """Let a passkey be good no more."""
    person = get_proved(Permission.ENTER, back="/console/account")
    given()
    account = keys().database.read(lambda look: accounts.get(look, person.id))
    passkeys.remove(keys(), account, number, person.by, visit().now)
    return shell.done("/console/account", "account.done.passkey_removed")


def site() -> Site:
    """Return where the browser is; its host is one of ours, as the gate let it in."""
    here, plain = visit(), request.host_url.rstrip("/")
    names = here.release.terms.name
    origins = (plain, f"https://{request.host}")
    name = names.get(shell.locale()) or next(iter(names.values()))
    return Site(host=urlsplit(plain).hostname or "", origins=origins, name=name)


def _shown() -> Shown:
    try:
        return msgspec.json.decode(request.get_data(cache=True), type=Shown)
    except msgspec.MsgspecError:
        abort(400)


def _json(text: str) -> Response:
    answer = make_response(text)
    answer.headers["Content-Type"] = "application/json"
    answer.headers["Cache-Control"] = "no-store"
    return answer
