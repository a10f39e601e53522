"""A page's text as shoppers will read it, made by the Markdown of the shop itself while one writes."""

from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, request
from PIL import Image as Pillow

from generator.display.markdown import Prose
from generator.loading.draft import Draft
from generator.theming import templates
from generator.views import Image, Link
from runtime.access.roles import Permission
from runtime.web.areas import shell, shop_text
from runtime.web.areas.entry import get_writer
from runtime.web.areas.pages.standing import HOME
from runtime.web.areas.shop_text import ShopText
from runtime.web.visit import shopfront

blueprint = Blueprint("console_pages_preview", __name__)
_LONGEST = 200_000


@blueprint.post(f"{HOME}/~preview")
@shell.guarded
def preview() -> Response:
    """Answer a script with a text as a page would show it."""
    get_writer(Permission.PAGES_EDIT)
    text = shop_text.read(shopfront().settings.folder)
    shown = html(request.form.get("body", "")[:_LONGEST], text)
    return shell.screen("pages/preview.html", {"title": "", "shown": shown})


def html(body: str, text: ShopText) -> str:
    """Return a Markdown text as clean HTML, with the shop's links and pictures."""
    draft = shop_text.draft(text)
    return Prose(lambda target: _link(target, draft), lambda file, words: _picture(text.folder, file, words)).html(
        body.replace("\r\n", "\n")
    )


def _link(target: str, draft: Draft) -> Link | None:
    kind, colon, rest = target.partition(":")
    known = {"product": draft.products, "shelf": draft.shelves, "page": draft.pages, "live": draft.rooms}
    if colon and kind in known:
        handle, mark, part = rest.partition("#")
        there = handle in known[kind]  # type: ignore[operator]  # mappings of several kinds of values
        return Link(label="", url=templates.address("", kind, handle) + mark + part) if there else None
    return Link(label="", url=target, external=target.startswith(("http://", "https://", "//")))


def _picture(folder: Path, file: str, words: str) -> Image | None:
    root = (folder / "media").resolve()
    path = (root / file).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        return None
    try:
        with Pillow.open(path) as found:
            width, height = found.size
    except OSError:
        return None
    return Image(src=f"/console/media/{quote(file)}?wide", srcset="", sources=(), width=width, height=height, alt=words)
