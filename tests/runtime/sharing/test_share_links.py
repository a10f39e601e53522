"""Short links: codes nobody guesses, clicks by day, and orders by the link that was followed last."""

import itertools
from datetime import date, timedelta

import pytest
from tills import NOW, order

from runtime import payments, receipts
from runtime.receipts import Cash
from runtime.sharing import figures, links, touches
from runtime.sharing.figures import Figures
from runtime.sharing.links import Kind, New
from runtime.sharing.touches import Touch

SECRET = b"0123456789abcdef0123456789abcdef"
TEA = New(kind=Kind.PRODUCT, target="tea", locale="zh-CN", channel="wechat", label="群")


def add(till, new=TEA):
    return till.database.write(lambda transaction: links.add(transaction, new, "person:1", NOW))


def ordered(till, link, *, followed=NOW, **given):
    return order(till, gateway="transfer", link=link.code, link_at=int(followed.timestamp()), **given)


def told(till, link):
    return till.database.read(lambda look: figures.of_links(look, (link.id,), "CNY"))[link.id]


def click(till, link, day, times=1):
    for _ in range(times):
        till.database.write(lambda transaction: links.count_click(transaction, link.id, day.isoformat()))


def test_a_code_is_eight_letters_that_nobody_confuses_and_none_follows_from_another(till):
    made = [add(till, New(kind=Kind.SHOP, locale="en", channel="other", label=str(n)))[0].code for n in range(30)]
    assert len(set(made)) == 30
    assert all(links.CODE.fullmatch(code) for code in made)
    assert not set("01ilo") & set("".join(made))
    shared = [sum(a == b for a, b in zip(one, other, strict=True)) for one, other in itertools.pairwise(made)]
    assert max(shared) < 6
    assert till.database.read(lambda look: links.find(look, "../console")) is None


def test_the_same_place_channel_and_name_is_the_same_link_until_it_is_switched_off(till):
    first, made = add(till)
    assert (made, add(till)) == (True, (first, False))
    assert add(till, New(kind=Kind.PRODUCT, target="tea", locale="zh-CN", channel="wechat", label="群 2"))[1]
    assert till.database.write(lambda transaction: links.switch(transaction, first.code, NOW, on=False))
    assert not till.database.write(lambda transaction: links.switch(transaction, first.code, NOW, on=False))
    again, made = add(till)
    assert made
    assert again.code != first.code
    off = till.database.read(lambda look: links.listing(look, off=True))
    assert [each.code for each in off] == [first.code]
    assert till.database.write(lambda transaction: links.switch(transaction, first.code, NOW, on=True))
    assert till.database.read(lambda look: links.find(look, first.code)).off_at is None


def test_a_shop_keeps_so_many_links_and_no_more(till, monkeypatch):
    monkeypatch.setattr(links, "MOST_LINKS", 1)
    add(till)
    with pytest.raises(links.TooManyError):
        add(till, New(kind=Kind.SHOP, locale="en", channel="print"))


def test_an_order_counts_for_the_link_with_what_was_paid_and_kept(till):
    link, _ = add(till)
    click(till, link, date(2026, 11, 22), 3)
    click(till, link, date(2026, 11, 23), 2)
    first, second, third = (ordered(till, link) for _ in range(3))
    receipts.confirm_transfer(till.database, first.number, Cash(), NOW)
    payments.cancel(till, third.number, actor="merchant", now=NOW)
    assert told(till, link) == Figures(clicks=5, orders=2, takings=first.total)
    listed = till.database.read(lambda look: figures.orders_of(look, link.id))
    assert [row[0] for row in listed] == [third.number, second.number, first.number]
    days = till.database.read(lambda look: figures.by_day(look, link.id, date(2026, 11, 23), 3))
    assert [count for _, count in days] == [0, 3, 2]


def test_channels_are_summed_between_days(till):
    wechat, _ = add(till)
    flyer, _ = add(till, New(kind=Kind.SHOP, locale="zh-CN", channel="print"))
    click(till, wechat, date(2026, 11, 22), 2)
    click(till, flyer, date(2026, 11, 21), 4)
    bought = ordered(till, flyer)
    receipts.confirm_transfer(till.database, bought.number, Cash(), NOW)
    at = int(NOW.timestamp())

    def sums(first, last, moments):
        return till.database.read(lambda look: figures.of_channels(look, "CNY", (first, last), moments))

    assert sums("2026-11-22", "2026-11-22", (at, at + 1)) == {
        "wechat": Figures(clicks=2), "print": Figures(orders=1, takings=bought.total),
    }  # fmt: skip
    assert sums("2026-11-21", "2026-11-21", (0, at)) == {"print": Figures(clicks=4)}


@pytest.mark.parametrize(("ago", "counts"), [(0, True), (touches.DAYS - 1, True), (touches.DAYS, False), (-1, False)])
def test_a_link_counts_for_seven_days_after_it_was_followed(till, ago, counts):
    link, _ = add(till)
    ordered(till, link, followed=NOW - timedelta(days=ago))
    assert told(till, link).orders == int(counts)


def test_an_order_of_a_code_that_is_none_belongs_to_no_link(till):
    order(till, link="zzzzzzzz", link_at=int(NOW.timestamp()))
    assert till.database.read(lambda look: look.all("SELECT * FROM share_order")) == []


def test_only_what_the_shop_signed_says_by_which_link_somebody_came():
    word = touches.sign(SECRET, "abcdefgh", NOW)
    at = int(NOW.timestamp())
    assert touches.read(SECRET, word, NOW) == Touch(code="abcdefgh", at=at)
    code, moment, mark = word.split("-")
    for forged in (
        f"abcdefgj-{moment}-{mark}", f"{code}-{at + 1:x}-{mark}", f"{code}-{moment}-{'0' * 12}", f"{word}0", "", code,
    ):  # fmt: skip
        assert touches.read(SECRET, forged, NOW) == Touch()
    assert touches.read(b"another secret of another shop !", word, NOW) == Touch()
    assert touches.read(SECRET, word, NOW + timedelta(days=7)) == Touch()
