"""What a merchant has answered so far."""

from enum import StrEnum

import msgspec

from generator import money
from generator.loading import countries
from generator.shop import SellerType, Value


class Delivery(StrEnum):
    """How goods reach the buyer at first; everything else is set in the console."""

    COURIER = "courier"
    FREE = "free"
    PICKUP = "pickup"


class Item(Value, frozen=True, kw_only=True):
    """A first product; ``price`` is as it was typed and can be read, ``picture`` a file of the draft."""

    title: str
    price: str
    stock: int = 0
    picture: str = ""
    own: bool = True
    """Whether the merchant makes it: the law of the EU asks who does."""


class Room(Value, frozen=True, kw_only=True):
    """A first live room; ``starts_at`` is a moment of the shop's own clock."""

    title: str
    starts_at: str


class Answers(Value, frozen=True, kw_only=True):
    """Everything the wizard asks; what is empty was not answered."""

    language: str = "zh-CN"
    """In which language the merchant reads: comments of the files are in it."""
    name: str = ""
    country: str = ""
    seller: str = ""
    contact: str = ""
    password_hash: str = ""
    legal: dict[str, str] = msgspec.field(default_factory=dict)
    legal_later: bool = False
    items: tuple[Item, ...] = ()
    table: bool = False
    """Whether a products.csv lies beside the draft."""
    colors: str = ""
    delivery: str = ""
    fee: str = ""
    free_over: str = ""
    place: str = ""
    payments: tuple[str, ...] = ()
    account: str = ""
    room: Room | None = None
    seen: tuple[str, ...] = ()
    """Steps that were left by answering or skipping them."""

    def __repr__(self) -> str:
        """Keep what identifies people out of logs."""
        return f"Answers(country={self.country!r}, seen={self.seen!r})"

    @property
    def is_email(self) -> bool:
        """Tell whether the contact is an e-mail address and no phone number."""
        return "@" in self.contact

    @property
    def email(self) -> str:
        """Return the address that customers write to, or nothing."""
        return self.contact if self.is_email else self.legal.get("email", "")

    @property
    def phone(self) -> str:
        """Return the number that customers call, or nothing."""
        return self.legal.get("phone", "") if self.is_email else self.contact

    @property
    def pack(self) -> str:
        """Return the legal pack that holds for the seller."""
        return countries.legal(self.country) if self.country else ""

    @property
    def currency(self) -> str:
        """Return the shop's money."""
        return countries.currency(self.country)

    @property
    def timezone(self) -> str:
        """Return the shop's clock."""
        return countries.timezone(self.country)

    @property
    def type(self) -> SellerType:
        """Return what kind of seller it is."""
        return SellerType(self.seller)

    @property
    def sells_goods(self) -> bool:
        """Tell whether there are products to show."""
        return bool(self.items) or self.table

    def amount(self, text: str) -> int:
        """Return an amount of the shop's money in minor units; raise money.NotMoneyError."""
        return money.parse(text, self.currency)
