"""The order's page behind an address nobody can guess: who may see it, what can be done there, and looking it up."""

import re
from datetime import UTC, datetime

import pytest
import storefront
from markets import EVA, SAME, WANG, Shopper, consents, count, database, mistakes, newest, sealed, state
from ports import free_port

from runtime import orders, refunds

TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


def test_p23_a_gateway_that_cannot_be_reached_leaves_an_order_that_can_be_paid_again(chinese, open_shop):
    app = open_shop(chinese, SHOPWRIGHT_BANK=f"http://127.0.0.1:{free_port()}/rehearsal-bank")
    shopper = Shopper(app, WANG)
    answer = shopper.press(shopper.add("tea").review())
    order = newest(app)
    path = f"/orders/{order.token}"
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?payment=failed")
    page = shopper.client.get(answer.headers["Location"])
    assert (page.status_code, order.state) == (200, "pending_payment")
    assert 'role="alert"' in page.text
    assert f'action="{path}/pay"' in page.text
    back = storefront.application(app.extensions["shopwright"].settings.folder)
    shopper = Shopper(back, WANG)
    assert state(shopper.client.get(shopper.pay(shopper.post(f"{path}/pay", {})))) == "已付款"
    assert count(back, "orders") == 1


def test_a_payment_that_the_bank_refuses_can_be_tried_again(wang, china):
    path = wang.pay(wang.press(wang.add("tea").review()), "refuse")
    assert state(wang.client.get(path)) == "待付款"
    assert state(wang.client.get(wang.pay(wang.post(f"{path}/pay", {})))) == "已付款"
    assert (count(china, "orders"), newest(china).paid) == (1, 17600)


@pytest.mark.parametrize(
    "query", ["status=success", "payment=success", "paid=1", "trade_status=TRADE_SUCCESS&total=0.01"]
)
def test_p56_a_forged_way_back_from_the_bank_changes_nothing(wang, china, query):
    path = wang.order("tea")
    page = wang.client.get(f"{path}?{query}")
    assert (page.status_code, state(page), newest(china).paid) == (200, "待付款", 0)


@pytest.mark.parametrize("name", ["next", "return_url", "url", "redirect"])
def test_p57_nobody_sends_a_buyer_elsewhere(wang, china, name):
    evil = "https://evil.example/"
    review = wang.add("tea").review()
    fields = {"sealed": sealed(review), **dict.fromkeys(consents(review), "1"), name: evil}
    answers = [wang.post(f"/checkout/place?{name}={evil}", fields)]
    path = f"/orders/{newest(china).token}"
    answers.append(wang.post(f"{path}/pay?{name}={evil}", {name: evil}))
    answers.append(wang.post("/orders/lookup", {"number": newest(china).number, "contact": "13800001234", name: evil}))
    for answer in answers:
        assert answer.status_code == 303
        assert answer.headers["Location"].removeprefix("http://localhost").startswith(("/orders/", "/rehearsal-bank/"))


def test_p65_p66_an_orders_address_cannot_be_guessed(wang, china):
    path = wang.order("tea")
    order = newest(china)
    assert TOKEN.fullmatch(order.token)
    for guess in (
        order.number,
        str(order.id),
        str(order.id + 1),
        order.token[:-1],
        f"{order.token}a",
        "A" * 32,
        "a" * 22,
    ):
        assert wang.client.get(f"/orders/{guess}").status_code == 404
    swapped = order.token.swapcase()
    assert wang.client.get(f"/orders/{swapped}").status_code == 404
    assert wang.client.get(path).status_code == 200
    other = Shopper(china, WANG).order("tea")
    assert other != path


def test_p66_an_orders_page_tells_no_other_site_its_address_and_is_kept_nowhere(wang):
    path = wang.order("tea")
    found = wang.client.get(path).headers
    assert (found["Referrer-Policy"], found["Cache-Control"]) == ("same-origin", "no-store")
    assert 'name="robots" content="noindex' in wang.client.get(path).text
    assert "Set-Cookie" not in found


@pytest.mark.parametrize("action", ["pay", "cancel", "receive"])
def test_p67_nobody_acts_on_an_order_without_its_address(wang, china, action):
    """macrozheng/mall#994, dotnet/eShop#996: orders of others were open to whoever knew their number."""
    path = wang.order("tea")
    order = newest(china)
    for guess in (order.number, str(order.id), "A" * 32):
        assert Shopper(china, WANG).post(f"/orders/{guess}/{action}", {}).status_code == 404
    assert wang.client.get(f"{path}/{action}").status_code == 405
    foreign = wang.post(f"{path}/{action}", {}, **{"Sec-Fetch-Site": "cross-site"})
    assert (foreign.status_code, newest(china).state) == (403, "pending_payment")


