"""A shopper buys, from the shelf to the paid order: on a phone and a desktop, with scripts and without."""

import re

import pytest

pytestmark = pytest.mark.browser

ADDRESS = {
    "email": "ming@example.com", "phone": "13800001234", "name": "王小明", "city": "杭州市",
    "district": "西湖区", "street": "龙井路 1 号",
}  # fmt: skip


def fill(page, values):
    for name, value in values.items():
        page.fill(f"[name={name}]", value)


def send(page, form):
    """Press the button of a form and wait for the page that it leads to."""
    with page.expect_navigation():
        page.locator(f"{form} .submit button").click()


def place(page):
    """Give every consent that is asked for, and order."""
    for box in page.locator(".consents input").all():
        box.check(force=True)
    send(page, "form[action$='/checkout/place']")


def to_checkout(page, address, prefix=""):
    """Put two of a chosen variant into the cart, starting from a shelf."""
    page.goto(f"{address}{prefix}/shelves/green/")
    page.locator("main a[href*='/products/longjing-tin/']").first.click()
    page.locator("form[action$='/cart/add'] label", has_text="100").first.click()
    page.fill("form[action$='/cart/add'] [name=quantity]", "2")
    page.locator("form[action$='/cart/add'] button.button").first.click()
    page.wait_for_selector(".toast, main form[action$='/cart/update']")
    page.goto(f"{address}{prefix}/cart")
    page.locator("main a[href$='/checkout']").first.click()


@pytest.mark.parametrize(
    ("width", "javascript", "locale", "prefix"),
    [
        (390, True, "zh-CN", ""),
        (390, False, "en", "/en"),
        (1280, False, "zh-CN", ""),
        (1280, True, "en", "/en"),
    ],
    ids=["phone-zh", "phone-en-no-script", "desktop-zh-no-script", "desktop-en"],
)
def test_a_guest_buys_and_sees_the_order_paid(serve, open_page, javascript, width, locale, prefix):
    shop = serve("tea")
    page = open_page(width, javascript=javascript, locale=locale)
    to_checkout(page, shop.address, prefix)
    fill(page, ADDRESS)
    page.select_option("[name=region]", "浙江省")
    page.locator("input[name=delivery][value=courier]").check(force=True)
    page.locator("input[name=gateway][value=rehearsal]").check(force=True)
    send(page, "form[data-checkout]")
    total = page.locator(".sum .strong dd").inner_text()
    place(page)
    page.wait_for_url("**/rehearsal-bank/pay/**")
    assert total in page.inner_text("body")
    page.get_by_role("button", name={"zh-CN": "确认付款", "en": "Approve"}[locale]).first.click()
    page.wait_for_url("**/orders/*")
    assert re.fullmatch(rf"{shop.address}/orders/[\w-]{{22,}}", page.url.split("?")[0])
    assert page.locator(".status .state").inner_text() == {"zh-CN": "已付款", "en": "Paid"}[locale]
    assert page.locator(".sum .strong dd").inner_text() == total
    assert "2 ×" in page.locator(".line").first.inner_text()


def test_a_refused_payment_can_be_tried_again(serve, open_page):
    shop = serve("tea")
    page = open_page()
    to_checkout(page, shop.address)
    fill(page, ADDRESS)
    page.select_option("[name=region]", "浙江省")
    page.locator("input[name=gateway][value=rehearsal]").check(force=True)
    send(page, "form[data-checkout]")
    place(page)
    page.wait_for_url("**/rehearsal-bank/pay/**")
    page.get_by_role("button", name="拒绝付款").click()
    page.wait_for_url("**/orders/*")
    assert page.locator(".status .state").inner_text() == "待付款"
    page.get_by_role("button", name="立即付款").click()
    page.wait_for_url("**/rehearsal-bank/pay/**")
    page.get_by_role("button", name="确认付款").first.click()
    page.wait_for_url("**/orders/*")
    assert page.locator(".status .state").inner_text() == "已付款"


def test_all_mistakes_are_named_at_once_and_lead_to_their_fields(serve, open_page):
    page = open_page(locale="en")
    to_checkout(page, serve("tea").address, "/en")
    send(page, "form[data-checkout]")
    links = page.locator(".mistakes a")
    assert links.count() >= 4
    for link in links.all():
        assert page.locator(link.get_attribute("href")).count() == 1
    assert page.title().startswith("There is a problem")


