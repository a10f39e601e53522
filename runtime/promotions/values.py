"""What the engine takes and gives: items, discounts with their shares, gifts, and the steps that say why."""

from typing import Any

import msgspec

from generator.shop import Product, Text, Value, Variant


class Item(Value, frozen=True, kw_only=True):
    """A variant of a product and how many of it; a cart holds each sku once."""

    product: Product
    variant: Variant
    quantity: int

    @property
    def amount(self) -> int:
        """Return the price of all pieces before discounts."""
        return self.variant.price * self.quantity


class Step(Value, frozen=True, kw_only=True):
    """One reason in the trace; ``words.step(step, currency, locale)`` says it. Amounts in values are minor units."""

    code: str
    values: dict[str, Any] = msgspec.field(default_factory=dict)


class Discount(Value, frozen=True, kw_only=True):
    """A promotion that was applied: what it takes off, and its share for each bought line in the order of skus.

    ``pieces`` is how many pieces count against its limits. A gift or free delivery takes nothing off the lines.
    """

    promotion: str
    amount: int
    shares: tuple[int, ...]
    name: Text = msgspec.field(default_factory=dict)
    pieces: int = 0


class Gift(Value, frozen=True, kw_only=True):
    """Pieces of a sku that a promotion gives along."""

    promotion: str
    sku: str
    quantity: int


class Applied(Value, frozen=True, kw_only=True):
    """What promotions do to a cart; ``delivery`` are methods that cost nothing, ``*`` for all of them."""

    discounts: tuple[Discount, ...] = ()
    gifts: tuple[Gift, ...] = ()
    delivery: tuple[str, ...] = ()
    trace: tuple[Step, ...] = ()
