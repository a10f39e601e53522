"""From what was sent to the changes of the file: only what differs, each in its own place.

Changes are done one after the other: an index in a path counts what was there after the changes before it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher

from generator.editing.change import Change, Insert, Move, Remove, Set
from generator.fields import Kind
from generator.source.events import Data
from runtime.console.forms import inputs
from runtime.console.forms.binding import YES, text_of
from runtime.console.forms.inputs import Inputs, is_blank
from runtime.console.forms.nodes import MISSING, Group, Kept, Leaf, Lines, Node, Rows, Shaped, Words


def changes(root: Group, sent: Inputs) -> list[Change]:
    """Return what a form changes in its file."""
    return _Reading(sent).inside(root)


def made(node: Node, sent: Inputs) -> Data:
    """Return the data that a form gives for a node, or MISSING."""
    return _Reading(sent).made(node)


class _Reading:
    """Reads one form."""

    def __init__(self, sent: Inputs) -> None:
        self._sent = sent

    def of(self, node: Node) -> list[Change]:
        """Return the changes of a node and everything below it."""
        if isinstance(node, Shaped):
            return self.of(node.node) if node.kept else self._whole(node)
        if isinstance(node, Leaf | Lines):
            return self._leaf(node) if isinstance(node, Leaf) else self._lines(node)
        if isinstance(node, Kept):
            return []
        if node.old is MISSING or node.old is None or (isinstance(node, Group) and node.bare):
            return self._whole(node)
        if isinstance(node, Words):
            return self._words(node)
        return self._rows(node) if isinstance(node, Rows) else self._group(node)

    def _whole(self, node: Node) -> list[Change]:
        """Return the change that writes a thing anew where it was not, or in another shape."""
        data = self.made(node)
        if data is MISSING:
            return [] if node.old is MISSING or node.old is None else [Remove(node.path)]
        return [] if data == node.old else [Set(node.path, data)]

    def _leaf(self, leaf: Leaf) -> list[Change]:
        text = self._sent.find(leaf)
        if text is None or inputs.is_same(leaf, text):
            return []
        if is_blank(text) and leaf.field.kind is not Kind.YES_NO:
            return [] if leaf.old is MISSING else [Remove(leaf.path)]
        return [Set(leaf.path, inputs.value(leaf.field, text, leaf.old))]

    def _words(self, node: Words) -> list[Change]:
        if not isinstance(node.old, dict):
            return self._one_text(node)
        found = [each for leaf in node.leaves for each in self._leaf(leaf)]
        gone = {each.path[-1] for each in found if isinstance(each, Remove)}
        stays = set(node.old) - gone or any(isinstance(each, Set) for each in found)
        return found if stays else [Remove(node.path)]

    def _one_text(self, node: Words) -> list[Change]:
        """Return the change of a text that is no mapping of languages yet."""
        data = self.made(node)
        if isinstance(data, dict):
            return [Set(node.path, data)]
        own = node.leaves[0]
        text = self._sent.find(own)
        if text is None or inputs.is_same(own, text):
            return []
        return [Remove(node.path)] if is_blank(text) else [Set(node.path, inputs.value(own.field, text, node.old))]

    def _lines(self, node: Lines) -> list[Change]:
        new = self._sent.find_lines(node)
        old = [each.strip() for each in node.texts]
        if new is None or new == [each for each in old if each]:
            return []
        if inputs.has_ticks(node):
            new = [each for each in old if each in new] + [each for each in new if each not in old]
            if new == old:
                return []
        if not new:
            return [] if node.old is MISSING else [Remove(node.path)]
        if not isinstance(node.old, list) or not node.old:
            return [Set(node.path, self._entries(node, new))]
        return self._exchanged(node, old, new)

    def _entries(self, node: Lines, texts: Sequence[str]) -> list[Data]:
        item = node.field.item
        return [inputs.value(item, each) if item else each for each in texts]

    def _exchanged(self, node: Lines, old: Sequence[str], new: Sequence[str]) -> list[Change]:
        found: list[Change] = []
        shift = 0
        for what, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if what == "equal":
                continue
            entries, room = self._entries(node, new[first:last]), end - start
            at = start + shift
            for offset, entry in enumerate(entries):
                where = (*node.path, at + offset)
                found.append(Set(where, entry) if offset < room else Insert(where, entry))
            found += [Remove((*node.path, at + offset)) for offset in range(room - 1, len(entries) - 1, -1)]
            shift += len(entries) - room
        return found

    def _group(self, node: Group) -> list[Change]:
        found = self.inside(node)
        gone = {each.path[-1] for each in found if isinstance(each, Remove) and len(each.path) == len(node.path) + 1}
        made = any(isinstance(each, Set) and len(each.path) == len(node.path) + 1 for each in found)
        if found and not made and node.old and not set(node.old) - gone:
            return [Remove(node.path)]
        return found

    def inside(self, node: Group) -> list[Change]:
        """Return the changes of everything in a group."""
        found: list[Change] = []
        for each in node.nodes:
            if each.name in node.left:
                found.append(Remove(each.path))
            elif each.name not in node.hidden:
                found += self.of(each)
        return found

    def _rows(self, node: Rows) -> list[Change]:
        if not node.sent:
            return []
        return self._named_rows(node) if node.keyed else self._listed_rows(node)

    def _listed_rows(self, node: Rows) -> list[Change]:
        found: list[Change] = []
        wanted: list[tuple[int | None, Data]] = []
        for row in node.rows:
            if isinstance(row.place, int):
                edits = self.of(row.node)
                if any(isinstance(each, Remove) and each.path == row.node.path for each in edits):
                    continue
                found += edits
                wanted.append((row.place, None))
            else:
                data = self.made(row.node)
                if data is not MISSING:
                    wanted.append((None, data))
        kept = [place for place, _ in wanted if place is not None]
        if not wanted:
            return [Remove(node.path)] if node.old else []
        gone = [place for place in range(len(node.old)) if place not in kept]
        found += [Remove((*node.path, place)) for place in reversed(gone)]
        return found + _ordered(node.path, wanted, [place for place in range(len(node.old)) if place in kept])

    def _named_rows(self, node: Rows) -> list[Change]:
        found: list[Change] = []
        seen: set[str] = set()
        kept = {row.place for row in node.rows}
        removed: list[Change] = [Remove((*node.path, key)) for key in node.old if key not in kept]
        for row in node.rows:
            written = self._sent.find(row.key) if row.key else None
            key = row.place if written is None else written.strip()
            if key == row.place and key is not None:
                seen.add(str(key))
                found += self.of(row.node)
                continue
            if row.place is not None:
                removed.append(Remove((*node.path, row.place)))
            data = self.made(row.node)
            if key and data is not MISSING and str(key) not in seen:
                seen.add(str(key))
                found.append(Set((*node.path, str(key)), data))
        stays = len(removed) < len(node.old) or any(isinstance(each, Set) for each in found)
        return [*removed, *found] if stays or not node.old else [Remove(node.path)]

    def made(self, node: Node) -> Data:
        """Return the whole data of a node as the form has it, or MISSING where it says nothing."""
        if isinstance(node, Leaf):
            return self._made_leaf(node)
        if isinstance(node, Words):
            return self._made_words(node)
        if isinstance(node, Shaped):
            return self.made(node.node)
        if isinstance(node, Kept):
            return node.old
        if isinstance(node, Lines):
            texts = self._sent.find_lines(node)
            entries = self._entries(node, node.texts if texts is None else texts)
            return entries or MISSING
        return self._made_rows(node) if isinstance(node, Rows) else self._made_group(node)

    def _made_leaf(self, leaf: Leaf) -> Data:
        text = self._sent.find(leaf)
        text = leaf.text if text is None else text
        fresh = leaf.old is MISSING or leaf.old is None
        if leaf.field.kind is Kind.YES_NO:
            usual = YES if leaf.field.default is True else ""
            return MISSING if fresh and text == usual else text == YES
        if is_blank(text) or (fresh and leaf.offered and text == text_of(leaf.field.default)):
            return MISSING
        return inputs.value(leaf.field, text, leaf.old)

    def _made_words(self, node: Words) -> Data:
        texts = {leaf.locale: self._made_leaf(leaf) for leaf in node.leaves}
        texts = {locale: text for locale, text in texts.items() if text is not MISSING}
        own = node.leaves[0].locale
        if not texts:
            return MISSING
        return texts[own] if set(texts) == {own} else texts

    def _made_rows(self, node: Rows) -> Data:
        entries = [(row, self.made(row.node)) for row in node.rows]
        if not node.keyed:
            return [data for _, data in entries if data is not MISSING] or MISSING
        named: dict[str, Data] = {}
        for row, data in entries:
            key = (self._sent.find(row.key) or "").strip() if row.key else ""
            if key and data is not MISSING:
                named.setdefault(key, data)
        return named or MISSING

    def _made_group(self, node: Group) -> Data:
        shown = [each for each in node.nodes if each.name not in node.hidden | node.left]
        data = {each.field.key: self.made(each) for each in shown}
        data = {key: each for key, each in data.items() if each is not MISSING} | node.extra
        if node.field.short and set(data) == {node.field.short}:
            return data[node.field.short]
        return data or MISSING


def _ordered(path: tuple[str | int, ...], wanted: Sequence[tuple[int | None, Data]], now: list[int]) -> list[Change]:
    """Return the fewest moves, and the insertions, that put a list into the order that is wanted."""
    stay = _longest_rising([place for place, _ in wanted if place is not None])
    current: list[object] = list(now)
    found: list[Change] = []
    before: object = None
    for place, data in wanted:
        at = current.index(before) + 1 if before is not None else 0
        if place is None:
            before = object()
            current.insert(at, before)
            found.append(Insert((*path, at), data))
            continue
        if place not in stay:
            origin = current.index(place)
            current.pop(origin)
            to = at - 1 if origin < at else at
            current.insert(to, place)
            if to != origin:
                found.append(Move((*path, origin), to))
        before = place
    return found


def _longest_rising(places: Sequence[int]) -> set[int]:
    """Return the most places that are in order already (patience sorting)."""
    tops: list[int] = []
    chains: list[tuple[int, ...]] = []
    for place in places:
        at = bisect_left(tops, place)
        chain = (*(chains[at - 1] if at else ()), place)
        tops[at : at + 1] = [place]
        chains[at : at + 1] = [chain]
    return set(chains[-1]) if chains else set()
