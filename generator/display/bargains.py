"""Promotions in words: what a product's page and card say about those that hold without a code, and coupons to take."""

import re
from collections.abc import Callable, Iterator

from generator import crossing, money, promoting
from generator.display.edition import Edition
from generator.display.phrases import phrase
from generator.promotion import Customers, Promotion, PromotionKind, Tier
from generator.shop import LiveRoom, Product, Variant
from generator.views import BargainView

_MOST_TAGS = 2
_WHOLE = 10_000
_HOUR = 3600
_CENTS = re.compile(r"[.,]0+(?!\d)")
_LOUD = (PromotionKind.FLASH_SALE, PromotionKind.GROUP_BUY)


def relevant(edition: Edition, product: Product) -> list[Promotion]:
    """Return the promotions that a page of a product speaks of now, the most important first."""
    if not edition.now or not edition.shop.promotions:
        return []
    found = edition.told.get(product.handle)
    if found is None:
        told = [each for each in edition.shop.promotions if _is_told(each, product, edition.now)]
        told.sort(key=lambda each: (each.kind not in _LOUD, each.coupon is not None, -each.priority))
        found = edition.told[product.handle] = told
    return found


def _is_told(promotion: Promotion, product: Product, now: str) -> bool:
    if promotion.when.rooms or not _is_about(promotion, product):
        return False
    if promotion.coupon is not None:
        return is_offered(promotion, now)
    return promoting.runs(promotion, now) or is_announced(promotion, now)


def is_offered(promotion: Promotion, now: str) -> bool:
    """Tell whether a coupon may be taken now: it is shown, its time to be taken has come, and it is not over."""
    coupon = promotion.coupon
    return (
        coupon is not None
        and coupon.shown
        and bool(coupon.code)
        and (coupon.receive_from or "") <= now
        and (coupon.receive_until is None or now < coupon.receive_until)
        and (promotion.when.ends_at is None or now < promotion.when.ends_at)
    )


def is_announced(promotion: Promotion, now: str) -> bool:
    """Tell whether a flash sale that has not begun is announced already."""
    since = crossing.announced(promotion)
    return since is not None and since <= now < (promotion.when.starts_at or "")


def _is_about(promotion: Promotion, product: Product) -> bool:
    if promotion.kind is PromotionKind.BUNDLE_PRICE:
        skus = {each.sku for each in product.variants}
        return any(item.product == product.handle or item.sku in skus for item in promotion.items)
    return promoting.covers(promotion, product.handle)


def views(edition: Edition, product: Product) -> tuple[BargainView, ...]:
    """Return what a product's own page says about its promotions."""
    return tuple(_view(edition, each, product) for each in relevant(edition, product))


def tags(edition: Edition, product: Product) -> tuple[str, ...]:
    """Return a few words for a product's card: what it is about beyond the price that stands there anyway."""
    found = []
    for each in relevant(edition, product):
        beside = promoting.is_shown(each) or each.coupon is not None or each.kind is PromotionKind.REFERRAL
        if not beside and promoting.runs(each, edition.now):
            found.append(next(iter(_lines(edition, each, product))))
    return tuple(found[:_MOST_TAGS])


def of_room(edition: Edition, room: LiveRoom) -> Iterator[BargainView]:
    """Return the coupons that are given away in a live room only."""
    bag = [product for handle in room.products if (product := edition.shop.products.get(handle))]
    for each in edition.shop.promotions:
        if room.handle in each.when.rooms and is_offered(each, edition.now):
            about = next((product for product in bag if _is_about(each, product)), None)
            if about is not None:
                yield _view(edition, each, about)


def loud(edition: Edition, product: Product) -> str:
    """Return the key of the badge that a running flash sale or group-buy gives a product; empty without one."""
    running = [each for each in relevant(edition, product) if each.coupon is None]
    kinds = {each.kind for each in running if promoting.runs(each, edition.now)}
    return next((kind.value for kind in _LOUD if kind in kinds), "")


def _view(edition: Edition, promotion: Promotion, product: Product) -> BargainView:
    lines = list(_lines(edition, promotion, product))
    when, coupon = promotion.when, promotion.coupon
    return BargainView(
        id=promotion.id,
        kind=promotion.kind.value,
        name=edition.text(promotion.name),
        lines=tuple(lines),
        notes=tuple(_notes(edition, promotion)),
        starts_at=when.starts_at if when.starts_at and when.starts_at > edition.now else "",
        ends_at=when.ends_at or "",
        code=coupon.code if coupon else "",
    )


def _lines(edition: Edition, promotion: Promotion, product: Product) -> Iterator[str]:
    if promotion.kind is PromotionKind.TIERS:
        yield from (_tier(edition, each) for each in promotion.tiers)
        return
    yield _for_whom(edition, promotion, _from(edition, promotion, _what(edition, promotion, product)))


def _money(edition: Edition, amount: int) -> str:
    """Write an amount as people say it: ¥299 and not ¥299.00."""
    text, whole = edition.price(amount), 10 ** money.exponent(edition.shop.currency)
    return _CENTS.sub("", text) if whole > 1 and amount % whole == 0 else text


def _say(edition: Edition, key: str, **values: object) -> str:
    return phrase(key, edition.locale, **values)


def share(edition: Edition, percent: int) -> str:
    """Say a share that is taken off, as people do: 10% off, 9 折."""
    if percent >= _WHOLE:
        return _say(edition, "bargain_free")
    kept = _plain((_WHOLE - percent) / 1000)
    return _say(edition, "bargain_percent", percent=_plain(percent / 100), kept=kept)


