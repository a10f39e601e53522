"""Promotions on the way from the cart to the order's page: codes, groups, invitations, and words for all of it."""

import re

import markets
import pytest
from markets import WANG, Shopper, count, database, newest

from runtime import coupons

PROMOTIONS = """
promotions:
  - {id: save, name: {zh-CN: 立减券, en: Ten off}, kind: amount_off, off: 10, coupon: {code: SAVE10, show: true},
     limit: {per_customer: 1}}
  - {id: tea-sale, name: {zh-CN: 龙井特价, en: Tea sale}, kind: fixed_price, price: 128, when: {products: [tea]},
     stacks_with: [post]}
  - {id: post, name: {zh-CN: 满三百包邮, en: Free delivery}, kind: free_delivery, when: {minimum_amount: 300},
     stacks_with: '*'}
  - {id: three, name: {zh-CN: 三人团, en: Group of three}, kind: group_buy, price: 60, group: {size: 3, hours: 24},
     when: {products: [last]}}
  - {id: friends, name: {zh-CN: 邀请有礼, en: Invite friends}, kind: referral, off: 20}
  - {id: gift, name: {zh-CN: 赠茶票, en: A ticket}, kind: gift, gift: card, when: {products: [rare]}}
"""
FAR = (
    "海南, 上海, 云南, 内蒙古, 吉林, 四川, 天津, 宁夏, 安徽, 山东, 山西, 广东, 广西, 江苏, 江西, 河北, 河南, "
    "湖北, 湖南, 甘肃, 福建, 西藏, 贵州, 辽宁, 重庆, 陕西, 青海, 黑龙江"
)
CHINA = markets.CHINA.replace("[{regions: ['*'],", f"[{{regions: [{FAR}], first: {{fee: 18}}}}, {{regions: [浙江],")
LI = {**WANG, "phone": "138 0000 5678", "email": "li@example.com", "name": "李小红"}


@pytest.fixture(scope="session")
def promoting(tmp_path_factory):
    return markets.published(tmp_path_factory.mktemp("promoting") / "shop", CHINA + PROMOTIONS, markets.CHINESE_GOODS)


@pytest.fixture
def app(promoting, open_shop):
    return open_shop(promoting)


@pytest.fixture
def wang(app):
    return Shopper(app, WANG)


@pytest.fixture
def li(app):
    return Shopper(app, LI)


def rows(page):
    """Return the rows of a sum: label to amount."""
    found = re.findall(r"<dt>([^<]*)</dt><dd><bdi>([^<]*)</bdi></dd>", page.text)
    return dict(found)


def take(shopper, code):
    answer = shopper.post("/cart/code", {"code": code})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")
    return shopper


def test_the_cart_shows_what_promotions_take_off_and_what_is_missing(wang):
    page = wang.add("tea").client.get("/cart")
    assert '<s class="muted"><bdi>¥168.00</bdi></s> <bdi>¥128.00</bdi>' in page.text
    assert rows(page) == {"商品金额": "¥168.00", "龙井特价": "-¥40.00", "商品小计": "¥128.00"}
    assert "满三百包邮：再买 ¥172.00 即满 ¥300.00。" in page.text


def test_a_code_is_typed_without_scripts_and_can_be_laid_aside(wang):
    take(wang.add("last"), "save 10")
    page = wang.client.get("/cart")
    assert rows(page)["立减券"] == "-¥10.00"
    assert "save 10" in page.text
    wang.post("/cart/code/remove", {"code": "SAVE10"})
    assert "立减券" not in wang.client.get("/cart").text


def test_a_code_that_nobody_knows_is_said_beside_its_field_and_not_kept(wang):
    refused = wang.add("last").post("/cart/code", {"code": "NOPE"})
    assert refused.status_code == 422
    assert re.search(r'id="wrong-code" role="alert">.*没有优惠码“NOPE”。</p>', refused.text)
    assert 'id="field-code" name="code" value="NOPE"' in refused.text
    assert "NOPE" not in wang.client.get("/cart").text
    assert wang.post("/cart/code", {"code": " - "}).status_code == 422


def test_a_script_is_told_why_a_code_was_not_taken(wang):
    answer = wang.post("/cart/code", {"code": "NOPE"}, Accept="application/json")
    assert (answer.status_code, answer.json) == (422, {"message": "没有优惠码“NOPE”。"})


def test_a_code_that_was_typed_and_not_sent_counts_when_the_buyer_goes_on(wang):
    wang.add("last")
    refused = wang.post("/checkout", {**WANG, "code": "NOPE"})
    assert (refused.status_code, 'href="#field-code">没有优惠码“NOPE”。' in refused.text) == (422, True)
    assert 'value="王小明"' in refused.text
    assert rows(wang.post("/checkout", {**WANG, "code": "SAVE10"}))["立减券"] == "-¥10.00"


def test_the_checkout_shows_what_promotions_take_off_before_the_address_is_known(wang):
    page = take(wang.add("tea"), "SAVE10").client.get("/checkout")
    assert rows(page) == {"商品金额": "¥168.00", "龙井特价": "-¥40.00", "商品小计": "¥128.00", "运费": "按地址计算"}
    assert '<s class="muted"><bdi>¥168.00</bdi></s> <bdi>¥128.00</bdi>' in page.text


