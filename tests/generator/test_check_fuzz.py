"""Whatever stands in the files of a shop, the check ends with problems or a shop, and never with a fault."""

import copy
import random

import pytest
import yaml
from small_shop import SMALL
from small_shop import copy as copy_shop

from generator import report
from generator.check import check
from generator.places import SAMPLE_SHOPS
from generator.problems import Severity

ODD = [
    None,
    True,
    "",
    "x",
    "9" * 50,
    "-1",
    "product:no",
    "javascript:1",
    "2026-13-01",
    "¥1",
    "*",
    "../x",
    "1kg",
    [],
    {},
    [[]],
    [{}],
    ["1", "a"],
    {"a": "1"},
    {"en": ""},
    {"zh-CN": "a"},
    {"file": "5"},
    {"file": "a.jpg", "alt": {}},
    {"no": {"deep": ["1"]}},
    {"x-a": "1"},
]
KEYS = ["x", "x-y", "section", "blocks", "options", "rates", "price", "handle"]


def paths(tree, path=()):
    """Give the path of every value of a tree."""
    if path:
        yield path
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield from paths(value, (*path, key))


def spoil(tree, chance):
    """Replace, remove or add something somewhere."""
    path = chance.choice(list(paths(tree)))
    inner = tree
    for step in path[:-1]:
        inner = inner[step]
    action, value = chance.random(), copy.deepcopy(chance.choice(ODD))
    if action < 0.6:
        inner[path[-1]] = value
    elif action < 0.8 and len(tree) > 1:
        del inner[path[-1]]
    elif isinstance(inner, dict):
        inner[chance.choice(KEYS)] = value
    else:
        inner.append(value)


@pytest.mark.parametrize("seed", range(4))
def test_a_spoilt_file_gives_problems_or_a_shop(tmp_path, seed):
    chance = random.Random(seed)
    shop = copy_shop(tmp_path / "shop", SAMPLE_SHOPS / "stall" if seed % 2 else SMALL)
    files = sorted(shop.glob("*/*.yaml")) + [shop / "shop.yaml"] * 8
    for _ in range(20):
        path = chance.choice(files)
        good = path.read_text(encoding="utf-8")
        tree = yaml.load(good, yaml.CBaseLoader)
        for _ in range(chance.choice([1, 1, 2, 5])):
            spoil(tree, chance)
        path.write_text(yaml.dump(tree, allow_unicode=True, sort_keys=False), encoding="utf-8")
        found = check(shop, cache=False)
        assert (found.shop is None) == any(each.severity is Severity.ERROR for each in found.problems)
        for lang in ("zh", "en"):
            assert report.text(found.problems, lang, found.sources).endswith("\n")
        path.write_text(good, encoding="utf-8")
    assert check(shop, cache=False).shop is not None
