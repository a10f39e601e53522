"""The wizard as an application of its own: before a shop is open there is no release to take anything from.

``Beginning`` is what a server runs in a folder without a shop: the wizard, and from the moment the shop is there the
shop itself, in the same process and on the same port.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, make_response, redirect, request, send_file
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from generator import report
from runtime.access.sessions import Place
from runtime.console import assets
from runtime.settings import Settings
from runtime.setup import legal, opening, preview, staging, steps
from runtime.setup.door import Door
from runtime.setup.draft import Draft
from runtime.setup.opening import RefusedError, UnreadyError
from runtime.setup.steps import Step
from runtime.web import headers, persons, setup_guest, setup_pages, setup_steps
from runtime.web.front import plain_page
from runtime.web.gate import LOOPBACK, UPLOAD_LIMIT, Gate
from runtime.web.setup_guest import HOME, NAME, Desk, desk, get_answers, say
from runtime.web.wsgi import Application, Environ, StartResponse

log = logging.getLogger(__name__)
blueprint = Blueprint("setup", __name__)
_TOKEN_LENGTH = 43
_FRAMED = (
    "default-src 'self' data:; script-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)
_AFTERWARDS = persons.BEGIN
_NOTHING = "Nothing is here yet. The address stands in the terminal. 这里还没有店铺，地址在终端里。"


def make(settings: Settings) -> Flask:
    """Make the wizard for a folder."""
    app = Flask("runtime.web.setup", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=UPLOAD_LIMIT, MAX_FORM_MEMORY_SIZE=UPLOAD_LIMIT, MAX_FORM_PARTS=200)
    draft = Draft(settings.folder)
    app.extensions[NAME] = Desk(settings, draft, Door(draft))
    app.url_map.strict_slashes = False
    app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, _fail)
    return app


class Beginning:
    """The wizard until there is a shop, then the shop; who is just opening it is let through to the end."""

    def __init__(self, settings: Settings, shop: Callable[[], Application]) -> None:
        names = LOOPBACK.union(settings.hosts, settings.machine)
        self._gate = Gate(lambda: names, settings.proxies, large=lambda path: path.startswith(HOME))
        self._draft = Draft(settings.folder)
        self._wizard = make(settings)
        self._make_shop = shop
        self._shop: Application | None = None
        self._guard = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        shop: Application | None = self._shop
        if shop is not None and not self._is_opening(environ):
            return shop(environ, start_response)
        if shop is None and staging.is_whole(self._draft.root) and not self._is_opening(environ):
            return self._open()(environ, start_response)
        self._gate.believe(environ)
        turned = self._gate.turn_away(environ)
        if turned is not None:
            body = plain_page(turned.status, turned.reason)
            start_response(turned.status, [("Content-Type", "text/html; charset=utf-8")])
            return [body]
        return self._wizard.wsgi_app(environ, start_response)

    def _is_opening(self, environ: Environ) -> bool:
        return environ["PATH_INFO"] == f"{HOME}/open" and self._draft.folder.is_dir()

    def _open(self) -> Application:
        with self._guard:
            if self._shop is None:
                self._shop = self._make_shop()
            return self._shop


@blueprint.get("/")
@blueprint.get(HOME)
def begin() -> Answer | Response:
    """Go on where somebody left; inside its frame the preview's own first page is meant."""
    answers = get_answers()
    if request.headers.get("Sec-Fetch-Dest") == "iframe":
        return look()
    return redirect(f"{HOME}/{steps.resume(answers)}", 303)


