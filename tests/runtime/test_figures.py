"""Figures on both databases: what was sold and counted, day by day of the shop's clock, and as a file."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tills import NOW, order, placement

from runtime import placing, receipts
from runtime.figures import reports, sheets, spans
from runtime.figures.counted import Interest, Visits
from runtime.figures.reports import rate
from runtime.figures.sheets import Names
from runtime.figures.sold import Good, Orders
from runtime.figures.spans import Span
from runtime.gateways import Report, Verdict
from runtime.visits.tally import Seen, Tally, Who

ZONE = ZoneInfo("Asia/Shanghai")
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
PLAIN = Names(column=str.upper, product=lambda handle, former: former or handle, channel=str.title, room=str.title)
TODAY = spans.lately(1, NOW, ZONE)


def pay(till, made):
    row = till.database.read(lambda look: look.find("SELECT reference FROM payment WHERE order_id = ?", made.id))
    told = {"amount": made.total, "currency": made.currency, "transaction": f"T-{made.id}"}
    receipts.confirm(
        till.database, Report(gateway="rehearsal", reference=row[0], verdict=Verdict.SUCCEEDED, **told), NOW
    )


def visit(till, people, at=NOW):
    tally = Tally()
    for number in range(people):
        who = Who(address=f"198.51.100.{number}", agent=CHROME, shop="s")
        for seen in (Seen(kind="product", subject="tea", channel="weibo"), Seen(kind="live", subject="evening")):
            tally.note(till.database, who, seen, at, ZONE)
    tally.note_words("oolong", at.astimezone(ZONE).date().isoformat())
    tally.write(till.database)


@pytest.fixture
def shop(till):
    """Three visitors of today, a paid order that came by Weibo, one that nobody paid, and one of the day before."""
    visit(till, 3)
    paid = placing.place(till, placement(till, (("tea", 2), ("cup", 1)), channel="weibo"), NOW).order
    pay(till, paid)
    order(till, (("tea", 1),))
    placing.place(till, placement(till, (("tea", 1),)), NOW - timedelta(days=1))
    return till


def ask(till, report, span=TODAY):
    return till.database.read(lambda look: report(look, "CNY", span))


def test_a_day_has_its_visits_its_orders_and_its_sales(shop):
    found = ask(shop, reports.overview, spans.lately(2, NOW, ZONE))
    yesterday, today = found.days
    assert today.visits == Visits(visitors=3, views=6, lookers=3)
    assert today.orders == Orders(placed=2, paid=1, total=4550, kept=4550)
    assert (today.sales, today.sold, today.refunds) == (4550, 1, 0)
    assert (yesterday.visits, yesterday.orders.placed) == (Visits(), 1)
    assert (found.begun, found.is_counted) == (TODAY.first, False)
    assert found.funnel.span == TODAY
    assert [count for _, count in found.funnel.steps] == [3, 3, 0, 0, 2, 1]


def test_what_is_sold_and_looked_at_meets_at_the_product(shop):
    tea, cup = ask(shop, reports.products)[1], ask(shop, reports.products)[0]
    assert (cup.product, cup.good.amount, cup.conversion) == ("cup", 2550, None)
    assert tea.good == Good(title="tea", pieces=2, amount=2000, orders=1)
    assert tea.interest == Interest(views=3, visitors=3)
    assert tea.conversion == pytest.approx(1 / 3)


def test_orders_meet_visits_at_their_channel_and_the_others_come_last(shop):
    weibo, unknown = ask(shop, reports.channels)
    assert (weibo.channel, weibo.visits.visitors, weibo.orders.paid) == ("weibo", 3, 1)
    assert weibo.conversion == pytest.approx(1 / 3)
    assert (unknown.channel, unknown.orders.placed, unknown.conversion) == ("", 1, None)


def test_a_room_that_was_only_looked_at_is_told_as_well(shop):
    (room,) = ask(shop, reports.rooms)
    assert (room.room, room.interest.visitors, room.orders, room.peak) == ("evening", 3, Orders(), 0)


def test_every_report_is_a_file_with_its_columns(shop):
    def rows(kind):
        return shop.database.read(lambda look: sheets.rows(look, kind, "CNY", TODAY, PLAIN))

    day = TODAY.first.isoformat()
    assert rows("days") == [(day, "3", "6", "3", "0", "0", "2", "1", "45.50", "0.00", "CNY")]
    assert rows("products")[1] == ("tea", "tea", "2", "20.00", "1", "0", "0.00", "3", "3", "0", "0.3333", "CNY")
    assert rows("channels")[0] == ("Weibo", "3", "6", "3", "0", "0", "1", "1", "45.50", "0.3333", "CNY")
    assert rows("rooms") == [("Evening", "evening", "0", "0", "0", "3", "0", "0", "0", "0.00", "CNY")]
    assert rows("searches") == [("oolong", "1", day)]
    for kind in sheets.KINDS:
        lines = list(sheets.lines(kind, rows(kind), PLAIN))
        assert lines[0].removeprefix("\ufeff").strip().split(",") == [name.upper() for name in sheets.HEADS[kind]]
        assert {line.count(",") for line in lines} == {len(sheets.HEADS[kind]) - 1}


def test_a_share_is_told_only_of_a_whole_that_holds_it():
    assert [rate(1, 4), rate(0, 4), rate(4, 4), rate(5, 4), rate(0, 0)] == [0.25, 0.0, 1.0, None, None]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Asia/Kathmandu"])
def test_days_begin_by_the_shops_clock_also_when_it_is_put_back(zone):
    place = ZoneInfo(zone)
    span = Span(first=date(2026, 10, 31), last=date(2026, 11, 2), zone=place)
    assert span.days == 3
    assert (span.until - span.since) // 3600 == (73 if zone == "America/New_York" else 72)
    assert [span.day_of(second) for second in (span.since, span.until - 1)] == [span.first, span.last]
    assert span.before == Span(first=date(2026, 10, 28), last=date(2026, 10, 30), zone=place)
    assert span.counted(None) is None
    assert span.counted(date(2026, 11, 3)) is None
    assert span.counted(date(2026, 11, 2)).days == 1


def test_days_that_are_asked_for_lie_in_the_past_and_are_not_without_end():
    now = datetime(2026, 11, 23, 20, tzinfo=UTC)
    found = spans.between(date(2030, 1, 1), date(1, 1, 1), now, ZONE)
    assert (found.last, found.days) == (date(2026, 11, 24), spans.LONGEST)