def test_only_an_order_that_came_to_something_is_thanked_for(wang):
    thanks = "谢谢惠顾"
    path = wang.order("tea")
    assert (state(wang.client.get(path)), thanks in wang.client.get(path).text) == ("待付款", False)
    wang.post(f"{path}/cancel", {})
    assert (state(wang.client.get(path)), thanks in wang.client.get(path).text) == ("已取消", False)
    paid = wang.pay(wang.press(wang.add("tea").review()))
    assert (state(wang.client.get(paid)), thanks in wang.client.get(paid).text) == ("已付款", True)
    refused = wang.pay(wang.press(wang.add("tea").review()), "refuse")
    assert (state(wang.client.get(refused)), thanks in wang.client.get(refused).text) == ("待付款", False)


def test_a_buyer_cancels_what_is_not_paid(wang, china):
    path = wang.order("last")
    assert wang.post(f"{path}/cancel", {}).headers["Location"] == path
    assert state(wang.client.get(path)) == "已取消"
    assert Shopper(china, WANG).order("last") != path


def test_p69_what_cannot_be_done_any_more_is_a_calm_page_with_a_way_back(wang, china):
    path = wang.order("tea")
    wang.post(f"{path}/cancel", {})
    page = wang.client.get(path)
    assert f"{path}/pay" not in page.text
    for action in ("cancel", "receive"):
        answer = wang.post(f"{path}/{action}", {})
        assert (answer.status_code, newest(china).state) == (409, "cancelled")
        assert f'<a class="button" href="{path}">' in answer.text
    assert wang.post(f"{path}/pay", {}).headers["Location"] == path
    assert count(china, "payment") == 1


def test_p69_what_is_shipped_cannot_be_cancelled_and_can_be_received_once(wang, china):
    path = wang.pay(wang.press(wang.add("tea").review()))
    wang.client.get(path)
    assert wang.post(f"{path}/receive", {}).status_code == 409
    assert wang.post(f"{path}/cancel", {}).status_code == 409
    order = newest(china)
    now = order.placed_at
    orders.ship(
        database(china), order.number, orders.Dispatch(carrier="顺丰", tracking="SF123"), actor="merchant", now=now
    )
    assert "SF123" in wang.client.get(path).text
    assert wang.post(f"{path}/cancel", {}).status_code == 409
    assert wang.post(f"{path}/receive", {}).status_code == 303
    assert wang.post(f"{path}/receive", {}).status_code == 409
    assert state(wang.client.get(path)) == "已签收"


def test_each_parcel_stands_on_the_page_with_its_contents_and_the_way_to_follow_it(wang, china):
    path = wang.pay(wang.press(wang.add("tea", quantity="3").review()))
    wang.client.get(path)
    order = newest(china)
    first = orders.Dispatch(carrier="sf", tracking="SF 1234567890123", quantities={0: 1})
    orders.ship(database(china), order.number, first, actor="merchant", now=order.placed_at)
    page = wang.client.get(path)
    assert state(page) == "部分发货"
    assert "顺丰速运" in page.text
    assert 'href="https://www.kuaidi100.com/chaxun?com=shunfeng&amp;nu=SF1234567890123"' in page.text
    assert page.text.count("<strong>包裹 1</strong>") == 1
    assert page.text.count("<strong>待发货</strong>") == 1
    assert wang.post(f"{path}/receive", {}).status_code == 409
    orders.ship(database(china), order.number, orders.Dispatch(), actor="merchant", now=order.placed_at)
    page = wang.client.get(path)
    assert (state(page), "<strong>待发货<" in page.text) == ("已发货", False)


def test_goods_paid_at_the_door_are_not_received_by_a_click(wang, china):
    path = wang.order("tea", gateway="cash_on_delivery")
    order = newest(china)
    assert (order.state, order.expires_at) == ("confirmed", None)
    orders.ship(
        database(china), order.number, orders.Dispatch(carrier="", tracking=""), actor="merchant", now=order.placed_at
    )
    assert wang.post(f"{path}/receive", {}).status_code == 409


def test_a_transfer_shows_account_reference_and_how_long_the_goods_are_held(wang, china):
    page = wang.client.get(wang.order("tea", gateway="transfer"))
    order = newest(china)
    assert "6222 0000" in page.text
    assert f'<dd class="reference">{order.number.replace("-", "")}</dd>' in page.text
    assert (order.expires_at - order.placed_at).total_seconds() == 2 * 86400


def test_an_orders_page_speaks_the_language_in_which_it_was_ordered(china):
    shopper = Shopper(china, WANG, "/en")
    path = shopper.order("tea")
    page = shopper.client.get(path, headers={"Accept-Language": "zh-CN"})
    assert ('<html lang="en"' in page.text, "Longjing" in page.text, newest(china).locale) == (True, True, "en")


# Confirmations


