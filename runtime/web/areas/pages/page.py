"""The page of a page: its words for people and for search engines, its text with a preview, in every language."""

import unicodedata
from functools import partial
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from generator import fields
from generator.display import heads
from generator.display.frame import native_name
from generator.editor import Opened, RefusedFileError, UnwritableError
from generator.loading.assembly import translation
from generator.source.events import Data
from generator.theming import templates
from runtime.access.roles import Permission
from runtime.console.forms import pictures
from runtime.console.forms.pictures import RefusedPictureError
from runtime.console.forms.sheet import Given, Sheet
from runtime.naming import handles
from runtime.web.areas import filing, hour, saving, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.filing import Filed
from runtime.web.areas.pages import preview, standing
from runtime.web.areas.pages.standing import HOME
from runtime.web.areas.saving import Place
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import Person, note
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_pages_page", __name__)
NEW = f"{HOME}/~new"
_PICTURE = "~picture"
_TYPED, _FILE = "~handle", "pages/new-page.md"
_LONGEST = 300


@blueprint.get(NEW)
@shell.guarded
def new() -> Response:
    """Ask for a new page."""
    person = get_person(Permission.PAGES_EDIT)
    text = shop_text.read(shopfront().settings.folder)
    return _new(_blank(_FILE, text), person)


@blueprint.post(NEW)
@shell.guarded
def make() -> Response | Answer:
    """Make a page and go on to it."""
    person = get_writer(Permission.PAGES_EDIT)
    text = shop_text.read(shopfront().settings.folder)
    filed = _taken(_blank(_FILE, text), person)
    given = filed.sent if filed.sent is not None else MultiDict[str, str]()
    title = (given.get("title") or given.get(f"title.{text.base.locale}") or "").strip()[:_LONGEST]
    if "~do" in request.form or filed.refused:
        return _new(filed, person, status=422 if filed.refused else 200)
    typed, taken = unicodedata.normalize("NFC", request.form.get(_TYPED, "").strip()), standing.taken(text)
    handle = handles.tidy(typed) if typed else handles.handle(title, taken, "page")
    problems = {} if title else {f"title.{text.base.locale}": shell.say("pages.new.no_title")}
    if not handles.is_good(handle):
        problems[_TYPED] = shell.say("goods.new.handle_odd")
    elif handle in taken:
        problems[_TYPED] = shell.say("goods.new.handle_taken", handle=handle)
    if problems:
        return _new(filed, person, problems=problems, status=422)
    waits = hour.keeps(text.folder)
    try:
        text.desk.create(f"pages/{handle}.md", _ended(filed.sheet.data()), who=person.name, now=visit().now)
    except RefusedFileError:
        taken_word = shell.say("goods.new.handle_taken", handle=handle)
        return _new(filed, person, problems={_TYPED: taken_word}, status=422)
    except filing.HINDRANCES as error:
        return _new(filed, person, status=422, fault=shell.say(f"forms.fault.{filing.hindrance(handle, error)}"))
    note(person, "page.made", handle, after=title)
    shop_text.forget()
    if request.form.get(filing.DRAFT) or waits:
        return shell.done(f"{HOME}/{handle}", "pages.done.drafted" if request.form.get(filing.DRAFT) else hour.KEPT)
    kept = filing.publish(text, person)
    return shell.done(f"{HOME}/{handle}", "pages.done.made" if kept.word else "pages.done.held")


@blueprint.get(f"{HOME}/<handle>")
@shell.guarded
def show(handle: str) -> Response:
    """Show a page."""
    person = get_person(Permission.PAGES_SEE)
    return _form(_open(handle), handle, person)


@blueprint.post(f"{HOME}/<handle>")
@shell.guarded
def save(handle: str) -> Response | Answer:
    """Take the form of a page: a button inside it shows it again, its own buttons save it."""
    person = get_writer(Permission.PAGES_EDIT)
    opened = _open(handle)
    filed = _taken(opened, person)
    show_again = partial(_form, handle=handle, person=person)
    if not opened.opened.digest and "~do" not in request.form and not filed.refused:
        fault = _create(filed, person)
        if fault:
            return show_again(filed, status=422, fault=fault)
        opened = filed = _open(handle)
    place = Place(url=f"{HOME}/{handle}", area="pages", subject=handle)
    return saving.answer(opened, filed, person, place, show_again)


def _create(filed: Filed, person: Person) -> str:
    """Make the file of a translation that was not there; return why it could not be."""
    data = filed.sheet.data()
    if not isinstance(data, dict) or not data:
        return shell.say("pages.translation.empty")
    try:
        filed.text.desk.create(filed.file, _ended(data), who=person.name, now=visit().now)
    except RefusedFileError:
        return shell.say("forms.fault.no-such-path")
    except filing.HINDRANCES as error:
        return shell.say(f"forms.fault.{filing.hindrance(filed.file, error)}")
    note(person, "text.saved", filed.file, after="create")
    shop_text.forget()
    return ""


def _ended(data: Data) -> Data:
    """Return the data of a new page, its text ended as files are."""
    body = str(data.get("body", "")).rstrip()
    return {**data, "body": f"{body}\n"} if body else data


def _open(handle: str) -> Filed:
    """Open a page, or a translation of one that is still to be written; 404 for anything else."""
    text = shop_text.read(shopfront().settings.folder)
    field, own = fields.of("page", filing.lang()), _translated(handle, text)
    try:
        filed = filing.open_file(f"pages/{handle}.md", field, text)
    except RefusedFileError:
        if own is None:
            abort(404)
        return _blank(f"pages/{handle}.md", text, ("body",))
    if own is None or not isinstance(filed.opened.data, dict):
        return filed
    only = ("body", *(key for key in filed.opened.data if field.find(key) is not None and key != "body"))
    return filing.open_file(f"pages/{handle}.md", field, text, only)


