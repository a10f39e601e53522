"""Codes: what they mean, how long, for whom; referrals and what they earn."""

import re
from datetime import timedelta

import msgspec
import pytest
from rules import rule
from tills import LATER, NOW, make_terms, make_till, order, placement, rows

from generator.promotion import Coupon
from runtime import audit, campaigns, coupons, customers, orders, payments, placing, uses
from runtime.coupons import Taken
from runtime.mail import letters
from runtime.notices import Topic
from runtime.orders import Contact
from runtime.payments import Cash

AT = int(NOW.timestamp())
SECRET = b"0123456789abcdef0123456789abcdef"
FRIEND = Contact(name="Friend", email="friend@example.com", phone="13800138001")
DAY = 24 * 60 * 60


def shop(database, settings, *promotions):
    return make_till(database, settings, terms=make_terms(promotions=promotions))


def code(text, at=AT):
    return Taken(text=text, at=at)


def meant(till, text, at=AT, now=NOW, people=()):
    """Return which promotion a code asks for, or why for none."""
    found = till.database.read(lambda look: coupons.find(look, till.terms.promotions, code(text, at), people, now))
    return found.problem.code if found.problem else found.promotion


def test_a_public_code_is_read_as_people_type_it(database, settings):
    till = shop(database, settings, rule("sale", "amount_off", off=100, code="SAVE-10"))
    assert [meant(till, text) for text in ("save10", " Save 10 ", "SAVE-1O", "ＳＡＶＥ１０")] == ["sale"] * 4
    assert meant(till, "SAVE-11") == "code-unknown"


def test_a_public_code_is_taken_in_its_window_and_valid_for_its_days_after_that(database, settings):
    first, last = NOW - timedelta(days=1), NOW + timedelta(days=1)
    window = Coupon(
        code="WINDOW", receive_from=first.strftime("%Y-%m-%dT%H:%M:%SZ"),
        receive_until=last.strftime("%Y-%m-%dT%H:%M:%SZ"), valid_days=7,
    )  # fmt: skip
    till = shop(database, settings, msgspec.structs.replace(rule("window", "amount_off", off=100), coupon=window))
    assert meant(till, "WINDOW", AT - 2 * DAY) == "code-not-handed-out"
    assert meant(till, "WINDOW", AT + DAY, NOW + timedelta(days=1)) == "code-not-handed-out"
    assert meant(till, "WINDOW", AT, NOW + timedelta(days=7) - timedelta(seconds=1)) == "window"
    assert meant(till, "WINDOW", AT, NOW + timedelta(days=7)) == "code-expired"


def test_single_codes_are_told_once_and_kept_as_hashes(database, settings):
    till = shop(database, settings, rule("batch", "amount_off", off=100, code=""))
    made = till.database.write(lambda transaction: coupons.make(transaction, "batch", "spring", 3, NOW))
    assert len(set(made)) == 3
    assert all(re.fullmatch(r"([2-9A-HJKMNP-Z]{4}-){2}[2-9A-HJKMNP-Z]{4}", each) for each in made)
    assert rows(till, "SELECT DISTINCT state, order_id FROM coupon") == [("open", None)]
    assert [meant(till, each.replace("-", "").lower()) for each in made] == ["batch"] * 3
    assert till.database.write(lambda transaction: coupons.void(transaction, code=made[0])) == 1
    assert (meant(till, made[0]), meant(till, made[1])) == ("code-used", "batch")
    assert till.database.write(lambda transaction: coupons.void(transaction, batch="spring")) == 2
    assert till.database.read(coupons.batches) == [
        coupons.Batch(promotion="batch", batch="spring", open=0, held=0, used=0, void=3)
    ]


