"""Shelves and live rooms as their pages and sections show them."""

from generator.display import bargains, cards, facets, options, prices
from generator.display.edition import Edition
from generator.shop import LiveRoom, Shelf
from generator.theming import templates
from generator.views import BagChoice, ReplayView, RoomView, ShelfView

PER_PAGE = 24


def view(edition: Edition, shelf: Shelf, *, first: int = 0, count: int | None = None) -> ShelfView:
    """Return a shelf with some of its cards."""
    every = facets.shown(edition.shop.products, shelf.products)
    some = every[first : None if count is None else first + count]
    return ShelfView(
        handle=shelf.handle,
        url=edition.url("shelf", shelf.handle),
        title=edition.text(shelf.title),
        description=edition.html(edition.text(shelf.description)) if shelf.description else "",
        image=edition.image(shelf.picture) if shelf.picture else None,
        cards=tuple(cards.card(edition, each) for each in some),
        total=len(every),
    )


def room(edition: Edition, room: LiveRoom, recording: ReplayView | None = None) -> RoomView:
    """Return a live room with the cards of its bag, and what of it can be watched again."""
    source = room.source
    return RoomView(
        handle=room.handle,
        url=edition.url("live", room.handle),
        title=edition.text(room.title),
        cover=edition.image(room.cover) if room.cover else None,
        host=room.host,
        starts_at=room.starts_at,
        ends_at=room.ends_at or "",
        starts_text=templates.date_text(room.starts_at, "long", edition.locale, edition.shop.timezone),
        notice=edition.text(room.notice),
        kind=source.kind,
        provider=source.provider,
        src=source.src,
        watch_url=source.url,
        bag=cards.cards(edition, room.products),
        choices={handle: found for handle in room.products if (found := _choices(edition, handle))},
        numbers={handle: number for number, handle in enumerate(room.products, 1)},
        chat=room.chat,
        coupons=tuple(bargains.of_room(edition, room)),
        replay=room.replay and source.through == "own",
        recording=recording,
    )


def _choices(edition: Edition, handle: str) -> tuple[BagChoice, ...]:
    product = edition.shop.products.get(handle)
    if product is None or len(product.variants) == 1:
        return ()
    preorder = product.preorder_seconds is not None
    return tuple(
        BagChoice(
            sku=each.sku,
            label=options.label(product, each, edition.locale),
            price=prices.of_variant(edition, product, each).text,
            available=each.stock != 0 or preorder,
        )
        for each in product.variants
    )
