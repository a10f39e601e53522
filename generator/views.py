"""What templates see: plain frozen data, already in the reader's language, already formatted.

Everything here can be written to JSON, because the runtime reads cards and the frame of a page back from a release.
"""

from typing import Any

import msgspec


class View(msgspec.Struct, frozen=True):
    """Base of all template values."""


def plain(value: object) -> str:
    """Write what msgspec does not know: clean HTML (Markup) is a kind of text."""
    if isinstance(value, str):
        return str.__str__(value)
    raise TypeError(f"no plain form of {type(value).__name__}")


class Image(View, frozen=True, kw_only=True):
    """A responsive picture: ``sources`` are (media type, srcset), best first; ``srcset`` and ``src`` JPEG or PNG."""

    src: str
    srcset: str
    sources: tuple[tuple[str, str], ...]
    width: int
    height: int
    alt: str
    color: str = ""
    """The picture's mean colour as #rrggbb: a calm placeholder while it loads."""


class Link(View, frozen=True, kw_only=True):
    """A label and a ready address; ``current`` is set on menu entries that lead to the page itself."""

    label: str
    url: str
    current: bool = False
    external: bool = False
    items: tuple["Link", ...] = ()


class Price(View, frozen=True, kw_only=True):
    """A price ready to print; ``varies``: variants differ and this is the lowest. Empty texts are not shown.

    ``until`` is the instant (ISO 8601, UTC) at which a promotion's price ends, ``note`` what the law wants said of it.
    """

    text: str
    amount: str
    compare_at: str = ""
    unit: str = ""
    varies: bool = False
    until: str = ""
    note: str = ""


class Card(View, frozen=True, kw_only=True):
    """A product on a shelf. ``sku`` is set when there is just one variant, so that it can be added without choosing."""

    handle: str
    url: str
    title: str
    subtitle: str = ""
    image: Image | None = None
    second: Image | None = None
    price: Price
    badges: tuple[str, ...] = ()
    """Keys of badges: sale, flash_sale, group_buy, new (for 30 days), preorder, sold_out; scripts may add ``last``."""
    sku: str = ""
    bargains: tuple[str, ...] = ()
    """A few words about promotions beyond the price, such as 20 off from 200."""


class OptionValueView(View, frozen=True, kw_only=True):
    """One choosable value; ``image`` is the index in the gallery that shows it."""

    value: str
    label: str
    image: int | None = None


class OptionView(View, frozen=True, kw_only=True):
    """One option of a product."""

    name: str
    label: str
    values: tuple[OptionValueView, ...]


class VariantView(View, frozen=True, kw_only=True):
    """One buyable variant; ``label`` joins its option labels, ``image`` is an index in the gallery."""

    sku: str
    options: tuple[str, ...]
    label: str
    price: Price
    available: bool
    image: int | None = None


class DeliveryView(View, frozen=True, kw_only=True):
    """A delivery method that serves the product, its promise and what it costs from."""

    name: str
    kind: str
    promise: str
    fee: str


class Fact(View, frozen=True, kw_only=True):
    """A name and a value: an attribute, a line of the imprint."""

    name: str
    value: str
    url: str = ""


class BargainView(View, frozen=True, kw_only=True):
    """A promotion on a product's page. ``lines`` say what it gives, ``notes`` what limits it.

    ``starts_at`` is set only while it has not begun; ``code`` is a coupon's to take. Instants are ISO 8601 in UTC.
    """

    id: str
    kind: str
    name: str
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()
    starts_at: str = ""
    ends_at: str = ""
    code: str = ""


class ProductView(View, frozen=True, kw_only=True):
    """A product as its own page shows it. ``description`` is clean HTML."""

    handle: str
    url: str
    title: str
    subtitle: str
    description: str
    images: tuple[Image, ...]
    video: str
    options: tuple[OptionView, ...]
    variants: tuple[VariantView, ...]
    price: Price
    badges: tuple[str, ...]
    tags: tuple[Link, ...]
    attributes: tuple[Fact, ...]
    delivery: tuple[DeliveryView, ...]
    preorder: str
    limit: int | None
    returns: str
    returns_excluded: str
    safety: tuple[Fact, ...]
    tax_note: str
    bargains: tuple[BargainView, ...] = ()


class ShelfView(View, frozen=True, kw_only=True):
    """A shelf with (some of) its cards."""

    handle: str
    url: str
    title: str
    description: str
    image: Image | None
    cards: tuple[Card, ...]
    total: int


