"""Pages that get another address, and pages that go: what links to them is seen to in the same step."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as Answer

from generator.display.links import in_text
from generator.editing.change import Change, Remove, Set
from generator.editor import Opened, RefusedFileError, StaleError
from generator.rules.redirecting import way
from generator.source.inventory import SHOP
from generator.theming import templates
from runtime.access.roles import Permission
from runtime.naming import handles
from runtime.web.areas import filing, leaving, mentions, shell, shop_text, whereabouts
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.leaving import Leaving
from runtime.web.areas.pages import standing
from runtime.web.areas.pages.standing import HOME
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import Person, note
from runtime.web.visit import shopfront, visit

blueprint = Blueprint("console_pages_moving", __name__)
_MOST = 200


@blueprint.get(f"{HOME}/<handle>/address")
@shell.guarded
def ask(handle: str) -> Response:
    """Ask for a page's new address."""
    get_person(Permission.PAGES_EDIT)
    return _ask(handle, _get(handle), {})


@blueprint.post(f"{HOME}/<handle>/address")
@shell.guarded
def move(handle: str) -> Response | Answer:
    """Give a page another address; links to it lead there from now on."""
    person = get_writer(Permission.PAGES_EDIT)
    text = _get(handle)
    new = handles.tidy(unicodedata.normalize("NFC", request.form.get("handle", ""))[:_MOST])
    if new == handle:
        return shell.done(f"{HOME}/{handle}", "forms.done.nothing")
    refused = _refused(handle, new, text) or _moved(handle, new, text, person)
    if refused:
        return _ask(handle, text, {"handle": refused})
    note(person, "page.moved", new, before=handle, after=new)
    shop_text.forget()
    kept = filing.publish(text, person)
    return shell.done(f"{HOME}/{new}", "pages.done.moved" if kept.word else "pages.done.held")


@blueprint.get(f"{HOME}/<handle>/delete")
@shell.guarded
def ask_away(handle: str) -> Response:
    """Ask before a page goes."""
    get_person(Permission.PAGES_EDIT)
    return leaving.ask(_leaving(handle))


@blueprint.post(f"{HOME}/<handle>/delete")
@shell.guarded
def take(handle: str) -> Response | Answer:
    """Take a page away, in all its languages."""
    person = get_writer(Permission.PAGES_EDIT)
    return leaving.take(_leaving(handle), person, "pages.done.removed")


def _refused(handle: str, new: str, text: ShopText) -> str:
    """Return why a page cannot have a handle."""
    if not handles.is_good(new):
        return shell.say("goods.new.handle_odd")
    if new in standing.taken(text):
        return shell.say("goods.new.handle_taken", handle=new)
    known = text.desk.open(f"pages/{handle}.md").digest == request.form.get("digest", "")
    return "" if known else shell.say("leave.done.late")


def _moved(handle: str, new: str, text: ShopText, person: Person) -> str:
    """Move a page; return why it could not be done."""
    try:
        _move(handle, new, text, person)
    except (StaleError, RefusedFileError):
        return shell.say("leave.done.late")
    except filing.HINDRANCES as error:
        return shell.say(f"forms.fault.{filing.hindrance(handle, error)}")
    return ""


def _get(handle: str) -> ShopText:
    text = shop_text.read(shopfront().settings.folder)
    if all(each.handle != handle for each in standing.all_pages(text)):
        abort(404)
    return text


def _leaving(handle: str) -> Leaving:
    text = _get(handle)
    files = standing.files(handle, text)
    notes = ("pages.delete.languages",) if len(files) > 1 else ()
    return Leaving(
        text=text, kind="page", handle=handle, title=standing.title(handle, text), files=files, url=f"{HOME}/{handle}",
        home=HOME, area="pages", words="pages", notes=notes,
    )  # fmt: skip


def _ask(handle: str, text: ShopText, problems: dict[str, str]) -> Response:
    found = mentions.find(text, "page", handle)
    context: dict[str, Any] = {
        "title": shell.say("pages.address.title"), "name": standing.title(handle, text), "url": f"{HOME}/{handle}",
        "digest": text.desk.open(f"pages/{handle}.md").digest, "problems": problems,
        "typed": request.form.get("handle", handle), "published": visit().release.has(_address(handle)),
        "redirect": "redirect" in request.form if problems else True, "address": _address(handle),
        "found": [whereabouts.spot(each.file, each.path, text) for each in found],
    }  # fmt: skip
    return shell.screen("pages/address.html", context, area="pages", status=422 if problems else 200)


def _address(handle: str) -> str:
    return templates.address("", "page", handle)


def _move(handle: str, new: str, text: ShopText, person: Person) -> None:
    """Rename the files first: a page without links is better than links without a page."""
    desk, now = text.desk, visit().now
    made = mentions.plan(text, mentions.find(text, "page", handle), f"page:{new}", moved=True)
    for file in reversed(standing.files(handle, text)):
        to = file.replace(f"pages/{handle}.", f"pages/{new}.", 1)
        desk.rename(file, to, desk.open(file).digest, who=person.name, now=now)
        _itself(to, handle, new, text, person)
    for opened, changes in _with_redirects(handle, new, text, made.edits):
        saved = desk.save(opened.file, opened.digest, changes, who=person.name, now=now)
        note(person, "text.saved", f"{saved.file} {new}", after=f"page:{handle} → page:{new}")


def _with_redirects(
    handle: str, new: str, text: ShopText, edits: Sequence[tuple[Opened, list[Change]]]
) -> list[tuple[Opened, list[Change]]]:  # fmt: skip
    """Add that the old address leads on, and take away what would lead on from the new one."""
    found = {opened.file: (opened, changes) for opened, changes in edits}
    opened, changes = found.get(SHOP) or (text.desk.open(SHOP), [])
    listed = opened.data.get("redirects") if isinstance(opened.data, dict) else None
    changes = [*changes, *_freed(new, listed if isinstance(listed, dict) else {}, text)]
    if "redirect" in request.form:
        changes += mentions.redirected(text, "page", handle, f"page:{new}")
    if changes:
        found[SHOP] = (opened, changes)
    return list(found.values())


def _itself(file: str, handle: str, new: str, text: ShopText, person: Person) -> None:
    """Let a page that links to itself do so at its new address."""
    opened = text.desk.open(file)
    body = str(opened.data.get("body", "")) if isinstance(opened.data, dict) else ""
    for each in list(in_text(body, ())):
        if each.link.partition("#")[0] in {f"page:{handle}", _address(handle)}:
            body = mentions.rewritten(body, each.link, f"page:{new}")
    if opened.writable and body != opened.data.get("body", ""):
        text.desk.save(file, opened.digest, [Set(("body",), body)], who=person.name, now=visit().now)


def _freed(new: str, listed: dict[str, Any], text: ShopText) -> list[Change]:
    """Return the changes that let a page be seen at its new address: no redirect may stand in its way."""
    own = {each for path in _prefixed(new, text) for each in (way(path), way(path).rstrip("/"))}
    return [Remove(("redirects", old)) for old in listed if old in own]


def _prefixed(handle: str, text: ShopText) -> list[str]:
    return [
        templates.address(prefix, "page", handle)
        for prefix in ("", *(f"/{each}" for each in text.base.locales[1:]))
    ]  # fmt: skip
