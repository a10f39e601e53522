"""Reports: for people with an exact caret, for programs as JSON, for GitHub as annotations."""

import json

import pytest

from generator import report
from generator.messages import problem
from generator.problems import Mark, Severity

FILE = "products/longjing.yaml"


def written(text, mark, lang="en"):
    one = problem("yaml-no-colon", FILE, mark, line="x")
    return report.text([one], lang, {FILE: text}).splitlines()


def test_a_problem_is_one_line_an_excerpt_and_a_hint():
    one = problem("yaml-no-space", FILE, Mark(2, 1, 10), separator=":", suggestion="price: 168")
    assert report.text([one], "en", {FILE: "title: Tea\nprice:168\n"}) == (
        "products/longjing.yaml:2:1: error yaml-no-space: the space after : is missing\n"
        "  2 | price:168\n"
        "    | ^^^^^^^^^\n"
        "  hint: write price: 168\n"
        "\n"
        "1 error in 1 file\n"
    )


def test_the_same_in_chinese():
    one = problem("yaml-no-space", FILE, Mark(2, 1, 10), separator=":", suggestion="price: 168")
    assert report.text([one], "zh", {FILE: "title: Tea\nprice:168\n"}) == (
        "products/longjing.yaml:2:1: error yaml-no-space: : 后面缺少空格\n"
        "  2 | price:168\n"
        "    | ^^^^^^^^^\n"
        "  提示：写成 price: 168\n"
        "\n"
        "1 个错误，在 1 个文件里\n"
    )


def test_a_second_place_has_its_own_excerpt():
    one = problem("yaml-duplicate-key", FILE, Mark(12, 1, 6), related=(FILE, Mark(2, 1, 6)), key="price")
    rows = report.text([one], "en", {FILE: "a\nprice: 168\n" + "b\n" * 9 + "price: 198\n"}).splitlines()
    assert rows[:7] == [
        "products/longjing.yaml:12:1: error yaml-duplicate-key: the key price is given twice",
        "  12 | price: 198",
        "     | ^^^^^",
        "  products/longjing.yaml:2:1: first given here",
        "  2 | price: 168",
        "    | ^^^^^",
        "  hint: keep one of the two lines",
    ]


@pytest.mark.parametrize(
    ("line", "mark", "caret"),
    [
        ("title: 明前龙井", Mark(1, 8, 12), "       ^^^^^^^^"),
        ("标题: 龙井", Mark(1, 5, 7), "      ^^^^"),
        ("ｔｉｔｌｅ: a", Mark(1, 8, 9), "            ^"),
        ("cafe\u0301: x", Mark(1, 8, 9), "      ^"),
        ("a: b", Mark(1, 5), "    ^"),
        ("a: b", Mark(1, 40, 44), "    ^"),
        ("a:\tb", Mark(1, 4, 5), "   ^"),
        ("a: b", Mark(1, 4, 4), "   ^"),
    ],
)
def test_the_caret_stands_below_its_value_whatever_the_width_of_characters(line, mark, caret):
    assert written(line, mark)[2] == f"    | {caret}"


def test_a_long_line_is_cut_around_its_value():
    rows = written("x" * 300 + "VALUE" + "y" * 300, Mark(1, 301, 306))
    assert rows[1] == "  1 | …" + "x" * 60 + "VALUE" + "y" * 35 + "…"
    assert rows[2] == "    |  " + " " * 60 + "^^^^^"


def test_control_and_direction_characters_never_reach_the_terminal():
    rows = written("a: \x1b[31mred\u202e", Mark(1, 4, 5))
    assert rows[1] == "  1 | a:  [31mred\ufffd"


def test_a_problem_without_place_is_said_of_the_file():
    assert report.text([problem("file-too-large", FILE, limit=4)], "en", {}).splitlines() == [
        "products/longjing.yaml: error file-too-large: this file is larger than 4 MB",
        "  hint: large catalogues go into one file a product, or into products.csv; pictures go into media/",
        "",
        "1 error in 1 file",
    ]