def test_a_code_is_used_from_the_checkout_and_what_was_written_stays(wang):
    wang.add("last")
    page = wang.post("/checkout", {**WANG, "code": "SAVE10", "apply_code": "1"})
    assert (page.status_code, rows(page)["立减券"]) == (200, "-¥10.00")
    assert 'value="王小明"' in page.text


def test_the_order_keeps_its_promotions_and_says_why_it_costs_what_it_costs(wang, app):
    path = take(wang.add("last"), "SAVE10").order("cake")
    order = newest(app)
    assert (order.total, [(each.promotion, each.amount) for each in order.quote.discounts]) == (11600, [("save", 1000)])
    page = wang.client.get(path)
    assert rows(page)["立减券"] == "-¥10.00"
    assert "立减券：−¥10.00" in page.text
    assert wang.client.get_cookie("wish") is None


def test_p13_a_second_order_of_the_same_buyer_does_not_get_the_coupon(wang, li, app):
    take(wang.add("cake"), "SAVE10").order()
    review = take(li.add("cake"), "SAVE10").review(email="wang@example.com")
    assert "立减券：您已达到可享次数。" in review.text
    assert rows(review)["应付总额"] == "¥38.00"
    assert count(app, "orders") == 1


def test_free_delivery_is_free_and_says_by_what(wang):
    page = wang.add("tea", quantity="3").review()
    assert (rows(page)["运费"], rows(page)["应付总额"]) == ("免运费", "¥384.00")
    assert "满三百包邮：免运费。" in page.text


def test_a_gift_is_in_the_review_and_on_the_order(wang, app):
    review = wang.add("rare").review()
    assert "赠品" in review.text
    path = f"/orders/{wang.press(review) and newest(app).token}"
    assert [(line.sku, line.total) for line in newest(app).lines] == [("rare", 50000), ("card", 0)]
    assert "赠品" in wang.client.get(path).text


def test_a_group_is_opened_shared_and_joined(wang, li):
    answer = wang.post("/cart/group", {"promotion": "three", "sku": "last"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")
    assert rows(wang.client.get("/cart"))["三人团"] == "-¥28.00"
    page = wang.client.get(wang.order(gateway="transfer"))
    link = re.search(r'value="http://localhost(/g/[\w-]+)"', page.text)[1]
    assert "3 人团，已付款 0 人" in page.text
    answer = li.client.get(link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/products/last/")
    assert li.client.get("/g/nobody-made-this").status_code == 404


def test_an_order_that_waits_for_its_group_says_so(wang):
    wang.post("/cart/group", {"promotion": "three", "sku": "last"})
    page = wang.client.get(wang.pay(wang.press(wang.review())))
    assert ("已收到付款，等待成团。" in page.text, "正在备货" in page.text) == (True, False)


def test_a_group_is_opened_from_the_form_that_chooses_what_is_bought(wang):
    page = wang.client.get("/products/last/").text
    assert re.search(r'<button[^>]* form="buy" formaction="/cart/group" name="promotion" value="three">', page)
    assert wang.post("/cart/group", {"promotion": "three", "sku": "gone"}).status_code == 409
    assert wang.client.get_cookie("wish") is None


def test_who_leaves_the_group_pays_the_usual_price(wang):
    wang.post("/cart/group", {"promotion": "three", "sku": "last"})
    wang.post("/cart/code/remove", {"group": "1"})
    assert rows(wang.client.get("/cart")) == {"商品小计": "¥88.00"}
    assert wang.post("/cart/group", {"promotion": "save", "sku": "last"}).status_code == 400


def test_a_buyer_who_paid_has_an_invitation_and_the_friend_gets_off(wang, li, app):
    path = wang.pay(wang.press(wang.add("cake").review()))
    page = wang.client.get(path)
    link = re.search(r'value="http://localhost(/r/\w+)"', page.text)[1]
    assert f'{link}"' in wang.client.get(path).text
    answer = li.client.get(link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    cart = li.add("cake").client.get("/cart")
    assert "邀请有礼为首单优惠，填写联系方式后计算。" in cart.text
    assert rows(li.review())["邀请有礼"] == "-¥20.00"
    assert rows(li.review(email="wang@example.com")).get("邀请有礼") is None
    order = newest(app)
    assert database(app).read(lambda look: coupons.referral_of(look, order.id)) == link.removeprefix("/r/")


def test_the_moment_of_a_code_is_signed(wang):
    take(wang.add("cake"), "SAVE10")
    cookie = wang.client.get_cookie("wish")
    assert cookie.http_only
    wang.client.set_cookie("wish", cookie.value[:-2] + "xx")
    assert "立减券" not in wang.client.get("/cart").text


def test_a_room_that_the_shop_does_not_have_is_nobodys(wang, app):
    assert wang.post("/cart/add", {"sku": "cake", "room": "nowhere"}).status_code == 303
    wang.order()
    assert database(app).read(lambda look: look.all("SELECT room FROM orders")) == [("",)]


def test_a_products_page_offers_its_coupon_and_its_group(wang):
    page = wang.client.get("/products/last/").text
    assert re.search(r'action="/cart/code"[^>]*><input type="hidden" name="code" value="SAVE10">', page)
    assert 'name="promotion" value="three"' in page
