"""The cart: what goes in, what stays out, and what has to be seen to."""

import re
import shutil

import pytest
import storefront

SAME = {"Sec-Fetch-Site": "same-origin"}
JSON = {**SAME, "Accept": "application/json"}


def add(client, sku, quantity="1", headers=SAME, path="/cart/add"):
    return client.post(path, data={"sku": sku, "quantity": quantity}, headers=headers)


def update(client, path="/cart/update", **fields):
    token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', client.get("/cart").text)
    data = {"csrf_token": token[1] if token else "", **{name.replace("__", "."): text for name, text in fields.items()}}
    return client.post(path, data=data, headers=SAME)


def quantities(client):
    return dict(re.findall(r'name="quantity\.([^"]+)" value="(\d+)"', client.get("/cart").text))


def test_a_product_goes_into_the_cart_and_the_browser_to_the_cart(client):
    answer = add(client, "longjing", "2")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart")
    page = client.get("/cart").text
    assert "龙井" in page
    assert "¥336.00" in page
    assert quantities(client) == {"longjing": "2"}


def test_without_a_quantity_it_is_one_piece(client):
    client.post("/cart/add", data={"sku": "longjing"}, headers=SAME)
    assert quantities(client) == {"longjing": "1"}


def test_a_script_gets_the_count_and_a_sentence(client):
    add(client, "endless", "3")
    answer = add(client, "longjing", "2", JSON)
    assert answer.status_code == 200
    assert answer.json["count"] == 5
    assert answer.json["message"] == "已加入购物车"
    assert client.get("/api/v1/cart").json == {"count": 5}


def test_the_same_product_again_adds_up(client):
    add(client, "longjing", "2")
    add(client, "longjing", "3")
    assert quantities(client) == {"longjing": "5"}


def test_each_variant_has_a_line_of_its_own_with_its_price(client):
    add(client, "small", "1")
    add(client, "large", "2")
    page = client.get("/cart").text
    assert ("50g" in page, "100g" in page) == (True, True)
    assert "¥140.00" in page


def test_another_language_has_its_own_cart_page_of_the_same_cart(client):
    answer = add(client, "longjing", path="/en/cart/add")
    assert answer.headers["Location"] == "/en/cart"
    assert "Longjing" in client.get("/en/cart").text
    assert "龙井" in client.get("/cart").text
    assert client.get("/fr/cart").status_code == 404
    assert client.get("/zh-CN/cart").status_code == 404


def test_quantities_are_taken_over_and_zero_takes_out(client):
    for sku in ("longjing", "endless", "small"):
        add(client, sku)
    assert update(client, quantity__longjing="7", quantity__endless="0").headers["Location"] == "/cart"
    assert quantities(client) == {"longjing": "7", "small": "1"}
    update(client, remove="small")
    assert quantities(client) == {"longjing": "7"}


def test_an_empty_cart_leaves_no_cookie(client):
    add(client, "longjing")
    update(client, remove="longjing")
    assert client.get_cookie("cart") is None
    assert client.get_cookie("basket") is None
    assert "购物车" in client.get("/cart").text


@pytest.mark.parametrize(
    "text", ["-1", "0", "1000", "1000000000", "1.5", "1e3", "", " 1", "+1", "²", "0x1", "NaN", "1\n"]
)
def test_r107_quantities_that_are_none_are_refused(client, text):
    add(client, "longjing", "2")
    assert add(client, "longjing", text).status_code == 422
    assert quantities(client) == {"longjing": "2"}


@pytest.mark.parametrize("extra", [{"price": "1"}, {"unit_price": "0.01"}, {"total": "0"}, {"discount": "99"}])
def test_r107_nobody_tells_us_a_price(client, extra):
    answer = client.post("/cart/add", data={"sku": "longjing", "quantity": "1", **extra}, headers=SAME)
    assert answer.status_code == 400
    assert quantities(client) == {}


@pytest.mark.parametrize("text", ["-1", "1.5", "1e3", "1000"])
def test_r107_the_form_of_the_cart_refuses_them_too(client, text):
    add(client, "longjing", "2")
    assert update(client, quantity__longjing=text).status_code == 422
    assert quantities(client) == {"longjing": "2"}


def test_r107_a_cart_that_we_did_not_sign_is_empty(client):
    add(client, "longjing", "2")
    cookie = client.get_cookie("cart").value
    for forged in (cookie[:-2] + "xx", cookie.replace(".", "", 1), "W10.xxx", "1", ""):
        client.set_cookie("cart", forged)
        assert quantities(client) == {}
    client.set_cookie("cart", cookie)
    assert quantities(client) == {"longjing": "2"}


