"""What can be filled in, as a tree of fields made from a JSON Schema: for forms, which know nothing else of a file.

``of(kind, lang)`` gives the fields of a kind of file (shop, product, shelf, page, live …), ``read(tree, lang)`` those
of any schema of ours, such as ``sections.compose``'s, where a theme's sections and settings stand in the shop's own.
Beside JSON Schema's own words the schemas say: ``x-setting`` (what the field looks like), ``x-choices`` (words for
values), ``x-part`` and ``x-parts`` (under which heading), ``x-when`` (with which values of its neighbours it says
something), ``x-short`` (the key that a bare text stands for), ``x-shapes`` (names of several ways to write a thing),
``x-legal`` (the legal packs that want it) and ``x-more`` (rarely needed).
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec

from generator.source.events import Data
from generator.source.numerals import resolve
from generator.theming import sections
from generator.value import Value

Path = tuple[str | int, ...]
Tree = dict[str, Any]
ANY = "*"
"""Stands in a field's path for the index of a row or the key of a mapping."""
_DEEPEST = 12
_CHINESE = re.compile(r"[\u3400-\u9fff]")
MARKS = frozenset(
    {"x-zh", "x-setting", "x-choices", "x-part", "x-parts", "x-when", "x-short", "x-shapes", "x-more", "x-legal"}
)  # fmt: skip
"""What our schemas say beside JSON Schema's own words, for forms and the reference."""


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    MONEY = "money"
    NUMBER = "number"
    INTEGER = "integer"
    YES_NO = "yes_no"
    CHOICE = "choice"
    COLOUR = "colour"
    PICTURE = "picture"
    LINK = "link"
    DURATION = "duration"
    TIME = "time"
    LOCALE_TEXT = "locale_text"
    LIST = "list"
    GROUP = "group"
    MAPPING = "mapping"
    AS_WRITTEN = "as_written"
    """Anything: shown as it stands in the file."""


_BY_SETTING = {
    "text": Kind.TEXT, "line": Kind.TEXT, "email": Kind.TEXT, "phone": Kind.TEXT, "url": Kind.TEXT,
    "country": Kind.TEXT, "currency": Kind.TEXT, "locale": Kind.TEXT, "timezone": Kind.TEXT, "weight": Kind.TEXT,
    "amount": Kind.TEXT, "percent": Kind.TEXT, "product": Kind.TEXT, "shelf": Kind.TEXT, "page": Kind.TEXT,
    "live": Kind.TEXT, "sku": Kind.TEXT, "method": Kind.TEXT, "promotion": Kind.TEXT, "region": Kind.TEXT,
    "tag": Kind.TEXT, "secret": Kind.TEXT, "credential": Kind.TEXT, "scheme": Kind.TEXT, "select": Kind.TEXT,
    "textarea": Kind.LONG_TEXT, "markdown": Kind.LONG_TEXT, "money": Kind.MONEY, "color": Kind.COLOUR,
    "picture": Kind.PICTURE, "video": Kind.PICTURE, "link": Kind.LINK, "duration": Kind.DURATION,
    "datetime": Kind.TIME,
}  # fmt: skip
"""What a setting that is written as one text holds."""
_OF_ITEMS = {
    "products": "product", "shelves": "shelf", "tags": "tag", "regions": "region", "locales": "locale",
    "pictures": "picture",
}  # fmt: skip
"""The setting of a list's items, where they do not say their own."""


class UnknownSettingError(ValueError):
    """A schema describes something that no form can show."""


class Choice(Value, frozen=True):
    """One value that can be chosen, and its name."""

    value: str
    label: str


class Limits(Value, frozen=True, kw_only=True):
    """Bounds: of a number, of a text's length, of how many entries there are; and the form that a text has."""

    least: float | None = None
    most: float | None = None
    shortest: int = 0
    longest: int | None = None
    fewest: int = 0
    most_entries: int | None = None
    pattern: str = ""


class Part(Value, frozen=True):
    """A heading under which fields of a file stand together."""

    name: str
    title: str
    description: str = ""


