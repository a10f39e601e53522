"""Text files become data that knows its places; every slip is named with its place and the way out."""

import pytest
from documents import FILE, codes, good, only, read

from generator import document
from generator.problems import Mark
from generator.source import decoding

# Places


def test_every_key_and_value_has_a_place():
    text = "title: 明前龙井\nvariants:\n  - {sku: a, price: 5}\n  - sku: b\n    price: 128.50\n"
    found, _ = document.parse(text, FILE)
    assert found.mark(("title",)) == Mark(line=1, column=8, end=12)
    assert found.mark(("title",), key=True) == Mark(line=1, column=1, end=6)
    assert found.mark(("variants", 0, "price")) == Mark(line=3, column=21, end=22)
    assert found.mark(("variants", 1, "price"), key=True) == Mark(line=5, column=5, end=10)
    assert found.mark(("variants", 1, "price")) == Mark(line=5, column=12, end=18)


def test_a_missing_value_has_the_place_of_what_is_around_it():
    found, _ = document.parse("seo:\n  title: x\nlist:\n  - a: 1\n", FILE)
    assert found.mark(("seo", "description")) == Mark(line=1, column=1, end=4)
    assert found.mark(("list", 0, "b", "c")) == Mark(line=4, column=5, end=5)
    assert found.mark(("nothing",)) == Mark(line=1, column=1, end=1)


def test_c43_windows_and_old_mac_line_ends_are_read_with_the_same_places():
    for end in ("\n", "\r\n", "\r"):
        found, problems = document.parse(f"title: Tea{end}price: 5{end}price: 6{end}", FILE)
        assert found.data == {"title": "Tea", "price": "5"}
        assert [(each.code, each.mark.line, each.related[1].line) for each in problems] == [
            ("yaml-duplicate-key", 3, 2)
        ]


def all_paths(data, path=()):
    yield path
    for step, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from all_paths(value, (*path, step))


@pytest.mark.parametrize("missing", [(), ("zz",), (9,), ("zz", 0, "x")])
def test_walking_to_one_place_finds_the_same_as_noting_all(missing):
    text = "a: {b: [1, {c: d}], 龙井: [[x], []]}\nlist:\n  - k: v\n    l: |\n      text\n  - - 1\n    - 2\nempty:\n"
    noted, _ = document.parse(text, FILE)
    noted.asked = 99
    for path in all_paths(noted.data):
        for key in (False, True):
            walked, _ = document.parse(text, FILE)
            assert walked.mark(path + missing, key=key) == noted.mark(path + missing, key=key)
            assert walked.marks is None


# What scalars mean


@pytest.mark.parametrize("word", ["no", "NO", "yes", "on", "off", "y", "n", "NULLS", "0x1F", ".nan", ".inf"])
def test_c11_words_that_other_yaml_readers_turn_stay_text(word):
    assert good(f"country: {word}\n") == {"country": word}


@pytest.mark.parametrize(
    "text", ["0012", "00123", "12:30:45", "12:30", "1_000", "1e3", "007", "19.90", "2026-01-01", "+86", "-0.00", "0o14"]
)
def test_c12_what_looks_like_a_number_stays_its_text(text):
    assert good(f"sku: {text}\n") == {"sku": text}


def test_c13_a_date_that_does_not_exist_stays_text():
    assert good("at: 2024-13-45\n") == {"at": "2024-13-45"}


def test_c14_an_integer_of_5000_digits_stays_text():
    assert good("n: " + "9" * 5000 + "\n") == {"n": "9" * 5000}


def test_null_true_and_false_are_those_of_yaml_1_2():
    text = "[null, Null, NULL, ~, , true, True, TRUE, false, False, FALSE, 'true', \"null\"]"
    assert good(f"a: {text.replace(' ,', '')}\nb:\n")["a"] == [None] * 4 + [True] * 3 + [False] * 3 + ["true", "null"]


def test_a_block_of_text_that_says_true_is_text():
    assert good("a: |\n  true\nb: >-\n  null\n") == {"a": "true\n", "b": "null"}


# Keys


def test_c1_a_key_given_twice_is_refused_with_both_places():
    found, problem = only("title: x\nprice: 168\nsku: a\nprice: 198\n")
    assert (problem.code, problem.mark, problem.path) == ("yaml-duplicate-key", Mark(4, 1, 6), ("price",))
    assert problem.related == (FILE, Mark(2, 1, 6))
    assert found.data["price"] == "168"


@pytest.mark.parametrize("pair", [("1", '"1"'), ("true", "'true'"), ("on", '"on"'), ("null", '"null"')])
def test_c2_keys_are_text_so_two_spellings_of_one_key_are_one_key(pair):
    found, problem = only(f"{pair[0]}: a\n{pair[1]}: b\n")
    assert problem.code == "yaml-duplicate-key"
    assert found.data == {pair[0]: "a"}


