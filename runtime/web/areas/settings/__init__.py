"""The area of settings: shop.yaml by its parts, each a form made from the schema."""

from functools import partial

from flask import Response, abort, redirect
from werkzeug.wrappers import Response as Answer

from generator.fields import Part
from generator.problems import Severity
from runtime.access.roles import Permission
from runtime.web.areas import filing, hour, lacking, saving, shell, shop_text
from runtime.web.areas.entry import get_person, get_writer
from runtime.web.areas.filing import Filed
from runtime.web.areas.saving import Place
from runtime.web.areas.settings import delivery, paying
from runtime.web.areas.settings.blueprint import blueprint
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import Person
from runtime.web.visit import visit

__all__ = ["blueprint", "paying"]
HOME = "/console/settings"
_ELSEWHERE = {"look": "/console/look", "promotions": "/console/promotions"}
"""Parts of shop.yaml that have an area of their own."""
_FINER = {"menus": "/console/menus", "redirects": "/console/redirects"}
"""Parts that have a screen made for them; the plain form of the schema stays, for what that screen does not show."""
_ICONS = {
    "shop": "store", "seller": "shield", "languages": "globe", "delivery": "truck", "payment": "wallet",
    "tax": "percent", "checkout": "orders", "live": "camera", "messages": "bell", "menus": "list", "search": "search",
    "redirects": "outside", "tags": "tag",
}  # fmt: skip
_FILE = "shop.yaml"


@blueprint.get(HOME)
@shell.guarded
def home() -> Response:
    """Show all parts of the settings."""
    get_person(Permission.SETTINGS_SEE)
    text = shop_text.read(visit().shopfront.settings.folder)
    field = text.field(filing.lang())
    of_key = {each.key: each.part for each in field.fields}
    fresh = shop_text.is_published(text.folder)
    problems = () if fresh else shop_text.examine(text.folder).problems
    wrong = [of_key.get(str(each.path[0]), "") for each in problems if each.path and each.severity is Severity.ERROR]
    parts = [
        (part, _ICONS.get(part.name, "gear"), wrong.count(part.name), _FINER.get(part.name, f"{HOME}/{part.name}"))
        for part in _parts(field.parts)
    ]
    errors = sum(1 for each in problems if each.severity is Severity.ERROR)
    context = {"title": shell.say("settings.title"), "parts": parts, "published": fresh, "errors": errors}
    context["ahead"] = hour.ahead()
    return shell.screen("settings/home.html", context, area="settings")


@blueprint.get(f"{HOME}/<name>")
@shell.guarded
def part(name: str) -> Response:
    """Show the form of a part."""
    person = get_person(Permission.SETTINGS_SEE)
    filed, found = _open(name)
    return _form(filed, found, person)


@blueprint.post(f"{HOME}/<name>")
@shell.guarded
def save(name: str) -> Response | Answer:
    """Take the form of a part: a button inside it shows it again, its own buttons save it."""
    person = get_writer(Permission.SETTINGS_EDIT)
    opened, found = _open(name)
    place = Place(url=f"{HOME}/{name}", area="settings", subject=name)
    show = partial(_form, found=found, person=person)
    return saving.answer(opened, filing.take(opened, person), person, place, show)


@blueprint.post("/console/publish")
@shell.guarded
def publish() -> Response | Answer:
    """Publish the shop as its text stands."""
    person = get_writer(Permission.SETTINGS_EDIT)
    kept = filing.publish(shop_text.read(visit().shopfront.settings.folder), person)
    return shell.done(HOME, kept.word) if kept.word else redirect(HOME, 303)


def _parts(parts: tuple[Part, ...]) -> list[Part]:
    return [each for each in parts if each.name not in _ELSEWHERE]


def _open(name: str) -> tuple[Filed, Part]:
    text = shop_text.read(visit().shopfront.settings.folder)
    field = text.field(filing.lang())
    found = next((each for each in _parts(field.parts) if each.name == name), None)
    if found is None:
        abort(404)
    only = tuple(each.key for each in field.fields if each.part == name)
    return filing.open_file(_FILE, field, text, only), found


def _form(filed: Filed, found: Part, person: Person, *, status: int = 200, fault: str = "") -> Response:
    mistakes = filing.mistakes(filed)
    context = filing.context(filed, mistakes) | {
        "title": found.title, "lead": found.description, "part": found.name, "fault": fault,
        "may_edit": person.may(Permission.SETTINGS_EDIT) and filed.opened.writable,
        "action": f"{HOME}/{found.name}",
    }  # fmt: skip
    return shell.screen("settings/part.html", context | _more(found.name, filed.text), area="settings", status=status)


def _more(name: str, text: ShopText) -> dict[str, object]:
    """Return what a part shows beside its form."""
    if name == "delivery":
        return {"beside": "delivery", "tried": delivery.tried(text)}
    if name == "payment":
        return {"beside": "payment", "methods": paying.methods(text), "answers": {}}
    if name == "languages":
        return {"beside": "languages", "missing": lacking.languages(text)}
    return {"beside": ""}
