"""Somebody was faster: what they changed and what was to be changed stand side by side, and nothing is lost."""

from collections.abc import Iterator
from typing import Any

import msgspec
from flask import Response, request

from generator.editor import GONE, StaleError
from generator.fields import ANY, Field, Path
from generator.source.events import Data
from runtime.console.forms.binding import text_of
from runtime.web.areas import shell
from runtime.web.areas.filing import Filed

_MOST = 60
_LONGEST = 300
_OURS = frozenset({"csrf_token", "~merge", "~do"})


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One place: its name, and what it was, what I wrote, and what somebody else wrote meanwhile."""

    label: str
    base: str
    mine: str
    theirs: str
    clash: bool = False


def screen(filed: Filed, stale: StaleError, back: str, *, area: str) -> Response:
    """Show who changed what; the form goes on from here with one of two buttons (409)."""
    clashes = {each.path for each in stale.clashes}
    found = [
        Difference(
            label=label(filed.field, each.path), base=_shown(each.base), mine=_shown(each.mine),
            theirs=_shown(each.theirs), clash=True,
        )
        for each in stale.clashes
    ]  # fmt: skip
    found += _differing(filed.field, stale, clashes)
    sent = request.form if filed.sent is None else filed.sent
    kept = [(name, value) for name, value in sent.items(multi=True) if name not in _OURS and "~secret" not in name]
    context: dict[str, Any] = {
        "title": shell.say("merge.title"), "differences": found[:_MOST], "clash": bool(clashes), "action": back,
        "kept": kept, "known": stale.base is not None and stale.theirs is not None,
    }  # fmt: skip
    return shell.screen("office/merge.html", context, area=area, status=409)


def _differing(field: Field, stale: StaleError, clashes: set[Path]) -> Iterator[Difference]:
    base, mine, theirs = (dict(_leaves(each)) for each in (stale.base, stale.mine, stale.theirs))
    for path in dict.fromkeys([*base, *mine, *theirs]):
        values = [each.get(path, GONE) for each in (base, mine, theirs)]
        if values[0] == values[1] == values[2] or any(path[: len(each)] == each for each in clashes):
            continue
        yield Difference(
            label=label(field, path), base=_shown(values[0]), mine=_shown(values[1]), theirs=_shown(values[2])
        )


def _leaves(data: Data, path: Path = ()) -> Iterator[tuple[Path, Data]]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(data, list) and data:
        for index, value in enumerate(data):
            yield from _leaves(value, (*path, index))
    elif path:
        yield path, data


def label(field: Field, path: Path) -> str:
    """Return the titles on the way to a place, with the numbers of rows."""
    words, now = list[str](), field
    for step in path:
        shapes = (now, *now.shapes)
        below = next((found for each in shapes if (found := _step(each, step)) is not None), None)
        words.append(
            f"{int(step) + 1}."
            if isinstance(step, int)
            else (below.title if below and below.key == step else str(step))
        )
        if below is None:
            break
        now = below
    return " › ".join(words)


def _step(field: Field, step: str | int) -> Field | None:
    every = (*field.fields, *(each for case in field.cases.values() for each in case))
    found = next((each for each in every if each.key == step), None)
    return found or (field.item if field.item is not None and field.item.path[-1:] == (ANY,) else None)


def _shown(data: Data) -> str:
    if data == GONE or data is None:
        return ""
    return str(data)[:_LONGEST] if isinstance(data, dict | list) else text_of(data)[:_LONGEST]
