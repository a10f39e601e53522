"""The goods as the shop's text has them now, published or not, broken or whole: what lists and searches look at."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from generator import clock
from generator.loading.draft import Draft
from generator.problems import Severity
from generator.shop import Product, ProductStatus, Text, Variant
from generator.source.inventory import TABLE
from runtime import stock
from runtime.transaction import Transaction
from runtime.web import console
from runtime.web.areas import shell, shop_text
from runtime.web.areas.shop_text import ShopText
from runtime.web.areas.telling import Teller
from runtime.web.visit import visit
from runtime.worklist.today import LOW

HOME = "/console/products"
STATUSES = ("active", "scheduled", "hidden", "draft")
TONES = {"active": "good", "scheduled": "info", "hidden": "", "draft": "warn", "broken": "bad"}


class Good(msgspec.Struct, frozen=True, kw_only=True):
    """One product: its file, and what could be read of it (None: nothing)."""

    handle: str
    file: str
    product: Product | None = None
    troubled: bool = False
    """True where its own file has errors."""

    @property
    def is_row(self) -> bool:
        """Tell whether it stands in the table of products instead of a file of its own."""
        return self.file == TABLE

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Return its variants."""
        return self.product.variants if self.product else ()


def read(text: ShopText) -> Draft:
    """Return all files as they are now; unchanged ones are not read again."""
    return shop_text.draft(text)


def forget() -> None:
    """Let the next look see what was written meanwhile."""
    shop_text.forget()


def goods(draft: Draft) -> list[Good]:
    """Return all products in the order of the shop; those whose file cannot be read come first."""
    wrong = {
        file
        for file, result in draft.results.items()
        if file != TABLE and any(each.severity is Severity.ERROR for each in result.problems)
    }
    found = []
    for handle, each in draft.products.items():
        file = draft.file("product", handle)
        found.append(Good(handle=handle, file=file, product=each, troubled=file in wrong))
    broken = [each for each in draft.sources if each.kind == "product" and each.handle not in draft.products]
    return [*(Good(handle=each.handle, file=each.file, troubled=True) for each in broken), *found]


def find(draft: Draft, handle: str) -> Good | None:
    """Return a product by its handle."""
    return next((each for each in goods(draft) if each.handle == handle), None)


def status(good: Good) -> str:
    """Return where a product stands: active, scheduled, hidden, draft, or broken."""
    if good.product is None:
        return "broken"
    if good.product.status is ProductStatus.ACTIVE and (good.product.publish_at or "") > clock.now():
        return "scheduled"
    return str(good.product.status)


def title(text: Text, handle: str = "") -> str:
    """Return a text of the shop as the reader would like it, or what stands in for it."""
    locale = console.shop_locale(visit())
    return text.get(locale) or next((each for each in text.values() if each), handle)


def matches(good: Good, wanted: str) -> bool:
    """Tell whether every word that is looked for stands in a product's title, handle or numbers."""
    if not wanted:
        return True
    words = [good.handle, *(each.sku for each in good.variants), *(each.barcode for each in good.variants)]
    words += [*good.product.title.values(), *good.product.tags] if good.product else []
    all_words = "\n".join(words).casefold()
    return all(each in all_words for each in wanted.casefold().split())


def low(transaction: Transaction, found: Iterable[Good]) -> set[str]:
    """Return the handles of products that have a variant of which few pieces are left."""
    few = {str(row[0]) for row in transaction.all("SELECT sku FROM stock WHERE level <= ?", LOW)}
    return {each.handle for each in found if any(variant.sku in few for variant in each.variants)}


def prices(good: Good, teller: Teller) -> str:
    """Return what a product costs: one price, or the lowest and the highest."""
    found = sorted({each.price for each in good.variants})
    if not found:
        return ""
    texts = [teller.money(each) for each in (found[0], found[-1])]
    return texts[0] if len(found) == 1 else " – ".join(texts)


def stock_of(good: Good, levels: dict[str, int]) -> tuple[str, str]:
    """Return how many pieces there are, in words, and a tone: of what is not published yet the opening stock."""
    counts = [levels.get(each.sku, each.stock) for each in good.variants]
    known = [each for each in counts if each is not None]
    if not known:
        return (shell.say("goods.stock.endless") if counts else "", "muted")
    if len(known) < len(counts):
        return shell.say("goods.stock.some"), "muted"
    total = sum(known)
    if not total:
        return shell.say("goods.stock.none"), "bad"
    return shell.say("goods.stock.pieces", count=total), "warn" if min(known) <= LOW else ""


def pictures(found: Sequence[Good], teller: Teller) -> dict[str, str]:
    """Return small pictures by handle: those of the live shop, else ones made from media/."""
    shown = teller.pictures(each.handle for each in found)
    for each in found:
        if each.handle not in shown and each.product and each.product.pictures:
            file = each.product.pictures[0].file
            if not file.startswith(("http:", "https:")):
                shown[each.handle] = f"/console/media/{file}"
    return shown


def rows(found: Sequence[Good], teller: Teller) -> list[dict[str, Any]]:
    """Return products as a list shows them."""
    skus = [variant.sku for each in found for variant in each.variants]
    levels = teller.here.database.read(lambda look: stock.levels(look, skus))
    small = pictures(found, teller)
    shown = []
    for each in found:
        pieces, tone = stock_of(each, levels)
        where = status(each)
        shown.append(
            {
                "handle": each.handle,
                "url": f"{HOME}/{each.handle}",
                "title": title(each.product.title, each.handle) if each.product else each.handle,
                "sku": each.variants[0].sku if len(each.variants) == 1 else "",
                "kinds": len(each.variants),
                "price": prices(each, teller),
                "stock": pieces,
                "stock_tone": tone,
                "status": shell.say(f"goods.status.{where}"),
                "tone": TONES[where],
                "picture": small.get(each.handle, ""),
                "file": each.file if each.is_row else "",
                "troubled": each.troubled,
            }
        )
    return shown
