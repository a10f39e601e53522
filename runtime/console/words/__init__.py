"""Says things to merchants in their language: ``say(key, locale, …)``; ``choose(wanted)`` finds the language."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from generator.theming.wording import Wording, merged
from runtime.console.words import live_de, live_en, live_zh, shared

LANGUAGES = {"zh-CN": "简体中文", "en": "English", "de": "Deutsch"}
"""The languages of the console, each by its own name; the first is spoken when nobody asks for another."""
_WORDS = {
    "zh-CN": shared.ZH | live_zh.WORDS,
    "en": shared.EN | live_en.WORDS,
    "de": shared.DE | live_de.WORDS,
}


@lru_cache(maxsize=8)
def wording(locale: str) -> Wording:
    """Return all words of a language."""
    return Wording(locale, merged(locale, _WORDS))


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
