"""Changes of YAML text, one rule a test: what is written, and what stays byte by byte."""

import pytest

from generator import document
from generator.editor import Insert, Move, Plain, Remove, Set, UnwritableError, edit, ended_like

TEA = """\
# Longjing of this spring
title: Longjing
price: 168.00   # with tax
sku: 0012
name: 'Tea house'
motto: "Drink \\u8336"
tags: [green, spring]
images:
  - tea.jpg
  # the leaves
  - leaves.jpg   # wide

  - {file: cup.jpg, alt: A cup}
description: |
  First line
  Second line
x-own: kept
"""


def lines_changed(before, after):
    """Give the lines that went and those that came."""
    old, new = before.splitlines(), after.splitlines()
    gone = [row for row in old if row not in new]
    return gone, [row for row in new if row not in old]


@pytest.mark.parametrize(
    ("path", "value", "gone", "came"),
    [
        (("price",), Plain("198.00"), "price: 168.00   # with tax", "price: 198.00   # with tax"),
        (("title",), "Biluochun", "title: Longjing", "title: Biluochun"),
        (("sku",), "0013", "sku: 0012", "sku: 0013"),
        (("name",), "Ann's", "name: 'Tea house'", "name: 'Ann''s'"),
        (("motto",), 'Say "hi"', 'motto: "Drink \\u8336"', 'motto: "Say \\"hi\\""'),
        (("tags", 1), "a, b", "tags: [green, spring]", "tags: [green, 'a, b']"),
        (("images", 1), "new.jpg", "  - leaves.jpg   # wide", "  - new.jpg   # wide"),
        (("images", 2, "alt"), "A: cup", "  - {file: cup.jpg, alt: A cup}", "  - {file: cup.jpg, alt: 'A: cup'}"),
        (("description",), "First line\n2nd line\n", "  Second line", "  2nd line"),
        (("x-own",), None, "x-own: kept", "x-own: null"),
        (("x-own",), True, "x-own: kept", "x-own: true"),
    ],
)
def test_a_value_changes_on_its_own_line_in_its_own_style(path, value, gone, came):
    assert lines_changed(TEA, edit(TEA, [Set(path, value)])) == ([gone], [came])


@pytest.mark.parametrize(
    "value",
    [
        "no", "#1", "a: b", "*", "&a", " leading", "trailing ", "two\nlines", "two\nlines\n", "end\n\n", "🍵 茶", "",
        "null", "true", "~", "12:30", "0012", "1e3", "2026-01-01", "it's", '"', "'\"", "- a",
        "? a", "[", "{a}", "@a", "`a",
        "%a", "!a", "|", ">", "a #b", "a:", "\ta", "a\tb", "a\\b", "a\rb", "a\u2028b", "=", "<<", "---", "\n", "\n\na",
        "  two\n spaces", "a\n \nb", "x" * 300, "http://a.b/c?d=e#f",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "path", [("title",), ("name",), ("motto",), ("tags", 0), ("images", 2, "alt"), ("description",)]
)
def test_w80_any_text_reads_back_identical_in_every_style(path, value):
    data = document.parse(edit(TEA, [Set(path, value)]), "")[0].data
    for step in path:
        data = data[step]
    assert data == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Tea", "Tea"), ("no", "'no'"), ("0012", "'0012'"), (Plain("19.90"), "19.90"), (Plain("no"), "no"), (5, "5"),
        ("12:30", "'12:30'"), (Plain("12:30"), "12:30"), ("it's", "it's"), ("#fff", "'#fff'"),
        ("'a' b", '"\'a\' b"'), (["a", "b"], "[a, b]"), ([], "[]"), ({}, "{}"), (False, "false"),
        ({"a": "b"}, "\n  a: b"), ([{"a": "b", "c": ["d"]}], "\n  - a: b\n    c: [d]"), ("a\nb", "|-\n  a\n  b"),
    ],
)  # fmt: skip
def test_a_new_key_is_written_plainly_and_quoted_where_a_reader_could_take_it_otherwise(value, written):
    assert edit(TEA, [Set(("new",), value)]) == TEA + f"new: {written}\n".replace(": \n", ":\n")


