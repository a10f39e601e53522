"""Customers on both databases: found, told about, written about, forgotten; and what keeps histories from change."""

import peewee
import pytest
from tills import NOW, order

from runtime import clientele
from runtime.clientele import erasing, masking, reading, records, searching, writing
from runtime.clientele.erasing import Law
from runtime.clientele.searching import Wanted


def test_masks_keep_little_of_what_is_short():
    phones = {"138 0013 8000": "138****8000", "12345": "***45", "7": "*", "": ""}
    assert {each: masking.phone(each) for each in phones} == phones
    emails = {"wang@example.com": "w***@example.com", "x@y.cn": "x***@y.cn", "": ""}
    assert {each: masking.email(each) for each in emails} == emails


def test_histories_may_be_emptied_and_changed_in_no_other_way(till):
    made = order(till)
    emptied = "UPDATE order_event SET note = '' WHERE order_id = ?"
    till.database.write(lambda transaction: transaction.run(emptied, made.id))
    for change in ("note = 'x'", "note = '', actor = 'me'", "at = 1"):
        changed = f"UPDATE order_event SET {change} WHERE order_id = ?"
        with pytest.raises(peewee.DatabaseError, match="never changed"):
            till.database.write(lambda transaction, changed=changed: transaction.run(changed, made.id))
    with pytest.raises(peewee.DatabaseError, match="never changed"):
        till.database.write(lambda transaction: transaction.run("DELETE FROM order_event WHERE order_id = ?", made.id))


def test_both_databases_find_tell_and_forget(till):
    made = order(till)
    assert clientele.catch_up(till.database) == 1
    assert clientele.catch_up(till.database) == 0
    wanted = Wanted(currency="CNY", text="lilei", whole=True)
    page = till.database.read(lambda look: searching.find(look, wanted))
    (found,) = page.rows
    assert (found.name, found.orders, page.total, page.more) == ("Li Lei", 1, 1, False)
    by = ("person:1", "Mei")
    till.database.write(lambda transaction: writing.add_note(transaction, found.id, by, "a note", NOW))
    allowed = ("email", True, "paper")
    till.database.write(lambda transaction: writing.set_consent(transaction, found.id, allowed, by, NOW))
    assert till.database.read(lambda look: searching.find_one(look, found.id, "CNY")).by_email
    for asked in (
        Wanted(currency="CNY", text="8000", since=1, spent=0, consent="email", sort="spent"),
        Wanted(currency="CNY", text="+86 138 0013 8000", sort="orders"),
        Wanted(currency="CNY", text="LILEI@example.com"),
    ):
        rows = till.database.read(lambda look, asked=asked: searching.find(look, asked)).rows
        assert [row.id for row in rows] == [found.id]
    for nobody in (Wanted(currency="CNY", members=True), Wanted(currency="CNY", consent="none", spent=1)):
        assert till.database.read(lambda look, nobody=nobody: searching.find(look, nobody)).rows == ()
    read = {
        name: till.database.read(lambda look, name=name: getattr(reading, name)(look, found.id))
        for name in ("orders_of", "cases_of", "promotions_of", "friends_of", "addresses_of", "notes_of", "many")
    }
    assert [(each.number, each.what, each.pieces) for each in read.pop("orders_of")] == [(made.number, "tea", 2)]
    assert [each.street for each in read.pop("addresses_of")] == ["1 West Lake"]
    assert [each.text for each in read.pop("notes_of")] == ["a note"]
    assert read == {"cases_of": [], "promotions_of": [], "friends_of": [], "many": (1, 1)}
    (consent,) = till.database.read(lambda look: reading.consents_of(look, found.id))
    assert (consent.purpose, consent.given, consent.way) == ("email", True, "paper")
    told_ = till.database.read(lambda look: records.everything(look, found.id, ("nobody",), NOW))
    assert (told_["orders"][0]["number"], told_["notes_of_the_shop"][0]["text"]) == (made.number, "a note")
    law = Law(country="CN")
    planned = till.database.read(lambda look: erasing.plan(look, found.id, law, (), NOW))
    done = till.database.write(lambda transaction: erasing.carry_out(transaction, found.id, law, (), NOW))
    assert done == planned
    assert till.database.read(lambda look: searching.find(look, wanted)).rows == ()
