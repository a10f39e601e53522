"""Every screen of the sample shops: nothing for axe to find, no layout shift, small, readable without scripts."""

import gzip
import re

import brotli
import pytest
from accessibility import violations

pytestmark = pytest.mark.browser

STATIC = {
    "tea": ["/", "/en/", "/products/longjing-tin/", "/en/products/puer-cake/", "/products/tieguanyin-tin/",
            "/products/longjing-loose-leaf/", "/shelves/all-tea/", "/pages/questions/",
            "/live/winter-hearth/", "/seller/", "/search?q=龙井", "/search?q=zzzz", "/cart", "/orders/lookup",
            "/nowhere"],
    "pottery": ["/", "/en/", "/products/nudelschale/", "/en/products/sprenkelbecher/", "/shelves/teller-und-schalen/",
                "/cart", "/orders/lookup", "/seller/"],
    "stall": ["/", "/products/fruit-jam-pair/", "/shelves/everything/", "/live/jam-morning/", "/cart"],
}  # fmt: skip
PLACES = [(shop, path) for shop, paths in STATIC.items() for path in paths]


@pytest.mark.parametrize(("shop", "path"), PLACES)
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_axe_finds_nothing(serve, open_page, shop, path, width, scheme):
    page = open_page(width, color_scheme=scheme)
    page.goto(serve(shop).address + path)
    assert violations(page) == {}


@pytest.mark.parametrize(("shop", "path"), [place for place in PLACES if place[1] != "/nowhere"])
def test_a_page_fits_a_phone_of_320_px_without_scrolling_sideways(serve, open_page, shop, path):
    page = open_page(320)
    page.goto(serve(shop).address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def send(page, form):
    """Press the button of a form and wait for the page that it leads to."""
    with page.expect_navigation():
        page.locator(f"{form} .submit button").click()


def in_cart(page, address, product):
    page.goto(f"{address}/products/{product}/")
    page.locator("form[action$='/cart/add'] button.button").first.click()
    page.wait_for_selector(".toast")


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_axe_finds_nothing_on_the_way_through_checkout(serve, open_page, width, scheme):
    page, address = open_page(width, color_scheme=scheme), serve("stall").address
    in_cart(page, address, "stall-basket")
    assert violations(page) == {}
    seen = {}
    page.goto(f"{address}/cart")
    seen["cart"] = violations(page)
    page.goto(f"{address}/checkout")
    seen["form"] = violations(page)
    send(page, "form[data-checkout]")
    seen["mistakes"] = violations(page)
    page.fill("[name=phone]", "13800001234")
    page.fill("[name=name]", "王小明")
    send(page, "form[data-checkout]")
    seen["review"] = violations(page)
    send(page, "form[action$='/checkout/place']")
    seen["unconfirmed"] = violations(page)
    for box in page.locator(".consents input").all():
        box.check(force=True)
    send(page, "form[action$='/checkout/place']")
    page.wait_for_url("**/orders/*")
    seen["order"] = violations(page)
    assert {name: found for name, found in seen.items() if found} == {}


@pytest.mark.parametrize("path", ["/", "/products/longjing-tin/", "/shelves/all-tea/", "/cart"])
def test_nothing_moves_while_a_page_loads(serve, open_page, path):
    page = open_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const each of list.getEntries())"
        " if (!each.hadRecentInput) window.shift += each.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(serve("tea").address + path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") < 0.005


def test_a_product_page_with_its_first_picture_weighs_at_most_150_kilobytes(serve, open_page):
    page, sizes = open_page(), {}
    page.on(
        "requestfinished",
        lambda request: sizes.update(
            {request.url: sum(request.sizes()[key] for key in ("responseBodySize", "responseHeadersSize"))}
        ),
    )
    page.goto(serve("tea").address + "/products/longjing-tin/")
    page.wait_for_load_state("networkidle")
    first = page.locator("main img").first.evaluate("image => image.currentSrc")
    pictures = {url for url in sizes if "/media/" in url}
    needed = {url: size for url, size in sizes.items() if url not in pictures or url == first}
    assert sum(needed.values()) <= 150_000
    assert len(needed) <= 8, sorted(needed)


def test_style_sheets_and_scripts_are_at_most_12_kilobytes_each(serve, open_page):
    shop = serve("tea")
    page = open_page()
    found = {}
    page.on(
        "response", lambda answer: found.update({answer.url: answer}) if re.search(r"\.(css|js)$", answer.url) else None
    )
    page.goto(shop.address + "/products/longjing-tin/")
    bodies = {url: answer.body() for url, answer in found.items()}
    for ending in ("css", "js"):
        whole = b"".join(body for url, body in bodies.items() if url.endswith(ending))
        assert len(brotli.compress(whole, quality=9)) <= 12 * 1024
        assert len(gzip.compress(whole)) <= 14 * 1024


@pytest.mark.parametrize(
    "path", ["/", "/products/longjing-tin/", "/shelves/all-tea/", "/live/winter-hearth/", "/search?q=茶"]
)
def test_a_page_says_the_same_without_scripts(serve, open_page, path):
    page = open_page(javascript=False)
    page.goto(serve("tea").address + path)
    assert page.locator("h1").count() == 1
    assert page.locator("main").inner_text().strip() != ""
    assert page.locator("main a[href*='/products/'], main form[action$='/cart/add']").count() > 0


def test_no_page_asks_another_host_for_anything(serve, open_page):
    shop = serve("tea")
    page, asked = open_page(), set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    for path in STATIC["tea"]:
        page.goto(shop.address + path)
    assert asked == {f"127.0.0.1:{shop.port}"}


def test_the_whole_purchase_works_by_keyboard(serve, open_page):
    page, address = open_page(1280), serve("stall").address
    page.goto(f"{address}/products/rush-coasters/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(60):
        page.keyboard.press("Tab")
        page.wait_for_function(
            "() => { const r = document.activeElement.getBoundingClientRect();"
            " return r.bottom > 0 && r.top < innerHeight; }"
        )
        box = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return {outline: s.outlineStyle, text: e.innerText,"
            " sibling: e.nextElementSibling ? getComputedStyle(e.nextElementSibling).outlineStyle : 'none',"
            " cart: !!e.closest('form[action$=\"/cart/add\"]') && e.matches('button.button')}; }"
        )
        assert "none" not in (box["outline"], "x") or box["sibling"] != "none"
        if box["cart"]:
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast")
    page.goto(f"{address}/checkout")
    page.focus("[name=phone]")
    page.keyboard.type("13800001234")
    page.focus("[name=name]")
    page.keyboard.type("王小明")
    page.keyboard.press("Enter")
    page.wait_for_selector("form[action$='/checkout/place'] .submit button")
    for box in page.locator(".consents input").all():
        box.focus()
        page.keyboard.press("Space")
    page.locator("form[action$='/checkout/place'] .submit button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/*")
    assert page.locator(".status .state").count() == 1
