"""The till of one shop: what placing, paying and shipping need, handed to them as their first argument.

A Till is cheap: make one a request, with the catalogue of the live release.
"""

from typing import Protocol

import msgspec

from generator.promotion import Promotion
from generator.shop import LiveRoom, Product, Terms, Variant
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

    def find_room(self, handle: str) -> LiveRoom | None:
        """Return a live room, or None."""


class Till(msgspec.Struct, frozen=True, kw_only=True):
    """A database, the goods of one release and the gateways by id.

    ``offers`` are promotions of the moment that no release knows of: the flash sales of live rooms.
    """

    database: Database
    goods: Goods
    gateways: dict[str, Gateway]
    offers: tuple[Promotion, ...] = ()

    @property
    def terms(self) -> Terms:
        """Return the shop's terms of this release, with the promotions of the moment."""
        return with_offers(self.goods.terms, self.offers)


def with_offers(terms: Terms, offers: tuple[Promotion, ...]) -> Terms:
    """Return terms with promotions of the moment beside those that are written down."""
    return msgspec.structs.replace(terms, promotions=(*terms.promotions, *offers)) if offers else terms