@pytest.mark.parametrize("sku", ["nothing", "draft", "", "x" * 500, "'; DROP TABLE stock; --", "<script>"])
def test_what_is_not_offered_does_not_go_in(client, sku):
    answer = add(client, sku, headers=JSON)
    assert answer.status_code == 409
    assert answer.mimetype == "application/json"
    assert quantities(client) == {}


def test_no_more_goes_in_than_there_is_and_the_sentence_says_so(client):
    answer = add(client, "last-tin", "5", JSON)
    assert (answer.status_code, answer.json["count"]) == (200, 1)
    assert "1" in answer.json["message"]
    again = add(client, "last-tin", "1", JSON)
    assert again.status_code == 409
    assert quantities(client) == {"last-tin": "1"}


def test_a_script_may_show_why_nothing_went_in(client):
    add(client, "last-tin", "1", JSON)
    assert add(client, "last-tin", "1", JSON).json["message"] == "最后一罐库存不足，仅剩 1 件。"
    assert add(client, "nothing", "1", JSON).json["message"] == "这件商品已下架。"


def test_without_scripts_the_cart_says_that_less_went_in_than_was_wanted(client):
    answer = add(client, "last-tin", "5")
    assert answer.headers["Location"] == "/cart?short=last-tin"
    said = "“最后一罐”最多可买 1 件，购物车已放入这个数量。"
    assert said in client.get("/cart?short=last-tin").text
    assert said not in client.get("/cart").text
    assert "last-tin" not in add(client, "longjing", "1").headers["Location"]


def test_an_address_alone_makes_no_cart_say_that_something_was_cut(client):
    add(client, "longjing", "2")
    for sku in ("longjing", "last-tin", "nothing", "<script>"):
        assert 'role="status">' not in client.get("/cart", query_string={"short": sku}).text.replace("data-toast", "")


def test_full_width_digits_are_digits(client):
    add(client, "longjing", "１２")
    assert quantities(client) == {"longjing": "12"}
    update(client, quantity__longjing="３")
    assert quantities(client) == {"longjing": "3"}
    update(client, quantity__longjing="０")
    assert quantities(client) == {}


def test_a_line_that_is_sold_out_says_so_and_which_of_the_variants_it_is(client, app):
    add(client, "longjing")
    database = app.extensions["shopwright"].database
    database.write(lambda transaction: transaction.run("UPDATE stock SET level = 0 WHERE sku = 'longjing'"))
    page = client.get("/cart").text
    assert re.search(r'class="wrong"[^>]*>.*?</svg>([^<]*)', page)[1] == "龙井已售罄。"
    assert "0 件" not in page


def test_no_more_goes_in_than_an_order_may_hold(client):
    add(client, "limited", "5")
    assert quantities(client) == {"limited": "3"}
    assert add(client, "limited").status_code == 422


def test_what_was_bought_by_others_meanwhile_is_said_and_stops_the_checkout(client, app):
    add(client, "longjing", "20")
    assert 'href="/checkout"' in client.get("/cart").text
    database = app.extensions["shopwright"].database
    database.write(lambda transaction: transaction.run("UPDATE stock SET level = 3 WHERE sku = 'longjing'"))
    page = client.get("/cart").text
    assert 'aria-invalid="true"' in page
    assert "3" in re.search(r'class="wrong"[^>]*>.*?</svg>([^<]*)', page)[1]
    assert 'href="/checkout"' not in page


def test_prices_are_those_of_the_release_that_is_live(client, shop):
    add(client, "longjing", "2")
    storefront.price(shop, "longjing", "175")
    storefront.publish(shop)
    assert "¥350.00" in client.get("/cart").text


def test_what_is_pre_ordered_says_when_it_leaves_from_the_cart_to_the_till(client, shop):
    goods = shop / "products/longjing.yaml"
    goods.write_text(goods.read_text("utf-8") + "preorder: {ships_in: 140d}\n", "utf-8")
    terms = (shop / "shop.yaml").read_text("utf-8")
    (shop / "shop.yaml").write_text(terms.replace("kind: courier", "kind: courier\n    ships_within: 2d"), "utf-8")
    storefront.publish(shop)
    add(client, "endless")
    assert '<span class="note">2 天内发货</span>' in client.get("/checkout").text
    add(client, "longjing")
    assert "2 天内发货" not in client.get("/checkout").text
    assert [client.get(page).text.count("付款后 140 天内发货") for page in ("/cart", "/checkout")] == [1, 2]
    assert "ships within 140 days of payment" in client.get("/en/cart").text


