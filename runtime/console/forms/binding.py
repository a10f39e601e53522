"""Fields meet the data of a file, and what a browser sent: the tree of nodes that a form is."""

import re
from collections.abc import Callable
from typing import Any

from werkzeug.datastructures import MultiDict

from generator.fields import Field, Kind
from generator.source.events import Data
from generator.value import Value
from runtime.console.forms.nodes import MISSING, Group, Kept, Leaf, Lines, Node, Path, Row, Rows, Shaped, Words

Given = MultiDict[str, str]
YES = "y"
_NEW = re.compile(r"n[0-9]{1,4}", re.ASCII)
_MOST_ROWS = 60
"""Lists of goods that are longer than this are written one a line."""
_BOXES = frozenset(
    {
        Kind.TEXT, Kind.LONG_TEXT, Kind.MONEY, Kind.NUMBER, Kind.INTEGER, Kind.CHOICE, Kind.COLOUR, Kind.LINK,
        Kind.DURATION, Kind.TIME, Kind.PICTURE, Kind.YES_NO,
    }
)  # fmt: skip
_IN_ROWS = frozenset({"product", "shelf", "picture"})
_SHAPE = "~shape"
ONE = "~one"
_LOCAL_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)", re.ASCII)


class Ground(Value, frozen=True, kw_only=True):
    """What forms of a shop stand on: its own language first among its languages, its money, and its legal pack."""

    locales: tuple[str, ...]
    currency: str = ""
    legal: str = ""

    @property
    def locale(self) -> str:
        """Return the shop's own language."""
        return self.locales[0]


def bind(field: Field, data: Data, ground: Ground, given: Given | None = None, only: tuple[str, ...] = ()) -> Group:
    """Return the nodes of a whole file, or of some of its keys; rows are those that were sent, where any were."""
    binder = _Binder(ground, given)
    old = data if isinstance(data, dict) else {}
    found = binder.group(field, "", (), old)
    if not only:
        return found
    kept = tuple(each for each in found.nodes if each.field.key in only)
    return Group(
        name="", field=field, path=(), old=old, nodes=kept, one=found.one, hidden=found.hidden, left=found.left,
        extra=found.extra if field.fields and field.fields[0].key in only else {},
    )  # fmt: skip


def text_of(data: Data) -> str:
    """Return a plain value as the text that stands in the file."""
    if data is None or data is MISSING:
        return ""
    return {True: "true", False: "false"}[data] if isinstance(data, bool) else str(data)


def local_time(text: str) -> str:
    """Return a time as a browser's box for times wants it; empty where it has more than day, hour and minute."""
    found = _LOCAL_TIME.fullmatch(text)
    return f"{found[1]}T{found[2]}" if found else ""