def test_a_single_code_is_held_then_used_and_void_leaves_it_alone(database, settings):
    till = shop(database, settings, rule("batch", "amount_off", off=100, code=""))
    (made,) = till.database.write(lambda transaction: coupons.make(transaction, "batch", "spring", 1, NOW))
    found = order(till, [("few", 1)], codes=(code(made),), gateway="transfer")
    assert till.database.write(lambda transaction: coupons.void(transaction, batch="spring")) == 0
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    assert rows(till, "SELECT state, order_id FROM coupon") == [("used", found.id)]
    assert rows(till, "SELECT state FROM promotion_use") == [("used",)]
    assert meant(till, made) == "code-used"


def test_one_person_is_one_customer_however_the_address_is_written():
    same = customers.keys("Li.Lei+shop@Googlemail.com", "+86 138 0013 8000")
    assert same == customers.keys("lilei@gmail.com", "13800138000")
    assert set(same) & set(customers.keys("other@gmail.com", "138-0013-8000"))
    assert not set(same) & set(customers.keys("li.lei@example.com", "13900139000"))
    assert customers.keys("a.b@example.com", "") != customers.keys("ab@example.com", "")
    assert customers.keys("", "") == ()


def test_members_are_whom_the_merchant_made_members(database, settings):
    till = shop(database, settings, rule("club", "member_price", percent=1000, customers="members"))
    assert order(till, [("few", 1)]).total == 500
    assert till.database.write(lambda transaction: customers.add_member(transaction, "LiLei@example.com", NOW))
    assert not till.database.write(lambda transaction: customers.add_member(transaction, "lilei@example.com", NOW))
    assert order(till, [("few", 1)]).total == 450
    assert till.database.write(lambda transaction: customers.remove_member(transaction, "lilei@example.com"))
    assert order(till, [("few", 1)]).total == 500


def test_what_is_for_new_customers_is_for_their_first_order(database, settings):
    till = shop(database, settings, rule("first", "amount_off", off=100, customers="new"))
    first = order(till, [("few", 1)])
    assert (first.total, order(till, [("few", 1)]).total) == (400, 500)
    again = Contact(name="Li", email="lilei+again@example.com", phone="13900139000")
    assert placing.quote(till, placement(till, [("few", 1)], contact=again), NOW).total == 500


def referring(till, found):
    return till.database.write(
        lambda transaction: coupons.refer(
            transaction, "friends", found.id, customers.keys(found.contact.email, found.contact.phone), NOW
        )
    )


def test_a_friend_gets_off_and_the_referrer_a_coupon_when_the_friends_order_is_completed(database, settings):
    till = shop(database, settings, rule("friends", "referral", off=100))
    first = order(till, [("few", 1)])
    given = referring(till, first)
    assert referring(till, first) == given
    friends = order(till, [("few", 1)], codes=(code(given.lower()),), contact=FRIEND, gateway="cash_on_delivery")
    assert friends.total == 400
    assert campaigns.give_rewards(till, SECRET, NOW) == 0
    orders.ship(till.database, friends.number, orders.Dispatch(), actor="merchant", now=NOW)
    payments.confirm_transfer(till, friends.number, Cash(), NOW)
    orders.complete(till.database, friends.number, actor="system", now=NOW)
    assert (campaigns.give_rewards(till, SECRET, NOW), campaigns.give_rewards(till, SECRET, NOW)) == (1, 0)
    assert till.database.read(lambda look: coupons.rewards_of(look, first.id)) == [(friends.id, "open")]
    assert rows(till, "SELECT order_id FROM notice WHERE topic = 'referral-reward'") == [(first.id,)]
    reward = coupons.reward_code(SECRET, friends.id)
    assert order(till, [("few", 1)], codes=(code(reward),)).total == 400
    assert order(till, [("few", 1)], codes=(code(reward),)).total == 500
    assert till.database.read(audit.report).differences == ()


