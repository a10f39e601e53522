"""What all pages of the merchant's console share: their language, their look, their files, and how they say no."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, Response, abort, g, jsonify, make_response, request
from werkzeug.exceptions import HTTPException

from runtime import words as shop_words
from runtime.console import assets, pages, words
from runtime.faults import Fault
from runtime.refusals import Refusal
from runtime.web import failures, headers, static
from runtime.web.visit import Visit, visit

blueprint = Blueprint("console", __name__)
HOME = "/console/live"
_LANGUAGE = "console_language"
_REMEMBERED = 365 * 24 * 60 * 60
_SAID = {403: "forbidden", 404: "missing", 405: "missing", 409: "stale", 429: "busy"}

P = ParamSpec("P")
R = TypeVar("R")


@blueprint.get(f"{assets.MOUNT}/<digest>/<path:name>")
def asset(digest: str, name: str) -> Response:
    """Send a file of the console: for ever where the address is of this very version."""
    known = assets.all_assets()
    found = known.files.get(name)
    if found is None:
        abort(404)
    forms = static.accepted(request.headers.get("Accept-Encoding", "")[:200])
    answer = make_response(found.packed(forms[0]) if forms else found.body)
    if forms:
        answer.headers["Content-Encoding"] = static.NAMES[forms[0]]
    answer.vary.add("Accept-Encoding")
    answer.headers.update(headers.file(found.media_type, immutable=digest == known.digest))
    answer.headers["Content-Type"] = found.media_type
    # A worker has a policy of its own: it sends to the same places as the page that began it.
    answer.headers["Content-Security-Policy"] = policy(connect=("*",) if name.endswith("/worker.js") else ())
    return answer


def locale() -> str:
    """Return the language in which this visitor reads the console."""
    asked = request.args.get("lang", "") or request.cookies.get(_LANGUAGE, "")
    if asked in words.LANGUAGES:
        return asked
    return words.choose(request.accept_languages.values())


def shop_locale(here: Visit) -> str:
    """Return the language of the shop that is nearest to the console's, or else English where the shop has it."""
    wanted, known = locale(), here.release.terms.locales
    if wanted in known:
        return wanted
    near = (each for code in (wanted, "en") for each in known if each.split("-")[0] == code.split("-")[0])
    return next(near, here.release.terms.locale)


def say(key: str, **values: Any) -> str:  # noqa: ANN401  whatever the sentence shows
    """Return a sentence in the visitor's language."""
    return words.say(key, locale(), **values)


def policy(connect: tuple[str, ...] = ()) -> str:
    """Return the Content-Security-Policy of the console: our own files, and what it sends to."""
    parts = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "media-src": " ".join(("'self'", "blob:", *connect)),
        "worker-src": "'self'",
        "connect-src": " ".join(("'self'", *connect)),
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def page(
    template: str, context: dict[str, Any], *, status: int = 200, connect: tuple[str, ...] = (), camera: bool = False
) -> Response:
    """Render a page of the console; ``connect`` are servers it talks to, and ``camera`` lets it ask for one."""
    here, chosen = visit(), locale()
    names = here.release.terms.name
    shop = names.get(shop_locale(here)) or names[here.release.terms.locale]
    shared = {"shop": shop, "here": request.path}
    answer = make_response(pages.render(template, chosen, shared | context), status)
    answer.headers.update(headers.page(private=True))
    answer.headers["Content-Security-Policy"] = policy(connect)
    if camera:
        given = answer.headers["Permissions-Policy"]
        for feature in ("camera", "microphone"):
            given = given.replace(f"{feature}=()", f"{feature}=(self)")
        answer.headers["Permissions-Policy"] = given
    remember_language(answer)
    return answer


def remember_language(answer: Response) -> None:
    """Keep the language that was asked for by the address, for a year."""
    asked = request.args.get("lang", "")
    if asked in words.LANGUAGES:
        secure = request.is_secure
        answer.set_cookie(
            _LANGUAGE, asked, max_age=_REMEMBERED, path="/console", secure=secure, httponly=True, samesite="Lax"
        )


def refused(status: int, message: str, back: str = "") -> Response:
    """Return the page or the document that says no."""
    if failures.wants_json():
        answer = make_response(jsonify(message=message), status)
        answer.headers["Cache-Control"] = headers.PRIVATE
        return answer
    known = _SAID.get(status)
    title = say("console.missing.title" if known == "missing" else "console.refused.title")
    return page("refused.html", {"title": title, "message": message, "back": back}, status=status)


def guarded(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Let a view of the console fail in the console's look and language."""
    return guard(view, refused, HOME)


def guard(
    view: Callable[P, R],
    no: Callable[[int, str, str], Response],
    home: str,
    spoken: Callable[[], str] = locale,
) -> Callable[P, R | Response]:
    """Let a view fail by ``no``, which makes a page of a status, a sentence, and where it leads back to."""

    @wraps(view)
    def answer(*values: P.args, **named: P.kwargs) -> R | Response:
        g.console = True
        try:
            return view(*values, **named)
        except Refusal as refusal:
            return no(refusal.status, shop_words.refusal(refusal, spoken()), "")
        except HTTPException as error:
            if error.response is not None:
                return make_response(error.response)
            status = error.code or 500
            found = no(status, words.say(f"console.{_SAID.get(status, 'odd')}", spoken()), home)
            found.headers.update({name: text for name, text in error.get_headers() if name == "Retry-After"})
            return found
        except Fault as fault:
            found = no(503, words.say("console.mistake", spoken()), home)
            found.headers["Retry-After"] = str(fault.retry_after)
            return found

    return answer