class ChoiceView(View, frozen=True, kw_only=True):
    """A facet's value as a plain link; ``current``: chosen now, and the link takes it away again."""

    label: str
    url: str
    count: int | None = None
    current: bool = False


class FacetView(View, frozen=True, kw_only=True):
    """One way to narrow a list: a tag group, a price band, an option of the products."""

    name: str
    label: str
    choices: tuple[ChoiceView, ...]


class Pagination(View, frozen=True, kw_only=True):
    """Where the reader is in a list of pages. ``links`` are numbered; one without an address is a gap."""

    current: int
    total: int
    previous: str = ""
    next: str = ""
    links: tuple[Link, ...] = ()


class BagChoice(View, frozen=True, kw_only=True):
    """One variant to choose from where a product is offered in a live room's bag."""

    sku: str
    label: str
    price: str
    available: bool


class ChapterView(View, frozen=True, kw_only=True):
    """A part of a replay: seconds from its beginning, the bag number and product, and its address on the page."""

    start: int
    end: int
    time: str
    number: int
    title: str
    url: str


class ReplayView(View, frozen=True, kw_only=True):
    """A broadcast to be watched again: addresses of its playlist, chapters and, where there is one, its single file."""

    began: str
    ended: str
    duration: int
    length: str
    hls: str
    chapters_url: str
    movie: str
    chapters: tuple[ChapterView, ...] = ()


class RoomView(View, frozen=True, kw_only=True):
    """A live room; ``numbers`` are the stable numbers of its bag, by handle. Times are ISO 8601 in UTC.

    ``kind`` is broadcast or embed; ``chat`` says who may write: off, buyers or everyone.
    """

    handle: str
    url: str
    title: str
    cover: Image | None
    host: str
    starts_at: str
    ends_at: str
    starts_text: str
    notice: str
    kind: str
    provider: str
    src: str
    watch_url: str
    bag: tuple[Card, ...]
    choices: dict[str, tuple[BagChoice, ...]] = {}
    """What there is to choose from, by handle, for products of the bag that come in variants."""
    numbers: dict[str, int] = {}
    chat: str = "off"
    coupons: tuple["BargainView", ...] = ()
    """Coupons that can be taken in this room only."""
    replay: bool = True
    """Whether a broadcast can be watched again when it is over: what a network carries is not recorded here."""
    recording: ReplayView | None = None
    """The last broadcast, where it can be watched again."""


class SectionView(View, frozen=True, kw_only=True):
    """A section for ``sections/<type>.html``. Settings are resolved: a product is a Card, a shelf a ShelfView."""

    type: str
    id: str
    settings: dict[str, Any]
    blocks: tuple["BlockView", ...] = ()
    first: bool = False
    """True for the first section of a page: its picture is not lazy."""


class BlockView(View, frozen=True, kw_only=True):
    """A block of a section: its template is ``blocks/<type>.html``."""

    type: str
    settings: dict[str, Any]


class PageView(View, frozen=True, kw_only=True):
    """The head of a page: ``alternates`` are (locale, address), ``data`` JSON-LD documents as safe JSON text."""

    kind: str
    title: str
    description: str = ""
    url: str = ""
    canonical: str = ""
    alternates: tuple[tuple[str, str], ...] = ()
    languages: tuple[Link, ...] = ()
    """This page in every locale of the shop, each named in its own language: paths, so that they hold on any host."""
    breadcrumbs: tuple[Link, ...] = ()
    image: Image | None = None
    video: str = ""
    """The whole address of the video that the page is about, for previews of links."""
    data: tuple[str, ...] = ()
    index: bool = True


class Imprint(View, frozen=True, kw_only=True):
    """What the law wants on every page: lines of the seller, ICP and police records, links to the legal pages."""

    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    icp: Link | None = None
    police: Link | None = None
    seller: Link | None = None


class Frame(View, frozen=True, kw_only=True):
    """What surrounds every page of one locale; it travels in the release for the runtime."""

    locale: str
    locales: tuple[Link, ...]
    name: str
    tagline: str
    logo: Image | None
    home: str
    header: tuple[Link, ...]
    footer: tuple[Link, ...]
    imprint: Imprint
    currency: str
    country: str
    legal: str
    scheme: dict[str, str]
    settings: dict[str, Any]
    prefix: str
    """Path before all addresses of this locale: empty for the shop's own, ``/en`` for a second one."""
    counted: bool = False
    """Whether pages tell the shop that they are looked at."""
    payment_pictures: dict[str, Image] = msgspec.field(default_factory=dict)
    """Pictures that ways of paying show on the order's page, by their file: codes to scan."""
