"""docs/problems.md says what the catalogue says."""

import os
from pathlib import Path

from click.testing import CliRunner

from generator import reference
from generator.cli import main
from generator.messages import CATALOGUE

PAGE = Path(__file__).parents[2] / "docs" / "problems.md"


def test_the_page_is_the_one_that_the_catalogue_makes():
    if os.environ.get("UPDATE_EXPECTED"):
        PAGE.write_text(reference.problems(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == reference.problems()


def test_every_code_has_a_heading_of_its_own():
    headings = [line[4:] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(CATALOGUE)


def test_the_command_prints_the_page():
    assert CliRunner().invoke(main, ["problems"]).output == reference.problems()
