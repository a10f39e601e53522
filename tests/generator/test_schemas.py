"""The schemas explain every key in two languages, and their examples are good."""

import json
import re

import jsonschema
import jsonschema_rs
import pytest

from generator.places import SCHEMAS
from generator.theming import sections

NAMES = ["block", "live", "manifest", "page", "product", "section", "shelf", "shop", "theme"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def properties(tree, path=""):
    """Give every property of a schema with its path."""
    if isinstance(tree, list):
        for index, each in enumerate(tree):
            yield from properties(each, f"{path}/{index}")
    elif isinstance(tree, dict):
        for name, each in tree.items():
            if name == "properties":
                yield from (
                    (f"{path}/{key}", value)
                    for key, value in each.items()
                    if isinstance(value, dict) and "if" not in path
                )
            if name not in {"examples", "x-zh", "default", "if", "then"}:
                yield from properties(each, f"{path}/{name}")


ALL = [
    pytest.param(name, path, value, id=f"{name}{path}")
    for name in NAMES
    for path, value in properties(json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))
]


def test_there_is_a_schema_for_every_kind_of_file():
    assert sections.names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_of_the_2020_draft(name):
    tree = sections.core(name)
    assert tree["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(tree)


@pytest.mark.parametrize(("name", "path", "value"), ALL)
def test_a_property_has_words_in_english_and_chinese_a_form_field_and_an_example(name, path, value):
    assert value["title"], path
    assert not CHINESE.search(
        value["title"] + value["description"].replace("公安联网备案", "").replace("个体工商户", "")
    )
    assert value["description"].endswith("."), value["description"]
    assert CHINESE.search(value["x-zh"]["title"]), name
    assert value["x-zh"]["description"].endswith("。"), value["x-zh"]["description"]
    assert value["x-setting"]
    assert value["examples"]


@pytest.mark.parametrize(("name", "path", "value"), ALL)
def test_an_example_of_a_property_is_valid(name, path, value):
    tree = {**value, "$defs": sections.core(name).get("$defs", {})}
    rust, python = jsonschema_rs.Draft202012Validator(tree), jsonschema.Draft202012Validator(tree)
    for example in value["examples"]:
        assert rust.is_valid(example), (path, example)
        assert python.is_valid(example), (path, example)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "manifest"])
def test_a_schema_is_strict_and_leaves_room_for_keys_of_ones_own(name):
    tree = sections.core(name)
    assert tree["additionalProperties"] is False
    assert tree["patternProperties"] == {"^x-": True}
