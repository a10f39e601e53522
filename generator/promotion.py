"""A shop's promotions as frozen values: what a rule does, when it holds, and how it stands beside other rules.

Money is integer minor units of the shop's currency, shares are basis points (1,000 is 10 %), durations are seconds,
instants are ISO 8601 text in UTC.
"""

from enum import StrEnum

from generator.value import Text, Value


class PromotionKind(StrEnum):
    """What a promotion does."""

    PERCENT_OFF = "percent_off"
    AMOUNT_OFF = "amount_off"
    FIXED_PRICE = "fixed_price"
    FLASH_SALE = "flash_sale"
    TIERS = "tiers"
    NTH_ITEM = "nth_item"
    BUNDLE_PRICE = "bundle_price"
    GIFT = "gift"
    FREE_DELIVERY = "free_delivery"
    MEMBER_PRICE = "member_price"
    GROUP_BUY = "group_buy"
    REFERRAL = "referral"


class Customers(StrEnum):
    """Whom a promotion is for: everyone, people without an order yet, or members (told by their e-mail or phone)."""

    EVERYONE = "everyone"
    NEW = "new"
    MEMBERS = "members"


class Condition(Value, frozen=True, kw_only=True):
    """When a promotion holds; an empty list of products means all of them.

    ``products`` are the handles that are written down and those on the shelves that are written down, without
    ``without``. ``minimum_amount`` and ``minimum_quantity`` count the items that the promotion is about. ``rooms``
    are live rooms that the buyer must come from.
    """

    starts_at: str | None = None
    ends_at: str | None = None
    products: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    minimum_amount: int = 0
    minimum_quantity: int = 0
    customers: Customers = Customers.EVERYONE
    rooms: tuple[str, ...] = ()


class PromotionLimit(Value, frozen=True, kw_only=True):
    """How often a promotion is given: orders in all, orders a customer, pieces an order, and pieces a customer."""

    total: int | None = None
    per_customer: int | None = None
    pieces_per_order: int | None = None
    pieces_per_customer: int | None = None


class Tier(Value, frozen=True, kw_only=True):
    """From this amount or quantity on: a share, an amount off, or a gift. ``every`` repeats it (每满减)."""

    amount: int = 0
    quantity: int = 0
    percent: int = 0
    off: int = 0
    gift: str = ""
    every: bool = False


class BundleItem(Value, frozen=True, kw_only=True):
    """A product (any variant) or a sku of a bundle, and how many of it."""

    product: str = ""
    sku: str = ""
    quantity: int = 1


class Coupon(Value, frozen=True, kw_only=True):
    """A promotion that must be asked for by a code.

    ``code`` is public; without it each code of a batch (made by ``shopwright coupons``) is good once. Codes are
    compared by ``coupon_codes.plain``. Pages offer a coupon that is ``shown``; a buyer may take it from
    ``receive_from`` to ``receive_until``; it holds ``valid_days`` after that, if given.
    """

    code: str = ""
    shown: bool = False
    receive_from: str | None = None
    receive_until: str | None = None
    valid_days: int | None = None


class Group(Value, frozen=True, kw_only=True):
    """A group-buy: so many buyers within so many seconds, else everybody gets their money back."""

    size: int
    seconds: int


class Promotion(Value, frozen=True, kw_only=True):
    """One rule; which of the effect's fields count depends on its kind.

    ``priority``: higher ones are tried first. ``stacks_with``: ids of promotions it may stand beside on one line or
    order, ``*`` for all; an empty list stands alone. Both sides must allow it. A ``paused`` one is left out of the
    shop until it goes on.
    """

    id: str
    name: Text
    kind: PromotionKind
    when: Condition = Condition()
    priority: int = 0
    stacks_with: tuple[str, ...] = ()
    limit: PromotionLimit = PromotionLimit()
    coupon: Coupon | None = None
    percent: int = 0
    off: int = 0
    price: int | None = None
    prices: dict[str, int] = {}
    stock: int | None = None
    tiers: tuple[Tier, ...] = ()
    nth: int = 0
    items: tuple[BundleItem, ...] = ()
    gift: str = ""
    gifts: int = 1
    delivery: tuple[str, ...] = ()
    group: Group | None = None
    paused: bool = False
