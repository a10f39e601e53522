"""A schema's verdict is exact, and what it says is for merchants."""

import json
import random

import jsonschema_rs
import pytest
import yaml
from jsonschema import Draft202012Validator
from small_shop import SHOPS

from generator import document, report, schema
from generator.problems import Mark
from generator.source import numerals
from generator.theming import sections

FILE = "products/tea.yaml"
NAMES = sections.names()


def checked(text, compiled=None):
    found, problems = document.parse(text, FILE)
    assert problems == []
    return schema.validate(found, compiled or schema.compiled("product"))


def only(text, compiled=None):
    problems = checked(text, compiled).problems
    assert len(problems) == 1, problems
    return problems[0]


def tree(**properties):
    return schema.compile_tree({"type": "object", "title": "Tea", "properties": properties})


def said(problem, lang="en"):
    return report.tell(problem, lang).message


# Exact places, nearest names


def test_c21_an_unknown_key_is_refused_at_its_key_with_the_nearest_known_one():
    problem = only("title: Tea\nprice: 5\nvariants:\n  - {sku: a, prce: 6}\n")
    assert (problem.code, problem.mark, problem.path) == ("unknown-key", Mark(4, 14, 18), ("variants", 0, "prce"))
    assert problem.suggestion == "price"
    assert (said(problem), said(problem, "zh")) == ("unknown key “prce” in Variants", "款式里没有“prce”这个键")


def test_c21_keys_that_start_with_x_are_the_merchants_own():
    assert checked("title: Tea\nprice: 5\nx-note: {anything: [1]}\nseo: {x-y: 1}\n").problems == []


def test_a_misspelt_required_key_is_one_problem_and_not_two():
    problem = only("titel: Tea\nprice: 5\n")
    assert (problem.code, problem.suggestion) == ("unknown-key", "title")


def test_c22_a_missing_key_is_said_at_the_group_that_lacks_it():
    problem = only("price: 5\n")
    assert (problem.code, problem.path, problem.mark) == ("missing-key", ("title",), Mark(1, 1, 1))
    assert said(problem) == "title (Title) is missing in Product"
    problem = only("title: a\nprice: 5\nimages:\n  - a.jpg\n  - alt: x\n")
    assert (problem.path, problem.mark.line) == (("images", 1, "file"), 5)


def test_c22_a_wrong_type_says_what_is_expected_and_what_is_there():
    problem = only("title: Tea\nprice: 5\ntags: green\n")
    assert (problem.code, problem.mark) == ("wrong-type", Mark(3, 7, 12))
    assert said(problem) == "Tags must be a list, and this is text"
    assert said(only("title: Tea\nprice: [5]\n")) == "Price must be an amount such as 168.00, and this is a list"


@pytest.mark.parametrize(
    ("line", "suggestion"),
    [
        ("images: mugs/oat.jpg", "images: [mugs/oat.jpg]"),
        ("options: {Glaze: 'Oat, Sage'}", "Glaze: [Oat, Sage]"),
        ("tags: 新品、送礼，", "tags: [新品, 送礼]"),
        ("limit: 3, 4", None),
    ],
)
def test_c22_words_between_commas_are_shown_as_the_list_that_is_meant(line, suggestion):
    problem = only(f"title: Tea\nprice: 5\n{line}\n")
    assert (problem.code, problem.suggestion) == ("wrong-type", suggestion)


def test_c22_fifty_mistakes_are_fifty_problems():
    rows = "".join(f"  - {{sku: a{n}, pirce{n}: 5}}\n" for n in range(50))
    problems = checked(f"title: Tea\nprice: 5\nvariants:\n{rows}").problems
    assert [(each.code, each.mark.line) for each in problems] == [("unknown-key", n + 4) for n in range(50)]


def test_a_value_that_is_not_allowed_comes_with_the_nearest_allowed_one():
    problem = only("title: Tea\nprice: 5\nstatus: Activ\n")
    assert (problem.code, problem.mark, problem.suggestion) == ("not-allowed-value", Mark(3, 9, 14), "active")


def test_a_key_without_value_is_said_at_the_key():
    problem = only("title: Tea\nprice: 5\nsku:\n")
    assert (problem.code, problem.mark) == ("empty-value", Mark(3, 1, 4))


def test_c23_a_colour_without_quotes_is_a_comment_and_is_shown_quoted():
    problem = only("title: Tea\nprice: 5\nsku: #fff\n")
    assert (problem.code, problem.mark, problem.suggestion) == ("text-after-hash", Mark(3, 6, 10), 'sku: "#fff"')


