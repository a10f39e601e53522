"""The console in a browser: quick with JavaScript, whole without it, and nothing for axe to find at any width."""

import re

import pytest
from accessibility import violations
from office_shop import Office
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LONG = "Anna-Magdalena Schwarzenberger-Feuersteinhausen von und zu Hohenlohe-Langenburg"


@pytest.fixture(scope="module")
def office(serve):
    made = Office(serve("tea"))
    skus = [sku for sku, _, stock in made.till.goods.all_variants() if stock is None or stock > 30]
    made.skus = skus
    for days in (9, 5, 2):
        made.order(skus[0], days=days)
    made.long = made.order(*skus[:2], name=LONG, remarks="请用礼盒包装，" * 12)
    yield made
    made.database.close()


ONE_LINE = 30
"""Pixels: an order's number stands on one line, however long its buyer's name."""


def screens(office):
    number = office.long.number
    at = f"/console/orders/{number}"
    names = ("", "/ship", "/refund", "/cancel", "/address", "/payment", "/price")
    return [
        "/console/",
        "/console/orders",
        "/console/orders?q=zzz",
        "/console/orders?view=ended",
        *(at + name for name in names),
    ]


@pytest.mark.parametrize(("width", "scheme", "locale"), [(390, "light", "zh-CN"), (1280, "dark", "en")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(office, open_page, width, scheme, locale):
    page = office.enter(open_page(width, color_scheme=scheme, locale=locale))
    for path in screens(office) if width == 390 else screens(office)[:5]:
        page.goto(office.address + path)
        assert (path, violations(page)) == (path, {})
        assert (path, page.evaluate("document.documentElement.scrollWidth <= innerWidth")) == (path, True)


def test_screens_fit_320_px_and_weigh_little(office, open_page):
    page = office.enter(open_page(320, locale="en"))
    for path in screens(office):
        sizes = []
        page.on("response", lambda answer, sizes=sizes: sizes.append(int(answer.headers.get("content-length") or 0)))
        page.goto(office.address + path)
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, 320)
        heights = page.evaluate("[...document.querySelectorAll('.order-number a')].map((each) => each.offsetHeight)")
        assert (path, [each for each in heights if each > ONE_LINE]) == (path, [])
        assert sum(sizes) < 100_000


def test_an_order_is_found_by_a_key_and_shipped_with_steppers(office, open_page):
    made = office.order(*office.skus[:2], name="赵敏")
    page = office.enter(open_page(1280, locale="en"))
    page.goto(f"{office.address}/console/")
    page.keyboard.press("/")
    page.keyboard.type("赵敏")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=made.number).click()
    page.get_by_role("link", name="Ship", exact=True).click()
    page.get_by_label("Tracking number").fill("SF1234567890123")
    page.locator("[data-stepper]").nth(1).get_by_role("button", name="One less").click()
    page.get_by_role("button", name="Mark as shipped").click()
    expect(page.get_by_role("status")).to_contain_text("Here is what is left.")
    assert office.again(made).state == "partly_shipped"
    page.get_by_label("Tracking number").fill("SF1234567890124")
    page.get_by_role("button", name="Mark as shipped").click()
    expect(page.get_by_role("status")).to_contain_text("Shipped.")
    assert office.again(made).state == "shipped"
    assert "done=" not in page.url
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mei")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_mistakes_take_the_focus_and_lead_to_their_fields(office, open_page):
    made = office.order(office.skus[0])
    page = office.enter(open_page(390, locale="en"))
    page.goto(f"{office.address}/console/orders/{made.number}/ship")
    page.get_by_label("Carrier", exact=True).select_option("other")
    page.get_by_role("button", name="Mark as shipped").click()
    expect(page).to_have_title(re.compile(r"^Error: Ship"))
    expect(page.locator("[data-mistakes]")).to_be_focused()
    assert violations(page) == {}
    page.get_by_role("link", name="Write who carries it").click()
    expect(page.get_by_label("Name of the carrier")).to_be_focused()


def test_without_javascript_everything_goes_on(office, open_page):
    made = office.order(office.skus[0], name="周芷若")
    page = office.enter(open_page(390, javascript=False))
    page.goto(f"{office.address}/console/")
    page.get_by_role("navigation", name="主要功能").get_by_role("link", name="更多").click()
    page.get_by_role("navigation", name="功能", exact=True).get_by_role("link", name="订单").click()
    page.get_by_role("searchbox", name="搜索订单").fill("周芷若")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=made.number).click()
    page.get_by_role("link", name="退款").click()
    page.get_by_label("按金额退").check()
    page.get_by_label("金额", exact=True).fill("5")
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_role("button", name="退款 ¥5.00").click()
    expect(page.get_by_role("status")).to_contain_text("退款已发起。")
    assert office.again(made).refunded == 500
    page.get_by_label("内部备注").fill("送一包茶")
    page.get_by_role("button", name="添加备注").click()
    expect(page.get_by_text("送一包茶")).to_be_visible()
    page.get_by_role("link", name="发货", exact=True).click()
    page.get_by_label("运单号").fill("SF1234567890125")
    page.get_by_role("button", name="确认发货").click()
    expect(page.get_by_role("status")).to_contain_text("已发货")
    assert office.again(made).state == "shipped"


def test_forced_colours_and_less_motion_leave_everything_to_be_seen(office, open_page):
    page = office.enter(open_page(1280, locale="en", forced_colors="active", reduced_motion="reduce"))
    page.goto(f"{office.address}/console/orders/{office.long.number}/refund")
    assert page.get_by_label("All that is left").is_checked()
    page.goto(f"{office.address}/console/")
    bars = page.locator(".plot .bar")
    assert bars.count() >= 3
    assert page.evaluate("getComputedStyle(document.querySelector('.plot .bar')).fill") != "none"
