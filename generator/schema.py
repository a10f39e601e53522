"""A document against a JSON Schema: jsonschema-rs decides, ``findings`` says it in people's words."""

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

import jsonschema_rs
import msgspec

from generator.document import Document
from generator.places import SCHEMAS
from generator.problems import Problem, Severity
from generator.source import findings, numerals
from generator.source.events import Data
from generator.source.numerals import Plan, Tree

Path = tuple[str | int, ...]
_REGEX = jsonschema_rs.RegexOptions(size_limit=1_000_000)
_ROUNDS = 8


class Compiled(msgspec.Struct, frozen=True):
    """A schema ready for use: its tree, its validator, and where numbers stand."""

    tree: Tree
    validator: Any
    plan: Plan


class Checked(msgspec.Struct, frozen=True):
    """What a schema says: problems, and the data without the values that problems are about.

    Numbers stand where the schema wants numbers. ``broken`` holds the paths of the values that were left out.
    """

    problems: list[Problem]
    data: Data
    broken: frozenset[Path] = frozenset()


def compile_tree(tree: Tree) -> Compiled:
    """Make a schema ready; its patterns run in linear time, so no pattern can stall a check."""
    return _compiled(msgspec.json.encode(tree))


@lru_cache(maxsize=32)
def _compiled(text: bytes) -> Compiled:
    """Make a schema ready once: a console checks the same shop's again with every save."""
    tree = msgspec.json.decode(text)
    validator = jsonschema_rs.Draft202012Validator(tree, pattern_options=_REGEX)
    return Compiled(tree=tree, validator=validator, plan=numerals.plan(tree))


@lru_cache(maxsize=32)
def compiled(name: str) -> Compiled:
    """Return one of the schemas that come with the package, by its name, such as product."""
    return compile_tree(json.loads(_file(name).read_text(encoding="utf-8")))


def _file(name: str) -> FilePath:
    return SCHEMAS / f"{name}.json"


def validate(document: Document, schema: Compiled) -> Checked:
    """Check a document and collect everything that is wrong with it; numbers are put in where the schema wants them."""
    data = document.data
    numerals.convert(data, schema.plan)
    errors = list(schema.validator.iter_errors(data))
    for _ in range(_ROUNDS):
        if not errors or not _convert_where_wanted(data, errors):
            break
        errors = list(schema.validator.iter_errors(data))
    if not errors:
        return Checked([], data)
    problems = findings.explain(document, schema.tree, errors)
    wrong = [each for each in problems if each.path and each.severity is Severity.ERROR]
    meant = [(*each.path[:-1], each.suggestion) for each in wrong if each.code == "unknown-key" and each.suggestion]
    broken = _broken([*(each.path for each in wrong), *meant])
    return Checked(problems, _without(data, broken, ()), broken)


def _convert_where_wanted(data: Data, errors: Iterable[Any]) -> bool:
    """Put in numbers where a condition of the schema wanted one; return whether anything changed."""
    changed = False
    for error in findings.leaves(errors):
        path = list(error.instance_path)
        if type(error.kind).__name__ == "Type" and path and isinstance(error.instance, str):
            number = numerals.find_number(error.instance)
            if number is not None and set(error.kind.types) & {"integer", "number"}:
                _put(data, path, number)
                changed = True
    return changed


def _put(data: Data, path: list[str | int], value: Data) -> None:
    for step in path[:-1]:
        data = data[step]
    data[path[-1]] = value


def _broken(paths: Iterable[Path]) -> frozenset[Path]:
    """Take a whole list for broken when one of its items is, so that the numbers of the others stay true."""
    return frozenset(path[:-1] if isinstance(path[-1], int) and len(path) > 1 else path for path in paths)


def _without(data: Data, broken: frozenset[Path], path: Path) -> Data:
    if isinstance(data, dict):
        return {
            key: _without(value, broken, (*path, key)) for key, value in data.items() if (*path, key) not in broken
        }  # fmt: skip
    if isinstance(data, list):
        return [_without(item, broken, (*path, index)) for index, item in enumerate(data)]
    return data
