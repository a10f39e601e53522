"""What a template shows of a form: plain values, one for each field, with what is wrong beside it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from generator.display.frame import native_name
from generator.fields import Field, Kind
from generator.source.events import Data
from generator.value import Value
from runtime.console.forms import inputs
from runtime.console.forms.binding import YES, Ground, local_time, text_of
from runtime.console.forms.inputs import Inputs
from runtime.console.forms.nodes import MISSING, Group, Kept, Leaf, Lines, Node, Row, Rows, Shaped, Words
from runtime.console.forms.placing import Mistake

SUGGESTED = frozenset(
    {
        "product", "shelf", "page", "live", "method", "promotion", "sku", "region", "country", "currency", "timezone",
        "locale", "tag", "link",
    }
)  # fmt: skip
"""Settings whose boxes offer what there is in the shop."""
_LINES = {"textarea", "markdown"}
_SHORT_EXAMPLE = 60
_MANY_WORDS = 4
_FEW = 3
_DURATION = re.compile(r"([0-9]{1,6})([smhdw])", re.ASCII)
_TRUE = re.compile(r"true(?:: | (?=where)| ?表示\s*|：|，)")


class Option(Value, frozen=True):
    """One thing to choose."""

    value: str
    label: str
    chosen: bool


class ShownRow(Value, frozen=True, kw_only=True):
    """One row: its token, what it is called, and what is in it; ``folded`` where it is too much to see at once."""

    token: str
    title: str
    detail: str = ""
    folded: bool = False
    node: "Shown"
    key: "Shown | None" = None
    fresh: bool = False


class Shown(Value, frozen=True, kw_only=True):
    """One field as a template sees it; ``kind`` names its macro. ``decides`` is set where others hang on its value."""

    kind: str
    name: str
    label: str
    hint: str = ""
    value: str = ""
    placeholder: str = ""
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    required: bool = False
    more: bool = False
    hidden: bool = False
    filled: bool = False
    when: str = ""
    options: tuple[Option, ...] = ()
    nodes: tuple["Shown", ...] = ()
    rows: tuple[ShownRow, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    units: tuple[Option, ...] = ()
    """What a duration can be counted in."""
    setting: str = ""
    part: str = ""
    """The heading under which it stands in its file."""
    affix: str = ""
    locale: str = ""
    language: str = ""
    """What its language is called by those who speak it, where a form has several."""
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    decides: str = ""
    full: bool = False

    @property
    def id(self) -> str:
        """Return the id of the field's element."""
        return f"field-{self.name}"

    @property
    def troubled(self) -> bool:
        """Tell whether something is wrong in it."""
        inside = (*self.nodes, *(row.node for row in self.rows))
        return bool(self.problems) or any(each.troubled for each in inside)


def show(root: Group, ground: Ground, sent: Inputs | None = None, at: Mapping[str, Sequence[Mistake]] = {}) -> Shown:
    """Return what a template shows of a form; with ``sent`` the values that were sent."""
    return _Showing(ground, sent, at).of(root)


