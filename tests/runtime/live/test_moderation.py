"""Blocked words and links are found however they are dressed up; other words are not; what is shown is plain (L12)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.live.moderation import MOST, Sieve, clean, folded, skeleton

SIEVE = Sieve(["shit", "casino", "微信", "加V", "ass", "Scheiße", "赌场", "發票"])


@pytest.mark.parametrize(
    "text",
    [
        "shit", "SHIT", "s h i t", "s.h.i-t", "s_h*i*t",
        "ｓｈｉｔ", "ⓢⓗⓘⓣ", "𝓼𝓱𝓲𝓽", "sh\u200bit", "sh\u00adit", "s\u2060h\u2060it",
        "s\u0301h\u0308it", "ѕһіt", "ѕніт", "sh1t", "$h!t", "shiiiiit", "你好shit啊", "\u202eshit", "\u2066shit\u2069",
        "so, SHIT!", "c4s1n0", "ca$ino", "𝐂𝐀𝐒𝐈𝐍𝐎", "cаsino", "微 信", "微\u200b信", "微.信", "微_信", "微*信号",
        "加v", "加Ｖ信", "加 ⓥ",
        "SCHEISSE", "scheiße", "s c h e i ß e", "a s s",
        "去賭場", "賭　场", "赌.場", "发票", "發 票", "代开髮票",
    ],
)  # fmt: skip
def test_l12_a_blocked_word_is_found_in_every_dress(text):
    assert SIEVE.find(text) == "word"


@pytest.mark.parametrize(
    "text",
    [
        "pass it on",
        "this hits",
        "class",
        "Scunthorpe",
        "shitake",
        "as sure",
        "微波炉，信不信",
        "加两件V领",
        "casin",
        "1111",
        "扣1",
        "好看！",
        "打赌输了去茶场",
    ],
)
def test_a_word_that_only_contains_those_letters_is_let_through(text):
    assert SIEVE.find(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "http://x", "HTTPS://bad.example/x", "h t t p s : / / x", "www.bad.cn", "ｗｗｗ．ｂａｄ．ｃｎ", "bad。com",
        "bad 点 com", "bit.ly/abc",
        "come to bad.shop now", "b\u200bad.com", "bad\u3002top", "weixin.vip",
    ],
)  # fmt: skip
def test_l12_a_link_is_found_in_every_dress(text):
    assert SIEVE.find(text) == "link"


@pytest.mark.parametrize("text", ["3.5 kg", "v1.2", "Hello. To me it is fine", "…和…", "$9.99", "10.30开播", "好.的"])
def test_a_full_stop_alone_is_no_link(text):
    assert SIEVE.find(text) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  a \n\t b\u2028c ", "a b c"),
        ("a\u202eb\u2066c\u200f", "abc"),
        ("a\u200bb\ufeffc\u00ad", "abc"),
        ('<b>x</b> & "y"', '<b>x</b> & "y"'),
        ("z" + "\u0301" * 40, "ź\u0301\u0301"),
        ("👨\u200d👩\u200d👧 ok", "👨\u200d👩\u200d👧 ok"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("\U000e0041\U000e0042x", "x"),
        ("\ud83d x", "x"),
        ("\u200b \u200d", ""),
        ("שלום", "שלום"),
    ],
)  # fmt: skip
def test_l12_what_is_shown_has_no_invisible_or_turning_characters(text, shown):
    assert clean(text) == shown


def test_letters_are_compared_alone():
    assert skeleton("Ｈé\u200bl-l o!") == "hello"
    assert folded("ＡΩс") == "awc"


@given(st.text(max_size=4 * MOST))
def test_whatever_is_written_is_cleaned_once_and_for_all_and_looked_through(text):
    shown = clean(text)
    assert clean(shown) == shown
    assert not set(shown) & set("\n\r\t\u202e\u202d\u2066\u2067\u200b\ufeff")
    assert SIEVE.find(shown) in {"", "word", "link"}


@given(
    st.sampled_from(["shit", "casino"]),
    st.lists(st.sampled_from([" ", ".", "-", "\u200b", "_", "\u0301", "*"]), min_size=6),
)
def test_no_filling_between_the_letters_hides_a_word(word, filling):
    dressed = "".join(letter + filler for letter, filler in zip(word, filling, strict=False))
    assert SIEVE.find(clean(dressed)) == "word"
