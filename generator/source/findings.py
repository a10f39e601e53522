"""What a JSON Schema found, in people's words: every finding at its exact key or value, with what would be right."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from generator.document import Document
from generator.problems import Mark, Problem
from generator.source import nearest
from generator.source.decoding import lines
from generator.source.events import Data
from generator.source.numerals import Tree, resolve

Path = tuple[str | int, ...]
Words = dict[str, str]
Error = Any
_MOVES = {"properties", "patternProperties"}
_STEPS = {"items", "additionalProperties", "unevaluatedProperties", "prefixItems", "propertyNames", "contains"}
_BRANCHES = {"AnyOf", "OneOfNotValid"}
_TYPE_CODES = {"wrong-type", "not-a-number", "text-needs-quotes"}
_FOLDERS = {"products": ".yaml", "shelves": ".yaml", "pages": ".md"}
_KEY_PROBLEMS = {"unknown-key", "key-is-folder", "key-spelt-again", "live-viewers-invented"}
_MOST_LISTED = 12
_LONGEST_SHOWN = 60
_COMMA = re.compile(r"[{,]\s*(?P<key>[^\s{},:]+:)\s+(?P<text>[^{},:\"']*[^{},:\s\"']),\s*$")
_COMMENT = re.compile(r"(?P<key>[^#]*:)\s+(?P<comment>#\S.*)")
TYPES: dict[str, Words] = {
    "string": {"en": "text", "zh": "文字"}, "integer": {"en": "a whole number", "zh": "整数"},
    "number": {"en": "a number", "zh": "数字"}, "boolean": {"en": "true or false", "zh": "true 或 false"},
    "array": {"en": "a list", "zh": "列表"}, "object": {"en": "a group of keys", "zh": "一组键"},
    "null": {"en": "nothing", "zh": "空"},
}  # fmt: skip


class Finding(msgspec.Struct, frozen=True):
    """One error of the validator with what is needed to explain it."""

    document: Document
    tree: Tree
    error: Error
    path: Path
    node: Tree
    thing: Words
    title: Words

    def problem(self, code: str, path: Path | None = None, *, suggestion: str | None = None, **values: Data) -> Problem:
        """Make a problem at the value itself (or at another path), with the titles that its message may use."""
        where = self.path if path is None else path
        named: dict[str, Data] = {"thing": self.thing, "title": self.title, **values}
        return self.document.problem(code, where, at_key=code in _KEY_PROBLEMS, suggestion=suggestion, **named)


def explain(document: Document, tree: Tree, errors: Iterable[Error]) -> list[Problem]:
    """Return the problems that errors of the validator stand for, in the order of the text, none twice."""
    found: dict[tuple[str, Path], Problem] = {}
    for error in errors:
        for each in _closest(error):
            finding = _finding(document, tree, each)
            for one in _RULES.get(type(each.kind).__name__, _other)(finding):
                found.setdefault((one.code, one.path), one)
    meant = {(*one.path[:-1], one.suggestion) for one in found.values() if one.code == "unknown-key"}
    other = {one.path for one in found.values() if one.code in _TYPE_CODES}
    told = [
        one
        for one in found.values()
        if (one.code in _TYPE_CODES or one.path not in other) and (one.code != "missing-key" or one.path not in meant)
    ]
    return sorted(told, key=lambda one: (one.mark.line, one.mark.column) if one.mark else (0, 0))


def leaves(errors: Iterable[Error]) -> Iterator[Error]:
    """Return errors, and those inside of every branch of a choice."""
    for error in errors:
        if type(error.kind).__name__ in _BRANCHES:
            for branch in error.kind.context:
                yield from leaves(branch)
        else:
            yield error


def _closest(error: Error) -> list[Error]:
    """Return the errors of the branch that the merchant most likely meant, or the error itself if none is likelier."""
    if type(error.kind).__name__ not in _BRANCHES:
        return [error]
    here = len(error.instance_path)
    likely = [branch for branch in error.kind.context if branch and not any(_excludes(each, here) for each in branch)]
    if not likely or (len(likely) > 1 and all(_only_required(branch, here) for branch in likely)):
        return [error]
    best = min(likely, key=len)
    return [leaf for each in best for leaf in _closest(each)]


def _excludes(error: Error, depth: int) -> bool:
    """Return whether a branch was not meant: another type altogether, or another name of the kind."""
    kind = type(error.kind).__name__
    if kind == "Type":
        return len(error.instance_path) == depth
    return kind == "Constant" and len(error.instance_path) == depth + 1


def _only_required(branch: list[Error], depth: int) -> bool:
    return all(type(each.kind).__name__ == "Required" and len(each.instance_path) == depth for each in branch)


def words_of(node: Mapping[str, Any]) -> Words | None:
    """Return the title of a part of a schema in en and zh; None if it has none."""
    if "title" not in node:
        return None
    return {"en": str(node["title"]), "zh": str(node.get("x-zh", {}).get("title") or node["title"])}


def _finding(document: Document, tree: Tree, error: Error) -> Finding:
    path = tuple(error.instance_path)
    node: Any = tree
    outer: Words = {"en": "this file", "zh": "这个文件"}
    title: Words | None = None
    steps = list(error.evaluation_path)
    moved = True
    for position, step in enumerate(steps[:-1]):
        if isinstance(node, dict):
            title = words_of(node) or title
        node = resolve(node["$ref"], tree) if step == "$ref" else _step(node, step)
        moved = step in _STEPS or (position > 0 and steps[position - 1] in _MOVES)
        if moved and title is not None:
            outer, title = title, None
    if isinstance(node, dict):
        title = words_of(node) or title
    last = str(path[-1]) if path and isinstance(path[-1], str) else ""
    own = title or ({"en": last, "zh": last} if last else outer)
    return Finding(document, tree, error, path, node if isinstance(node, dict) else {}, outer, own)


def _step(node: Any, step: str | int) -> Any:  # noqa: ANN401  a part of a schema: mapping, list or boolean
    try:
        return node[step]
    except (KeyError, IndexError, TypeError):
        return {}


def shown(value: Data) -> str:
    """Return a value as a merchant would write it, shortened."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _kind_of(value: Data) -> Words:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return TYPES[names.get(type(value), "null")]


