"""A buyer sends an order elsewhere while it lies here: at the same price, by the same rules as at the checkout."""

import pytest
from markets import database, mistakes, newest

from runtime import orders

HERE = {"name": "王小明", "region": "浙江省", "city": "杭州市", "district": "西湖区", "street": "文三路 1 号"}


def test_the_form_shows_the_address_as_it_is_and_writes_the_new_one(wang, china):
    path = wang.order("tea")
    page = wang.client.get(f"{path}/address")
    assert (page.status_code, f'href="{path}/address"' in wang.client.get(path).text) == (200, True)
    assert f'value="{newest(china).address.street}"' in page.text
    answer = wang.post(f"{path}/address", HERE)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert newest(china).address.street == "文三路 1 号"
    assert "文三路 1 号" in wang.client.get(path).text


@pytest.mark.parametrize(
    ("change", "wrong"), [({"street": ""}, ["street"]), ({"city": "杭洲市"}, ["city"]), ({"name": "x" * 300}, ["name"])]
)
def test_what_is_wrong_with_it_is_said_at_its_field_and_nothing_changes(wang, china, change, wrong):
    path = wang.order("tea")
    before = newest(china).address
    answer = wang.post(f"{path}/address", {**HERE, **change})
    assert (answer.status_code, mistakes(answer), newest(china).address) == (422, wrong, before)


def test_a_place_that_nothing_is_delivered_to_is_not_taken(wang, china):
    path = wang.order("tea")
    before = newest(china)
    far = {**HERE, "region": "新疆维吾尔自治区", "city": "乌鲁木齐市", "district": "天山区"}
    answer = wang.post(f"{path}/address", far)
    assert (answer.status_code, len(mistakes(answer))) == (422, 1)
    assert newest(china).address == before.address


def test_p67_p69_strangers_and_late_comers_change_nothing(wang, china):
    path = wang.order("tea", gateway="cash_on_delivery")
    order = newest(china)
    assert wang.post(f"/orders/{'a' * 32}/address", HERE).status_code == 404
    assert wang.client.post(f"{path}/address", data=HERE, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    orders.ship(database(china), order.number, orders.Dispatch(), actor="merchant", now=order.placed_at)
    assert wang.client.get(f"{path}/address").status_code == 409
    assert wang.post(f"{path}/address", HERE).status_code == 409
    assert newest(china).address == order.address
