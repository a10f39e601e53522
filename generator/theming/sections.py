"""What a theme lets a merchant set: sidecars beside its templates become JSON Schemas inside the shop's schema."""

import copy
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec

from generator import document, plugins, schema, theme
from generator.messages import problem
from generator.places import SCHEMAS, THEMES
from generator.problems import Problem
from generator.source import nearest

Tree = dict[str, Any]
_MOST_PARENTS = 8
_DEFAULT = "harbour"
_EXTRA = {"^x-": True}


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a merchant sets in a section, a block or a theme."""

    id: str
    type: str
    label: dict[str, str] = {}
    info: dict[str, str] = {}
    default: Any = None
    required: bool = False
    options: tuple[str, ...] = ()
    option_labels: tuple[dict[str, str], ...] = ()
    least: float | None = None
    most: float | None = None


class Sidecar(msgspec.Struct, frozen=True, kw_only=True):
    """What the file beside a section's or block's template says."""

    name: str
    label: dict[str, str] = {}
    info: dict[str, str] = {}
    settings: tuple[Setting, ...] = ()
    blocks: tuple[str, ...] = ()
    most_blocks: int | None = None
    pages: tuple[str, ...] = ()

    def find_type(self, setting: str) -> str | None:
        """Return the type of a setting by its id."""
        return next((each.type for each in self.settings if each.id == setting), None)


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a theme offers, overlay and parents included; ``schemes`` are role → colour, by light and dark."""

    name: str
    folders: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    schemes: dict[str, dict[str, dict[str, str]]] = {}
    sections: dict[str, Sidecar] = {}
    blocks: dict[str, Sidecar] = {}


@lru_cache(maxsize=16)
def _core_text(name: str) -> str:
    return (SCHEMAS / f"{name}.json").read_text(encoding="utf-8")


def core(name: str) -> Tree:
    """Return one of the schemas that come with the package, as a tree of one's own."""
    loaded: Tree = json.loads(_core_text(name))
    return loaded


def names() -> list[str]:
    """Return the names of the schemas that come with the package."""
    return sorted(path.stem for path in SCHEMAS.glob("*.json"))


def folders(name: str, overlay: Path | None = None) -> list[Path]:
    """Return where a theme's files are looked for: the shop's own overlay first, then the theme, then its parents."""
    found = [overlay] if overlay is not None and overlay.is_dir() else []
    folder = theme.find_folder(name)
    for _ in range(_MOST_PARENTS):
        if folder is None or folder in found:
            break
        found.append(folder)
        read, _ = document.read(folder / "theme.yaml", "theme.yaml")
        parent = read.data.get("parent") if read is not None and isinstance(read.data, dict) else None
        folder = theme.find_folder(str(parent)) if parent else None
    return found


def themes() -> list[str]:
    """Return the names of all themes: ours, and those of installed packages."""
    ours = {path.parent.name for path in THEMES.glob("*/theme.yaml")}
    return sorted(ours | {point.name for point in entry_points(group=theme.GROUP)})


def read(name: str, overlay: Path | None = None) -> tuple[Offer, list[Problem]]:
    """Read what a theme offers; problems of sidecars are named by their place in the theme."""
    problems: list[Problem] = []
    if theme.find_folder(name) is None:
        known = themes()
        near = nearest.find(name, known)
        where = ("theme", "name")
        problems.append(
            problem("unknown-theme", "shop.yaml", None, where, suggestion=near, name=name, known=", ".join(known))
        )
        name = _DEFAULT
    path = folders(name, overlay)
    settings: dict[str, Setting] = {}
    schemes: Tree = {}
    found: dict[str, dict[str, Sidecar]] = {"section": {}, "block": {}}
    for folder in reversed(path):
        place = "theme" if folder == overlay else folder.name
        manifest = _checked(folder / "theme.yaml", f"{place}/theme.yaml", "theme", problems)
        settings |= {each.id: each for each in _settings(manifest)}
        schemes |= {key: _scheme(value) for key, value in manifest.get("schemes", {}).items()}
        for kind, sidecars in found.items():
            for file in sorted((folder / f"{kind}s").glob("*.yaml")):
                tree = _checked(file, f"{place}/{kind}s/{file.name}", kind, problems)
                sidecars[file.stem] = _sidecar(file.stem, tree)
    offer = Offer(
        name=name, folders=tuple(map(str, path)), settings=tuple(settings.values()), schemes=schemes,
        sections=found["section"], blocks=found["block"],
    )  # fmt: skip
    return offer, problems


