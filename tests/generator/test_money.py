"""Money is read exactly, written as people write it, and shared out to the last unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import money


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("168", "CNY", 16800),
        ("168.00", "CNY", 16800), ("19.9", "CNY", 1990), ("0.07", "CNY", 7), ("4.35", "EUR", 435),
        ("500", "JPY", 500), ("1.234", "KWD", 1234), ("19.990", "CNY", 1999), ("0", "CNY", 0),
    ],
)  # fmt: skip
def test_c17_c18_an_amount_is_read_exactly(text, currency, amount):
    assert money.parse(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency", "reason"),
    [
        ("19.999", "CNY", "precision"),
        ("100.5", "JPY", "precision"), ("-1", "CNY", "negative"), ("1e3", "CNY", "form"),
        ("１９.９０", "CNY", "form"), ("¥19.90", "CNY", "form"), ("19,90", "CNY", "form"), (".nan", "CNY", "form"),
        ("1000000000000000", "CNY", "form"), ("100000000000", "CNY", "maximum"), ("", "CNY", "form"),
    ],
)  # fmt: skip
def test_c15_c20_anything_else_is_refused_with_its_reason(text, currency, reason):
    with pytest.raises(money.NotMoneyError) as refused:
        money.parse(text, currency)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        (16800, "CNY", "zh-CN", "¥168.00"), (16800, "CNY", "en", "¥168.00"), (123456789, "CNY", "en", "¥1,234,567.89"),
        (16800, "EUR", "de", "168,00\xa0€"), (16800, "USD", "de", "168,00\xa0$"), (500, "JPY", "ja", "￥500"),
        (1234, "KWD", "en", "KWD1.234"), (-1050, "EUR", "en", "-€10.50"), (5, "CHF", "de", "0,05\xa0CHF"),
    ],
)  # fmt: skip
def test_an_amount_is_written_as_the_locale_writes_it(amount, currency, locale, text):
    assert money.text(amount, currency, locale) == text


@given(
    st.integers(-(10**13), 10**13),
    st.sampled_from(["CNY", "EUR", "JPY", "KWD"]),
    st.sampled_from(["zh-CN", "en", "de", "fr", "hi"]),
)
def test_the_fast_way_of_writing_is_babels(amount, currency, locale):
    assert money.text(amount, currency, locale) == money._exact(amount, currency, locale)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_shares_add_up_and_are_within_one_unit_of_their_part(total, weights):
    shares = money.split(total, weights)
    whole = sum(weights)
    if whole:
        assert sum(shares) == total
        assert all(abs(share * whole - total * weight) < whole for share, weight in zip(shares, weights, strict=True))
    else:
        assert shares == [0] * len(weights)


@given(st.integers(0, 10**11), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_what_is_written_plainly_is_read_back(amount, currency):
    assert money.parse(money.plain(amount, currency), currency) == amount