@blueprint.get(f"{HOME}/<name>")
def show(name: str) -> Answer | Response:
    """Show a step, or take the token of the terminal."""
    if len(name) == _TOKEN_LENGTH:
        return setup_guest.let_in(name)
    answers = get_answers()
    chosen = request.args.get("lang", "")
    if chosen in setup_guest.SPOKEN:
        setup_guest.speak(chosen)
        return redirect(f"{HOME}/{name}", 303)
    step = _step(name)
    missing = steps.find_open(answers)
    if step not in steps.asked(answers) or (missing and step not in steps.REQUIRED):
        return redirect(f"{HOME}/{steps.resume(answers)}", 303)
    if step is Step.REVIEW:
        return _review()
    if step is Step.LOOK:
        return setup_pages.page(step, answers, more={"mark": preview.show(desk().draft, answers, datetime.now(UTC))})
    return setup_pages.page(step, answers)


@blueprint.post(f"{HOME}/<name>")
def leave(name: str) -> Answer | Response:
    """Take what was typed into a step."""
    answers = get_answers()
    setup_guest.check_token()
    return _open() if name == "open" else setup_steps.leave(_step(name), answers)


@blueprint.get(f"{HOME}/picture/<name>")
def picture(name: str) -> Response:
    """Show a picture that was handed in."""
    get_answers()
    found = next((path for path in desk().draft.pictures.glob("*") if path.name == name), None)
    if found is None:
        abort(404)
    return _hidden(send_file(found))


@blueprint.get(f"{HOME}/preview")
@blueprint.get("/<path:path>")
def look(path: str = "") -> Answer | Response:
    """Show a page or a file of the preview inside its frame; a whole window goes on with the wizard."""
    get_answers()
    if request.headers.get("Sec-Fetch-Dest") == "document":
        return redirect(HOME, 303)
    found = preview.find(desk().draft, path)
    if found is None:
        abort(404)
    answer = _hidden(send_file(found))
    answer.headers["Content-Security-Policy"] = _FRAMED
    return answer


@blueprint.get(f"{assets.MOUNT}/<digest>/<path:name>")
def asset(digest: str, name: str) -> Response:
    """Send a file of the program."""
    known = assets.all_assets()
    found = known.files.get(name)
    if found is None:
        abort(404)
    answer = make_response(found.body)
    answer.headers.update(headers.file(found.media_type, immutable=digest == known.digest))
    answer.headers["Content-Type"] = found.media_type
    return answer


def _open() -> Answer | Response:
    """Open the shop and sign its owner in."""
    place = Place(address=request.remote_addr or "", agent=request.headers.get("User-Agent", ""))
    try:
        opened = opening.open_shop(desk().draft, place, datetime.now(UTC))
    except UnreadyError:
        return redirect(HOME, 303)
    except RefusedError as error:
        lang = "zh" if setup_guest.language().startswith("zh") else "en"
        told = [f"{each.file}: {report.tell(each, lang).message}" for each in error.problems]
        return _review(told or [say("setup.review.taken", file=error.taken)])
    answer = make_response(redirect(_AFTERWARDS, 303))
    if opened.session:
        persons.remember(answer, opened.session)
    setup_guest.forget(answer)
    return answer


def _review(refused: list[str] | None = None) -> Response:
    answers = get_answers()
    more: dict[str, Any] = {
        "refused": refused or [],
        "later": bool(legal.questions(answers)) and not legal.is_complete(answers),
        "rows": setup_pages.rows(answers),
    }
    return setup_pages.page(Step.REVIEW, answers, more=more)


def _step(name: str) -> Step:
    try:
        return Step(name)
    except ValueError:
        abort(404)


def _hidden(answer: Response) -> Response:
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _fail(error: HTTPException) -> Response:
    """Say no: to whoever has no key as if nothing were here."""
    if error.code == 404 and not setup_guest.has_key():  # noqa: PLR2004  the status
        body = plain_page("404", _NOTHING)
        answer = make_response(body, 404)
    else:
        word = {404: "missing", 409: "stale", 413: "large"}.get(error.code or 500, "odd")
        context = {"title": say("setup.refused"), "message": say(f"setup.refused.{word}"), "problems": {}}
        answer = setup_pages.screen("setup/refused.html", context, status=error.code or 500)
    return _hidden(answer)
