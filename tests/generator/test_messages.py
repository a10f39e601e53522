"""The catalogue of problems: its words agree in both languages, and its examples do what they say."""

import re
import string

import pytest
import small_shop

from generator import report
from generator.check import check
from generator.messages import CATALOGUE, pictures, release

CODES = sorted(CATALOGUE)
# These examples cannot be written as text; test_document.py shows them.
SHOWN_ELSEWHERE = {"file-too-large", "file-unreadable", "not-text", "not-utf8"}
# These are found when pages are rendered; the tests of the build show them.
SHOWN_ELSEWHERE |= release.MESSAGES.keys()
SHOWN_ELSEWHERE |= pictures.SHOWN_ELSEWHERE | {"file-outside", "shop-folder-missing"}


def names(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", CODES)
def test_a_message_says_the_same_in_both_languages(code):
    message = CATALOGUE[code]
    assert names(message.en) == names(message.zh)
    assert names(message.en_hint) == names(message.zh_hint)
    assert bool(message.en_hint) == bool(message.zh_hint)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_made_of_words(code):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)


@pytest.fixture
def problems_of(tmp_path):
    def run(message, example):
        folder = small_shop.copy(tmp_path / "shop")
        small_shop.spoil(folder, example, message.file, whole=message.whole)
        return check(folder, cache=False).problems

    return run


@pytest.mark.parametrize("code", sorted(set(CODES) - SHOWN_ELSEWHERE))
def test_the_bad_example_of_a_code_gives_it_with_all_its_values(code, problems_of):
    message = CATALOGUE[code]
    found = [each for each in problems_of(message, message.bad) if each.code == code]
    assert found
    for lang in ("en", "zh"):
        told = report.tell(found[0], lang)
        assert "{" not in re.sub(r"`[^`]*`|\{[^{}]*[:,/][^{}]*\}", "", told.message), told.message


@pytest.mark.parametrize("code", sorted(set(CODES) - SHOWN_ELSEWHERE))
def test_the_good_example_of_a_code_does_not_give_it(code, problems_of):
    message = CATALOGUE[code]
    found = problems_of(message, message.good)
    piece = message.good.get(message.file, "") if isinstance(message.good, dict) else message.good
    keys = small_shop.keys(piece)
    assert [one for one in found if one.code == code and one.file == message.file and one.path[:1] in keys] == []


def test_the_small_shop_has_no_problem(tmp_path):
    assert check(small_shop.copy(tmp_path / "shop"), cache=False).problems == ()
