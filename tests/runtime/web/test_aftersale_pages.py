"""The buyer's side of the after-sale: without a script, for nobody else, with pictures that are made anew."""

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
import storefront
from markets import EVA, SAME, Shopper, count, database, mistakes, newest, state
from PIL import Image

from runtime import aftersale, orders
from runtime.aftersale import evidence
from runtime.aftersale.moves import Parcel


def bought(shopper, app, sku="tea", upto="received"):
    path = shopper.pay(shopper.press(shopper.add(sku).review()))
    shopper.client.get(path)
    if upto in {"shipped", "received"}:
        orders.ship(database(app), newest(app).number, orders.Dispatch(), actor="merchant", now=datetime.now(UTC))
    if upto == "received":
        orders.receive(database(app), newest(app).number, actor="buyer", now=datetime.now(UTC))
    return f"/orders/{newest(app).token}"


def picture():
    made = BytesIO()
    Image.new("RGB", (50, 40), "teal").save(made, "PNG")
    made.seek(0)
    return made


def ask(shopper, path, kind="return", **fields):
    form = {"pieces-0": "1", "reason": "damaged", "text": "盖子破了", **fields}
    return shopper.client.post(
        f"{path}/aftersale/new/{kind}", data=form, headers=SAME, content_type="multipart/form-data"
    )


def case(app):
    return aftersale.listing(database(app))[0]


def test_a_buyer_asks_from_the_order_page_shows_a_picture_and_sends_the_goods_back(wang, china):
    path = bought(wang, china)
    assert f'href="{path}/aftersale"' in wang.client.get(path).text
    assert f'href="{path}/aftersale/new/return"' in wang.client.get(f"{path}/aftersale").text
    form = wang.client.get(f"{path}/aftersale/new/return")
    for part in ('enctype="multipart/form-data"', 'name="pieces-0"', 'type="file"', "七天无理由退货", "龙井"):
        assert part in form.text
    answer = ask(wang, path, pictures=[(picture(), "a.png"), (picture(), "b.png")])
    where = answer.headers["Location"]
    assert (answer.status_code, where) == (303, f"{path}/aftersale/{case(china).number}")
    page = wang.client.get(where)
    assert state(page) == "等待商家处理"
    shots = re.findall(r'<img src="([^"]+)"', page.text)
    found = [wang.client.get(shot) for shot in shots]
    assert [(each.status_code, each.mimetype) for each in found] == [(200, "image/jpeg")] * 2
    for part in ("盖子破了", "商品破损", "1 × 龙井"):
        assert part in page.text
    aftersale.agree(database(china), case(china).number, actor="merchant", now=datetime.now(UTC))
    page = wang.client.get(where)
    assert "浙江省湖州市德清县 27 号" in page.text
    assert "寄回运费由商家承担" in page.text
    unnumbered = wang.post(f"{where}/send-back", {"carrier": "顺丰", "tracking": " "})
    assert (unnumbered.status_code, case(china).state) == (422, "to_send_back")
    assert "请填写：运单号。" in unnumbered.text
    assert wang.post(f"{where}/send-back", {"carrier": "顺丰", "tracking": "SF1"}).status_code == 303
    assert (state(wang.client.get(where)), case(china).tracking) == ("寄回途中", "SF1")
    assert "寄回途中" in wang.client.get(path).text


def test_a_replacement_is_followed_from_its_case(wang, china):
    path, now = bought(wang, china), datetime.now(UTC)
    where = ask(wang, path, kind="exchange").headers["Location"]
    shop, number = database(china), case(china).number
    aftersale.agree(shop, number, actor="merchant", now=now)
    aftersale.send_back(shop, number, Parcel("顺丰", "SF1"), now=now)
    aftersale.receive(shop, number, actor="merchant", now=now)
    aftersale.replace(shop, number, Parcel("sf", "SF2"), actor="merchant", now=now)
    page = wang.client.get(where).text
    assert 'href="https://www.kuaidi100.com/chaxun?com=shunfeng&amp;nu=SF2"' in page
    assert re.findall(r'class="note">([^<]+)<', page)[-1] == "顺丰速运 SF2"


def test_what_is_wrong_with_the_form_is_said_beside_it_and_nothing_is_begun(wang, china):
    path = bought(wang, china)
    for fields, place in (
        ({"reason": ""}, "reason"), ({"reason": "steal"}, "reason"), ({"pieces-0": "0"}, "pieces"),
        ({"pieces-0": "2"}, "pieces"), ({"pieces-0": "-1"}, "pieces"), ({"pieces-0": "1e3"}, "pieces"),
        ({"amount": "lots"}, "amount"), ({"amount": "9999"}, "amount"),
        ({"pictures": [(BytesIO(b"<svg onload='alert(1)'/>"), "a.svg")]}, "pictures"),
    ):  # fmt: skip
        answer = ask(wang, path, **fields)
        assert (answer.status_code, mistakes(answer)) == (422, [place])
        assert "盖子破了" in answer.text
    assert count(china, "aftersale") == 0


