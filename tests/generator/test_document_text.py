"""What bytes, characters and pages become in the reader of texts, and that its two ways of reading agree."""

import itertools

import pytest
import yaml
from documents import FILE, codes, good, only, read
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import document
from generator.problems import Mark, Severity
from generator.source import decoding, tree

# Encodings


def test_c4_a_byte_order_mark_at_the_start_is_no_part_of_the_first_key(tmp_path):
    found, problems = read(tmp_path, b"\xef\xbb\xbftitle: Tea\nprice: 5\nprice: 6\n")
    assert found.data == {"title": "Tea", "price": "5"}
    assert [(each.mark, each.related[1].line) for each in problems] == [(Mark(3, 1, 6), 2)]


def test_c4_a_byte_order_mark_in_the_middle_is_refused():
    _, problem = only("title: Tea\n\ufeffprice: 5\n")
    assert (problem.code, problem.mark, problem.values) == ("control-character", Mark(2, 1, 2), {"character": "U+FEFF"})


@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_c5_gb18030_is_named_with_the_place_where_it_starts(tmp_path, encoding):
    found, problems = read(tmp_path, "price: 5\ntitle: 龙井茶\n".encode(encoding))
    assert found is None
    assert [(each.code, each.mark, each.values) for each in problems] == [
        ("not-utf8", Mark(2, 8, 9), {"encoding": "GB18030"})
    ]


