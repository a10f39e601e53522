"""Harbour keeps its promises: readable colours, complete words, lean and logical style sheets, whole sidecars."""

import re

import brotli
import pytest

from generator import document, theme
from generator.places import THEMES
from generator.shop import ThemeChoice
from generator.theming import assets, coloring, sections, wording

HARBOUR = THEMES / "harbour"
OFFER, _ = sections.read("harbour")
TEMPLATES = sorted(HARBOUR.rglob("*.html"))
MODES = [(name, mode) for name in OFFER.schemes for mode in ("light", "dark")]
TEXT_ROLES = ("text", "muted", "accent", "success", "warning", "danger")
GROUNDS = ("background", "surface", "accent_soft")
LOCALES = ("zh-CN", "en", "de")


def channels(colour: str) -> list[float]:
    return [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def luminance(colour: list[float]) -> float:
    """WCAG 2.2, relative luminance."""
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[float], other: list[float]) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(one: list[float], share: float, other: list[float]) -> list[float]:
    """What ``color-mix(in srgb, one share, other)`` gives."""
    return [a * share + b * (1 - share) for a, b in zip(one, other, strict=True)]


@pytest.fixture(params=MODES, ids="-".join)
def roles(request) -> dict[str, list[float]]:
    name, mode = request.param
    return {role: channels(colour) for role, colour in OFFER.schemes[name][mode].items()}


def test_there_are_at_least_four_schemes_with_the_same_roles_by_day_and_by_night():
    assert len(OFFER.schemes) >= 4
    wanted = {*TEXT_ROLES, *GROUNDS, "line", "on_accent"}
    assert [set(each[mode]) for each in OFFER.schemes.values() for mode in ("light", "dark")] == [wanted] * len(MODES)


def test_every_text_role_is_readable_on_every_ground(roles):
    low = {(role, ground): contrast(roles[role], roles[ground]) for role in TEXT_ROLES for ground in GROUNDS}
    assert {pair: round(value, 2) for pair, value in low.items() if value < 4.5} == {}


def test_words_on_fields_of_colour_are_readable(roles):
    assert contrast(roles["on_accent"], roles["accent"]) >= 4.5
    assert contrast(roles["background"], roles["danger"]) >= 4.5
    for share in (0.86, 0.72):
        pressed = mixed(roles["accent"], share, roles["text"])
        assert contrast(roles["on_accent"], pressed) >= 4.5


def test_quiet_words_mixed_from_text_and_surface_are_readable(roles):
    assert contrast(mixed(roles["text"], 0.75, roles["surface"]), roles["surface"]) >= 4.5


def test_borders_of_fields_can_be_seen_on_page_and_surface(roles):
    border = mixed(roles["muted"], 0.72, roles["background"])
    assert min(contrast(border, roles[ground]) for ground in ("background", "surface")) >= 3


@pytest.mark.parametrize("picture", [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]], ids=["black", "white"])
def test_words_over_a_hero_are_readable_whatever_the_picture(roles, picture):
    for share, role in ((0.92, "accent"), (0.82, "text"), (0.64, "text")):
        assert contrast(roles[role], mixed(roles["background"], share, picture)) >= 4.5, (share, role)


def words(locale: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in HARBOUR.glob(f"locales/*{locale}.yaml"):
        read, problems = document.read(path, path.name)
        assert problems == []
        found |= wording.flatten(read.data)
    return found


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("locale", ["en", "de"])
def test_every_language_says_the_same_things_with_the_same_places_to_fill(locale):
    chinese, other = words("zh-CN"), words(locale)
    assert set(other) == set(chinese)
    assert {key for key in other if placeholders(other[key]) != placeholders(chinese[key])} == set()


def test_every_word_that_a_template_names_exists():
    known = set(words("zh-CN"))
    known |= {key.rpartition(".")[0] for key in known if key.endswith(".other")}
    named = {
        (path.name, key) for path in TEMPLATES for key in re.findall(r"\bt\('([\w.-]+)'[,)]", path.read_text("utf-8"))
    }
    assert {each for each in named if each[1] not in known} == set()


INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*(src=|type=\"application/(ld\+)?json\"))", re.IGNORECASE
)


def test_templates_have_no_inline_style_script_or_handler():
    assert [path.name for path in TEMPLATES if INLINE.search(path.read_text("utf-8"))] == []


def test_style_sheets_use_logical_directions_only():
    physical = re.compile(r"(?<!safe-area-inset-)\b(left|right)\b|\b(margin|padding|border)-(top|bottom)\b")
    for path in sorted(HARBOUR.glob("assets/*.css")):
        plain = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert [line for line in plain.splitlines() if physical.search(line)] == []


def test_style_sheets_honour_what_the_reader_asked_of_the_device():
    text = (HARBOUR / "assets/feedback.css").read_text("utf-8")
    assert "prefers-reduced-motion: reduce" in text
    assert "forced-colors: active" in text
    assert "prefers-color-scheme" in text + coloring.sheet(OFFER, ThemeChoice())


def delivered(data: bytes) -> int:
    return len(brotli.compress(data, quality=9, lgwin=16))


def test_style_sheets_and_scripts_stay_within_12_kilobytes():
    read, problems = theme.read([HARBOUR])
    assert problems == []
    sheet = coloring.sheet(OFFER, ThemeChoice(scheme="moss")).encode()
    made = assets.fingerprinted({**read.assets(), "scheme.css": sheet})
    sent = {".css": ("harbour.css", "checkout.css"), ".js": ("harbour.js",)}
    weights = {kind: sum(delivered(made[name].data) for name in names) for kind, names in sent.items()}
    assert {kind: weight for kind, weight in weights.items() if weight > 12_000} == {}


def test_a_sheet_carries_the_sheet_that_it_imports():
    made = assets.fingerprinted({"a.css": b'@import "b.css";\nq { color: "a, b" }', "b.css": b"p { margin: 0 }"})
    assert made["a.css"].data == b'p{margin:0}q{color:"a, b"}\n'


def sidecars() -> list[tuple[str, str, sections.Sidecar]]:
    return [
        (kind, name, each)
        for kind, found in (("sections", OFFER.sections), ("blocks", OFFER.blocks))
        for name, each in found.items()
    ]


def test_every_sidecar_has_a_template_and_every_template_a_sidecar():
    for kind in ("sections", "blocks"):
        names = {path.stem for path in (HARBOUR / kind).glob("*.yaml")}
        assert {path.stem for path in (HARBOUR / kind).glob("*.html")} == names


def test_settings_are_named_once_in_both_languages_with_defaults_that_are_allowed():
    for kind, name, sidecar in sidecars():
        ids = [each.id for each in sidecar.settings]
        assert len(ids) == len(set(ids)), (kind, name)
        for each in sidecar.settings:
            assert set(each.label) == {"zh", "en"}, (name, each.id)
            assert not each.options or each.default in each.options, (name, each.id)
            assert each.least is None or each.least <= float(each.default) <= each.most, (name, each.id)


def test_sections_name_blocks_that_exist_and_layouts_name_sections_that_exist():
    assert {block for each in OFFER.sections.values() for block in each.blocks} - set(OFFER.blocks) == set()
    read, _ = theme.read([HARBOUR])
    assert {each.section for layout in read.layouts.values() for each in layout} - set(OFFER.sections) == set()


def test_all_files_are_text_of_our_own():
    assert {path.suffix for path in HARBOUR.rglob("*") if path.is_file()} <= {".html", ".yaml", ".css", ".js", ".svg"}


def test_the_problem_list_of_the_theme_is_empty():
    assert sections.read("harbour")[1] == []