def test_c41_a_newer_format_asks_for_a_newer_program():
    problem = only("format: 2\nname: x\ncountry: SG\nseller: {type: company}\n", schema.compiled("shop"))
    assert problem.code == "unknown-format"
    assert said(problem) == "this shop is written in format 2, and this Shopwright reads format 1"


def test_c42_a_newline_at_the_end_is_no_part_of_a_pattern():
    own = tree(id={"type": "string", "pattern": "^[a-z]+$"})
    assert checked("id: tea\n", own).problems == []
    assert only('id: "tea\\n"\n', own).code == "wrong-form"


def test_true_where_text_belongs_is_shown_in_quotes():
    problem = only("title: true\nprice: 5\n")
    assert (problem.code, problem.values["value"]) == ("text-needs-quotes", "true")


# Choices unfold to the branch that was meant

HERO = {
    "title": "Hero", "type": "object", "required": ["section"], "additionalProperties": False,
    "properties": {"section": {"const": "hero"}, "title": {"type": "string"}, "height": {"type": "integer"}},
}  # fmt: skip
SHELF = {
    "title": "Shelf", "type": "object", "required": ["section", "shelf"], "additionalProperties": False,
    "properties": {"section": {"const": "shelf"}, "shelf": {"type": "string"}, "columns": {"type": "integer"}},
}  # fmt: skip


@pytest.mark.parametrize("choice", ["oneOf", "anyOf"])
def test_a_choice_is_explained_by_the_branch_that_was_meant(choice):
    own = tree(home={"type": "array", "items": {choice: [HERO, SHELF]}})
    problem = only("home:\n  - {section: shelf, shelf: teas, colums: 3}\n", own)
    assert (problem.code, problem.path, problem.suggestion) == ("unknown-key", ("home", 0, "colums"), "columns")
    assert said(problem) == "unknown key “colums” in Shelf"
    assert only("home:\n  - {section: shelf}\n", own).path == ("home", 0, "shelf")


def test_a_choice_of_types_says_all_of_them():
    own = tree(size={"title": "Size", "anyOf": [{"type": "boolean"}, {"type": "array"}]})
    assert said(only("size: x\n", own)) == "Size must be true or false or a list, and this is text"


def test_a_choice_of_keys_names_them():
    problem = only("title: Teas\nproducts: [a]\nrule: {tag: b}\n", schema.compiled("shelf"))
    assert (problem.code, problem.mark.line) == ("choose-one-key", 3)
    assert said(problem) == "Shelf needs exactly one of these keys: products, rule"


def test_a_condition_speaks_with_the_title_of_its_own_branch():
    branch = {"if": {"properties": {"section": {"const": "hero"}}}, "then": {"$ref": "#/$defs/hero"}}
    own = schema.compile_tree({"title": "Tea", "type": "object", "allOf": [branch], "$defs": {"hero": HERO}})
    assert said(only("section: hero\nhight: 3\n", own)) == "unknown key “hight” in Hero"


# Numbers are made where a schema wants them


def test_text_becomes_a_number_where_the_schema_wants_a_number_only():
    found = checked("title: 2026\nprice: 168.00\nsku: 007\nstock: 12\nvariants:\n  - {sku: 1e3, stock: 3}\n")
    assert found.problems == []
    assert found.data == {
        "title": "2026", "price": "168.00", "sku": "007", "stock": 12, "variants": [{"sku": "1e3", "stock": 3}],
    }  # fmt: skip


def test_a_number_behind_a_condition_or_choice_is_made_too():
    own = tree(home={"type": "array", "items": {"oneOf": [HERO, SHELF]}})
    found = checked("home:\n  - {section: hero, height: 300}\n  - {section: shelf, shelf: '9', columns: 4}\n", own)
    assert found.problems == []
    assert found.data["home"] == [{"section": "hero", "height": 300}, {"section": "shelf", "shelf": "9", "columns": 4}]


def test_numbers_inside_of_references_that_refer_to_themselves_are_made():
    node = {"type": "object", "properties": {"size": {"type": "number"}, "parts": {"$ref": "#/$defs/parts"}}}
    parts = {"type": "array", "items": {"$ref": "#/$defs/node"}}
    own = schema.compile_tree({"$ref": "#/$defs/node", "$defs": {"node": node, "parts": parts}})
    found = checked("size: 1\nparts: [{size: 2.5, parts: [{size: 3}]}]\n", own)
    assert found.data == {"size": 1, "parts": [{"size": 2.5, "parts": [{"size": 3}]}]}


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [("1_000", "1000"), ("'1,000'", "1000"), ("'１２'", "12"), ("many", None), ("9" * 5000, None),
     (".nan", None), ("1e999", None)],
)  # fmt: skip
def test_c14_c15_what_is_no_number_is_refused_with_the_number_that_was_meant(text, suggestion):
    problem = only(f"title: Tea\nprice: 5\nstock: {text}\n")
    assert (problem.code, problem.suggestion) == ("not-a-number", suggestion)


