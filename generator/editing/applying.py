"""What changes make of data, and which changes make one value of another: no text is looked at here."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

import msgspec

from generator.editing.change import Change, Insert, Move, Path, Plain, Remove, Set, UnwritableError
from generator.source.decoding import FORBIDDEN, HIDDEN
from generator.source.events import Data
from generator.source.tree import MAXIMUM_DEPTH

_SURE = 200
"""Lists of more items are compared by their common beginning and end only."""


def clean(value: Data, path: Path) -> Data:
    """Return data as it can be written: whole numbers as text, invisible characters left out; raise UnwritableError."""
    if len(path) > MAXIMUM_DEPTH:
        raise UnwritableError("deep", path)
    if isinstance(value, str):
        if FORBIDDEN.search(value):
            raise UnwritableError("character", path)
        bare = HIDDEN.sub("", value)
        return value if bare == value else type(value)(bare)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return Plain(value)
    if isinstance(value, dict):
        return {_key(key, path): clean(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item, (*path, number)) for number, item in enumerate(value)]
    raise TypeError(f"{type(value).__name__} cannot be written; money and numbers are Plain text")


def _key(key: object, path: Path) -> str:
    if not isinstance(key, str) or not key or key == "<<" or FORBIDDEN.search(key) or HIDDEN.search(key):
        raise UnwritableError("no-such-path", path)
    return key


def copied(value: Data) -> Data:
    """Return the same data anew, for somebody who may change it."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def find(data: Data, path: Path) -> Any:  # noqa: ANN401  any YAML value
    """Return the value at a path; raise UnwritableError where there is none."""
    for number, step in enumerate(path):
        if not _has(data, step):
            raise UnwritableError("no-such-path", path[: number + 1])
        data = data[step]
    return data


def has(data: Data, path: Path) -> bool:
    """Tell whether there is a value at a path."""
    for step in path:
        if not _has(data, step):
            return False
        data = data[step]
    return True


def _has(data: Data, step: str | int) -> bool:
    if isinstance(data, dict):
        return isinstance(step, str) and step in data
    return isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data)


def applied(data: Data, change: Change) -> Data:
    """Return data after a change; the given data stays as it is; raise UnwritableError."""
    if not change.path:
        if isinstance(change, Set):
            return change.value
        raise UnwritableError("no-such-path", ())
    return _inside(data, change, 0)


def _inside(data: Data, change: Change, depth: int) -> Data:
    step = change.path[depth]
    last = depth == len(change.path) - 1
    if isinstance(change, Set) and isinstance(step, str) and data is None:
        data = {}
    if isinstance(change, Insert) and isinstance(step, int) and last and data is None:
        data = []
    if not isinstance(data, dict if isinstance(step, str) else list):
        raise UnwritableError("no-such-path", change.path[: depth + 1])
    if last:
        return _at_end(data, change, step)
    inner: Data = None
    if _has(data, step):
        inner = find(data, (step,))
    elif not (isinstance(data, dict) and isinstance(change, Set | Insert)):
        raise UnwritableError("no-such-path", change.path[: depth + 1])
    copy: Any = data.copy()
    copy[step] = _inside(inner, change, depth + 1)
    return copy


def _at_end(data: Any, change: Change, step: Any) -> Data:  # noqa: ANN401  a mapping or list, and its key or index
    copy = data.copy()
    if isinstance(change, Insert):
        if not isinstance(data, list) or not 0 <= step <= len(data):
            raise UnwritableError("no-such-path", change.path)
        copy.insert(step, change.value)
        return copy
    if not (_has(data, step) or (isinstance(change, Set) and isinstance(data, dict))):
        raise UnwritableError("no-such-path", change.path)
    if isinstance(change, Set):
        copy[step] = change.value
    elif isinstance(change, Remove):
        del copy[step]
    else:
        if not isinstance(data, list) or not 0 <= change.to < len(data):
            raise UnwritableError("no-such-path", change.path)
        copy.insert(change.to, copy.pop(step))
    return copy


def simple(data: Data, change: Change) -> Iterator[Change]:
    """Return a change as the smallest ones that come to the same: keys and items that stay are not written again."""
    if isinstance(change, Set | Insert):
        change = msgspec.structs.replace(change, value=clean(change.value, change.path))
    target = applied(data, change)
    if isinstance(change, Remove) or (isinstance(change, Move) and change.path[-1] != change.to):
        yield change
    if isinstance(change, Move | Remove):
        return
    path = change.path if isinstance(change, Set) else change.path[:-1]
    here = data
    for depth, step in enumerate(path):
        if not _has(here, step):
            reached = path[:depth] if here is None else path[: depth + 1]
            yield Set(reached, find(target, reached))
            return
        here = here[step]
    if isinstance(change, Insert) and here:
        yield change
    else:
        yield from differences(here, find(target, path), path)


def differences(old: Data, new: Data, path: Path = ()) -> Iterator[Change]:
    """Return the changes that make the new value of the old one, to be applied one after another."""
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        yield from _of_mappings(old, new, path)
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        yield from _of_lists(old, new, path)
    elif old != new:
        yield Set(path, new)


def _of_mappings(old: dict[str, Data], new: dict[str, Data], path: Path) -> Iterator[Change]:
    kept = [key for key in old if key in new]
    added = [key for key in new if key not in old]
    if not kept or kept + added != list(new):
        yield Set(path, new)
        return
    for key in old:
        if key not in new:
            yield Remove((*path, key))
    for key in kept:
        yield from differences(old[key], new[key], (*path, key))
    for key in added:
        yield Set((*path, key), new[key])


def _of_lists(old: list[Data], new: list[Data], path: Path) -> Iterator[Change]:
    moved = _moved(old, new)
    if moved is not None:
        yield Move((*path, moved[0]), moved[1])
        return
    known: dict[str, int] = {}
    left, right = ([known.setdefault(repr(each), len(known)) for each in side] for side in (old, new))
    shift = 0
    for kind, a, b, c, d in _opcodes(left, right):
        if kind == "equal":
            continue
        both = min(b - a, d - c)
        for number in range(both):
            yield from differences(old[a + number], new[c + number], (*path, a + shift + number))
        for _ in range(a + both, b):
            yield Remove((*path, a + shift + both))
        for number in range(c + both, d):
            yield Insert((*path, a + shift + number - c), new[number])
        shift += (d - c) - (b - a)


def _opcodes(left: Sequence[int], right: Sequence[int]) -> Iterator[tuple[str, int, int, int, int]]:
    if max(len(left), len(right)) <= _SURE:
        yield from SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes()
        return
    first = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    most = min(len(left), len(right)) - first
    last = next((n for n in range(most) if left[-1 - n] != right[-1 - n]), most)
    yield "replace", first, len(left) - last, first, len(right) - last


def _moved(old: list[Data], new: list[Data]) -> tuple[int, int] | None:
    """Return from where to where one item went, if that is all."""
    if len(old) != len(new) or old == new:
        return None
    first = next(n for n in range(len(old)) if old[n] != new[n])
    last = next(n for n in range(len(old) - 1, -1, -1) if old[n] != new[n])
    if old[first + 1 : last + 1] == new[first:last] and old[first] == new[last]:
        return first, last
    if old[first:last] == new[first + 1 : last + 1] and old[last] == new[first]:
        return last, first
    return None
