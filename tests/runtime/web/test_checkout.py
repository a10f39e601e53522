"""From the cart to the order: the form, the review that commits to nothing, and the button that makes the contract."""

import re
import threading
from datetime import UTC, datetime

import pytest
import storefront
from markets import SAME, WANG, Shopper, consents, count, database, mistakes, newest, sealed, state

from runtime import stock


def left(app, sku):
    return database(app).read(lambda look: stock.levels(look, [sku]))[sku]


def test_a_chinese_buyer_goes_from_cart_to_paid(wang, china):
    form = wang.add("tea").client.get("/checkout")
    assert form.status_code == 200
    review = wang.review()
    assert (review.status_code, count(china, "orders")) == (200, 0)
    assert ("龙井路 1 号" in review.text, "¥176.00" in review.text) == (True, True)
    path = wang.pay(wang.press(review))
    page = wang.client.get(path)
    assert (page.status_code, state(page)) == (200, "已付款")
    order = newest(china)
    assert (order.contact.phone, order.address.destination.city) == ("13800001234", "杭州市")
    assert (order.total, order.paid, left(china, "tea")) == (17600, 17600, 19)
    assert wang.client.get("/api/v1/cart").json == {"count": 0}


def test_a_german_buyer_reads_the_words_of_the_law_above_a_button_that_says_it_costs(eva, germany):
    review = eva.add("cup").review()
    assert re.findall(r'<button class="button button-wide">([^<]+)</button>', review.text) == [
        "Zahlungspflichtig bestellen"
    ]
    assert "14 Tage" in review.text
    assert ("37,90" in review.text, "MwSt" in review.text or "Mehrwertsteuer" in review.text) == (True, True)
    page = eva.client.get(eva.pay(eva.press(review)))
    assert state(page) == "Bezahlt"
    order = newest(germany)
    assert (order.total, order.quote.tax, order.address.destination.postcode) == (3790, 605, "50667")


def test_a_review_is_no_order_and_takes_nothing(wang, china):
    wang.add("last").review()
    assert [count(china, table) for table in ("orders", "stock_hold", "payment", "notice")] == [0, 0, 0, 0]
    assert left(china, "last") == 1


def test_all_mistakes_are_named_at_once_and_what_was_written_stays(wang, china):
    page = wang.add("tea").review(phone="12", email="nobody", name="", city="杭洲市", street="<路>")
    assert page.status_code == 422
    assert set(mistakes(page)) == {"phone", "email", "name", "city"}
    assert 'value="nobody"' in page.text
    assert 'value="&lt;路&gt;"' in page.text
    assert "杭州市" in page.text
    assert re.search(r'<option value="浙江省" selected', page.text)
    assert count(china, "orders") == 0


def test_a_cart_with_nothing_in_it_leads_back_to_the_cart(wang):
    for answer in (wang.client.get("/checkout"), wang.review()):
        assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")


def test_p3_the_same_review_sent_twice_places_one_order_and_leads_to_it(wang, china):
    review = wang.add("tea").review()
    first, second = wang.press(review), wang.press(review)
    assert (first.status_code, second.status_code, count(china, "orders")) == (303, 303, 1)
    assert first.headers["Location"] == second.headers["Location"]
    assert left(china, "tea") == 19


def test_p4_the_same_review_twenty_times_at_once_places_one_order(wang, china):
    review = wang.add("tea").review()
    fields = {"sealed": sealed(review), **dict.fromkeys(consents(review), "1")}
    barrier, found = threading.Barrier(20), []

    def press():
        shopper = Shopper(china, wang.buyer)
        barrier.wait()
        found.append(shopper.post("/checkout/place", fields).status_code)

    threads = [threading.Thread(target=press) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (found, count(china, "orders"), left(china, "tea")) == ([303] * 20, 1, 19)


def test_p5_the_same_review_with_other_consents_is_no_second_order(wang, china):
    review = wang.add("cake").review()
    assert wang.press(review).status_code == 303
    fields = {"sealed": sealed(review), "consent-terms": "1"}
    assert wang.post("/checkout/place", fields).status_code == 422
    assert count(china, "orders") == 1


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "1e3", "1000000000", "NaN", ""])
def test_p8_a_quantity_that_is_none_never_becomes_an_order(wang, china, text):
    assert wang.post("/cart/add", {"sku": "tea", "quantity": text}).status_code == 422
    assert wang.client.get("/checkout").headers["Location"] == "/cart"
    assert count(china, "orders") == 0


