"""The sheet on which the engine reckons: pieces of equal fate, what they cost now, and who has counted them.

All pieces of a line begin as one portion; a promotion that is about some of them cuts them off.
"""

from collections.abc import Sequence

from generator import money, promoting
from generator.promotion import Promotion
from runtime.promotions.values import Discount, Item


class Portion:
    """Pieces of one line that went through the same.

    ``amount`` is what they cost now, ``base`` what they cost before promotions on the whole order. ``touched`` are the
    promotions that have counted them, ``closed`` the ids of those that may not count them any more.
    """

    __slots__ = ("amount", "base", "closed", "line", "quantity", "touched")

    def __init__(self, line: int, quantity: int, amount: int) -> None:
        self.line = line
        self.quantity = quantity
        self.amount = self.base = amount
        self.touched: tuple[Promotion, ...] = ()
        self.closed: frozenset[str] = frozenset()

    @property
    def unit(self) -> int:
        """Return what a piece costs now; rounded down where a share left no whole price."""
        return self.amount // self.quantity


class Sheet:
    """A cart under promotions, with the share of each promotion in each line."""

    def __init__(self, items: Sequence[Item], promotions: Sequence[Promotion]) -> None:
        self.items = items
        self._promotions = promotions
        self._closes: dict[str, frozenset[str]] = {}
        self.portions = [Portion(line, item.quantity, item.amount) for line, item in enumerate(items)]
        self._covers: dict[str, list[bool]] = {}
        self._shares: dict[str, list[int]] = {}
        self._pieces: dict[str, int] = {}
        self._applied: list[Promotion] = []

    def covered(self, promotion: Promotion) -> list[Portion]:
        """Return the portions that a promotion is about."""
        known = self._covers.get(promotion.id)
        if known is None:
            known = [promoting.covers(promotion, item.product.handle) for item in self.items]
            self._covers[promotion.id] = known
        return [portion for portion in self.portions if known[portion.line]]

    def open_to(self, promotion: Promotion) -> list[Portion]:
        """Return those of them that nothing has counted which cannot stand beside it."""
        return [portion for portion in self.covered(promotion) if promotion.id not in portion.closed]

    def blocker(self, promotion: Promotion) -> Promotion | None:
        """Return the first promotion that keeps pieces from this one."""
        for portion in self.covered(promotion):
            for other in portion.touched:
                if other is not promotion and not promoting.together(promotion, other):
                    return other
        return None

    def cut(self, portion: Portion, quantity: int) -> Portion:
        """Return a portion of so many of its pieces; the others stay behind as they are."""
        if quantity >= portion.quantity:
            return portion
        part = Portion(portion.line, quantity, portion.amount * quantity // portion.quantity)
        part.base = portion.base * quantity // portion.quantity
        part.touched, part.closed = portion.touched, portion.closed
        portion.quantity -= quantity
        portion.amount -= part.amount
        portion.base -= part.base
        self.portions.append(part)
        return part

    def take(self, promotion: Promotion, portion: Portion, saving: int) -> None:
        """Take an amount off a portion for a promotion, which has counted it now."""
        portion.amount -= saving
        portion.touched = (*portion.touched, promotion)
        portion.closed |= self._closed_by(promotion)
        self._shares_of(promotion)[portion.line] += saving

    def spread(self, promotion: Promotion, portions: Sequence[Portion], saving: int) -> None:
        """Share an amount out over portions by what they cost: by line first, so that lines are off by one at most."""
        lines: dict[int, list[Portion]] = {}
        for portion in portions:
            lines.setdefault(portion.line, []).append(portion)
        ordered = [lines[line] for line in sorted(lines)]
        shares = money.split(saving, [sum(each.amount for each in group) for group in ordered])
        for group, share in zip(ordered, shares, strict=True):
            parts = money.split(share, [each.amount for each in group])
            for portion, part in zip(group, parts, strict=True):
                self.take(promotion, portion, part)

    def note(self, promotion: Promotion, pieces: int) -> None:
        """Note that a promotion was applied, and to how many pieces."""
        self._shares_of(promotion)
        self._pieces[promotion.id] = self._pieces.get(promotion.id, 0) + pieces

    def pieces(self, promotion: Promotion) -> int:
        """Return to how many pieces a promotion was applied."""
        return self._pieces.get(promotion.id, 0)

    def is_applied(self, promotion: Promotion) -> bool:
        """Tell whether a promotion was applied."""
        return promotion.id in self._shares

    def saved(self, promotion: Promotion) -> int:
        """Return what a promotion has taken off."""
        return sum(self._shares.get(promotion.id, ()))

    def discounts(self) -> tuple[Discount, ...]:
        """Return what was applied, in the order in which it was."""
        return tuple(
            Discount(
                promotion=each.id,
                name=each.name,
                amount=self.saved(each),
                shares=tuple(self._shares[each.id]),
                pieces=self.pieces(each),
            )
            for each in self._applied
        )

    def _closed_by(self, promotion: Promotion) -> frozenset[str]:
        """Return the ids of the promotions that cannot stand beside one; it is not applied twice either."""
        found = self._closes.get(promotion.id)
        if found is None:
            others = (each.id for each in self._promotions if not promoting.together(promotion, each))
            found = self._closes[promotion.id] = frozenset((promotion.id, *others))
        return found

    def _shares_of(self, promotion: Promotion) -> list[int]:
        found = self._shares.get(promotion.id)
        if found is None:
            found = self._shares[promotion.id] = [0] * len(self.items)
            self._applied.append(promotion)
        return found


def total(portions: Sequence[Portion]) -> int:
    """Return what portions cost now."""
    return sum(portion.amount for portion in portions)


def count(portions: Sequence[Portion]) -> int:
    """Return how many pieces portions are."""
    return sum(portion.quantity for portion in portions)
