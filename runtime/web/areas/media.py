"""Pictures of the shop for forms: one to look at, all to choose from, and new ones that are sent by themselves."""

from io import BytesIO
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, make_response, request
from PIL import Image

from generator.pictures import pixels
from runtime.access.roles import Permission
from runtime.console.forms import pictures
from runtime.console.forms.pictures import RefusedPictureError
from runtime.web.areas import shell
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.visit import shopfront

blueprint = Blueprint("media", __name__)
HOME = "/console/media"
_SIDE, _WIDE = 240, 1200
_QUALITY = 78
_SHOWN = 120


@blueprint.get(f"{HOME}/<path:name>")
@shell.guarded
def look(name: str) -> Response:
    """Send a small copy of a picture below media/, or one as wide as a text."""
    get_person(Permission.ENTER)
    path, side = inside(name), _WIDE if "wide" in request.args else _SIDE
    try:
        picture = pixels.load(path.read_bytes(), side * 2)
    except (OSError, pixels.RefusedError):
        abort(404)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    made = BytesIO()
    picture.save(made, "WEBP", quality=_QUALITY, method=2)
    answer = make_response(made.getvalue())
    answer.headers["Content-Type"] = "image/webp"
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer


@blueprint.get(HOME)
@shell.guarded
def choose() -> Response:
    """List the pictures to choose from: a page, or names for a script."""
    get_person(Permission.ENTER)
    wanted = request.args.get("q", "").strip().lower()[:60]
    found = [name for name in pictures.listed(_media()) if wanted in name.lower()]
    if request.accept_mimetypes.best == "application/json":
        return jsonify(pictures=found[:_SHOWN], total=len(found))
    context = {"title": shell.say("media.title"), "pictures": found[:_SHOWN], "wanted": wanted, "total": len(found)}
    return shell.screen("settings/media.html", context, area="settings")


@blueprint.post(HOME)
@shell.guarded
def send() -> Response:
    """Take one picture from a script and answer its path."""
    get_writer(Permission.PRODUCTS_EDIT)
    sent = request.files.get("file")
    if sent is None:
        abort(400)
    try:
        name = pictures.keep(_media(), sent.stream.read(pictures.MAXIMUM_BYTES + 1), sent.filename or "")
    except RefusedPictureError:
        most = pictures.MAXIMUM_BYTES // 1024 // 1024
        return make_response(jsonify(message=shell.say("forms.picture.refused", most=most)), 422)
    return jsonify(file=name)


def _media() -> Path:
    return shopfront().settings.folder / "media"


def inside(name: str) -> Path:
    """Return the file of a picture; 404 for what lies elsewhere or is no plain file."""
    root = _media().resolve()
    try:
        path = (root / name).resolve(strict=True)
    except (OSError, ValueError):
        abort(404)
    if not path.is_relative_to(root) or not path.is_file():
        abort(404)
    return path