def _checked(path: Path, file: str, kind: str, problems: list[Problem]) -> Tree:
    if not path.is_file():
        return {}
    read, found = document.read(path, file)
    problems += found
    if read is None:
        return {}
    checked = schema.validate(read, schema.compiled(kind))
    problems += checked.problems
    return checked.data if isinstance(checked.data, dict) else {}


def _scheme(tree: Tree) -> dict[str, dict[str, str]]:
    return {"light": tree.get("roles", {}), "dark": tree.get("dark", {})}


def _settings(tree: Mapping[str, Any]) -> list[Setting]:
    return [
        Setting(
            id=each["id"], type=each["type"], label=each.get("label", {}), info=each.get("info", {}),
            default=each.get("default"), required=bool(each.get("required")),
            options=tuple(str(option.get("value")) for option in each.get("options", ())),
            option_labels=tuple(option.get("label", {}) for option in each.get("options", ())),
            least=each.get("min"), most=each.get("max"),
        )
        for each in tree.get("settings", ())
        if "id" in each and "type" in each
    ]  # fmt: skip


def _sidecar(name: str, tree: Tree) -> Sidecar:
    return Sidecar(
        name=name, label=tree.get("label", {}), info=tree.get("info", {}), settings=tuple(_settings(tree)),
        blocks=tuple(tree.get("blocks", ())), most_blocks=tree.get("max_blocks"), pages=tuple(tree.get("pages", ())),
    )  # fmt: skip


def compose(offer: Offer, gateways: Mapping[str, Tree] | None = None) -> Tree:
    """Return the shop's schema with the theme's sections, blocks, settings and colour schemes in it.

    ``gateways`` are schemas of the settings of installed payment plugins, by the gateway's name.
    """
    tree = core("shop")
    definitions = tree["$defs"]
    for name, settings in sorted((gateways or {}).items()):
        _add_gateway(definitions, name, settings)
    listed = definitions["sections"]["items"]
    listed["properties"]["section"] |= {"enum": sorted(offer.sections)}
    if offer.sections:
        listed["allOf"] = [_branch("section", name) for name in sorted(offer.sections)]
    for name, section in offer.sections.items():
        definitions[f"section-{name}"] = _section(section, listed["properties"], offer)
    hidden = listed["properties"]["blocks"]["items"]["properties"]["hidden"]
    for name, block in offer.blocks.items():
        definitions[f"block-{name}"] = _object({"block": {"const": name}, "hidden": hidden}, block, offer)
    chosen = definitions["theme"]["properties"]
    chosen["settings"] |= _fields(offer.settings, offer)
    known = core("theme")["$defs"]["roles"]["properties"]
    roles = {role for each in offer.schemes.values() for role in each["light"]} | set(known)
    blank = {"type": "string", "pattern": _COLOR, "x-setting": "color"}
    own = {role: known.get(role, blank | {"title": role}) for role in sorted(roles)}
    chosen["colors"] |= {"properties": own, "patternProperties": _EXTRA, "additionalProperties": False}
    chosen["colors"]["allOf"] = [{"if": {"type": "string"}, "then": {"enum": sorted(offer.schemes)}}]
    return tree


def _add_gateway(definitions: Tree, name: str, settings: Tree) -> None:
    """Check the settings of a payment method by the schema that its plugin brings."""
    method = definitions["payment_method"]
    own = plugins.embedded(settings, f"#/$defs/gateway-{name}")
    common = {key: method["properties"][key] for key in ("gateway", "name")}
    own["properties"] = {**common, **own.get("properties", {})}
    own["patternProperties"] = {**_EXTRA, **own.get("patternProperties", {})}
    own.setdefault("additionalProperties", False)
    definitions[f"gateway-{name}"] = own
    method["allOf"].append(_branch("gateway", name))


