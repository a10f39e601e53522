"""A theme's files: templates, assets and words, found along the merchant's overlay, the theme and its parents."""

import hashlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from generator import document
from generator.places import THEMES
from generator.problems import Problem
from generator.shop import Block, Section, Value
from generator.theming import wording

GROUP = "shopwright.themes"
"""Entry points of this group give further themes: each loads the path of its folder."""


class Theme(Value, frozen=True, kw_only=True):
    """A theme with all its files read; a name stands for the file that wins along the search path."""

    files: dict[str, bytes]
    places: dict[str, str]
    trusted: bool
    layouts: dict[str, tuple[Section, ...]]
    words: dict[str, dict[str, str]]
    digest: str

    def source(self, name: str) -> tuple[str, str] | None:
        """Return a template's text and its file."""
        data = self.files.get(name)
        return None if data is None else (data.decode("utf-8"), self.places[name])

    def templates(self) -> list[str]:
        """Return the names of all templates."""
        return [name for name in self.files if name.endswith((".html", ".xml")) and not name.startswith("assets/")]

    def assets(self) -> dict[str, bytes]:
        """Return all assets by their name below assets/."""
        return {name.removeprefix("assets/"): data for name, data in self.files.items() if name.startswith("assets/")}


def find_folder(name: str) -> Path | None:
    """Return the folder of a theme by its name: one of ours, or one that an installed package declares."""
    plain = name and not name.startswith(".") and "/" not in name and "\\" not in name
    if plain and (THEMES / name / "theme.yaml").is_file():
        return THEMES / name
    for point in entry_points(group=GROUP):
        if point.name == name:
            return Path(str(point.load()))
    return None


def read(folders: list[Path], overlay: Path | None = None) -> tuple[Theme, list[Problem]]:
    """Read a theme along its search path, most specific first; ``overlay`` is the one that the merchant wrote."""
    files: dict[str, bytes] = {}
    places: dict[str, str] = {}
    problems: list[Problem] = []
    layouts: dict[str, tuple[Section, ...]] = {}
    words: dict[str, dict[str, str]] = {}
    for folder in reversed(folders):
        place = "theme" if folder == overlay else folder.name
        for file in sorted(folder.rglob("*")):
            name = file.relative_to(folder).as_posix()
            if file.is_file() and not file.is_symlink() and not any(part.startswith(".") for part in file.parts[1:]):
                files[name] = file.read_bytes()
                places[name] = f"{place}/{name}"
        manifest = _tree(folder / "theme.yaml", f"{place}/theme.yaml", problems)
        layouts |= {key: tuple(section(each) for each in value) for key, value in manifest.get("layouts", {}).items()}
        for file in sorted((folder / "locales").glob("*.yaml")):
            tree = _tree(file, f"{place}/locales/{file.name}", problems)
            locale = file.stem.rpartition(".")[2]
            words[locale] = words.get(locale, {}) | wording.flatten(tree)
    trusted = all(folder.is_relative_to(THEMES) for folder in folders)
    return Theme(
        files=dict(sorted(files.items())), places=places, trusted=trusted, layouts=layouts, words=words,
        digest=_digest(files),
    ), problems  # fmt: skip


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return digest.hexdigest()


def _tree(path: Path, file: str, problems: list[Problem]) -> dict[str, Any]:
    if not path.is_file():
        return {}
    found, more = document.read(path, file)
    problems += more
    return found.data if found else {}


def section(tree: str | Mapping[str, Any]) -> Section:
    """Make a section of a layout from its name, or from a mapping with its settings and blocks."""
    if isinstance(tree, str):
        return Section(section=tree)
    blocks = [{"block": each} if isinstance(each, str) else each for each in tree.get("blocks") or ()]
    return Section(
        section=str(tree["section"]),
        settings={key: value for key, value in tree.items() if key not in {"section", "blocks", "hidden"}},
        blocks=tuple(
            Block(block=str(each["block"]), settings={k: v for k, v in each.items() if k != "block"}) for each in blocks
        ),
    )
