"""Who links to a product, shelf or page, and what becomes of those links when it goes or moves."""

import math
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from generator import check, clock
from generator.editing import applying
from generator.editing.change import Change, Path, Remove, Set
from generator.editor import Opened
from generator.problems import Problem, Severity
from generator.rules import depending
from generator.source.events import Data
from generator.source.inventory import SHOP, TABLE
from generator.theming import templates
from generator.value import Value
from runtime.web.areas import shop_text
from runtime.web.areas.shop_text import ShopText

_ABOUT_WAYS = frozenset({"redirect-chain", "redirect-loop"})
_LISTED = ("shelves/", "live/")
"""Files whose lists may be empty."""


class Mention(Value, frozen=True, kw_only=True):
    """One place that names a thing: ``link`` is how, where it is a link."""

    file: str
    path: Path
    kind: str
    handle: str
    link: str = ""


class Plan(msgspec.Struct, frozen=True):
    """What is written where: files as they were opened with their changes, and what nobody but a person can change."""

    edits: list[tuple[Opened, list[Change]]]
    left: tuple[Mention, ...] = ()


def find(text: ShopText, kind: str, handle: str) -> list[Mention]:
    """Return every place that names a thing: what ``check`` would complain about without it."""
    found: dict[tuple[object, ...], Mention] = {}
    for each in depending.missed(shop_text.draft(text), kind, handle):
        link = str(each.values.get("link", ""))
        if each.path[:1] == ("promotions",) and any(one.path[:2] == each.path[:2] for one in found.values()):
            continue
        found[each.file, each.path, link] = Mention(
            file=each.file, path=each.path, kind=kind, handle=handle, link=link
        )  # fmt: skip
    return list(found.values())


def plan(text: ShopText, found: Sequence[Mention], target: str = "", *, moved: bool = False) -> Plan:
    """Return what takes all mentions away, or lets them name ``target``; where the thing only moved, all of them."""
    edits: list[tuple[Opened, list[Change]]] = []
    left: list[Mention] = []
    for file in dict.fromkeys(each.file for each in found):
        opened = text.desk.open(file)
        data, changes = opened.data, list[Change]()
        for each in sorted((one for one in found if one.file == file), key=_from_the_end):
            made = _change(each, data, target, moved=moved) if opened.writable and file != TABLE else None
            if made is None:
                left.append(each)
            else:
                changes.append(made)
                data = applying.applied(data, made)
        if changes:
            edits.append((opened, changes))
    return Plan(edits, tuple(left))


def redirected(text: ShopText, kind: str, handle: str, target: str) -> list[Change]:
    """Return the changes of shop.yaml that lead from a thing's address in every language to a link."""
    locales = text.base.locales
    prefixes = ["", *(f"/{each}" for each in locales[1:])]
    return [
        Set(("redirects", templates.address(prefix, kind, handle)), in_language(target, prefix, locales))
        for prefix in prefixes
    ]


def in_language(target: str, prefix: str, locales: Sequence[str]) -> str:
    """Return a link as it leads to a place in the language whose addresses begin with a prefix."""
    kind, colon, rest = target.partition(":")
    if not prefix:
        return target
    if colon and kind in templates.KINDS:
        handle, mark, part = rest.partition("#")
        return templates.address(prefix, kind, handle) + mark + part
    if target.startswith("/") and not target.startswith("//") and target.split("/")[1] not in locales:
        return prefix + target
    return target


def worse(text: ShopText, opened: Opened, changes: Sequence[Change]) -> list[Problem]:
    """Return what would be wrong with shop.yaml after some changes, and is not now."""
    wanted = text.desk.preview(SHOP, opened.digest, changes).text
    known = {(each.code, str(each.values)) for each in shop_text.examine(text.folder).problems}
    checked, _ = check.check_text(text.folder, wanted, clock.now())
    return [
        each
        for each in checked.problems
        if (each.severity is Severity.ERROR or each.code in _ABOUT_WAYS) and (each.code, str(each.values)) not in known
    ]


def rewritten(text: str, link: str, target: str) -> str:
    """Return a Markdown text in which a link leads elsewhere, or only its words are left."""
    where = re.compile(rf"(!?)\[([^\]\[\n]*)\]\(\s*<?{re.escape(link)}>?(\s+[^)\n]*)?\)")
    if target:
        new = _kept(link, target)
        return where.sub(lambda found: f"{found[1]}[{found[2]}]({new}{found[3] or ''})", text)
    return where.sub(lambda found: found[2], text)


def _from_the_end(mention: Mention) -> tuple[float, ...]:
    """Order mentions so that taking one away moves none that is still to come: the last and the deepest first."""
    return (*(-step for step in mention.path if isinstance(step, int)), math.inf)


def _change(mention: Mention, data: Data, target: str, *, moved: bool) -> Change | None:
    path = mention.path
    value = applying.find(data, path) if applying.has(data, path) else None
    if not isinstance(value, str):
        return None
    if mention.link and value != mention.link:
        written = rewritten(value, mention.link, target)
        return Set(path, written) if written != value else None
    if mention.link:
        return Set(path, _kept(mention.link, target)) if target else _without_link(path, data)
    return _named(mention, data, target, moved=moved)


def _named(mention: Mention, data: Data, target: str, *, moved: bool) -> Change | None:
    """Return the change of a bare name: of the next one of its kind, or away from its list."""
    path, (kind, _, handle) = mention.path, target.partition(":")
    same = kind == mention.kind
    if path[0] == "promotions" and not moved:
        return None  # An empty list there means every product.
    if not isinstance(path[-1], int):
        return Set(path, handle) if same else (None if target else Remove(path))
    listed = applying.find(data, path[:-1])
    if same and handle not in listed:
        return Set(path, handle)
    return Remove(path[:-1]) if len(listed) == 1 and not mention.file.startswith(_LISTED) else Remove(path)


def _without_link(path: Path, data: Data) -> Change | None:
    """Return the change that takes a link away: in a menu with its entry, unless others stand below it."""
    if path[0] != "menu":
        return Remove(path)
    entry = applying.find(data, path[:-1])
    if entry.get("items"):
        return None
    listed: Any = applying.find(data, path[:-2])
    return Remove(path[:-2]) if len(listed) == 1 else Remove(path[:-1])


def _kept(old: str, target: str) -> str:
    """Return a new link with the place on the page that the old one led to, where both name a page."""
    return target + old[old.index("#") :] if "#" in old and "#" not in target and "://" not in target else target