def test_pictures_of_a_refused_request_are_not_kept(wang, china):
    path = bought(wang, china)
    assert ask(wang, path, reason="", pictures=[(picture(), "a.png")]).status_code == 422
    kept = evidence.folder(china.extensions["shopwright"].settings.var)
    assert list(kept.glob("*")) == []


def test_the_same_form_sent_twice_begins_one_case(wang, china):
    path = bought(wang, china)
    assert [ask(wang, path).status_code for _ in range(2)] == [303, 404]
    assert count(china, "aftersale") == 1


def test_p67_nobody_sees_or_moves_a_case_of_another_order(wang, china):
    first = bought(wang, china)
    ask(wang, first, pictures=[(picture(), "a.png")])
    shot = re.search(r'<img src="([^"]+)"', wang.client.get(f"{first}/aftersale/{case(china).number}").text)[1]
    number, name = case(china).number, shot.rpartition("/")[2]
    second = bought(wang, china)
    for path in (second, f"/orders/{'x' * 32}"):
        assert wang.client.get(f"{path}/aftersale/{number}").status_code == 404
        assert wang.client.get(f"{path}/aftersale/{number}/pictures/{name}").status_code == 404
        for action in ("take-back", "send-back", "confirm", "ask-again"):
            assert wang.post(f"{path}/aftersale/{number}/{action}", {}).status_code == 404
    assert wang.client.get(f"{first}/aftersale/{number}/pictures/../../secret.key").status_code == 404
    assert case(china).state == "asked"
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert wang.client.post(f"{first}/aftersale/{number}/take-back", headers=foreign).status_code == 403
    assert wang.post(f"{first}/aftersale/{number}/explode", {}).status_code == 404
    assert wang.post(f"{first}/aftersale/{number}/send-back", {}).status_code == 409


def test_an_order_that_is_not_paid_offers_nothing(wang):
    path = wang.order("tea")
    assert f"{path}/aftersale" not in wang.client.get(path).text
    assert wang.client.get(f"{path}/aftersale").status_code == 200
    assert wang.client.get(f"{path}/aftersale/new/refund").status_code == 404
    assert wang.client.get(f"{path}/withdraw").status_code == 404
    assert wang.client.get("/withdraw").status_code == 404


def test_only_uploads_may_be_large(wang, china):
    path = bought(wang, china)
    big = b"x" * (300 * 1024)
    assert ask(wang, path, pictures=[(BytesIO(big), "a.png")]).status_code == 422
    assert wang.client.post(f"{path}/pay", data=big, headers=SAME).status_code == 413
    assert ask(wang, path, pictures=[(BytesIO(b"x" * 25 * 1024**2), "a.png")]).status_code == 413


@pytest.mark.parametrize(("prefix", "words"), [("", "Vertrag hier widerrufen"), ("/en", "Withdraw from contract here")])
def test_a_contract_is_withdrawn_in_two_steps_without_an_account_and_acknowledged(germany, prefix, words):
    eva = Shopper(germany, EVA, prefix)
    path = bought(eva, germany, "cup", upto="shipped")
    assert words in eva.client.get(path).text
    assert words in eva.client.get(f"{prefix}/withdraw").text
    wrong = eva.post(f"{prefix}/withdraw", {"number": newest(germany).number, "contact": "other@example.de"})
    assert wrong.status_code == 404
    led = eva.post(f"{prefix}/withdraw", {"number": newest(germany).number, "contact": EVA["email"]})
    assert led.headers["Location"] == f"{path}/withdraw"
    form = eva.client.get(f"{path}/withdraw")
    assert f'value="{EVA["email"]}"' in form.text
    fields = {"pieces-0": "1", "name": EVA["name"], "email": EVA["email"]}
    assert eva.post(f"{path}/withdraw", {**fields, "email": "no"}).status_code == 422
    assert eva.post(f"{path}/withdraw", {**fields, "pieces-0": "0"}).status_code == 422
    review = eva.post(f"{path}/withdraw", fields)
    assert (review.status_code, 'name="step" value="confirm"' in review.text) == (200, True)
    assert count(germany, "aftersale") == 0
    done = eva.post(f"{path}/withdraw", {**fields, "step": "confirm"})
    assert done.headers["Location"] == f"{path}/aftersale/{case(germany).number}"
    assert case(germany).state == "to_send_back"
    told = database(germany).read(
        lambda look: look.all("SELECT recipient FROM notice WHERE topic = 'withdrawal-received'")
    )
    assert told == [(EVA["email"],)]
    assert eva.client.get(f"{path}/withdraw").status_code == 404


def test_what_cannot_be_withdrawn_from_is_not_offered(eva, germany):
    path = bought(eva, germany, "course", upto="paid")
    assert f"{path}/withdraw" not in eva.client.get(path).text
    assert eva.client.get(f"{path}/withdraw").status_code == 404


def test_a_worker_that_just_began_shows_an_order_with_its_cases(wang, china):
    path = bought(wang, china)
    where = ask(wang, path).headers["Location"]
    for address in (where, path, f"{path}/aftersale"):
        fresh = storefront.application(china.extensions["shopwright"].settings.folder)
        assert fresh.test_client().get(address).status_code == 200
        fresh.extensions["shopwright"].close()
