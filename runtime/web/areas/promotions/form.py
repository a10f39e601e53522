"""A promotion's form: what it shows, what it would come to, and what is wrong with that before anything is written."""

from typing import Any

import msgspec
from flask import Response, request
from werkzeug.datastructures import MultiDict

from generator import check, clock, promoting
from generator.check import Checked
from generator.editor import Merge, StaleError
from generator.loading.draft import Draft
from generator.problems import Problem, Severity
from generator.promotion import Promotion
from generator.source.inventory import SHOP
from runtime.access.roles import Permission
from runtime.console.forms.sheet import Given
from runtime.console.forms.showing import Shown
from runtime.web.areas import filing, shell, shop_text
from runtime.web.areas.filing import Filed
from runtime.web.areas.goods import choosing
from runtime.web.areas.goods import standing as goods_standing
from runtime.web.areas.promotions import effects, filling, kinds, law, trying
from runtime.web.areas.promotions.blueprint import AREA
from runtime.web.areas.promotions.sheet import NONE, PUBLIC, SINGLE, PromotionSheet, Where
from runtime.web.areas.promotions.standing import LIST
from runtime.web.areas.shop_text import ShopText
from runtime.web.areas.telling import Teller
from runtime.web.persons import Person
from runtime.web.visit import visit

PRODUCTS, WITHOUT = f"{LIST}.when.products", f"{LIST}.when.without"
_ALL = "*"
_REFUSED = 422
_MOST_VARIANTS = 40


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What shop.yaml would come to with a form: its problems, and everything that was read of it."""

    checked: Checked
    draft: Draft


def open_list(text: ShopText) -> Filed:
    """Open shop.yaml for a form of one of its promotions."""
    return filing.open_file(SHOP, text.field(filing.lang()), text, (LIST,))


def sheet(filed: Filed, where: Where, given: Given | None = None) -> PromotionSheet:
    """Return the form of a promotion; ``given`` is what was sent."""
    if given is None:
        return PromotionSheet(filed.field, where, filed.text.ground)
    kind = _kind(where, given)
    made, code = filling.filled(given, kind)
    found = PromotionSheet(filed.field, where, filed.text.ground, made)
    found.coupon = code if kinds.can_be_coupon(kind) else ""
    return found


def take(filed: Filed, person: Person) -> Filed:
    """Read the form that was sent; a product that was typed is put into its list."""
    return filing.take(filed, person, lambda given, _: choosing.put(given, filed, PRODUCTS))


def listed(filed: Filed) -> list[Any]:
    """Return the promotions as the form was opened with them."""
    found = filed.base.get(LIST) if isinstance(filed.base, dict) else None
    return found if isinstance(found, list) else []


def look(filed: Filed) -> Looked | None:
    """Return what the shop would come to with this form; None where somebody else wrote meanwhile."""
    changes = filed.sheet.changes()
    try:
        merge = Merge(request.form.get(filing.MERGE) or Merge.REFUSE)
        desk = filed.text.desk
        text = desk.preview(SHOP, filed.digest, changes, merge=merge).text if changes else filed.opened.text
    except (StaleError, *filing.HINDRANCES):
        return None
    checked, draft = check.check_text(filed.text.folder, text, clock.now())
    return Looked(checked=checked, draft=draft)


def wrong(found: Looked | None, filed: Filed) -> list[Problem]:
    """Return the errors of this promotion: as long as it has any it is not written."""
    if found is None or not isinstance(filed.sheet, PromotionSheet):
        return []
    own = filed.sheet
    return [each for each in found.checked.problems if each.severity is Severity.ERROR and own.is_about(each)]


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """What is beside a form: its address, title and kind, and the promotion's id ('' for a new one)."""

    url: str
    title: str
    kind: str
    template: str = "promotions/promotion.html"
    name: str = ""
    more: dict[str, Any] = msgspec.field(default_factory=dict)