class Field(Value, frozen=True, kw_only=True):
    """One thing that can be filled in. ``path`` leads to it in the file, with ``ANY`` for rows and keys of one's own.

    A group has ``fields``; where one of them decides about the others (``switch``), ``cases`` has the fields for each
    of its values. A list or mapping has its ``item``. ``shapes`` are all ways to write the same, the usual one first;
    ``label`` names this one among them. ``when`` tells which values of neighbours give the field a meaning.
    """

    path: Path
    kind: Kind
    setting: str
    title: str = ""
    description: str = ""
    examples: tuple[Data, ...] = ()
    required: bool = False
    default: Data = None
    fixed: bool = False
    choices: tuple[Choice, ...] = ()
    limits: Limits = Limits()
    fields: tuple["Field", ...] = ()
    item: "Field | None" = None
    switch: str = ""
    cases: dict[str, tuple["Field", ...]] = msgspec.field(default_factory=dict)
    shapes: tuple["Field", ...] = ()
    types: tuple[str, ...] = ()
    label: str = ""
    when: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    one_of: tuple[str, ...] = ()
    short: str = ""
    part: str = ""
    parts: tuple[Part, ...] = ()
    more: bool = False
    legal: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the last step of the path."""
        return str(self.path[-1]) if self.path else ""

    def find(self, key: str) -> "Field | None":
        """Return a group's field by its key."""
        return next((each for each in self.fields if each.key == key), None)

    def get(self, *keys: str) -> "Field":
        """Return a field below this group; raise KeyError."""
        found = self
        for key in keys:
            below = found.find(key) or (found.item if key == ANY else None)
            if below is None:
                raise KeyError(key)
            found = below
        return found

    def fields_for(self, value: object) -> tuple["Field", ...]:
        """Return a group's fields when its deciding field has a value."""
        return self.cases.get(str(value), self.fields)


@lru_cache(maxsize=32)
def of(kind: str, lang: str) -> Field:
    """Return the fields of a kind of file, as the schema that comes with the package has them."""
    return read(sections.core(kind), lang)


def read(tree: Tree, lang: str) -> Field:
    """Return the fields of a schema, with words in zh or en; raise UnknownSettingError for what no form can show."""
    return _Reader(tree, lang).field(tree, (), {"x-setting": "group"}, required=False)


def every(field: Field) -> Iterator[Field]:
    """Return a field and everything below it, in all shapes and cases."""
    yield field
    below = (*field.fields, *(each for case in field.cases.values() for each in case), *field.shapes)
    for each in (*below, *((field.item,) if field.item else ())):
        if each is not field:
            yield from every(each)


