"""The engine: four rounds over a cart, and the trace of what was given and what was not.

1. Prices of pieces  2. sets of pieces  3. the whole order  4. what comes along (gifts, free delivery).
In each round the highest priority comes first, then what saves the buyer most, then the id. Two promotions count the
same piece only if both allow it. Nothing depends on the order of the cart or of the promotions.
"""

from collections.abc import Iterable, Sequence

from generator.promotion import Promotion, PromotionKind
from runtime.promotions import conditions, levels, plans, prices, sets, whole
from runtime.promotions.circumstances import Circumstances
from runtime.promotions.levels import Level
from runtime.promotions.sheet import Sheet, count
from runtime.promotions.values import Applied, Gift, Item, Step


def apply(promotions: Iterable[Promotion], items: Sequence[Item], here: Circumstances) -> Applied:
    """Return what promotions do to a cart; shares are in the order of skus."""
    if not here.now or not items:
        return Applied()
    rules = sorted(promotions, key=lambda promotion: promotion.id)
    reckoning = _Reckoning(rules, sorted(items, key=lambda item: item.variant.sku), here)
    reckoning.admit(rules)
    reckoning.run()
    return reckoning.result()


class _Reckoning:
    """One cart on its way through the four rounds."""

    def __init__(self, rules: Sequence[Promotion], items: Sequence[Item], here: Circumstances) -> None:
        self._here = here
        self._sheet = Sheet(items, rules)
        self._admitted: list[Promotion] = []
        self._left: dict[str, int] = {}
        self._why_not: dict[str, Step] = {}
        self._hints: list[Step] = []
        self._gifts: list[Gift] = []
        self._given: dict[str, int] = {}
        self._delivery: list[str] = []

    def admit(self, promotions: Iterable[Promotion]) -> None:
        """Let in what holds under the circumstances, and remember why others do not."""
        for promotion in promotions:
            reason = conditions.refused(promotion, self._here)
            if reason is None:
                self._admitted.append(promotion)
                self._left[promotion.id] = conditions.pieces_left(promotion, self._here)
            elif reason.code and self._matters(promotion):
                self._why_not[promotion.id] = reason

    def run(self) -> None:
        """Go through the rounds."""
        by_level: dict[Level, list[Promotion]] = {level: [] for level in Level}
        for promotion in self._admitted:
            by_level[levels.of(promotion)].append(promotion)
        pieces = [each for each in by_level[Level.PIECE] if self._is_reached(each)]
        prices.reckon(self._sheet, pieces, self._left)
        for portion in self._sheet.portions:
            portion.base = portion.amount
        plans.reckon(self._sheet, by_level[Level.SET], self._left, sets.PLANNERS)
        for portion in self._sheet.portions:
            portion.base = portion.amount
        for plan in plans.reckon(self._sheet, by_level[Level.ORDER], self._left, whole.PLANNERS):
            if plan.gift[1]:
                self._give(plan.promotion, *plan.gift)
            if plan.hint:
                self._hints.append(plan.hint)
        for promotion in sorted(by_level[Level.EXTRA], key=lambda each: (-each.priority, each.id)):
            self._come_along(promotion)
        for promotion in self._admitted:
            self._explain(promotion)

    def result(self) -> Applied:
        """Return what came of it."""
        discounts = self._sheet.discounts()
        kinds = {promotion.id: promotion.kind for promotion in self._admitted}
        trace = [
            Step(
                code="promotion",
                values={"promotion": each.promotion, "name": each.name, "saving": each.amount, "quantity": each.pieces},
            )
            for each in discounts
            if each.amount
        ]
        trace += [
            Step(code="promotion-delivery", values={"promotion": each.promotion, "name": each.name})
            for each in discounts
            if kinds[each.promotion] is PromotionKind.FREE_DELIVERY
        ]
        reasons = [self._why_not[each] for each in sorted(self._why_not)]
        return Applied(
            discounts=discounts,
            gifts=tuple(self._gifts),
            delivery=tuple(dict.fromkeys(self._delivery)),
            trace=(*trace, *self._hints, *reasons, *self._here.notes),
        )

    def _matters(self, promotion: Promotion) -> bool:
        return conditions.is_asked(promotion, self._here) or bool(self._sheet.covered(promotion))

    def _is_reached(self, promotion: Promotion) -> bool:
        return levels.minimum(promotion, self._sheet) is None

    def _come_along(self, promotion: Promotion) -> None:
        """Give a gift or free delivery, which count their pieces and take nothing off them."""
        if not self._is_reached(promotion):
            return
        portions = self._sheet.open_to(promotion)
        if promotion.kind is PromotionKind.FREE_DELIVERY:
            self._delivery += promotion.delivery or ("*",)
        elif not self._give(promotion, promotion.gift, promotion.gifts):
            return
        self._sheet.note(promotion, count(portions))
        for portion in portions:
            self._sheet.take(promotion, portion, 0)

    def _give(self, promotion: Promotion, sku: str, wanted: int) -> bool:
        """Give pieces along, as many as are left; tell when there are none."""
        goods = self._here.gifts.get(sku)
        number = min(wanted, goods.quantity - self._given.get(sku, 0)) if goods else 0
        if goods is None or number <= 0:
            self._hints.append(conditions.said("promotion-gift-gone", promotion))
            return False
        self._given[sku] = self._given.get(sku, 0) + number
        self._gifts.append(Gift(promotion=promotion.id, sku=sku, quantity=number))
        title = goods.product.title
        self._hints.append(conditions.said("promotion-gift", promotion, quantity=number, title=title))
        return True

    def _explain(self, promotion: Promotion) -> None:
        """Say why an admitted promotion was not applied, or not to all pieces."""
        sheet = self._sheet
        if sheet.is_applied(promotion):
            if 0 < self._left[promotion.id] <= sheet.pieces(promotion) < count(sheet.covered(promotion)):
                step = conditions.said("promotion-pieces", promotion, quantity=sheet.pieces(promotion))
                self._hints.append(step)
            return
        reason = levels.minimum(promotion, sheet)
        if reason is None and promotion.kind is PromotionKind.TIERS:
            reason = whole.hint(sheet, promotion)
        asked = conditions.is_asked(promotion, self._here)
        if reason is None and asked:
            reason = conditions.said("promotion-nothing", promotion)
        if reason is not None and (asked or reason.code != "promotion-no-items"):
            self._why_not[promotion.id] = reason