def show(
    filed: Filed, person: Person, shown: Screen, *, status: int = 200, fault: str = "", found: Looked | None = None
) -> Response:
    """Show the form; with ``found`` what is wrong with it as it was sent, else with the file as it stands."""
    if fault:
        shop_text.forget()
    problems = _of(found, filed) if found is not None else None
    mistakes = filing.mistakes(filed) if problems is None else filed.sheet.place(problems, filing.lang())
    context = filing.context(filed, mistakes)
    teller = Teller(here=visit(), locale=shell.locale())
    at_hand = found or (look(filed) if filed.sent is not None else None)
    draft = at_hand.draft if at_hand is not None else shop_text.draft(filed.text)
    data = filed.sheet.data()
    data = data if isinstance(data, dict) else {}
    name = shown.name or str(data.get("id", ""))
    context |= _parts(context["form"], shown.kind, data, filed)
    context |= _beside(draft, name, teller, found)
    context |= {
        "title": shown.title, "url": shown.url, "action": shown.url, "kind": shown.kind, "name": shown.name,
        "fault": fault, "not_written": status == _REFUSED and problems is not None, "icon_name": kinds.icon(shown.kind),
        "zone": draft.shop.timezone, "may_edit": person.may(Permission.PROMOTIONS_EDIT) and filed.opened.writable,
        "goods_known": _goods(draft), "shelves_known": _shelves(draft), "rooms_known": _rooms(draft),
        "cards": _cards(context["form"], draft, teller), "currency": draft.ground.currency,
        "variants": _variants(draft, name, teller),
        "others": [(each.id, effects.name(each)) for each in draft.shop.promotions if each.id != name],
        "made_id": _sent(filed).get("~made", ""),
        "methods": [(each.id, goods_standing.title(each.name, each.id)) for each in draft.shop.delivery],
    }  # fmt: skip
    return shell.screen(shown.template, context | shown.more, area=AREA, status=status)


def _of(found: Looked, filed: Filed) -> list[Problem]:
    """Return the problems of this promotion, warnings included."""
    own = filed.sheet
    return [each for each in found.checked.problems if isinstance(own, PromotionSheet) and own.is_about(each)]


def _kind(where: Where, given: Given) -> str:
    data = where.data
    said = data.get("kind") if isinstance(data, dict) else None
    return str(said or given.get(f"{LIST}.kind", ""))


def _parts(form: Shown, kind: str, data: dict[str, Any], filed: Filed) -> dict[str, Any]:
    """Return the fields by name, and which of the choices that are none of the file's own is taken."""
    (whole,) = form.nodes
    by = {each.name.removeprefix(f"{LIST}."): each for each in whole.nodes}
    cond = {each.name.removeprefix(f"{LIST}.when."): each for each in by["when"].nodes}
    for each in ("starts_at", "ends_at"):
        cond[each] = msgspec.structs.replace(cond[each], hint="")
    inside = tuple(
        msgspec.structs.replace(each, hint="") if each.name == f"{LIST}.coupon.code" else each
        for each in by["coupon"].nodes
    )
    by["coupon"] = msgspec.structs.replace(by["coupon"], nodes=inside)
    effect = kinds.effect(kind)
    ways = [each for each in effect.one_of if each in by]
    sent = _sent(filed)
    way = sent.get(filling.WAY) or next(
        (each for each in ways if data.get(each) not in (None, "", {})), ways[0] if ways else ""
    )
    said = data.get("when") or {}
    both = [each for each in ("products", "shelves") if said.get(each)]
    about = sent.get(filling.ABOUT) or ("both" if len(both) > 1 else (both[0] if both else "all"))
    stacks = data.get("stacks_with")
    known = {*effect.known, "id", "name", "kind", "coupon", "when", "priority", "stacks_with", "limit", "paused"}
    return {
        "whole": whole, "by": by, "cond": cond, "ways": ways, "way": way, "about": about,
        "both": len(both) > 1 or about == "both",
        "own": [by[each] for each in (*effect.needs, *effect.may) if each in by],
        "odd": [each for name, each in by.items() if name not in known and not each.hidden and each.filled],
        "coupon_way": sent.get(filling.CODE) or _coupon_way(data),
        "can_be_coupon": kinds.can_be_coupon(kind) or by["coupon"].filled,
        "for_whom": kinds.asks_for_whom(kind) or cond["customers"].filled,
        "pieces": effect.pieces,
        "stack": sent.get(filling.STACK) or ("all" if stacks == _ALL else ("some" if stacks else "none")),
        "free": {each.name: _free(each) for each in (cond["shelves"], *([by["prices"]] if "prices" in by else []))},
        "stacked": stacks if isinstance(stacks, list) else [],
        "group_problems": [*whole.problems], "group_warnings": [*whole.warnings], "group_hints": [*whole.hints],
    }  # fmt: skip