class _Binder:
    """Binds one form."""

    def __init__(self, ground: Ground, given: Given | None) -> None:
        self._ground = ground
        self._given = given
        self._makers: dict[Kind, Callable[[Field, str, Path, Data], Node]] = {
            **dict.fromkeys(_BOXES, self._leaf),
            Kind.LOCALE_TEXT: self._words,
            Kind.GROUP: self.group,
            Kind.LIST: self._list,
            Kind.MAPPING: self._mapping,
        }

    def node(self, field: Field, name: str, path: Path, old: Data) -> Node:
        """Return the node of a field with the data that stands at its path."""
        if field.shapes:
            return self._shaped(field, name, path, old)
        make = self._makers.get(field.kind)
        if make is None or not _fits(field, old):
            return Kept(name=name, field=field, path=path, old=old)
        return make(field, name, path, old)

    def _leaf(self, field: Field, name: str, path: Path, old: Data, locale: str = "") -> Leaf:
        text, offered = text_of(old), tuple(each.value for each in field.choices)
        missing = old is MISSING or old is None
        if missing and field.kind in {Kind.CHOICE, Kind.YES_NO}:
            text = text_of(field.default)
        if field.kind is Kind.YES_NO:
            text = YES if text == "true" else ""
        if offered:
            blank = ("",) if not field.required and field.default is None else ()
            offered = tuple(dict.fromkeys((*blank, *offered, text)))
        return Leaf(name=name, field=field, path=path, old=old, text=text, offered=offered, locale=locale)

    def _words(self, field: Field, name: str, path: Path, old: Data) -> Words:
        several = isinstance(old, dict)
        found = []
        for locale in self._ground.locales:
            own = locale == self._ground.locale
            data = old.get(locale, MISSING) if several else (old if own else MISSING)
            found.append(self._leaf(field, f"{name}.{locale}", (*path, locale), data, locale))
        return Words(name=name, field=field, path=path, old=old, leaves=tuple(found))

    def group(self, field: Field, name: str, path: Path, old: Data) -> Group:
        """Return the node of a group with everything in it."""
        bare = field.short and old is not MISSING and old is not None and not isinstance(old, dict)
        data: dict[str, Any] = {field.short: old} if bare else (old if isinstance(old, dict) else {})
        fields = field.fields_for(self._value(field, field.switch, name, data)) if field.switch else field.fields
        nodes, hidden, left = list[Node](), set[str](), set[str]()
        one = self._one(field, name, data)
        for each in fields:
            if each.fixed:
                continue
            below = f"{name}.{each.key}" if name else each.key
            nodes.append(self.node(each, below, (*path, each.key), data.get(each.key, MISSING)))
            if each.key in field.one_of and each.key != one:
                (left if each.key in data else hidden).add(below)
                continue
            foreign = bool(each.legal) and self._ground.legal not in each.legal and each.key not in data
            if foreign or not self._means(field, each, name, data):
                before = _met(field, each, {key: data.get(key) for key in each.when})
                if each.key not in data:
                    hidden.add(below)
                elif before:
                    left.add(below)
        known = {each.key for each in fields}
        extra = {key: value for key, value in data.items() if key not in known}
        return Group(
            name=name, field=field, path=path, old=old, nodes=tuple(nodes), extra=extra, bare=bool(bare),
            hidden=frozenset(hidden), left=frozenset(left), one=one,
        )  # fmt: skip

    def _one(self, field: Field, name: str, data: dict[str, Any]) -> str:
        """Return which of the keys that exclude each other is wanted: as asked for, as written, or the first."""
        if not field.one_of:
            return ""
        asked = self._given.get(f"{name}{ONE}", "") if self._given is not None else ""
        written = next((key for key in field.one_of if key in data), field.one_of[0])
        return asked if asked in field.one_of else written

    def _means(self, group: Field, field: Field, name: str, data: dict[str, Any]) -> bool:
        return _met(group, field, {key: self._value(group, key, name, data) for key in field.when})

    def _value(self, group: Field, key: str, name: str, data: dict[str, Any]) -> str:
        """Return the present value of a field that decides about others: as sent, as written, or as usual."""
        sent = self._given.get(f"{name}.{key}" if name else key) if self._given is not None else None
        if sent is not None:
            return sent
        said = group.find(key)
        return text_of(data.get(key, said.default if said else None))

    def _shaped(self, field: Field, name: str, path: Path, old: Data) -> Shaped:
        chosen = _shape_of(field, old, several=len(self._ground.locales) > 1)
        kept, asked = True, self._given.get(name + _SHAPE, "") if self._given is not None else ""
        if asked.isdecimal() and int(asked) < len(field.shapes) and int(asked) != chosen:
            chosen, kept = int(asked), False
        shape = field.shapes[chosen]
        node = self.node(shape, name, path, old if kept else MISSING)
        return Shaped(name=name, field=field, path=path, old=old, node=node, chosen=chosen, kept=kept)

    def _list(self, field: Field, name: str, path: Path, old: Data) -> Lines | Rows:
        item, items = _item(field), old if isinstance(old, list) else []
        plain = not any(isinstance(each, dict | list) or "\n" in text_of(each) for each in items)
        short = item.kind in _BOXES or (item.kind is Kind.LOCALE_TEXT and len(self._ground.locales) == 1)
        rows = item.setting in _IN_ROWS and len(items) <= _MOST_ROWS and not item.choices
        if short and plain and not rows:
            return Lines(name=name, field=field, path=path, old=old, texts=tuple(map(text_of, items)))
        tokens, sent = self._tokens(name, len(items))
        if not tokens and field.required and not sent:
            tokens = ["n0"]
        made = []
        for place, token in enumerate(tokens):
            index = int(token) if token.isdecimal() else None
            where = (*path, place if index is None else index)
            node = self.node(item, f"{name}.{token}", where, MISSING if index is None else items[index])
            made.append(Row(token=token, place=index, node=node))
        known = sent or self._given is None
        return Rows(name=name, field=field, path=path, old=old, rows=tuple(made), sent=known)

    def _mapping(self, field: Field, name: str, path: Path, old: Data) -> Rows:
        item, items = _item(field), old if isinstance(old, dict) else {}
        keys = list(items)
        tokens, sent = self._tokens(name, len(keys))
        made = []
        for token in tokens:
            key = keys[int(token)] if token.isdecimal() else None
            where = (*path, token if key is None else key)
            named = self._leaf(_NAME, f"{name}.{token}.key", where, MISSING if key is None else key)
            node = self.node(item, f"{name}.{token}.value", where, MISSING if key is None else items[key])
            made.append(Row(token=token, place=key, node=node, key=named))
        known = sent or self._given is None
        return Rows(name=name, field=field, path=path, old=old, rows=tuple(made), keyed=True, sent=known)

    def _tokens(self, name: str, count: int) -> tuple[list[str], bool]:
        """Return the rows of a list in order, and whether the browser said which."""
        if self._given is None or name not in self._given:
            return [str(index) for index in range(count)], False
        known = dict.fromkeys(self._given.getlist(name))
        return [each for each in known if _is_token(each, count)], True