def test_an_item_is_written_like_its_neighbours():
    text = "menu:\n  - {label: {de: A, en: B}, link: 'page:a'}\nlist:\n- a: \"1\"\n  b: [x]\n"
    new = edit(text, [Insert(("menu", 1), {"label": {"de": "C", "en": "D"}, "link": "page:c"})])
    assert new.splitlines()[2] == "  - {label: {de: C, en: D}, link: 'page:c'}"
    new = edit(text, [Insert(("list", 0), {"a": "2", "b": ["z"]})])
    assert new.splitlines()[2:6] == ["list:", '- a: "2"', "  b: [z]", '- a: "1"']


def test_a_comment_above_an_item_goes_and_moves_with_it():
    assert "# the leaves" not in edit(TEA, [Remove(("images", 1))])
    moved = edit(TEA, [Move(("images", 1), 0)])
    assert moved.splitlines()[8:12] == ["  # the leaves", "  - leaves.jpg   # wide", "  - tea.jpg", ""]


def test_comments_that_stand_alone_and_the_file_s_own_stay():
    text = "# The file\na: 1\n\n# alone\n\n# of b\nb: 2\nc:\n  # inside\n\n  d: 3\n"
    assert edit(text, [Remove(("a",))]) == "# The file\n# alone\n\n# of b\nb: 2\nc:\n  # inside\n\n  d: 3\n"
    assert edit(text, [Remove(("b",))]) == "# The file\na: 1\n\n# alone\n\nc:\n  # inside\n\n  d: 3\n"
    assert edit(text, [Remove(("c", "d"))]) == "# The file\na: 1\n\n# alone\n\n# of b\nb: 2\nc: {}\n  # inside\n"


def test_blank_lines_between_items_stay_one_each():
    text = "home:\n  - section: a\n\n  - section: b\n\n  - section: c\n\nseo: x\n"
    assert edit(text, [Remove(("home", 1))]) == "home:\n  - section: a\n\n  - section: c\n\nseo: x\n"
    assert edit(text, [Remove(("home", 2))]) == "home:\n  - section: a\n\n  - section: b\n\nseo: x\n"
    added = edit(text, [Insert(("home", 3), {"section": "d"})])
    assert added == text.replace("section: c\n", "section: c\n\n  - section: d\n")


def test_carriage_returns_stay_and_come_with_new_lines():
    text = "a: 1\r\nb:\r\n  - x\r\n"
    assert edit(text, [Insert(("b", 1), "z"), Set(("c",), "d\ne\n")]) == (
        "a: 1\r\nb:\r\n  - x\r\n  - z\r\nc: |\r\n  d\r\n  e\r\n"
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}\n", "# nothing yet"])
def test_an_empty_file_gets_its_first_key(text):
    data = document.parse(edit(text, [Set(("title",), "Tea"), Set(("seo", "title"), "T")]), "")[0].data
    assert data == {"title": "Tea", "seo": {"title": "T"}}


def test_what_is_missing_on_the_way_to_a_new_key_is_made():
    assert edit("a: 1\nseo:\n", [Set(("seo", "title"), "T")]) == "a: 1\nseo:\n  title: T\n"
    assert edit("a: []\n", [Insert(("a", 0), {"k": "v"})]) == "a:\n  - k: v\n"
    assert edit("a: 1\n", [Insert(("list", 0), "x")]) == "a: 1\nlist: [x]\n"


def test_a_block_keeps_its_indentation_its_sign_and_its_other_lines():
    folded = "text: >-\n    One two three four five six seven eight nine ten eleven\n    and more\n\n    Last\n"
    new = edit(folded, [Set(("text",), document.parse(folded, "")[0].data["text"].replace("and more", "and less"))])
    assert new == folded.replace("and more", "and less")
    assert edit("a: |+\n  x\n\nb: 1\n", [Set(("a",), "y\n\n")]) == "a: |+\n  y\n\nb: 1\n"
    assert edit("a: |  # note\n  x\nb: 1\n", [Set(("a",), "y")]) == "a: |-  # note\n  y\nb: 1\n"


