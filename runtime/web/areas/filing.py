"""A screen that edits one file of the shop by a form made from its schema: open, take, save, check, publish.

``open_file`` begins such a screen; ``take`` reads what came back, with new pictures and secrets put away; ``keep``
saves the changes, notes them in the log and, where the shop is free of errors, publishes it. What was opened travels
with the form, signed: rows are told apart by it, whatever happened to the file meanwhile.
"""

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from flask import request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.datastructures import MultiDict

from generator import report
from generator.editing.saving import Opened
from generator.editor import Change, Merge, StaleError, UnwritableError
from generator.fields import Field
from generator.files import BusyError
from generator.problems import Problem, Severity
from generator.source.events import Data
from runtime import publishing
from runtime.console.forms import pictures, secrets, showing
from runtime.console.forms.nodes import Leaf, leaves
from runtime.console.forms.pictures import RefusedPictureError
from runtime.console.forms.placing import Mistake
from runtime.console.forms.sheet import Given, Sheet
from runtime.web.areas import hour, shell, shop_text
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import Person, note
from runtime.web.visit import shopfront, visit

log = logging.getLogger(__name__)
BASE, DIGEST, MERGE, DRAFT = "~base", "~digest", "~merge", "~draft"
HINDRANCES = (UnwritableError, BusyError, OSError)
"""What keeps a save from being written, besides that somebody was faster."""
_FILE = "~file"
_MOST_TOLD = 12
More = Callable[[Given, Sheet], Given]
"""What an area adds to a form that was sent, before it is read: rows that a button of its own makes."""
_MOST_ELSEWHERE = 6


