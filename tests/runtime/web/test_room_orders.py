"""What is bought from a live room is counted and attributed, from the first press to the order."""

import time

import markets
import pytest
import storefront
from markets import Shopper, database

ROOM = """title: {zh-CN: 直播, en: Live}
starts_at: 2026-11-01T20:00
products: [tea, last]
source: {kind: broadcast}
"""
_BROADCAST = (
    "INSERT INTO live_broadcast (room, ordinal, practice, through, stream, state, version, key_hash, key_tail, "
    "key_generation, armed_at, started_at, ended_why, recording, recording_bytes, duration_ms, peak, likes, "
    "provider_ref, actor) "
    "VALUES ('evening', 1, 0, 'own', '1', 'live', 1, 'x', 'tail', 1, ?, ?, '', 'none', 0, 0, 0, 0, '', 'host')"
)
_PIN = "INSERT INTO live_pin (broadcast_id, number, product, at_ms, until_ms, actor) VALUES (1, ?, ?, ?, ?, 'host')"


@pytest.fixture(scope="session")
def selling(tmp_path_factory):
    folder = markets.published(tmp_path_factory.mktemp("selling") / "shop", markets.CHINA, markets.CHINESE_GOODS)
    (folder / "live").mkdir(exist_ok=True)
    (folder / "live/evening.yaml").write_text(ROOM, "utf-8")
    storefront.publish(folder)
    return folder


@pytest.fixture
def app(selling, open_shop):
    made = open_shop(selling)
    now = int(time.time())
    opened = database(made)
    opened.write(lambda write: write.run(_BROADCAST, now - 100, now - 100))
    opened.write(lambda write: write.run(_PIN, 2, "last", (now - 90) * 1000, (now - 50) * 1000))
    opened.write(lambda write: write.run(_PIN, 1, "tea", (now - 50) * 1000, None))
    return made


@pytest.fixture
def wang(app):
    return Shopper(app, markets.WANG)


def rows(app, statement):
    return database(app).read(lambda look: look.all(statement))


def sources(app):
    return rows(app, "SELECT broadcast_id, room, pin_id, number FROM live_order")


def test_an_order_from_a_room_is_its_broadcasts_and_that_of_what_is_explained(wang, app):
    assert wang.post("/cart/add", {"sku": "tea", "quantity": "2", "room": "evening"}).status_code == 303
    wang.order()
    assert sources(app) == [(1, "evening", 2, 1)]
    assert rows(app, "SELECT product, clicks, carts FROM live_interest") == [("tea", 0, 2)]


def test_the_pin_that_the_page_shows_counts(wang, app):
    wang.post("/cart/add", {"sku": "tea", "room": "evening", "pin": "1"})
    wang.order()
    assert sources(app) == [(1, "evening", 1, 2)]


@pytest.mark.parametrize("pin", ["0", "99", "-1", "x", "1 OR 1=1", "9" * 40, "１"])
def test_a_pin_that_is_none_is_nobodys(wang, app, pin):
    assert wang.post("/cart/add", {"sku": "tea", "room": "evening", "pin": pin}).status_code == 303
    wang.order()
    assert sources(app) == [(1, "evening", 2, 1)]


def test_an_order_from_elsewhere_is_no_rooms(wang, app):
    wang.post("/cart/add", {"sku": "tea", "room": "nowhere", "pin": "1"})
    wang.order()
    assert (sources(app), rows(app, "SELECT * FROM live_interest")) == ([], [])


def test_the_room_stays_what_an_order_came_from_when_more_is_bought_elsewhere(wang, app):
    wang.post("/cart/add", {"sku": "tea", "room": "evening"})
    wang.add("cake")
    wang.order()
    assert sources(app) == [(1, "evening", 2, 1)]
    assert rows(app, "SELECT product, carts FROM live_interest") == [("tea", 1)]


def test_what_does_not_go_in_is_not_counted(wang, app):
    wang.post("/cart/add", {"sku": "last", "quantity": "5", "room": "evening"})
    wang.post("/cart/add", {"sku": "last", "quantity": "1", "room": "evening"})
    assert rows(app, "SELECT product, carts FROM live_interest") == [("last", 1)]


def test_a_form_with_other_fields_is_refused(wang):
    assert wang.post("/cart/add", {"sku": "tea", "room": "evening", "broadcast": "1"}).status_code == 400


def test_a_code_of_nobody_is_refused_in_a_shop_with_live_rooms_too(wang):
    wang.post("/cart/add", {"sku": "tea", "quantity": "1", "room": "evening"})
    refused = wang.post("/cart/code", {"code": "NOBODY"})
    assert refused.status_code == 422
    assert "NOBODY" in refused.text
