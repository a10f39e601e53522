"""Flash sales of the host: rules of the engine with pieces of their own, which hold in the room and on time."""

import json
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from floor import PRODUCTS, Shop, later, make_desk, room, state
from forking import Program
from tills import BY_TRANSFER, NOW, make_till, order, placement, rows

from generator import promoting
from generator.promotion import Condition, Promotion, PromotionKind
from runtime import audit, payments, placing, uses
from runtime.live import broadcasts, flash
from runtime.live.flash import Offer
from runtime.live.offers import Offers
from runtime.orders import Contact
from runtime.placing import PriceChangedRefusal
from runtime.refusals import Refusal
from runtime.till import Till

SHOPPER = Path(__file__).with_name("flash_shopper.py")
ROOM = room()
MANY = 4
"""The bag number of what there is plenty of."""


@pytest.fixture
def till(database, settings):
    return make_till(database, settings, PRODUCTS, BY_TRANSFER)


@pytest.fixture
def live(till):
    """Return the id of a broadcast that is live."""
    made, _ = broadcasts.arm(till.database, ROOM.handle, by="test", now=NOW)
    broadcasts.begin(till.database, made.id, NOW)
    return made.id


def start(till, live, **changes):
    offer = Offer(**{"number": MANY, "sku": "many", "price": 100, "quantity": 20, "minutes": 1, **changes})
    return flash.start(till, live, ROOM, offer, by="host", now=NOW)


def seen(till, now):
    """Return the till as it stands with the flash sales of a moment."""
    offers = Offers().now(till.database, till.goods, now)
    return Till(database=till.database, goods=till.goods, gateways=till.gateways, offers=offers)


def buy(till, now, quantity=1, name="a", quoted=None, **changes):
    here = seen(till, quoted or now)
    fields = {"room": ROOM.handle, "contact": Contact(name="V", email=f"{name}@example.com"), "gateway": "transfer"}
    wish = {**fields, "quoted_at": int(quoted.timestamp()) if quoted else 0, **changes}
    asked = placement(here, [("many", quantity)], **{**wish, "expected_total": 0})
    total = placing.quote(here, asked, quoted or now).total
    return placing.place(here, placement(here, [("many", quantity)], **wish, expected_total=total), now).order


def test_the_price_holds_for_viewers_of_the_room_until_it_ends_and_says_why(till, live):
    start(till, live)
    assert buy(till, later(59)).total == 100
    assert buy(till, later(59), name="b", room="").total == 500
    assert buy(till, later(60), name="c").total == 500
    found = buy(till, later(30), name="d").quote
    assert [(each.promotion, each.amount, each.pieces) for each in found.discounts] == [("flash:1", 400, 1)]
    assert found.discounts[0].name["zh-CN"] == "直播间限时抢购"
    assert "promotion" in [step.code for step in found.trace]


def test_l12_what_a_review_showed_before_the_end_holds_for_two_seconds(till, live):
    start(till, live)
    assert buy(till, later(61), quoted=later(20)).total == 100
    for quoted, now in ((later(20), later(62)), (later(60), later(61))):
        wish = {"quoted_at": int(quoted.timestamp()), "room": ROOM.handle, "gateway": "transfer"}
        here = seen(till, quoted)
        asked = placement(here, [("many", 1)], **wish, expected_total=100)
        with pytest.raises(PriceChangedRefusal):
            placing.place(here, asked, now)
    assert rows(till, "SELECT COUNT(*) FROM orders") == [(1,)]


def test_a_buyer_gets_as_many_as_the_host_allows_and_the_rest_at_the_regular_price(till, live):
    start(till, live, per_buyer=2)
    assert buy(till, later(1), quantity=3).total == 100 + 100 + 500
    assert buy(till, later(2)).total == 500


def test_a_stopped_flash_sale_is_over_and_the_end_of_the_broadcast_stops_it(till, live):
    first = start(till, live)
    assert flash.stop(till, first.id, later(10)) is True
    assert flash.stop(till, first.id, later(11)) is False
    assert buy(till, later(13)).total == 500
    start(till, live, number=1, sku="tea", quantity=2)
    broadcasts.end(till.database, live, "host", later(20))
    assert seen(till, later(23)).offers == ()


def test_a_cancelled_order_gives_its_piece_back(till, live):
    made = start(till, live, quantity=1)
    first = buy(till, later(1))
    assert buy(till, later(2), name="b").total == 500
    payments.cancel(till, first.number, actor="buyer", now=later(3))
    assert till.database.read(lambda look: flash.left(look, [made])) == {made.id: 1}
    assert buy(till, later(4), name="c").total == 100


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"price": 500}, "live-flash-price"),
        ({"price": -1}, "live-flash-price"),
        ({"number": 5}, "live-number-unknown"),
        ({"sku": "tea"}, "product-gone"),
        ({"quantity": 1001}, "live-flash-stock"),
        ({"quantity": 0}, "field-invalid"),
        ({"minutes": 241}, "field-invalid"),
    ],
)
def test_a_flash_sale_that_cannot_be_meant_is_not_started(till, live, change, code):
    with pytest.raises(Refusal) as caught:
        start(till, live, **change)
    assert caught.value.code == code
    assert rows(till, "SELECT COUNT(*) FROM live_flash") == [(0,)]


