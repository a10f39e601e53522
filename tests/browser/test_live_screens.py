"""Live rooms in a browser: from a title to the studio with one thumb, numbers by ticking, nothing for axe to find."""

from datetime import UTC, datetime, timedelta

import pytest
from accessibility import violations
from office_shop import Office
from playwright.sync_api import expect

from runtime.live import broadcasts
from runtime.live.values import Why

pytestmark = pytest.mark.browser
HOME = "/console/live"
OVER = f"{HOME}/weaving-evening"
SCREENS = (
    HOME, f"{HOME}/~new", f"{HOME}/jam-morning/edit", f"{OVER}/numbers", f"{HOME}/jam-morning/invite",
    f"{HOME}/jam-morning/numbers", f"{OVER}/delete",
)  # fmt: skip


class Rooms(Office):
    """The rooms of a served shop, one of which was on air; what is written there is put back."""

    def __init__(self, served):
        super().__init__(served)
        self.folder = served.folder
        self.before = {path: path.read_bytes() for path in self.folder.glob("live/*.yaml")}
        at = datetime.now(UTC) - timedelta(hours=2)
        made, _ = broadcasts.arm(self.database, "weaving-evening", by="test", now=at)
        broadcasts.begin(self.database, made.id, at)
        broadcasts.end(self.database, made.id, Why.HOST, at + timedelta(hours=1))
        minute = int(at.timestamp()) // 60
        rows = [(made.id, minute + each, 20 + each, 60 * each, 1, 1) for each in range(50)]
        names = "broadcast_id, minute, viewers, seconds, likes, messages"
        statement = f"INSERT INTO live_minute ({names}) VALUES (?, ?, ?, ?, ?, ?)"
        self.database.write(lambda write: [write.run(statement, *row) for row in rows])

    def text(self, name):
        return (self.folder / f"live/{name}.yaml").read_text("utf-8")

    def close(self):
        for path in self.folder.glob("live/*.yaml"):
            if path not in self.before:
                path.unlink()
        for path, raw in self.before.items():
            path.write_bytes(raw)
        self.database.close()


@pytest.fixture(scope="module")
def rooms(serve):
    made = Rooms(serve("stall"))
    yield made
    made.close()


@pytest.mark.parametrize(("width", "scheme", "locale"), [(390, "light", "zh-CN"), (1280, "dark", "en")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(rooms, open_page, width, scheme, locale):
    page = rooms.enter(open_page(width, color_scheme=scheme, locale=locale))
    for path in SCREENS:
        page.goto(rooms.address + path)
        assert (path, violations(page)) == (path, {})
        assert (path, page.evaluate("document.documentElement.scrollWidth <= innerWidth")) == (path, True)


def test_a_title_ticks_and_a_press_open_the_studio_with_numbers_in_the_order_of_ticking(rooms, open_page):
    page = rooms.enter(open_page(390, locale="en"))
    page.goto(f"{rooms.address}{HOME}/~new")
    page.get_by_label("Title").fill("Morning jam")
    tiles = page.locator(".pick-tile")
    tiles.nth(2).click()
    tiles.nth(0).click()
    expect(tiles.nth(2).locator(".pick-number")).to_have_text("1")
    expect(tiles.nth(0).locator(".pick-number")).to_have_text("2")
    second, first = (tiles.nth(place).locator("input").get_attribute("value") for place in (0, 2))
    page.get_by_role("button", name="Go live").click()
    expect(page.locator("[data-act=camera]").first).to_be_attached()
    assert page.url == f"{rooms.address}{HOME}/morning-jam"
    assert f"products: [{first}, {second}]\n" in rooms.text("morning-jam")


def test_a_number_that_would_change_is_told_at_once_and_asked_for_without_javascript(rooms, open_page):
    page = rooms.enter(open_page(1280, locale="en"))
    page.goto(f"{rooms.address}{OVER}/edit")
    told = page.locator("[data-moved]")
    expect(told).to_be_hidden()
    page.locator(".bag-list > li").nth(1).get_by_role("button", name="Move up").click()
    expect(told).to_be_visible()
    page.locator(".bag-list > li").nth(1).get_by_role("button", name="Move up").click()
    expect(told).to_be_hidden()
    plain = rooms.enter(open_page(390, javascript=False, locale="en"))
    plain.goto(f"{rooms.address}{OVER}/edit")
    plain.locator(".bag-list > li").nth(1).get_by_role("button", name="Move up").click()
    plain.get_by_role("button", name="Save only").click()
    expect(plain.locator("[data-moved]")).to_contain_text("1 → 2")
    plain.get_by_label("Change the numbers").check()
    plain.get_by_role("button", name="Save only").click()
    expect(plain.get_by_role("status")).to_contain_text("Saved.")
    assert "products: [lavender-bunch, rush-coasters, " in rooms.text("weaving-evening")
