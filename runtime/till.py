"""The till of one shop: what placing, paying and shipping need, handed to them as their first argument.

A Till is cheap: make one a request, with the catalogue of the live release.
"""

from typing import Protocol

import msgspec

from generator.shop import Product, Terms, Variant
from runtime.database import Database
from runtime.gateways import Gateway


class Goods(Protocol):
    """What the till needs of a release's catalogue; generator.catalogue.Catalogue is one."""

    @property
    def terms(self) -> Terms:
        """Return the shop's terms."""

    @property
    def release(self) -> str:
        """Return the id of the release."""

    def find_variant(self, sku: str) -> tuple[Product, Variant] | None:
        """Return the variant of a sku with its product, or None."""


class Till(msgspec.Struct, frozen=True, kw_only=True):
    """A database, the goods of one release and the gateways by id."""

    database: Database
    goods: Goods
    gateways: dict[str, Gateway]

    @property
    def terms(self) -> Terms:
        """Return the shop's terms of this release."""
        return self.goods.terms