class _Showing:
    """Shows one form."""

    def __init__(self, ground: Ground, sent: Inputs | None, at: Mapping[str, Sequence[Mistake]]) -> None:
        self._ground = ground
        self._sent = sent
        self._at = at

    def of(self, node: Node, *, hidden: bool = False, decides: str = "") -> Shown:
        """Return what is shown of a node."""
        if isinstance(node, Leaf):
            return self._leaf(node, hidden=hidden, decides=decides)
        shared = self._shared(node, hidden=hidden)
        if isinstance(node, Words):
            return Shown(
                kind="words", nodes=tuple(self._leaf(each) for each in node.leaves), filled=_is_filled(node), **shared
            )
        if isinstance(node, Lines):
            return self._lines(node, shared)
        if isinstance(node, Kept):
            return Shown(kind="kept", value=_written(node.old), filled=True, **shared)
        if isinstance(node, Shaped):
            return self._shaped(node, hidden=hidden)
        return self._rows(node, shared) if isinstance(node, Rows) else self._group(node, shared)

    def _shared(self, node: Node, *, hidden: bool) -> dict[str, Any]:
        field, found = node.field, self._at.get(node.name, ())
        when = {_sibling(node.name, key): values for key, values in field.when.items()}
        return {
            "name": node.name,
            "label": field.title,
            "hint": _hint(field),
            "required": field.required,
            "more": field.more,
            "hidden": hidden,
            "setting": field.setting,
            "part": field.part,
            "when": json.dumps(when, ensure_ascii=False) if when else "",
            "problems": tuple(each.text for each in found if each.error),
            "warnings": tuple(each.text for each in found if not each.error),
            "hints": tuple(hint for each in found for hint in each.hints),
        }

    def _leaf(self, leaf: Leaf, *, hidden: bool = False, decides: str = "") -> Shown:
        field = leaf.field
        text = self._sent.find(leaf) if self._sent is not None else None
        text = leaf.text if text is None else text
        kind, attributes = _look(field, text), _attributes(field, leaf)
        value = local_time(text) or text if kind == "time" else text
        units: tuple[Option, ...] = ()
        if kind == "duration":
            value, units = _split(text, text_of(field.default) or next(iter(map(text_of, field.examples)), ""))
        options = tuple(Option(each, _label(field, each), each == text) for each in leaf.offered)
        shared = self._shared(leaf, hidden=hidden) | ({"label": field.title} if leaf.locale else {})
        return Shown(
            kind=kind, value=value, placeholder=_placeholder(field), options=options, attributes=attributes,
            units=units, affix=self._ground.currency if field.kind is Kind.MONEY else "", locale=leaf.locale,
            language=native_name(leaf.locale) if leaf.locale else "", decides=decides,
            filled=bool(text.strip()) and (leaf.old is not MISSING or text != leaf.text), **shared,
        )  # fmt: skip

    def _lines(self, node: Lines, shared: dict[str, Any]) -> Shown:
        sent = self._sent.find_lines(node) if self._sent is not None else None
        texts = list(node.texts) if sent is None else sent
        if inputs.has_ticks(node) and node.field.item is not None:
            item = node.field.item
            values = dict.fromkeys([each.value for each in item.choices] + list(node.texts))
            options = tuple(Option(each, _label(item, each), each in texts) for each in values)
            return Shown(kind="ticks", options=options, filled=bool(texts), **shared)
        example = next((each for each in node.field.examples if isinstance(each, list)), [])
        placeholder = "\n".join(text_of(each) for each in example if not isinstance(each, dict | list))
        item_setting = node.field.item.setting if node.field.item else ""
        return Shown(
            kind="lines", value="\n".join(texts), placeholder=placeholder, filled=bool(texts),
            **shared | {"setting": item_setting},
        )  # fmt: skip

    def _shaped(self, node: Shaped, *, hidden: bool) -> Shown:
        inner = self.of(node.node, hidden=hidden)
        if not all(each.label for each in node.field.shapes):
            return inner
        options = tuple(
            Option(str(index), each.label, index == node.chosen) for index, each in enumerate(node.field.shapes)
        )
        shared = self._shared(node, hidden=hidden)
        return Shown(kind="shaped", nodes=(inner,), options=options, filled=inner.filled, **shared)

    def _group(self, node: Group, shared: dict[str, Any]) -> Shown:
        deciding = {key for each in node.nodes for key in each.field.when}
        nodes = []
        for each in node.nodes:
            key = each.field.key
            decides = "again" if key == node.field.switch and key else ("here" if key in deciding else "")
            nodes.append(self.of(each, hidden=each.name in node.hidden | node.left, decides=decides))
        extra = tuple((str(key), _written(value)) for key, value in node.extra.items())
        filled = any(each.filled for each in nodes) or bool(extra)
        one = tuple(Option(key, title, key == node.one) for key, title in _alternatives(node.field))
        kind = "picture_group" if node.field.short == "file" else "group"
        return Shown(kind=kind, nodes=tuple(nodes), extra=extra, filled=filled, options=one, **shared)

    def _rows(self, node: Rows, shared: dict[str, Any]) -> Shown:
        rows = tuple(self._row(row) for row in node.rows)
        kind = "pairs" if node.keyed else "rows"
        most = node.field.limits.most_entries
        full = most is not None and len(rows) >= most
        return Shown(kind=kind, rows=rows, filled=bool(rows), full=full, **shared)

    def _row(self, row: Row) -> ShownRow:
        node = self.of(row.node)
        key = self._leaf(row.key) if row.key is not None else None
        title = _title(node)
        detail = " · ".join(_details(node, title))
        folded = len(node.nodes) > _FEW or any(each.rows or len(each.nodes) > 1 for each in node.nodes)
        return ShownRow(
            token=row.token, title=title, detail=detail, folded=folded, node=node, key=key, fresh=row.place is None
        )


def _hint(field: Field) -> str:
    """Return a description as a form needs it: choices have names there, and what is hidden need not say so."""
    offering = field.item if field.kind is Kind.LIST and field.item is not None else field
    if offering.choices or (field.kind is Kind.LINK and "product:" in field.description):
        return ""  # How a link is written need not be told where it is chosen.
    if field.kind is Kind.YES_NO:
        plain = _TRUE.sub("", field.description, count=1)
        return plain[:1].upper() + plain[1:]
    before, mark, rest = field.description.replace("：", ": ", 1).partition(": ")
    known = {value for values in field.when.values() for value in values}
    named = set(re.findall(r"[a-z_]+", before))
    if not mark or not named or not named <= known:
        return field.description
    return rest[:1].upper() + rest[1:]


