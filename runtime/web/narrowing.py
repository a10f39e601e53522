"""What a shopper asks of a listing, read from an address and written back into one; everything is bounded."""

from urllib.parse import urlencode

import msgspec
from werkzeug.datastructures import MultiDict

from generator import money
from generator.catalogue import Query

LONGEST_TEXT = 100
_LONGEST_VALUE = 80
_MOST_TAGS, _MOST_OPTIONS, _MOST_VALUES, _MOST_PAGES = 8, 5, 12, 10_000
_MOST_DIGITS = 6
_OPTION = "option."
SORTS = ("", "newest", "price", "-price")


class Narrowing(msgspec.Struct, frozen=True, kw_only=True):
    """A text, a shelf and filters. ``over`` and ``under`` are prices in minor units."""

    text: str = ""
    shelf: str = ""
    tags: tuple[str, ...] = ()
    options: dict[str, tuple[str, ...]] = {}
    over: int | None = None
    under: int | None = None
    sort: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Tell whether there are filters to clear."""
        return bool(self.tags or self.options or self.over is not None or self.under is not None)

    def without_filters(self) -> "Narrowing":
        """Return the same text and shelf without any filter."""
        return Narrowing(text=self.text, shelf=self.shelf, sort=self.sort)

    def toggled(self, tag: str) -> "Narrowing":
        """Return the narrowing with a tag added, or taken away."""
        tags = tuple(each for each in self.tags if each != tag)
        return self._changed(tags=tags if len(tags) < len(self.tags) else (*self.tags, tag))

    def chosen(self, name: str, value: str) -> "Narrowing":
        """Return the narrowing with one value of an option instead of its others, or without it."""
        options = {key: values for key, values in self.options.items() if key != name}
        return self._changed(options=options if self.options.get(name) == (value,) else {**options, name: (value,)})

    def with_options(self, options: dict[str, tuple[str, ...]]) -> "Narrowing":
        """Return the narrowing with other options."""
        return self._changed(options=options)

    def priced(self, over: int | None, under: int | None) -> "Narrowing":
        """Return the narrowing with a price band, or without it if it is the chosen one."""
        if (over, under) == (self.over, self.under):
            over = under = None
        return self._changed(over=over, under=under)

    def sorted_by(self, sort: str) -> "Narrowing":
        """Return the narrowing in another order."""
        return self._changed(sort=sort)

    def at_page(self, page: int) -> "Narrowing":
        """Return the narrowing at another page."""
        return msgspec.structs.replace(self, page=page)

    def _changed(self, **fields: object) -> "Narrowing":
        return msgspec.structs.replace(self, page=1, **fields)

    def query(self, now: str, size: int) -> Query:
        """Return what to ask the catalogue."""
        return Query(
            text=self.text,
            shelf=self.shelf,
            tags=self.tags,
            options=self.options,
            price_over=self.over,
            price_under=self.under,
            sort=self.sort,
            page=self.page,
            size=size,
            now=now,
        )

    def address(self, path: str, currency: str) -> str:
        """Return the address of the narrowing, its parts always in the same order."""
        pairs = [("q", self.text), ("shelf", self.shelf), *(("tag", tag) for tag in self.tags)]
        pairs += [(_OPTION + name, value) for name, values in self.options.items() for value in values]
        pairs += [("price_over", "" if self.over is None else money.plain(self.over, currency))]
        pairs += [("price_under", "" if self.under is None else money.plain(self.under, currency))]
        pairs += [("sort", self.sort), ("page", str(self.page) if self.page > 1 else "")]
        found = urlencode([pair for pair in pairs if pair[1]])
        return f"{path}?{found}" if found else path


def read(arguments: "MultiDict[str, str]", currency: str) -> Narrowing:
    """Read what an address asks for; parts that mean nothing are passed over, and nothing is unbounded."""
    sort = arguments.get("sort", "")
    return Narrowing(
        text=" ".join(_clean(arguments.get("q", ""), LONGEST_TEXT).split()),
        shelf=_clean(arguments.get("shelf", ""), _LONGEST_VALUE),
        tags=_values(arguments, "tag", _MOST_TAGS),
        options=_options(arguments),
        over=_price(arguments, "price_over", currency),
        under=_price(arguments, "price_under", currency),
        sort=sort if sort in SORTS else "",
        page=_page(arguments.get("page", "")),
    )


def _clean(text: str, longest: int) -> str:
    return "".join(character for character in text[:longest] if character.isprintable())


def _values(arguments: "MultiDict[str, str]", name: str, most: int) -> tuple[str, ...]:
    found = (_clean(value, _LONGEST_VALUE) for value in arguments.getlist(name)[:most])
    return tuple(dict.fromkeys(value for value in found if value))


def _options(arguments: "MultiDict[str, str]") -> dict[str, tuple[str, ...]]:
    names = [name for name in arguments if name.startswith(_OPTION)][:_MOST_OPTIONS]
    found = {
        _clean(name.removeprefix(_OPTION), _LONGEST_VALUE): _values(arguments, name, _MOST_VALUES) for name in names
    }
    return {name: values for name, values in found.items() if name and values}


def _price(arguments: "MultiDict[str, str]", name: str, currency: str) -> int | None:
    try:
        return money.parse(arguments.get(name, ""), currency)
    except money.NotMoneyError:
        return None


def _page(text: str) -> int:
    return max(1, min(int(text), _MOST_PAGES)) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 1
