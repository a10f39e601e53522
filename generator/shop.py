"""The checked shop as frozen values: what a merchant wrote, normalised and complete.

Money is integer minor units of the shop's currency, weights are grams, durations are seconds, instants are ISO 8601
text in UTC. A ``Text`` holds one string for every locale of the shop: missing translations are already filled in.
"""

from enum import StrEnum
from typing import Any

from generator.live import LiveCdn as LiveCdn  # noqa: PLC0414  shown to others from here
from generator.live import LiveTerms as LiveTerms  # noqa: PLC0414  shown to others from here
from generator.promotion import Promotion
from generator.value import Text as Text  # noqa: PLC0414  shown to others from here
from generator.value import Value as Value  # noqa: PLC0414  shown to others from here


class SellerType(StrEnum):
    """Who sells."""

    INDIVIDUAL = "individual"
    SOLE_TRADER = "sole_trader"
    COMPANY = "company"


class ProductStatus(StrEnum):
    """Whether shoppers see a product: draft never, hidden only by its address."""

    ACTIVE = "active"
    DRAFT = "draft"
    HIDDEN = "hidden"


class DeliveryKind(StrEnum):
    """How goods reach the buyer."""

    COURIER = "courier"
    LOCAL = "local"
    PICKUP = "pickup"
    DIGITAL = "digital"


class Picture(Value, frozen=True, kw_only=True):
    """A file below media/ and what it shows."""

    file: str
    alt: Text


class Seo(Value, frozen=True, kw_only=True):
    """What search engines and link previews are told instead of the page's own title and text."""

    title: Text | None = None
    description: Text | None = None
    picture: str | None = None


class OptionValue(Value, frozen=True, kw_only=True):
    """One value of an option; ``value`` is its canonical name, used by variants."""

    value: str
    label: Text


class Option(Value, frozen=True, kw_only=True):
    """One thing a buyer chooses, such as size; up to three a product."""

    name: str
    label: Text
    values: tuple[OptionValue, ...]


class UnitPrice(Value, frozen=True, kw_only=True):
    """How much one piece holds, so that a price per kilogram or litre can be shown: 250 g, 0.75 l."""

    amount: str
    unit: str


class Variant(Value, frozen=True, kw_only=True):
    """One buyable form of a product. ``stock`` is the opening stock; None is unlimited."""

    sku: str
    options: tuple[str, ...] = ()
    price: int
    compare_at: int | None = None
    cost: int | None = None
    stock: int | None = None
    weight: int = 0
    barcode: str = ""
    picture: str | None = None
    unit_price: UnitPrice | None = None


class Limit(Value, frozen=True, kw_only=True):
    """The most pieces of a product in one order, and by one customer."""

    per_order: int | None = None
    per_customer: int | None = None


class NoReasonReturn(Value, frozen=True, kw_only=True):
    """Whether the product may be sent back without a reason; ``why`` it may not (shown and confirmed at checkout)."""

    allowed: bool = True
    why: Text | None = None


class Safety(Value, frozen=True, kw_only=True):
    """Product safety facts shown with the offer (EU 2023/988 article 19)."""

    manufacturer: str = ""
    responsible_person: str = ""
    warnings: Text | None = None


class Attribute(Value, frozen=True, kw_only=True):
    """A named fact about a product, such as origin."""

    name: Text
    value: Text


class Product(Value, frozen=True, kw_only=True):
    """One product with at least one variant."""

    handle: str
    title: Text
    subtitle: Text | None = None
    description: Text | None = None
    pictures: tuple[Picture, ...] = ()
    video: str | None = None
    options: tuple[Option, ...] = ()
    variants: tuple[Variant, ...]
    tags: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    status: ProductStatus = ProductStatus.ACTIVE
    publish_at: str | None = None
    delivery: tuple[str, ...] = ()
    digital: bool = False
    preorder_seconds: int | None = None
    limit: Limit = Limit()
    returns: NoReasonReturn = NoReasonReturn()
    safety: Safety | None = None
    tax_class: str = "standard"
    seo: Seo = Seo()
    related: tuple[str, ...] = ()


class Shelf(Value, frozen=True, kw_only=True):
    """A shelf (货架); ``products`` are the handles on it in order, rules already applied."""

    handle: str
    title: Text
    description: Text | None = None
    picture: Picture | None = None
    products: tuple[str, ...] = ()
    seo: Seo = Seo()


class Page(Value, frozen=True, kw_only=True):
    """A page of text; ``body`` is Markdown."""

    handle: str
    title: Text
    body: Text
    seo: Seo = Seo()


class LiveSource(Value, frozen=True, kw_only=True):
    """Where a live room's picture comes from.

    ``src`` is the player's address and ``frame`` the host allowed to be framed; a broadcast goes ``through`` this
    machine (own) or through the shop's network (cdn).
    """

    kind: str
    through: str = "own"
    url: str = ""
    provider: str = ""
    src: str = ""
    frame: str = ""


class LiveRoom(Value, frozen=True, kw_only=True):
    """A live room; the order of ``products`` gives the stable bag numbers, counted from 1."""

    handle: str
    title: Text
    cover: Picture | None = None
    host: str = ""
    starts_at: str
    ends_at: str | None = None
    notice: Text | None = None
    products: tuple[str, ...] = ()
    source: LiveSource
    chat: str = "off"
    promotions: tuple[str, ...] = ()
    replay: bool = True


class Seller(Value, frozen=True, kw_only=True):
    """Who stands behind the shop: everything that a law wants shown."""

    type: SellerType
    legal_name: str = ""
    registration_number: str = ""
    licence_picture: str | None = None
    exemption: Text | None = None
    representative: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    vat_number: str = ""
    register: str = ""
    icp: str = ""
    public_security_record: str = ""
    draft: bool = False
    """Whether what the law asks for is still to come: until then only the rehearsal bank is paid."""


