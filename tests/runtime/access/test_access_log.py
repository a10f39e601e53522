"""The log of the console: a row stays as it was written, or everybody sees that it did not (A98)."""

import threading
from datetime import timedelta

import msgspec
import peewee
import pytest
from lodgers import hire
from tills import NOW

from runtime.access import log
from runtime.access.log import COMMAND, Break, By, Entry, Wish

_UNGUARDED = {
    "sqlite": ("DROP TRIGGER console_log_no_update", "DROP TRIGGER console_log_no_delete"),
    "postgres": ("ALTER TABLE console_log DISABLE TRIGGER ALL",),
}


def fill(office, count=6):
    for number in range(count):
        log.note(office, COMMAND, Entry(what="order.shipped", subject=str(number)), NOW + timedelta(seconds=number))


def verdict(office, expected=""):
    return office.database.read(lambda look: log.verify(look, office, expected))


def tamper(office, *statements):
    """Change the log as only somebody with the whole database can."""

    def unit(transaction):
        for statement in (*_UNGUARDED[office.database.dialect], *statements):
            transaction.run(statement)

    office.database.write(unit)


def test_an_untouched_log_is_whole(office):
    assert verdict(office).breaks == ()
    fill(office)
    assert (verdict(office).rows, verdict(office).breaks) == (6, ())


def test_a98_the_database_itself_refuses_to_change_a_row(office):
    fill(office)
    for statement in ("UPDATE console_log SET what = 'x'", "DELETE FROM console_log"):
        with pytest.raises((peewee.IntegrityError, peewee.InternalError, peewee.OperationalError)) as caught:
            office.database.write(lambda transaction, statement=statement: transaction.run(statement))
        assert "never changed" in str(caught.value)
    assert verdict(office).breaks == ()


def test_a98_a_changed_row_breaks_the_chain(office):
    columns = ("actor", "name", "what", "subject", "before", "after", "address")
    fill(office, len(columns) + 1)
    tamper(office, *(f"UPDATE console_log SET {name} = 'x' WHERE number = {n}" for n, name in enumerate(columns, 1)))
    office.database.write(lambda transaction: transaction.run("UPDATE console_log SET at = at - 1 WHERE number = 8"))
    assert verdict(office).breaks == tuple(Break("changed", number) for number in range(1, 9))


def test_a98_a_row_that_is_gone_is_missed(office):
    fill(office)
    tamper(office, "DELETE FROM console_log WHERE number = 3")
    assert verdict(office).breaks == (Break("missing", 3), Break("changed", 4))


def test_a98_an_end_that_is_cut_off_is_missed(office):
    fill(office)
    tamper(office, "DELETE FROM console_log WHERE number > 4")
    assert verdict(office).breaks == (Break("cut", 4),)
    tamper_all = "DELETE FROM console_log"
    office.database.write(lambda transaction: transaction.run(tamper_all))
    assert verdict(office).breaks == (Break("cut", 0),)


def test_a98_a_chain_that_was_made_anew_without_the_secret_is_none_of_ours(office):
    fill(office)
    tamper(office, "DELETE FROM console_log")
    forger = msgspec.structs.replace(office, secret=b"somebody else's secret, not ours")
    fill(forger)
    assert verdict(office).breaks == (Break("cut", 6),)


def test_a98_a_seal_that_was_noted_is_missed_even_after_a_backup_was_put_back(office):
    fill(office, 4)
    noted = verdict(office).seal
    fill(office, 2)
    assert verdict(office, noted).breaks == (Break("clock", 5),)
    assert verdict(office, "0" * 64).breaks == (Break("clock", 5), Break("expected", 6))


def test_a98_a_clock_that_goes_backwards_is_seen(office):
    for seconds in (0, 10, 5, 20):
        log.note(office, COMMAND, Entry(what="x"), NOW + timedelta(seconds=seconds))
    assert verdict(office).breaks == (Break("clock", 3),)


def test_a98_nobody_writes_a_second_line_into_a_row(office):
    for text in ("a\r\nb", "a\nb", "a\x00b"[:1] + "\x1b[2Jb", "a\u2028b", "a\u202eb", "a\x85b"):
        log.note(office, By(actor="person:1", name=text), Entry(what="x", subject=text, before=text, after=text), NOW)
        [line] = office.database.read(lambda look: log.lines(look, Wish(), limit=1))
        for kept in (line.name, line.subject, line.before, line.after):
            assert len(kept.splitlines()) == 1
            assert kept[0] == "a"
            assert kept[-1] == "b"
            assert kept.isprintable()
    assert verdict(office).breaks == ()


def test_what_is_long_is_cut_to_500_characters(office):
    log.note(office, COMMAND, Entry(what="x", after="茶" * 10_000), NOW)
    [line] = office.database.read(lambda look: log.lines(look, Wish()))
    assert line.after == "茶" * 499 + "…"
    assert verdict(office).breaks == ()


def test_rows_of_many_at_once_are_one_chain(office):
    threads = [threading.Thread(target=fill, args=(office, 10)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verdict(office)
    assert found.rows == 40
    assert {each.kind for each in found.breaks} <= {"clock"}


def test_a_deed_that_fails_is_not_in_the_log(office):
    def unit(transaction):
        log.write(transaction, office, COMMAND, Entry(what="x"), NOW)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  our own
        office.database.write(unit)
    assert (verdict(office).rows, verdict(office).breaks) == (0, ())


def test_rows_are_found_by_who_what_about_and_when(office):
    mei = hire(office)
    for number, what in enumerate(["order.shipped", "order.refunded", "orders.exported", "stock.adjusted"]):
        entry = Entry(what=what, subject=f"4821-{number}", before="5%", after="7")
        log.note(office, mei.by, entry, NOW + timedelta(days=number))

    def found(**wish):
        return [line.what for line in office.database.read(lambda look: log.lines(look, Wish(**wish)))]

    everything = ["stock.adjusted", "orders.exported", "order.refunded", "order.shipped"]
    assert found(actor=f"person:{mei.id}") == everything
    assert found(what="order") == ["order.refunded", "order.shipped"]
    assert found(what="order.refunded") == ["order.refunded"]
    assert found(text="4821-3") == ["stock.adjusted"]
    assert found(text="5%") == everything
    assert found(text="5_") == []
    day = int((NOW + timedelta(days=1)).timestamp())
    assert found(since=day, until=day + 86400) == ["order.refunded"]
    page = office.database.read(lambda look: log.lines(look, Wish(), before=4, limit=2))
    assert [line.number for line in page] == [3, 2]


def test_a92_no_cell_is_a_formula(office):
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "plain"):
        log.note(office, COMMAND, Entry(what="x", subject=text), NOW)
    rows = office.database.read(lambda look: log.lines(look, Wish()))
    assert [log.cells(line)[5] for line in reversed(rows)] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "plain"]