def test_one_sku_is_in_one_flash_sale_at_a_time_and_none_runs_without_a_broadcast(till, live):
    start(till, live)
    with pytest.raises(Refusal) as caught:
        start(till, live, price=50)
    assert caught.value.code == "live-flash-running"
    broadcasts.end(till.database, live, "host", NOW)
    with pytest.raises(Refusal) as caught:
        start(till, live, number=1, sku="tea")
    assert caught.value.code == "live-not-open"


def test_a_practice_sells_nothing(till):
    made, _ = broadcasts.arm(till.database, ROOM.handle, practice=True, by="test", now=NOW)
    start(till, made.id)
    assert seen(till, later(1)).offers == ()


@pytest.mark.parametrize(("written", "paid"), [(200, 100), (80, 80)])
def test_the_better_price_of_the_text_and_of_the_flash_sale_counts(database, settings, written, paid):
    till = with_a_week(database, settings, written, promoting.moment(later(1)))
    made, _ = broadcasts.arm(database, ROOM.handle, by="test", now=NOW)
    start(till, made.id)
    assert buy(till, later(1)).total == paid


def test_a_flash_sale_is_cheaper_than_what_everybody_pays_now_be_it_for_a_promotion(database, settings):
    till = with_a_week(database, settings, 80, None)
    made, _ = broadcasts.arm(database, ROOM.handle, by="test", now=NOW)
    with pytest.raises(Refusal) as caught:
        start(till, made.id)
    assert (caught.value.code, caught.value.values["price"]) == ("live-flash-price", "¥0.80")
    start(till, made.id, price=79)
    assert buy(till, later(1)).total == 79


def with_a_week(database, settings, price, starts_at):
    """Return a till whose shop sells everything at one price from an instant on."""
    fixed = Promotion(
        id="fixed",
        name={"en": "Week"},
        kind=PromotionKind.FIXED_PRICE,
        price=price,
        priority=7,
        when=Condition(starts_at=starts_at),
    )
    return make_till(database, settings, PRODUCTS, msgspec.structs.replace(BY_TRANSFER, promotions=(fixed,)))


def test_l9_the_room_tells_of_a_flash_sale_by_the_servers_clock(till, live, settings):
    made = start(till, live)
    buy(till, later(1))
    make_desk(till.database, settings, Shop(), later(2))
    at = int(NOW.timestamp()) * 1000
    assert state(settings)["flash"] == [
        {"id": made.id, "number": 4, "sku": "many", "product": "many", "price": 100, "was": 500, "left": 19,
         "starts": at, "ends": at + 60_000}
    ]  # fmt: skip


def test_what_is_left_of_a_flash_sale_is_never_more_than_there_is(till, live, settings):
    start(till, live, number=1, sku="tea", price=900, quantity=5)
    order(till, [("tea", 8)], gateway="transfer")
    make_desk(till.database, settings, Shop(), later(2))
    assert [each["left"] for each in state(settings)["flash"]] == [2]


def race(settings, wishes):
    """Let a process for each wish order at the same moment; return how often each answer was given."""
    about = {
        "folder": str(settings.folder), "room": ROOM.handle, "times": 5, "seen": later(59).isoformat(),
        "address": settings.database if settings.database.startswith("postgres") else "",
    }  # fmt: skip
    shoppers = [
        Program(SHOPPER, json.dumps({**about, "name": f"viewer{number}", **wish})) for number, wish in enumerate(wishes)
    ]
    for shopper in shoppers:
        assert shopper.stdout.readline() == "ready\n"
    for shopper in shoppers:
        shopper.stdin.write("go\n")
        shopper.stdin.flush()
    answers = []
    for shopper in shoppers:
        output, _ = shopper.communicate()
        assert shopper.returncode == 0
        answers += [json.loads(line) for line in output.splitlines()]
    return Counter(each.get("refused", "placed") for each in answers)


def test_l12_p2_eight_processes_at_t_zero_sell_the_flash_stock_and_not_a_piece_more(till, live, settings):
    start(till, live)
    moments = [later(59), later(60), later(61), later(59.5)] * 2
    assert race(settings, [{"now": moment.isoformat()} for moment in moments]) == {"placed": 20, "price-changed": 20}
    assert rows(till, "SELECT promotion, orders, pieces FROM promotion_count") == [("flash:1", 20, 20)]
    assert rows(till, "SELECT SUM(discount), SUM(quantity) FROM order_line") == [(8000, 20)]
    assert rows(till, "SELECT level FROM stock WHERE sku = 'many'") == [(980,)]
    assert till.database.read(audit.report).differences == ()
    assert till.database.read(uses.differences) == []


def test_l12_after_the_end_nobody_gets_the_price_however_many_try(till, live, settings):
    start(till, live)
    moments = [later(62), later(63)]
    assert race(settings, [{"now": moment.isoformat(), "times": 2} for moment in moments]) == {"price-changed": 4}
    assert rows(till, "SELECT COUNT(*) FROM promotion_count") == [(0,)]
