"""What became of promotions: counted once, added up exactly, and told with who had them; on both databases."""

from datetime import timedelta

from rules import rule
from tills import NOW, make_terms, make_till, order

from generator.promotion import Group
from runtime import campaigns, coupons, payments
from runtime.coupons import Taken
from runtime.orders import Contact
from runtime.payments import Cash
from runtime.worklist import invited, promoted

SECRET = b"0123456789abcdef0123456789abcdef"
TEN = rule("ten", "percent_off", percent=1000)
LETTER = rule("letter", "amount_off", off=50, code="")
THREE = rule("three", "group_buy", price=300, products=("few",), group=Group(size=3, seconds=3600))
FRIENDS = rule("friends", "referral", off=100)


def shop(database, settings, *promotions):
    return make_till(database, settings, terms=make_terms(promotions=promotions))


def buyer(number):
    return Contact(name=f"Buyer {number}", email=f"buyer{number}@example.com", phone=f"138001380{number:02}")


def pay(till, *found):
    for each in found:
        payments.confirm_transfer(till, each.number, Cash(), NOW)


def test_takings_and_what_was_given_count_paid_orders_once_and_held_ones_not_yet(database, settings):
    till = shop(database, settings, TEN)
    paid = [order(till, [("few", 2)], gateway="transfer", contact=buyer(each)) for each in (1, 2)]
    order(till, [("few", 1)], gateway="transfer", contact=buyer(3))
    pay(till, *paid)
    found = database.read(lambda look: promoted.figures(look, till.terms.currency))
    given = sum(each.quote.discount for each in paid)
    assert found == {
        "ten": promoted.Figure(held=3, pieces=5, orders=2, takings=sum(each.total for each in paid), given=given)
    }
    assert given > 0
    used = database.read(lambda look: promoted.uses(look, "ten"))
    assert [(each.state, each.name, each.pieces) for each in used] == [
        ("held", "Buyer 3", 1), ("used", "Buyer 2", 2), ("used", "Buyer 1", 2),
    ]  # fmt: skip
    older = database.read(lambda look: promoted.uses(look, "ten", before=used[1].id, limit=1))
    assert [each.number for each in older] == [paid[0].number]


def test_a_key_makes_the_same_codes_each_time_and_a_batch_is_told_with_who_used_it(database, settings):
    till = shop(database, settings, LETTER)
    made = coupons.batch_codes(SECRET, "key", 3)
    assert made == coupons.batch_codes(SECRET, "key", 3)
    assert len({*made, *coupons.batch_codes(SECRET, "other", 3)}) == 6
    put = [database.write(lambda unit: coupons.put(unit, "letter", "spring", made, NOW)) for _ in range(2)]
    assert put == [3, 0]
    bought = order(
        till, [("few", 1)], gateway="transfer", contact=buyer(1),
        codes=(Taken(text=made[0].lower(), at=int(NOW.timestamp())),),
    )  # fmt: skip
    pay(till, bought)
    (batch,) = database.read(lambda look: promoted.batches(look, "letter"))
    assert (batch.name, batch.made, batch.open, batch.used, batch.void) == ("spring", 3, 2, 1, 0)
    listed = database.read(lambda look: promoted.codes(look, "letter"))
    assert [(each.tail, each.state, each.order) for each in listed] == [
        (made[2][-4:], "open", ""), (made[1][-4:], "open", ""), (made[0][-4:], "used", bought.number),
    ]  # fmt: skip
    assert [database.write(lambda unit: coupons.void_one(unit, "letter", listed[0].id)) for _ in range(2)] == [
        True,
        False,
    ]
    assert not database.write(lambda unit: coupons.void_one(unit, "another", listed[1].id))
    database.write(lambda unit: coupons.put(unit, "ten", "spring", coupons.batch_codes(SECRET, "ten", 1), NOW))
    assert database.write(lambda unit: coupons.void(unit, promotion="letter", batch="spring")) == 1
    (left,) = database.read(lambda look: promoted.batches(look, "ten"))
    assert left.open == 1
    assert database.read(lambda look: promoted.has_batch(look, "letter", "spring"))
    assert not database.read(lambda look: promoted.has_batch(look, "letter", "autumn"))


def test_groups_are_told_with_the_orders_in_them_and_open_ones_by_their_end(database, settings):
    till = shop(database, settings, THREE)
    first = order(till, [("few", 1)], opens="three", gateway="transfer", contact=buyer(1))
    pay(till, first)
    (group,) = database.read(lambda look: invited.groups(look, "open"))
    second = order(till, [("few", 1)], joins=group.token, gateway="transfer", contact=buyer(2))
    (group,) = database.read(lambda look: invited.groups(look, "open"))
    assert (group.taken, group.paid, group.size, group.ends_at) == (
        2,
        1,
        3,
        NOW.replace(microsecond=0) + timedelta(hours=1),
    )
    assert [(each.order, each.state, each.name) for each in group.places] == [
        (first.number, "paid", "Buyer 1"), (second.number, "held", "Buyer 2"),
    ]  # fmt: skip
    assert database.read(lambda look: invited.open_groups(look, "three")) == 1
    campaigns.end_groups(till, NOW + timedelta(hours=2))
    assert database.read(invited.group_counts) == {"failed": 1}
    assert database.read(lambda look: invited.groups(look, "open")) == []
    assert [each.state for each in database.read(invited.groups)] == ["failed"]