def test_a_whole_mapping_or_list_changes_only_where_it_is_different():
    new = edit(TEA, [Set(("images",), ["tea.jpg", "leaves.jpg", {"file": "cup.jpg", "alt": "Cups"}, "four.jpg"])])
    assert lines_changed(TEA, new) == (
        ["  - {file: cup.jpg, alt: A cup}"], ["  - {file: cup.jpg, alt: Cups}", "  - four.jpg"],
    )  # fmt: skip
    moved = edit(TEA, [Set(("images",), ["leaves.jpg", "tea.jpg", {"file": "cup.jpg", "alt": "A cup"}])])
    assert sorted(moved.splitlines()) == sorted(TEA.splitlines())


def test_a_change_that_changes_nothing_leaves_the_text():
    assert edit(TEA, [Set(("price",), "168.00"), Move(("images", 1), 1), Set(("tags",), ["green", "spring"])]) == TEA


ANCHORS = "base: &b {de: x, en: y}\none: *b\ntwo: *b\n"


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (Set(("one",), "z"), "base: &b {de: x, en: y}\none: z\ntwo: *b\n"),
        (Set(("one", "de"), "z"), "base: &b {de: x, en: y}\none: {de: z, en: y}\ntwo: *b\n"),
        (Set(("base", "de"), "z"), "base: {de: z, en: y}\none: &b\n  de: x\n  en: y\ntwo: *b\n"),
        (Remove(("base",)), "one: &b {de: x, en: y}\ntwo: *b\n"),
    ],
)
def test_a_change_is_about_its_path_alone_where_values_are_shared(change, after):
    new = edit(ANCHORS, [change])
    assert document.parse(new, "")[0].data == document.parse(after, "")[0].data
    assert document.parse(new, "")[1] == []
    assert new.count("&b") == 1


def test_an_anchor_goes_with_its_last_alias():
    assert edit("a: &x 1\nb: *x\n", [Remove(("b",))]) == "a: 1\n"


@pytest.mark.parametrize(
    ("text", "change", "code"),
    [
        ("a: b: c\n", Set(("a",), "x"), "broken"),
        ("a: 1\na: 2\n", Set(("a",), "x"), "broken"),
        ("- a\n", Set(("a",), "x"), "broken"),
        ("a: 1\n---\nb: 2\n", Set(("a",), "x"), "broken"),
        ("a: [1]\n", Set(("a", 5), "x"), "no-such-path"),
        ("a: 1\n", Set(("a", "b"), "x"), "no-such-path"),
        ("a: 1\n", Remove(("b",)), "no-such-path"),
        ("a: [1]\n", Move(("a", 0), 3), "no-such-path"),
        ("a: [1]\n", Insert(("a", 2), "x"), "no-such-path"),
        ("a: 1\n", Set(("a",), "bell \a"), "character"),
        ("a: 1\n", Set(("a",), "\ud800"), "character"),
    ],
)
def test_what_cannot_be_written_is_refused_with_a_reason(text, change, code):
    with pytest.raises(UnwritableError) as refused:
        edit(text, [change])
    assert refused.value.code == code


def test_invisible_characters_of_copied_text_are_left_out():
    assert edit("a: 1\n", [Set(("a",), "Long\u200bjing")]) == "a: Longjing\n"


def test_a_number_that_is_no_text_is_a_mistake_of_the_program():
    with pytest.raises(TypeError):
        edit("a: 1\n", [Set(("a",), 1.5)])


def test_a_box_of_a_form_gives_back_the_line_end_that_it_does_not_show():
    assert ended_like("a\nb\n", "c\nd") == "c\nd\n"
    assert ended_like("a", "c\n") == "c"
    assert ended_like(None, "c\n") == "c\n"
    assert ended_like("a\n", "\n") == ""