class _Reader:
    """Reads one schema."""

    def __init__(self, root: Tree, lang: str) -> None:
        self._root = root
        self._lang = lang

    def field(self, node: Tree, path: Path, outer: Tree, *, required: bool) -> Field:
        """Return the field of a part of the schema; ``outer`` has what its list or shape lends it."""
        said = self._resolved(node)
        common = self._common(said, outer, path) | {"required": required}
        if len(path) > _DEEPEST:
            raise UnknownSettingError(f"too deep: {path}")
        types = _types(said)
        if "x-shapes" in said or ({"array", "object"} <= types and "items" in said):
            return self._shapes(said, path, common, types)
        if "object" in types:
            return self._object(said, path, common, types)
        if "array" in types:
            item = self.field(said.get("items", {}), (*path, ANY), _lent(said, self._lang), required=False)
            return Field(kind=Kind.LIST, item=item, limits=_limits(said), **common)
        return self._leaf(said, types, common)

    def _object(self, said: Tree, path: Path, common: Tree, types: set[str]) -> Field:
        if "string" in types and _holds_texts(said):
            return Field(kind=Kind.LOCALE_TEXT, limits=_limits(said), **common)
        if "properties" in said:
            return self._group(said, path, common)
        if isinstance(said.get("additionalProperties"), dict):
            item = self.field(said["additionalProperties"], (*path, ANY), _lent(said, self._lang), required=False)
            return Field(kind=Kind.MAPPING, item=item, limits=_limits(said), **common)
        return Field(kind=Kind.GROUP, **common) if types == {"object"} else Field(kind=Kind.AS_WRITTEN, **common)

    def _resolved(self, node: Tree) -> Tree:
        if "$ref" not in node:
            return node
        return {**resolve(node["$ref"], self._root), **{key: each for key, each in node.items() if key != "$ref"}}

    def _common(self, said: Tree, outer: Tree, path: Path) -> Tree:
        words = {**said, **(said.get("x-zh", {}) if self._lang == "zh" else {})}
        return {
            "path": path,
            "setting": said.get("x-setting") or outer.get("x-setting", ""),
            "title": words.get("title") or outer.get("title", ""),
            "description": words.get("description", ""),
            "examples": tuple(each for each in said.get("examples", ()) if self._reads(each)),
            "default": said.get("default"),
            "when": {key: tuple(values) for key, values in said.get("x-when", {}).items()},
            "part": said.get("x-part", ""),
            "parts": tuple(Part(name, *self._pair(words)) for name, words in said.get("x-parts", {}).items()),
            "more": bool(said.get("x-more")),
            "legal": tuple(said.get("x-legal", ())),
            "short": said.get("x-short", ""),
            "types": tuple(sorted(_types(said))),
        }

    def _reads(self, example: Data) -> bool:
        """Tell whether an example is in letters that the reader knows."""
        return self._lang == "zh" or not _CHINESE.search(str(example))

    def _pair(self, words: Tree) -> tuple[str, str]:
        found: Any = words.get(self._lang, words.get("en", ""))
        return (found, "") if isinstance(found, str) else (str(found[0]), str(found[1]))

    def _group(self, said: Tree, path: Path, common: Tree) -> Field:
        branches = [self._resolved(each["then"]) | {"x-if": each["if"]} for each in _conditions(said)]
        switch, cases = "", dict[str, tuple[Field, ...]]()
        for branch in branches:
            for key, values in _wanted(branch["x-if"]).items():
                switch = key
                merged = self._merged(said, branch)
                cases |= {value: self._fields(merged, path) for value in values}
        fields = self._fields(said, path, cases={switch: branches} if switch else {})
        alternatives = [each["required"][0] for each in said.get("oneOf", ()) if each.get("required")]
        return Field(
            kind=Kind.GROUP, fields=fields, switch=switch, cases=cases, one_of=tuple(alternatives), **common
        )  # fmt: skip

    def _merged(self, said: Tree, branch: Tree) -> Tree:
        """Return what holds when a condition is met: its own properties, or ours with what it adds."""
        own = branch.get("properties", {})
        kept = {key: (said["properties"].get(key, {}) if each is True else each) for key, each in own.items()}
        if branch.get("additionalProperties") is not False:
            return {"properties": said["properties"] | kept, "required": _needed(said, branch)}
        merged = {key: {**said["properties"].get(key, {}), **each} for key, each in kept.items()}
        return {"properties": merged, "required": _needed(said, branch)}

    def _fields(self, said: Tree, path: Path, cases: Mapping[str, list[Tree]] | None = None) -> tuple[Field, ...]:
        needed = said.get("required", ())
        found = []
        for key, node in said["properties"].items():
            field = self.field(node, (*path, key), {}, required=key in needed)
            if cases and key in cases and not field.choices:
                field = self._with_cases(field, cases[key])
            found.append(field)
        return tuple(found)

    def _with_cases(self, field: Field, branches: list[Tree]) -> Field:
        names = {value: branch for branch in branches for value in _wanted(branch["x-if"]).get(field.key, ())}
        choices = tuple(Choice(value, self._named(branch, value)) for value, branch in names.items())
        return _with(field, choices=choices, kind=Kind.CHOICE)

    def _named(self, branch: Tree, value: str) -> str:
        words = {**branch, **(branch.get("x-zh", {}) if self._lang == "zh" else {})}
        return str(words.get("title") or value)

    def _shapes(self, said: Tree, path: Path, common: Tree, types: set[str]) -> Field:
        """Return a field that can be written in several ways, each a field of its own."""
        names = said.get("x-shapes", {})
        plain = {key: each for key, each in said.items() if key not in {"x-shapes", "type", "allOf"}}
        order = [*names] if names else [each for each in ("object", "array", "string") if each in types]
        found = []
        for name in order:
            node = {**plain, "type": name}
            for each in _conditions(said):
                if each["if"].get("type") == name:
                    node |= each["then"]
            if name in {"string", "array"}:
                node = {key: each for key, each in node.items() if key != "properties"}
            shape = self.field(node, path, {}, required=bool(common["required"]))
            label = self._pair(names[name])[0] if name in names else ""
            found.append(_with(shape, label=label, types=(name,)))
        return _with(found[0], **common | {"types": tuple(sorted(types))}, shapes=tuple(found))

    def _leaf(self, said: Tree, types: set[str], common: Tree) -> Field:
        words = said.get("x-choices", {})
        listed = [str(each) for each in said.get("enum", ())] or list(words)
        if "const" in said:
            return Field(kind=Kind.TEXT, fixed=True, **common | {"default": said["const"]})
        choices = tuple(Choice(each, self._pair(words[each])[0] if each in words else each) for each in listed)
        kind = self._kind(types, common, choices=bool(choices))
        return Field(kind=kind, choices=choices, limits=_limits(said), **common)

    def _kind(self, types: set[str], common: Tree, *, choices: bool) -> Kind:
        if types == {"boolean"}:
            return Kind.YES_NO
        if choices:
            return Kind.CHOICE
        if types and types <= {"integer", "number"}:
            return Kind.INTEGER if types == {"integer"} else Kind.NUMBER
        if not types or types & {"object", "array", "boolean"}:
            return Kind.AS_WRITTEN
        # A plugin's schema need not say what its settings look like.
        found = _BY_SETTING.get(str(common["setting"] or "line"))
        if found is None:
            raise UnknownSettingError(f"{common['path']}: {common['setting']!r}")
        return found


