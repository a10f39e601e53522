"""Many products changed at once: what would become of each, before anything is written."""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import msgspec

from generator import money
from generator.editing.change import Change, Path, Plain, Remove, Set
from generator.source.events import Data

STATUS, ADD, TAKE, PERCENT, AMOUNT = "status", "tag-add", "tag-remove", "percent", "amount"
_TAGS = re.compile(r"[\n,，、;；|]")
_ALL, _MOST = Decimal(100), Decimal(1000)
_SHOWN = 4


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done with all of them: its kind, and a status, tags or a number."""

    kind: str
    words: tuple[str, ...] = ()
    number: Fraction = Fraction(0)


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one product: in words before and after, and the changes; ``fault`` says why it cannot be."""

    before: str = ""
    after: str = ""
    changes: tuple[Change, ...] = ()
    fault: str = ""


def read(kind: str, value: str, currency: str) -> Deed | None:
    """Return what was asked for, or None where it says nothing that can be done."""
    if kind.startswith("status-"):
        return Deed(kind=STATUS, words=(kind.removeprefix("status-"),))
    plain = unicodedata.normalize("NFKC", value).strip()
    if kind in {ADD, TAKE}:
        tags = tuple(dict.fromkeys(each.strip() for each in _TAGS.split(value) if each.strip()))
        return Deed(kind=kind, words=tags) if tags else None
    try:
        number = Decimal(plain.removesuffix("%").replace("−", "-").strip())
        if kind == AMOUNT:
            sign = -1 if number < 0 else 1
            minor = sign * money.parse(str(abs(number)), currency)
            return Deed(kind=kind, number=Fraction(minor)) if minor else None
    except (InvalidOperation, money.NotMoneyError):
        return None
    if kind != PERCENT or not number.is_finite() or not number or not -_ALL < number <= _MOST:
        return None
    return Deed(kind=kind, number=Fraction(number))


def plan(deed: Deed, data: Data, currency: str) -> Planned:
    """Return what becomes of a product that has a file of its own."""
    if deed.kind == STATUS:
        return _status(deed, data, ())
    if deed.kind in {ADD, TAKE}:
        said = data.get("tags")
        old = [str(each) for each in said] if isinstance(said, list) else []
        return _tags(deed, old, lambda new: [Set(("tags",), new)] if new else [Remove(("tags",))])
    return _prices(deed, list(_priced(data)), currency)


def plan_row(deed: Deed, handle: str, rows: list[dict[str, str]], currency: str) -> Planned:
    """Return what becomes of a product that stands in the table."""
    first = (handle, 0)
    if deed.kind == STATUS:
        return _status(deed, rows[0], first)
    if deed.kind in {ADD, TAKE}:
        old = [each.strip() for each in rows[0].get("tags", "").split("|") if each.strip()]
        return _tags(deed, old, lambda new: [Set((*first, "tags"), "|".join(new))])
    found: list[tuple[Path, str]] = [
        ((handle, index, "price"), row["price"]) for index, row in enumerate(rows) if row.get("price")
    ]
    return _prices(deed, found, currency)


def _status(deed: Deed, data: Data, before: Path) -> Planned:
    old = str(data.get("status") or "active")
    if old == deed.words[0]:
        return Planned(before=old, after=old)
    return Planned(before=old, after=deed.words[0], changes=(Set((*before, "status"), deed.words[0]),))


def _tags(deed: Deed, old: list[str], write: Any) -> Planned:  # noqa: ANN401  from new tags to changes
    new = (
        [*old, *(each for each in deed.words if each not in old)]
        if deed.kind == ADD
        else [each for each in old if each not in deed.words]
    )
    told = ("、".join(old) or "–", "、".join(new) or "–")
    return Planned(before=told[0], after=told[1], changes=tuple(write(new)) if new != old else ())


def _priced(data: Data) -> Iterator[tuple[Path, str]]:
    if "price" in data:
        yield ("price",), str(data["price"])
    listed = data.get("variants")
    for index, row in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(row, dict) and "price" in row:
            yield ("variants", index, "price"), str(row["price"])


def _prices(deed: Deed, found: list[tuple[Path, str]], currency: str) -> Planned:
    before, after, changes = [], [], list[Change]()
    for path, old in found:
        try:
            minor = money.parse(old, currency)
        except money.NotMoneyError:
            return Planned(fault="unread")
        exact = minor + deed.number if deed.kind == AMOUNT else minor * (1 + deed.number / 100)
        new = money.rounded(Fraction(exact))
        if new <= 0 or new > money.MAXIMUM:
            return Planned(before=old, fault="below")
        text = _written(new, old, currency)
        before.append(old)
        after.append(text)
        if new != minor:
            changes.append(Set(path, Plain(text)))
    return Planned(before=_listed(before), after=_listed(after), changes=tuple(changes))


def _written(amount: int, like: str, currency: str) -> str:
    """Return an amount as its file writes amounts: without ".00" where that is left out."""
    text = money.plain(amount, currency)
    whole, point, rest = text.partition(".")
    return whole if point and "." not in like and not rest.strip("0") else text


def _listed(texts: list[str]) -> str:
    kept = list(dict.fromkeys(texts))
    return " / ".join(kept[:_SHOWN]) + (" …" if len(kept) > _SHOWN else "")
