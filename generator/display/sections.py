"""Sections of a page: every setting resolved by its type, so that a template gets ready values."""

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from generator.display import cards, shelves
from generator.display.edition import Edition
from generator.shop import Picture, Section
from generator.theming.sections import Offer, Setting, Sidecar
from generator.views import BlockView, SectionView, ShelfView

SHOWN_OF_A_SHELF = 12


def views(edition: Edition, offer: Offer, sections: Iterable[Section]) -> tuple[SectionView, ...]:
    """Return the sections that are not hidden, ready to render."""
    shown = [each for each in sections if not each.hidden]
    made = []
    for number, each in enumerate(shown):
        sidecar = offer.sections.get(each.section, Sidecar(name=each.section))
        made.append(
            SectionView(
                type=each.section,
                id=f"section-{number + 1}",
                settings=resolve(edition, sidecar.settings, each.settings),
                blocks=tuple(
                    BlockView(type=b.block, settings=resolve(edition, _block(offer, b.block), b.settings))
                    for b in each.blocks
                    if not b.hidden
                ),
                first=number == 0,
            )
        )
    return tuple(made)


def _block(offer: Offer, name: str) -> tuple[Setting, ...]:
    return offer.blocks.get(name, Sidecar(name=name)).settings


def resolve(edition: Edition, settings: Iterable[Setting], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return all settings of a sidecar, those not given by their default."""
    return {each.id: value(edition, each.type, given.get(each.id, each.default)) for each in settings}


def value(edition: Edition, kind: str, written: Any) -> Any:  # noqa: ANN401  a setting may be of any type
    """Resolve one setting by its type; what is absent stays None (a text is empty, a list has nothing in it)."""
    make = _RESOLVERS.get(kind)
    if make is not None:
        return make(edition, written)
    return written


def _text(edition: Edition, written: object) -> str:
    return edition.written(written)


def _markdown(edition: Edition, written: object) -> Markup:
    return Markup(edition.html(edition.written(written)))  # noqa: S704  markdown.html returns cleaned HTML


def _number(_edition: Edition, written: object) -> int | float | None:
    if written is None or isinstance(written, int | float):
        return written
    text = str(written)
    return float(text) if "." in text or "e" in text.lower() else int(text)


def _picture(edition: Edition, written: object) -> object:
    if not written:
        return None
    if isinstance(written, Mapping):
        alt = edition.written(written.get("alt"))
        return edition.image(Picture(file=str(written["file"]), alt={edition.locale: alt}))
    return edition.image(Picture(file=str(written), alt={edition.locale: ""}))


def _video(edition: Edition, written: object) -> str:
    text = "" if written is None else str(written)
    return text if "://" in text or not text else edition.pictures.file(text)


def _link(edition: Edition, written: object) -> object:
    return edition.link(str(written)) if written else None


def _product(edition: Edition, written: object) -> object:
    found = cards.cards(edition, [str(written)]) if written else ()
    return found[0] if found else None


def _products(edition: Edition, written: Iterable[object] | None) -> object:
    return cards.cards(edition, [str(each) for each in written or ()])


def _shelf(edition: Edition, written: object) -> ShelfView | None:
    found = edition.shop.shelves.get(str(written)) if written else None
    return shelves.view(edition, found, count=SHOWN_OF_A_SHELF) if found else None


def _shelves(edition: Edition, written: Iterable[object] | None) -> tuple[ShelfView, ...]:
    return tuple(view for each in written or () if (view := _shelf(edition, each)))


def _room(edition: Edition, written: object) -> object:
    found = edition.shop.rooms.get(str(written)) if written else None
    return shelves.room(edition, found) if found else None


def _page(edition: Edition, written: object) -> object:
    found = edition.shop.pages.get(str(written)) if written else None
    return edition.link(f"page:{found.handle}", edition.text(found.title)) if found else None


_RESOLVERS: dict[str, Any] = {
    "text": _text, "textarea": _text, "markdown": _markdown, "number": _number, "range": _number, "picture": _picture,
    "video": _video, "link": _link, "product": _product, "products": _products, "shelf": _shelf, "shelves": _shelves,
    "live": _room, "page": _page,
}  # fmt: skip
