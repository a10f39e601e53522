"""A theme: its templates, assets, words, schemes and sidecars, found along the overlay, the theme and its parents."""

import hashlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec
import yaml

from generator import wording
from generator.places import THEMES
from generator.problems import Problem
from generator.shop import Block, Section, Value

GROUP = "shopwright.themes"
"""Entry points of this group give further themes: each loads the path of its folder."""
_MOST_PARENTS = 8


class Setting(Value, frozen=True, kw_only=True):
    """One setting of a theme, section or block, as its sidecar declares it."""

    id: str
    type: str
    default: Any = None


class Sidecar(Value, frozen=True, kw_only=True):
    """What a section's or block's sidecar says: its settings in order, and the blocks that it takes."""

    name: str
    settings: tuple[Setting, ...] = ()
    blocks: tuple[str, ...] = ()


class Scheme(Value, frozen=True, kw_only=True):
    """A colour scheme: roles to colours, and the same roles for devices that are set to dark."""

    roles: dict[str, str]
    dark: dict[str, str] = msgspec.field(default_factory=dict)


class Theme(Value, frozen=True, kw_only=True):
    """A theme with all its files read; a name stands for the file that wins along the search path."""

    name: str
    folders: tuple[str, ...]
    files: dict[str, bytes]
    places: dict[str, str]
    trusted: bool
    settings: tuple[Setting, ...]
    schemes: dict[str, Scheme]
    layouts: dict[str, tuple[Section, ...]]
    sections: dict[str, Sidecar]
    blocks: dict[str, Sidecar]
    words: dict[str, dict[str, str]]
    digest: str

    def source(self, name: str) -> tuple[str, str] | None:
        """Return a template's text and its file."""
        data = self.files.get(name)
        return None if data is None else (data.decode("utf-8"), self.places[name])

    def templates(self) -> list[str]:
        """Return the names of all templates."""
        return sorted(
            name for name in self.files if name.endswith((".html", ".xml")) and not name.startswith("assets/")
        )

    def assets(self) -> dict[str, bytes]:
        """Return all assets by their name below assets/."""
        return {name[7:]: data for name, data in sorted(self.files.items()) if name.startswith("assets/")}


def find_folder(name: str) -> Path | None:
    """Return the folder of a theme by its name: one of ours, or one that an installed package declares."""
    if (
        name
        and not name.startswith(".")
        and "/" not in name
        and "\\" not in name
        and (THEMES / name / "theme.yaml").is_file()
    ):
        return THEMES / name
    for point in entry_points(group=GROUP):
        if point.name == name:
            return Path(str(point.load()))
    return None


def load(name: str, overlay: Path | None = None, *, folder: Path | None = None) -> tuple[Theme | None, list[Problem]]:
    """Read a theme with its parents, and the merchant's overlay over it."""
    folders: list[Path] = []
    found = folder or find_folder(name)
    while found is not None and len(folders) < _MOST_PARENTS:
        folders.append(found)
        parent = str(_tree(found / "theme.yaml").get("parent") or "")
        found = find_folder(parent) if parent else None
    if not folders:
        return None, [Problem(code="theme-unknown", file="shop.yaml", path=("theme", "name"), values={"name": name})]
    manifests = [_tree(each / "theme.yaml") for each in folders]
    overlaid = overlay is not None and overlay.is_dir()
    path = [overlay, *folders] if overlay is not None and overlaid else folders
    files, places = _gather(path, overlay if overlaid else None)
    return _assemble(name, path, manifests, (files, places)), []


def _gather(path: list[Path], overlay: Path | None) -> tuple[dict[str, bytes], dict[str, str]]:
    files: dict[str, bytes] = {}
    places: dict[str, str] = {}
    for folder in reversed(path):
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder).as_posix()
            if file.is_symlink() or not file.is_file() or any(part.startswith(".") for part in name.split("/")):
                continue
            files[name] = file.read_bytes()
            places[name] = f"theme/{name}" if folder == overlay else str(file)
    return files, places


def _assemble(
    name: str, path: list[Path], manifests: list[dict[str, Any]], found: tuple[dict[str, bytes], dict[str, str]]
) -> Theme:
    files, places = found
    manifest: dict[str, Any] = {}
    for each in reversed(manifests):
        manifest |= {key: value for key, value in each.items() if key not in {"schemes", "layouts"}}
        for key in ("schemes", "layouts"):
            manifest[key] = {**manifest.get(key, {}), **(each.get(key) or {})}
    digest = hashlib.blake2b(digest_size=16)
    for each_name in sorted(files):
        digest.update(f"{each_name}\0{hashlib.sha256(files[each_name]).hexdigest()}\n".encode())
    words = {Path(n).stem: n for n in sorted(files) if n.startswith("locales/") and n.endswith(".yaml")}
    return Theme(
        name=name,
        folders=tuple(str(each) for each in path),
        files=dict(sorted(files.items())),
        places=places,
        trusted=path[0].is_relative_to(THEMES),
        settings=_settings(manifest),
        schemes={key: _scheme(value) for key, value in manifest["schemes"].items()},
        layouts={key: tuple(_section(each) for each in value) for key, value in manifest["layouts"].items()},
        sections=_sidecars(files, "sections"),
        blocks=_sidecars(files, "blocks"),
        words={locale: wording.flatten(_parse(files[n])) for locale, n in words.items()},
        digest=digest.hexdigest(),
    )


def _tree(path: Path) -> dict[str, Any]:
    return _parse(path.read_bytes())


def _parse(data: bytes) -> dict[str, Any]:
    found = yaml.load(data, yaml.CSafeLoader)
    return found if isinstance(found, dict) else {}


def _settings(tree: Mapping[str, Any]) -> tuple[Setting, ...]:
    return tuple(
        Setting(id=str(each["id"]), type=str(each.get("type", "text")), default=each.get("default"))
        for each in tree.get("settings") or ()
        if isinstance(each, Mapping) and "id" in each
    )


def _scheme(tree: Mapping[str, Any]) -> Scheme:
    return Scheme(
        roles={key: str(value) for key, value in (tree.get("roles") or {}).items()},
        dark={key: str(value) for key, value in (tree.get("dark") or {}).items()},
    )


def _section(tree: str | Mapping[str, Any]) -> Section:
    if isinstance(tree, str):
        return Section(section=tree)
    settings = {key: value for key, value in tree.items() if key not in {"section", "blocks", "hidden"}}
    blocks = [{"block": each} if isinstance(each, str) else each for each in tree.get("blocks") or ()]
    return Section(
        section=str(tree["section"]),
        settings=settings,
        blocks=tuple(
            Block(block=str(each["block"]), settings={k: v for k, v in each.items() if k != "block"}) for each in blocks
        ),
    )


def _sidecars(files: Mapping[str, bytes], kind: str) -> dict[str, Sidecar]:
    found: dict[str, Sidecar] = {}
    for name, data in files.items():
        if name.startswith(f"{kind}/") and name.endswith(".yaml"):
            tree = _parse(data)
            key = Path(name).stem
            found[key] = Sidecar(
                name=key, settings=_settings(tree), blocks=tuple(str(each) for each in tree.get("blocks") or ())
            )
    return found
