"""What a page shows when something runs out, and where the button has left the screen."""

import pytest

pytestmark = pytest.mark.browser


def settled(page, address):
    """Open a page and wait until the stock of the moment has arrived."""
    with page.expect_response("**/api/v1/offers?**"):
        page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


def test_cards_tell_the_stock_of_the_moment_and_keep_the_price_of_what_is_sold_out(serve, open_page):
    shop = serve("stall")
    shelf = f"{shop.address}/shelves/everything/"
    found, level = {}, 9
    for left in (9, 5, 0):
        if left != level:
            shop.command("stock", "adjust", "--", str(shop.folder), "SOAP-MINT", str(left - level))
            level = left
        card = settled(open_page(390), shelf).locator("article[data-offer='mint-soap']").first
        found[left] = (
            card.locator(".badge").all_inner_texts(),
            card.locator("form[data-add]").count(),
            card.locator("[data-price] bdi").inner_text(),
        )
    shop.command("stock", "adjust", str(shop.folder), "SOAP-MINT", "9")
    price = found[9][2]
    assert price == "¥18.00"
    sale = "优惠"
    assert found == {9: ([sale], 1, price), 5: ([sale, "仅剩少量"], 1, price), 0: ([sale, "已售罄"], 0, price)}


def test_on_a_phone_the_buy_bar_comes_when_the_button_has_left_upwards_and_goes_when_it_is_back(serve, open_page):
    shop = serve("stall")
    page = settled(open_page(390), f"{shop.address}/products/rose-soap/")
    bar, button = page.locator("[data-buybar]"), page.locator("[data-buy]")
    assert bar.is_hidden()
    button.scroll_into_view_if_needed()
    assert bar.is_hidden()
    page.locator("footer").scroll_into_view_if_needed()
    bar.wait_for(state="visible")
    assert bar.locator("[data-price-copy]").inner_text() == page.locator(".product-info [data-price] bdi").inner_text()
    bar.locator("button").element_handle().wait_for_element_state("stable")
    box = bar.locator("button").bounding_box()
    assert (box["height"] >= 44, box["y"] + box["height"] <= 900) == (True, True)
    bar.locator("button").click()
    page.wait_for_selector(".toast:not(.toast-bad)")
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    bar.wait_for(state="hidden")
    assert page.evaluate("document.documentElement.classList.contains('has-buybar')") is False
