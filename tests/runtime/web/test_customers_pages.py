"""Customers in the console: found, written about, told everything, and forgotten as far as the law lets."""

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta

import markets
import office_desk
import pytest
import storefront
from colleagues import now
from office_desk import mistakes, told, words

from runtime import aftersale, audit, clientele, customers, orders, receipts, stock
from runtime.aftersale import CaseLine, Kind, evidence
from runtime.clientele import erasing
from runtime.clientele.erasing import Law
from runtime.gateways import Report, Verdict
from runtime.live import tickets
from runtime.orders import Dispatch

SEE = "staff"


@pytest.fixture(scope="module")
def desk(chinese, tmp_path_factory):
    made = storefront.application(storefront.copy(chinese, tmp_path_factory.mktemp("customers") / "shop"))
    found = office_desk.Desk(made)
    yield found
    assert found.database.read(audit.report).differences == ()
    made.extensions["shopwright"].close()


@pytest.fixture
def fresh(chinese, open_shop):
    return office_desk.Desk(open_shop(chinese))


def buyer(number, name="李清照", **more):
    return {"name": name, "email": f"li{number}@example.com", "phone": f"139 1000 {number:04d}", **more}


def customer(desk, order):
    """Return the number of the customer whose order it is."""
    clientele.catch_up(desk.database)
    return desk.one("SELECT customer_id FROM customer_order WHERE order_id = ?", order.id)


def over(desk, order):
    """Bring an order to its end."""
    orders.ship(desk.database, order.number, Dispatch(carrier="SF", tracking="SF1"), actor="merchant", now=now())
    orders.receive(desk.database, order.number, actor="merchant", now=now())
    return orders.complete(desk.database, order.number, actor="merchant", now=now())


def say(desk, order, text, at=None):
    """Let a buyer write in a live room."""
    secret = desk.app.extensions["shopwright"].settings.secret
    names = tickets.veiled(secret, "contact", customers.keys(order.contact.email, order.contact.phone))
    moment = int((at or now()).timestamp() * 1000)
    seq = desk.one("SELECT COALESCE(MAX(seq), 0) + 1 FROM live_message")
    desk.database.write(
        lambda transaction: transaction.run(
            "INSERT INTO live_message (room, seq, viewer, contact, address, name, body, at_ms, state, actor, host) "
            "VALUES ('evening', ?, 'v1', ?, 'a1', '李**', ?, ?, 'shown', '', 0)",
            *(seq, " ".join(names), text, moment),
        )
    )
    return seq