def _listed(names: Iterable[Any]) -> str:
    texts = [shown(name) for name in names]
    more = len(texts) - _MOST_LISTED
    return ", ".join(texts[:_MOST_LISTED]) + (f", … (+{more})" if more > 0 else "")


def _unknown(finding: Finding) -> list[Problem]:
    return [_unknown_key(finding, key) for key in finding.error.kind.unexpected]


def _unknown_key(finding: Finding, key: str) -> Problem:
    known = [name for name in finding.node.get("properties", {}) if not name.startswith("x-")]
    suggestion = nearest.find(key, known)
    path = (*finding.path, key)
    refused = [code for form, code in finding.node.get("x-refused", {}).items() if re.fullmatch(form, key[:60].lower())]
    if refused:
        return finding.problem(refused[0], path, key=shown(key))
    folder = nearest.find(key, _FOLDERS) if finding.document.file == "shop.yaml" and len(path) == 1 else None
    again = suggestion in finding.error.instance
    if folder and (again or not suggestion):
        return finding.problem("key-is-folder", path, name=folder, ending=_FOLDERS[folder])
    if again:
        first = finding.document.mark((*finding.path, suggestion or ""), key=True)
        words: dict[str, Any] = {"key": shown(key), "first": suggestion, "line": first.line}
        one = finding.problem("key-spelt-again", path, thing=finding.title, **words)
        return msgspec.structs.replace(one, related=(one.file, first))
    values = {"key": shown(key), "thing": finding.title, "known": _listed(known) or "–"}
    return finding.problem("unknown-key", path, suggestion=suggestion, **values)


def _required(finding: Finding) -> list[Problem]:
    key = finding.error.kind.property
    wanted = finding.node.get("properties", {}).get(key, {})
    examples = wanted.get("examples", ()) if isinstance(wanted, dict) else ()
    line = {lang: f"{key}: {_example(examples, lang)}" for lang in ("en", "zh")}
    words = words_of(wanted) if isinstance(wanted, dict) else None
    name = {lang: f"{key} ({text})" if text != key else key for lang, text in (words or {"en": key, "zh": key}).items()}
    return [finding.problem("missing-key", (*finding.path, key), name=name, thing=finding.title, example=line)]


