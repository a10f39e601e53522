"""Stock and prices of the moment, the count of the cart, and where a live room stands."""

import json
from datetime import UTC, datetime

import published
import pytest

from generator.shop import LiveRoom, LiveSource
from runtime import stock
from runtime.web import rooms
from runtime.web.rooms import RoomState


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    folder = published.write(tmp_path_factory.mktemp("text") / "shop")
    published.publish(folder)
    return folder


@pytest.fixture
def shop(text, tmp_path):
    return published.Served(text, tmp_path / "shop")


def offers(shop, products, query=""):
    answer = shop.get(f"/api/v1/offers?products={products}{query}")
    assert answer.status_code == 200
    return answer.get_json()["offers"]


def test_an_offer_says_price_and_whether_there_is_any(shop):
    assert offers(shop, "cup") == {
        "cup-g": {
            "product": "cup", "price": "¥45.50", "amount": 4550, "compare_at": "¥60.00", "unit": "", "note": "",
            "until": "", "available": True, "left": 3,
        },
        "cup-w": {
            "product": "cup", "price": "¥48.00", "amount": 4800, "compare_at": "", "unit": "", "note": "", "until": "",
            "available": False, "left": None,
        },
    }  # fmt: skip


def test_many_left_are_not_counted_and_unlimited_goods_are_there(shop):
    assert offers(shop, "tea-06")["tea-06"]["left"] is None
    assert offers(shop, "tea-05")["tea-05"]["left"] == 5
    assert offers(shop, "endless")["endless"] == {
        "product": "endless", "price": "¥9.00", "amount": 900, "compare_at": "", "unit": "", "note": "", "until": "",
        "available": True, "left": None,
    }  # fmt: skip


def test_stock_comes_from_the_database_and_not_from_the_text(shop):
    assert offers(shop, "tea-02")["tea-02"]["left"] == 2
    with shop.app.test_request_context():
        database = shop.app.extensions["shopwright"].database
    stock.adjust(database, "tea-02", -2, actor="test", note="broken", now=datetime.now(UTC))
    assert offers(shop, "tea-02")["tea-02"] | {"price": ""} == {
        "product": "tea-02", "price": "", "amount": 10200, "compare_at": "", "unit": "", "note": "", "until": "",
        "available": False, "left": None,
    }  # fmt: skip
    stock.adjust(database, "tea-02", 50, actor="test", note="found", now=datetime.now(UTC))
    assert offers(shop, "tea-02")["tea-02"]["available"] is True


def test_prices_are_written_for_the_page_that_asks(shop):
    assert offers(shop, "cup", "&locale=de")["cup-g"]["price"] == "45,50\N{NO-BREAK SPACE}¥"
    assert offers(shop, "cup", "&locale=xx")["cup-g"]["price"] == "¥45.50"


def test_what_is_not_on_offer_now_is_left_out(shop):
    assert offers(shop, "draft,later,nothing,%3Cscript%3E,,cup").keys() == {"cup-g", "cup-w"}
    assert offers(shop, "") == {}


def test_an_answer_may_be_shared_for_ten_seconds_and_asked_for_again_by_its_tag(shop):
    first = shop.get("/api/v1/offers?products=cup")
    assert first.headers["Cache-Control"] == "public, max-age=10"
    assert "Set-Cookie" not in first.headers
    assert first.headers["Content-Type"] == "application/json"
    again = shop.get("/api/v1/offers?products=cup", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.get_data()) == (304, b"")
    other = shop.get("/api/v1/offers?products=cup,tea-01", If_None_Match=first.headers["ETag"])
    assert other.status_code == 200


@pytest.mark.parametrize(
    "query",
    ["products=" + ",".join(f"p{n}" for n in range(51)), "products=" + "x" * 201],
    ids=["too-many", "too-long"],
)
def test_what_is_out_of_bounds_is_refused_as_json(shop, query):
    answer = shop.get(f"/api/v1/offers?{query}")
    assert answer.status_code == 400
    assert answer.get_json().keys() == {"error", "message", "request"}


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/live/nowhere", "/api/v2/offers", "/api/"])
def test_an_unknown_address_of_the_api_answers_json(shop, path):
    answer = shop.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")