def test_what_is_no_longer_offered_is_taken_out_and_said_once_by_its_name(client, shop):
    add(client, "endless")
    add(client, "longjing")
    (shop / "products/endless.yaml").unlink()
    storefront.publish(shop)
    assert "“不限量”已不再出售" in client.get("/cart").text
    assert "不限量" not in client.get("/cart").text
    assert quantities(client) == {"longjing": "1"}


def test_what_no_release_on_disk_remembers_is_said_without_its_sku(client, shop):
    add(client, "endless")
    former = (shop / "var/live").resolve()
    (shop / "products/endless.yaml").unlink()
    storefront.publish(shop)
    shutil.rmtree(former)
    page = client.get("/cart").text
    assert "有一件商品已不再出售" in page
    assert "endless" not in page


def test_the_cart_survives_a_restart(shop, app):
    client = app.test_client()
    add(client, "longjing", "2")
    again = storefront.application(shop).test_client()
    again.set_cookie("cart", client.get_cookie("cart").value)
    assert quantities(again) == {"longjing": "2"}


def test_a_cart_holds_so_much_and_no_more(shop):
    for number in range(60):
        text = f"title: {{zh-CN: 茶 {number}, en: Tea {number}}}\nprice: 1\n"
        (shop / f"products/tea-{number}.yaml").write_text(text, "utf-8")
    storefront.publish(shop)
    client = storefront.application(shop).test_client()
    answers = [add(client, f"tea-{number}").status_code for number in range(51)]
    assert answers == [303] * 50 + [422]
    assert len(quantities(client)) == 50
    assert len(client.get_cookie("cart").value) < 3800


def test_the_cookies_are_for_us_alone_and_for_https_where_there_is_https(shop):
    app = storefront.application(shop, SHOPWRIGHT_PROXY="127.0.0.1")
    plain = add(app.test_client(), "longjing").headers.getlist("Set-Cookie")
    secure = add(app.test_client(), "longjing", headers={**SAME, "X-Forwarded-Proto": "https"}).headers.getlist(
        "Set-Cookie"
    )
    assert [text.partition("=")[0] for text in plain] == ["cart", "basket"]
    assert [text.partition("=")[0] for text in secure] == ["__Host-cart", "basket"]
    assert all(("Secure" in text) and ("Path=/" in text) and "Domain" not in text for text in secure)
    assert all("SameSite=Lax" in text for text in plain + secure)
    assert ["HttpOnly" in text for text in secure] == [True, False]


def test_the_form_of_the_cart_carries_a_token_of_this_visitor(app):
    mine, other = app.test_client(), app.test_client()
    add(mine, "longjing")
    add(other, "longjing")
    token = re.search(r'csrf_token" value="([0-9a-f]+)"', other.get("/cart").text)[1]
    for given in ({}, {"csrf_token": ""}, {"csrf_token": token}, {"csrf_token": "0" * 64}):
        assert mine.post("/cart/update", data={**given, "quantity.longjing": "9"}, headers=SAME).status_code == 403
    assert quantities(mine) == {"longjing": "1"}


def test_too_many_changes_in_a_short_time_are_asked_to_wait(client):
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    data = {"sku": "longjing", "quantity": "1"}
    answers = []
    while len(answers) < 2000 and (not answers or answers[-1].status_code != 429):
        answers.append(client.post("/cart/add", data=data, headers=JSON, environ_base=elsewhere))
    assert len(answers) > 120
    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "1"


def test_nobody_on_this_machine_waits_for_the_cart(client):
    assert {add(client, "endless", "1", JSON).status_code for _ in range(130)} == {200}


def test_r111_a_browser_without_cookies_still_gets_an_answer(app):
    client = app.test_client(use_cookies=False)
    assert add(client, "longjing").status_code == 303
    assert client.get("/cart").status_code == 200


def test_the_language_menu_leads_to_the_same_page_in_the_other_language(client):
    chinese, english = client.get("/cart").text, client.get("/en/cart").text
    for page in (chinese, english):
        menu = page[page.index('id="languages"') :]
        assert re.findall(r'href="(/[^"]*)"', menu)[:2] == ["/cart", "/en/cart"]
