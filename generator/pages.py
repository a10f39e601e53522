"""The plan of a release: every page with its address, template and a digest of what it shows; nothing is rendered."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec

from generator.display import bargains, facets, heads, products, recordings, sections, shelves
from generator.display.edition import Edition
from generator.display.frame import seller_label
from generator.display.paging import pagination
from generator.display.phrases import phrase
from generator.loading.embeds import PLAYED_HERE
from generator.releases import player, structured
from generator.releases.site import Site
from generator.shop import LiveRoom, Page, Picture, Product, ProductStatus, Seo, Shelf
from generator.views import FacetView, Image, Link, PageView, SectionView, plain

Context = dict[str, Any]
ERRORS = {"404": "not_found", "500": "server_error", "503": "paused"}


class PagePlan(msgspec.Struct):
    """One page: ``digest`` changes when, and only when, what it shows may change; ``make`` gives its context."""

    url: str
    kind: str
    locale: str
    template: str
    digest: str
    make: Callable[[], Context]
    file: str = "shop.yaml"
    frame_src: tuple[str, ...] = ()
    media_src: tuple[str, ...] = ()
    listed: bool = True
    """Whether the sitemap names it."""


def plan(site: Site) -> list[PagePlan]:
    """Return all static pages of a shop in all its locales, in a fixed order."""
    return [page for edition in site.editions.values() for page in _Locale(site, edition).pages()]


def find(site: Site, locale: str, kind: str, handle: str = "") -> PagePlan | None:
    """Return one page without planning the others: what an editor shows of a shop that is not published yet."""
    return _Locale(site, site.editions[locale]).find(kind, handle)


class _Locale:
    """Plans the pages of one locale."""

    def __init__(self, site: Site, edition: Edition) -> None:
        self.site = site
        self.edition = edition
        self.ground = site.ground[edition.locale]
        self._sections: dict[str, tuple[SectionView, ...]] = {}
        self._layouts: dict[str, bytes] = {}
        self._facets: dict[str, tuple[FacetView, ...]] = {}

    def pages(self) -> Iterator[PagePlan]:
        """Plan home, shelves, products, text pages, live rooms, the seller's page and the error pages."""
        shop = self.edition.shop
        yield self._planned("home", "/", self._layout("home"), self._home)
        for shelf in shop.shelves.values():
            yield from self._shelf(shelf)
        for product in shop.products.values():
            if product.status is not ProductStatus.DRAFT:
                yield self._product(product)
        for page in shop.pages.values():
            yield self._page(page)
        for room in shop.rooms.values():
            yield self._room(room)
        yield self._planned("seller", "/seller/", b"", self._seller)
        for code, key in ERRORS.items():
            planned = self._planned("error", f"/{code}.html", code.encode(), partial(self._error, code, key))
            planned.listed = False
            yield planned

    def find(self, kind: str, handle: str) -> PagePlan | None:
        """Plan the home page, or the page of a product, shelf, text or live room."""
        shop = self.edition.shop
        if kind == "home":
            return self._planned("home", "/", self._layout("home"), self._home)
        if kind == "product" and handle in shop.products:
            return self._product(shop.products[handle])
        if kind == "shelf" and handle in shop.shelves:
            return next(self._shelf(shop.shelves[handle]))
        if kind == "page" and handle in shop.pages:
            return self._page(shop.pages[handle])
        return self._room(shop.rooms[handle]) if kind == "live" and handle in shop.rooms else None

    def _planned(self, kind: str, path: str, content: bytes, make: Callable[[], Context]) -> PagePlan:
        digest = hashlib.blake2b(self.ground, digest_size=16)
        digest.update(f"{kind}\0{path}\0".encode())
        digest.update(content)
        return PagePlan(
            url=self.edition.prefix + path, kind=kind, locale=self.edition.locale, template=f"pages/{kind}.html",
            digest=digest.hexdigest(), make=make,
        )  # fmt: skip

    def sections(self, kind: str) -> tuple[SectionView, ...]:
        """Return the sections of a kind of page, resolved once."""
        if kind not in self._sections:
            chosen = self.edition.shop.home if kind == "home" else self.edition.shop.layouts.get(kind)
            listed = chosen or self.site.theme.layouts.get(kind, ())
            self._sections[kind] = sections.views(self.edition, self.site.offer, listed)
        return self._sections[kind]

    def _layout(self, kind: str) -> bytes:
        if kind not in self._layouts:
            self._layouts[kind] = hashlib.blake2b(
                msgspec.msgpack.encode(self.sections(kind), enc_hook=plain), digest_size=16
            ).digest()
        return self._layouts[kind]

    def _head(
        self,
        kind: str,
        path: str,
        title: str,
        *data: structured.Document | None,
        **more: Any,  # noqa: ANN401  fields of PageView
    ) -> PageView:
        documents = (*data, structured.breadcrumbs(self.edition, more.get("breadcrumbs", ())))
        more["data"] = tuple(structured.text(each) for each in documents if each)
        return heads.head(self.edition, kind, path, title, PageView(kind=kind, title=title, **more))

    def _preview(self, seo: Seo, title: str, image: Image | None = None) -> Image | None:
        """Return the picture for link previews: the one that the merchant names, else the page's own."""
        if not seo.picture:
            return image
        return self.edition.image(Picture(file=seo.picture, alt={self.edition.locale: title}))

    def _home(self) -> Context:
        edition, shop = self.edition, self.edition.shop
        name, tagline = edition.text(shop.name), edition.text(shop.tagline)
        title = heads.titled(edition, shop.seo, f"{name} · {tagline}" if tagline else name)
        head = self._head(
            "home", "/", title, structured.website(edition), structured.store(edition),
            description=heads.described(edition, shop.seo, tagline or name), image=self._preview(shop.seo, name),
        )  # fmt: skip
        return {"page": head, "sections": self.sections("home")}

    def _product(self, product: Product) -> PagePlan:
        site = self.site
        near = site.neighbours(product)
        shown = product.related or near
        shelf = site.first_shelf(product)
        content = b"".join(
            (
                site.digest(product), self._layout("product"),
                *(site.card_digest(each) for each in shown),
                b"" if shelf is None else msgspec.msgpack.encode((shelf.handle, shelf.title)),
            )
        )  # fmt: skip
        path = f"/products/{product.handle}/"
        planned = self._planned("product", path, content, partial(self._product_context, product, near, shelf))
        planned.file = f"products/{product.handle}.yaml"
        planned.listed = product.status is ProductStatus.ACTIVE
        return planned

    def _product_context(self, product: Product, near: tuple[str, ...], shelf: Shelf | None) -> Context:
        edition = self.edition
        view = products.view(edition, product)
        links = [Link(label=edition.text(shelf.title), url=edition.url("shelf", shelf.handle))] if shelf else []
        about = heads.described(edition, product.seo, edition.text(product.description) or view.subtitle)
        head = self._head(
            "product", f"/products/{product.handle}/", heads.titled(edition, product.seo, view.title),
            structured.product(edition, product, view, about or view.title), description=about,
            breadcrumbs=heads.crumbs(edition, *links, Link(label=view.title, url=view.url, current=True)),
            image=self._preview(product.seo, view.title, view.images[0] if view.images else None),
            index=product.status is ProductStatus.ACTIVE,
        )  # fmt: skip
        return {
            "page": head, "product": view, "related": products.related(edition, product, near),
            "sections": self.sections("product"),
        }  # fmt: skip

    def _shelf(self, shelf: Shelf) -> Iterator[PagePlan]:
        handles = self.site.listed(shelf)
        size = shelves.PER_PAGE
        last = max(1, -(-len(handles) // size))
        about = hashlib.blake2b(msgspec.msgpack.encode(msgspec.structs.replace(shelf, products=())), digest_size=16)
        about.update(self.site.facets_digest(shelf))
        for number in range(1, last + 1):
            some = handles[(number - 1) * size : number * size]
            content = b"".join(
                (about.digest(), self._layout("shelf"), f"{number}/{last}/{len(handles)}".encode(),
                 *(self.site.card_digest(each) for each in some))
            )  # fmt: skip
            path = f"/shelves/{shelf.handle}/" + (f"page/{number}/" if number > 1 else "")
            planned = self._planned("shelf", path, content, partial(self._shelf_context, shelf, number, last))
            planned.file = f"shelves/{shelf.handle}.yaml"
            yield planned

    def _shelf_context(self, shelf: Shelf, number: int, last: int) -> Context:
        edition = self.edition
        size = shelves.PER_PAGE
        view = shelves.view(edition, shelf, first=(number - 1) * size, count=size)
        path = f"/shelves/{shelf.handle}/"
        title = heads.titled(edition, shelf.seo, view.title)
        if number > 1:
            title = phrase("page_of", edition.locale, title=title, n=number)
        head = self._head(
            "shelf", path + (f"page/{number}/" if number > 1 else ""), title,
            description=heads.described(edition, shelf.seo, edition.text(shelf.description) or view.title),
            breadcrumbs=heads.crumbs(edition, Link(label=view.title, url=view.url, current=True)),
            image=self._preview(
                shelf.seo, view.title, view.image or next((card.image for card in view.cards if card.image), None)
            ),
        )  # fmt: skip
        return {
            "page": head, "shelf": view, "pagination": pagination(number, last, partial(_numbered, view.url)),
            "facets": self._narrowing(shelf), "sections": self.sections("shelf"),
        }  # fmt: skip

    def _narrowing(self, shelf: Shelf) -> tuple[FacetView, ...]:
        """Return the facets of a shelf, counted once for all its pages."""
        if shelf.handle not in self._facets:
            self._facets[shelf.handle] = facets.views(self.edition, shelf, self.site.options)
        return self._facets[shelf.handle]

    def _page(self, page: Page) -> PagePlan:
        content = msgspec.msgpack.encode((page, page.seo)) + self._layout("page")
        planned = self._planned("page", f"/pages/{page.handle}/", content, partial(self._page_context, page))
        planned.file = f"pages/{page.handle}.md"
        return planned

    def _page_context(self, page: Page) -> Context:
        edition = self.edition
        title, body = edition.text(page.title), edition.text(page.body)
        path = f"/pages/{page.handle}/"
        head = self._head(
            "page", path, heads.titled(edition, page.seo, title), description=heads.described(edition, page.seo, body),
            breadcrumbs=heads.crumbs(edition, Link(label=title, url=edition.prefix + path, current=True)),
            image=self._preview(page.seo, title),
        )  # fmt: skip
        return {"page": head, "title": title, "content": edition.html(body), "sections": self.sections("page")}

    def _room(self, room: LiveRoom) -> PagePlan:
        known = self.edition.shop.products
        bag = b"".join(
            self.site.card_digest(each) + self.site.digest(known[each]) for each in room.products if each in known
        )
        coupons = msgspec.msgpack.encode(tuple(bargains.of_room(self.edition, room)))
        recorded = msgspec.msgpack.encode(self.site.replays.get(room.handle))
        content = msgspec.msgpack.encode(room) + bag + coupons + recorded + self._layout("live")
        planned = self._planned("live", f"/live/{room.handle}/", content, partial(self._room_context, room))
        planned.file = f"live/{room.handle}.yaml"
        origins = (room.source.frame,) if room.source.frame else ()
        if room.source.provider in PLAYED_HERE:
            planned.media_src = origins
        else:
            planned.frame_src = origins
        # The till stands in a sheet over the picture, and the player hands its pieces on as a blob.
        planned.frame_src = ("'self'", *planned.frame_src)
        if player.is_needed(room):
            planned.media_src = ("blob:", *planned.media_src)
        return planned

    def _room_context(self, room: LiveRoom) -> Context:
        edition = self.edition
        found = self.site.replays.get(room.handle)
        recording = recordings.view(edition, room, found) if found else None
        view = shelves.room(edition, room, recording)
        path = f"/live/{room.handle}/"
        head = self._head(
            "live", path, view.title, structured.room(edition, room, view),
            description=heads.summary(view.notice or view.title), image=view.cover,
            video=edition.absolute(recording.movie or recording.hls) if recording else "",
            breadcrumbs=heads.crumbs(edition, Link(label=view.title, url=view.url, current=True)),
        )  # fmt: skip
        return {"page": head, "room": view, "sections": self.sections("live")}

    def _seller(self) -> Context:
        edition = self.edition
        title = seller_label(edition.shop, edition.locale)
        crumb = Link(label=title, url=edition.url("seller"), current=True)
        head = self._head("seller", "/seller/", title, description=title, breadcrumbs=heads.crumbs(edition, crumb))
        return {"page": head, "licence": self.site.licence(edition)}

    def _error(self, code: str, key: str) -> Context:
        title = phrase(key, self.edition.locale)
        return {"page": self._head("error", f"/{code}.html", title, index=False), "code": code}


def _numbered(url: str, number: int) -> str:
    return url if number == 1 else f"{url}page/{number}/"