@pytest.mark.parametrize("name", ["price", "total", "expected_total", "discount", "currency", "lines"])
def test_p9_a_price_that_the_buyer_sends_changes_nothing(wang, china, name):
    """macrozheng/mall#998: the amount that the buyer sent was charged."""
    review = wang.add("tea").review(**{name: "1"})
    wang.press(review, **{name: "1"})
    assert (newest(china).total, newest(china).currency) == (17600, "CNY")


def test_p10_a_price_that_changed_is_shown_and_has_to_be_agreed_to(chinese, open_shop):
    app = open_shop(chinese)
    shopper = Shopper(app, WANG)
    review = shopper.add("tea").review()
    folder = app.extensions["shopwright"].settings.folder
    storefront.price(folder, "tea", 199)
    storefront.publish(folder)
    changed = shopper.press(review)
    assert (changed.status_code, count(app, "orders"), count(app, "payment")) == (409, 0, 0)
    assert ("¥176.00" in changed.text, "¥207.00" in changed.text) == (True, True)
    assert shopper.press(changed).status_code == 303
    assert newest(app).total == 20700


@pytest.mark.parametrize(("sku", "text"), [("last", "最后一罐"), ("tea", "龙井")])
def test_what_was_sold_meanwhile_is_a_calm_page_with_a_way_back(wang, china, sku, text):
    review = wang.add(sku).review()
    stock.adjust(database(china), sku, -left(china, sku), actor="test", note="", now=datetime.now(UTC))
    answer = wang.press(review)
    assert (answer.status_code, count(china, "orders")) == (409, 0)
    assert text in answer.text
    assert re.search(r'<a class="button" href="/cart">', answer.text)


def test_p1_two_buyers_of_the_last_piece_make_one_order(wang, china):
    other = Shopper(china, {**wang.buyer, "phone": "13900001234"}, "/en")
    reviews = [(each, each.add("last").review()) for each in (wang, other)]
    assert [each.press(review).status_code for each, review in reviews] == [303, 409]
    assert (count(china, "orders"), left(china, "last")) == (1, 0)


def test_p18_a_product_that_is_gone_is_said_so_with_a_way_back(chinese, open_shop, wang):
    app = open_shop(chinese)
    shopper = Shopper(app, wang.buyer)
    review = shopper.add("tea").review()
    folder = app.extensions["shopwright"].settings.folder
    (folder / "products/tea.yaml").unlink()
    storefront.publish(folder)
    answer = shopper.press(review)
    assert (answer.status_code, count(app, "orders")) == (409, 0)
    assert re.search(r'<a class="button" href="/cart">', answer.text)
    again = shopper.client.get("/checkout")
    assert (again.status_code, again.headers["Location"]) == (303, "/cart")


@pytest.mark.parametrize(
    ("region", "city", "district"), [("新疆维吾尔自治区", "乌鲁木齐市", "天山区"), ("北京市", "北京市", "东城区")]
)
def test_p19_an_address_that_is_not_served_is_said_at_the_delivery_before_anything_is_taken(
    wang, china, region, city, district
):
    page = wang.add("last").review(region=region, city=city, district=district)
    assert (page.status_code, mistakes(page)) == (422, ["delivery"])
    assert (count(china, "orders"), left(china, "last")) == (0, 1)


def test_p19_a_country_that_is_not_served_is_not_taken_from_a_form(eva, germany):
    page = eva.add("cup").review(country="US", postcode="90210")
    assert (page.status_code, count(germany, "orders")) == (200, 0)
    assert "Deutschland" in page.text or "Köln" in page.text


def test_another_country_asks_its_own_fields_and_costs_its_own_fee(eva, germany):
    eva.add("cup")
    page = eva.review(country="AT", change_country="1")
    assert (page.status_code, mistakes(page)) == (200, [])
    assert re.search(r'<option value="AT" selected', page.text)
    review = eva.review(country="AT", postcode="1010", city="Wien")
    eva.press(review)
    assert (newest(germany).total, newest(germany).address.destination.country) == (4390, "AT")