class TestList:
    def test_an_empty_shop_is_told_how_customers_come(self, fresh):
        assert "Whoever orders becomes a customer" in words(fresh.get("/customers"))
        assert "客户会出现在这里" in words(fresh.get("/customers", language="zh-CN"))

    def test_one_person_by_address_or_phone_is_one_customer_however_they_are_written(self, fresh):
        first = fresh.paid("card", **buyer(1, email="Li.Qing+shop@gmail.com"))
        second = fresh.paid("card", **buyer(1, email="liqing@googlemail.com", phone="139 2222 3333"))
        third = fresh.paid("tea", **buyer(9, email=None, phone="+86 13922223333"))
        stranger = fresh.paid("card", **buyer(2, name="王维"))
        assert len({customer(fresh, each) for each in (first, second, third)}) == 1
        assert customer(fresh, stranger) != customer(fresh, first)
        page = words(fresh.get("/customers"))
        assert "2 customers" in page
        assert "3 orders ¥194.00" in page

    def test_an_order_that_names_two_known_people_merges_nobody(self, fresh):
        one, two = fresh.paid("card", **buyer(1)), fresh.paid("card", **buyer(2, name="王维"))
        both = fresh.paid("card", **buyer(1, phone="139 1000 0002"))
        assert customer(fresh, both) == customer(fresh, one) != customer(fresh, two)
        assert "2 e-mail addresses" not in words(fresh.get(f"/customers/{customer(fresh, one)}"))
        assert "1 e-mail addresses and 2 phone numbers" in words(fresh.get(f"/customers/{customer(fresh, one)}"))

    def test_they_are_found_by_what_they_are_called_how_they_are_reached_and_what_they_did(self, desk):
        made = desk.paid("tea", quantity="2", **buyer(71, name="苏轼"))
        desk.paid("tea", **buyer(72, name="陆游"))
        number = customer(desk, made)
        for q in ("苏轼", "li71@EXAMPLE.com", "139-1000-0071", "0071", "li71"):
            assert f'href="/console/customers/{number}"' in desk.get(f"/customers?q={q}").text, q
        assert "Nobody found" in words(desk.get("/customers?q=nobody"))
        rich = desk.get("/customers?spent=300&sort=spent").text
        assert (f"/customers/{number}" in rich, "陆游" in rich) == (True, False)
        assert "Nobody found" in words(desk.get("/customers?members=1&q=苏轼"))
        assert "Nobody found" in words(desk.get("/customers?consent=email&q=苏轼"))
        assert f"/customers/{number}" in desk.get("/customers?consent=none&span=30&q=苏轼").text

    def test_who_need_not_call_sees_contacts_masked_and_cannot_guess_them_piece_by_piece(self, desk):
        made = desk.paid("tea", **buyer(81, name="白居易"))
        number = customer(desk, made)
        for path in (f"/customers/{number}", "/customers?q=白居易"):
            page = desk.get(path, role=SEE).text
            assert ("139****0081" in page, "l***@example.com" in page) == (True, True), path
            assert ("li81@" in page, "1000 0081" in page, "龙井路" in page) == (False, False, False), path
        for q, found in (("li8", False), ("li81@example.com", True), ("0081", True), ("10000081", False)):
            assert (q, f"/customers/{number}" in desk.get(f"/customers?q={q}", role=SEE).text) == (q, found)
        assert "li81@example.com" in desk.get(f"/customers/{number}").text
        assert desk.get("/customers.csv", role=SEE).status_code == 403
        assert "/erase" not in desk.get(f"/customers/{number}", role=SEE).text

    def test_an_order_leads_to_its_customer(self, desk):
        made = desk.paid("tea", **buyer(61))
        assert f'href="/console/customers/of/{made.number}"' in desk.get(f"/orders/{made.number}").text
        answer = desk.get(f"/customers/of/{made.number}", role=SEE)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/customers/{customer(desk, made)}")

    def test_a92_the_list_is_a_file_in_which_nothing_becomes_a_formula(self, desk):
        desk.paid("tea", **buyer(91, name="=HYPERLINK(1)"))
        answer = desk.get("/customers.csv?q=li91@example.com")
        lines = answer.text.splitlines()
        assert lines[0].startswith("\ufeffName,E-mail,Phone,Orders,Spent")
        assert lines[1].startswith("'=HYPERLINK(1),li91@example.com,13910000091,1,176.00,CNY,")
        assert len(lines) == 2


class TestWriting:
    def test_notes_are_written_and_taken_away(self, desk):
        number = customer(desk, desk.paid("card", **buyer(11)))
        assert list(mistakes(desk.post(f"/customers/{number}/notes", {"note": " "}))) == ["note"]
        text = '<b onclick="x()">likes oolong</b>'
        assert told(desk.post(f"/customers/{number}/notes", {"note": text})) == "customers.done.note"
        page = desk.get(f"/customers/{number}").text
        assert ("<b onclick" in page, "&lt;b onclick" in page) == (False, True)
        note = re.search(rf"/customers/{number}/notes/(\d+)/remove", page)[1]
        other = customer(desk, desk.paid("card", **buyer(12)))
        assert desk.post(f"/customers/{other}/notes/{note}/remove").status_code == 404
        assert told(desk.post(f"/customers/{number}/notes/{note}/remove")) == "customers.done.note_removed"
        assert [line[0] for line in desk.logged(str(number))] == ["customer.note_added", "customer.note_removed"]

    def test_consent_is_noted_with_when_and_how_and_its_past_stays(self, desk):
        number = customer(desk, desk.paid("card", **buyer(13)))
        path = f"/customers/{number}/consent"
        give = {"purpose": "email", "deed": "give", "way": "paper"}
        assert list(mistakes(desk.post(path, {**give, "way": ""}))) == ["way-email"]
        assert told(desk.post(path, give)) == "customers.done.consent_given"
        assert "Allows advertising" in words(desk.get("/customers?consent=email&q=li13@example.com"))
        assert told(desk.post(path, {**give, "deed": "take", "way": "phone"})) == "customers.done.consent_taken"
        page = words(desk.get(f"/customers/{number}"))
        assert "E-mail Not allowed" in page
        assert "Took back e-mail On the phone" in page
        assert "Allowed e-mail On paper" in page
        assert desk.post(path, {**give, "purpose": "everything"}).status_code == 400
        assert desk.post(path, give, role=SEE).status_code == 403
        assert desk.post(path, {**give, "given": "1"}).status_code == 400

    def test_somebody_is_made_a_member_and_that_ends(self, desk):
        number = customer(desk, desk.paid("card", **buyer(14)))
        assert told(desk.post(f"/customers/{number}/member", {"deed": "add"})) == "customers.done.member_add"
        assert f"/customers/{number}" in desk.get("/customers?members=1").text
        assert told(desk.post(f"/customers/{number}/member", {"deed": "end"})) == "customers.done.member_end"
        assert f"/customers/{number}" not in desk.get("/customers?members=1").text


