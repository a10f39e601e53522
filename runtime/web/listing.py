"""Search, and shelves narrowed by tags, prices and options: pages of the moment, answered from the catalogue."""

from collections.abc import Iterator

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from generator import money
from generator.catalogue import Listing, ShelfEntry
from generator.display.facets import bands
from generator.display.paging import pagination
from generator.display.phrases import phrase
from generator.views import Card, ChoiceView, FacetView, Fact, Link, PageView, ShelfView
from runtime.web import narrowing, seen
from runtime.web.failures import limit
from runtime.web.narrowing import Narrowing
from runtime.web.visit import Visit, visit

blueprint = Blueprint("listing", __name__)
PER_PAGE = 24
_SUGGESTED = 4
_MOST_CHOICES = 12
_STEPS = 8


@blueprint.get("/search")
def search() -> Response:
    """Show what a text, a shelf and filters find."""
    limit("search")
    here = visit()
    asked = narrowing.read(request.args, here.terms.currency)
    shelf = here.catalogue.find_shelf(here.locale, asked.shelf) if asked.shelf else None
    if asked.shelf and shelf is None:
        raise NotFound
    return _Page(here, asked, shelf).answer()


class _Page:
    """One listing in one visit's language."""

    def __init__(self, here: Visit, asked: Narrowing, shelf: ShelfEntry | None) -> None:
        self.here = here
        self.asked = asked
        self.shelf = shelf
        self.now = here.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.labels = here.catalogue.labels(here.locale)
        self.found = here.catalogue.listing(here.locale, asked.query(self.now, PER_PAGE))

    def answer(self) -> Response:
        """Render the page."""
        asked, found = self.asked, self.found
        if asked.text and not found.total and asked == Narrowing(text=asked.text):
            seen.note_words(self.here, asked.text)
        title = self._title()
        page = PageView(kind="listing", title=title, url=self._to(asked), languages=self._languages(), index=False)
        context = {
            "query": asked.text,
            "shelf": self._shelf(),
            "cards": found.cards,
            "total": found.total,
            "facets": tuple(self._facets(found)),
            "sorts": self._sorts(),
            "chosen": tuple(self._chosen()),
            "clear": self._to(asked.without_filters()),
            "pagination": pagination(found.page, found.pages, lambda number: self._to(asked.at_page(number))),
            "kept": (Fact(name="shelf", value=asked.shelf),) if asked.shelf else (),
            "suggestions": () if found.cards else self._suggestions(),
        }
        return self.here.page("listing", page, context, private=False)

    def _title(self) -> str:
        name = self.here.terms.name[self.here.locale]
        if self.asked.text:
            return f"{self.here.say('search.results', query=self.asked.text)} · {name}"
        return f"{self.shelf.title if self.shelf else self.here.say('search.title')} · {name}"

    def _to(self, asked: Narrowing) -> str:
        return asked.address(self.here.address("search"), self.here.terms.currency)

    def _languages(self) -> tuple[Link, ...]:
        here, stages = self.here, self.here.renderer.stages
        listed = stages[here.locale].frame.locales
        paths = [here.in_locale(locale).address("search") for locale in here.terms.locales]
        return tuple(
            Link(label=link.label, url=self.asked.address(path, here.terms.currency), current=link.current)
            for link, path in zip(listed, paths, strict=bool(listed))
        )

    def _shelf(self) -> ShelfView | None:
        shelf = self.shelf
        if shelf is None:
            return None
        return ShelfView(
            handle=shelf.handle,
            url=shelf.url,
            title=shelf.title,
            description="",
            image=None,
            cards=(),
            total=self.found.total,
        )

    def _facets(self, found: Listing) -> Iterator[FacetView]:
        """Stand in the order of a shelf's own page: tags, prices, options."""
        made = {
            name: self._facet(name, counts, found.total)
            for name, counts in found.facets.items()
            if name == "tag" or name.startswith("option:")
        }
        tags = made.pop("tag", None)
        for each in (tags, self._prices(found), *made.values()):
            if each is not None and each.choices:
                yield each

    def _facet(self, name: str, counts: dict[str, int], total: int) -> FacetView:
        option = name.removeprefix("option:")
        label = phrase("facet_tag", self.here.locale) if name == "tag" else self.labels.get((name, ""), option)
        choices = []
        for value, count in list(counts.items())[:_MOST_CHOICES]:
            current = value in (self.asked.tags if name == "tag" else self.asked.options.get(option, ()))
            if count == total and not current:
                continue
            target = self.asked.toggled(value) if name == "tag" else self.asked.chosen(option, value)
            choices.append(
                ChoiceView(
                    label=self.labels.get((name, value), value), url=self._to(target), count=count, current=current
                )
            )
        return FacetView(name=name, label=label, choices=tuple(choices))

    def _prices(self, found: Listing) -> FacetView:
        currency = self.here.terms.currency
        low, high = found.prices or (0, 0)
        listed = bands(_spread(low, high), currency) if high > low else []
        own = (self.asked.over, self.asked.under)
        if own != (None, None):
            listed = [own]
        choices = tuple(
            ChoiceView(label=self._band(*each), url=self._to(self.asked.priced(*each)), count=None, current=each == own)
            for each in listed
        )
        return FacetView(name="price", label=phrase("facet_price", self.here.locale), choices=choices)

    def _band(self, over: int | None, under: int | None) -> str:
        locale = self.here.locale
        low, high = (
            "" if amount is None else money.text(amount, self.here.terms.currency, locale) for amount in (over, under)
        )
        if low and high:
            return f"{low} – {high}"
        return phrase("over", locale, price=low) if low else phrase("under", locale, price=high)

    def _sorts(self) -> tuple[Link, ...]:
        first = "relevance" if self.asked.text else "manual"
        return tuple(
            Link(
                label=self.here.say(f"sort.{sort or first}"),
                url=self._to(self.asked.sorted_by(sort)),
                current=sort == self.asked.sort,
            )
            for sort in narrowing.SORTS
        )

    def _chosen(self) -> Iterator[Link]:
        for tag in self.asked.tags:
            yield Link(label=self.labels.get(("tag", tag), tag), url=self._to(self.asked.toggled(tag)))
        for name, values in self.asked.options.items():
            words = [self.labels.get((f"option:{name}", value), value) for value in values]
            gone = {key: kept for key, kept in self.asked.options.items() if key != name}
            yield Link(label=" / ".join(words), url=self._to(self.asked.with_options(gone)))
        if (self.asked.over, self.asked.under) != (None, None):
            band = self._band(self.asked.over, self.asked.under)
            yield Link(label=band, url=self._to(self.asked.priced(self.asked.over, self.asked.under)))

    def _suggestions(self) -> tuple[Card, ...]:
        every = Narrowing().query(self.now, _SUGGESTED)
        return self.here.catalogue.listing(self.here.locale, every).cards


def _spread(low: int, high: int) -> list[int]:
    """Return prices from the lowest to the highest at even steps, to divide into bands."""
    return [low + (high - low) * step // _STEPS for step in range(_STEPS + 1)]
