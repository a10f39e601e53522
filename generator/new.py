"""Makes a shop to begin with: the smallest that sells, or a copy of a sample; editors complete and check its files."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from generator import document, fields, files, plugins, starter
from generator.places import SAMPLE_SHOPS
from generator.source.inventory import SHOP
from generator.theming import sections

SCHEMAS = ".schemas"
_KINDS = {"products": "product", "shelves": "shelf", "live": "live"}
_SKIPPED = shutil.ignore_patterns("var", ".*", "__pycache__")
_ALLOWED = frozenset({".git", ".DS_Store"})
_IGNORED = "# What the running shop writes; never edited by hand, never kept in git.\nvar/\n"


def samples() -> list[str]:
    """Return the names of the sample shops that come with the package."""
    return sorted(path.parent.name for path in SAMPLE_SHOPS.glob(f"*/{SHOP}"))


def make(folder: Path, sample: str | None, lang: str) -> list[str]:
    """Make a shop in an empty or new folder and return its files; raise RefusedError or OSError, leaving nothing."""
    if sample is not None and sample not in samples():
        raise files.RefusedError("output-unknown-sample", sample=sample, known=", ".join(samples()))
    if folder.exists() and (not folder.is_dir() or any(path.name not in _ALLOWED for path in folder.iterdir())):
        raise files.RefusedError("output-not-empty", path=str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as place:
        draft = Path(place) / "shop"
        _fill(draft, sample, lang)
        made = sorted(path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file())
        folder.mkdir(exist_ok=True)
        for entry in sorted(draft.iterdir()):
            entry.rename(folder / entry.name)
    return made


def _fill(folder: Path, sample: str | None, lang: str) -> None:
    if sample is None:
        _write(folder / SHOP, starter.SHOP[lang])
        for name, text in starter.OTHERS[lang].items():
            _write(folder / name, text)
        (folder / "media").mkdir()
    else:
        shutil.copytree(SAMPLE_SHOPS / sample, folder, ignore=_SKIPPED)
    finish(folder, lang)


def finish(folder: Path, lang: str) -> None:
    """Put beside the files of a shop what keeps its surroundings tidy: what git leaves out, and schemas for editors."""
    _write(folder / ".gitignore", _IGNORED)
    equip(folder, lang)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    files.replace(path, text.encode(), durable=False)


def equip(folder: Path, lang: str) -> None:
    """Give editors the schemas of a shop, in a language, and every file a line that names its schema."""
    for name, tree in schemas(folder).items():
        _write(folder / SCHEMAS / f"{name}.json", json.dumps(spoken(tree, lang), ensure_ascii=False, indent=1) + "\n")
    _write(folder / ".vscode" / "settings.json", json.dumps({"yaml.schemas": _patterns()}, indent=2) + "\n")
    _write(folder / ".vscode" / "extensions.json", json.dumps({"recommendations": ["redhat.vscode-yaml"]}) + "\n")
    _name_schema(folder / SHOP, "shop", "")
    for place, kind in _KINDS.items():
        for path in sorted((folder / place).glob("*.yaml")):
            _name_schema(path, kind, "../")


def _patterns() -> dict[str, str]:
    return {f"{SCHEMAS}/shop.json": SHOP} | {
        f"{SCHEMAS}/{kind}.json": f"{place}/*.yaml" for place, kind in _KINDS.items()
    }


def _name_schema(path: Path, kind: str, up: str) -> None:
    text = path.read_text(encoding="utf-8")
    if "yaml-language-server:" not in text.partition("\n")[0]:
        _write(path, f"# yaml-language-server: $schema={up}{SCHEMAS}/{kind}.json\n{text}")


def schemas(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the schemas of a shop's files; its theme's sections stand in that of shop.yaml."""
    found, _ = document.read(folder / SHOP, SHOP)
    said = found.data.get("theme") if found is not None else None
    name = said.get("name") if isinstance(said, dict) else None
    offer, _ = sections.read(name if isinstance(name, str) else "harbour", folder / "theme")
    return {"shop": sections.compose(offer, plugins.schemas(plugins.GATEWAYS))} | {
        kind: sections.core(kind) for kind in _KINDS.values()
    }


def spoken(tree: Any, lang: str) -> Any:  # noqa: ANN401  any part of a schema
    """Return a schema whose titles and descriptions are in a language, without the other one and our own marks."""
    if isinstance(tree, list):
        return [spoken(each, lang) for each in tree]
    if not isinstance(tree, dict):
        return tree
    chinese = tree.get("x-zh")
    words = chinese if lang == "zh" and isinstance(chinese, dict) and "title" in chinese else {}
    kept = {key: spoken(each, lang) for key, each in tree.items() if key not in fields.MARKS}
    return kept | words