@pytest.mark.parametrize("encoding", ["UTF-16LE", "UTF-16BE"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_c5_utf16_is_named_with_and_without_its_mark(tmp_path, encoding, mark):
    found, problems = read(tmp_path, (mark + "title: Longjing tea\n").encode(encoding))
    assert found is None
    assert [(each.code, each.values) for each in problems] == [("not-utf8", {"encoding": encoding})]


def test_bytes_of_no_encoding_are_no_text(tmp_path):
    found, problems = read(tmp_path, b"title: \xff\xd8\xff\xe0\x81\xff\n")
    assert (found, [each.code for each in problems]) == (None, ["not-text"])


@pytest.mark.parametrize("text", ["龙井", "tea\n龙井\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_an_excerpt_can_be_shown_of_any_encoding(text, encoding):
    assert decoding.lenient(text.encode(encoding)) == text


def test_a_file_that_cannot_be_read_is_a_problem_of_its_own(tmp_path):
    found, problems = document.read(tmp_path, FILE)
    assert (found, [each.code for each in problems]) == (None, ["file-unreadable"])
    assert problems[0].values == {"reason": "Is a directory"}


# Characters


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\ufeff", "\uffff"])
def test_c29_control_characters_are_refused_as_such_and_as_escapes(character):
    _, problem = only(f"price: 5\ntitle: Tea{character}house\n")
    assert (problem.code, problem.severity, problem.mark) == ("control-character", Severity.ERROR, Mark(2, 11, 12))
    found, problem = only(f'title: "Tea\\u{ord(character):04x}house"\n')
    assert (problem.code, problem.values) == ("control-character", {"character": f"U+{ord(character):04X}"})
    assert found.data == {"title": "Teahouse"}


def test_c29_a_lone_surrogate_is_refused(tmp_path):
    found, problems = read(tmp_path, b"title: \xed\xa0\x80\n")
    assert (found, [each.code for each in problems]) == (None, ["not-text"])
    assert codes('title: "\\ud800"\n') == ["yaml-backslash"]


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u2066", "\u200f", "\u2060"])
def test_c29_characters_that_hide_are_left_out_with_a_warning(character):
    found, problem = only(f"price: 5\ntitle: Tea{character}house\n")
    assert (problem.code, problem.severity, problem.mark) == ("hidden-character", Severity.WARNING, Mark(2, 11, 12))
    assert found.data["title"] == "Teahouse"
    found, problem = only(f'title: "Tea\\u{ord(character):04X}house"\n')
    assert (problem.code, found.data) == ("hidden-character", {"title": "Teahouse"})


def test_c29_families_of_emoji_and_scripts_with_joiners_stay_whole():
    assert good("title: 👨‍👩‍👧 می‌خواهم\n") == {"title": "👨‍👩‍👧 می‌خواهم"}


def test_c29_line_separators_become_spaces():
    found, problem = only("title: a\u2028b\n")
    assert (problem.code, found.data) == ("hidden-character", {"title": "a b"})


def test_a_file_full_of_control_characters_is_reported_at_bounded_length():
    _, problems = document.parse("a: " + "\x01" * 1_000_000, FILE)
    assert len(problems) == 20


# Pages


def test_a_page_has_its_front_matter_and_its_body_with_their_lines():
    text = "---\ntitle: About\nnav: 1\nnav: 2\n---\n\n# We\n\nText.\n"
    found, problems = document.parse_page(text, "pages/about.md")
    assert found.data == {"title": "About", "nav": "1", "body": "# We\n\nText.\n"}
    assert (found.mark(("body",)), found.mark(("title",))) == (Mark(7, 1), Mark(2, 8, 13))
    assert [(each.code, each.mark.line) for each in problems] == [("yaml-duplicate-key", 4)]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_a_page_with_other_line_ends_has_the_same_places(end):
    found, _ = document.parse_page(end.join(["---", "title: About", "---", "", "# We", ""]), "pages/about.md")
    assert found.data == {"title": "About", "body": "# We\n"}
    assert found.mark(("body",)) == Mark(5, 1)


def test_a_page_without_front_matter_is_all_body():
    found, problems = document.parse_page("# We\n\n---\n\nText.\n", "pages/about.md")
    assert (found.data, problems) == ({"body": "# We\n\n---\n\nText.\n"}, [])
    assert found.mark(("title",)) == Mark(1, 1, 2)


def test_front_matter_that_never_ends_is_named():
    found, problems = document.parse_page("---\ntitle: About\n\nText\n", "pages/about.md")
    assert (found, [(each.code, each.mark) for each in problems]) == (None, [("page-open-front-matter", Mark(1, 1, 4))])


def test_empty_front_matter_is_no_empty_file():
    found, problems = document.parse_page("---\n# later\n---\nText\n", "pages/about.md")
    assert (found.data, problems) == ({"body": "Text\n"}, [])


def test_control_characters_in_a_body_have_their_line():
    _, problems = document.parse_page("---\ntitle: a\n---\n\nb\x07\n", "pages/about.md")
    assert [(each.code, each.mark) for each in problems] == [("control-character", Mark(5, 2, 3))]


# Reading in haste and with care agree


SCALARS = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]), max_size=12)
TREES = st.recursive(
    SCALARS | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SCALARS.filter(str.strip), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(SCALARS.filter(str.strip), TREES, min_size=1, max_size=5), st.booleans())
def test_what_a_yaml_writer_writes_is_read_back(data, flow):
    text = yaml.dump(data, allow_unicode=True, default_flow_style=flow, Dumper=yaml.SafeDumper)
    found, problems = document.parse(text.replace("<<", "lt"), FILE)
    expected, again = document.parse("# \u200d\n" + text.replace("<<", "lt"), FILE)
    assert problems == again == []
    assert found.data == expected.data
    if "<<" not in text and "=" not in text:
        assert found.data == data


@settings(deadline=None)
@given(st.text(alphabet="ab: -[]{}\"'#&*!|>%@`\\\t\n,?", max_size=60))
def test_no_text_whatever_makes_reading_fail(text):
    found, problems = document.parse(text, FILE)
    assert found is not None or problems
    for each in problems:
        assert 1 <= each.mark.line <= len(decoding.lines(text))


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_whatever_make_reading_fail(raw):
    text, problems = decoding.decode(raw, FILE)
    assert (text is None) == bool(problems)
    assert isinstance(decoding.lenient(raw), str)


def test_the_parser_written_in_python_reads_the_same(monkeypatch):
    texts = [
        "title: 龙井\nlist: [1, {a: b}]\n",
        "a: 1\na: 2\n",
        "a: Tea: x\nb: c\n",
        "- a\n",
        "",
        "x",
        "a: &b 1\nc: *b\n",
    ]
    quick = [document.parse(text, FILE) for text in texts]
    monkeypatch.setattr(document, "Parser", yaml.SafeLoader)
    monkeypatch.setattr(tree, "Parser", yaml.SafeLoader)
    for text, (found, problems) in zip(texts, quick, strict=True):
        other, again = document.parse(text, FILE)
        assert (other and other.data) == (found and found.data)
        assert [each.mark.line for each in again] == [each.mark.line for each in problems]


# Changes while reading


def test_c40_a_file_that_changes_while_it_is_read_is_read_again(tmp_path, monkeypatch):
    path = tmp_path / "tea.yaml"
    path.write_bytes(b"title: old\nprice: 1\n")
    states = itertools.chain([0], itertools.repeat(1))
    real = document.os.fstat

    def fstat(handle):
        state = real(handle)
        if next(states) == 0:
            path.write_bytes(b"title: new and longer\nprice: 2\n")
        return state

    monkeypatch.setattr(document.os, "fstat", fstat)
    found, problems = document.read(path, FILE)
    assert (found.data, problems) == ({"title": "new and longer", "price": "2"}, [])
