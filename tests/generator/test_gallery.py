"""The gallery of broken shops: each folder of tests/shops/bad has its exact report beside it, in both languages.

After a change of words, write the reports anew with ``UPDATE_EXPECTED=1 pytest tests/generator/test_gallery.py``,
and read them.
"""

import os
import re
from pathlib import Path

import pytest
from small_shop import SHOPS

from generator import report
from generator.check import check
from generator.problems import Severity

FOLDERS = sorted(path for path in (SHOPS / "bad").iterdir() if path.is_dir())
TESTS = Path(__file__).parent


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_broken_shop_has_exactly_this_report(folder):
    checked = check(folder, cache=False)
    for lang in ("en", "zh"):
        text = report.text(checked.problems, lang, checked.sources)
        expected = folder / f"expected.{lang}.txt"
        if os.environ.get("UPDATE_EXPECTED"):
            expected.write_text(text, encoding="utf-8", newline="")
        assert text == expected.read_bytes().decode("utf-8")
    assert checked.problems
    assert (checked.shop is None) == any(each.severity is Severity.ERROR for each in checked.problems)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_report_of_a_broken_shop_has_a_place_and_no_trace(folder):
    for lang in ("en", "zh"):
        text = (folder / f"expected.{lang}.txt").read_text(encoding="utf-8")
        assert "Traceback" not in text
        assert str(folder.parent) not in text
        heads = re.findall(r"^\S.*?: (?:error|warning) [a-z0-9-]+: .+$", text, re.MULTILINE)
        assert heads
        assert all(re.match(r"[^:]+(:\d+:\d+)?: ", head) for head in heads)


def test_the_gallery_has_at_least_80_shops():
    assert len(FOLDERS) >= 80


def test_every_case_from_c1_to_c43_is_shown_or_tested_by_its_number():
    names = [folder.name for folder in FOLDERS]
    tests = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    names += re.findall(r"^def test_(\w+)", tests, re.MULTILINE)
    shown = {int(number) for name in names for number in re.findall(r"(?<![a-z0-9])c0?(\d{1,2})(?=[_-])", name)}
    assert sorted(set(range(1, 44)) - shown) == []
