"""Colours of one's own can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import places
from generator.rules import colours
from generator.theming import sections

CODES = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#fff", "#ffffff", 1), ("#767676", "#ffffff", 4.54), ("#777", "#fff", 4.48)],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert round(colours.contrast(one, other), 2) == ratio
    assert colours.contrast(one, other) == colours.contrast(other, one)


def test_g54_a_text_too_pale_is_found_with_the_nearest_colour_that_can_be_read(spoil):
    problems = spoil(
        {"shop.yaml": "theme:\n  colors: {text: '#999999', surface: '#fff', background: '#fff', accent_soft: '#fff'}\n"}
    )
    assert [(each.code, each.path, each.values["ratio"], each.suggestion) for each in problems] == [
        ("contrast-too-low", ("theme", "colors", "text"), "2.85", "#757575")
    ]


def test_a_colour_in_several_pairs_is_told_once_with_one_that_fits_all_of_them(spoil):
    problems = spoil({"shop.yaml": "theme: {colors: {accent: '#ffe000'}}\n"})
    assert [(each.code, each.path) for each in problems] == [("contrast-too-low", ("theme", "colors", "accent"))]
    offer, _ = sections.read("harbour")
    light = next(iter(offer.schemes.values()))["light"]
    assert colours.contrast(light["on_accent"], problems[0].suggestion) >= 4.5
    assert colours.contrast(light["background"], problems[0].suggestion) >= 4.5


def test_colours_that_can_be_read_are_good(spoil):
    assert spoil({"shop.yaml": "theme: {colors: {accent: '#0f566b', text: '#15222a'}}\n"}) == ()


def test_a_scheme_by_name_is_good_and_an_unknown_one_is_not(spoil):
    offer, _ = sections.read("harbour")
    name = min(offer.schemes)
    assert spoil({"shop.yaml": f"theme: {{colors: {name}}}\n"}) == ()
    assert [each.code for each in spoil({"shop.yaml": "theme: {colors: nosuch}\n"})] == ["not-allowed-value"]


def test_every_scheme_of_the_themes_that_we_ship_can_be_read():
    for theme in sorted(path.parent.name for path in places.THEMES.glob("*/theme.yaml")):
        offer, _ = sections.read(theme)
        for name, scheme in offer.schemes.items():
            for light in ("light", "dark"):
                for front, back in colours._PAIRS:
                    assert colours.contrast(scheme[light][front], scheme[light][back]) >= 4.5, (
                        theme,
                        name,
                        light,
                        front,
                        back,
                    )


@given(CODES, st.sampled_from(["#ffffff", "#000000", "#f6f8f8", "#0f161a"]))
def test_a_suggested_colour_can_be_read(colour, against):
    found = colours.nearest_readable(colour, against)
    assert found is not None
    assert colours.contrast(found, against) >= 4.5
