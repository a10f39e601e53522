"""Promotions, carts and circumstances for tests, in few words."""

from tills import product

from generator.promotion import Condition, Coupon, Customers, Promotion, PromotionKind, PromotionLimit
from runtime.promotions import Circumstances, Customer, Item

AT = "2026-11-22T12:00:00Z"
EARLIER, LATER = "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"
_CONDITION = set(Condition.__struct_fields__)
_LIMIT = set(PromotionLimit.__struct_fields__)


def rule(name, kind, **fields):
    """Return a promotion; conditions and limits are given beside its effect."""
    when = {key: fields.pop(key) for key in list(fields) if key in _CONDITION}
    when["customers"] = Customers(when.get("customers", "everyone"))
    limit = {key: fields.pop(key) for key in list(fields) if key in _LIMIT}
    code = fields.pop("code", None)
    return Promotion(
        id=name, name={"en": name.title(), "zh-CN": name}, kind=PromotionKind(kind), when=Condition(**when),
        limit=PromotionLimit(**limit), coupon=Coupon(code=code) if code is not None else None, **fields,
    )  # fmt: skip


def item(handle, price=1000, quantity=1, **more):
    made = product(handle, price, **more)
    return Item(product=made, variant=made.variants[0], quantity=quantity)


def here(*asked, **more):
    return Circumstances(now=AT, asked=asked, **more)


MEMBER = Customer(known=True, member=True)
NEWCOMER = Customer(known=True, new=True)
KNOWN = Customer(known=True)