def test_counts_tell_errors_from_warnings():
    warning = problem("hidden-character", "pages/a.md", Mark(1, 1), character="U+202E")
    error = problem("file-too-large", FILE, limit=4)
    assert report.summary([], "en") == "no problems"
    assert report.summary([], "zh") == "没有问题"
    assert report.summary([warning], "en") == "1 warning in 1 file"
    assert report.summary([error, error, warning], "en") == "2 errors, 1 warning in 2 files"
    assert report.summary([error, error, warning], "zh") == "2 个错误，1 个警告，在 2 个文件里"


def test_c37_a_long_report_is_cut_and_says_how_much_is_left():
    many = [problem("file-too-large", f"products/{n}.yaml", limit=4) for n in range(10_001)]
    rows = report.text(many, "en", {}).splitlines()
    assert sum("error file-too-large" in row for row in rows) == 200
    assert rows[-3:] == ["… not shown: 9801 more", "", "10001 errors in 10001 files"]
    assert sum("error file-too-large" in row for row in report.text(many, "en", {}, most=3).splitlines()) == 3


def test_c36_a_secret_is_in_no_report():
    secret = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
    line = f'payment: [{{gateway: stripe, secret: "{secret}", kye: 1}}]'
    found = [
        problem("unknown-key", FILE, Mark(1, 70, 73), key="kye", thing=secret, known=secret, suggestion=secret),
        problem("secret-in-file", FILE, Mark(1, 39, 71)),
    ]  # fmt: skip
    for lang in ("zh", "en"):
        for output in (
            report.text(found, lang, {FILE: line}),
            report.as_json(found, lang),
            report.github(found, lang),
        ):
            assert "4eC39" not in output
            assert "•••" in output


def test_json_holds_everything_a_program_needs():
    one = problem(
        "unknown-key", FILE, Mark(3, 5, 9), ("variants", 0, "prce"), suggestion="price",
        related=("shop.yaml", Mark(1, 2)), key="prce", thing={"en": "Variant", "zh": "款式"}, known="price, sku",
    )  # fmt: skip
    assert json.loads(report.as_json([one], "zh")) == {
        "errors": 1,
        "warnings": 0,
        "problems": [
            {
                "code": "unknown-key",
                "severity": "error",
                "file": FILE,
                "line": 3,
                "column": 5,
                "end_column": 9,
                "path": ["variants", 0, "prce"],
                "message": "款式里没有“prce”这个键",
                "hints": ["是不是想写 price？", "这里可用的键：price, sku"],
                "suggestion": "price",
                "related": {"file": "shop.yaml", "line": 1, "column": 2, "message": "第一次写在这里"},
            }
        ],
    }


def test_annotations_escape_what_would_end_them():
    one = problem("unknown-key", "a,b:c%.yaml", Mark(3, 5, 9), key="x\ny::z", thing="T", known="a")
    assert report.github([one], "en") == (
        "::error file=a%2Cb%3Ac%25.yaml,line=3,col=5,endColumn=9,title=unknown-key"
        "::unknown key “x\\ny::z” in T%0Akeys here: a\n"
        "1 error in 1 file\n"
    )


@pytest.mark.parametrize(
    ("option", "environment", "lang"),
    [
        ("zh", {"LANG": "en_US.UTF-8"}, "zh"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "en"}, "zh"),
        (None, {}, "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_option_or_the_locale(option, environment, lang):
    assert report.language(option, environment) == lang


def test_severity_comes_from_the_catalogue():
    assert problem("hidden-character", FILE, character="x").severity is Severity.WARNING
    assert problem("file-too-large", FILE, limit=1).severity is Severity.ERROR


def test_colours_stand_on_severities_carets_and_hints_only():
    one = problem("yaml-no-space", FILE, Mark(1, 1, 10), separator=":", suggestion="price: 168")
    assert report.colored(report.text([one], "en", {FILE: "price:168 error a: ^"})) == (
        "products/longjing.yaml:1:1: \x1b[1;31merror\x1b[0m yaml-no-space: the space after : is missing\n"
        "  1 | price:168 error a: ^\n"
        "    | \x1b[1;31m^^^^^^^^^\x1b[0m\n"
        "\x1b[36m  hint:\x1b[0m write price: 168\n"
        "\n"
        "1 error in 1 file\n"
    )
