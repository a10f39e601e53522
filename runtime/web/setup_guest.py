"""Who sits before the wizard: one browser with the key, in one language, over a line on which secrets may travel."""

import msgspec
from flask import Response, abort, current_app, g, make_response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from runtime.console import words
from runtime.settings import Settings
from runtime.setup.answers import Answers
from runtime.setup.door import Door
from runtime.setup.draft import Draft
from runtime.web import gate, tokens

NAME = "setup"
HOME = "/setup"
_COOKIE = "setup"
SPOKEN = ("zh-CN", "en")
_LONGEST = 100


class Desk(msgspec.Struct, frozen=True):
    """What the wizard works on."""

    settings: Settings
    draft: Draft
    door: Door


def desk() -> Desk:
    """Return the desk of this wizard."""
    found: Desk = current_app.extensions[NAME]
    return found


def has_key() -> bool:
    """Tell whether this browser is the one that was let in."""
    key = request.cookies.get(_COOKIE, "")[:_LONGEST]
    return bool(key) and desk().door.opens(key)


def get_answers() -> Answers:
    """Return what was answered so far; 404 for everybody who has no key: they see no wizard."""
    if not has_key():
        abort(404)
    found: Answers | None = g.get("answers")
    if found is None:
        found = g.answers = desk().draft.read()
    return found


def check_token() -> None:
    """Refuse a form that was not on a page of this wizard (409)."""
    given = request.form.get("csrf_token", "")
    fields = MultiDict({"csrf_token": given})
    if not tokens.check(desk().settings.secret, NAME, request.cookies.get(_COOKIE, ""), fields):
        abort(409)


def token() -> str:
    """Return the token for the forms of this browser."""
    return tokens.token(desk().settings.secret, NAME, request.cookies.get(_COOKIE, ""))


def let_in(given: str) -> Answer | Response:
    """Take the token of the terminal: the browser gets the key, and the address is good no longer."""
    if has_key():
        return redirect(HOME, 303)
    key = desk().door.enter(given[:_LONGEST])
    if key is None:
        abort(404)
    answer = make_response(redirect(HOME, 303))
    answer.set_cookie(_COOKIE, key, path="/", secure=request.is_secure, httponly=True, samesite="Lax")
    desk().draft.change(lambda kept: kept if kept.seen or kept.name else _speaking(kept, _browser_language()))
    return answer


def forget(answer: Answer) -> None:
    """Take the key out of the browser."""
    answer.delete_cookie(_COOKIE, path="/", secure=request.is_secure, httponly=True, samesite="Lax")


def speak(language: str) -> None:
    """Keep the language that somebody chose."""
    if language in SPOKEN:
        g.answers = desk().draft.change(lambda kept: _speaking(kept, language))


def language() -> str:
    """Return the language of the page."""
    found: Answers | None = g.get("answers")
    return found.language if found else _browser_language()


def say(key: str, **values: object) -> str:
    """Return a sentence in the reader's language."""
    return words.say(key, language(), **values)


def is_private() -> bool:
    """Tell whether what is typed here is read by nobody on the way: the very machine, or TLS."""
    return request.is_secure or gate.is_local(request.environ)


def _speaking(kept: Answers, language: str) -> Answers:
    return msgspec.structs.replace(kept, language=language)


def _browser_language() -> str:
    chosen = words.choose(request.accept_languages.values())
    return chosen if chosen in SPOKEN else "en"
