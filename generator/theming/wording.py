"""The words of a theme: flat keys to text per locale, with fallback, placeholders and plural forms."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from babel import Locale

FALLBACK = "en"


class MissingWordError(LookupError):
    """The theme has no text for a key in any of its languages."""


def flatten(tree: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """Turn nested mappings into dotted keys: ``{cart: {empty: …}}`` becomes ``cart.empty``."""
    flat: dict[str, str] = {}
    for key, value in tree.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{name}.")
        else:
            flat[name] = str(value)
    return flat


def choose(locale: str, available: Iterable[str]) -> list[str]:
    """Return the locales to look in, best first: the very locale, its language, its other forms, English."""
    language = locale.split("-", maxsplit=1)[0]
    names = sorted(available)
    wanted = [locale, language, *(name for name in names if name.split("-")[0] == language), FALLBACK, *names]
    return [name for name in dict.fromkeys(wanted) if name in names]


def merged(locale: str, catalogues: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return all words of a locale, with those that it lacks taken from the next best one."""
    words: dict[str, str] = {}
    for name in reversed(choose(locale, catalogues)):
        words |= catalogues[name]
    return dict(sorted(words.items()))


@lru_cache(maxsize=64)
def culture(locale: str) -> Locale:
    """Return what Babel knows about a locale; finding it costs more than most of what is done with it."""
    return Locale.parse(locale.replace("-", "_"))


class Wording:
    """Looks words up for one locale."""

    def __init__(self, locale: str, words: Mapping[str, str]) -> None:
        self.locale = locale
        self.words = words

    def __call__(self, key: str, **values: Any) -> str:  # noqa: ANN401  any value may be printed
        """Return the text of ``key`` with ``{name}`` filled in; ``count`` chooses ``key.one`` or ``key.other``."""
        text = self.words.get(key)
        if text is None:
            text = self._plural(key, values.get("count"))
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def _plural(self, key: str, count: object) -> str:
        form = culture(self.locale).plural_form(count) if isinstance(count, int) else "other"
        text = self.words.get(f"{key}.{form}") or self.words.get(f"{key}.other")
        if text is None:
            raise MissingWordError(key)
        return text