_NAME = Field(path=(), kind=Kind.TEXT, setting="line")


def _item(field: Field) -> Field:
    if field.item is None:
        raise LookupError(field.path)
    return field.item


def _is_token(text: str, count: int) -> bool:
    old = text.isascii() and text.isdecimal() and len(text) <= len(str(count)) and str(int(text)) == text
    return (old and int(text) < count) or bool(_NEW.fullmatch(text))


def _met(group: Field, field: Field, values: dict[str, Any]) -> bool:
    """Tell whether a field says something when its neighbours have these values; unset ones have their usual value."""
    for key, wanted in field.when.items():
        said, value = group.find(key), values.get(key)
        usual = said.default if said else None
        if text_of(usual if value is None else value) not in wanted:
            return False
    return True


def _shape_of(field: Field, old: Data, *, several: bool) -> int:
    if old is MISSING or old is None:
        names = [each.types[0] for each in field.shapes]
        labelled = any(each.label for each in field.shapes)
        # A name in several languages cannot be a key: a new list of named things is then written out.
        return names.index("array") if several and not labelled and "array" in names else 0
    wanted = "object" if isinstance(old, dict) else ("array" if isinstance(old, list) else "string")
    return next((index for index, each in enumerate(field.shapes) if each.types[0] == wanted), 0)


def _fits(field: Field, old: Data) -> bool:
    if old is MISSING or old is None:
        return True
    if field.kind is Kind.LOCALE_TEXT:
        return not any(isinstance(each, dict | list) for each in (old.values() if isinstance(old, dict) else [old]))
    if field.kind is Kind.GROUP and field.short:
        return not isinstance(old, list)
    wanted = _TYPES.get(field.kind)
    return isinstance(old, wanted) if wanted else not isinstance(old, dict | list)


_TYPES = {Kind.YES_NO: bool, Kind.LIST: list, Kind.MAPPING: dict, Kind.GROUP: dict}
