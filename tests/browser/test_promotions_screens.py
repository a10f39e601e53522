"""Promotions in a browser: tried while one writes, made without JavaScript, and nothing for axe to find."""

import pytest
from accessibility import violations
from office_shop import Office
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
HOME = "/console/promotions"
SCREENS = (
    HOME, f"{HOME}/~new", f"{HOME}/~new?kind=codes", f"{HOME}/second-soap", f"{HOME}/dipper/delete",
    f"{HOME}/~try?~try=1&~past=20", f"{HOME}/~coupons", f"{HOME}/~groups",
)  # fmt: skip


class Promotions(Office):
    """The promotions of a served shop; what is written there is put back."""

    def __init__(self, served):
        super().__init__(served)
        self.file = served.folder / "shop.yaml"
        self.before = self.file.read_bytes()

    def text(self):
        return self.file.read_text("utf-8")

    def close(self):
        self.file.write_bytes(self.before)
        self.database.close()


@pytest.fixture(scope="module")
def promotions(serve):
    made = Promotions(serve("stall"))
    made.order("DIPPER")
    yield made
    made.close()


@pytest.mark.parametrize(("width", "scheme", "locale"), [(390, "light", "zh-CN"), (1280, "dark", "en")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(promotions, open_page, width, scheme, locale):
    page = promotions.enter(open_page(width, color_scheme=scheme, locale=locale))
    for path in SCREENS:
        page.goto(promotions.address + path)
        assert (path, violations(page)) == (path, {})
        assert (path, page.evaluate("document.documentElement.scrollWidth <= innerWidth")) == (path, True)


def test_a_promotion_is_tried_while_one_writes_and_nothing_is_saved(promotions, open_page):
    page = promotions.enter(open_page(1280, locale="en"))
    page.goto(f"{promotions.address}{HOME}/second-soap")
    page.get_by_role("button", name="Try", exact=True).click()
    tried = page.locator("#tried")
    expect(tried).to_contain_text("第二块皂半价: −¥")
    before = tried.text_content()
    page.get_by_label("Percent", exact=True).last.fill("100%")
    page.get_by_label("Line 1: product").fill("mint-soap")
    page.get_by_label("Line 1: pieces").fill("2")
    page.keyboard.press("Enter")
    expect(page.locator("#tried article")).to_have_count(1)
    assert tried.text_content() != before
    assert promotions.text().encode() == promotions.before
    page.get_by_label("Add a product").fill("蜂蜜")
    page.locator(".finds button").first.click()
    expect(page.locator(".shelf-item")).to_have_count(3)
    page.get_by_role("button", name="Save only").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert "products: [mint-soap, rose-soap, " in promotions.text()
    assert "percent: 100%" in promotions.text()


def test_without_javascript_a_coupon_is_made_paused_and_its_codes_taken(promotions, open_page):
    page = promotions.enter(open_page(390, javascript=False))
    page.goto(f"{promotions.address}{HOME}/~new")
    page.get_by_role("link", name="一次性券码").click()
    page.get_by_label("名称").fill("致歉券")
    page.get_by_label("减多少").fill("5")
    page.get_by_role("button", name="试算").click()
    expect(page.locator("#tried")).to_contain_text("致歉券：−¥5.00")
    page.get_by_role("button", name="保存并发布").last.click()
    expect(page.get_by_role("status")).to_contain_text("已保存并发布")
    page.get_by_role("link", name="生成与管理券码").click()
    page.get_by_label("数量").fill("2")
    page.get_by_role("button", name="生成券码").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载 CSV").click()
    assert len(taken.value.path().read_text("utf-8-sig").splitlines()) == 3
    page.get_by_role("link", name="编辑活动").click()
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_role("status")).to_contain_text("活动已暂停")
    assert "paused: true" in promotions.text()
