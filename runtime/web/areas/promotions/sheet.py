"""The form of one promotion, which stands in a list of shop.yaml: made from the schema, read back as changes there."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from generator.editor import Change, Insert, Path, Remove, Set
from generator.fields import Field, Kind
from generator.problems import Problem
from generator.source.events import Data
from generator.source.inventory import SHOP
from runtime.console.forms import placing
from runtime.console.forms.binding import Ground
from runtime.console.forms.placing import Mistake
from runtime.console.forms.sheet import Given, Sheet
from runtime.web.areas.promotions.standing import LIST

COUPON = "coupon"
NONE, PUBLIC, SINGLE = "none", "public", "single"
_OF_PUBLIC = ("code", "show")
"""What only a coupon with one code for everybody has."""
_STACKS = "stacks_with"
_ALL = "*"


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """The place of a promotion: the whole list as the form was opened with it, and its index there.

    ``fresh`` is one that is not in the list yet; ``start`` is what it begins with.
    """

    listed: Sequence[Any]
    index: int
    fresh: bool = False
    start: Data = None

    @property
    def data(self) -> Data:
        """Return what stands there, or what a new one begins with."""
        return self.start if self.fresh else self.listed[self.index]


class PromotionSheet(Sheet):
    """A form whose names begin with ``promotions.`` and whose changes are those of one entry of that list."""

    coupon = ""
    """How it is asked for, where the form says so: none, public, single."""

    def __init__(self, field: Field, where: Where, ground: Ground, given: Given | None = None) -> None:
        super().__init__(_alone(field), {LIST: where.data}, ground, given)
        self._where = where

    def changes(self) -> list[Change]:
        """Return what was changed, in the list of shop.yaml."""
        if self._where.fresh:
            return self._inserted() if self._sent is not None else []
        here: Path = (LIST, self._where.index)
        found = [_moved(each, here) for each in super().changes() if len(each.path) > 1]
        found = self._with_coupon(found, (*here, COUPON))
        return [*found, *self._beside()]

    def data(self) -> Data:
        """Return the whole promotion as the form has it, as it stands there where none was sent."""
        if self._sent is None:
            return self._where.data
        made = super().data()
        found = made.get(LIST) if isinstance(made, dict) else None
        data = dict(found) if isinstance(found, dict) else {}
        if self.coupon == NONE:
            data.pop(COUPON, None)
        elif self.coupon == SINGLE:
            kept = data.get(COUPON)
            data[COUPON] = {key: each for key, each in kept.items() if key not in _OF_PUBLIC} if kept else {}
        elif self.coupon == PUBLIC and COUPON not in data:
            data[COUPON] = {}
        return data

    def place(self, problems: Iterable[Problem], lang: str) -> list[Mistake]:
        """Return problems at their fields; those of other promotions are named by their place in the list."""
        found = []
        for each in problems:
            path = each.path
            own = each.file == SHOP and tuple(path[:2]) == (LIST, self._where.index)
            near = msgspec.structs.replace(each, path=(LIST, *path[2:])) if own else each
            (mistake,) = placing.place(self.root, [near], lang)
            if not own:
                mistake = msgspec.structs.replace(mistake, name="", text=f"{self._named(path)}{mistake.text}")
            found.append(mistake)
        return sorted(found, key=lambda mistake: (not mistake.error, not mistake.name))

    def is_about(self, problem: Problem) -> bool:
        """Tell whether a problem is one of this promotion."""
        return problem.file == SHOP and tuple(problem.path[:2]) == (LIST, self._where.index)

    def _named(self, path: Path) -> str:
        at = path[1] if len(path) > 1 and path[0] == LIST else None
        said = self._where.listed[at] if isinstance(at, int) and at < len(self._where.listed) else None
        return f"{said.get('id', '')}: " if isinstance(said, dict) else ""

    def _inserted(self) -> list[Change]:
        data, listed = self.data(), self._where.listed
        first: list[Change] = [Insert((LIST, len(listed)), data)] if listed else [Set((LIST,), [data])]
        return [*first, *self._beside()]

    def _with_coupon(self, found: list[Change], path: Path) -> list[Change]:
        """Return the changes with what becomes of the coupon as a whole: a form says it by one choice."""
        if not self.coupon:
            return found
        old = self._where.data
        said = old.get(COUPON) if isinstance(old, dict) else None
        there = isinstance(old, dict) and COUPON in old
        others = [each for each in found if each.path[: len(path)] != path]
        own = [each for each in found if each.path[: len(path)] == path]
        if self.coupon == NONE:
            return [*others, Remove(path)] if there else others
        wanted = self.data()
        coupon = wanted.get(COUPON, {}) if isinstance(wanted, dict) else {}
        if not coupon or not isinstance(said, dict) or not said:
            return others if there and said == coupon else [*others, Set(path, coupon)]
        gone: list[Change] = []
        if self.coupon == SINGLE:
            gone = [Remove((*path, key)) for key in _OF_PUBLIC if key in said]
            own = [each for each in own if each.path[-1] not in _OF_PUBLIC]
        return [*others, *gone, *own]

    def _beside(self) -> list[Change]:
        """Return what the promotions that stand beside this one have to say, too: both sides must allow it."""
        data, old = self.data(), self._where.data
        before = old.get(_STACKS) if isinstance(old, dict) and not self._where.fresh else None
        after = data.get(_STACKS) if isinstance(data, dict) else None
        own = str(data.get("id", "")) if isinstance(data, dict) else ""
        was, now = (set(each) if isinstance(each, list) else set[str]() for each in (before, after))
        found: list[Change] = []
        for index, each in enumerate(self._where.listed):
            if not isinstance(each, dict) or (index == self._where.index and not self._where.fresh):
                continue
            said, name = each.get(_STACKS), each.get("id")
            path: Path = (LIST, index, _STACKS)
            if name in now - was and said != _ALL and own not in (said or ()):
                found.append(Insert((*path, len(said)), own) if isinstance(said, list) and said else Set(path, [own]))
            elif name in was - now and after != _ALL and isinstance(said, list) and own in said:
                found.append(Remove((*path, said.index(own))) if len(said) > 1 else Remove(path))
        return found


def _alone(field: Field) -> Field:
    """Return a form of one promotion out of the fields of shop.yaml."""
    item = field.get(LIST).item
    if item is None:
        raise LookupError(LIST)
    own = msgspec.structs.replace(item, path=(LIST,), title=field.get(LIST).title, required=True)
    return Field(path=(), kind=Kind.GROUP, setting="group", fields=(own,))


def _moved(change: Change, here: Path) -> Change:
    """Return a change of the one promotion as a change of the list."""
    return msgspec.structs.replace(change, path=(*here, *change.path[1:]))
