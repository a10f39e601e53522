"""What a theme's sidecars say becomes the schema of the shop's sections."""

import pytest
from conftest import brief

from generator import places, schema
from generator.check import check
from generator.theming import sections

SIDECAR = """\
label: {en: Steps, zh: 步骤}
settings:
  - {id: heading, type: text, label: {en: Heading, zh: 标题}, required: true}
  - {id: columns, type: range, min: 1, max: 4, default: 2, label: {en: Columns, zh: 列数}}
  - {id: align, type: select, label: {en: Align, zh: 对齐}, options: [{value: left, label: {en: Left, zh: 左}}]}
  - {id: picks, type: products, max: 2, label: {en: Picks, zh: 商品}}
blocks: [step]
max_blocks: 2
pages: [home]
"""
BLOCK = "label: {en: Step, zh: 步}\nsettings:\n  - {id: text, type: markdown, label: {en: Text, zh: 文字}}\n"


@pytest.fixture
def overlaid(shop):
    for name, text in {"sections/steps": SIDECAR, "blocks/step": BLOCK}.items():
        path = shop / "theme" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.with_suffix(".html").write_text("<p></p>", encoding="utf-8")
    return shop


def test_every_sidecar_of_the_themes_that_we_ship_is_good():
    for theme in sorted(path.parent.name for path in places.THEMES.glob("*/theme.yaml")):
        offer, problems = sections.read(theme)
        assert problems == []
        assert offer.sections
        assert {block for each in offer.sections.values() for block in each.blocks} <= offer.blocks.keys()


def test_the_composed_schema_is_a_schema():
    offer, _ = sections.read("harbour")
    compiled = schema.compile_tree(sections.compose(offer))
    assert compiled.validator.is_valid({"format": 1, "name": "A", "country": "CN", "seller": {"type": "company"}})


@pytest.mark.usefixtures("overlaid")
def test_a_section_of_the_shops_own_overlay_is_known_with_its_settings(spoil):
    good = (
        "home:\n  - {section: steps, heading: How, columns: 4, align: left, picks: [longjing], "
        "blocks: [{block: step, text: Pour}]}\n"
    )
    assert spoil({"shop.yaml": good}) == ()


@pytest.mark.parametrize(
    ("home", "code", "path"),
    [
        ("{section: steps}", "missing-key", ("home", 0, "heading")),
        ("{section: stepps, heading: H}", "not-allowed-value", ("home", 0, "section")),
        ("{section: steps, heading: H, colums: 2}", "unknown-key", ("home", 0, "colums")),
        ("{section: steps, heading: H, columns: 5}", "number-too-large", ("home", 0, "columns")),
        ("{section: steps, heading: H, align: centre}", "not-allowed-value", ("home", 0, "align")),
        ("{section: steps, heading: H, picks: [longjin]}", "unknown-product", ("home", 0, "picks", 0)),
        ("{section: steps, heading: H, picks: [a, b, c]}", "too-many-entries", ("home", 0, "picks")),
        (
            "{section: steps, heading: H, blocks: [{block: stap}]}",
            "not-allowed-value",
            ("home", 0, "blocks", 0, "block"),
        ),
        (
            "{section: steps, heading: H, blocks: [{block: step, texd: T}]}",
            "unknown-key",
            ("home", 0, "blocks", 0, "texd"),
        ),
        (
            "{section: steps, heading: H, blocks: [{block: step}, {block: step}, {block: step}]}",
            "too-many-entries",
            ("home", 0, "blocks"),
        ),
    ],
)
@pytest.mark.usefixtures("overlaid")
def test_a_mistake_in_a_section_is_found_at_its_place(spoil, home, code, path):
    found = [(each.code, each.path) for each in spoil({"shop.yaml": f"home: [{home}]\n"})]
    assert (code, path) in found


@pytest.mark.usefixtures("overlaid")
def test_a_section_stands_only_where_it_may(spoil):
    problems = spoil({"shop.yaml": "layouts: {page: [{section: steps, heading: H}]}\n"})
    assert [(each.code, each.path) for each in problems] == [("section-not-here", ("layouts", "page", 0, "section"))]


def test_a_broken_sidecar_is_told_with_its_place(overlaid, spoil):
    (overlaid / "theme/sections/steps.yaml").write_text("label: {en: Steps, zh: 步骤}\nsetings: []\n", encoding="utf-8")
    assert brief(spoil()) == [("theme/sections/steps.yaml", 2, "unknown-key")]


def test_settings_are_normalised_by_their_type(overlaid):
    sidecar = SIDECAR + "  \n"
    more = (
        "  - {id: ends, type: datetime, label: {en: Ends, zh: 结束}}\n"
        "  - {id: photo, type: picture, label: {en: Photo, zh: 照片}}\n"
    )
    (overlaid / "theme/sections/steps.yaml").write_text(
        sidecar.replace("blocks: [step]", more + "blocks: [step]"), "utf-8"
    )
    text = (overlaid / "shop.yaml").read_text(encoding="utf-8")
    section = (
        "{section: steps, heading: How, columns: 3, ends: 2026-03-25T20:00, photo: longjing.jpg, "
        "blocks: [{block: step, text: Pour}]}"
    )
    (overlaid / "shop.yaml").write_text(text.replace("home:\n", f"home:\n  - {section}\n"), encoding="utf-8")
    found = check(overlaid, cache=False)
    assert found.problems == ()
    assert found.shop.home[0].settings == {
        "heading": {"en": "How"},
        "columns": 3,
        "ends": "2026-03-25T12:00:00Z",
        "photo": {"file": "longjing.jpg", "alt": {"en": ""}},
    }
    assert found.shop.home[0].blocks[0].settings == {"text": {"en": "Pour"}}


def test_the_core_schemas_are_given_as_trees_of_ones_own():
    one = sections.core("shop")
    one["title"] = "changed"
    assert sections.core("shop")["title"] == "Shop"


def test_an_unknown_theme_is_taken_for_the_nearest_and_told(spoil):
    problems = spoil({"shop.yaml": "theme: {name: Harbor, colors: moss}\n"})
    assert [(each.code, each.path, each.suggestion) for each in problems] == [
        ("unknown-theme", ("theme", "name"), "harbour")
    ]
