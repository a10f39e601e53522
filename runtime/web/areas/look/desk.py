"""The file that the page editor works on: opened, with the form of one section, and saved as a draft."""

from typing import Any

import msgspec
from flask import g, request

from generator.editing import journal
from generator.editing.change import Change
from generator.editing.saving import Kind, Opened, Version
from generator.editing.yaml_text import read as read_yaml
from generator.editor import Merge, StaleError, UnwritableError
from generator.fields import Field
from generator.releases import freshness
from generator.source.events import Data
from generator.source.inventory import SHOP
from runtime.console.forms import showing
from runtime.console.forms.placing import Mistake
from runtime.console.forms.sheet import Given, Sheet
from runtime.console.forms.showing import Shown
from runtime.web.areas import filing, shell, shop_text
from runtime.web.areas.filing import HINDRANCES, Filed, Kept
from runtime.web.areas.look import ground, places
from runtime.web.areas.look.ground import Ground
from runtime.web.areas.look.places import Board, Place
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import Person, note
from runtime.web.visit import shopfront, visit

LOOK = ("home", "layouts", "theme")
"""The keys of shop.yaml that this area edits."""
_MOST_TOLD = 400


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """The shop's look as it is saved."""

    text: ShopText
    opened: Opened
    board: Board
    ground: Ground

    @property
    def published(self) -> bool:
        """Tell whether the live release is made from the text as it is; looked up once a request."""
        if "look_published" not in g:
            g.look_published = freshness.is_fresh(self.text.folder)
        return bool(g.look_published)

    @property
    def kind(self) -> str:
        """Return the kind of page whose list this is."""
        return self.board.kind


class Started(Sheet):
    """The form of a section that only the theme's own list has: with its first change the list goes into the file."""

    first: tuple[Change, ...] = ()

    def changes(self) -> list[Change]:
        """Return what was changed, after what puts the list into the file."""
        found = super().changes()
        return [*self.first, *found] if found else []


def now_text() -> str:
    """Return this request's moment as the generator writes moments."""
    return visit().now.strftime("%Y-%m-%dT%H:%M:%SZ")


def open_look(kind: str) -> Look:
    """Open the look of the shop with the list of a kind of page."""
    text = shop_text.read(shopfront().settings.folder)
    opened = text.desk.open(SHOP)
    worn = ground.worn(text.folder, opened.data, now_text())
    return Look(text=text, opened=opened, board=places.board(kind, opened.data, worn.offer, worn.clothes), ground=worn)


def board_at(look: Look, digest: str) -> tuple[Board, Data]:
    """Return the list as it was in the text that a form was made from, and that text's data."""
    if digest in {"", look.opened.digest}:
        return look.board, look.opened.data
    old = look.text.desk.text(digest)
    try:
        data = read_yaml(old) if old is not None else look.opened.data
    except UnwritableError:
        data = look.opened.data
    return places.board(look.kind, data, look.board.offer, look.ground.clothes), data


def save(look: Look, digest: str, changes: tuple[Change, ...], person: Person, merge: str = "") -> Kept:
    """Write changes as a draft and note them; raise nothing."""
    try:
        how = Merge(merge) if merge in set(Merge) else Merge.REFUSE
        wanted = digest or look.opened.digest
        saved = look.text.desk.save(SHOP, wanted, changes, who=person.name, now=visit().now, merge=how)
    except StaleError as stale:
        return Kept(stale=stale)
    except HINDRANCES as error:
        return Kept(unwritable=filing.hindrance(SHOP, error))
    if saved.version is not None:
        note(person, "text.saved", f"{SHOP} look", after="; ".join(saved.version.what)[:_MOST_TOLD])
    shop_text.forget()
    return Kept()


# ---- forms of one section, of one block, of the theme


def open_form(look: Look, place: Place | None) -> Filed:
    """Open the form of a section or block; of the theme without a place."""
    field = fields_of(look)
    if place is None:
        return filing.open_file(SHOP, field, look.text, ("theme",))
    only = look.board.path[0]
    filed = filing.open_file(SHOP, field, look.text, (str(only),))
    data = places.filled(look.board, filed.opened.data)
    first = places.started(look.board, filed.opened.data)
    sheet = _sheet(look, data, place, Given(), first)
    return msgspec.structs.replace(filed, base=data, sheet=sheet)