def lists_of(shown: Shown) -> set[str]:
    """Return the settings whose boxes offer what there is, as far as this form has any."""
    found = {shown.attributes["list"].removeprefix("list-")} if "list" in shown.attributes else set()
    found |= {shown.setting} & SUGGESTED if shown.kind == "lines" else set()
    found |= {"media"} if shown.kind == "picture" else set()
    below = (*shown.nodes, *(each for row in shown.rows for each in (row.node, row.key) if each is not None))
    return found.union(*(lists_of(each) for each in below))


def _look(field: Field, text: str) -> str:
    if field.kind is Kind.CHOICE:
        return "choice"
    if field.kind is Kind.LOCALE_TEXT:
        return "long" if field.setting in _LINES or "\n" in text else "text"
    if field.kind is Kind.TEXT and field.setting in {"secret", "credential"}:
        return "secret"
    if field.kind is Kind.TIME:
        return "time" if not text or local_time(text) else "text"
    if field.kind is Kind.DURATION:
        return "duration" if not text or _DURATION.fullmatch(text) else "text"
    found = {
        Kind.LONG_TEXT: "long", Kind.YES_NO: "yes_no", Kind.COLOUR: "colour", Kind.PICTURE: "picture",
        Kind.MONEY: "money", Kind.LINK: "link",
    }.get(field.kind, "text")  # fmt: skip
    return "long" if found == "text" and "\n" in text else found


def _split(text: str, usual: str) -> tuple[str, tuple[Option, ...]]:
    """Return a duration's number, and its units with the one that is written (or usual) chosen."""
    found = _DURATION.fullmatch(text)
    unit = found[2] if found else (usual[-1:] if usual[-1:] in inputs.UNITS else "d")
    return (found[1] if found else text), tuple(Option(each, each, each == unit) for each in inputs.UNITS)


def _attributes(field: Field, leaf: Leaf) -> dict[str, str]:
    found: dict[str, str] = {}
    if field.kind in {Kind.MONEY, Kind.NUMBER}:
        found["inputmode"] = "decimal"
    if field.kind is Kind.INTEGER:
        found["inputmode"] = "numeric"
    kinds = {"email": "email", "phone": "tel", "url": "url"}
    if field.setting in kinds:
        found["inputmode"] = kinds[field.setting]
    if field.setting in SUGGESTED:
        found["list"] = f"list-{field.setting}"
    if leaf.locale:
        found["lang"] = leaf.locale
    longest = field.limits.longest
    if longest and field.kind in {Kind.TEXT, Kind.LONG_TEXT, Kind.LOCALE_TEXT}:
        found["data-longest"] = str(longest)
    return found


def _placeholder(field: Field) -> str:
    if field.default is not None:
        usual = text_of(field.default)
        return usual[:-1] if field.kind is Kind.DURATION and _DURATION.fullmatch(usual) else usual
    if field.kind is Kind.DURATION:
        return ""
    texts = [each for each in field.examples if isinstance(each, str)]
    return texts[0] if texts and len(texts[0]) <= _SHORT_EXAMPLE and field.kind is not Kind.LONG_TEXT else ""


def _label(field: Field, value: str) -> str:
    return next((each.label for each in field.choices if each.value == value), value)


def _sibling(name: str, key: str) -> str:
    before = name.rpartition(".")[0]
    return f"{before}.{key}" if before else key


def _title(node: Shown) -> str:
    """Return what a row is called: the first words that stand in it."""
    if node.kind == "choice":
        return next((each.label for each in node.options if each.chosen), "")
    if node.kind in {"text", "long", "money", "picture", "link"}:
        return node.value[:60]
    if node.kind == "lines":
        return "、".join(node.value.split("\n")[:_MANY_WORDS])[:60]
    named = sorted(node.nodes, key=lambda each: each.name.rpartition(".")[2] not in {"name", "title", "label"})
    return next((title for title in map(_title, named) if title), "")


def _alternatives(field: Field) -> list[tuple[str, str]]:
    found = [(key, field.find(key)) for key in field.one_of]
    return [(key, each.title) for key, each in found if each is not None]


def _details(node: Shown, title: str) -> list[str]:
    """Return one or two further things that tell a row from others."""
    names = {"link", "kind", "gateway", "price", "rate", "percent", "url"}
    found = [_title(each) for each in node.nodes if each.name.rpartition(".")[2] in names and not each.hidden]
    return [each for each in found if each and each != title][:2]


def _is_filled(node: Words) -> bool:
    return any(each.text.strip() for each in node.leaves)


def _written(data: Data) -> str:
    """Return data as it may stand in a file, in one line."""
    return json.dumps(data, ensure_ascii=False)


__all__ = ["SUGGESTED", "YES", "Option", "Shown", "ShownRow", "show"]
