"""Anchors and aliases: a change is about one path alone, so what shares a value with it gets that value first.

A change at an alias, or below it, is made in a copy written out in its place. Before a value with an anchor changes,
the first alias of it becomes the place of the old value, with the anchor, and the others refer to that. An anchor that
loses its last alias goes as well.
"""

import re

import msgspec

from generator.editing import applying, placing, spans
from generator.editing.change import Change, Insert, Move, Path, Set, UnwritableError
from generator.editing.spans import Node, walk
from generator.source.events import Data

_ANCHOR = re.compile(r"&[^\s,\[\]{}]+")
_MOST = 100


class Shared(msgspec.Struct):
    """An anchored value: its path, its node, and the paths of the aliases that stand for it."""

    path: Path
    node: Node
    users: list[Path]


def freed(text: str, change: Change, data: Data) -> str:
    """Return the text with the same data, in which nothing else depends on what the change is about."""
    if "&" not in text:
        return text
    for _ in range(_MOST):
        root = spans.read(text)
        if root is None:
            return text
        step = _next_step(text, root, change, data)
        if step is None:
            return text
        text = step
    raise UnwritableError("odd", change.path)


def _next_step(text: str, root: Node, change: Change, data: Data) -> str | None:
    shared = _shared(root)
    target = change.path
    through = _alias_on(root, target if not isinstance(change, Set) else target[:-1])
    if through is not None:
        return _written_out(text, root, through, data)
    for each in shared:
        above = _is_below(target, each.path) and target != each.path
        inside = not isinstance(change, Insert) and _is_below(each.path, target)
        outside = [user for user in each.users if not _is_below(user, target)] if inside else each.users
        if above or inside:
            if outside:
                return _handed_over(text, root, each, outside[0], data)
        elif isinstance(change, Move):
            within = next((user for user in each.users if _is_below(user, target)), None)
            if within is not None:
                return _written_out(text, root, within, data)
    return None


def _shared(root: Node) -> list[Shared]:
    known: dict[str, Shared] = {}
    found: list[Shared] = []
    for path, node in walk(root):
        if node.anchor:
            known[node.anchor] = Shared(path, node, [])
            found.append(known[node.anchor])
        elif node.kind == "alias" and node.value in known:
            known[node.value].users.append(path)
    return found


def _is_below(path: Path, above: Path) -> bool:
    return path[: len(above)] == above


def _alias_on(root: Node, path: Path) -> Path | None:
    """Return the path of an alias that a path leads to or through."""
    node: Node | None = root
    for depth in range(len(path) + 1):
        if node is None:
            return None
        if node.kind == "alias":
            return path[:depth]
        node = node.find(path[depth]) if depth < len(path) else None
    return None


def _written_out(text: str, root: Node, path: Path, data: Data, anchor: str = "") -> str:
    place = placing.Place(text, root, path)
    return placing.replace(place, applying.find(data, path), anchor)


def _handed_over(text: str, root: Node, each: Shared, user: Path, data: Data) -> str:
    """Make the first alias the place of the value, from behind, so that the anchor before it keeps its index."""
    written = _written_out(text, root, user, data, each.node.anchor)
    return _without(written, each.node)


def _without(text: str, node: Node) -> str:
    """Take an anchor away from its value."""
    found = _ANCHOR.search(text, node.outer)
    if found is None:
        return text
    end = found.end()
    while text[end : end + 1] == " ":
        end += 1
    start = found.start()
    if text[end : end + 1] in {"", "\r", "\n"}:
        start = len(text[:start].rstrip(" "))
    return text[:start] + text[end:]


def tidied(before: str, text: str) -> str:
    """Take those anchors away whose last alias went with the changes."""
    old = spans.read(before)
    unused = {each.node.anchor for each in _shared(old) if not each.users} if old else set()
    for _ in range(_MOST):
        root = spans.read(text)
        loose = [each for each in _shared(root) if not each.users and each.node.anchor not in unused] if root else []
        if not loose:
            break
        text = _without(text, loose[-1].node)
    return text
