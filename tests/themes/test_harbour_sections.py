"""Every section of Harbour renders with the least and with the most that a merchant may give it."""

import html
import re

import pytest
from markupsafe import Markup

from generator import theme
from generator.places import THEMES
from generator.theming import sections, templates
from generator.theming.templates import Stage
from generator.theming.wording import merged
from generator.views import (
    BlockView,
    Card,
    Frame,
    Image,
    Imprint,
    Link,
    PageView,
    Price,
    RoomView,
    SectionView,
    ShelfView,
)

OFFER, _ = sections.read("harbour")
THEME, _ = theme.read([THEMES / "harbour"])
IMAGE = Image(src="/media/a.jpg", srcset="/media/a.jpg 800w", sources=(), width=800, height=600, alt="A tin")
CARD = Card(handle="tin", url="/products/tin/", title="Tin", image=IMAGE, price=Price(text="1", amount="1"), sku="t")
BARE_CARD = Card(handle="bare", url="/products/bare/", title="Bare", price=Price(text="2", amount="2"))
SHELF = ShelfView(
    handle="tea", url="/shelves/tea/", title="Tea", description="", image=None, cards=(CARD, BARE_CARD), total=2
)
ROOM = RoomView(
    handle="spring", url="/live/spring/", title="Spring", cover=None, host="", starts_at="2027-01-01T10:00:00Z",
    ends_at="", starts_text="1 January", notice="", kind="embed", provider="vimeo", src="https://player.example/1",
    watch_url="https://vimeo.example/1", bag=(CARD,),
)  # fmt: skip
FULL = {
    "text": "Words", "textarea": "Words", "markdown": Markup("<p>Words</p>"), "picture": IMAGE, "video": "/media/a.mp4",
    "link": Link(label="", url="/there"), "product": CARD, "products": (CARD,), "shelf": SHELF, "shelves": (SHELF,),
    "live": ROOM, "datetime": "2027-01-01T10:00:00Z",
}  # fmt: skip
EMPTY = {"text": "", "textarea": "", "markdown": Markup(""), "products": (), "shelves": (), "video": ""}
HOME = sorted(name for name, each in OFFER.sections.items() if not each.pages)
ONE_CARD = "{% from 'parts/card.html' import card %}{{ card(item, '50vw') }}"


@pytest.fixture(scope="module")
def environment():
    defaults = {each.id: each.default for each in OFFER.settings}
    frame = Frame(
        locale="en", locales=(), name="Shop", tagline="", logo=None, home="/", header=(), footer=(),
        imprint=Imprint(facts=(), notes=()), currency="CNY", country="CN", legal="CN",
        scheme={"background": "#ffffff"}, settings=defaults, prefix="",
    )  # fmt: skip
    names = {name: f"/assets/{name}" for name in (*THEME.assets(), "scheme.css")}
    stage = Stage(frame=frame, words=merged("en", THEME.words), assets=names, timezone="UTC")
    return templates.environment(THEME.source, stage)


def resolved(sidecar, *, full):
    """Settings as a template gets them: all of them, or only what must be given."""
    found = {}
    for each in sidecar.settings:
        given = FULL.get(each.type) if full or each.required else EMPTY.get(each.type)
        number = each.type in {"range", "number"} and each.default is not None
        found[each.id] = int(each.default) if number else (given if each.default is None else each.default)
    return found


def view(name, *, full):
    sidecar = OFFER.sections[name]
    blocks = tuple(
        BlockView(type=block, settings=resolved(OFFER.blocks[block], full=full)) for block in sidecar.blocks if full
    )
    return SectionView(type=name, id="section-1", settings=resolved(sidecar, full=full), blocks=blocks, first=True)


def home(environment, section):
    page = PageView(kind="home", title="Shop")
    return environment.get_template("pages/home.html").render(page=page, sections=(section,))


@pytest.mark.parametrize("full", [False, True], ids=["least", "most"])
@pytest.mark.parametrize("name", HOME)
def test_a_section_renders_with_the_least_and_the_most(environment, name, full):
    text = home(environment, view(name, full=full))
    main = text[text.index("<main") : text.index("</main>")]
    assert "None" not in html.unescape(re.sub(r"<[^>]+>", " ", main))
    assert text.count("<h1") == 1


@pytest.mark.parametrize("layout", ["overlay", "split", "stacked"])
def test_the_first_hero_has_the_headline_and_a_picture_that_does_not_wait(environment, layout):
    section = view("hero", full=True)
    section.settings["layout"] = layout
    text = home(environment, section)
    assert "<h1>Words</h1>" in text
    assert text.count('fetchpriority="high"') == 1
    assert 'loading="lazy"' not in text


def test_a_sold_out_product_has_no_button_on_its_card(environment):
    sold = Card(handle="s", url="/s/", title="S", price=Price(text="1", amount="1"), badges=("sold_out",), sku="s")
    text = environment.from_string(ONE_CARD).render(item=sold)
    assert "<form" not in text
    assert '<span class="badge badge-sold_out">Sold out</span>' in text


def test_a_title_with_markup_stays_text(environment):
    evil = Card(handle="e", url="/e/", title="<script>alert(1)</script>", price=Price(text="1", amount="1"), sku="e")
    text = environment.from_string(ONE_CARD).render(item=evil)
    assert "<script>" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