def test_a_list_as_key_is_refused():
    assert codes("? [a]\n: b\n") == ["yaml-key-not-text"]


def test_merge_keys_are_refused_and_not_merged():
    found, problem = only("a: &x {b: 1}\nc:\n  <<: *x\n")
    assert problem.code == "yaml-merge-key"
    assert found.data == {"a": {"b": "1"}, "c": {}}


# Slips of the pen: each says what to write instead


@pytest.mark.parametrize(
    ("text", "code", "place", "suggestion"),
    [
        ("title: Tea: green\n", "yaml-colon-in-text", (1, 11), 'title: "Tea: green"'),
        ("title: @shop\n", "yaml-special-start", (1, 8), 'title: "@shop"'),
        ("title: %5 off\n", "yaml-special-start", (1, 8), 'title: "%5 off"'),
        ("title: *best*\n", "yaml-special-start", (1, 8), 'title: "*best*"'),
        ("title: `tea`\n", "yaml-special-start", (1, 8), 'title: "`tea`"'),
        ("title: {brand} tea\n", "yaml-special-start", (1, 8), 'title: "{brand} tea"'),
        ("title: >50 g\n", "yaml-special-start", (1, 8), 'title: ">50 g"'),
        ('title: "Tea" green\n', "yaml-text-after-quote", (1, 13), "title: '\"Tea\" green'"),
        ("title: 'don't'\n", "yaml-text-after-quote", (1, 13), 'title: "don\'t"'),
        ('title: "Tea\nprice: 5\n', "yaml-open-quote", (1, 8), 'title: "Tea"'),
        ('title: "Tea\nsku: "a"\n', "yaml-open-quote", (1, 8), 'title: "Tea"'),
        ("tags: [a, b\nprice: 5\n", "yaml-open-bracket", (1, 7), "tags: [a, b]"),
        ('title: "a\\d"\n', "yaml-backslash", (1, 10), "title: 'a\\d'"),
        ("title:Tea\nprice: 5\n", "yaml-no-space", (1, 1), "title: Tea"),
        ("tags:\n- a\n-b\n", "yaml-no-space", (3, 1), "- b"),
        ("title: a\nprice 5\n", "yaml-no-colon", (2, 1), "price: 5"),
        ("title：Mug\nprice: 5\n", "yaml-full-width-colon", (1, 6), "title: Mug"),
        ("title: Mug\n库存： 3\n", "yaml-full-width-colon", (2, 3), "库存: 3"),
        ("seo：\n  title: Mug\n", "yaml-full-width-colon", (1, 4), "seo:"),
        ("title: a\nand more of it\n", "yaml-no-colon", (2, 1), None),
        ("title: a\n  price: 5\n", "yaml-indentation", (2, 3), None),
        ("seo:\n   title: a\n  description: b\n", "yaml-indentation", (3, 3), None),
        ("tags: - a\nsku: b\n", "yaml-list-beside-key", (1, 7), None),
        ("sku: b\ntags: [a,\n", "yaml-open-bracket", (2, 7), "tags: [a,]"),
        ("tags: a\n- b\n", "yaml-list-among-keys", (2, 1), None),
        ("tags: [\n- a\n]\n", "yaml-syntax", (2, 1), None),
    ],
)
def test_c23_a_slip_is_shown_with_its_place_and_the_line_as_it_should_be(text, code, place, suggestion):
    _, problem = only(text)
    assert (problem.code, (problem.mark.line, problem.mark.column)) == (code, place)
    assert problem.suggestion == suggestion
    if suggestion:
        lines = text.splitlines()
        lines[problem.mark.line - 1] = suggestion
        assert codes("\n".join(lines) + "\n") == []


def test_c23_a_name_that_yaml_takes_for_a_reference_is_shown_with_quotes():
    _, problem = only("title: *best\n")
    assert (problem.code, problem.values) == ("yaml-unknown-alias", {"text": "*best"})
    _, problem = only("title: &Sons Tea\n")
    assert (problem.code, problem.values, problem.mark) == ("yaml-unused-anchor", {"anchor": "Sons"}, Mark(1, 8, 13))


def test_c3_a_tab_before_a_line_is_named_with_its_place():
    found, problem = only("seo:\n\ttitle: a\n")
    assert (problem.code, problem.mark) == ("yaml-tab", Mark(2, 1, 2))
    assert found.data == {"seo": {"title": "a"}}
    _, problem = only("a: 1\nseo:\n  x: 1\n\ty: 2\n")
    assert (problem.code, problem.mark) == ("yaml-tab", Mark(4, 1, 2))


