"""The promotions of the shop's text as it is now, published or not, each with its place in the file and its figures."""

from collections.abc import Mapping
from typing import Any

import msgspec

from generator import report
from generator.loading import promoting as written
from generator.loading.draft import Draft
from generator.promotion import Promotion, PromotionKind
from generator.source.inventory import SHOP
from runtime.web.areas import filing, shop_text
from runtime.web.areas.promotions import effects
from runtime.web.areas.shop_text import ShopText
from runtime.web.areas.telling import Teller
from runtime.worklist.promoted import Figure

LIST = "promotions"
_NOTHING = Figure()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One promotion: its index in the list of shop.yaml, what is written there, and what it was read as."""

    index: int
    said: Mapping[str, Any]
    promotion: Promotion
    figure: Figure = _NOTHING

    @property
    def id(self) -> str:
        """Return its id."""
        return self.promotion.id

    @property
    def is_coupon(self) -> bool:
        """Tell whether it is asked for by a code."""
        return self.promotion.coupon is not None

    @property
    def has_codes(self) -> bool:
        """Tell whether its codes are made in batches, each good once."""
        coupon = self.promotion.coupon
        return coupon is not None and not coupon.code and self.promotion.kind is not PromotionKind.REFERRAL

    @property
    def code(self) -> str:
        """Return its public code, '' for none."""
        return self.promotion.coupon.code if self.promotion.coupon else ""


def entries(draft: Draft, figures: Mapping[str, Figure] | None = None) -> list[Entry]:
    """Return all promotions that can be read, in the order of the file."""
    known = figures or {}
    return [
        Entry(index=index, said=said, promotion=each, figure=known.get(each.id, _NOTHING))
        for each, (index, said) in zip(draft.shop.promotions, written.readable(draft.tree), strict=True)
    ]


def unread(text: ShopText, found: list[Entry]) -> int:
    """Return how many entries of the list cannot be read at all: they lack an id or a kind."""
    listed = text.data.get(LIST)
    return max(0, len(listed) - len(found)) if isinstance(listed, list) else 0


def find(text: ShopText, name: str) -> Entry | None:
    """Return a promotion by its id."""
    return next((each for each in entries(shop_text.draft(text)) if each.id == name), None)


def index_of(data: Any, name: str) -> int | None:  # noqa: ANN401  whatever the file has there
    """Return where a promotion stands in the data of shop.yaml, which may be another state of it."""
    listed = data.get(LIST) if isinstance(data, dict) else None
    rows = listed if isinstance(listed, list) else []
    return next((at for at, each in enumerate(rows) if isinstance(each, dict) and each.get("id") == name), None)


def ids(data: Any) -> set[str]:  # noqa: ANN401  as above
    """Return the ids that promotions have."""
    listed = data.get(LIST) if isinstance(data, dict) else None
    return {str(each.get("id")) for each in listed or () if isinstance(each, dict)}


def row(entry: Entry, teller: Teller) -> dict[str, Any]:
    """Return a promotion as a list shows it."""
    promotion, figure = entry.promotion, entry.figure
    where = effects.state(promotion, teller.here.now)
    gone = where == "runs" and effects.is_gone(promotion, figure.held, figure.pieces)
    return {
        "id": entry.id,
        "name": effects.name(promotion),
        "kind": str(promotion.kind),
        "coupon": entry.is_coupon,
        "code": entry.code,
        "does": effects.told(promotion, teller),
        "whom": effects.whom(promotion, teller),
        "period": effects.period(promotion, teller),
        "state": "gone" if gone else where,
        "where": where,
        "tone": effects.TONES["gone" if gone else where],
        "orders": figure.orders,
        "held": figure.held,
        "takings": teller.money(figure.takings) if figure.orders else "",
        "given": teller.money(figure.given) if figure.given else "",
        "limit": limit(entry),
    }


def limit(entry: Entry) -> dict[str, int] | None:
    """Return how much of a promotion is left: pieces of a flash sale, or orders in all; None where nothing counts."""
    promotion, figure = entry.promotion, entry.figure
    if promotion.stock is not None:
        return _left("pieces", figure.pieces, promotion.stock)
    total = promotion.limit.total
    return _left("orders", figure.held, total) if total is not None else None


def _left(what: str, taken: int, whole: int) -> dict[str, Any]:
    left = max(0, whole - taken)
    return {
        "what": what,
        "taken": min(taken, whole),
        "whole": whole,
        "left": left,
        "share": 100 * (whole - left) // whole,
    }


def broken(text: ShopText) -> list[str]:
    """Return what is wrong with shop.yaml where it has to be mended by hand before anything can be changed."""
    opened = text.desk.open(SHOP)
    if opened.writable:
        return []
    lines = [(each, report.tell(each, filing.lang()).message) for each in opened.problems]
    return [f"{SHOP}:{each.mark.line if each.mark else 1} {told}" for each, told in lines]
