"""The docs say what the code does: references are made from the schemas, every command and setting is named."""

import re
from pathlib import Path

import click
import pytest

from generator import manual
from runtime.cli import main

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / ".github").glob("*.md")])


def commands():
    context = click.Context(main)

    def walk(group, before):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command.hidden:
                continue
            yield f"{before} {name}", command
            if isinstance(command, click.Group):
                yield from walk(command, f"{before} {name}")

    return dict(walk(main, "shopwright"))


def test_every_key_of_every_file_is_in_the_format_reference_as_the_schemas_have_it():
    assert (DOCS / "format.md").read_text() == manual.keys(), "run: shopwright manual format > docs/format.md"


def test_every_section_and_setting_is_in_its_reference_as_the_theme_has_it():
    assert (DOCS / "sections.md").read_text() == manual.sections_of("harbour"), (
        "run: shopwright manual sections > docs/sections.md"
    )


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_and_option_is_documented(name):
    text = (DOCS / "commands.md").read_text()
    assert f"`{name}" in text
    shown = [each for each in commands()[name].params if not getattr(each, "hidden", False)]
    options = [option for each in shown for option in each.opts if option.startswith("--")]
    assert [option for option in options if option not in text] == []


def test_every_environment_variable_is_documented():
    read = set()
    for path in (ROOT / "runtime").rglob("*.py"):
        read |= set(re.findall(r"SHOPWRIGHT_[A-Z_]+", path.read_text()))
        read |= {f"SHOPWRIGHT_{name}" for name in re.findall(r"\{PREFIX\}([A-Z_]+)", path.read_text())}
    text = (DOCS / "settings.md").read_text()
    assert sorted(name for name in read if name not in text) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    if page.name == "problems.md" or "format" in page.stem or "sections" in page.stem:
        local = []  # their links are examples of what merchants write
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_both_readmes_name_the_two_commands():
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text()
        assert "python3 dev.py serve" in text
        assert "python3 dev.py test" in text
