"""Turns text into numbers exactly where a schema wants a number, and nowhere else."""

import re
from collections.abc import Iterable
from typing import Any

from generator.source.events import Data

_NUMBER = re.compile(r"([-+]?)([0-9]{0,15})(?:\.([0-9]{1,15}))?")
_NUMBERS = {"integer", "number"}

Tree = dict[str, Any]


def find_number(text: str) -> int | float | None:
    """Return the number that a text is, in plain digits with a point at most; None if it is no such number."""
    found = _NUMBER.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return None
    return float(text) if (found[3] or "").strip("0") else int(found[1] + (found[2] or "0"))


class Plan:
    """Where numbers stand in data of a schema: at this place itself, below keys, below every other key, in items."""

    def __init__(self) -> None:
        self.number = False
        self.useful = False
        self.keys: dict[str, Plan] = {}
        self.items: Plan | None = None

    def children(self) -> Iterable["Plan"]:
        """Return the plans of everything inside."""
        yield from self.keys.values()
        if self.items is not None:
            yield self.items


def plan(schema: Tree) -> Plan:
    """Read from a schema where numbers stand; conditions are left to ``schema.validate``, which sees them fail."""
    made: dict[int, Plan] = {}
    root = _plan(schema, schema, made)
    plans = list(made.values())
    changed = True
    while changed:
        changed = False
        for each in plans:
            if not each.useful and (each.number or any(child.useful for child in each.children())):
                each.useful = changed = True
    for each in plans:
        each.keys = {key: child for key, child in each.keys.items() if child.useful}
        if each.items is not None and not each.items.useful:
            each.items = None
    return root


def _plan(node: Any, root: Tree, made: dict[int, Plan]) -> Plan:  # noqa: ANN401  a schema is a mapping or a boolean
    if not isinstance(node, dict):
        return Plan()
    if id(node) in made:
        return made[id(node)]
    result = made[id(node)] = Plan()
    parts = [node]
    if "$ref" in node:
        parts.append(resolve(node["$ref"], root))
    for part in parts:
        result.number = result.number or wants_number(part)
        for key, child in part.get("properties", {}).items():
            result.keys[key] = _plan(child, root, made)
        if "items" in part:
            result.items = _plan(part["items"], root, made)
    return result


def wants_number(node: Tree) -> bool:
    """Return whether a schema takes numbers and no text."""
    kinds = node.get("type", ())
    wanted = {kinds} if isinstance(kinds, str) else set(kinds)
    return bool(wanted & _NUMBERS) and "string" not in wanted


def resolve(reference: str, root: Tree) -> Tree:
    """Return the part of a schema that a reference such as ``#/$defs/picture`` names."""
    node: Any = root
    for step in reference.removeprefix("#").split("/")[1:]:
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node if isinstance(node, dict) else {}


def convert(data: Data, where: Plan) -> None:
    """Replace texts by numbers, in place, where the plan says so."""
    if isinstance(data, dict):
        for key, child in where.keys.items():
            if key in data:
                data[key] = _converted(data[key], child)
    elif isinstance(data, list) and where.items is not None:
        for index, item in enumerate(data):
            data[index] = _converted(item, where.items)


def _converted(value: Data, where: Plan) -> Data:
    if isinstance(value, str):
        number = find_number(value) if where.number else None
        return value if number is None else number
    convert(value, where)
    return value
