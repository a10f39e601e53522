"""Says things in the reader's language.

``say(key, locale, …)``, ``refusal(refusal, locale)``, ``step(step, currency, locale)``.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from generator import money
from generator.theming import wording
from generator.theming.wording import Wording, merged
from runtime.faults import DatabaseFault
from runtime.pricing import Step
from runtime.refusals import Refusal
from runtime.wordings import access, counter, de, en, faults, funds, live, posters, promotions, records, zh

_MONEY = {"unit", "amount", "fee", "tax", "saving", "missing", "needed"}
_WORDS = {
    "en": en.WORDS | promotions.EN | funds.EN | counter.EN | live.EN | records.EN | access.EN | posters.EN,
    "zh": zh.WORDS | promotions.ZH | funds.ZH | counter.ZH | live.ZH | records.ZH | access.ZH | posters.ZH,
    "de": de.WORDS | promotions.DE | funds.DE | counter.DE | live.DE | records.DE | access.DE | posters.DE,
}


@lru_cache(maxsize=16)
def _wording(locale: str) -> Wording:
    return Wording(locale, merged(locale, _WORDS))


def say(key: str, locale: str, **values: Any) -> str:  # noqa: ANN401  whatever the sentence shows
    """Return a sentence with its values filled in; a value of several languages is said in this one."""
    return _wording(locale)(key, **{name: _plain(value, locale) for name, value in values.items()})


def refusal(error: Refusal, locale: str) -> str:
    """Return why the domain said no."""
    values = dict(error.values)
    for name in ("total", "left"):
        if "currency" in values and isinstance(values.get(name), int):
            values[name] = money.text(values[name], values["currency"], locale)
    for name in ("state", "event", "field"):
        if name in values and f"{name}.{values[name]}" in _WORDS["en"]:
            values[name] = say(f"{name}.{values[name]}", locale)
    return say(_sentence(error), locale, **{"reason": "", **values})


def fault(error: DatabaseFault, locale: str) -> str:
    """Return what is wrong with the database and what helps."""
    told = faults.SAID.get(locale[:2], {}).get(error.reason)
    return told.format_map(error.values) if told else str(error)


def _sentence(error: Refusal) -> str:
    """Choose the sentence: a product without a name is none of its sku's, and nothing left is sold out."""
    key, values = f"refusal.{error.code}", error.values
    if values.get("left") == 0 and f"{key}.none" in _WORDS["en"]:
        return f"{key}.none"
    if not values.get("title") and f"{key}.unnamed" in _WORDS["en"]:
        return f"{key}.unnamed"
    return key


def step(reason: Step, currency: str, locale: str, timezone: str = "UTC") -> str:
    """Return one reason of a price; a moment in it is told as the clocks of a time zone show it."""
    values: dict[str, Any] = {
        name: money.text(value, currency, locale) if name in _MONEY else value for name, value in reason.values.items()
    }
    if values.get("by"):
        units = money.text(values["units"], currency, locale) if values["by"] == "amount" else values["units"]
        values["units"] = say(f"unit.{values['by']}", locale, units=units)
    if "rates" in values:
        values["rates"] = ", ".join(_percent(rate) for rate in values["rates"])
    if values.get("zone"):
        values["zone"] = _zone(values["zone"], locale)
    if values.get("moment"):
        values["moment"] = _moment(values["moment"], locale, timezone)
    return say(f"trace.{reason.code}", locale, **values)


def _zone(text: str, locale: str) -> str:
    """Name the regions of a zone: countries stand there by their codes, provinces by their names."""
    if text == "*":
        return say("zone.everywhere", locale)
    names = wording.culture(locale).territories
    comma = "、" if locale.startswith("zh") else ", "
    return comma.join(str(names.get(each, each)) for each in text.split(", "))


def _moment(text: str, locale: str, timezone: str) -> str:
    moment, culture = datetime.fromisoformat(text).astimezone(ZoneInfo(timezone)), wording.culture(locale)
    clock = format_time(moment, "short", locale=culture)
    return f"{format_date(moment, 'medium', culture)} {clock}" + (" UTC" if timezone == "UTC" else "")


def _percent(rate: str) -> str:
    return f"{float(rate) * 100:g} %"


def _plain(value: object, locale: str) -> object:
    if isinstance(value, Mapping):
        return value.get(locale) or next(iter(value.values()), "")
    return value
