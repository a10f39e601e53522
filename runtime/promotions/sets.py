"""Sets of pieces: every nth one cheaper, and bundles that have a price of their own."""

from collections.abc import Mapping

from generator import money, promoting
from generator.promotion import BundleItem, Promotion, PromotionKind
from runtime.promotions import levels
from runtime.promotions.plans import Part, Plan, Planner
from runtime.promotions.sheet import Portion, Sheet, count


def _dearest(sheet: Sheet, portions: list[Portion]) -> list[Portion]:
    """Return portions from the dearest piece to the cheapest, equal ones by sku."""
    place = {id(portion): index for index, portion in enumerate(sheet.portions)}
    return sorted(portions, key=lambda portion: (-portion.unit, portion.line, place[id(portion)]))


def plan_nth(sheet: Sheet, promotion: Promotion, left: int) -> Plan | None:
    """Lay the pieces out from the dearest to the cheapest: of every n of them the last becomes cheaper."""
    size = promotion.nth
    portions = _dearest(sheet, sheet.open_to(promotion))
    groups = min(count(portions) // size, left) if size else 0
    if not groups or levels.minimum(promotion, sheet):
        return None
    parts, seen = [], 0
    for portion in portions:
        begin, end = seen, min(seen + portion.quantity, groups * size)
        seen += portion.quantity
        if begin >= end:
            break
        cheaper = end // size - begin // size
        sku = sheet.items[portion.line].variant.sku
        saving = portion.unit - promoting.piece_price(promotion, sku, portion.unit)
        parts.append(Part(portion, end - begin, cheaper * saving))
    plan = Plan(promotion=promotion, parts=parts, pieces=groups)
    return plan if plan.saving else None


class _Bundles:
    """Forms bundles of the dearest pieces until one would save nothing."""

    def __init__(self, sheet: Sheet, promotion: Promotion) -> None:
        self._sheet = sheet
        self._promotion = promotion
        self._open = _dearest(sheet, sheet.open_to(promotion))
        self._free = {id(portion): portion.quantity for portion in self._open}
        self._parts: dict[int, Part] = {}
        self._items = sorted(promotion.items, key=lambda item: (not item.sku, item.sku, item.product))

    def form(self, most: int) -> Plan | None:
        """Return the plan of all bundles."""
        made = 0
        while made < most and (chosen := self._choose()) is not None:
            times = min(most - made, *(self._free[key] // wanted for key, (_, wanted) in chosen.items()))
            if not self._bind(list(chosen.values()), times):
                break
            made += times
        parts = list(self._parts.values())
        pieces = sum(part.quantity for part in parts)
        return Plan(promotion=self._promotion, parts=parts, pieces=pieces) if parts else None

    def _choose(self) -> dict[int, tuple[Portion, int]] | None:
        """Return the pieces of one more bundle, None when something of it is missing."""
        chosen: dict[int, tuple[Portion, int]] = {}
        for item in self._items:
            wanted = item.quantity
            for portion in self._open:
                if not wanted:
                    break
                if self._fits(item, portion):
                    taken = chosen.get(id(portion), (portion, 0))[1]
                    number = min(wanted, self._free[id(portion)] - taken)
                    if number:
                        chosen[id(portion)] = (portion, taken + number)
                        wanted -= number
            if wanted:
                return None
        return chosen

    def _fits(self, item: BundleItem, portion: Portion) -> bool:
        goods = self._sheet.items[portion.line]
        return goods.variant.sku == item.sku if item.sku else goods.product.handle == item.product

    def _bind(self, chosen: list[tuple[Portion, int]], times: int) -> bool:
        """Make so many bundles of the same pieces; False if they would not become cheaper."""
        costs = [portion.unit * number * times for portion, number in chosen]
        whole = sum(costs) // times
        saving = (whole - promoting.piece_price(self._promotion, "", whole)) * times
        if saving <= 0:
            return False
        for (portion, number), share in zip(chosen, money.split(saving, costs), strict=True):
            part = self._parts.setdefault(id(portion), Part(portion, 0, 0))
            part.quantity += number * times
            part.saving += share
            self._free[id(portion)] -= number * times
        return True


def plan_bundle(sheet: Sheet, promotion: Promotion, left: int) -> Plan | None:
    """Form as many bundles as the pieces give, of the dearest pieces first."""
    if not promotion.items or levels.minimum(promotion, sheet):
        return None
    return _Bundles(sheet, promotion).form(left)


PLANNERS: Mapping[str, Planner] = {PromotionKind.NTH_ITEM: plan_nth, PromotionKind.BUNDLE_PRICE: plan_bundle}
