"""A host's flash sale on the way from the cart to the order: for those who come from the room, and for nobody else."""

import re
from datetime import UTC, datetime

import markets
import pytest
from markets import WANG, Shopper, database, newest

from runtime.live import broadcasts, flash
from runtime.live.flash import Offer
from runtime.live.values import Through
from runtime.web.visit import NAME

ROOM = """title: {zh-CN: 茶话会, en: Tea talk}
starts_at: 2020-01-01T20:00
products: [cake, tea]
source: {kind: embed, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'}
"""


@pytest.fixture(scope="module")
def talking(tmp_path_factory):
    folder = markets.write(tmp_path_factory.mktemp("talking") / "shop", markets.CHINA, markets.CHINESE_GOODS)
    (folder / "live").mkdir()
    (folder / "live/talk.yaml").write_text(ROOM, "utf-8")
    markets.storefront.publish(folder)
    return folder


@pytest.fixture
def app(talking, open_shop):
    made = open_shop(talking)
    front = made.extensions[NAME]
    release, now = front.live.current(), datetime.now(UTC)
    till = front.till(release)
    running, _ = broadcasts.arm(till.database, "talk", through=Through.EMBED, by="host:1", now=now)
    broadcasts.begin(till.database, running.id, now)
    offer = Offer(number=2, sku="tea", price=9900, quantity=2, per_buyer=1, minutes=60)
    flash.start(till, running.id, release.catalogue.find_room("talk"), offer, by="host:1", now=now)
    return made


def subtotal(page):
    return re.findall(r"<bdi>([^<]*)</bdi>", page.text)


def from_room(shopper):
    shopper.post("/cart/add", {"sku": "tea", "room": "talk"})
    return shopper


def test_who_comes_from_the_room_sees_and_pays_the_price_of_the_flash_sale(app):
    wang = from_room(Shopper(app, WANG))
    cart = wang.client.get("/cart")
    assert ("直播间限时抢购" in cart.text, "¥99.00" in subtotal(cart)) == (True, True)
    answer = wang.press(wang.review())
    assert answer.status_code == 303
    order = newest(app)
    assert (order.quote.discount, order.total) == (6900, 9900 + 800)
    assert [each.name["zh-CN"] for each in order.quote.discounts] == ["直播间限时抢购"]
    counted = database(app).read(lambda look: look.all("SELECT promotion, pieces FROM promotion_count"))
    assert counted == [("flash:1", 1)]
    assert "直播间限时抢购" in wang.client.get(f"/orders/{order.token}").text


def test_who_does_not_come_from_the_room_pays_the_regular_price(app):
    wang = Shopper(app, WANG)
    wang.order("tea")
    assert newest(app).total == 16800 + 800


def test_a_buyer_has_as_many_as_the_host_allows(app):
    wang = from_room(Shopper(app, WANG))
    wang.press(wang.review())
    again = from_room(wang)
    assert again.press(again.review()).status_code == 303
    assert newest(app).quote.discount == 0
