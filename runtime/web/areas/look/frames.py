"""What stands in the preview: a page of the shop as it is saved or being written, and the files it asks for."""

import re
from io import BytesIO

from flask import Response, abort, jsonify, make_response, request, send_file
from PIL import Image

from generator import files
from generator.editor import Merge, StaleError, UnwritableError
from generator.pictures import pixels
from generator.problems import Problem, Severity
from generator.source.inventory import SHOP
from generator.theming.assets import media_type
from runtime.access.roles import Permission
from runtime.console.forms.placing import Mistake
from runtime.web import headers
from runtime.web.areas import filing, shell
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.look import desk, drawing, ground, screens
from runtime.web.areas.look.blueprint import HOME, blueprint
from runtime.web.areas.look.desk import Look
from runtime.web.areas.look.drawing import Drawn, Wanted
from runtime.web.areas.media import inside
from runtime.web.visit import shopfront, visit

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; "
    "script-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)
_LARGEST = 1600
_QUALITY = 80
_MOST_ASSETS = 60
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,150}", re.ASCII)


@blueprint.get(f"{HOME}/~frame")
@shell.guarded
def frame() -> Response:
    """Show a page of the shop as its text is saved."""
    get_person(Permission.PAGES_SEE)
    look = desk.open_look("home")
    drawn = _draw(look, look.opened.text)
    answer = make_response(drawn.html)
    answer.headers.update(headers.page(private=True))
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@blueprint.post(f"{HOME}/<kind>/<where>/preview")
@shell.guarded
def preview(kind: str, where: str) -> Response:
    """Draw the page as the form has it, which is saved nowhere; tell what is wrong at the fields of the form."""
    get_writer(Permission.PAGES_EDIT)
    place = screens.get_place(kind, where)
    look = desk.open_look(screens.page_kind(kind))
    sheet, digest = desk.typed(look, place)
    try:
        text = look.text.desk.preview(SHOP, digest, sheet.changes(), merge=Merge.MINE).text
    except (StaleError, UnwritableError):
        return make_response(jsonify(html="", problems={}), 409)
    drawn = _draw(look, text)
    name = "theme" if place is None else desk.field_name(kind, place)
    return jsonify(html=drawn.html, problems=_at_fields(sheet.place(_errors(drawn), filing.lang()), name))


@blueprint.get(f"{drawing.PICTURES}/<path:name>")
@shell.guarded
def picture(name: str) -> Response:
    """Send a picture that no release has yet, large enough to judge it; a clip as it is."""
    get_person(Permission.PAGES_SEE)
    path = inside(name)
    if media_type(name).startswith("video/"):
        return _kept(send_file(path, conditional=True))
    try:
        loaded = pixels.load(path.read_bytes(), _LARGEST)
    except (OSError, pixels.RefusedError):
        abort(404)
    loaded.thumbnail((_LARGEST, _LARGEST), Image.Resampling.LANCZOS)
    made = BytesIO()
    loaded.save(made, "WEBP", quality=_QUALITY, method=0)
    answer = make_response(made.getvalue())
    answer.headers["Content-Type"] = "image/webp"
    return _kept(answer)


@blueprint.get(f"{drawing.ASSETS}/<name>")
@shell.guarded
def asset(name: str) -> Response:
    """Send a file of the theme that no release has yet: a style sheet with other colours."""
    get_person(Permission.PAGES_SEE)
    path = shopfront().settings.var / "look" / name
    if not _NAME.fullmatch(name) or not path.is_file():
        abort(404)
    answer = make_response(path.read_bytes())
    answer.headers["Content-Type"] = media_type(name)
    return _kept(answer)


def _draw(look: Look, text: str) -> Drawn:
    here = visit()
    shown = screens.shown(ground.get(look.text.folder, desk.now_text()).shop, request.values.get("on", "home"))
    wanted = Wanted(kind=shown.kind, handle=shown.handle, locale=shown.locale)
    drawn = drawing.draw(look.text.folder, text, wanted, here.now, here.release)
    if drawn is None:
        abort(404)
    _keep_assets(drawn)
    return drawn


def _keep_assets(drawn: Drawn) -> None:
    """Put new files of the theme where every process of the server finds them; old ones go."""
    if not drawn.assets:
        return
    folder = files.make_folder(shopfront().settings.var, "look")
    for name, data in drawn.assets.items():
        if not (folder / name).is_file():
            files.replace(folder / name, data, durable=False)
    there = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in there[:-_MOST_ASSETS]:
        path.unlink(missing_ok=True)


def _errors(drawn: Drawn) -> list[Problem]:
    return [each for each in drawn.problems if each.severity is Severity.ERROR]


def _at_fields(found: list[Mistake], name: str) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for each in found:
        if each.name.startswith(name):
            told.setdefault(f"field-{each.name}", []).append(each.text)
    return told


def _kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "private, max-age=600"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
