"""Everything that promotions say exists in English, Chinese and German."""

import ast
import re
from pathlib import Path

import pytest
from rules import rule

from runtime import words
from runtime.promotions import Step, conditions
from runtime.refusals import Code
from runtime.wordings import promotions

RUNTIME = Path(promotions.__file__).parents[1]
MODULES = [*(RUNTIME / "promotions").glob("*.py"), RUNTIME / "coupons.py", RUNTIME / "occasions.py"]


def codes():
    """Return the codes of steps as they are written in the source."""
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from re.findall(r"^(?:promotion-[a-z-]+|code-[a-z-]+|group-(?:over|full))$", node.value)


def test_the_three_languages_say_the_same_things():
    assert promotions.EN.keys() == promotions.ZH.keys() == promotions.DE.keys()
    for key, text in promotions.EN.items():
        named = set(re.findall(r"\{\w+\}", text))
        assert [set(re.findall(r"\{\w+\}", each[key])) for each in (promotions.ZH, promotions.DE)] == [named, named]


@pytest.mark.parametrize("code", sorted(set(codes())))
def test_every_reason_has_its_sentence(code):
    assert f"trace.{code}" in promotions.EN


def test_every_refusal_has_its_sentence():
    found = [code for code in Code if code.startswith(("promotion-", "group-", "coupon-"))]
    assert len(found) == 7
    assert all(f"refusal.{code}" in promotions.EN for code in found)


def test_what_is_missing_is_said_in_the_buyers_language_and_money():
    step = conditions.said("promotion-short", rule("Tee", "amount_off", off=1), missing=1200, needed=10000)
    assert words.step(step, "EUR", "de") == "Tee: noch 12,00\N{NO-BREAK SPACE}€ bis 100,00\N{NO-BREAK SPACE}€."
    assert words.step(step, "CNY", "zh-CN") == "Tee：再买 ¥12.00 即满 ¥100.00。"
    late = Step(code="promotion-over", values={"name": {"en": "Sale"}, "moment": "2026-11-11T16:00:00Z"})
    assert words.step(late, "EUR", "en") == "Sale ended on Nov 11, 2026 4:00\u202fPM UTC."
    assert words.step(late, "EUR", "de", "Europe/Berlin") == "Sale endete am 11.11.2026 17:00."