def _with(field: Field, **changed: Any) -> Field:  # noqa: ANN401  values of a field's attributes
    values = {name: getattr(field, name) for name in Field.__struct_fields__}
    return Field(**values | changed)


def _types(said: Tree) -> set[str]:
    found = said.get("type", ())
    if not found and "enum" in said:
        return {"string"}
    if not found and "properties" in said:
        return {"object"}
    return {found} if isinstance(found, str) else set(found)


def _holds_texts(said: Tree) -> bool:
    """Tell whether a schema takes a text in every language: a mapping of locales to texts beside the bare text."""
    below = said.get("additionalProperties")
    return "properties" not in said and isinstance(below, dict) and "string" in _types(below)


def _lent(said: Tree, lang: str) -> Tree:
    """Return what a list or mapping lends its items: their setting, and its own title."""
    own = str(said.get("x-setting", ""))
    words = {**said, **(said.get("x-zh", {}) if lang == "zh" else {})}
    return {"x-setting": _OF_ITEMS.get(own, "line"), "title": words.get("title", "")}


def _needed(said: Tree, branch: Tree) -> list[str]:
    return [*said.get("required", ()), *branch.get("required", ())]


def _conditions(said: Tree) -> list[Tree]:
    return [each for each in said.get("allOf", ()) if "if" in each and isinstance(each.get("then"), dict)]


def _wanted(condition: Tree) -> dict[str, list[str]]:
    """Return the values of a key under which a condition holds."""
    said = {key: each for key, each in condition.get("properties", {}).items() if isinstance(each, dict)}
    return {
        key: [str(value) for value in ([each["const"]] if "const" in each else each.get("enum", ()))]
        for key, each in said.items()
    }


def _limits(said: Tree) -> Limits:
    least = said.get("minimum", said.get("exclusiveMinimum"))
    return Limits(
        least=least, most=said.get("maximum"), shortest=said.get("minLength", 0), longest=said.get("maxLength"),
        fewest=max(said.get("minItems", 0), 0), most_entries=said.get("maxItems", said.get("maxProperties")),
        pattern=said.get("pattern", ""),
    )  # fmt: skip
