"""Trying promotions, saved or not: on a cart that the merchant puts together, and on orders of the past."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from werkzeug.datastructures import MultiDict

from generator import promoting, regions
from generator.loading import promoting as written
from generator.loading.assembly import stocked
from generator.loading.draft import Draft
from generator.promotion import Promotion, PromotionKind
from generator.shop import Product, Shop, Variant
from runtime import orders, trials, words
from runtime.promotions import Step
from runtime.trials import Compared, Example, Tried
from runtime.web.areas.goods import standing as goods_standing
from runtime.web.areas.promotions import effects
from runtime.web.areas.telling import Teller

TRY = "~try"
SKU, PIECES = "~sku", "~pieces"
_MOST_LINES, _ROWS, _MOST_PIECES = 12, 3, 9999
_LONGEST = 100
_PAST = (20, 100, 500)
_SHOWN = 12
_MOST_SKUS = 400
_FIRST, _LAST = 2000, 2200
_CUSTOMERS = ("", "new", "known", "member")
_GOOD = frozenset({"promotion", "promotion-delivery", "promotion-gift"})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be tried, as it was written."""

    lines: tuple[tuple[str, str], ...] = ()
    coupon: str = ""
    customer: str = ""
    room: str = ""
    to: str = ""
    at: str = ""
    alone: bool = False
    past: int = 0

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Return the lines with room for another one."""
        kept = [each for each in self.lines if each[0]]
        return [*kept, *[("", "")] * max(1, _ROWS - len(kept))][:_MOST_LINES]


def asked(given: MultiDict[str, str], focus: Promotion | None = None) -> Asked:
    """Read what is to be tried out of an address or a form."""
    skus, pieces = ([each.strip()[:_LONGEST] for each in given.getlist(name)] for name in (SKU, PIECES))
    lines = [(sku, pieces[at] if at < len(pieces) else "1") for at, sku in enumerate(skus[:_MOST_LINES])]
    past = given.get("~past", "")
    customer = given.get("~customer", "")
    usual = focus.id if focus and (focus.coupon or focus.kind is PromotionKind.REFERRAL) else ""
    return Asked(
        lines=tuple(lines),
        coupon=given.get("~with", usual)[:_LONGEST],
        customer=customer if customer in _CUSTOMERS else "",
        room=given.get("~room", "")[:_LONGEST],
        to=given.get("~to", "").strip()[:_LONGEST],
        at=given.get("~at", "")[:_LONGEST],
        alone=bool(given.get("~alone")),
        past=int(past) if past in {str(each) for each in _PAST} else 0,
    )


def shop_of(draft: Draft, focus: str = "") -> Shop:
    """Return what a trial needs of a shop that may have errors elsewhere; the tried promotion is not paused."""
    rules = tuple(
        msgspec.structs.replace(each, paused=False) if each.id == focus else each for each in draft.shop.promotions
    )
    rooms = {handle: room.promotions for handle, room in draft.rooms.items()}
    settled = written.settle(rules, draft.tree, stocked(draft), rooms)
    return msgspec.structs.replace(draft.shop, promotions=settled, products=draft.products)


def panel(shop: Shop, wanted: Asked, teller: Teller, focus: str = "") -> dict[str, Any]:
    """Return what a page shows of a trial: what was asked, carts with their traces, and past orders."""
    rule = next((each for each in shop.promotions if each.id == focus), None)
    moment = _moment(wanted, rule, teller)
    only = (focus,) if wanted.alone and focus else ()
    carts = _carts(shop, wanted, rule)
    examples = [_example(each, wanted, rule, moment) for each in carts]
    found = [trials.try_cart(shop, each, teller.here.now, only) for each in examples]
    return {
        "asked": wanted,
        "carts": [_shown(each, shop, teller) for each in found],
        "made_up": not any(sku for sku, _ in wanted.lines),
        "missing": bool(focus) and rule is None,
        "moment": teller.moment(effects.at(moment)) if moment else teller.moment(teller.here.now),
        "nowhere": bool(wanted.to) and regions.find_place(wanted.to) is None,
        "past": _past(shop, wanted.past, only, teller) if wanted.past else None,
    }


def choices(shop: Shop, teller: Teller) -> dict[str, Any]:
    """Return what can be chosen for a trial: products, coupons, live rooms."""
    variants = [(product, variant) for product in shop.products.values() for variant in product.variants]
    return {
        "skus": [(variant.sku, _title(product, variant)) for product, variant in variants[:_MOST_SKUS]],
        "coupons": [
            (each.id, f"{effects.name(each)}{f' · {each.coupon.code}' if each.coupon and each.coupon.code else ''}")
            for each in shop.promotions
            if each.coupon or each.kind is PromotionKind.REFERRAL
        ],
        "rooms": list(dict.fromkeys(room for each in shop.promotions for room in each.when.rooms)),
        "customers": [(each, teller.say(f"promotions.try.customer.{each or 'nobody'}")) for each in _CUSTOMERS],
        "pasts": _PAST,
    }


def _moment(wanted: Asked, rule: Promotion | None, teller: Teller) -> str:
    """Return when it is tried: as asked, else now, or when the tried promotion begins; before it is over."""
    try:
        local = datetime.fromisoformat(wanted.at).replace(tzinfo=teller.zone) if wanted.at else None
    except ValueError:
        local = None
    if local is not None and _FIRST <= local.year <= _LAST:
        return promoting.moment(local.astimezone(UTC))
    now = promoting.moment(teller.here.now)
    return "" if rule is None or promoting.runs(rule, now) else (rule.when.starts_at or "")


def _carts(shop: Shop, wanted: Asked, rule: Promotion | None) -> list[dict[str, int]]:
    """Return the cart that was put together, or two that show what the promotion does."""
    cart: dict[str, int] = {}
    for text, pieces in wanted.lines:
        if text:
            sku = _sku(shop, text)
            number = int(pieces) if pieces.isascii() and pieces.isdecimal() else 1
            cart[sku] = min(cart.get(sku, 0) + number, _MOST_PIECES)
    if cart:
        return [cart]
    if rule is not None and rule.kind is PromotionKind.BUNDLE_PRICE:
        whole = {_item_sku(shop, each.product, each.sku): each.quantity for each in rule.items}
        return [whole] if all(whole) else []
    covered = [
        each
        for each in shop.products.values()
        if each.variants and (rule is None or promoting.covers(rule, each.handle))
    ]
    skus = [_first(each, rule).sku for each in covered[:2]]
    if not skus:
        return []
    some = max(rule.nth if rule else 0, rule.when.minimum_quantity if rule else 0, 2)
    return [{skus[0]: 1}, {skus[0]: some, **dict.fromkeys(skus[1:], 1)}]


def _first(product: Product, rule: Promotion | None) -> Variant:
    named = [each for each in product.variants if rule is not None and each.sku in rule.prices]
    return (named or list(product.variants))[0]


def _item_sku(shop: Shop, handle: str, sku: str) -> str:
    product = shop.products.get(handle)
    return sku or (product.variants[0].sku if product and product.variants else "")


def _sku(shop: Shop, text: str) -> str:
    """Return the sku that somebody means by a sku, a handle or words of a title."""
    variants = {each.sku: each for product in shop.products.values() for each in product.variants}
    if text in variants:
        return text
    product = shop.products.get(text)
    if product is None:
        words_ = text.casefold().split()
        titled = ((each, "\n".join(each.title.values()).casefold()) for each in shop.products.values())
        product = next((each for each, title in titled if all(word in title for word in words_)), None)
    return product.variants[0].sku if product and product.variants else text


def _example(cart: dict[str, int], wanted: Asked, rule: Promotion | None, moment: str) -> Example:
    codes = [wanted.coupon] if wanted.coupon else []
    group = rule.id if rule is not None and rule.kind is PromotionKind.GROUP_BUY else ""
    room = wanted.room or (rule.when.rooms[0] if rule is not None and rule.when.rooms else "")
    meant = wanted.customer
    if not meant and rule is not None:
        meant = {"new": "new", "members": "member"}.get(str(rule.when.customers), "")
        meant = "new" if rule.kind is PromotionKind.REFERRAL else meant
    return Example(cart=cart, codes=tuple(codes), customer=meant, room=room, group=group, at=moment, to=wanted.to)


def _shown(tried: Tried, shop: Shop, teller: Teller) -> dict[str, Any]:
    known = {variant.sku: (product, variant) for product in shop.products.values() for variant in product.variants}
    lines = []
    for at, item in enumerate(tried.items):
        off = sum(each.shares[at] for each in tried.applied.discounts)
        lines.append(
            {
                "title": _title(item.product, item.variant),
                "pieces": item.quantity,
                "unit": teller.money(item.variant.price),
                "list": teller.money(item.amount) if off else "",
                "amount": teller.money(item.amount - off),
                "by": [
                    (_named(each.name), teller.money(-each.shares[at]))
                    for each in tried.applied.discounts
                    if each.shares[at]
                ],
            }
        )
    offers = [
        (
            goods_standing.title(each.method.name, each.method.id),
            teller.money(each.fee),
            teller.money(tried.total + each.fee),
        )
        for each in tried.offers
    ]
    return {
        "lines": lines,
        "gifts": [
            (_title(*known[each.sku]) if each.sku in known else each.sku, each.quantity) for each in tried.applied.gifts
        ],
        "goods": teller.money(tried.goods),
        "off": teller.money(tried.total - tried.goods) if tried.total != tried.goods else "",
        "total": teller.money(tried.total),
        "offers": offers,
        "steps": [_step(each, shop, teller) for each in tried.applied.trace],
        "unknown": tried.unknown,
    }


def _named(name: Any) -> str:  # noqa: ANN401  a text in several languages
    return goods_standing.title(name, "")


def _step(step: Step, shop: Shop, teller: Teller) -> tuple[bool, str]:
    return step.code in _GOOD, words.step(step, shop.currency, teller.locale, shop.timezone)


def _title(product: Product, variant: Variant) -> str:
    named = goods_standing.title(product.title, product.handle)
    return " ".join([named, *variant.options]) if variant.options else named


def _past(shop: Shop, number: int, only: Sequence[str], teller: Teller) -> dict[str, Any]:
    """Return what would have become of the newest orders."""
    found = [
        each for each in orders.listing(teller.here.database, None, number) if each.quote.currency == shop.currency
    ]
    compared = trials.compare(shop, found, only)
    changed = sorted(
        (each for each in compared if each.before != each.after), key=lambda each: each.before - each.after
    )
    return {
        "count": len(compared),
        "changed": len(changed),
        "before": teller.money(sum(each.before for each in compared)),
        "after": teller.money(sum(each.after for each in compared)),
        "more": teller.money(sum(each.after - each.before for each in compared)),
        "rows": [_compared(each, teller) for each in changed[:_SHOWN]],
        "rest": max(0, len(changed) - _SHOWN),
    }


def _compared(each: Compared, teller: Teller) -> dict[str, str]:
    return {
        "number": each.number,
        "goods": teller.money(each.goods),
        "before": teller.money(each.before),
        "after": teller.money(each.after),
    }
