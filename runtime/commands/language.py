"""Which language a command speaks: the one that ``--lang`` names, else that of the environment's locale."""

import os
from collections.abc import Callable
from typing import TypeVar

import click

from generator.cli import LANGUAGE
from runtime import words

_KNOWN = {"zh": "zh-CN", "de": "de"}
_ACTORS = {"buyer", "merchant", "system", "gateway"}
_ASKED = f"{__name__}.asked"

F = TypeVar("F", bound=Callable[..., object])


def option(command: F) -> F:
    """Add ``--lang`` to a command; ``language`` answers it, also to whoever explains an error in the end."""
    add = click.option(
        "--lang",
        type=LANGUAGE,
        expose_value=False,
        is_eager=True,
        callback=_remember,
        help="Language of messages; the locale's if not given.",
    )
    return add(command)


def language() -> str:
    """Return the locale of whoever typed the command: Chinese, German, else English."""
    context = click.get_current_context(silent=True)
    asked = context.meta.get(_ASKED) if context else None
    given = asked or os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return _KNOWN.get(given[:2].lower(), "en")


def actor(name: str) -> str:
    """Say who did something: the buyer, the merchant, time, or a payment service by its name."""
    kind, _, which = name.partition(":")
    return words.say(f"actor.{kind}", language(), name=which) if kind in _ACTORS else name


def _remember(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value:
        context.meta[_ASKED] = value
