"""Who brought whom: one level of rewards, told with every friend."""

import msgspec
import pytest
from tills import BY_TRANSFER, NOW, PRODUCTS, make_till, order

from generator.promotion import Promotion, PromotionKind
from runtime import campaigns, coupons, customers, orders, payments, receipts
from runtime.coupons import Taken
from runtime.orders import Contact
from runtime.receipts import Cash
from runtime.sharing import referrals
from runtime.sharing.referrals import Sums

SECRET = b"0123456789abcdef0123456789abcdef"
FRIENDS = Promotion(id="friends", name={"zh-CN": "老带新", "en": "Friends"}, kind=PromotionKind.REFERRAL, off=100)


@pytest.fixture
def shop(database, settings):
    return make_till(database, settings, PRODUCTS, msgspec.structs.replace(BY_TRANSFER, promotions=(FRIENDS,)))


def buy(till, name, code=""):
    """Let somebody new buy, pay, receive, and ask for a code of their own."""
    codes = (Taken(text=code, at=int(NOW.timestamp())),) if code else ()
    contact = Contact(name=name, email=f"{name.casefold()}@example.com", phone="")
    made = order(till, [("few", 1)], gateway="transfer", contact=contact, codes=codes)
    receipts.confirm_transfer(till.database, made.number, Cash(), NOW)
    orders.ship(till.database, made.number, orders.Dispatch(), actor="merchant", now=NOW)
    orders.receive(till.database, made.number, actor="buyer", now=NOW)
    orders.complete(till.database, made.number, actor="system", now=NOW)
    people = customers.keys(contact.email, contact.phone)
    own = till.database.write(lambda unit: coupons.refer(unit, "friends", made.id, people, NOW))
    return made, own


def test_who_brought_a_friend_is_rewarded_and_nobody_above_them(shop):
    ann, code_of_ann = buy(shop, "Ann")
    assert shop.database.read(referrals.listing) == []
    ben, code_of_ben = buy(shop, "Ben", code_of_ann)
    cleo, _ = buy(shop, "Cleo", code_of_ben)
    assert campaigns.give_rewards(shop, SECRET, NOW) == 2
    listed = shop.database.read(referrals.listing)
    assert [(each.code, each.number, [one.number for one in each.friends]) for each in listed] == [
        (code_of_ben, ben.number, [cleo.number]), (code_of_ann, ann.number, [ben.number]),
    ]  # fmt: skip
    assert {friend.reward for each in listed for friend in each.friends} == {"open"}
    assert shop.database.read(lambda look: coupons.rewards_of(look, ann.id)) == [(ben.id, "open")]
    assert shop.database.read(lambda look: coupons.rewards_of(look, cleo.id)) == []
    total = ben.total + cleo.total
    assert shop.database.read(referrals.sums) == Sums(codes=3, friends=2, takings=total, given=2, used=0)
    older = shop.database.read(lambda look: referrals.listing(look, 10, listed[0].id))
    assert [each.number for each in older] == [ann.number]
    assert {(friend.takings, friend.counts) for each in listed for friend in each.friends} == {(ben.total, True)}


def test_every_code_is_told_with_all_friends_a_page_at_a_time_and_an_order_given_up_does_not_count(shop):
    ann, code = buy(shop, "Ann")
    ben, _ = buy(shop, "Ben", code)
    taken = (Taken(text=code, at=int(NOW.timestamp())),)
    cleo = Contact(name="Cleo", email="cleo@example.com", phone="")
    left = order(shop, [("few", 1)], gateway="transfer", contact=cleo, codes=taken)
    payments.cancel(shop, left.number, actor="buyer", now=NOW)
    first = shop.database.read(lambda look: referrals.every(look, 1))
    rest = shop.database.read(lambda look: referrals.every(look, 2, first[0].id))
    assert [(each.promotion, each.number, each.friends) for each in first] == [("friends", ben.number, ())]
    assert [(each.number, each.name) for each in rest] == [(ann.number, "Ann")]
    assert [(each.number, each.takings, each.counts) for each in rest[0].friends] == [
        (left.number, 0, False), (ben.number, ben.total, True),
    ]  # fmt: skip
