"""Turns what stands in one file into values, and collects what cannot be turned."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from generator import money
from generator.loading import amounts
from generator.messages import problem
from generator.problems import Problem
from generator.shop import Picture, Seo, Text, Value
from generator.source import nearest

Path = tuple[str | int, ...]
Tree = Mapping[str, Any]
_MOST_GUESSES = 100
_NEUTRAL = re.compile(r"[\d\s.,:×x*/~%+()–—-]*[A-Za-z°µ]{0,3}[²³]?|\S+@\S+|https?://\S+")
_DURATION = re.compile(r"([0-9]{1,6})([mhdw])")
_MOMENT = re.compile(r"([0-9]{1,6})(s)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_WEIGHT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s?([A-Za-z]+|千克|公斤|克|斤)?")
_GRAMS = {
    "mg": Decimal("0.001"), "g": Decimal(1), "kg": Decimal(1000), "t": Decimal(1000000), "oz": Decimal("28.349523125"),
    "lb": Decimal("453.59237"), "克": Decimal(1), "千克": Decimal(1000), "公斤": Decimal(1000), "斤": Decimal(500),
}  # fmt: skip
_LONG = re.compile(r"[0-9]{16,}(\.[0-9]*)?")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)


class Ground(Value, frozen=True, kw_only=True):
    """What every file of a shop stands on."""

    country: str
    locale: str
    locales: tuple[str, ...]
    currency: str
    timezone: str
    url: str = ""
    chat: str = "off"


class Reader:
    """Reads values of one file; ``problems`` have paths, their places are found later.

    ``translates`` says that the file is itself the second language of another one, so it lacks no translation.
    """

    def __init__(
        self, file: str, ground: Ground, broken: frozenset[Path] = frozenset(), *, translates: bool = False
    ) -> None:
        self.file = file
        self.ground = ground
        self.problems: list[Problem] = []
        self._broken = broken
        self._translates = translates
        self._said: set[tuple[str, Path]] = set()
        self._shared: dict[str, int | None] = {}
        self._plain: list[Path] = []
        self._lacking: dict[str, list[Path]] = {}

    def report(self, code: str, path: Path, *, suggestion: str | None = None, **values: Any) -> None:  # noqa: ANN401
        """Collect a problem with the value at a path, once."""
        if (code, path) in self._said:
            return
        self._said.add((code, path))
        self.problems.append(problem(code, self.file, None, path, suggestion=suggestion, **values))

    def unknown(self, code: str, path: Path, name: str, known: Iterable[str], **values: Any) -> None:  # noqa: ANN401
        """Collect a problem with a name that does not exist, and the nearest that does."""
        suggestion = nearest.find(name, known) if len(self.problems) < _MOST_GUESSES else None
        self.report(code, path, suggestion=suggestion, name=name, **values)

    def is_broken(self, path: Path) -> bool:
        """Return whether the schema already found fault with the value at this path, so that it was left out."""
        return path in self._broken

    def shared(self, key: str, value: Any, convert: Callable[[Any, Path], int | None]) -> int | None:  # noqa: ANN401
        """Convert a value that all variants of a product share, once."""
        if key not in self._shared:
            self._shared[key] = None if value is None else convert(value, (key,))
        return self._shared[key]

    def text(self, value: Any, path: Path) -> Text:  # noqa: ANN401  a string or a mapping of locales
        """Return a text in every locale of the shop; what is missing falls back along them."""
        locales = self.ground.locales
        if not isinstance(value, Mapping):
            if len(locales) > 1 and not _NEUTRAL.fullmatch(value):
                self._plain.append(path)
            return dict.fromkeys(locales, str(value))
        for locale in value:
            if locale not in locales and not str(locale).startswith("x-"):
                self.report("unknown-locale", (*path, locale), locale=locale, known=", ".join(locales))
        present = [value[locale] for locale in locales if value.get(locale)]
        fallback = present[0] if present else next(iter(value.values()), "")
        for locale in locales:
            if not value.get(locale):
                self._lacking.setdefault(locale, []).append(path)
        return {locale: str(value.get(locale) or fallback) for locale in locales}

    def find_text(self, tree: Tree, key: str, path: Path) -> Text | None:
        """Return the text below a key, if there is one."""
        value = tree.get(key)
        return None if value is None else self.text(value, (*path, key))

    def close(self) -> list[Problem]:
        """Return all problems of the file, with one for each language that is missing in it."""
        for locale in () if self._translates else self.ground.locales:
            paths = self._lacking.get(locale, []) + (self._plain if locale != self.ground.locale else [])
            if paths:
                self.report(
                    "missing-translation",
                    min(paths, key=_order),
                    locale=locale,
                    own=self.ground.locale,
                    count=len(paths),
                )
        return self.problems

    def money(self, value: Any, path: Path) -> int | None:  # noqa: ANN401  text, as people write amounts
        """Return minor units; report what is no amount and what it probably means."""
        currency = self.ground.currency
        try:
            return money.parse(str(value), currency)
        except money.NotMoneyError as error:
            meant = amounts.guess(str(value), currency)
            code = "price-maximum" if _LONG.fullmatch(str(value)) else f"price-{error.reason}"
            decimals, most = money.exponent(currency), money.plain(money.MAXIMUM, currency)
            self.report(code, path, suggestion=meant, value=value, currency=currency, decimals=decimals, maximum=most)
        return None

    def find_money(self, tree: Tree, key: str, path: Path) -> int | None:
        """Return the amount below a key, if there is one and it is good."""
        value = tree.get(key)
        return None if value is None else self.money(value, (*path, key))

    def weight(self, value: Any, path: Path) -> int:  # noqa: ANN401  text with a unit
        """Return grams, rounded to the nearest; a number without unit is grams."""
        found = _WEIGHT.fullmatch(str(value))
        factor = _GRAMS.get((found[2] or "g").lower()) if found else None
        if found is None or factor is None:
            self.report("weight-form", path, suggestion=amounts.guess_weight(str(value)), value=value)
            return 0
        grams = Decimal(found[1]) * factor
        whole = int(grams.to_integral_value(ROUND_HALF_UP))
        if grams and not whole:
            self.report("weight-form", path, value=value)
        return whole

    def seconds(self, value: Any, path: Path) -> int:  # noqa: ANN401  text such as 30m
        """Return a duration such as 30m, 24h, 7d, 2w in seconds."""
        found = _DURATION.fullmatch(str(value))
        if found is None or int(found[1]) == 0:
            self.report("duration-form", path, suggestion=amounts.guess_duration(str(value)), value=value)
            return 0
        return int(found[1]) * _SECONDS[found[2]]

    def find_seconds(self, tree: Tree, key: str, path: Path) -> int | None:
        """Return the duration below a key, if there is one."""
        value = tree.get(key)
        return None if value is None else self.seconds(value, (*path, key))

    def find_moment(self, tree: Tree, key: str, path: Path) -> int | None:
        """Return the short duration below a key, such as 3s, if there is one and it is good."""
        value = str(tree.get(key, "1s"))
        found = _MOMENT.fullmatch(value) or _DURATION.fullmatch(value)
        if found is None or int(found[1]) == 0:
            self.report("moment-form", (*path, key), suggestion=amounts.guess_moment(value), value=value)
            return None
        return int(found[1]) * _SECONDS[found[2]] if key in tree else None

    def instant(self, value: Any, path: Path) -> str:  # noqa: ANN401  ISO 8601
        """Return an instant in UTC; without an offset the shop's timezone holds, doubled hours mean the first."""
        text = str(value)
        try:
            written = datetime.fromisoformat(text) if _TIME.fullmatch(text) else None
        except ValueError:
            written = None
        if written is None:
            self.report("time-form", path, value=value)
            return ""
        if written.tzinfo is not None:
            return _utc(written)
        local = written.replace(tzinfo=ZoneInfo(self.ground.timezone))
        back = local.astimezone(UTC).astimezone(local.tzinfo)
        if back.replace(tzinfo=None) != written:
            later = (written + timedelta(hours=1)).isoformat(timespec="minutes")
            self.report("time-skipped", path, suggestion=later, value=value, timezone=self.ground.timezone)
        return _utc(local)

    def find_instant(self, tree: Tree, key: str, path: Path) -> str | None:
        """Return the instant below a key, if there is one and it is good."""
        value = tree.get(key)
        return None if value is None else self.instant(value, (*path, key)) or None

    def picture(self, value: Any, path: Path, alt: Text) -> Picture:  # noqa: ANN401  a path or {file, alt}
        """Return a picture; ``alt`` is what it shows when the merchant does not say."""
        if isinstance(value, Mapping):
            said = self.find_text(value, "alt", path)
            return Picture(file=str(value.get("file", "")), alt=said if said is not None else alt)
        return Picture(file=str(value), alt=alt)

    def find_picture(self, tree: Tree, key: str, path: Path, alt: Text) -> Picture | None:
        """Return the picture below a key, if there is one."""
        value = tree.get(key)
        return None if value is None else self.picture(value, (*path, key), alt)

    def seo(self, tree: Tree) -> Seo:
        """Return what search engines are told."""
        found = tree.get("seo")
        if not found:
            return Seo()
        return Seo(
            title=self.find_text(found, "title", ("seo",)), description=self.find_text(found, "description", ("seo",)),
            picture=found.get("image"),
        )  # fmt: skip


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")


def _order(path: Path) -> tuple[str, ...]:
    return tuple(f"{part:09d}" if isinstance(part, int) else part for part in path)
