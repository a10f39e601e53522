"""Colours that people can read: WCAG 2.2, success criterion 1.4.3 (AA)."""

import colorsys
from collections.abc import Iterator

from generator.loading.draft import Draft, in_shop
from generator.problems import Problem
from generator.theming.coloring import chosen

LEAST = 4.5
_PAIRS = (
    ("text", "background"),
    ("text", "surface"),
    ("muted", "background"),
    ("muted", "surface"),
    ("on_accent", "accent"),
    ("accent", "background"),
    ("text", "accent_soft"),
    ("success", "background"),
    ("warning", "background"),
    ("danger", "background"),
)
_STEPS = 100


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _channels(colour: str) -> tuple[float, float, float]:
    digits = colour.removeprefix("#")
    if len(digits) == 3:  # noqa: PLR2004  #abc is #aabbcc
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[:2], 16) / 255, int(digits[2:4], 16) / 255, int(digits[4:6], 16) / 255


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour))  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def nearest_readable(colour: str, *against: str) -> str | None:
    """Return the colour of the same hue, as little lighter or darker as possible, that contrasts with all others."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    for step in range(1, _STEPS + 1):
        for sign in (-1, 1):
            tried = lightness + sign * step / _STEPS
            if 0 <= tried <= 1:
                found = _hex(colorsys.hls_to_rgb(hue, tried, saturation))
                if all(contrast(found, other) >= LEAST for other in against):
                    return found
    return None


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def readable(draft: Draft) -> Iterator[Problem]:
    """The shop's own colours give text a contrast of at least 4.5 to 1: one problem for each colour to change."""
    own = draft.shop.theme.colors
    light, _ = chosen(draft.offer, draft.shop.theme)
    failing: dict[str, list[tuple[float, str, str]]] = {}
    for front, back in _PAIRS:
        if {front, back} & own.keys() and front in light and back in light:
            ratio = contrast(light[front], light[back])
            if ratio < LEAST:
                failing.setdefault(front if front in own else back, []).append((ratio, front, back))
    for wrong, pairs in failing.items():
        ratio, front, back = min(pairs)
        others = [light[back if front == wrong else front] for front, back in _PAIRS if wrong in {front, back}]
        yield in_shop(
            "contrast-too-low",
            ("theme", "colors", wrong),
            suggestion=nearest_readable(light[wrong], *others),
            front=front,
            back=back,
            front_color=light[front],
            back_color=light[back],
            ratio=f"{ratio:.2f}",
            least=LEAST,
        )
