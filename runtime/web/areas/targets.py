"""What a link of the shop can lead to: its pages, shelves, products and live rooms, and the places every shop has."""

from collections.abc import Iterator, Mapping

from generator.loading.assembly import translation
from generator.loading.draft import Draft
from generator.shop import Text
from generator.theming import templates
from generator.value import Value
from runtime.console import words

KINDS = ("page", "shelf", "product", "live", "own")
_OWN = {"/": "home", "/search": "search", "/cart": "cart", "/orders/lookup": "lookup", "/seller/": "seller"}
_OFFERED = 150
"""So many of a kind stand in a box without a search."""


class Target(Value, frozen=True, kw_only=True):
    """One place: as it is written, what it is called, and where shoppers find it."""

    kind: str
    value: str
    title: str
    address: str
    names: tuple[str, ...] = ()
    """What it is called in all languages."""


def targets(draft: Draft, locale: str) -> Iterator[Target]:
    """Give all places of a shop, pages and shelves first."""
    found = (("page", draft.pages), ("shelf", draft.shelves), ("product", draft.products), ("live", draft.rooms))
    for kind, values in found:
        named: Mapping[str, Text] = {handle: value.title for handle, value in values.items()}
        for handle, said in named.items():
            if kind != "page" or translation(handle, draft) is None:
                address = templates.address("", kind, handle)
                yield Target(
                    kind=kind, value=f"{kind}:{handle}", title=title(said, locale) or handle, address=address,
                    names=tuple(said.values()),
                )  # fmt: skip
    for path, name in _OWN.items():
        yield Target(kind="own", value=path, title=words.say(f"forms.link.own.{name}", locale), address=path)


def offered(draft: Draft, locale: str) -> list[tuple[str, str]]:
    """Return what a box offers while one writes: as it is written, and in words; the first of each kind."""
    counts = dict.fromkeys(KINDS, 0)
    found = []
    for each in targets(draft, locale):
        counts[each.kind] += 1
        if counts[each.kind] <= _OFFERED:
            found.append((each.value, f"{words.say(f'forms.link.kind.{each.kind}', locale)} · {each.title}"))
    return found


def matches(target: Target, wanted: str) -> bool:
    """Tell whether every word that is looked for stands in a place's title or address."""
    known = "\n".join((target.title, target.value, target.address, *target.names)).casefold()
    return all(each in known for each in wanted.casefold().split())


def title(text: Text, locale: str) -> str:
    """Return a text of the shop in a language or the nearest to it, else in any."""
    near = (each for code in (locale, "en") for each in text if each.partition("-")[0] == code.partition("-")[0])
    return text.get(locale) or text.get(next(near, ""), "") or next((each for each in text.values() if each), "")
