"""The way back in: a link by mail, and the page behind a link where somebody chooses a password.

A link alone changes nothing, as mail programs follow links to look at them. What is answered tells nobody who has an
account; the link leads to the shop's own address, whatever a request calls itself.
"""

from flask import Blueprint, Response, abort
from werkzeug.wrappers import Response as Answer

from runtime import words
from runtime.access import links, passwords
from runtime.access.accounts import Account
from runtime.access.links import Kind, Link
from runtime.access.log import By
from runtime.refusals import Refusal
from runtime.web.areas import shell
from runtime.web.areas.entry import place
from runtime.web.areas.shell import say, screen
from runtime.web.failures import limit
from runtime.web.persons import ENTER, given, keys
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("entry_links", __name__)
by_mail = Blueprint("entry_by_mail", __name__)
"""Asking for a way back in: for whoever can send mail."""
_FORGOTTEN = f"{ENTER}/forgotten"
_LINK = f"{links.PATH}<token>"
_LONGEST = 300


@by_mail.get(_FORGOTTEN)
@shell.guarded
def forgotten() -> Response:
    """Show where to ask for a way back in."""
    return screen("entry/forgotten.html", {"title": say("entry.forgotten.title"), "sent": False, "email": ""})


@by_mail.post(_FORGOTTEN)
@shell.guarded
def ask() -> Response:
    """Mail a link, if the address has an account; the answer is the same."""
    email = given("email")["email"].strip()[:_LONGEST]
    limit("forgotten")
    if email:
        links.ask(keys(), email, By(actor="nobody", address=place().address), visit().now)
    context = {"title": say("entry.forgotten.title"), "sent": bool(email), "email": email}
    return screen("entry/forgotten.html", context)


@blueprint.get(_LINK)
@shell.guarded
def look(token: str) -> Response:
    """Show what a link is for."""
    link, account = _get(token)
    return _page(link, account)


@blueprint.post(_LINK)
@shell.guarded
def choose(token: str) -> Answer | Response:
    """Take the password that somebody chose; they sign in with it next, and with their code where they have an app."""
    fields = given("password", "email")
    link, account = _get(token)
    by = By(actor=account.by.actor, name=account.name, address=place().address)
    try:
        links.choose_password(keys(), token, fields["password"], by, visit().now)
    except Refusal as refusal:
        shopfront().metrics.event("refused")
        return _page(link, account, words.refusal(refusal, shell.locale()), status=refusal.status)
    return shell.done(ENTER, "entry.done.chosen")


def _get(token: str) -> tuple[Link, Account]:
    """Return a link that is good; 410 for any other."""
    found = links.find(keys(), token, visit().now)
    if found is None:
        title = say("entry.link.over.title")
        abort(screen("entry/over.html", {"title": title, "forgotten": _FORGOTTEN}, status=410))
    return found


def _page(link: Link, account: Account, problem: str = "", *, status: int = 200) -> Response:
    context = {
        "title": say("entry.link.invite" if link.kind is Kind.INVITE else "entry.link.reset"),
        "name": account.name,
        "email": account.email,
        "minimum": passwords.SHORTEST,
        "problems": {"password": problem} if problem else {},
    }
    return screen("entry/link.html", context, status=status)
