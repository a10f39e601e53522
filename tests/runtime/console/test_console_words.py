"""Whatever the console says it says in Chinese and in English, with the same values in it."""

import re

import pytest

from runtime.console import words

_VALUE = re.compile(r"\{(\w+)\}")


def keys(language):
    """Return what can be said in a language: forms for one and many are one thing to say."""
    return {re.sub(r"\.(one|other)$", "", key) for key in words.catalogues()[language]}


def test_chinese_and_english_say_the_same_things():
    assert keys("zh-CN") ^ keys("en") == set()


def test_the_same_values_stand_in_both():
    chinese, english = words.catalogues()["zh-CN"], words.catalogues()["en"]
    different = {
        key: (text, english[key])
        for key, text in chinese.items()
        if key in english and set(_VALUE.findall(text)) != set(_VALUE.findall(english[key]))
    }
    assert different == {}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_nothing_is_left_unsaid(language):
    assert [key for key, text in words.catalogues()[language].items() if not text.strip()] == []


def test_english_stands_in_for_german_where_an_area_has_none():
    assert words.say("orders.title", "de") == "Orders"
    assert words.say("console.back", "de") == "Zurück"
