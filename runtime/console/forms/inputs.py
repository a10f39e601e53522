"""What a browser sent, read by WTForms: one flat form, with a box for every leaf and every list of lines."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Field, SelectMultipleField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.form import BaseForm

from generator.editing.change import Plain, ended_like
from generator.fields import Field as Described
from generator.fields import Kind
from generator.source.events import Data
from runtime.console.forms.binding import YES, Given, local_time
from runtime.console.forms.nodes import MISSING, Leaf, Lines, Node, every, leaves

UNIT = "~unit"
PICK = "~pick"
"""Beside the box of a link: what was chosen from a list of the shop's own places."""
UNITS = ("s", "m", "h", "d", "w")
"""What a duration is written with: seconds, minutes, hours, days, weeks."""
_EXACT = frozenset({Kind.MONEY, Kind.NUMBER, Kind.INTEGER, Kind.DURATION, Kind.TIME, Kind.COLOUR, Kind.LINK})
_NORMAL = frozenset({"weight", "amount", "percent", "url", "email", "country", "currency", "locale", "timezone"})
_PLAIN = frozenset({Kind.MONEY, Kind.NUMBER, Kind.INTEGER, Kind.DURATION, Kind.TIME})
_PLAIN_SETTINGS = frozenset({"weight", "amount", "percent"})


class Box(StringField):
    """One text; line ends are those of a file."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take the first text of this name."""
        if valuelist:
            self.data = valuelist[0].replace("\r\n", "\n").replace("\r", "\n")


class ExactBox(Box):
    """A text without room for doubt: full-width digits become plain ones, and spaces around it go."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take the first text of this name in its plain form."""
        super().process_formdata(valuelist)
        if valuelist and self.data:
            self.data = unicodedata.normalize("NFKC", self.data).strip()


class Tick(BooleanField):
    """Yes or no; its page sends an empty text before the tick, so that no is told from nothing."""

    false_values = (False, "false", "")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take yes where it stands among what was sent."""
        self.data = YES in valuelist


class Ticks(SelectMultipleField):
    """Some of a few."""


class Inputs:
    """The WTForms form of a tree of nodes, filled with what was sent."""

    def __init__(self, root: Node, given: Given) -> None:
        made: dict[str, Any] = {leaf.name: _input(leaf) for leaf in leaves(root)}
        for each in every(root):
            if isinstance(each, Lines):
                made[each.name] = _ticks(each) if has_ticks(each) else Box()
        self._given = given
        self._form = BaseForm(made)
        self._form.process(formdata=given)

    def find(self, leaf: Leaf) -> str | None:
        """Return what was written into a box; None where nothing was sent, or something that was not offered."""
        field: Field = self._form[leaf.name]
        if not field.raw_data:
            return None
        if isinstance(field, Tick):
            return YES if field.data else ""
        text = str(field.data or "")
        if leaf.field.kind is Kind.DURATION and text.isdecimal():
            unit = self._given.get(leaf.name + UNIT, "")
            text += unit if unit in UNITS else ""
        if leaf.field.kind is Kind.LINK:
            text = self._given.get(leaf.name + PICK) or text
        return None if leaf.offered and text not in leaf.offered else text

    def find_lines(self, node: Lines) -> list[str] | None:
        """Return the entries of a list of lines; None where nothing was sent."""
        field: Field = self._form[node.name]
        if not field.raw_data:
            return None
        if isinstance(field, Ticks):
            return [str(each) for each in field.data or () if str(each) in offered(node)]
        exact = node.field.item is not None and is_exact(node.field.item)
        rows = [each.strip() for each in str(field.data or "").split("\n")]
        return [unicodedata.normalize("NFKC", each) if exact else each for each in rows if each]


def has_ticks(node: Lines) -> bool:
    """Tell whether a list is shown as ticks."""
    return node.field.item is not None and bool(node.field.item.choices)


def is_exact(field: Described) -> bool:
    """Tell whether a field's text has one form only."""
    return field.kind in _EXACT or field.setting in _NORMAL


def is_blank(text: str) -> bool:
    """Tell whether nothing was written."""
    return not text.strip()


def is_same(leaf: Leaf, text: str) -> bool:
    """Tell whether a box came back as it was shown, but for what a browser does to texts."""
    if leaf.field.kind is Kind.TIME and local_time(leaf.text):
        return local_time(leaf.text) == text
    return text.rstrip("\n") == leaf.text.rstrip("\n")


def value(field: Described, text: str, old: Data = MISSING) -> Data:
    """Return what a file says for a text of a form."""
    if field.kind is Kind.YES_NO:
        return text == YES
    if field.kind is Kind.TIME and isinstance(old, str) and " " in old:
        return Plain(text.replace("T", " "))
    if field.kind in _PLAIN or field.setting in _PLAIN_SETTINGS:
        return Plain(text)
    return ended_like(old, text) if old is not MISSING else text


def _input(leaf: Leaf) -> Any:  # noqa: ANN401  an unbound field of WTForms has no public type
    if leaf.field.kind is Kind.YES_NO:
        return Tick()
    return ExactBox() if is_exact(leaf.field) else Box()


def _ticks(node: Lines) -> Any:  # noqa: ANN401  as above
    return Ticks(choices=[SelectChoice(value=each, label=each) for each in offered(node)])


def offered(node: Lines) -> list[str]:
    """Return the entries that can be ticked: those of the schema, and what stands in the file."""
    known = [each.value for each in node.field.item.choices] if node.field.item else []
    return list(dict.fromkeys([*known, *node.texts]))
