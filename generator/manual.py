"""The reference pages of docs/: every key, section, block and setting, made from their schemas."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from generator.theming import sections
from generator.theming.sections import Setting, Sidecar

Tree = Mapping[str, Any]
_KINDS = {
    "shop": ("shop.yaml", "The shop itself."),
    "product": ("products/*.yaml", "One product a file; its name is the product's handle."),
    "shelf": ("shelves/*.yaml", "One shelf a file."),
    "page": ("pages/*.md", "Front matter above the Markdown of a page."),
    "live": ("live/*.yaml", "One live room a file."),
    "theme": ("theme.yaml", "For makers of themes: the theme's own facts."),
    "section": ("sections/*.yaml, blocks/*.yaml", "For makers of themes: the settings of a section or block."),
}
_MADE = "<!-- Made from the schemas by `shopwright manual`; a test holds it to them. -->"
_DEEPEST = 5


def keys() -> str:
    """Return docs/format.md: every key of every file with its meaning in English and Chinese, and an example."""
    parts = [
        _MADE,
        "# Every key of every file\n",
        "文件里的每一个键，中英对照。 `[]` marks a list, `<…>` a name of your own.\n",
    ]
    for name, (files, about) in _KINDS.items():
        tree = sections.core(name)
        rows = list(_rows(tree, tree.get("$defs", {}), "", 0))
        parts.append(f"## {files}\n\n{about} {tree['x-zh']['title']}。\n\n{_table(rows)}")
    return "\n".join(parts)


def sections_of(name: str) -> str:
    """Return docs/sections.md: the sections, blocks and settings of a theme."""
    offer, _ = sections.read(name)
    parts = [_MADE, f"# Sections and blocks of the theme {name}\n"]
    parts.append(f"## Settings of the theme\n\n{_settings(offer.settings)}")
    schemes = ", ".join(f"`{scheme}`" for scheme in offer.schemes)
    parts.append(f"## Colour schemes\n\n`theme.colors` names one of {schemes}, or gives colours for roles.\n")
    for title, found in (("Section", offer.sections), ("Block", offer.blocks)):
        parts += [_sidecar(title, sidecar) for sidecar in found.values()]
    return "\n".join(parts)


def _rows(tree: Tree, shared: Tree, before: str, depth: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield (key, English, Chinese, example) of a schema and everything below it, parents first."""
    needed = set(tree.get("required", ()))
    for key, value in tree.get("properties", {}).items():
        rule = _resolved(value, shared)
        words = rule.get("x-zh", {})
        mark = " **(required)**" if key in needed else ""
        english = f"{rule.get('title', key)}{mark}. {rule.get('description', '')}"
        chinese = f"{words.get('title', '')}：{words.get('description', '')}"
        yield f"{before}{key}", english, chinese, _example(rule)
        if depth < _DEEPEST:
            yield from _below(rule, shared, f"{before}{key}", depth + 1)


def _below(rule: Tree, shared: Tree, name: str, depth: int) -> Iterator[tuple[str, str, str, str]]:
    yield from _rows(rule, shared, f"{name}.", depth)
    if isinstance(rule.get("items"), Mapping):
        yield from _below(_resolved(rule["items"], shared), shared, f"{name}[]", depth)
    more = rule.get("additionalProperties")
    if isinstance(more, Mapping) and "properties" in _resolved(more, shared):
        yield from _rows(_resolved(more, shared), shared, f"{name}.<…>.", depth)
    for kind in ("oneOf", "anyOf", "allOf"):
        for branch in rule.get(kind, ()):
            yield from _below(_resolved(branch, shared), shared, name, depth)


def _resolved(rule: Tree, shared: Tree) -> Tree:
    reference = rule.get("$ref", "") if isinstance(rule, Mapping) else ""
    if reference.startswith("#/$defs/"):
        return {**shared.get(reference.removeprefix("#/$defs/"), {}), **{k: v for k, v in rule.items() if k != "$ref"}}
    return rule if isinstance(rule, Mapping) else {}


def _example(rule: Tree) -> str:
    found = rule.get("examples") or ([rule["default"]] if "default" in rule else rule.get("enum", []))
    return f"`{json.dumps(found[0], ensure_ascii=False)}`" if found else ""


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    lines = ["| key | meaning | 含义 | example |", "| --- | --- | --- | --- |"]
    seen = set()
    for key, *rest in rows:
        if key not in seen:
            seen.add(key)
            lines.append("| " + " | ".join([f"`{key}`", *(_cell(each) for each in rest)]) + " |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").strip()


def _sidecar(title: str, sidecar: Sidecar) -> str:
    blocks = f"\n\nBlocks inside: {', '.join(f'`{each}`' for each in sidecar.blocks)}." if sidecar.blocks else ""
    where = f"\n\nOnly on: {', '.join(sidecar.pages)}." if sidecar.pages else ""
    about = f"{sidecar.label.get('en', '')} · {sidecar.label.get('zh', '')}"
    return f"## {title} `{sidecar.name}`\n\n{about}{blocks}{where}\n\n{_settings(sidecar.settings)}"


def _settings(settings: tuple[Setting, ...]) -> str:
    if not settings:
        return "No settings.\n"
    lines = ["| setting | type | meaning | 含义 | default |", "| --- | --- | --- | --- | --- |"]
    for each in settings:
        kind = f"{each.type}: {', '.join(each.options)}" if each.options else each.type
        if each.least is not None:
            kind += f" {each.least:g}–{each.most:g}"
        default = "" if each.default is None else f"`{json.dumps(each.default, ensure_ascii=False)}`"
        english = " ".join(text for text in (f"{each.label.get('en', '')}.", each.info.get("en", "")) if text)
        chinese = " ".join(text for text in (each.label.get("zh", ""), each.info.get("zh", "")) if text)
        must = " **(required)**" if each.required else ""
        lines.append(f"| `{each.id}`{must} | {_cell(kind)} | {_cell(english)} | {_cell(chinese)} | {default} |")
    return "\n".join(lines) + "\n"
