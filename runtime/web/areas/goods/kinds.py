"""Variants made for the merchant: a row for every combination of the options that has none yet."""

import itertools
from typing import Any

from generator.loading.products import MOST_VARIANTS
from generator.source.events import Data
from runtime.console.forms.binding import Given

LIST = "variants"


def options(data: Data, locale: str) -> dict[str, list[str]]:
    """Return the options of a product as its form has them: names and values in the shop's own language."""
    said = data.get("options") if isinstance(data, dict) else None
    if isinstance(said, dict):
        pairs: list[tuple[Any, Any]] = list(said.items())
    else:
        pairs = [(each.get("name"), each.get("values")) for each in said or [] if isinstance(each, dict)]
    found = {_own(name, locale): [_own(each, locale) for each in values or []] for name, values in pairs}
    return {name: [each for each in values if each] for name, values in found.items() if name and values}


def combine(given: Given, data: Data, locale: str) -> Given:
    """Return the form with a row for each combination that has none; nothing where there would be far too many."""
    wanted = options(data, locale)
    size = 1
    for values in wanted.values():
        size *= len(values)
    if not wanted or size > MOST_VARIANTS:
        return given
    listed = data.get(LIST)
    rows = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    known = {tuple(str((row.get("options") or {}).get(name, "")) for name in wanted) for row in rows}
    made: Given = given.copy()
    tokens = [each for each in made.getlist(LIST) if each]
    number = 1 + max((int(each[1:]) for each in tokens if each[:1] == "n" and each[1:].isdecimal()), default=-1)
    for choice in itertools.product(*wanted.values()):
        if choice in known:
            continue
        token = f"n{number}"
        number += 1
        tokens.append(token)
        below = f"{LIST}.{token}.options"
        made.setlist(below, ["", *(f"n{index}" for index in range(len(wanted)))])
        for index, (name, value) in enumerate(zip(wanted, choice, strict=True)):
            made[f"{below}.n{index}.key"] = name
            made[f"{below}.n{index}.value"] = value
    made.setlist(LIST, ["", *tokens])
    return made


def _own(text: Any, locale: str) -> str:  # noqa: ANN401  a text, or one in several languages
    if isinstance(text, dict):
        return str(text.get(locale) or next(iter(text.values()), ""))
    return "" if text is None else str(text)
