"""Taking a product, shelf or page away: who links to it is told first, and what becomes of those links is chosen."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from flask import Response, request
from werkzeug.wrappers import Response as Answer

from generator import report
from generator.editing.change import Change, Remove
from generator.editor import Opened, StaleError
from generator.rules import depending
from generator.rules.addresses import Checker
from generator.source.inventory import SHOP, TABLE
from generator.theming import templates
from runtime.console.forms.showing import Shown
from runtime.web.areas import filing, mentions, shell, shop_text, whereabouts
from runtime.web.areas.mentions import Mention, Plan
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import Person, note
from runtime.web.visit import visit

TAKE, LEAD = "take", "lead"
_LONGEST = 2000


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """What is to go: its files (the first is the one that was looked at), its screens, and the words about it.

    ``words`` begins the sentences ``<words>.delete.…``; ``notes`` are those that say what follows.
    """

    text: ShopText
    kind: str
    handle: str
    title: str
    files: tuple[str, ...]
    url: str
    home: str
    area: str
    words: str
    notes: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Return where shoppers find it."""
        return templates.address("", self.kind, self.handle)


class RefusedError(Exception):
    """It stays for now: which field says why, and in which words."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field
        self.words = words


def ask(leaving: Leaving, problems: Mapping[str, str] | None = None) -> Response:
    """Show what links to it, and ask what is to become of that."""
    text = leaving.text
    found = mentions.find(text, leaving.kind, leaving.handle)
    stuck = set(mentions.plan(text, found).left)
    link = Shown(
        kind="link", name="to", label=shell.say("leave.to"), hint=shell.say("leave.to_hint"),
        value=request.form.get("to", ""), attributes={"list": "list-link"},
        problems=(problems["to"],) if problems and "to" in problems else (),
    )  # fmt: skip
    context: dict[str, Any] = {
        "title": shell.say("leave.title", title=leaving.title), "leaving": leaving, "link": link, "focus": "to",
        "found": [(whereabouts.spot(each.file, each.path, text), each in stuck) for each in found],
        "ways": [(each, shell.say(f"leave.{each}"), shell.say(f"leave.{each}_hint")) for each in (TAKE, LEAD)],
        "way": request.form.get("way", ""), "problems": problems or {}, "suggested": {"link"},
        "digest": text.desk.open(leaving.files[0]).digest, "sources": text.sources({"link"}, shell.locale()),
    }  # fmt: skip
    return shell.screen("office/leave.html", context, area=leaving.area, status=422 if problems else 200)


def take(leaving: Leaving, person: Person, done: str) -> Response | Answer:
    """Take it away as the form says, and publish the shop without it."""
    text = leaving.text
    if text.desk.open(leaving.files[0]).digest != request.form.get("digest", ""):
        return shell.done(f"{leaving.url}/delete", "leave.done.late")
    try:
        edits = _edits(leaving, request.form.get("way", ""), request.form.get("to", "").strip()[:_LONGEST])
    except RefusedError as refused:
        return ask(leaving, {refused.field: refused.words})
    try:
        _write(leaving, edits, person)
    except StaleError:
        return shell.done(f"{leaving.url}/delete", "leave.done.late")
    except filing.HINDRANCES as error:
        return ask(leaving, {"way": shell.say(f"forms.fault.{filing.hindrance(leaving.files[0], error)}")})
    note(person, f"{leaving.kind}.removed", leaving.handle, before=leaving.title)
    shop_text.forget()
    kept = filing.publish(text, person)
    return shell.done(leaving.home, done if kept.word else "leave.done.held")


def _edits(leaving: Leaving, way: str, to: str) -> list[tuple[Opened, list[Change]]]:
    """Return what is written before it goes; raise RefusedError where somebody has to decide first."""
    text = leaving.text
    found = mentions.find(text, leaving.kind, leaving.handle)
    if found and way not in {TAKE, LEAD}:
        raise RefusedError("way", shell.say("leave.choose", count=len(found)))
    if found and way == LEAD and not to:
        raise RefusedError("to", shell.say("leave.where"))
    _check_link(leaving, to)
    made = mentions.plan(text, found, to if way == LEAD else "")
    if made.left:
        raise RefusedError("way", _stuck(text, made.left))
    return _with_redirects(leaving, made, to)


def _check_link(leaving: Leaving, to: str) -> None:
    """Refuse a link that would lead nowhere once the thing is gone, in the words of ``check``."""
    if not to:
        return
    after = depending.without(shop_text.draft(leaving.text), leaving.kind, leaving.handle)
    problem = Checker(after).problem(SHOP, ("redirects", leaving.address), to)
    if problem is not None:
        raise RefusedError("to", report.tell(problem, filing.lang()).message)


def _with_redirects(leaving: Leaving, made: Plan, to: str) -> list[tuple[Opened, list[Change]]]:
    """Add to the changes of shop.yaml that the old address leads on; refuse what would leave it with a new error."""
    text = leaving.text
    edits = {opened.file: (opened, changes) for opened, changes in made.edits}
    opened, changes = edits.get(SHOP) or (text.desk.open(SHOP), [])
    changes = [*changes, *(mentions.redirected(text, leaving.kind, leaving.handle, to) if to else ())]
    if changes:
        worse = mentions.worse(text, opened, changes)
        if worse:
            where = whereabouts.spot(worse[0].file, worse[0].path, text)
            told = report.tell(worse[0], filing.lang()).message
            raise RefusedError("way", f"{where.area} {where.words}: {told}")
        edits[SHOP] = (opened, changes)
    return list(edits.values())


def _stuck(text: ShopText, left: Sequence[Mention]) -> str:
    first = whereabouts.spot(left[0].file, left[0].path, text)
    return shell.say("leave.stuck", place=f"{first.area} › {first.words}", count=len(left))


def _write(leaving: Leaving, edits: Sequence[tuple[Opened, list[Change]]], person: Person) -> None:
    desk, now = leaving.text.desk, visit().now
    for opened, changes in edits:
        saved = desk.save(opened.file, opened.digest, changes, who=person.name, now=now)
        note(person, "text.saved", f"{saved.file} {leaving.handle}", after=f"without {leaving.kind}:{leaving.handle}")
    for file in leaving.files:
        digest = desk.open(file).digest
        if file == TABLE:
            desk.save(file, digest, [Remove((leaving.handle,))], who=person.name, now=now)
        else:
            desk.remove(file, digest, who=person.name, now=now)