class TestA97:
    """Export and erase: the archive is complete, afterwards nothing of the person is found, and totals are the same."""

    MARKS = (
        "canary@example.com",
        "13977778888",
        "金丝雀",
        "鸟笼巷",
        "cage remark",
        "cage said",
        "cage note",
        "cage chat",
    )

    def lived(self, desk, **more):
        """Return an order of somebody who left traces everywhere, and the number of the customer."""
        about = {"name": "金丝雀", "email": "canary@example.com", "phone": "13977778888", "street": "鸟笼巷 3 号"}
        made = desk.paid("tea", quantity="2", **{**about, "remarks": "cage remark", **more})
        var = desk.app.extensions["shopwright"].settings.var
        evidence.folder(var).mkdir(parents=True, exist_ok=True)
        (evidence.folder(var) / f"{made.number}.jpg").write_bytes(b"\xff\xd8cage")
        desk.post(f"/orders/{made.number}/ship", {"carrier": "sf", "tracking": "1", "pieces-0": "2"})
        front = desk.app.extensions["shopwright"]
        wish = aftersale.Wish(
            kind=Kind.REFUND, lines=(CaseLine(position=0, quantity=1),), reason="damaged", text="cage said",
            pictures=(f"{made.number}.jpg",),
        )  # fmt: skip
        till = front.till(front.live.current())
        case = aftersale.open_case(till, desk.again(made), wish, actor="buyer", now=now())
        desk.post(f"/orders/{made.number}/notes", {"note": "cage note"})
        number = customer(desk, made)
        desk.post(f"/customers/{number}/notes", {"note": "cage note 金丝雀"})
        desk.post(f"/customers/{number}/member", {"deed": "add"})
        say(desk, made, "cage chat")
        return made, number, case

    def finish(self, desk, made, case):
        desk.post(f"/cases/{case.number}/decline", {"text": "no"})
        desk.database.write(
            lambda transaction: transaction.run("UPDATE aftersale SET state = 'closed' WHERE id = ?", case.id)
        )
        orders.receive(desk.database, made.number, actor="merchant", now=now())
        orders.complete(desk.database, made.number, actor="merchant", now=now())

    def erase(self, desk, number):
        page = desk.get(f"/customers/{number}/erase")
        agreed = re.search(r'name="agreed" value="([^"]+)"', page.text)[1]
        return page, desk.post(f"/customers/{number}/erase", {"agreed": agreed, "sure": "1"})

    def found(self, desk):
        """Return which marks stand in the database's files, free pages and log included."""
        var = desk.app.extensions["shopwright"].settings.var
        data = b"".join(path.read_bytes() for path in sorted(var.glob("shop.db*")))
        return [mark for mark in self.MARKS if mark.encode() in data]

    def test_the_archive_holds_everything(self, fresh):
        made, number, _ = self.lived(fresh)
        answer = fresh.get(f"/customers/{number}/data.zip")
        packed = zipfile.ZipFile(io.BytesIO(answer.get_data()))
        assert sorted(packed.namelist()) == ["README.txt", "data.json", f"pictures/{made.number}.jpg"]
        text = packed.read("data.json").decode()
        assert [mark for mark in self.MARKS if mark not in text] == []
        data = json.loads(text)
        assert (data["orders"][0]["number"], data["orders"][0]["total"]) == (made.number, "344.00")
        assert data["orders"][0]["lines"][0]["total"] == "336.00"
        assert data["orders"][0]["confirmed_at_checkout"] == ["terms"]
        assert data["live_chat"][0]["text"] == "cage chat"
        assert fresh.logged(str(number))[-1][0] == "customer.exported"
        assert fresh.get(f"/customers/{number}/data.zip", role=SEE).status_code == 403

    def test_nothing_is_left_in_the_file_and_the_books_are_the_same(self, german, open_shop):
        desk = office_desk.Desk(open_shop(german))
        made, number, case = self.german_order(desk)
        self.finish(desk, made, case)
        before = desk.database.read(lambda look: look.all("SELECT id, total, paid, state FROM orders ORDER BY id"))
        same = "SELECT event, debit, credit, amount FROM transfer ORDER BY id"
        books = desk.database.read(lambda look: look.all(same))
        assert self.found(desk) != []
        var = desk.app.extensions["shopwright"].settings.var
        (var / "mail").mkdir(exist_ok=True)
        for name, text in (("buyer", "to: Canary@example.com\n\nhi"), ("merchant", f"to: a@b.de\n\n{made.number}")):
            (var / "mail" / f"{name}.eml").write_text(text, "utf-8")
        (var / "mail/other.eml").write_text("to: other@example.com\n\nhi", "utf-8")
        page, answer = self.erase(desk, number)
        assert "Contact, address and remarks of 1 order" in words(page)
        assert "1 line in live rooms" in words(page)
        assert told(answer) == "customers.done.erased"
        assert self.found(desk) == []
        after = desk.database.read(lambda look: look.all("SELECT id, total, paid, state FROM orders ORDER BY id"))
        assert after == before
        assert desk.database.read(lambda look: look.all(same)) == books
        assert not (evidence.folder(var) / f"{made.number}.jpg").exists()
        assert [path.name for path in (var / "mail").iterdir()] == ["other.eml"]
        assert desk.get(f"/customers/{number}").status_code == 404
        assert desk.get(f"/orders/{made.number}").status_code == 200
        assert desk.database.read(audit.report).differences == ()

    def german_order(self, desk):
        stock.adjust(desk.database, "cup", 50, actor="merchant", note="", now=now())
        shopper = markets.Shopper(
            desk.app,
            {
                **markets.EVA,
                "email": "canary@example.com",
                "name": "金丝雀",
                "phone": "13977778888",
                "street": "鸟笼巷",
            },
        )
        shopper.press(shopper.add("cup", quantity="2").review(remarks="cage remark"))
        made = markets.newest(desk.app)
        reference = desk.one("SELECT reference FROM payment WHERE order_id = ?", made.id)
        said = {"amount": made.total, "currency": made.currency, "transaction": "T1"}
        receipts.confirm(
            desk.database, Report(gateway="rehearsal", reference=reference, verdict=Verdict.SUCCEEDED, **said), now()
        )
        var = desk.app.extensions["shopwright"].settings.var
        evidence.folder(var).mkdir(parents=True, exist_ok=True)
        (evidence.folder(var) / f"{made.number}.jpg").write_bytes(b"\xff\xd8cage")
        orders.ship(desk.database, made.number, Dispatch(carrier="DHL", tracking="1"), actor="merchant", now=now())
        wish = aftersale.Wish(
            kind=Kind.REFUND, lines=(CaseLine(position=0, quantity=1),), reason="damaged", text="cage said",
            pictures=(f"{made.number}.jpg",),
        )  # fmt: skip
        front = desk.app.extensions["shopwright"]
        case = aftersale.open_case(front.till(front.live.current()), desk.again(made), wish, actor="buyer", now=now())
        desk.post(f"/orders/{made.number}/notes", {"note": "cage note"})
        number = customer(desk, made)
        desk.post(f"/customers/{number}/notes", {"note": "cage note 金丝雀"})
        desk.post(f"/customers/{number}/member", {"deed": "add"})
        say(desk, made, "cage chat")
        return made, number, case

    def test_an_order_that_is_not_over_stays_whole_until_it_is(self, fresh):
        made, number, case = self.lived(fresh)
        page, answer = self.erase(fresh, number)
        assert "1 order that is not over" in words(page)
        assert told(answer) == "customers.done.erased_partly"
        assert fresh.again(made).contact.email == "canary@example.com"
        assert f"/customers/{number}" not in fresh.get("/customers").text
        self.finish(fresh, made, case)
        later, var = now() + timedelta(days=2), fresh.app.extensions["shopwright"].settings.var
        assert erasing.finish_due(fresh.database, Law(country="CN"), var, later) == 1
        after = fresh.again(made)
        assert (after.contact.email, after.address.street, after.total) == ("", "", made.total)
        assert self.found(fresh) == []
        assert fresh.one("SELECT erased_at IS NOT NULL FROM customer WHERE id = ?", number)

    def test_an_invoice_keeps_its_name_and_address_for_its_time_and_chinese_rooms_keep_what_was_said(self, fresh):
        made, number, case = self.lived(fresh, **{"invoice.title": "金丝雀"})
        self.finish(fresh, made, case)
        moment = now()
        fresh.database.write(
            lambda transaction: transaction.run(
                "UPDATE orders SET invoice = ? WHERE id = ?", '{"title":"金丝雀"}', made.id
            )
        )
        page, answer = self.erase(fresh, number)
        said = words(page)
        assert f"Name and address on 1 invoice, until Dec 31, {moment.year + 5}" in said
        assert "Tax law wants invoices kept for 5 years." in said
        assert "1 line in live rooms, until" in said
        assert told(answer) == "customers.done.erased_partly"
        after = fresh.again(made)
        assert (after.contact.name, after.contact.email, after.address.street) == ("金丝雀", "", "鸟笼巷 3 号")
        shown = "SELECT state FROM live_message WHERE body = 'cage chat'"
        assert fresh.one(shown) == "removed"
        var = fresh.app.extensions["shopwright"].settings.var
        law, tomorrow = Law(country="CN", legal="CN"), moment + timedelta(days=1)
        assert erasing.finish_due(fresh.database, law, var, tomorrow) == 1
        assert fresh.again(made).contact.name == "金丝雀"
        late = datetime(moment.year + 6, 1, 2, tzinfo=UTC)
        assert erasing.finish_due(fresh.database, law, var, late) == 1
        assert (fresh.again(made).contact.name, self.found(fresh)) == ("", [])

    def test_nobody_is_forgotten_by_one_press_nor_by_those_who_may_not(self, desk):
        made = over(desk, desk.paid("card", **buyer(31)))
        number = customer(desk, made)
        page = desk.get(f"/customers/{number}/erase")
        agreed = re.search(r'name="agreed" value="([^"]+)"', page.text)[1]
        path = f"/customers/{number}/erase"
        assert list(mistakes(desk.post(path, {"agreed": agreed}))) == ["sure"]
        desk.paid("card", **buyer(31))
        clientele.catch_up(desk.database)
        assert list(mistakes(desk.post(path, {"agreed": agreed, "sure": "1"}))) == ["sure"]
        for role in (SEE, "read_only"):
            assert desk.get(path, role=role).status_code == 403
            assert desk.post(path, {"agreed": agreed, "sure": "1"}, role=role).status_code == 403
        assert desk.again(made).contact.email == "li31@example.com"

    def test_whoever_orders_again_is_somebody_new(self, desk):
        made = over(desk, desk.paid("card", **buyer(32)))
        number = customer(desk, made)
        assert told(self.erase(desk, number)[1]) == "customers.done.erased"
        again = desk.paid("card", **buyer(32))
        assert customer(desk, again) != number
        assert desk.one("SELECT customer_id FROM customer_order WHERE order_id = ?", made.id) == number
