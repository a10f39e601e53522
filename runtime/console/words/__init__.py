"""Says things to merchants in their language: ``say(key, locale, …)``; ``choose(wanted)`` finds the language.

An area's words are the modules ``<area>_zh.py`` and ``<area>_en.py`` of this folder, each with its ``WORDS``; its keys
begin with its name. Where a language has no module of an area, English stands in.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from generator.theming.wording import Wording, merged
from runtime.console.words import shared

LANGUAGES = {"zh-CN": "简体中文", "en": "English", "de": "Deutsch"}
"""The languages of the console, each by its own name; the first is spoken when nobody asks for another."""
_ENDINGS = {"zh": "zh-CN", "en": "en", "de": "de"}


@lru_cache(maxsize=1)
def catalogues() -> dict[str, dict[str, str]]:
    """Return the words of every area by language, without any that stand in for others."""
    found = {"zh-CN": dict(shared.ZH), "en": dict(shared.EN), "de": dict(shared.DE)}
    for module in pkgutil.iter_modules(__path__):
        language = _ENDINGS.get(module.name.rpartition("_")[2])
        if language:
            found[language] |= importlib.import_module(f"{__name__}.{module.name}").WORDS
    return found


@lru_cache(maxsize=8)
def wording(locale: str) -> Wording:
    """Return all words of a language."""
    return Wording(locale, merged(locale, catalogues()))


def say(key: str, locale: str, **values: Any) -> str:  # noqa: ANN401  whatever the sentence shows
    """Return a sentence with its values filled in."""
    return wording(locale)(key, **values)


def scripts(locale: str, room: str) -> dict[str, str]:
    """Return what scripts say in a room of the console: the words below ``<room>.js.``, without that beginning."""
    before = f"{room}.js."
    return {key.removeprefix(before): text for key, text in wording(locale).words.items() if key.startswith(before)}


def choose(wanted: Iterable[str]) -> str:
    """Return the first language of the console that somebody reads, as their browser names languages."""
    for each in wanted:
        language = each.lower().partition("-")[0]
        for known in LANGUAGES:
            if known.lower().partition("-")[0] == language:
                return known
    return next(iter(LANGUAGES))