class Zone(Value, frozen=True, kw_only=True):
    """Fees for some regions: ``first_fee`` up to ``first_up_to`` units, then ``each_fee`` for every further ``each``.

    A region is a country code, ``CC-Region`` or ``*``. Units follow Rates.by: pieces, grams, or minor units of money.
    """

    regions: tuple[str, ...]
    first_up_to: int = 0
    first_fee: int = 0
    each: int = 0
    each_fee: int = 0
    free_over: int | None = None


class Rates(Value, frozen=True, kw_only=True):
    """How a delivery method's fee is found; a region in ``excluded`` is not served."""

    by: str
    zones: tuple[Zone, ...]
    excluded: tuple[str, ...] = ()


class DeliveryMethod(Value, frozen=True, kw_only=True):
    """One way of getting goods to the buyer; without rates it costs nothing and goes everywhere."""

    id: str
    name: Text
    kind: DeliveryKind
    rates: Rates | None = None
    ships_within: int | None = None
    place: Text | None = None
    hours: Text | None = None


class PaymentMethod(Value, frozen=True, kw_only=True):
    """One gateway with its own settings; secrets are names of environment variables."""

    gateway: str
    name: Text | None = None
    settings: dict[str, Any] = {}


class TaxRate(Value, frozen=True, kw_only=True):
    """A rate such as "0.19" for a country, optionally a region, and a product tax class."""

    country: str
    region: str | None = None
    tax_class: str = "standard"
    rate: str


class Tax(Value, frozen=True, kw_only=True):
    """Whether prices contain tax, and the rates by destination."""

    prices_include_tax: bool = True
    rates: tuple[TaxRate, ...] = ()


class CheckoutRules(Value, frozen=True, kw_only=True):
    """``reserve``: seconds an unpaid order holds stock; ``terms``: handle of the page with the terms."""

    reserve: int = 1800
    fields: dict[str, str] = {}
    guest: bool = True
    terms: str | None = None
    invoice: bool = False


class ReturnRules(Value, frozen=True, kw_only=True):
    """``window`` in seconds from receipt; ``pays`` is who pays the way back: buyer or seller."""

    window: int | None = None
    exclusions: Text | None = None
    pays: str = "buyer"
    page: str | None = None


class Block(Value, frozen=True, kw_only=True):
    """A block inside a section, with settings checked against the block's schema."""

    block: str
    settings: dict[str, Any] = {}
    hidden: bool = False


class Section(Value, frozen=True, kw_only=True):
    """A section of a page with settings checked against the section's schema.

    Texts stand in every locale, pictures as ``{file, alt}``, numbers as numbers, instants in UTC; all else is as
    written: products and shelves are handles, links are ``shelf:green``.
    """

    section: str
    settings: dict[str, Any] = {}
    blocks: tuple[Block, ...] = ()
    hidden: bool = False


class ThemeChoice(Value, frozen=True, kw_only=True):
    """The theme, its colour scheme or colour roles, and the theme's own settings."""

    name: str = "harbour"
    scheme: str | None = None
    colors: dict[str, str] = {}
    settings: dict[str, Any] = {}


class MenuItem(Value, frozen=True, kw_only=True):
    """One entry of a menu; ``link`` is as written: ``product:handle``, a path, or a full address."""

    label: Text
    link: str
    items: tuple["MenuItem", ...] = ()


class Hook(Value, frozen=True, kw_only=True):
    """Who else is told: ``kind`` is webhook, wecom, dingtalk or feishu; no ``events`` is all of them.

    ``address`` and ``secret`` are names of environment variables.
    """

    id: str
    kind: str
    url: str = ""
    address: str = ""
    secret: str = ""
    events: tuple[str, ...] = ()


class Terms(Value, frozen=True, kw_only=True):
    """The part of a shop that the till needs: it travels inside catalogue.db.

    ``lowest`` holds, by sku, the price that promotions cross out where the law wants a lower one than the list price.
    """

    name: Text
    url: str = ""
    country: str
    locale: str
    locales: tuple[str, ...]
    currency: str
    timezone: str
    legal: str = ""
    seller: Seller
    delivery: tuple[DeliveryMethod, ...] = ()
    payment: tuple[PaymentMethod, ...] = ()
    tax: Tax = Tax()
    checkout: CheckoutRules = CheckoutRules()
    returns: ReturnRules = ReturnRules()
    promotions: tuple[Promotion, ...] = ()
    hooks: tuple[Hook, ...] = ()
    stock_low: int = 3
    counts_visits: bool = True
    live: LiveTerms = LiveTerms()
    lowest: dict[str, int] = {}


class Shop(Terms, frozen=True, kw_only=True):
    """A whole checked shop. ``legal`` names its legal pack: CN, DE, EU, US or empty."""

    tagline: Text | None = None
    logo: Picture | None = None
    theme: ThemeChoice = ThemeChoice()
    header: tuple[MenuItem, ...] = ()
    footer: tuple[MenuItem, ...] = ()
    home: tuple[Section, ...] = ()
    layouts: dict[str, tuple[Section, ...]] = {}
    tags: dict[str, Text] = {}
    products: dict[str, Product] = {}
    shelves: dict[str, Shelf] = {}
    pages: dict[str, Page] = {}
    rooms: dict[str, LiveRoom] = {}
    seo: Seo = Seo()
    redirects: dict[str, str] = {}
    feeds: tuple[str, ...] = ()