def _translated(handle: str, text: ShopText) -> tuple[str, str] | None:
    """Return the page and the language that a handle is the translation of, whether it is written or not."""
    name, _, locale = handle.rpartition(".")
    found = translation(handle, shop_text.draft(text))
    return found if found and locale in text.base.locales[1:] and name else None


def _blank(file: str, text: ShopText, only: tuple[str, ...] = ()) -> Filed:
    field = fields.of("page", filing.lang())
    opened = Opened(file=file, text="", digest="", data={}, problems=(), writable=True)
    sheet = Sheet(field, {}, text.ground, only=only)
    return Filed(text=text, file=file, field=field, only=only, opened=opened, base={}, digest="", sheet=sheet)


def _taken(opened: Filed, person: Person) -> Filed:
    """Read the form that was sent; a picture that came along without a script is put behind the text."""
    refused: dict[str, str] = {}

    def more(given: Given, _: Sheet) -> Given:
        sent = request.files.get(_PICTURE)
        if sent is None or not sent.filename:
            return given
        changed: Given = MultiDict(given.items(multi=True))
        try:
            content = sent.stream.read(pictures.MAXIMUM_BYTES + 1)
            name = pictures.keep(opened.text.folder / "media", content, sent.filename)
            changed["body"] = f"{changed.get('body', '').rstrip()}\n\n![]({name})\n"
        except RefusedPictureError:
            refused["body"] = shell.say("forms.picture.refused", most=pictures.MAXIMUM_BYTES // 1024 // 1024)
        return changed

    filed = filing.take(opened, person, more)
    return msgspec.structs.replace(filed, refused=filed.refused | refused)


def _form(filed: Filed, handle: str, person: Person, *, status: int = 200, fault: str = "") -> Response:
    text, own = filed.text, _translated(handle, filed.text)
    name, locale = own or (handle, text.base.locale)
    context = filing.context(filed, filing.mistakes(filed)) | _shared(filed, locale)
    state = next((each.state for each in standing.all_pages(text) if each.handle == name), "draft")
    live = templates.address("" if own is None else f"/{locale}", "page", name)
    context |= {
        "title": standing.title(name, text), "handle": handle, "name": name, "url": f"{HOME}/{name}",
        "action": f"{HOME}/{handle}", "fault": fault, "translates": locale if own else "",
        "language": native_name(locale), "languages_": _languages(name, locale, text), "fresh": False,
        "state": (shell.say(f"pages.state.{state}"), standing.TONES[state]),
        "live": live if visit().release.has(live) else "", "address": live,
        "source": _source(name, text) if own else "",
        "may_edit": person.may(Permission.PAGES_EDIT) and filed.opened.writable,
    }  # fmt: skip
    return shell.screen("pages/page.html", context, area="pages", status=status)


def _new(
    filed: Filed, person: Person, *, problems: dict[str, str] | None = None, status: int = 200, fault: str = ""
) -> Response:  # fmt: skip
    found = dict(problems or {})
    context = filing.context(filed, []) | _shared(filed, filed.text.base.locale)
    context |= {
        "title": shell.say("pages.new"), "handle": "", "name": "", "url": HOME, "action": NEW, "fault": fault,
        "translates": "", "language": "", "languages_": [], "fresh": True, "state": ("", ""), "live": "",
        "address": "", "source": "", "may_edit": person.may(Permission.PAGES_EDIT), "problems": found,
        "typed": request.form.get(_TYPED, ""), "published": True, "elsewhere": [],
        "mistakes": [(f"field-{key}" if key != _TYPED else "handle", words) for key, words in found.items()],
        "title_field": f"title.{filed.text.base.locale}",
    }  # fmt: skip
    return shell.screen("pages/page.html", context, area="pages", status=status)


def _shared(filed: Filed, locale: str) -> dict[str, Any]:
    """Return what the text shows and what a search engine would: both follow while one writes."""
    data = filed.sheet.data()
    data = data if isinstance(data, dict) else {}
    body = str(data.get("body", ""))
    said: Any = data.get("seo")
    seo = said if isinstance(said, dict) else {}
    title = _in(seo.get("title"), locale) or _in(data.get("title"), locale)
    about = _in(seo.get("description"), locale) or _in(data.get("description"), locale) or heads.summary(body)
    return {
        "body": body, "shown": preview.html(body, filed.text), "snippet": (title, about), "own_locale": locale,
        "site": (filed.text.base.url or request.host_url).split("://")[-1].rstrip("/"), "typed": "",
        "by_name": {}, "title_field": "",
    }  # fmt: skip


def _in(said: Any, locale: str) -> str:  # noqa: ANN401  a text, or one in several languages
    if isinstance(said, dict):
        return str(said.get(locale) or next(iter(said.values()), ""))
    return "" if said is None else str(said)


def _languages(name: str, current: str, text: ShopText) -> list[dict[str, Any]]:
    """Return the languages of the shop, each with the address of this page's text in it."""
    locales, known = text.base.locales, shop_text.draft(text).pages
    if len(locales) < 2:  # noqa: PLR2004  one language has no other
        return []
    return [
        {
            "url": f"{HOME}/{name}" if each == locales[0] else f"{HOME}/{name}.{each}", "label": native_name(each),
            "current": each == current, "there": each == locales[0] or f"{name}.{each}" in known,
        }
        for each in locales
    ]  # fmt: skip


def _source(name: str, text: ShopText) -> str:
    """Return the text that a translation is made from, as it is written."""
    try:
        data = text.desk.open(f"pages/{name}.md").data
    except (RefusedFileError, UnwritableError):
        return ""
    return str(data.get("body", "")) if isinstance(data, dict) else ""