def test_pickup_needs_no_address(wang, china):
    nothing = dict.fromkeys(("region", "city", "district", "street"))
    review = wang.add("tea").review(delivery="pickup", **nothing)
    assert (review.status_code, "桥头" in review.text) == (200, True)
    wang.press(review)
    assert (newest(china).total, newest(china).delivery.kind) == (16800, "pickup")


def test_what_is_only_downloaded_asks_for_no_delivery(eva, germany):
    eva.add("ebook")
    assert 'name="street"' not in eva.client.get("/checkout").text
    review = eva.post("/checkout", {"email": "eva@example.de", "gateway": "rehearsal"})
    assert review.status_code == 200
    eva.press(review)
    assert (newest(germany).total, newest(germany).delivery.kind) == (1200, None)


def test_a_review_can_be_gone_back_from_with_everything_kept(wang):
    review = wang.add("tea").review(remarks="门口", invoice="y", invoice_title="茶商有限公司")
    page = wang.post("/checkout", {"sealed": sealed(review)})
    assert (page.status_code, mistakes(page)) == (200, [])
    for text in ("龙井路 1 号", "门口", "茶商有限公司", "wang@example.com"):
        assert text in page.text


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:-2] + "xx", lambda _: "", lambda _: "e30.x.y", lambda t: t + "\0"]
)
def test_a_review_that_we_did_not_sign_leads_back_to_the_form(wang, china, spoil):
    review = wang.add("tea").review()
    answer = wang.post("/checkout/place", {"sealed": spoil(sealed(review)), "consent-terms": "1"})
    assert (answer.status_code, count(china, "orders")) in {(303, 0), (400, 0)}
    assert answer.headers.get("Location", "/checkout") == "/checkout"


def test_a_review_is_good_for_six_hours(wang, china, monkeypatch):
    review = wang.add("tea").review()
    monkeypatch.setattr("runtime.web.checkout._VALID", -1)
    answer = wang.press(review)
    assert (answer.status_code, answer.headers["Location"], count(china, "orders")) == (303, "/checkout", 0)


def test_an_invoice_needs_a_title_and_a_number_that_can_be_one(wang, china):
    page = wang.add("tea").review(invoice="y", invoice_title="", invoice_number="12I")
    assert (page.status_code, set(mistakes(page))) == (422, {"invoice_title", "invoice_number"})
    review = wang.review(invoice="y", invoice_title="茶商有限公司", invoice_number="91310000ma1fl0000x")
    wang.press(review)
    assert (newest(china).invoice.title, newest(china).invoice.tax_number) == ("茶商有限公司", "91310000MA1FL0000X")


def test_what_a_buyer_writes_is_shown_as_text(wang):
    bad = "<script>alert(1)</script>"
    review = wang.add("tea").review(name=bad, remarks=f'"{bad}', street="{{ 7 * 7 }}")
    assert (review.status_code, bad in review.text) == (200, False)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in review.text
    page = wang.client.get(wang.pay(wang.press(review)))
    assert (page.status_code, bad in page.text, "{{ 7 * 7 }}" in page.text) == (200, False, True)
    form = wang.add("tea").review(name=bad, phone="1")
    assert (form.status_code, bad in form.text) == (422, False)


def test_r111_a_browser_that_keeps_no_cookies_is_told_so(china, wang):
    client = china.test_client(use_cookies=False)
    assert client.post("/cart/add", data={"sku": "tea", "quantity": "1"}, headers=SAME).status_code == 303
    answer = client.get("/checkout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")
    assert "浏览器禁用了本店的 Cookie" in client.get("/cart").text
    assert "Cookie" not in wang.add("tea").client.get("/cart").text


@pytest.mark.parametrize("path", ["/checkout", "/checkout/place"])
def test_r107_a_form_from_another_site_changes_nothing(wang, china, path):
    review = wang.add("tea").review()
    answer = wang.post(path, {"sealed": sealed(review), "consent-terms": "1"}, **{"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, count(china, "orders")) == (403, 0)
