"""Promotions that many want at once: eight processes, both databases; P numbers are the cases of the catalogue."""

import json
import threading
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from forking import Program
from rules import rule
from tills import NOW, make_terms, make_till, order, placement, rows

from generator.promotion import Group
from runtime import audit, coupons, groups, payments, placing, uses
from runtime.coupons import Taken
from runtime.orders import Contact
from runtime.placing import PriceChangedRefusal
from runtime.refusals import Refusal

SHOPPER = Path(__file__).with_name("shopper.py")
CODE = Taken(text="SAVE", at=int(NOW.timestamp()))


def race(settings, promotions, wishes):
    """Let a process for each wish order at the same moment; return what they were answered."""
    about = {
        "folder": str(settings.folder),
        "address": settings.database if settings.database.startswith("postgres") else "",
        "promotions": msgspec.to_builtins(promotions), "lines": [("few", 1)], "codes": [], "times": 1, "joins": "",
    }  # fmt: skip
    shoppers = []
    for number, wish in enumerate(wishes):
        own = {"name": f"shopper{number}", "email": f"s{number}@example.com", "phone": f"1380013{number:04}"}
        shoppers.append(Program(SHOPPER, json.dumps({**about, **own, **wish})))
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
    return answers


def tally(answers):
    return Counter(each.get("refused", "placed") for each in answers)


def sound(till):
    assert till.database.read(audit.report).differences == ()
    assert till.database.read(uses.differences) == []
    assert till.database.read(groups.differences) == []


def stocked(database, settings, *promotions):
    return make_till(database, settings, terms=make_terms(promotions=promotions))


def test_p11_saleor_544_opencart_4812_a_coupon_for_one_order_makes_one_of_eight_cheaper(database, settings):
    """saleor#15849 and #15855 as well: who loses the coupon has touched nobody's order or payment."""
    once = rule("once", "amount_off", off=200, code="SAVE", total=1)
    till = stocked(database, settings, once)
    answers = race(settings, [once], [{"codes": ["save"]}] * 8)
    assert tally(answers) == {"placed": 1, "price-changed": 7}
    assert rows(till, "SELECT orders, pieces FROM promotion_count") == [(1, 1)]
    assert rows(till, "SELECT SUM(discount) FROM order_line") == [(200,)]
    assert rows(till, "SELECT state FROM orders") == [("pending_payment",)]
    assert rows(till, "SELECT COUNT(*) FROM payment") == [(0,)]
    assert rows(till, "SELECT level FROM stock WHERE sku = 'few'") == [(99,)]
    sound(till)


def test_oscar_2101_4580_django_lfs_202_a_code_that_is_good_once_is_good_once(database, settings):
    batch = rule("batch", "amount_off", off=200, code="")
    till = stocked(database, settings, batch)
    (code,) = till.database.write(lambda transaction: coupons.make(transaction, "batch", "spring", 1, NOW))
    answers = race(settings, [batch], [{"codes": [code.lower().replace("-", " ")]}] * 8)
    assert tally(answers) == {"placed": 1, "price-changed": 7}
    assert rows(till, "SELECT state FROM coupon") == [("held",)]
    assert code not in str(rows(till, "SELECT * FROM coupon"))
    sound(till)


def test_p13_shopware_11245_one_buyer_in_eight_sessions_has_a_coupon_once(database, settings):
    own = rule("own", "amount_off", off=200, code="SAVE", per_customer=1)
    till = stocked(database, settings, own)
    spellings = ["lilei@gmail.com", "LiLei@gmail.com", "li.lei@gmail.com", "lilei+1@gmail.com"] * 2
    answers = race(settings, [own], [{"codes": ["SAVE"], "email": email} for email in spellings])
    assert tally(answers) == {"placed": 1, "price-changed": 7}
    sound(till)


def test_p2_a_flash_sale_sells_its_own_stock_and_not_a_piece_more(database, settings):
    flash = rule("flash", "flash_sale", price=100, stock=20)
    till = stocked(database, settings, flash)
    answers = race(settings, [flash], [{"times": 5}] * 8)
    assert tally(answers) == {"placed": 20, "price-changed": 20}
    assert rows(till, "SELECT orders, pieces FROM promotion_count") == [(20, 20)]
    assert rows(till, "SELECT SUM(discount), SUM(quantity) FROM order_line") == [(8000, 20)]
    sound(till)


def test_the_last_place_of_a_group_is_taken_once(database, settings):
    three = rule("three", "group_buy", price=300, group=Group(size=3, seconds=3600))
    till = stocked(database, settings, three)
    first = order(till, [("few", 1)], opens="three", gateway="transfer")
    group = till.database.read(lambda transaction: groups.of_order(transaction, first.id))
    answers = race(settings, [three], [{"joins": group.token}] * 8)
    assert tally(answers) == {"placed": 2, "group-full": 6}
    assert rows(till, "SELECT taken, paid, state FROM buying_group") == [(3, 0, "open")]
    sound(till)