@pytest.mark.parametrize(
    ("market", "buyer", "sku", "expected"),
    [
        ("china", WANG, "tea", ["consent-terms"]),
        ("china", WANG, "cake", ["consent-terms", "consent-no-reason:cake"]),
        ("germany", EVA, "cup", ["consent-terms"]),
        ("germany", EVA, "ebook", ["consent-terms", "consent-digital:ebook"]),
        ("germany", EVA, "course", ["consent-terms", "consent-no-reason:course"]),
    ],
)
def test_what_the_law_wants_confirmed_is_asked_unticked_refused_without_and_kept(request, market, buyer, sku, expected):
    app = request.getfixturevalue(market)
    shopper = Shopper(app, buyer)
    review = shopper.add(sku).review()
    assert consents(review) == expected
    assert not re.search(r'name="consent-[^>]* checked', review.text)
    ticked = dict.fromkeys(expected[:-1], "1")
    refused = shopper.post("/checkout/place", {"sealed": sealed(review), **ticked})
    assert (refused.status_code, count(app, "orders")) == (422, 0)
    assert mistakes(refused) == [expected[-1]]
    assert len(re.findall(r'name="consent-[^>]* checked', refused.text)) == len(ticked)
    assert shopper.press(refused).status_code == 303
    assert list(newest(app).consents) == [each.removeprefix("consent-") for each in expected]


def test_a_consent_that_was_never_asked_for_is_not_kept(wang, china):
    wang.press(wang.add("tea").review(), **{"consent-newsletter": "1"})
    assert newest(china).consents == ("terms",)


# Looking up


def test_an_order_is_found_by_its_number_and_phone_or_e_mail(wang, china):
    path = wang.order("tea")
    number = newest(china).number
    for written in (number, number.replace("-", ""), f" {number} "):
        for contact in ("138 0000 1234", "WANG@example.com "):
            answer = china.test_client().post(
                "/orders/lookup", data={"number": written, "contact": contact}, headers=SAME
            )
            assert (answer.status_code, answer.headers.get("Location")) == (303, path)


def test_p65_a_wrong_number_and_a_wrong_contact_are_answered_alike(wang, china):
    wang.order("tea")
    number = newest(china).number
    pages = [
        wang.post("/orders/lookup", {"number": each, "contact": contact})
        for each, contact in (("1111-1111-1111", "13800001234"), (number, "13800009999"), (number, ""))
    ]
    assert [page.status_code for page in pages] == [404, 404, 404]
    plain = {re.sub(r' value="[^"]*"', "", page.text) for page in pages}
    assert len(plain) == 1


def test_looking_up_is_limited_for_everybody(wang, china):
    wang.order("tea")
    number = newest(china).number
    found = [wang.post("/orders/lookup", {"number": number, "contact": str(n)}).status_code for n in range(12)]
    assert found == [404] * 10 + [429] * 2
    answer = wang.post("/orders/lookup", {"number": number, "contact": "13800001234"})
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)


def test_one_buyer_cannot_buy_more_than_is_allowed_for_each(wang, china):
    wang.order("rare")
    answer = wang.press(wang.add("rare").review())
    assert (answer.status_code, count(china, "orders")) == (422, 1)
    assert '<a class="button" href="/cart">' in answer.text


def test_p28_coming_back_twice_pays_once(wang, china):
    """medusa#13301, woocommerce-payments#3783, dokan#2994: who came back while the notice arrived had two orders."""
    path = wang.pay(wang.press(wang.add("tea").review()), "twice")
    assert [state(wang.client.get(path)) for _ in range(2)] == ["已付款"] * 2
    assert (newest(china).paid, count(china, "finding")) == (17600, 0)


def test_the_history_of_an_order_shows_the_buyer_no_numbers_of_the_bank(wang, china):
    page = wang.client.get(wang.pay(wang.press(wang.add("tea").review())))
    (paid,) = [row for row in orders.history(database(china), newest(china)) if row.event is orders.Event.PAY]
    assert (len(paid.note), paid.note in page.text) == (20, False)


def test_an_order_that_the_merchant_paid_back_still_has_its_page(wang, china):
    path = wang.pay(wang.press(wang.add("tea").review()))
    assert state(wang.client.get(path)) == "已付款"
    order, wish = newest(china), refunds.Wish(everything=True, reason="sold out")
    database(china).write(lambda unit: refunds.request(unit, order, wish, actor="merchant", now=datetime.now(UTC)))
    page = wang.client.get(path)
    assert (page.status_code, state(page), "sold out" in page.text) == (200, "已退款", False)


def test_what_is_collected_is_ready_and_never_on_its_way(wang, china):
    path = wang.pay(wang.press(wang.add("tea").review(delivery="pickup")))
    assert state(wang.client.get(path)) == "已付款"
    orders.ship(database(china), newest(china).number, orders.Dispatch(), actor="merchant", now=datetime.now(UTC))
    page = wang.client.get(path)
    assert (state(page), "商品已备好，可以来取了。" in page.text, "正在路上" in page.text) == ("待取货", True, False)
