"""The kinds of promotions as a merchant chooses among them, and which parts of the form each of them has."""

import msgspec

from generator.promotion import PromotionKind
from generator.rules.effects import EFFECTS, Effect


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One card of the picker: a kind, as a coupon or for everybody; ``name`` is what its words are called."""

    name: str
    kind: PromotionKind
    icon: str
    coupon: str = ""


ICONS = {
    PromotionKind.PERCENT_OFF: "percent", PromotionKind.AMOUNT_OFF: "minus", PromotionKind.FIXED_PRICE: "tag",
    PromotionKind.FLASH_SALE: "bolt", PromotionKind.TIERS: "steps", PromotionKind.NTH_ITEM: "copy",
    PromotionKind.BUNDLE_PRICE: "box", PromotionKind.GIFT: "gift", PromotionKind.FREE_DELIVERY: "truck",
    PromotionKind.MEMBER_PRICE: "star", PromotionKind.GROUP_BUY: "people", PromotionKind.REFERRAL: "megaphone",
}  # fmt: skip
PICKER = {
    "cheaper": ("percent_off", "amount_off", "fixed_price", "flash_sale"),
    "more": ("tiers", "nth_item", "bundle_price", "gift", "free_delivery"),
    "coupons": ("coupon", "codes"),
    "people": ("member_price", "group_buy", "referral"),
}
"""The cards in groups, by what a merchant is after."""
_COUPONS = {
    "coupon": Choice(name="coupon", kind=PromotionKind.AMOUNT_OFF, icon="ticket", coupon="public"),
    "codes": Choice(name="codes", kind=PromotionKind.AMOUNT_OFF, icon="key", coupon="single"),
}
_WAITS = frozenset({PromotionKind.GROUP_BUY, PromotionKind.REFERRAL})
"""Kinds that are asked for in a way of their own, so that no code is asked for as well."""


def find_choice(name: str) -> Choice | None:
    """Return a card of the picker by its name."""
    if name in _COUPONS:
        return _COUPONS[name]
    try:
        kind = PromotionKind(name)
    except ValueError:
        return None
    return Choice(name=name, kind=kind, icon=ICONS[kind])


def icon(kind: str, *, coupon: bool = False) -> str:
    """Return the icon of a promotion."""
    known = find_choice(kind)
    return "ticket" if coupon else (known.icon if known else "percent")


def effect(kind: str) -> Effect:
    """Return what a kind needs and takes; nothing for one that there is not."""
    known = find_choice(kind)
    return EFFECTS[known.kind] if known else Effect()


def can_be_coupon(kind: str) -> bool:
    """Tell whether a promotion of a kind may ask for a code."""
    return kind not in _WAITS


def asks_for_whom(kind: str) -> bool:
    """Tell whether it can be said for which customers a promotion of a kind is: some kinds say so themselves."""
    return kind not in {PromotionKind.MEMBER_PRICE, PromotionKind.REFERRAL}