def test_tabs_inside_a_line_harm_nobody():
    assert good("a:\tb\tc # d\n") == {"a": "b\tc"}


def test_reading_goes_on_after_a_slip_so_that_one_run_shows_all():
    text = "title: Tea: green\nsubtitle: @x\ntags: [a, b\nsku:7\nprice: 5\nprice: 6\n"
    found, problems = document.parse(text, FILE)
    assert [(each.code, each.mark.line) for each in problems] == [
        ("yaml-colon-in-text", 1),
        ("yaml-special-start", 2),
        ("yaml-open-bracket", 3),
        ("yaml-no-space", 4),
        ("yaml-duplicate-key", 6),
    ]
    assert found.data == {"title": "Tea: green", "subtitle": "@x", "tags": ["a", "b"], "sku": "7", "price": "5"}
    assert found.text == text


# Whole files


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n", "---\n", "---\n# x\n...\n"])
def test_c22_an_empty_file_is_one_clear_problem(text):
    found, problem = only(text)
    assert (found, problem.code) == (None, "yaml-empty")


def test_c22_a_list_at_the_top_is_one_clear_problem():
    found, problem = only("- title: a\n- title: b\n")
    assert (found, problem.code, problem.mark.line) == (None, "yaml-top-level-list", 1)


def test_c22_two_documents_are_one_clear_problem_at_the_second():
    _, problem = only("title: a\n---\ntitle: b\n")
    assert (problem.code, problem.mark) == ("yaml-two-documents", Mark(2, 1, 4))


def test_one_document_with_its_marks_is_fine():
    assert good("%YAML 1.2\n---\na: b\n...\n") == {"a": "b"}


@pytest.mark.parametrize("text", ["Tea house\n", "name:Tea\n", "|\n  name\n"])
def test_a_file_of_one_text_lacks_keys(text):
    found, problem = only(text)
    assert found is None
    assert problem.code in {"yaml-no-colon", "yaml-no-space"}


# Bombs: refused before they cost anything


def test_c6_ten_megabytes_are_refused_at_once(tmp_path):
    found, problems = read(tmp_path, b"a: " + b"x" * 10_000_000)
    assert (found, [(each.code, each.values) for each in problems]) == (None, [("file-too-large", {"limit": 4})])


def test_c6_a_file_just_below_the_limit_is_read(tmp_path):
    found, problems = read(tmp_path, b"a: " + b"x" * (decoding.MAXIMUM_BYTES - 3))
    assert problems == []
    assert len(found.data["a"]) == decoding.MAXIMUM_BYTES - 3


def test_c7_an_alias_bomb_is_refused_at_once():
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    found, problems = document.parse("\n".join(rows), FILE)
    assert (found, [each.code for each in problems]) == (None, ["yaml-alias-bomb"])


def test_a_few_aliases_are_copies_of_their_own():
    data = good("a: &x {b: [1, 2]}\nc: *x\nd: *x\n")
    assert data == {"a": {"b": ["1", "2"]}, "c": {"b": ["1", "2"]}, "d": {"b": ["1", "2"]}}
    assert data["c"] is not data["a"]
    assert data["c"]["b"] is not data["d"]["b"]


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "a: &a {b: {c: *a}}\n"])
def test_c8_a_recursive_alias_is_refused(text):
    found, problem = only(text)
    assert (found, problem.code) == (None, "yaml-endless-alias")


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "a: " + "[" * 100_000, "a: " + "{b: " * 60_000, "- " * 1100 + "x", "a:\n" + "- " * 100_000,
     "\n".join(" " * n + "a:" for n in range(1000))],
    ids=["brackets", "brackets-below-key", "braces", "dashes", "many-dashes", "indentation"],
)  # fmt: skip
def test_c9_deep_nesting_is_refused_before_it_can_crash_the_parser(text):
    found, problems = document.parse(text, FILE)
    assert (found, [each.code for each in problems]) == (None, ["yaml-too-deep"])


def test_64_levels_are_enough_and_allowed():
    assert good("a: " + "[" * 63 + "]" * 63 + "\n") != {}
    assert codes("a: " + "[" * 65 + "]" * 65 + "\n") == ["yaml-too-deep"]


def test_c10_a_tag_is_refused_and_nothing_is_run(tmp_path):
    mark = tmp_path / "ran"
    _, problem = only(f"title: !!python/object/apply:os.system ['touch {mark}']\n")
    assert (problem.code, problem.values["tag"]) == ("yaml-tag", "!!python/object/apply:os.system")
    assert not mark.exists()
    _, problem = only("title: !sale Tea\n")
    assert (problem.code, problem.values["tag"]) == ("yaml-tag", "!sale")