def _branch(key: str, name: str) -> Tree:
    return {
        "if": {"type": "object", "properties": {key: {"const": name}}, "required": [key]},
        "then": {"$ref": f"#/$defs/{key}-{name}"},
    }


def _section(sidecar: Sidecar, common: Tree, offer: Offer) -> Tree:
    own: Tree = {"section": {"const": sidecar.name}, "hidden": common["hidden"]}
    if sidecar.blocks:
        blocks = copy.deepcopy(common["blocks"])
        blocks["items"]["properties"]["block"] |= {"enum": list(sidecar.blocks)}
        blocks["items"]["allOf"] = [_branch("block", name) for name in sidecar.blocks if name in offer.blocks]
        if sidecar.most_blocks is not None:
            blocks["maxItems"] = sidecar.most_blocks
        own["blocks"] = blocks
    return _object(own, sidecar, offer)


def _object(own: Tree, sidecar: Sidecar, offer: Offer) -> Tree:
    tree = {"type": "object", **_words(sidecar.label, sidecar.info, sidecar.name)}
    fields = _fields(sidecar.settings, offer)
    fields["properties"] = {**own, **fields["properties"]}
    return tree | fields


def _fields(settings: tuple[Setting, ...], offer: Offer) -> Tree:
    tree: Tree = {"properties": {each.id: _field(each, offer) for each in settings}}
    required = [each.id for each in settings if each.required]
    if required:
        tree["required"] = required
    return tree | {"patternProperties": _EXTRA, "additionalProperties": False}


def _words(label: dict[str, str], info: dict[str, str], name: str) -> Tree:
    chinese = {"title": label.get("zh", name), "description": info.get("zh", "")}
    return {"title": label.get("en", name), "description": info.get("en", ""), "x-zh": chinese}


def _field(setting: Setting, offer: Offer) -> Tree:
    tree = _words(setting.label, setting.info, setting.id) | {"x-setting": setting.type}
    tree |= _shape(setting, offer)
    if setting.default is not None:
        tree["default"] = setting.default
    return tree


_COLOR = "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"
_TEXT: Tree = {"type": ["string", "number", "object"], "additionalProperties": {"type": ["string", "number"]}}
_HANDLE: Tree = {"type": ["string", "number"], "minLength": 1, "maxLength": 255}
_SHAPES: dict[str, Tree] = {
    "text": _TEXT | {"maxLength": 1000}, "textarea": _TEXT, "markdown": _TEXT, "checkbox": {"type": "boolean"},
    "color": {"type": "string", "pattern": _COLOR}, "picture": {"$ref": "#/$defs/picture"},
    "video": {"type": "string", "minLength": 1}, "link": {"type": "string", "minLength": 1, "maxLength": 2000},
    "product": _HANDLE, "shelf": _HANDLE, "page": _HANDLE, "live": _HANDLE, "datetime": {"type": "string"},
}  # fmt: skip


def _shape(setting: Setting, offer: Offer) -> Tree:
    if setting.type in {"number", "range"}:
        limits = {"minimum": setting.least, "maximum": setting.most}
        return {"type": "number"} | {key: value for key, value in limits.items() if value is not None}
    if setting.type == "select":
        return {
            "enum": list(setting.options),
            "x-choices": dict(zip(setting.options, setting.option_labels, strict=True)),
        }
    if setting.type == "scheme":
        return {"enum": sorted(offer.schemes)}
    if setting.type in {"products", "shelves"}:
        limits = {"minItems": setting.least, "maxItems": setting.most}
        return {"type": "array", "items": _HANDLE} | {k: int(v) for k, v in limits.items() if v is not None}
    return dict(_SHAPES[setting.type])


def digest(offer: Offer) -> bytes:
    """Return bytes that change with anything the theme offers."""
    return msgspec.msgpack.encode(offer)
