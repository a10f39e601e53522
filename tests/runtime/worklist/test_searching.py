"""Orders are found by whatever a merchant remembers of them, and by where they stand."""

from datetime import timedelta

import msgspec
import pytest
from tills import NOW, order

from runtime import aftersale, orders, receipts
from runtime.aftersale import CaseLine, Kind
from runtime.orders import Contact, Dispatch
from runtime.receipts import Cash
from runtime.worklist import notes, searching
from runtime.worklist.searching import Wanted


def find(till, **wanted):
    return till.database.read(lambda look: searching.find(look, Wanted(**wanted)))


def numbers(till, **wanted):
    return [row.number for row in find(till, **wanted).rows]


@pytest.fixture
def two(till):
    """Return two orders: one by transfer of Li Lei, one of Wang that was paid and sent."""
    first = order(till, (("cup", 1),), gateway="transfer")
    contact = Contact(name="王小明", email="wang@example.com", phone="+86 139 8888 4321")
    second = order(till, (("tea", 2), ("song", 1)), gateway="transfer", contact=contact)
    receipts.confirm_transfer(till.database, second.number, Cash(), NOW)
    dispatch = Dispatch(carrier="sf", tracking="SF1020304050607")
    orders.ship(till.database, second.number, dispatch, actor="merchant", now=NOW)
    return first, second


def test_an_order_is_found_by_name_address_phone_tracking_sku_and_title(till, two):
    of_wang = (
        "王小明",
        "小明",
        "wang@EXAMPLE",
        "4321",
        "139 8888 4321",
        "＋86 139 8888 4321",
        "sf10203",
        "102030",
        "SONG",
    )
    for text in of_wang:
        assert (text, numbers(till, text=text)) == (text, [two[1].number])
    assert two[1].number in numbers(till, text="4321")
    for text in ("li lei", "cup"):
        assert (text, numbers(till, text=text)) == (text, [two[0].number])


def test_an_order_is_found_by_its_number_and_by_any_part_of_it(till, two):
    for each in two:
        assert numbers(till, text=each.number) == [each.number]
        assert numbers(till, text=each.number.replace("-", "")) == [each.number]
        assert each.number in numbers(till, text=each.number[-6:])


def test_what_nobody_has_finds_nothing(till, two):
    assert len(two) == 2
    for text in ("%", "_", "!", "'", "name", "contact", "李%", "0000000000000"):
        assert (text, numbers(till, text=text)) == (text, [])


def test_views_tell_where_orders_stand(till, two):
    first, second = (each.number for each in two)
    shown = {view: numbers(till, view=view) for view in searching.VIEWS}
    assert shown == {
        "all": [second, first], "to_ship": [], "unpaid": [first], "sent": [second], "aftersale": [], "done": [],
        "ended": [],
    }  # fmt: skip
    assert till.database.read(lambda look: searching.count(look, "unpaid")) == 1
    receipts.confirm_transfer(till.database, first, Cash(), NOW)
    assert numbers(till, view="to_ship") == [first]


def test_an_open_case_is_told_with_the_earliest_time_it_is_due(till, two):
    lines = (CaseLine(position=0, quantity=1),)
    wish = aftersale.Wish(kind=Kind.REFUND, lines=lines, reason="damaged")
    found = till.database.read(lambda look: orders.get(look, two[1].number))
    aftersale.open_case(till, found, wish, actor="buyer", now=NOW)
    row = find(till, view="aftersale").rows[0]
    assert (row.number, row.case_due) == (found.number, NOW + timedelta(hours=48))


def test_days_narrow_the_list(till):
    old = order(till, now=NOW - timedelta(days=3), gateway="transfer")
    new = order(till, now=NOW)
    begin = int((NOW - timedelta(days=1)).timestamp())
    assert numbers(till, since=begin) == [new.number]
    assert numbers(till, until=begin) == [old.number]


def test_pages_go_on_in_both_directions_and_lose_nothing(till):
    made = [order(till, (("few", 1),)).number for _ in range(7)][::-1]
    first = find(till, limit=3)
    second = find(till, limit=3, before=first.older)
    third = find(till, limit=3, before=second.older)
    assert [row.number for page in (first, second, third) for row in page.rows] == made
    assert (first.newer, third.older) == (0, 0)
    back = find(till, limit=3, after=third.newer)
    assert back.rows == second.rows
    top = find(till, limit=3, after=back.newer)
    assert (top.rows, top.newer, top.older) == (first.rows, 0, first.older)


def test_a_column_sorts_all_orders_both_ways_a_page_at_a_time(till):
    people = {"Bo": (("tea", 2),), "Ada": (("cup", 1),), "Cy": (("tea", 1),)}
    made = {
        name: order(till, lines, contact=Contact(name=name, email="a@example.com"), now=NOW + timedelta(minutes=minute))
        for minute, (name, lines) in enumerate(people.items())
    }
    totals = {name: each.total for name, each in made.items()}
    assert totals["Cy"] < totals["Bo"] < totals["Ada"]
    known = {each.number: name for name, each in made.items()}

    def listed(sort, **wanted):
        return [known[each] for each in numbers(till, sort=sort, **wanted)]

    assert [listed(each) for each in ("placed", "-placed")] == [["Bo", "Ada", "Cy"], ["Cy", "Ada", "Bo"]]
    assert [listed(each) for each in ("total", "-total")] == [["Cy", "Bo", "Ada"], ["Ada", "Bo", "Cy"]]
    assert [listed(each, limit=2) for each in ("-total", "total")] == [["Ada", "Bo"], ["Cy", "Bo"]]
    page = find(till, sort="-total", limit=2)
    assert (page.newer, page.older) == (0, 2)
    last = find(till, sort="-total", limit=2, page=2)
    assert ([known[each.number] for each in last.rows], last.newer, last.older) == (["Cy"], 1, 0)


def test_rows_tell_their_lines_money_and_notes(till, two):
    _, second = two
    write = ("person:1", "Mei")
    till.database.write(lambda transaction: notes.write(transaction, second.id, write, "a gift", NOW))
    row = find(till, text=second.number).rows[0]
    assert [(line.sku, line.quantity) for line in row.lines] == [("tea", 2), ("song", 1)]
    assert (row.name, row.total, row.paid, row.notes, row.waits) == ("王小明", 2300, 2300, 1, False)
    renamed = msgspec.structs.replace(row, contact=Contact(phone="1"))
    assert renamed.name == "1"
