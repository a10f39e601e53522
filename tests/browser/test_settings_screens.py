"""The settings in a browser: quick with JavaScript, whole without it, and nothing for axe to find at any width."""

from datetime import UTC, datetime

import pytest
from accessibility import violations
from playwright.sync_api import expect

from runtime import database, settings
from runtime.access import accounts, lodge, sessions
from runtime.access.accounts import New
from runtime.access.log import COMMAND
from runtime.access.roles import Role

pytestmark = pytest.mark.browser
PARTS = ("", "/seller", "/delivery?to=浙江&weight=2kg", "/payment", "/menus")


class Desk:
    """The settings of a served shop, and its owner's key."""

    def __init__(self, served):
        self.address = f"{served.address}/console/settings"
        self.file = served.folder / "shop.yaml"
        self.written = self.file.read_bytes()
        surroundings = settings.read(served.folder, {})
        self.database = database.open(surroundings, upgrade=True)
        keys, now = lodge.of(surroundings, self.database), datetime.now(UTC)
        lin = accounts.add(keys, New(email="lin@example.com", name="Lin", role=Role.OWNER), COMMAND, now)
        self.cookie = self.database.write(
            lambda transaction: sessions.start(transaction, lin.id, "password", sessions.Place(), now)
        )

    @property
    def text(self):
        return self.file.read_text("utf-8")

    def enter(self, page):
        page.context.add_cookies([{"name": "console", "value": self.cookie, "url": f"{self.address}/"}])
        return page

    def close(self):
        self.file.write_bytes(self.written)
        self.database.close()


@pytest.fixture(scope="module")
def desk(serve):
    made = Desk(serve("stall"))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("width", "scheme", "locale", "parts"), [(320, "dark", "zh-CN", PARTS), (1280, "light", "en", PARTS[:2])]
)
def test_axe_finds_nothing_nothing_is_too_wide_and_pages_weigh_little(desk, open_page, width, scheme, locale, parts):
    page = desk.enter(open_page(width, color_scheme=scheme, locale=locale))
    sizes = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length") or 0)))
    for path in parts:
        sizes.clear()
        page.goto(desk.address + path)
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
        assert (path, violations(page)) == (path, {})
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, width)
        assert (path, sum(sizes) < 100_000) == (path, True)


def test_w75_a_method_of_delivery_is_added_with_javascript_and_shows_only_what_fits(desk, open_page):
    page = desk.enter(open_page(390, locale="en"))
    page.goto(f"{desk.address}/delivery")
    methods = page.locator("[data-rows=delivery] > .entries > li")
    before = methods.count()
    page.locator('button[value="add:delivery"]').click()
    expect(methods).to_have_count(before + 1)
    new = methods.last
    expect(new.locator("input[name='delivery.n0.id']")).to_be_focused()
    page.keyboard.type("locker")
    new.locator("[name='delivery.n0.name.zh-CN']").fill("快递柜")
    new.locator("[name='delivery.n0.kind']").select_option("pickup")
    expect(new.locator("[name='delivery.n0.place.zh-CN']")).to_be_visible()
    expect(new.locator("[name='delivery.n0.rates.by']")).to_be_hidden()
    new.locator("[name='delivery.n0.place.zh-CN']").fill("村口")
    new.locator(":scope > .entry-tools button[data-do=up]").click()
    page.get_by_role("button", name="Save only").click()
    expect(page.locator("[data-passing]")).to_contain_text("Saved.")
    rows = [line.strip() for line in desk.text.split("\n")]
    at = rows.index("- id: locker")
    assert rows[at : at + 4] == ["- id: locker", "name: 快递柜", "kind: pickup", "place: 村口"]


def test_w75_a_row_that_was_removed_comes_back_with_javascript(desk, open_page):
    page = desk.enter(open_page(1280, locale="en"))
    page.goto(f"{desk.address}/menus")
    rows = page.locator("[data-rows='menu.header'] > .entries > li")
    before = rows.count()
    rows.first.locator("button[data-do=remove]").first.click()
    expect(rows).to_have_count(before - 1)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(before)
    text = desk.text
    page.get_by_role("button", name="Save only").click()
    expect(page.locator("[data-passing]")).to_be_visible()
    assert desk.text == text


def test_w75_words_of_a_list_are_chips_with_javascript(desk, open_page):
    page = desk.enter(open_page(390, locale="en"))
    page.goto(f"{desk.address}/live")
    box = page.get_by_role("textbox", name="Blocked words").or_(page.get_by_role("combobox", name="Blocked words"))
    box.fill("加微信，刷单")
    box.press("Enter")
    expect(page.locator(".chips > span")).to_have_count(2)
    page.get_by_role("button", name="Save only").click()
    expect(page.locator("[data-passing]")).to_be_visible()
    assert "blocked_words:" in desk.text
    assert "刷单" in desk.text


def test_w75_settings_are_changed_without_javascript(desk, open_page):
    page = desk.enter(open_page(390, javascript=False, locale="zh-CN"))
    page.goto(f"{desk.address}/menus")
    rows = page.locator("[data-rows='menu.header'] > .entries > li")
    before = rows.count()
    page.locator('button[value="add:menu.header"]').click()
    expect(rows).to_have_count(before + 1)
    page.locator("[name='menu.header.n0.label.zh-CN']").fill("新到")
    page.locator("[name='menu.header.n0.link']").fill("/search")
    page.locator('button[value="up:menu.header:n0"]').click()
    expect(page.locator("[name='menu.header.n0.label.zh-CN']")).to_have_value("新到")
    page.get_by_role("button", name="只保存").click()
    expect(page.locator("[data-passing]")).to_contain_text("已保存")
    rows = [line.strip() for line in desk.text.split("\n")]
    at = next(index for index, line in enumerate(rows) if "新到" in line)
    assert "footer:" not in rows[at + 1]


def test_w74_mistakes_are_told_on_top_with_focus_and_lead_to_their_fields(desk, open_page):
    page = desk.enter(open_page(390, locale="en"))
    page.goto(f"{desk.address}/live")
    page.locator("[name='live.slow']").fill("soon")
    page.get_by_role("button", name="Save and publish").click()
    expect(page.locator("[data-mistakes]")).to_be_focused()
    expect(page).to_have_title("Error: Live rooms · 阿婆的小摊")
    page.locator("[data-mistakes] a").click()
    expect(page.locator("[name='live.slow']")).to_be_focused()
    expect(page.locator("[name='live.slow']")).to_have_value("soon")
    page.locator("[name='live.slow']").fill("")
    page.get_by_role("button", name="Save only").click()
    expect(page.locator("[data-passing]")).to_be_visible()


def test_w76_a_text_that_is_too_long_is_counted_and_not_cut(desk, open_page):
    page = desk.enter(open_page(390, locale="en"))
    page.goto(f"{desk.address}/shop")
    page.locator("[name='tagline.zh-CN']").fill("茶🍵" * 5000)
    expect(page.locator(".count.over")).to_have_text("10000 of 300 characters")
    assert page.locator("[name='tagline.zh-CN']").input_value() == "茶🍵" * 5000
    page.locator("[name='tagline.zh-CN']").fill("茶🍵")
    expect(page.locator(".count")).to_have_count(0)
