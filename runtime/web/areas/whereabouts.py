"""Where a value of a shop's file stands, in words for people, and the screen on which it is changed."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from generator import fields
from generator.loading.draft import Draft
from generator.source.inventory import SHOP, TABLE
from generator.value import Value
from runtime.web.areas import filing, merging, shell, shop_text, targets
from runtime.web.areas.shop_text import ShopText

Path = tuple[str | int, ...]
_FILES = {"products": "product", "shelves": "shelf", "pages": "page", "live": "live"}
_SCREENS = {
    "product": "/console/products/<handle>", "shelf": "/console/shelves/<handle>", "page": "/console/pages/<handle>",
    "live": "/console/live/<handle>/edit",
}  # fmt: skip
_SECTION = "/console/look/<kind>/<where>"


class Spot(Value, frozen=True, kw_only=True):
    """One place: in which area, what it is there, and the address of its screen (empty: there is none)."""

    area: str
    words: str
    url: str = ""


def spot(file: str, path: Path, text: ShopText) -> Spot:
    """Return where a value of a file stands."""
    draft = shop_text.draft(text)
    if file == SHOP:
        return _in_shop(path, text, draft)
    if file == TABLE:
        return Spot(area=shell.say("forms.link.kind.product"), words=TABLE, url="/console/products")
    folder, _, name = file.partition("/")
    kind, handle = _FILES.get(folder, "page"), name.rpartition(".")[0]
    every: dict[str, Mapping[str, Any]] = {
        "product": draft.products, "shelf": draft.shelves, "page": draft.pages, "live": draft.rooms
    }  # fmt: skip
    values = every[kind]
    title = targets.title(values[handle].title, shell.locale()) if handle in values else ""
    below = merging.label(fields.of(kind, filing.lang()), path) if path else ""
    words = " › ".join(each for each in (title or handle, below) if each)
    return Spot(area=shell.say(f"forms.link.kind.{kind}"), words=words, url=_screen(kind, handle, path))


def _in_shop(path: Path, text: ShopText, draft: Draft) -> Spot:
    first = str(path[0]) if path else ""
    if first == "menu" and len(path) > 1:
        area = shell.say(f"pages.menus.{path[1]}")
        return Spot(area=area, words=_entries(path, draft.tree), url=f"/console/menus#{_anchor(path)}")
    if first == "redirects":
        old = str(path[1]) if len(path) > 1 else ""
        return Spot(area=shell.say("pages.redirects.title"), words=old, url=f"/console/redirects?q={quote(old)}")
    if first in {"home", "layouts", "theme"}:
        return _in_look(path, draft)
    if first == "promotions" and len(path) > 1:
        said = draft.tree["promotions"][path[1]]
        name = said.get("name", said.get("id", ""))
        shown = targets.title(name, shell.locale()) if isinstance(name, dict) else str(name)
        return Spot(area=shell.say("office.area.promotions"), words=shown, url=_opened("/console/promotions"))
    field = text.field(filing.lang())
    part = next((each.part for each in field.fields if each.key == first), "")
    title = next((each.title for each in field.parts if each.name == part), shell.say("office.area.settings"))
    url = f"/console/settings/{part}#{_anchor(path)}" if part else ""
    named = path[:-1] if path[-1:] and path[-1] in draft.ground.locales else path
    return Spot(area=title, words=merging.label(field, named), url=url)


def _in_look(path: Path, draft: Draft) -> Spot:
    """Return the place of a setting of a section, of a block, or of the theme."""
    home = path[0] == "home"
    kind = "home" if home else ("theme" if path[0] == "theme" else str(path[1] if len(path) > 1 else ""))
    area, rest = shell.say(f"pages.look.{kind}"), list(path[1:] if home else path[2:])
    if kind == "theme" or not rest:
        setting = next((each for each in draft.offer.settings if each.id in path[1:]), None)
        words = _said(setting.label) if setting else str(path[-1])
        return Spot(area=area, words=words, url=_opened("/console/look"))
    listed: Any = draft.tree.get("home") if home else draft.tree["layouts"][kind]
    section = listed[rest[0]]
    sidecar = draft.offer.sections.get(section.get("section", ""))
    words = f"{int(rest[0]) + 1}. {_said(sidecar.label) if sidecar else section.get('section', '')}"
    at = str(rest[0])
    if rest[1:2] == ["blocks"] and len(rest) > 2:  # noqa: PLR2004  a section, its blocks, and which of them
        at = f"{at}.{rest[2]}"
        block = draft.offer.blocks.get(section["blocks"][rest[2]].get("block", ""))
        words += f" › {int(rest[2]) + 1}. {_said(block.label) if block else ''}"
    exact = f"/console/look/{kind}/{at}#{_anchor(path)}"
    screen = exact if shell.opens(_SECTION) else _opened("/console/look")
    return Spot(area=area, words=words, url=screen)


def _entries(path: Path, tree: Mapping[str, Any]) -> str:
    """Return the labels of the menu entries on the way to a value."""
    found, now = [], tree.get("menu") or {}
    for step in path[1:]:
        try:
            now = now[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(step, int) and isinstance(now, dict):
            label = now.get("label", "")
            found.append(targets.title(label, shell.locale()) if isinstance(label, dict) else str(label))
    return " › ".join(each for each in found if each)


def _said(words: Mapping[str, str]) -> str:
    return words.get(filing.lang(), words.get("en", ""))


def _screen(kind: str, handle: str, path: Sequence[str | int]) -> str:
    rule = _SCREENS[kind]
    return rule.replace("<handle>", handle) + (f"#{_anchor(path)}" if path else "") if shell.opens(rule) else ""


def _opened(path: str) -> str:
    return path if shell.opens(path) else ""


def _anchor(path: Sequence[str | int]) -> str:
    """Return the id of the box that a form has for a value."""
    return "field-" + ".".join(map(str, path))
