"""Prices of pieces: percent off, fixed prices, flash sales, member prices, group-buys.

Each piece gets what counts first for it; where only some pieces may have a price, those have it that save most.
"""

import heapq
from collections.abc import Iterable, Mapping

from generator import promoting
from generator.promotion import Promotion
from runtime.promotions.sheet import Portion, Sheet

_Entry = tuple[tuple[int, int, str, int], int, Portion, Promotion]


class _Prices:
    """The round of prices: a queue of the best that every portion can get."""

    def __init__(self, sheet: Sheet, promotions: Iterable[Promotion], left: Mapping[str, int]) -> None:
        self._sheet = sheet
        self._left = dict(left)
        self._of_line: list[list[Promotion]] = [[] for _ in sheet.items]
        for promotion in promotions:
            for portion in sheet.covered(promotion):
                self._of_line[portion.line].append(promotion)
        self._queue: list[_Entry] = []
        self._pushed = 0
        for portion in sheet.portions:
            self._push(portion)

    def run(self) -> None:
        """Give every piece its price."""
        while self._queue:
            _, _, portion, promotion = heapq.heappop(self._queue)
            left = self._left[promotion.id]
            if left:
                part = self._sheet.cut(portion, min(left, portion.quantity))
                self._left[promotion.id] -= part.quantity
                self._sheet.note(promotion, part.quantity)
                self._sheet.take(promotion, part, self._saving(promotion, part) * part.quantity)
                self._push(part)
                if part is portion:
                    continue
            self._push(portion)

    def _push(self, portion: Portion) -> None:
        found = min(
            (
                (-promotion.priority, -saving, promotion.id, portion.line)
                for promotion in self._of_line[portion.line]
                if self._left[promotion.id]
                and promotion.id not in portion.closed
                and (saving := self._saving(promotion, portion))
            ),
            default=None,
        )
        if found is not None:
            promotion = next(each for each in self._of_line[portion.line] if each.id == found[2])
            self._pushed += 1
            heapq.heappush(self._queue, (found, self._pushed, portion, promotion))

    def _saving(self, promotion: Promotion, portion: Portion) -> int:
        """Return what one piece becomes cheaper by."""
        sku = self._sheet.items[portion.line].variant.sku
        return portion.unit - promoting.piece_price(promotion, sku, portion.unit)


def reckon(sheet: Sheet, promotions: Iterable[Promotion], left: Mapping[str, int]) -> None:
    """Give every piece its price; ``left`` says for how many pieces each promotion may be given."""
    _Prices(sheet, promotions, left).run()