@pytest.mark.parametrize(("text", "code"), [("1.5", "wrong-type"), ("-0.5", "wrong-type"), ("1e3", "not-a-number")])
def test_a_fraction_is_no_whole_number(text, code):
    assert only(f"title: Tea\nprice: 5\nstock: {text}\n").code == code


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("-7", -7), ("007", 7), ("1.50", 1.5), (".5", 0.5), ("2.0", 2), ("-.50", -0.5),
     ("2e2", None), ("1" * 16, None), ("1e999", None), ("１", None),
     ("", None), ("1_0", None), ("0x10", None), ("nan", None)],
)  # fmt: skip
def test_only_plain_decimal_text_is_a_number(text, number):
    assert numerals.find_number(text) == number


# What is broken is left out, and the rest keeps its numbers


def test_broken_values_are_left_out_of_the_data():
    found = checked("titel: Tea\nprice: [5]\nstock: -1\nseo: {title: true, description: good}\ntags: [a, [b]]\n")
    assert found.data == {"seo": {"description": "good"}}
    assert {("titel",), ("title",), ("price",), ("stock",), ("seo", "title"), ("tags",)} == set(found.broken)


# Patterns cannot stall a check


def test_c39_a_pattern_that_stalls_others_runs_in_linear_time():
    own = tree(id={"type": "string", "pattern": "^(a+)+$"})
    assert only("id: " + "a" * 5000 + "b\n", own).code == "wrong-form"


def test_c39_a_pattern_that_needs_backtracking_is_no_schema():
    with pytest.raises(ValueError, match="regex"):
        tree(id={"type": "string", "pattern": "^(?=a)a$"})


# The schemas themselves, and the oracle


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_schema_with_words_in_both_languages(name):
    loaded = sections.core(name)
    Draft202012Validator.check_schema(loaded)
    assert loaded["title"]
    assert loaded["x-zh"]["title"]


def corpus():
    """Return (schema name, data): the good shops, and the same with seeded damage."""
    kinds = {"products": "product", "shelves": "shelf", "live": "live"}
    good = [("shop", SHOPS / "good" / "small" / "shop.yaml")]
    good += [(kinds[path.parent.name], path) for path in (SHOPS / "good" / "small").glob("*/*.yaml")]
    dice = random.Random(7)
    for name, path in good:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        yield name, data
        for _ in range(60):
            yield name, damaged(json.loads(json.dumps(data)), dice)


WRECKS = [None, True, 5, -1, 1.5, "", "x" * 400, "no", [], [1], {}, {"en": "x"}, {"x-own": 1}, "2026-13-45", "CNY"]


def damaged(data, dice):
    for _ in range(dice.randint(1, 3)):
        node = data
        while True:
            places = list(node) if isinstance(node, dict) else range(len(node))
            if not places:
                break
            place = dice.choice(list(places))
            if isinstance(node[place], (dict, list)) and node[place] and dice.random() < 0.7:
                node = node[place]
                continue
            if isinstance(node, dict) and dice.random() < 0.3:
                node[place[:-1] + "z"] = node.pop(place)
            else:
                node[place] = dice.choice(WRECKS)
            break
    return data


CORPUS = list(corpus())


def test_two_engines_give_the_same_verdict_at_the_same_paths():
    refused = 0
    for name, data in CORPUS:
        loaded = sections.core(name)
        ours = jsonschema_rs.Draft202012Validator(loaded).iter_errors(data)
        oracle = Draft202012Validator(loaded).iter_errors(data)
        found = sorted({json.dumps(list(each.instance_path)) for each in ours})
        assert found == sorted({json.dumps(list(each.absolute_path)) for each in oracle}), (name, data)
        refused += bool(found)
    assert 200 < refused < len(CORPUS)


def test_what_an_engine_refuses_always_becomes_a_problem_in_both_languages():
    for name, data in CORPUS:
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        found, problems = document.parse(text, FILE)
        if found is None or problems:
            continue
        compiled = schema.compiled(name)
        result = schema.validate(found, compiled)
        assert bool(result.problems) == (not compiled.validator.is_valid(found.data)), text
        for each in result.problems:
            assert "{" not in said(each).replace(each.values.get("value", ""), "")
            assert said(each, "zh") != said(each, "en")
            assert each.mark is not None