def test_a_transfer_is_paid_when_the_merchant_confirms_it(serve, open_page):
    shop = serve("stall")
    page = open_page()
    page.goto(f"{shop.address}/products/rush-coasters/")
    page.locator("form[action$='/cart/add'] button.button").first.click()
    page.wait_for_selector(".toast")
    page.goto(f"{shop.address}/checkout")
    fill(page, {"phone": "13800001234", "name": "王小明"})
    page.locator("input[name=gateway][value=transfer]").check(force=True)
    send(page, "form[data-checkout]")
    place(page)
    page.wait_for_url("**/orders/*")
    assert page.locator(".transfer img").evaluate("image => image.naturalWidth") > 200
    number = page.locator("h1").inner_text().split()[-1]
    shop.command("orders", "confirm-payment", str(shop.folder), number)
    page.reload()
    assert page.locator(".status .state").inner_text() == "已付款"
    page.goto(f"{shop.address}/orders/lookup")
    fill(page, {"number": number, "contact": "138 0000 1234"})
    with page.expect_navigation():
        page.locator("main form button").click()
    assert page.locator("h1").inner_text().endswith(number)
    assert not page.url.endswith("/lookup")


def test_a_german_order_button_says_that_it_costs_money(serve, open_page):
    page = open_page(1280, locale="de")
    shop = serve("pottery")
    page.goto(f"{shop.address}/products/butterdose/")
    page.locator("form[action$='/cart/add'] button.button").first.click()
    page.wait_for_selector(".toast")
    page.goto(f"{shop.address}/checkout")
    fill(
        page,
        {
            "email": "eva@example.de",
            "name": "Eva Müller",
            "street": "Hauptstraße 1",
            "postcode": "50667",
            "city": "Köln",
        },
    )
    send(page, "form[data-checkout]")
    assert page.locator("form[action$='/checkout/place'] .submit button").inner_text() == "Zahlungspflichtig bestellen"


def test_cities_and_districts_can_be_picked_from_lists(serve, open_page):
    page = open_page()
    to_checkout(page, serve("tea").address)
    page.select_option("[name=region]", "浙江省")
    page.wait_for_selector("#list-city option[value='杭州市']", state="attached")
    page.fill("[name=city]", "杭州市")
    page.wait_for_selector("#list-district option[value='西湖区']", state="attached")
    page.select_option("[name=region]", "北京市")
    page.wait_for_selector("#list-city option[value='北京市']", state="attached")
    assert page.input_value("[name=city]") == "北京市"


def test_a_refused_payment_is_said_on_the_order(serve, open_page):
    page = open_page(locale="en")
    to_checkout(page, serve("tea").address, "/en")
    fill(page, ADDRESS)
    page.select_option("[name=region]", "浙江省")
    page.locator("input[name=gateway][value=rehearsal]").check(force=True)
    send(page, "form[data-checkout]")
    place(page)
    page.wait_for_url("**/rehearsal-bank/pay/**")
    page.get_by_role("button", name="Refuse").click()
    page.wait_for_url("**/orders/*")
    assert "did not work" in page.locator("[role=alert]").inner_text()


def test_a_line_is_removed_and_a_code_refused_in_place(serve, open_page):
    page, address, posted = open_page(), serve("tea").address, []
    for product in ("puer-cake", "porcelain-gaiwan"):
        page.goto(f"{address}/products/{product}/")
        page.locator("form[action$='/cart/add'] button.button").first.click()
        page.wait_for_selector(".toast")
    page.goto(f"{address}/cart")
    page.on("response", lambda answer: answer.request.method == "POST" and posted.append((answer.status, answer.url)))
    page.locator("button[name=remove]").first.click()
    page.wait_for_function("() => document.querySelectorAll('.cart-line').length === 1")
    page.fill("#field-code", "NOBODY")
    page.press("#field-code", "Enter")
    assert "NOBODY" in page.locator("#wrong-code").inner_text()
    assert posted == [(303, f"{address}/cart/update"), (422, f"{address}/cart/code")]


def test_no_price_of_the_cart_lies_under_its_buttons_on_a_small_phone(serve, open_page):
    page = open_page(320)
    page.goto(f"{serve('tea').address}/products/tieguanyin-tin/")
    page.locator("form[action$='/cart/add'] button.button").first.click()
    page.wait_for_selector(".toast")
    page.goto(f"{serve('tea').address}/cart")
    chooser, amount = (page.locator(f".cart-line {part}").bounding_box() for part in (".quantity", ".amount"))
    apart = amount["x"] >= chooser["x"] + chooser["width"] or amount["y"] >= chooser["y"] + chooser["height"]
    assert apart, (chooser, amount)
