"""Handles: forms, taken names, and names that look the same."""

import unicodedata

import pytest
from conftest import brief

from generator.rules import handles

TEA = b"title: Tea\nprice: 10\n"


@pytest.mark.parametrize(
    "handle",
    ["..", "a\\b", "%2e%2e", "CON", "NUL.html", ".htaccess.x", "tea.", "tea ", "-tea", "tea\n", "COM1", "a b"],
)
def test_c25_c42_a_handle_that_is_no_plain_name_is_refused(spoil, handle):
    problems = (
        spoil({f"products/{handle}.yaml": TEA})
        if not handle.startswith(".")
        else spoil({f"products/x{handle}.yaml": TEA})
    )
    assert [each.code for each in problems] == ["handle-form"]


@pytest.mark.parametrize("handle", ["明前龙井", "tea-2026", "Ünique", "a", "x_1"])
def test_a_handle_of_letters_and_digits_of_any_script_is_good(spoil, handle):
    assert spoil({f"products/{handle}.yaml": TEA}) == ()


def test_c25_a_better_name_is_suggested(spoil):
    problems = spoil({"products/Long Jing!.yaml": TEA})
    assert problems[0].suggestion == "products/long-jing.yaml"


@pytest.mark.parametrize("handle", ["admin", "cart", "api", "static", "index", "Cart"])
def test_c26_a_handle_that_the_shop_itself_uses_is_refused(spoil, handle):
    assert brief(spoil({f"pages/{handle}.md": b"---\ntitle: Hello\n---\nHello\n"})) == [
        (f"pages/{handle}.md", 0, "handle-reserved")
    ]


def test_c27_a_title_of_100_characters_is_good_and_a_handle_of_200_bytes_is_not(spoil):
    title = "龙" * 100
    problems = spoil({"products/long.yaml": f"title: {title}\nprice: 1\n".encode(), f"products/{'龙' * 70}.yaml": TEA})
    assert [(each.code, each.values["length"]) for each in problems] == [("handle-too-long", 210)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("longjing", "LongJing"),
        (unicodedata.normalize("NFC", "thé"), unicodedata.normalize("NFD", "thé")),
        ("straße", "strasse"),
        ("tea", "ｔｅａ"),
        ("paypal", "\u0440\u0430ypal"),
        ("green-tea", "green_tea"),
    ],
)
def test_c24_handles_that_are_the_same_to_a_reader_or_a_file_system_are_refused(spoil, first, second):
    problems = [
        each
        for each in spoil({f"products/{first}.yaml": TEA, f"products/{second}.yaml": TEA})
        if each.code == "handle-collision"
    ]
    assert len(problems) == 1
    files = {f"products/{first}.yaml", f"products/{second}.yaml"}
    assert {problems[0].file, problems[0].related[0]} <= files | {"products/longjing.yaml"}


def test_c24_a_product_in_the_table_and_in_a_file_is_told_with_both_places(spoil):
    problems = spoil({"products.csv": b"handle,title,price\nlongjing,Longjing,168\n"})
    assert [(each.code, each.file, each.related[0]) for each in problems if each.code == "handle-collision"] == [
        ("handle-collision", "products.csv", "products/longjing.yaml")
    ]


def test_handles_of_different_kinds_may_be_the_same(spoil):
    assert spoil({"pages/longjing.md": b"---\ntitle: The hill\n---\nText\n"}) == ()


def test_c28_a_word_of_two_scripts_gives_a_warning_with_its_escaped_form(spoil):
    problems = spoil({"products/tea.yaml": "title: \u0440\u0430ypal tea\nprice: 10\n".encode()})
    assert [(each.code, each.severity, each.values["escaped"]) for each in problems] == [
        ("mixed-scripts", "warning", "\\u0440\\u0430ypal")
    ]


@pytest.mark.parametrize("title", ["Чай Earl Grey", "龙井 Longjing", "Ελληνικό τσάι"])
def test_words_of_different_scripts_beside_each_other_are_good(spoil, title):
    assert spoil({"products/tea.yaml": f"title: {title}\nprice: 10\n".encode()}) == ()


def test_the_skeleton_of_a_handle_is_the_same_for_everything_that_looks_like_it():
    assert handles.skeleton("Straße_1") == handles.skeleton("STRASSE-1") == "strasse-1"


def test_a_text_is_shown_without_what_nobody_could_see():
    assert handles.shown("tea\n\u202e") == "tea\\u000a\\u202e"
