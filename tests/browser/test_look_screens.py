"""The page editor in a browser: written and seen at once, dragged, moved by keys, whole without JavaScript."""

import pytest
from accessibility import violations
from office_shop import Office
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
HOME = "/console/look"
SCREENS = (
    HOME, f"{HOME}/home/0", f"{HOME}/theme/style", f"{HOME}/home/~add", f"{HOME}/product", f"{HOME}/~publish",
    f"{HOME}/~history",
)  # fmt: skip
FRAME = "#look-frame"


class Look(Office):
    """The look of a served shop; its text is put back."""

    def __init__(self, served):
        super().__init__(served)
        self.path = served.folder / "shop.yaml"
        self.before = self.path.read_text("utf-8")

    def text(self):
        return self.path.read_text("utf-8")

    def again(self):
        self.path.write_text(self.before, "utf-8")


@pytest.fixture(scope="module")
def served_look(serve):
    made = Look(serve("stall"))
    yield made
    made.again()
    made.database.close()


@pytest.fixture
def look(served_look):
    served_look.again()
    return served_look


@pytest.mark.parametrize(("width", "scheme", "locale"), [(360, "light", "zh-CN"), (1280, "dark", "en")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(look, open_page, width, scheme, locale):
    page = look.enter(open_page(width, color_scheme=scheme, locale=locale))
    for path in SCREENS:
        page.goto(look.address + path)
        assert (path, violations(page, iframes=False)) == (path, {})
        assert (path, page.evaluate("document.documentElement.scrollWidth <= innerWidth")) == (path, True)


def names(page):
    return page.locator(".look-items > li > .look-row b").all_inner_texts()


def test_what_is_typed_is_seen_saved_taken_back_and_done_again(look, open_page):
    page = look.enter(open_page(1280, locale="en"))
    page.goto(look.address + HOME)
    shown = page.frame_locator(FRAME)
    shown.locator("h1").first.click()
    page.wait_for_url("**/console/look/home/0*")
    page.locator("[id='field-home.0.heading.zh-CN']").fill("Wax & <honey>")
    expect(shown.locator("h1").first).to_have_text("Wax & <honey>")
    assert look.text() == look.before
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.locator(".look-saved")).to_have_text("Draft saved")
    expect(page.locator("#look-state")).to_have_text("Draft, not published")
    assert "Wax & <honey>" in look.text()
    page.get_by_role("button", name="Undo").click()
    expect(shown.locator("h1").first).not_to_have_text("Wax & <honey>")
    assert look.text() == look.before
    page.get_by_role("button", name="Redo").click()
    expect(shown.locator("h1").first).to_have_text("Wax & <honey>")


def test_sections_are_dragged_moved_by_keys_and_added_from_their_pictures(look, open_page):
    page = look.enter(open_page(1280, locale="en"))
    page.goto(look.address + HOME)
    before = names(page)
    grips = page.locator(".look-items > li > .look-row > [data-grip]")
    grips.nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".look-items > li > .look-row b").nth(1)).to_have_text(before[0])
    expect(grips.nth(1)).to_be_focused()
    start, end = grips.nth(1).bounding_box(), grips.nth(0).bounding_box()
    page.mouse.move(start["x"] + 9, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(end["x"] + 9, end["y"] + 4, steps=6)
    page.mouse.up()
    expect(page.locator(".look-items > li > .look-row b").nth(0)).to_have_text(before[0])
    page.get_by_role("link", name="Add a section").click()
    page.get_by_label("Find a section").fill("folded")
    page.locator(".look-kinds button:visible").click()
    page.wait_for_url(f"**/console/look/home/{len(before)}*")
    expect(page.frame_locator(FRAME).locator("details summary").last).to_be_visible()
    assert look.text().count("section: questions") == look.before.count("section: questions") + 1


def test_without_javascript_sections_move_hide_and_are_written(look, open_page):
    page = look.enter(open_page(360, javascript=False))
    page.goto(look.address + HOME)
    first, second = names(page)[:2]
    page.locator(".look-items > li").nth(1).locator("summary.round").first.click()
    page.get_by_role("button", name="上移").click()
    assert names(page)[:2] == [second, first]
    page.locator(".look-eye").first.click()
    expect(page.get_by_role("status").first).to_contain_text("已隐藏")
    assert "hidden: true" in look.text()
    page.locator(".look-name").nth(1).click()
    page.locator("[id='field-home.1.heading.zh-CN']").fill("慢慢来")
    page.get_by_role("button", name="存草稿").last.click()
    expect(page.get_by_role("status").first).to_contain_text("已保存")
    assert "慢慢来" in look.text()
