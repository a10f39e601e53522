"""Plans: what a promotion would take off, reckoned without touching the sheet, so that the best can be chosen."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from generator.promotion import Promotion
from runtime.promotions.sheet import Portion, Sheet
from runtime.promotions.values import Step


class Part(msgspec.Struct):
    """So many pieces of a portion, and what is taken off them."""

    portion: Portion
    quantity: int
    saving: int


class Plan(msgspec.Struct, kw_only=True):
    """What a promotion would do: ``parts`` of portions, or an amount ``spread`` over them.

    ``pieces`` count against its limits; ``gift`` is a sku with a number of pieces to give along, ``hint`` what more
    would be reached by more.
    """

    promotion: Promotion
    parts: list[Part]
    pieces: int
    spread: int | None = None
    gift: tuple[str, int] = ("", 0)
    hint: Step | None = None

    @property
    def saving(self) -> int:
        """Return all that would be taken off."""
        return sum(part.saving for part in self.parts) if self.spread is None else self.spread

    def apply(self, sheet: Sheet) -> None:
        """Do it."""
        sheet.note(self.promotion, self.pieces)
        cuts = [(sheet.cut(part.portion, part.quantity), part.saving) for part in self.parts]
        if self.spread is not None:
            sheet.spread(self.promotion, [portion for portion, _ in cuts], self.spread)
            return
        for portion, saving in cuts:
            sheet.take(self.promotion, portion, saving)


Planner = Callable[[Sheet, Promotion, int], Plan | None]
"""Makes a plan on a sheet for a promotion that may be given for so many pieces; None without anything to do."""


def reckon(
    sheet: Sheet, promotions: Iterable[Promotion], left: Mapping[str, int], planners: Mapping[str, Planner]
) -> list[Plan]:
    """Apply promotions one by one: the highest priority first, then the one that saves most now, then by id.

    Returns the plans in that order.
    """
    waiting, done = list(promotions), []
    while waiting:
        plans = [
            plan
            for promotion in waiting
            if (plan := planners[promotion.kind](sheet, promotion, left[promotion.id])) is not None
        ]
        if not plans:
            break
        best = min(plans, key=lambda plan: (-plan.promotion.priority, -plan.saving, plan.promotion.id))
        best.apply(sheet)
        done.append(best)
        waiting = [plan.promotion for plan in plans if plan is not best]
    return done
