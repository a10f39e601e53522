"""Installed plugins as far as a check needs them: their names, and the JSON Schemas of their settings.

A plugin is an entry point. The schema of a gateway's settings is a file ``<gateway>.schema.json`` in the plugin's
top-level package (or beside its module), so that checking a shop runs no code of a plugin.
"""

import importlib.util
import json
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import jsonschema_rs

Tree = dict[str, Any]
GATEWAYS = "shopwright.gateways"


class PluginError(OSError):
    """An installed plugin is damaged."""


def names(group: str) -> list[str]:
    """Return the names of the plugins of a group."""
    return sorted({point.name for point in entry_points(group=group)})


def schemas(group: str, wanted: Iterable[str] | None = None) -> dict[str, Tree]:
    """Return the schemas that plugins of a group bring, by the plugin's name; raise PluginError for a broken one."""
    chosen = None if wanted is None else frozenset(wanted)
    found: dict[str, Tree] = {}
    for point in sorted(entry_points(group=group), key=lambda each: each.name):
        file = _place(point) if chosen is None or point.name in chosen else None
        if file is not None and file.is_file():
            found[point.name] = _read(file)
    return found


def _place(point: EntryPoint) -> Path | None:
    spec = importlib.util.find_spec(point.module.partition(".")[0])
    if spec is None:
        return None
    folders = list(spec.submodule_search_locations or ()) or [str(Path(spec.origin or "").parent)]
    return Path(folders[0]) / f"{point.name}.schema.json"


def _read(file: Path) -> Tree:
    try:
        tree = json.loads(file.read_text(encoding="utf-8"))
        jsonschema_rs.meta.validate(tree)
    except (ValueError, jsonschema_rs.ValidationError) as error:
        raise PluginError(f"{file} is no JSON Schema: {error}") from error
    if not isinstance(tree, dict) or tree.get("type", "object") != "object":
        raise PluginError(f"{file} is no JSON Schema of an object")
    return tree


def embedded(tree: Tree, place: str) -> Tree:
    """Return a schema as it stands inside another one at ``place``: its own references lead into itself."""

    def moved(value: Any) -> Any:  # noqa: ANN401  any part of a schema
        if isinstance(value, dict):
            return {
                key: f"{place}{each[1:]}"
                if key == "$ref" and isinstance(each, str) and each.startswith("#")
                else moved(each)
                for key, each in value.items()
                if key not in {"$schema", "$id"}
            }
        return [moved(each) for each in value] if isinstance(value, list) else value

    found: Tree = moved(tree)
    return found