class Filed(msgspec.Struct, kw_only=True):
    """One file with its form. ``base`` is the data that the form was made from, ``opened`` the file as it is now."""

    text: ShopText
    file: str
    field: Field
    only: tuple[str, ...]
    opened: Opened
    base: Data
    digest: str
    sheet: Sheet
    refused: dict[str, str] = {}
    """Pictures that could not be taken, by the field's name, in words."""
    stored: list[str] = []
    """Names of secrets that came with the form and are stored."""
    sent: Given | None = None
    """The form that was sent, with pictures and secrets put away."""

    @property
    def signed(self) -> str:
        """Return what was opened, as it travels with the form."""
        return str(_serializer().dumps([self.file, self.digest, _part(self.base, self.only)]))


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a save: the sentence to tell, who was faster, why it was not written, or why not published."""

    word: str = ""
    stale: StaleError | None = None
    unwritable: str = ""
    fault: str = ""


def lang() -> str:
    """Return zh or en, as the reader of this screen reads problems."""
    return "zh" if shell.locale().startswith("zh") else "en"


def open_file(file: str, field: Field, text: ShopText, only: tuple[str, ...] = ()) -> Filed:
    """Open a file for its form; raise RefusedFileError."""
    opened = text.desk.open(file)
    sheet = Sheet(field, opened.data, text.ground, only=only)
    return Filed(
        text=text, file=file, field=field, only=only, opened=opened, base=opened.data, digest=opened.digest, sheet=sheet
    )


def take(filed: Filed, person: Person, more: More | None = None) -> Filed:
    """Read the form that was sent; pictures and secrets that came along are put away first."""
    given: Given = MultiDict(request.form.items(multi=True))
    base, digest = unsigned(filed.file, given) or (filed.opened.data, "")
    if more is not None:
        given = more(given, Sheet(filed.field, base, filed.text.ground, given, filed.only))
    first = Sheet(filed.field, base, filed.text.ground, given, filed.only)
    refused, stored = dict[str, str](), list[str]()
    if "~do" not in given:
        boxes = leaves(first.root)
        refused = _pictures(filed, boxes, given)
        given, stored = secrets.take(shopfront().settings.var, boxes, given)
        first = Sheet(filed.field, base, filed.text.ground, given, filed.only)
    _note_odd(given, filed, person)
    for name in stored:
        note(person, "secret.stored", name)
    return msgspec.structs.replace(
        filed, base=base, digest=digest, sheet=first, refused=refused, stored=stored, sent=given
    )  # fmt: skip


def keep(filed: Filed, person: Person, subject: str) -> Kept:
    """Save what was changed and publish it, unless it is to stay a draft or the shop has errors."""
    changes = filed.sheet.changes()
    now, waits = visit().now, hour.keeps(filed.text.folder)
    try:
        if changes:
            merge = Merge(request.form.get(MERGE) or Merge.REFUSE)
            desk = filed.text.desk
            saved = desk.save(filed.file, filed.digest, changes, who=person.name, now=now, merge=merge)
            told = "; ".join(saved.version.what[:_MOST_TOLD]) if saved.version else _told(changes)
            note(person, "text.saved", f"{filed.file} {subject}".strip(), after=told[:400])
    except StaleError as stale:
        return Kept(stale=stale)
    except HINDRANCES as error:
        return Kept(unwritable=hindrance(filed.file, error))
    shop_text.forget()
    if request.form.get(DRAFT):
        return Kept(word="forms.done.saved")
    if waits and (changes or filed.stored):
        return Kept(word=hour.KEPT)
    return publish(filed.text, person, changed=bool(changes or filed.stored))


def hindrance(file: str, error: Exception) -> str:
    """Return the word for why a file was not written; nothing was, and who wrote keeps what they wrote."""
    if isinstance(error, UnwritableError):
        return error.code
    if isinstance(error, BusyError):
        return "busy"
    log.error("%s was not saved: %s", file, error)
    return "disk"


def publish(text: ShopText, person: Person, *, changed: bool = True) -> Kept:
    """Build and publish the shop as its text stands, unless it has errors."""
    if not changed and shop_text.is_published(text.folder):
        return Kept(word="forms.done.nothing")
    if any(each.severity is Severity.ERROR for each in shop_text.examine(text.folder).problems):
        return Kept()
    outcome = publishing.publish(text.folder, lang())
    if not outcome.release:
        said = next((each.text for each in outcome.said if each.severity == "error"), "")
        return Kept(fault=outcome.fault or said)
    note(person, "shop.published", outcome.release)
    return Kept(word="forms.done.published")


def mistakes(filed: Filed) -> list[Mistake]:
    """Return what is wrong with the file as it stands, at the fields of its form; nothing where it is published."""
    found = [each for each in _problems(filed) if _is_about(each, filed)]
    return filed.sheet.place(found, lang())


def elsewhere(filed: Filed) -> list[tuple[str, str]]:
    """Return the errors that have no place in this form and keep the shop from being published: where, and what."""
    found = [each for each in _problems(filed) if each.severity is Severity.ERROR and not _is_about(each, filed)]
    told = [(f"{each.file}:{each.mark.line}" if each.mark else each.file, report.tell(each, lang())) for each in found]
    return [(place, words.message) for place, words in told[:_MOST_ELSEWHERE]]


def _problems(filed: Filed) -> tuple[Problem, ...]:
    folder = filed.text.folder
    return () if shop_text.is_published(folder) else shop_text.examine(folder).problems


def context(filed: Filed, found: list[Mistake]) -> dict[str, Any]:
    """Return what the template of a form needs."""
    at = [*found, *(_refused(filed, name, words) for name, words in filed.refused.items())]
    errors = [each for each in at if each.error]
    form = filed.sheet.show(at)
    wanted = showing.lists_of(form)
    return {
        "form": form,
        "focus": filed.sheet.focus,
        "signed": filed.signed,
        "sources": filed.text.sources(wanted, shell.locale()),
        "suggested": wanted,
        "secrets_set": secrets.names_set(shopfront().settings.var),
        "writable": filed.opened.writable,
        "broken": [each.text for each in filed.sheet.place(filed.opened.problems, lang()) if not filed.opened.writable],
        "mistakes": [(f"field-{each.name}" if each.name else "main", each.text) for each in errors],
        "problems": {each.name or "-": each.text for each in errors},
        "elsewhere": elsewhere(filed) if filed.opened.writable else [],
        "published": shop_text.is_published(filed.text.folder),
        "ahead": hour.ahead(),
    }


def _refused(filed: Filed, name: str, words: str) -> Mistake:
    problem = Problem(code="picture-format", file=filed.file)
    return Mistake(name=name, text=words, problem=problem)


def _is_about(problem: Problem, filed: Filed) -> bool:
    if problem.file != filed.file:
        return False
    return not filed.only or not problem.path or problem.path[0] in filed.only


def _pictures(filed: Filed, boxes: list[Leaf], given: Given) -> dict[str, str]:
    """Keep the pictures that came with a form, and put their paths into it; return those that could not be taken."""
    known = {leaf.name for leaf in boxes if leaf.field.setting in {"picture", "video"}}
    refused = {}
    for name, sent in request.files.items():
        stem = name.removesuffix(_FILE)
        if stem == name or stem not in known or not sent.filename:
            continue
        try:
            content = sent.stream.read(pictures.MAXIMUM_BYTES + 1)
            given[stem] = pictures.keep(filed.text.folder / "media", content, sent.filename)
        except RefusedPictureError:
            refused[stem] = shell.say("forms.picture.refused", most=pictures.MAXIMUM_BYTES // 1024 // 1024)
    return refused


def unsigned(file: str, given: Given) -> tuple[Data, str] | None:
    """Return the data and digest that a form of a file was made from; None for a form without them."""
    try:
        named, digest, base = msgspec.convert(_serializer().loads(given.get(BASE, "")), tuple[str, str, dict[str, Any]])
    except (BadData, msgspec.ValidationError):
        return None
    return (base, digest) if named == file else None


def _part(data: Data, only: tuple[str, ...]) -> Data:
    return {key: value for key, value in data.items() if not only or key in only} if isinstance(data, dict) else {}


def _note_odd(given: Given, filed: Filed, person: Person) -> None:
    """Note names that no form of this file has; they are not read."""
    known = {each.key for each in filed.field.fields if not filed.only or each.key in filed.only}
    odd = sorted({name for name in given if name[:1] != "~" and name.partition(".")[0].partition("~")[0] not in known})
    odd = [name for name in odd if name != "csrf_token"]
    if odd:
        note(person, "form.odd", request.path, after=", ".join(odd)[:400])


def _told(changes: list[Change]) -> str:
    return "; ".join(".".join(map(str, each.path)) for each in changes[:_MOST_TOLD])


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(shopfront().settings.secret, salt="form")