def test_r105_without_a_database_pages_stay_and_offers_ask_for_patience(text, tmp_path):
    shop = published.Served(text, tmp_path / "shop")
    for path in (shop.folder / "var").glob("shop.db*"):
        path.unlink()
    answer = shop.get("/api/v1/offers?products=cup")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/json")
    assert int(answer.headers["Retry-After"]) > 0
    assert shop.get("/products/cup/").status_code == 200
    assert shop.get("/search?q=茶").status_code == 200
    assert not (shop.folder / "var" / "shop.db").exists()


def test_the_cart_is_counted_for_its_owner_only(shop):
    assert shop.get("/api/v1/cart").get_json() == {"count": 0}
    assert shop.post("/cart/add", {"sku": "tea-09", "quantity": "2"}).status_code == 303
    assert shop.get("/api/v1/cart").get_json() == {"count": 2}
    assert shop.get("/api/v1/cart").headers["Cache-Control"] == "no-store"
    assert shop.app.test_client().get("/api/v1/cart", headers={"Host": "127.0.0.1"}).get_json() == {"count": 0}


@pytest.mark.parametrize(("handle", "state"), [("before", "before"), ("now", "live"), ("over", "ended")])
def test_a_room_stands_where_its_times_say(shop, handle, state):
    before = datetime.now(UTC).replace(microsecond=0)
    found = shop.get(f"/api/v1/live/{handle}")
    document = found.get_json()
    assert document["state"] == state
    assert document["bag"] == ["cup", "tea-01"]
    assert document["offers"].keys() == {"cup-g", "cup-w", "tea-01"}
    assert found.headers["Cache-Control"] == "no-store"
    assert before <= datetime.fromisoformat(document["now"]) <= datetime.now(UTC)


def test_the_state_of_a_room_changes_at_its_very_times():
    room = LiveRoom(
        handle="r", title={"en": "R"}, starts_at="2026-04-05T12:00:00Z", ends_at="2026-04-05T14:00:00Z",
        source=LiveSource(kind="embed"),
    )  # fmt: skip
    at = {
        "2026-04-05T11:59:59+00:00": RoomState.BEFORE,
        "2026-04-05T12:00:00+00:00": RoomState.LIVE,
        "2026-04-05T20:00:00+08:00": RoomState.LIVE,
        "2026-04-05T13:59:59+00:00": RoomState.LIVE,
        "2026-04-05T14:00:00+00:00": RoomState.ENDED,
        "2027-01-01T00:00:00+00:00": RoomState.ENDED,
    }
    assert {moment: rooms.state(room, datetime.fromisoformat(moment)) for moment in at} == at


def test_what_is_typed_cannot_leave_the_json(shop):
    answer = shop.get("/api/v1/offers?products=cup&locale=%3C/script%3E")
    assert b"<" not in answer.get_data()
    assert json.loads(answer.get_data())["offers"]


def test_r110_only_a_live_page_allows_a_foreign_frame_and_exactly_its_own(shop):
    policy = shop.get("/live/now/").headers["Content-Security-Policy"]
    assert "frame-src 'self' https://www.youtube-nocookie.com" in policy.split("; ")
    assert "frame-src" not in shop.get("/products/cup/").headers["Content-Security-Policy"]


def test_r110_the_page_of_a_room_names_its_player_and_loads_nothing_from_elsewhere(shop):
    text = shop.text("/live/now/")
    assert 'data-src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?playsinline=1"' in text
    for tag in ("<iframe", "<object", "<embed", "<video", ' src="http', 'srcset="http', "preconnect", "dns-prefetch"):
        assert tag not in text, tag


def test_r110_a_stream_that_plays_in_the_page_is_allowed_as_media_and_not_as_a_frame(tmp_path):
    folder = published.write(tmp_path / "text")
    (folder / "live/now.yaml").write_text(
        "title: {zh-CN: 直播}\nstarts_at: 2020-01-01T12:00:00Z\n"
        "source: {kind: embed, provider: hls, url: 'https://cdn.example.net/tea/live.m3u8'}\n",
        "utf-8",
    )
    published.publish(folder)
    policy = published.Served(folder, tmp_path / "shop").get("/live/now/").headers["Content-Security-Policy"]
    assert "media-src 'self' blob: https://cdn.example.net" in policy.split("; ")
    assert "frame-src 'self'" in policy.split("; ")


def test_the_cities_and_districts_of_a_province_are_there_to_pick_from(shop):
    answer = shop.get("/api/v1/divisions/浙江省")
    assert "西湖区" in answer.json["杭州市"]
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert shop.get("/api/v1/divisions/某省").status_code == 404
