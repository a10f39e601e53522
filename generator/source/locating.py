"""The place of one value, found by walking past everything else: four times as fast as noting every place."""

from collections.abc import Callable
from typing import Any

from yaml.events import MappingEndEvent, MappingStartEvent, SequenceEndEvent, SequenceStartEvent

from generator.problems import Mark
from generator.source.events import Parser
from generator.source.tree import Path, span

Place = tuple[Mark | None, Mark]
_STARTS = {MappingStartEvent, SequenceStartEvent}
_ENDS = {MappingEndEvent, SequenceEndEvent}


def locate(text: str, path: Path) -> tuple[Place, int]:
    """Return the places (key or None, value) of the deepest thing on the path, and how many steps of it exist.

    The text has been read before without any problem.
    """
    get: Callable[[], Any] = Parser(text).get_event
    get()
    get()
    event = get()
    key, value, depth = None, event, 0
    for step in path:
        found = _child(get, type(event), step)
        if found is None:
            break
        (key, value), depth = found, depth + 1
        event = value
    return (key and span(key.start_mark, key.end_mark), span(value.start_mark, value.end_mark)), depth


def _child(get: Callable[[], Any], kind: type, step: str | int) -> tuple[Any, Any] | None:
    """Return the events of the key (None in a list) and value at a step, with the parser just behind them."""
    if kind is MappingStartEvent and isinstance(step, str):
        while type(key := get()) is not MappingEndEvent:
            value = get()
            if key.value == step:
                return key, value
            _skip(get, value)
    elif kind is SequenceStartEvent and isinstance(step, int):
        while type(value := get()) is not SequenceEndEvent:
            if step == 0:
                return None, value
            step -= 1
            _skip(get, value)
    return None


def _skip(get: Callable[[], Any], event: Any) -> None:  # noqa: ANN401  an event of a parser without types
    depth = int(type(event) in _STARTS)
    while depth:
        kind = type(get())
        depth += (kind in _STARTS) - (kind in _ENDS)