def _example(examples: Iterable[Any], lang: str) -> str:
    """Return an example short enough for a hint, in Latin letters for English readers where there is one."""
    texts = []
    for each in examples:
        value = each.get(lang) or each.get("zh-CN") if isinstance(each, dict) and "en" in each else each
        texts.append(shown(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    short = [text for text in texts if len(text) < _LONGEST_SHOWN]
    fitting = [text for text in short if text.isascii()] if lang == "en" else short
    return fitting[0] if fitting else "…"


def _not_allowed(finding: Finding) -> list[Problem]:
    value = finding.error.instance
    if value is None:
        return _empty(finding)
    kind = finding.error.kind
    options = kind.options if type(kind).__name__ == "Enum" else [kind.expected_value]
    if finding.path == ("format",):
        return [finding.problem("unknown-format", value=shown(value), options=_listed(options))]
    own = finding.node.get("x-problems", {}).get(shown(value))
    if own:
        return [finding.problem(own)]
    meant = finding.node.get("x-means", {}).get(shown(value))
    suggestion = meant or nearest.find(shown(value), [shown(option) for option in options])
    return [finding.problem("not-allowed-value", value=shown(value), options=_listed(options), suggestion=suggestion)]


def _type(finding: Finding) -> list[Problem]:
    value = finding.error.instance
    if value is None:
        return _empty(finding)
    kinds = [kind for kind in TYPES if kind in finding.error.kind.types]
    if "string" in kinds and "number" in kinds:
        kinds.remove("number")
    if isinstance(value, str) and {"integer", "number"} & set(kinds):
        return _number(finding, value, kinds)
    expected = _expected(finding.node, kinds)
    code = "text-needs-quotes" if isinstance(value, bool) and "string" in kinds else "wrong-type"
    words: dict[str, Any] = {"expected": expected, "found": _kind_of(value), "value": _as_written(finding, value)}
    return [finding.problem(code, suggestion=_rewritten(finding, kinds), **words)]


def _rewritten(finding: Finding, kinds: list[str]) -> str | None:
    """Return the lone value, or words between commas, as the list or group with its first key that belongs there."""
    value, key = finding.error.instance, finding.path[-1] if finding.path else 0
    if not isinstance(value, str) or not isinstance(key, str) or not _PLAIN.fullmatch(value):
        return None
    items, properties = finding.node.get("items"), finding.node.get("properties")
    if kinds == ["array"] and isinstance(items, dict):
        items = resolve(items["$ref"], finding.tree) if "$ref" in items else items
        fitting = "string" in str(items.get("type", ""))
        return f"{key}: [{', '.join(filter(None, _COMMAS.split(value)))}]" if fitting else None
    if _COMMAS.search(value):
        return None
    if kinds == ["object"] and isinstance(properties, dict) and properties:
        first = next(iter(finding.node.get("required") or properties))
        fits = properties.get(first, {}).get("type") != "integer" or value.isdecimal()
        return f"{key}: {{{first}: {value if fits else '…'}}}"
    return None


_PLAIN = re.compile(r"\w[\w ./,，、-]{0,80}")
_COMMAS = re.compile(r"\s*[,，、]\s*")


def _as_written(finding: Finding, value: Data) -> str:
    mark = finding.document.mark(finding.path)
    rows = lines(finding.document.head)
    written = rows[mark.line - 1][mark.column - 1 : mark.end - 1] if mark.end and mark.line <= len(rows) else ""
    return shown(written or value)


def _expected(node: Tree, kinds: list[str]) -> Words:
    for setting, expected in _SETTINGS.items():
        if node.get("x-setting") == setting:
            return expected
    if kinds == ["string", "object"]:
        return _SETTINGS["text"]
    return {lang: joiner.join(TYPES[kind][lang] for kind in kinds) for lang, joiner in _OR.items()}


_OR = {"en": " or ", "zh": "或"}
_SETTINGS: dict[str, Words] = {
    "text": {"en": "text, or a group with the text in each language", "zh": "文字，或每种语言各一份的文字"},
    "money": {"en": "an amount such as 168.00", "zh": "金额，如 168.00"},
    "weight": {"en": "a weight such as 250g", "zh": "重量，如 250g"},
    "duration": {"en": "a duration such as 30m, 24h or 7d", "zh": "时长，如 30m、24h、7d"},
    "datetime": {"en": "a time such as 2026-11-11 20:00", "zh": "时间，如 2026-11-11 20:00"},
}


def _number(finding: Finding, value: str, kinds: list[str]) -> list[Problem]:
    plain = value.replace("_", "").replace(",", "").replace(" ", "").translate(_FULL_WIDTH)
    expected = TYPES["integer" if "integer" in kinds else "number"]
    suggestion = plain if plain != value and re.fullmatch(r"-?\d{1,15}(\.\d+)?", plain, re.ASCII) else None
    return [finding.problem("not-a-number", value=shown(value), expected=expected, suggestion=suggestion)]


_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－", "0123456789.-")


def _empty(finding: Finding) -> list[Problem]:
    mark = finding.document.mark(finding.path, key=True)
    rows = lines(finding.document.head)
    line = rows[mark.line - 1] if mark.line <= len(rows) else ""
    found = _COMMENT.fullmatch(line)
    if found:
        key = found["key"].strip()
        fixed = f'{key} "{found["comment"]}"'
        one = finding.problem("text-after-hash", comment=found["comment"], suggestion=fixed)
        start = found.start("comment") + 1
        return [msgspec.structs.replace(one, mark=Mark(line=mark.line, column=start, end=len(line) + 1))]
    cut = _COMMA.search(line, 0, mark.column - 1)
    if cut and line[mark.column - 1 :].startswith(str(finding.path[-1])):
        word = str(finding.path[-1])
        fixed = f'{cut["key"]} "{cut["text"]}, {word}"'
        return [msgspec.structs.replace(finding.problem("text-after-comma", text=word, suggestion=fixed), mark=mark)]
    return [msgspec.structs.replace(finding.problem("empty-value"), mark=mark)]


def _form(finding: Finding) -> list[Problem]:
    examples = _listed(finding.node.get("examples", ())) or "–"
    return [finding.problem("wrong-form", value=shown(finding.error.instance), examples=examples)]


def _limit(code: str) -> Callable[[Finding], list[Problem]]:
    def rule(finding: Finding) -> list[Problem]:
        value = finding.error.instance
        count = len(value) if isinstance(value, (str, list, dict)) else shown(value)
        limit = finding.error.kind.limit
        sold_out = "0" if code == "number-too-small" and finding.path[-1:] == ("stock",) else None
        number = int(limit) if float(limit).is_integer() else limit
        return [finding.problem(code, suggestion=sold_out, limit=number, count=count)]

    return rule


def _too_short(finding: Finding) -> list[Problem]:
    return _empty(finding) if not finding.error.instance else _limit("text-too-short")(finding)


def _choice(finding: Finding) -> list[Problem]:
    branches = finding.node.get("oneOf") or finding.node.get("anyOf") or []
    keys = [key for branch in branches if isinstance(branch, dict) for key in branch.get("required", ())]
    if keys and isinstance(finding.error.instance, dict):
        given = [key for key in keys if key in finding.error.instance]
        where = (*finding.path, given[1]) if len(given) > 1 else finding.path
        return [finding.problem("choose-one-key", where, keys=_listed(keys), thing=finding.title)]
    kinds = [kind for kind in TYPES if any(kind in _types(each) for each in leaves([finding.error]))]
    expected = _expected(finding.node, kinds)
    value = finding.error.instance
    if not kinds:
        return _other(finding)
    if value is None:
        return _empty(finding)
    return [finding.problem("wrong-type", expected=expected, found=_kind_of(value), value=shown(value))]


def _types(error: Error) -> list[str]:
    return list(error.kind.types) if type(error.kind).__name__ == "Type" else []


def _other(finding: Finding) -> list[Problem]:
    if finding.error.instance is None:
        return _empty(finding)
    return [finding.problem("does-not-fit", value=shown(finding.error.instance))]


_RULES: dict[str, Callable[[Finding], list[Problem]]] = {
    "AdditionalProperties": _unknown, "UnevaluatedProperties": _unknown, "Required": _required, "Enum": _not_allowed,
    "Constant": _not_allowed, "Type": _type, "Pattern": _form, "Minimum": _limit("number-too-small"),
    "ExclusiveMinimum": _limit("number-not-above"), "Maximum": _limit("number-too-large"),
    "MinLength": _too_short, "MaxLength": _limit("text-too-long"),
    "MinItems": _limit("too-few-entries"), "MaxItems": _limit("too-many-entries"),
    "MinProperties": _limit("too-few-entries"), "MaxProperties": _limit("too-many-entries"),
    "OneOfNotValid": _choice, "OneOfMultipleValid": _choice, "AnyOf": _choice,
}  # fmt: skip
