"""Which language a command speaks."""

import os

from runtime import words

_KNOWN = {"zh": "zh-CN", "de": "de"}
_ACTORS = {"buyer", "merchant", "system", "gateway"}


def language() -> str:
    """Return the locale of whoever typed the command: Chinese, German, else English."""
    given = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return _KNOWN.get(given[:2].lower(), "en")


def actor(name: str) -> str:
    """Say who did something: the buyer, the merchant, time, or a payment service by its name."""
    kind, _, which = name.partition(":")
    return words.say(f"actor.{kind}", language(), name=which) if kind in _ACTORS else name
