"""Codes that people type: what can be typed, and what reads the same."""

import pytest

from generator import coupon_codes


@pytest.mark.parametrize("code", ["SPRING10", "spring-10", "A1B", "春茶十元", "X" * 32])
def test_letters_and_digits_with_single_hyphens_are_readable(code):
    assert coupon_codes.is_readable(code)


@pytest.mark.parametrize(
    "code", ["", "AB", "X" * 33, "-AB1", "A--B", "A B C", "ＡＢＣ", "10%OFF", "A_B_C", "A\u200bBC"]
)
def test_other_signs_widths_and_lengths_are_not(code):
    assert not coupon_codes.is_readable(code)


@pytest.mark.parametrize("other", ["spring10", "SPRING-10", "spring 1O", "SPR1NG10", "ＳＰＲＩＮＧ１０", "sprlng10"])
def test_codes_that_read_alike_are_the_same(other):
    assert coupon_codes.plain(other) == coupon_codes.plain("SPRING10")


def test_codes_that_read_differently_are_not_the_same():
    assert coupon_codes.plain("SPRING10") != coupon_codes.plain("SPRING20")
