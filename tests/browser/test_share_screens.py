"""Share in a browser: a link is made with and without JavaScript, followed, and nothing is found by axe."""

from datetime import UTC, datetime

import pytest
from accessibility import violations
from office_shop import Office
from playwright.sync_api import expect

from runtime.sharing import links
from runtime.sharing.links import Kind, New

pytestmark = pytest.mark.browser
HOME = "/console/share"
LABEL = "给老街坊群和溪口桥头早市常客的一条名字特别长的推广短链"


@pytest.fixture(scope="module")
def office(serve):
    made = Office(serve("stall"))
    yield made
    made.database.close()


def add(office, kind, target, label=""):
    new = New(kind=Kind(kind), target=target, locale="zh-CN", channel="wechat", label=label)
    return office.database.write(lambda transaction: links.add(transaction, new, "person:1", datetime.now(UTC)))[0]


@pytest.mark.parametrize(("width", "scheme", "locale"), [(390, "light", "zh-CN"), (1280, "dark", "en")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen_or_heavier_than_it_may_be(
    office, open_page, width, scheme, locale
):
    page = office.enter(open_page(width, color_scheme=scheme, locale=locale))
    sent = []

    def note(answer):
        sent.append(int(answer.headers.get("content-length", 0)))

    page.on("response", note)
    link = add(office, "product", "beeswax-candles", LABEL)
    for path in (HOME, f"{HOME}/~new", f"{HOME}/{link.code}", f"{HOME}/referrals"):
        sent.clear()
        page.goto(office.address + path, wait_until="networkidle")
        assert (path, violations(page)) == (path, {})
        assert (path, page.evaluate("document.documentElement.scrollWidth <= innerWidth")) == (path, True)
        assert 0 < sum(sent) < 100_000, path


def test_a_link_is_made_found_and_followed_and_its_poster_is_saved(office, open_page):
    page = office.enter(open_page(1280, locale="en"))
    page.goto(office.address + HOME)
    page.get_by_role("link", name="New link").first.click()
    page.get_by_label("Find a product").fill("蜂蜜")
    page.keyboard.press("Enter")
    page.get_by_text("土蜂蜜", exact=True).click()
    page.get_by_label("Where will you put it?").select_option("xiaohongshu")
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("status")).to_contain_text("The link is made.")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save Ticket").click()
    assert saved.value.suggested_filename.endswith("-card-portrait.jpg")
    address = page.get_by_role("textbox", name="Link", exact=True).input_value()
    visitor = open_page(390, locale="zh-CN")
    visitor.goto(address)
    assert "/products/" in visitor.url
    assert visitor.context.cookies() == []
    visitor.locator(".crumbs a").first.click()  # another test may have taught the shop another language
    assert "via=" in visitor.url
    assert visitor.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"
    visitor.go_back()
    visitor.locator("[data-buy]").click()
    expect(visitor.locator("[data-toast]")).to_be_visible()
    assert "wish" in {each["name"] for each in visitor.context.cookies()}


def test_without_javascript_a_link_is_made_and_switched_off(office, open_page):
    page = office.enter(open_page(390, javascript=False))
    page.goto(f"{office.address}{HOME}/~new?kind=shop")
    page.get_by_label("投放到哪里？").select_option("person")
    page.get_by_role("button", name="生成短链").click()
    expect(page.locator("#label-problem")).to_have_text("请填写推广人姓名。")
    page.get_by_label("备注名").fill("阿梅")
    page.get_by_role("button", name="生成短链").click()
    expect(page.get_by_role("status")).to_contain_text("短链已生成")
    page.get_by_role("button", name="停用短链").click()
    expect(page.get_by_role("status")).to_contain_text("短链已停用")