def take_form(look: Look, filed: Filed, person: Person, place: Place | None) -> Filed:
    """Read the form that was sent."""
    if place is None:
        return filing.take(filed, person)
    taken = filing.take(filed, person, lambda given, sheet: _with_rows(given, sheet.root.old, look.kind, place))
    given = taken.sent if taken.sent is not None else Given()
    first = places.started(*board_at(look, taken.digest))
    return msgspec.structs.replace(taken, sheet=_sheet(look, taken.base, place, given, first))


def typed(look: Look, place: Place | None) -> tuple[Sheet, str]:
    """Read a form that is only to be looked at, and the digest of the text that it was made from."""
    given: Given = Given(request.form.items(multi=True))
    signed = filing.unsigned(SHOP, given)
    if place is None:
        base, digest = signed or (look.opened.data, look.opened.digest)
        return Sheet(fields_of(look), base, look.text.ground, given, ("theme",)), digest
    base, digest = signed or (places.filled(look.board, look.opened.data), look.opened.digest)
    return _sheet(look, base, place, given, places.started(*board_at(look, digest))), digest


def _sheet(look: Look, data: Data, place: Place, given: Given, first: list[Change]) -> Sheet:
    alone = places.alone(look.kind, data, place)
    sent = _with_rows(given, data, look.kind, place)
    made = Started(fields_of(look), alone, look.text.ground, sent, (str(look.board.path[0]),))
    made.first = tuple(first)
    return made


def _with_rows(given: Given, data: Data, kind: str, place: Place) -> Given:
    """Name all rows of the list, and of the section's blocks: a form of one of them says nothing of the others."""
    made: Given = given.copy()
    found = data
    for step in places.path(kind):
        found = found.get(step) if isinstance(found, dict) else None
    items = found if isinstance(found, list) else []
    name = ".".join(map(str, places.path(kind)))
    made.setlist(name, ["", *map(str, range(len(items)))])
    for index, each in enumerate(items):
        blocks = each.get("blocks") if isinstance(each, dict) else None
        if isinstance(blocks, list) and index == place.section:
            made.setlist(f"{name}.{index}.blocks", ["", *map(str, range(len(blocks)))])
    return made


def field_name(kind: str, place: Place) -> str:
    """Return the name of a section or block in the form of the whole file."""
    name = f"{'.'.join(map(str, places.path(kind)))}.{place.section}"
    return name if place.block is None else f"{name}.blocks.{place.block}"


def shown(filed: Filed, found: list[Mistake], kind: str, place: Place | None) -> Shown | None:
    """Return what is shown of a section or block, or of the theme."""
    whole = filed.sheet.show(found)
    return _find(whole, "theme" if place is None else field_name(kind, place))


def _find(node: Shown, name: str) -> Shown | None:
    if node.name == name:
        return node
    below = (*node.nodes, *(row.node for row in node.rows))
    near = (each for each in below if name == each.name or name.startswith(f"{each.name}."))
    return next((found for each in near if (found := _find(each, name)) is not None), None)


def context(filed: Filed, node: Shown, mistakes: list[Mistake]) -> dict[str, Any]:
    """Return what the template of one form needs: only lists that its own fields offer."""
    wanted = showing.lists_of(node)
    own = [each for each in mistakes if each.name == node.name or each.name.startswith(f"{node.name}.")]
    errors = [each for each in own if each.error]
    return {
        "form": node, "signed": filed.signed, "sources": filed.text.sources(wanted, shell.locale()),
        "suggested": wanted, "secrets_set": frozenset(), "focus": filed.sheet.focus,
        "mistakes": [(f"field-{each.name}", each.text) for each in errors],
        "problems": {each.name: each.text for each in errors},
    }  # fmt: skip


# ---- versions


def steps(look: Look) -> tuple[Version | None, Version | None]:
    """Return what can be taken back and what can be done again: the newest ones, if they are about the look alone."""
    done, undone = journal.stacks(look.text.desk.versions(SHOP))
    back = done[-1] if done and is_look(done[-1]) and done[-1].after == look.opened.digest else None
    again = undone[-1] if undone and is_look(undone[-1]) and undone[-1].before == look.opened.digest else None
    return back, again


def is_look(version: Version) -> bool:
    """Tell whether a version changed nothing but the look."""
    if version.kind is not Kind.EDIT or not version.what:
        return False
    return all(each.partition(" ")[2].partition(".")[0] in LOOK for each in version.what)


def fields_of(look: Look) -> Field:
    """Return the fields of shop.yaml in the reader's language."""
    return ground.field(look.ground, filing.lang())