def _free(rows: Shown) -> int:
    """Return the first number that no new row of a list has."""
    used = [int(each.token[1:]) for each in rows.rows if each.token[:1] == "n" and each.token[1:].isdecimal()]
    return 1 + max(used, default=-1)


def _sent(filed: Filed) -> Given:
    return filed.sent if filed.sent is not None else MultiDict()


def _coupon_way(data: dict[str, Any]) -> str:
    if "coupon" not in data:
        return NONE
    said = data["coupon"]
    return PUBLIC if isinstance(said, dict) and (said.get("code") or said.get("show")) else SINGLE


def _beside(draft: Draft, name: str, teller: Teller, found: Looked | None) -> dict[str, Any]:
    """Return what stands beside the form: the law of prices, and a trial, where one was asked for."""
    shop = trying.shop_of(draft, name)
    rule: Promotion | None = next((each for each in shop.promotions if each.id == name), None)
    wanted = trying.asked(request.form, rule)
    tried = trying.panel(shop, wanted, teller, name) if found is not None and trying.TRY in request.form else None
    return {
        "law": law.look(draft, rule, teller) if rule is not None else None,
        "asked": wanted, "tried": tried, "tries": trying.choices(shop, teller), "focus_id": name,
    }  # fmt: skip


def _goods(draft: Draft) -> list[tuple[str, str]]:
    every = goods_standing.goods(draft)
    return [(each.handle, goods_standing.title(each.product.title, each.handle)) for each in every if each.product][
        :400
    ]


def _variants(draft: Draft, name: str, teller: Teller) -> list[dict[str, str]]:
    """Return the variants of the products that take part, to give each a price; none where they are too many."""
    rule = next((each for each in trying.shop_of(draft, name).promotions if each.id == name), None)
    about = [each for each in draft.products.values() if rule is not None and promoting.covers(rule, each.handle)]
    found = [
        {
            "sku": variant.sku,
            "title": " ".join([goods_standing.title(product.title, product.handle), *variant.options]),
            "price": teller.money(variant.price),
        }
        for product in about
        for variant in product.variants
    ]
    return found if len(found) <= _MOST_VARIANTS else []


def _shelves(draft: Draft) -> list[tuple[str, str]]:
    return [(handle, goods_standing.title(each.title, handle)) for handle, each in draft.shelves.items()]


def _rooms(draft: Draft) -> list[tuple[str, str]]:
    return [(handle, goods_standing.title(each.title, handle)) for handle, each in draft.rooms.items()]


def _cards(form: Shown, draft: Draft, teller: Teller) -> dict[str, dict[str, Any]]:
    """Return the products that are picked, as cards show them."""
    (whole,) = form.nodes
    cond = next(each for each in whole.nodes if each.name == f"{LIST}.when")
    picked = [each for each in cond.nodes if each.name in {PRODUCTS, WITHOUT}]
    wanted = {row.node.value for each in picked for row in each.rows}
    goods = [each for each in goods_standing.goods(draft) if each.handle in wanted]
    return {row["handle"]: row for row in goods_standing.rows(goods, teller)}