def _plain(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _effect(edition: Edition, percent: int, off: int) -> str:
    return share(edition, percent) if percent else _say(edition, "bargain_off", amount=_money(edition, off))


def _tier(edition: Edition, tier: Tier) -> str:
    what = _gift(edition, tier.gift, 1) if tier.gift else _effect(edition, tier.percent, tier.off)
    if tier.quantity:
        key = "bargain_every_pieces" if tier.every else "bargain_from_pieces"
        return _say(edition, key, what=what, n=tier.quantity)
    key = "bargain_every" if tier.every else "bargain_from"
    return _say(edition, key, what=what, amount=_money(edition, tier.amount))


def _from(edition: Edition, promotion: Promotion, what: str) -> str:
    when = promotion.when
    if when.minimum_amount:
        what = _say(edition, "bargain_from", what=what, amount=_money(edition, when.minimum_amount))
    if when.minimum_quantity > 1:
        what = _say(edition, "bargain_from_pieces", what=what, n=when.minimum_quantity)
    return what


def _for_whom(edition: Edition, promotion: Promotion, what: str) -> str:
    if promotion.when.customers is Customers.NEW:
        return _say(edition, "bargain_new", what=what)
    if promotion.when.customers is Customers.MEMBERS:
        return _say(edition, "bargain_members", what=what)
    if promotion.kind is PromotionKind.REFERRAL:
        return _say(edition, "bargain_referral", what=what)
    return what


def _what(edition: Edition, promotion: Promotion, product: Product) -> str:
    make = _SAID.get(promotion.kind)
    return make(edition, promotion, product) if make else _effect(edition, promotion.percent, promotion.off)


def _given(edition: Edition, promotion: Promotion, product: Product) -> str:
    del product
    return _gift(edition, promotion.gift, promotion.gifts)


def _delivered(edition: Edition, promotion: Promotion, product: Product) -> str:
    del product
    names = [edition.text(each.name) for each in edition.shop.delivery if each.id in promotion.delivery]
    free = _say(edition, "bargain_delivery")
    return f"{free} ({', '.join(names)})" if names else free


def _nth(edition: Edition, promotion: Promotion, product: Product) -> str:
    del product
    what = _effect(edition, promotion.percent, promotion.off)
    if promotion.price is not None:
        what = _money(edition, promotion.price)
    return _say(edition, "bargain_nth", n=promotion.nth, what=what)


def _group(edition: Edition, promotion: Promotion, product: Product) -> str:
    size = promotion.group.size if promotion.group else 0
    return _say(edition, "bargain_group", n=size, what=_piece(edition, promotion, product))


def _price(promotion: Promotion, variant: Variant) -> int:
    return promoting.piece_price(promotion, variant.sku, variant.price)


def _piece(edition: Edition, promotion: Promotion, product: Product) -> str:
    """Say what a piece costs by a promotion: the share that is taken off, or the lowest price of the variants."""
    if promotion.percent:
        return share(edition, promotion.percent)
    prices = [_price(promotion, each) for each in product.variants]
    price = _money(edition, min(prices))
    return price if len(set(prices)) == 1 else _say(edition, "from", price=price)


def _gift(edition: Edition, sku: str, count: int) -> str:
    product = edition.by_sku.get(sku)
    title = edition.text(product.title) if product else sku
    return _say(edition, "bargain_gift", gift=title if count == 1 else f"{title} × {count}")


def _bundle(edition: Edition, promotion: Promotion, product: Product) -> str:
    own = {each.sku for each in product.variants}
    others = []
    for item in promotion.items:
        other = edition.by_sku.get(item.sku) if item.sku else edition.shop.products.get(item.product)
        mine = item.product == product.handle or item.sku in own
        count = item.quantity - mine
        if other is not None and count > 0:
            title = edition.text(other.title)
            others.append(title if count == 1 else f"{title} × {count}")
    what = _money(edition, promotion.price) if promotion.price is not None else ""
    what = what or _effect(edition, promotion.percent, promotion.off)
    return _say(edition, "bargain_bundle", others=" + ".join(others), what=what)


def _notes(edition: Edition, promotion: Promotion) -> Iterator[str]:
    limit = promotion.limit
    if promotion.group:
        yield _say(edition, "bargain_hours", n=promotion.group.seconds // _HOUR)
    if promotion.stock is not None:
        yield _say(edition, "bargain_stock", n=promotion.stock)
    if limit.total is not None:
        yield _say(edition, "bargain_total", n=limit.total)
    if limit.pieces_per_order is not None:
        yield _say(edition, "bargain_per_order", n=limit.pieces_per_order)
    if limit.pieces_per_customer is not None:
        yield _say(edition, "bargain_pieces_each", n=limit.pieces_per_customer)
    if limit.per_customer is not None:
        key = "bargain_once" if limit.per_customer == 1 else "bargain_orders_each"
        yield _say(edition, key, n=limit.per_customer)
    if promotion.coupon and promotion.coupon.valid_days:
        yield _say(edition, "bargain_days", n=promotion.coupon.valid_days)


_SAID: dict[PromotionKind, Callable[[Edition, Promotion, Product], str]] = {
    PromotionKind.GIFT: _given,
    PromotionKind.FREE_DELIVERY: _delivered,
    PromotionKind.NTH_ITEM: _nth,
    PromotionKind.BUNDLE_PRICE: _bundle,
    PromotionKind.GROUP_BUY: _group,
    PromotionKind.FIXED_PRICE: _piece,
    PromotionKind.FLASH_SALE: _piece,
    PromotionKind.MEMBER_PRICE: _piece,
}
