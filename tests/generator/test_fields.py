"""Fields of forms are made from the schemas: every key has one, in both languages, with what the schema says of it."""

import re

import pytest

from generator import fields
from generator.fields import ANY, Kind, UnknownSettingError
from generator.theming import sections

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FILES = ("shop", "product", "shelf", "page", "live")


def keys(tree, shared, path=()):
    """Give the path of every property of a schema, with ANY for rows and keys of one's own."""
    if "$ref" in tree:
        tree = {**shared[tree["$ref"].removeprefix("#/$defs/")], **tree}
    for key, value in tree.get("properties", {}).items():
        if isinstance(value, dict):
            yield (*path, key)
            yield from keys(value, shared, (*path, key))
    for below in (tree.get("items"), tree.get("additionalProperties")):
        if isinstance(below, dict):
            yield from keys(below, shared, (*path, ANY))


@pytest.mark.parametrize("name", [*FILES, "section", "block", "theme"])
def test_every_key_of_every_schema_has_a_field(name):
    tree = sections.core(name)
    wanted = set(keys(tree, tree.get("$defs", {})))
    found = {field.path for field in fields.every(fields.of(name, "en"))}
    assert wanted - found == set()


@pytest.mark.parametrize("name", FILES)
def test_no_key_of_a_shops_files_is_left_to_be_written_by_hand(name):
    assert [each.path for each in fields.every(fields.of(name, "zh")) if each.kind is Kind.AS_WRITTEN] == []


def test_every_setting_of_a_theme_has_a_field():
    offer, _ = sections.read("harbour")
    shop = fields.read(sections.compose(offer), "zh")
    home = shop.get("home", ANY)
    assert home.switch == "section"
    assert set(home.cases) == set(offer.sections)
    for name, section in offer.sections.items():
        shown = {each.key for each in home.cases[name]}
        assert shown == {
            "section",
            "hidden",
            *(["blocks"] if section.blocks else []),
            *(each.id for each in section.settings),
        }
    assert {each.key for each in shop.get("theme", "settings").fields} == {each.id for each in offer.settings}


@pytest.mark.parametrize("name", FILES)
def test_every_choice_has_a_name_in_chinese_and_in_english(name):
    chinese = {each.path: each for each in fields.every(fields.of(name, "zh")) if each.choices}
    english = {each.path: each for each in fields.every(fields.of(name, "en")) if each.choices}
    for path, field in english.items():
        assert [each.value for each in field.choices] == [each.value for each in chinese[path].choices]
        assert not any(CHINESE.search(each.label) for each in field.choices)
        assert all(each.label for each in field.choices)


def test_every_key_on_top_of_a_shop_and_a_product_stands_under_a_heading():
    for name in ("shop", "product"):
        field = fields.of(name, "zh")
        headings = [part.name for part in field.parts]
        assert {each.part for each in field.fields} == set(headings)
        assert all(CHINESE.search(part.title) for part in field.parts)


def test_what_hangs_on_a_neighbour_names_values_that_the_neighbour_has():
    for name in FILES:
        for group in fields.every(fields.of(name, "en")):
            for each in group.fields:
                for key, values in each.when.items():
                    neighbour = group.find(key)
                    assert neighbour is not None, each.path
                    assert set(values) <= {choice.value for choice in neighbour.choices}, each.path


def test_a_bare_text_that_stands_for_a_group_names_a_key_of_it():
    for name in FILES:
        for each in fields.every(fields.of(name, "en")):
            assert not each.short or each.find(each.short) is not None, each.path


def test_a_field_says_what_the_schema_says():
    stock = fields.of("product", "en").get("stock")
    assert (stock.kind, stock.title, stock.limits.least, stock.limits.most) == (
        Kind.INTEGER, "Opening stock", 0, 100000000,
    )  # fmt: skip
    assert fields.of("product", "zh").get("stock").title == "初始库存"
    title = fields.of("product", "en").get("title")
    assert (title.kind, title.required, title.limits.longest) == (Kind.LOCALE_TEXT, True, 300)
    method = fields.of("shop", "en").get("delivery", ANY)
    assert method.get("kind").choices[0].label == "Courier"
    assert method.get("rates").when == {"kind": ("courier", "local")}
    assert method.get("rates", "zones", ANY, "first", "fee").kind is Kind.MONEY


def test_what_can_be_written_in_two_ways_has_a_field_for_each():
    options = fields.of("product", "en").get("options")
    assert [each.kind for each in options.shapes] == [Kind.MAPPING, Kind.LIST]
    colours = fields.of("shop", "en").get("theme", "colors")
    assert [each.label for each in colours.shapes] == ["A colour scheme", "Own colours"]


def test_a_setting_that_no_form_knows_is_refused():
    with pytest.raises(UnknownSettingError, match="hologram"):
        fields.read({"type": "object", "properties": {"x": {"type": "string", "x-setting": "hologram"}}}, "en")


def test_alternatives_of_a_shelf_are_known():
    assert fields.of("shelf", "en").one_of == ("products", "rule")
