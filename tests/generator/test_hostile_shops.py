"""Whatever is written into the files of a shop, a check ends with problems and never with a fault."""

import json
import random

import pytest
import yaml

from generator import report
from generator.check import check

WRECKS = [
    None, True, 5, -1, 1.5, "", "x" * 400, [], [1], {}, {"en": "x"}, {"x-own": 1}, "2026-13-45", ["longjing"], [None],
    [[]], [{}], {"": ""}, "*", "9" * 30, "9" * 30 + ",5", "javascript:x", "\u202e", "../x", {"en": None}, "５", "1kg",
    [["a"], "b"], {"a": {"b": {"c": 1}}}, "https://]x", "//[", "https://a:99999", "a" * 300 + "/", "{{7*7}}", "%00",
]  # fmt: skip
SIGNS = [
    "",
    '"',
    "'",
    ":",
    ": ",
    "[",
    "]",
    "{",
    "}",
    "\n",
    "- ",
    "  ",
    "#",
    "&",
    "*",
    "!",
    "|",
    ">",
    "%",
    "@",
    "\\",
    "\t",
]


def damaged(node, dice):
    while True:
        places = list(node) if isinstance(node, dict) else list(range(len(node)))
        place = dice.choice(places) if places else None
        if place is None:
            return
        if isinstance(node[place], (dict, list)) and node[place] and dice.random() < 0.75:
            node = node[place]
            continue
        if isinstance(node, dict) and dice.random() < 0.3:
            value = node.pop(place)
            if dice.random() < 0.5:
                node[place[:-1] + "z"] = value
        elif isinstance(node, list) and dice.random() < 0.3:
            node.append(json.loads(json.dumps(node[place])))
        else:
            node[place] = dice.choice(WRECKS)
        return


def damage_data(text, dice):
    data = yaml.load(text, Loader=yaml.BaseLoader)
    for _ in range(dice.randint(1, 3)):
        damaged(data, dice)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def damage_text(text, dice):
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(text))
        text = text[:at] + dice.choice(SIGNS) + text[at + dice.randint(0, 3) :]
    return text


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_shop_is_reported_and_never_a_fault(shop, seed):
    dice = random.Random(seed)
    file = dice.choice(sorted([*shop.glob("*.yaml"), *shop.glob("*/*.yaml")]))
    damage = dice.choice([damage_data, damage_text])
    file.write_text(damage(file.read_text(encoding="utf-8"), dice), encoding="utf-8")
    checked = check(shop, cache=False)
    assert (checked.shop is None) == any(each.severity == "error" for each in checked.problems)
    for lang in ("en", "zh"):
        assert report.text(checked.problems, lang, checked.sources).endswith("\n")
        assert len(json.loads(report.as_json(checked.problems, lang))["problems"]) == len(checked.problems)