def test_nobody_refers_themselves_or_somebody_who_has_ordered(database, settings):
    till = shop(database, settings, rule("friends", "referral", off=100))
    given = referring(till, order(till, [("few", 1)]))
    own = placing.quote(till, placement(till, [("few", 1)], codes=(code(given),)), NOW)
    assert (own.total, "code-own" in [step.code for step in own.trace]) == (500, True)
    order(till, [("few", 1)], contact=FRIEND)
    known = placing.quote(till, placement(till, [("few", 1)], codes=(code(given),), contact=FRIEND), NOW)
    assert (known.total, "promotion-new" in [step.code for step in known.trace]) == (500, True)


def test_a_gift_is_a_line_that_costs_nothing_and_is_taken_out_of_stock(database, settings):
    till = shop(database, settings, rule("gift", "gift", gift="rare", minimum_amount=1000, total=5))
    found = order(till, [("tea", 1)])
    assert [(line.sku, line.quantity, line.unit_price, line.total) for line in found.lines] == [
        ("tea", 1, 1000, 1000), ("rare", 1, 0, 0),
    ]  # fmt: skip
    assert [(line.sku, line.gift) for line in found.quote.lines] == [("tea", ""), ("rare", "gift")]
    assert rows(till, "SELECT sku, level FROM stock WHERE sku = 'rare'") == [("rare", 0)]
    second = order(till, [("tea", 1)])
    assert [line.sku for line in second.lines] == ["tea"]
    payments.cancel(till, found.number, actor="buyer", now=NOW)
    assert rows(till, "SELECT sku, level FROM stock WHERE sku = 'rare'") == [("rare", 1)]
    assert till.database.read(audit.report).differences == ()


def test_a_gift_of_what_is_bought_as_well_shares_its_stock(database, settings):
    till = shop(database, settings, rule("gift", "gift", gift="cup", gifts=2))
    found = order(till, [("cup", 2)])
    assert [(line.sku, line.quantity, line.total) for line in found.lines] == [("cup", 2, 5100), ("cup", 1, 0)]
    assert rows(till, "SELECT quantity FROM stock_hold") == [(3,)]


def test_a_whole_refund_before_anything_left_gives_a_coupon_back(database, settings):
    till = shop(database, settings, rule("once", "amount_off", off=100, code="ONCE", per_customer=1))
    found = order(till, [("few", 1)], codes=(code("ONCE"),), gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    till.database.write(lambda transaction: orders.step(transaction, found.id, orders.Event.REFUND, actor="t", now=NOW))
    assert rows(till, "SELECT state FROM promotion_use") == [("released",)]
    assert till.database.read(lambda look: uses.look(look, ["once"], ())) == {"once": uses.Used()}


def test_a_shop_without_promotions_asks_the_database_nothing_about_them(database, settings):
    till = make_till(database, settings)
    asked = []
    plain = till.database.read

    class Watching:
        dialect = database.dialect

        def read(self, look):
            asked.append(look)
            return plain(look)

    watched = type(till)(database=Watching(), goods=till.goods, gateways=till.gateways)
    assert placing.quote(watched, placement(till, [("few", 1)]), LATER).total == 500
    assert asked == []


@pytest.mark.parametrize(("orders_before", "left"), [(0, 100), (2, 0)])
def test_a_limit_that_the_merchant_changes_counts_what_was_given_before(database, settings, orders_before, left):
    till = shop(database, settings, rule("free", "amount_off", off=100))
    for _ in range(orders_before):
        order(till, [("few", 1)])
    limited = shop(database, settings, rule("free", "amount_off", off=100, total=2))
    assert order(limited, [("few", 1)]).quote.discount == left


def test_the_mail_names_what_was_taken_off(database, settings):
    till = shop(database, settings, rule("sale", "amount_off", off=100, code="SAVE"))
    found = order(till, [("few", 1)], codes=(code("SAVE"),))
    text = letters.of_order(Topic.ORDER_PLACED, found, till.terms, "").get_body(("plain",)).get_content()
    assert re.search(r"Sale\s+-¥1\.00", text)
