"""Three states of the same data: as opened, as I would have it, as somebody else has saved it meanwhile."""

from difflib import SequenceMatcher
from typing import Any

import msgspec

from generator.editing.change import Path
from generator.editing.saving import GONE, Clash
from generator.source.events import Data

Change = tuple[int, int, int, int]


class Merged(msgspec.Struct):
    """What both sides come to, and where they stand against each other."""

    value: Any
    clashes: list[Clash]


def merge(base: Data, mine: Data, theirs: Data, *, mine_wins: bool) -> Merged:
    """Return data with what both sides changed; where both changed the same, one side wins and the clash is told."""
    clashes: list[Clash] = []
    value = _merged((base, mine, theirs), (), clashes, mine_wins=mine_wins)
    return Merged(value, clashes)


def _merged(three: tuple[Data, Data, Data], path: Path, clashes: list[Clash], *, mine_wins: bool) -> Data:
    base, mine, theirs = three
    if mine in (theirs, base):
        return theirs
    if base == theirs:
        return mine
    if all(isinstance(each, dict) for each in three):
        return _of_mappings(three, path, clashes, mine_wins=mine_wins)
    if all(isinstance(each, list) for each in three):
        found = _of_lists(three, path, clashes, mine_wins=mine_wins)
        if found is not None:
            return found
    clashes.append(Clash(path=path, base=base, mine=mine, theirs=theirs))
    return mine if mine_wins else theirs


def _of_mappings(three: Any, path: Path, clashes: list[Clash], *, mine_wins: bool) -> Data:  # noqa: ANN401  three dicts
    base, mine, theirs = three
    order = [*(theirs if list(theirs) != list(base) else mine), *mine, *theirs]
    merged = {}
    for key in dict.fromkeys(order):
        value = _merged(
            (base.get(key, GONE), mine.get(key, GONE), theirs.get(key, GONE)),
            (*path, key),
            clashes,
            mine_wins=mine_wins,
        )
        if value is not GONE:
            merged[key] = value
    return merged


def _of_lists(three: Any, path: Path, clashes: list[Clash], *, mine_wins: bool) -> Data:  # noqa: ANN401  three lists
    """Return the list that both sides' insertions, removals and changed items come to; None where they overlap."""
    base, mine, theirs = three
    merged: list[Data] = []
    at = 0
    for region in _regions(_changed(base, mine), _changed(base, theirs)):
        merged += base[at : region.start]
        at = region.end
        old = base[region.start : region.end]
        own, other = region.part(base, mine, 0), region.part(base, theirs, 1)
        if own in (old, other):
            merged += other
        elif other == old:
            merged += own
        elif len(own) == len(other) == len(old):
            for items in zip(old, own, other, strict=True):
                merged.append(_merged(items, (*path, len(merged)), clashes, mine_wins=mine_wins))
        else:
            return None
    return merged + base[at:]


class Region(msgspec.Struct):
    """A part of the base that a side changed, or both: with the changes (from, to, from, to) of each."""

    start: int
    end: int
    changes: tuple[list[Change], list[Change]]

    def part(self, base: list[Data], side: list[Data], number: int) -> list[Data]:
        """Return what a side has in place of this part of the base."""
        found: list[Data] = []
        at = self.start
        for start, end, first, last in self.changes[number]:
            found += base[at:start] + side[first:last]
            at = end
        return found + base[at : self.end]


def _regions(mine: list[Change], theirs: list[Change]) -> list[Region]:
    """Return what was changed in the order of the base, changes of the same items (or at the same gap) together."""
    regions: list[Region] = []
    for change, number in sorted([(each, 0) for each in mine] + [(each, 1) for each in theirs]):
        start, end = change[:2]
        last = regions[-1] if regions else None
        if last is None or not (start < last.end or (start, end) == (last.start, last.end)):
            last = Region(start, end, ([], []))
            regions.append(last)
        last.end = max(last.end, end)
        last.changes[number].append(change)
    return regions


def _changed(base: list[Data], side: list[Data]) -> list[Change]:
    known: dict[str, int] = {}
    left, right = ([known.setdefault(repr(each), len(known)) for each in one] for one in (base, side))
    matcher = SequenceMatcher(a=left, b=right, autojunk=False)
    return [(a, b, c, d) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]
