"""The pictures of a link: its posters as JPEG, its QR code as SVG and PNG."""

from flask import Blueprint, Response, abort, make_response, request

from runtime.access.roles import Permission
from runtime.documents.fonts import FontFault
from runtime.sharing import qr
from runtime.sharing.posters.poster import Design, Poster, Shape
from runtime.web import headers, posters
from runtime.web.areas import entry, shell
from runtime.web.areas.share import telling
from runtime.web.areas.share.telling import HOME
from runtime.web.failures import limit
from runtime.web.visit import visit

blueprint = Blueprint("console_share_files", __name__)
_CODES = {"svg": "image/svg+xml", "png": "image/png"}


@blueprint.get(f"{HOME}/<code>/poster-<design>-<shape>.jpg")
@shell.guarded
def poster(code: str, design: str, shape: str) -> Response:
    """Draw a poster of a link, or return it as it was drawn before."""
    entry.get_person(Permission.PROMOTIONS_SEE)
    limit("poster")
    link, here = telling.get_link(code), visit()
    if design not in set(Design) or shape not in set(Shape):
        abort(404)
    content = telling.content(here, link)
    if content is None:
        abort(404)
    wanted = Poster(
        content=content, style=posters.style(here.in_locale(link.locale)), design=Design(design), shape=Shape(shape)
    )
    try:
        drawn = posters.kept(here).get(wanted, small="small" in request.args)
    except FontFault:
        return shell.refused(503, shell.say("share.no_font"), f"{HOME}/{link.code}")
    return _picture(drawn, "image/jpeg", f"{link.code}-{design}-{shape}.jpg")


@blueprint.get(f"{HOME}/<code>/qr.<form>")
@shell.guarded
def code_of(code: str, form: str) -> Response:
    """Return the QR code of a link."""
    entry.get_person(Permission.PROMOTIONS_SEE)
    link, here = telling.get_link(code), visit()
    if form not in _CODES:
        abort(404)
    address = telling.address(here, link)
    return _picture(qr.svg(address) if form == "svg" else qr.png(address), _CODES[form], f"{link.code}-qr.{form}")


def _picture(drawn: bytes, media_type: str, name: str) -> Response:
    answer = make_response(drawn)
    answer.headers.update(headers.file(media_type, immutable=False))
    answer.headers["Content-Type"] = media_type
    answer.headers["Cache-Control"] = headers.PRIVATE
    if "download" in request.args:
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