def test_p12_a_cancelled_order_gives_its_coupon_back_once(database, settings):
    till = stocked(database, settings, rule("once", "amount_off", off=200, code="SAVE", total=1, per_customer=1))
    first = order(till, [("few", 1)], codes=(CODE,))
    assert first.quote.discount == 200
    payments.cancel(till, first.number, actor="buyer", now=NOW)
    till.database.write(lambda transaction: uses.release(transaction, first.id))
    with pytest.raises(Refusal):
        payments.cancel(till, first.number, actor="buyer", now=NOW)
    assert rows(till, "SELECT orders, pieces FROM promotion_count") == [(0, 0)]
    assert order(till, [("few", 1)], codes=(CODE,)).quote.discount == 200
    other = Contact(email="other@example.com")
    assert order(till, [("few", 1)], codes=(CODE,), contact=other).quote.discount == 0
    sound(till)


def test_p12_a_cancelled_order_gives_its_single_code_back(database, settings):
    till = stocked(database, settings, rule("batch", "amount_off", off=200, code=""))
    (code,) = till.database.write(lambda transaction: coupons.make(transaction, "batch", "spring", 1, NOW))
    taken = (Taken(text=code, at=1),)
    first = order(till, [("few", 1)], codes=taken)
    assert order(till, [("few", 1)], codes=taken).quote.discount == 0
    payments.cancel(till, first.number, actor="buyer", now=NOW)
    assert rows(till, "SELECT state, order_id FROM coupon") == [("open", None)]
    assert order(till, [("few", 1)], codes=taken).quote.discount == 200
    sound(till)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ends_at": "2020-01-01T00:00:00Z"}, "promotion-over"),
        ({"minimum_amount": 5000}, "promotion-short"),
        ({"products": ("tea",)}, "promotion-no-items"),
    ],
)
def test_p14_a_coupon_that_no_longer_holds_is_refused_when_it_is_sent_again(database, settings, change, reason):
    till = stocked(database, settings, rule("save", "amount_off", off=200, code="SAVE"))
    wish = placement(till, [("few", 1)], codes=(CODE,))
    changed = stocked(database, settings, rule("save", "amount_off", off=200, code="SAVE", **change))
    with pytest.raises(PriceChangedRefusal) as caught:
        placing.place(changed, wish, NOW)
    assert (caught.value.quote.total, caught.value.quote.discounts) == (500, ())
    assert reason in [step.code for step in caught.value.quote.trace]
    assert rows(till, "SELECT COUNT(*) FROM orders") == rows(till, "SELECT COUNT(*) FROM promotion_use") == [(0,)]


def test_p14_a_code_of_another_shop_asks_for_nothing_and_says_so(database, settings):
    till = stocked(database, settings, rule("save", "amount_off", off=200, code="SAVE"))
    found = placing.quote(till, placement(till, [("few", 1)], codes=(Taken(text="OTHER", at=1),)), NOW)
    assert (found.discount, [step.code for step in found.trace if step.code.startswith("code")]) == (
        0,
        ["code-unknown"],
    )


def test_p9_a_total_that_the_buyer_made_up_is_not_taken(database, settings):
    till = stocked(database, settings, rule("save", "amount_off", off=200, code="SAVE"))
    with pytest.raises(PriceChangedRefusal):
        placing.place(till, placement(till, [("few", 1)], expected_total=300), NOW)


def test_p16_an_order_that_a_coupon_makes_free_is_paid_without_a_gateway(database, settings):
    till = stocked(database, settings, rule("all", "amount_off", off=9999, code="SAVE"))
    found = order(till, [("few", 1)], codes=(CODE,))
    assert (found.total, found.state) == (0, "paid")
    assert rows(till, "SELECT COUNT(*) FROM payment") == [(0,)]
    assert rows(till, "SELECT state FROM promotion_use") == [("used",)]
    sound(till)


def test_orders_placed_and_cancelled_at_once_leave_no_count_behind(database, settings):
    rules = (
        rule("coupon", "amount_off", off=100, code="SAVE", total=3, stacks_with=("*",)),
        rule("flash", "flash_sale", price=300, stock=2, stacks_with=("*",)),
        rule("post", "free_delivery", stacks_with=("*",)),
    )
    till = stocked(database, settings, *rules)
    answers = []

    def shop(number):
        contact = Contact(name="Shopper", email=f"shopper{number}@example.com", phone=f"1380013{number:04}")
        for _ in range(6):
            try:
                found = order(till, [("few", 1)], codes=(CODE,), contact=contact)
                answers.append(found.quote.discount)
                payments.cancel(till, found.number, actor="buyer", now=NOW)
            except PriceChangedRefusal:
                answers.append(-1)

    threads = [threading.Thread(target=shop, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 48
    assert set(answers) <= {-1, 0, 100, 200, 300}
    assert max(answers) == 300
    assert set(rows(till, "SELECT orders, pieces FROM promotion_count")) == {(0, 0)}
    assert set(rows(till, "SELECT orders, pieces FROM promotion_customer")) == {(0, 0)}
    assert rows(till, "SELECT level FROM stock WHERE sku = 'few'") == [(100,)]
    sound(till)
