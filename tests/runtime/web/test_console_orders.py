"""Orders in the console: seen, shipped, paid, made cheaper, sent elsewhere, cancelled; each step by the domain."""

import csv
import io
import re

import markets
import office_desk
import pytest
import storefront
from colleagues import Colleague
from office_desk import mistakes, told, words


@pytest.fixture(scope="module")
def desk(chinese, tmp_path_factory):
    made = storefront.application(storefront.copy(chinese, tmp_path_factory.mktemp("orders") / "shop"))
    yield office_desk.Desk(made)
    made.extensions["shopwright"].close()


def listed(answer):
    return re.findall(r'class="over number" href="/console/orders/([\d-]+)"', answer.text)


def actors(desk, order):
    look = "SELECT event, actor FROM order_event WHERE order_id = ? ORDER BY id"
    return desk.database.read(lambda transaction: transaction.all(look, order.id))


class TestTheList:
    def test_shows_orders_of_a_view_and_what_was_typed(self, desk):
        made = desk.order("tea", name="欧阳修")
        assert made.number in listed(desk.get("/orders"))
        assert listed(desk.get("/orders?view=unpaid&q=欧阳")) == [made.number]
        assert listed(desk.get("/orders?view=to_ship&q=欧阳")) == []
        assert "Longjing" not in words(desk.get("/orders?q=欧阳", language="zh-CN"))

    def test_teaches_where_nothing_is(self, desk):
        assert "No order fits" in words(desk.get("/orders?q=nobody-has-this"))
        assert "还没有完成的订单" in words(desk.get("/orders?view=done", language="zh-CN"))

    def test_takes_any_address_as_it_comes(self, desk):
        for query in (
            "view=x",
            "before=-1",
            "after=99999999999999999999",
            "from=x&to=2026-13-40",
            "span=x",
            "before=x",
        ):
            assert desk.get(f"/orders?{query}").status_code == 200

    def test_a91_what_buyers_write_is_shown_as_text(self, desk):
        bad = '<script>alert("x")</script>'
        made = desk.paid("tea", name=bad, remarks=bad)
        for path in ("/orders", f"/orders/{made.number}", f"/orders/{made.number}/ship"):
            page = desk.get(path).text
            assert "<script>alert" not in page
            assert "&lt;script&gt;alert" in page


class TestTheFile:
    def test_a92_holds_no_formula_whatever_buyers_write(self, desk):
        made = desk.paid("tea", quantity="2", name="=HYPERLINK(1)", remarks="@SUM(1+1)", phone="139 1111 2222")
        answer = desk.get(f"/orders.csv?q={made.number}")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
        assert (len(rows), rows[0][0], rows[0][-1]) == (2, "Order", "Remark")
        row = dict(zip(rows[0], rows[1], strict=True))
        assert (row["Order"], row["Buyer"], row["Remark"]) == (made.number, "'=HYPERLINK(1)", "'@SUM(1+1)")
        assert (row["Pieces"], row["Unit price"], row["Order total"], row["Paid"]) == (
            "2",
            "168.00",
            "344.00",
            "344.00",
        )

    def test_tells_the_log_who_took_it(self, desk):
        desk.get("/orders.csv?view=sent")
        assert desk.logged("")[-1][::3] == ("orders.exported", "view=sent")


class TestShipping:
    def test_the_whole_order_goes_in_one_parcel(self, desk):
        made = desk.paid("tea", "card")
        form = {"tracking": "SF1234567890123", "pieces-0": "1", "pieces-1": "1"}
        assert told(desk.post(f"/orders/{made.number}/ship", form)) == "orders.done.shipped"
        after = desk.again(made)
        assert (after.state, after.parcels[0].carrier, after.parcels[0].tracking) == (
            "shipped",
            "sf",
            "SF1234567890123",
        )
        actor = f"person:{desk.person().account.id}"
        assert actors(desk, made)[-1] == ("ship", actor)
        assert desk.logged(made.number)[-1][:3] == ("order.shipped", actor, "paid")

    def test_several_parcels_follow_each_other(self, desk):
        made = desk.paid("tea", quantity="3")
        first = desk.post(f"/orders/{made.number}/ship", {"carrier": "zto", "tracking": "1", "pieces-0": "2"})
        assert (told(first), first.headers["Location"].partition("?")[0]) == (
            "orders.done.parcel",
            f"/console/orders/{made.number}/ship",
        )
        assert desk.again(made).state == "partly_shipped"
        form = {"carrier": "other", "carrier_name": "Uncle Wu", "tracking": "", "pieces-0": "1"}
        assert told(desk.post(f"/orders/{made.number}/ship", form)) == "orders.done.shipped"
        assert [(each.carrier, each.quantities) for each in desk.again(made).parcels] == [
            ("zto", {0: 2}),
            ("Uncle Wu", {0: 1}),
        ]

    def test_what_does_not_fit_is_told_at_its_field_and_nothing_leaves(self, desk):
        made = desk.paid("tea", quantity="2")
        path = f"/orders/{made.number}/ship"
        for form, field in (
            ({"pieces-0": "3"}, "pieces-0"),
            ({"pieces-0": "-1"}, "pieces-0"),
            ({"pieces-0": "²"}, "pieces-0"),
            ({"pieces-0": "0"}, "pieces-0"),
            ({"pieces-0": "1", "carrier": "other"}, "carrier_name"),
            ({"pieces-0": "1", "tracking": "???"}, "carrier"),
            ({"pieces-0": "1", "tracking": "7" * 200}, "tracking"),
        ):
            assert (form, list(mistakes(desk.post(path, form)))) == (form, [field])
        assert desk.again(made).parcels == ()

    def test_a_number_that_several_carriers_could_have_asks_which(self, desk):
        made = desk.paid("tea")
        form = {"tracking": "9" + "1" * 12, "pieces-0": "1"}
        found = mistakes(desk.post(f"/orders/{made.number}/ship", {**form, "tracking": "1" * 12}))
        assert found["carrier"].startswith("Choose the carrier: the number could be of SF Express, ")

    def test_a_mistyped_number_is_mended(self, desk):
        made = desk.paid("tea")
        desk.post(f"/orders/{made.number}/ship", {"carrier": "sf", "tracking": "1", "pieces-0": "1"})
        path = f"/orders/{made.number}/parcels/1"
        assert 'value="1"' in desk.get(path).text
        assert list(mistakes(desk.post(path, {"carrier": "sf", "tracking": ""}))) == ["tracking"]
        assert told(desk.post(path, {"carrier": "yto", "tracking": "YT99"})) == "orders.done.tracking"
        assert desk.again(made).parcels[0].tracking == "YT99"
        assert desk.logged(made.number)[-1] == (
            "order.tracking",
            f"person:{desk.person().account.id}",
            "sf 1",
            "yto YT99",
        )
        assert desk.get(f"/orders/{made.number}/parcels/2").status_code == 404

    def test_papers_are_drawn_and_an_invoice_is_issued_once(self, german, open_shop):
        app = open_shop(german, SHOPWRIGHT_FONT="none")
        eva = markets.Shopper(app, markets.EVA)
        eva.client.get(eva.pay(eva.press(eva.add("cup").review())))
        mei = Colleague(app, "owner").come_in()
        path = f"/console/orders/{markets.newest(app).number}"
        assert mei.get(f"{path}/slip.pdf").get_data().startswith(b"%PDF")
        assert mei.get(f"{path}/slip.pdf?parcel=1").status_code == 404
        assert mei.get(f"{path}/invoice.pdf").status_code == 404
        for _ in range(2):
            assert told(mei.post(f"{path}/invoice")) == "orders.done.invoice"
        assert mei.get(f"{path}/invoice.pdf").get_data().startswith(b"%PDF")
        assert markets.count(app, "paper") == 1
        first = markets.newest(app).number
        eva.client.get(eva.pay(eva.press(eva.add("cup").review())))
        listed = re.findall(r'name="shown" value="([\d-]+)"', mei.get("/console/orders?view=to_ship").text)
        assert listed == [markets.newest(app).number, first]
        for asked, pages in ((f"n={first}", 1), ("&".join(f"shown={each}" for each in listed), 2)):
            slips = mei.get(f"/console/orders/slips.pdf?{asked}").get_data()
            assert len(re.findall(rb"/Type /Page\b", slips)) == pages


class TestMoneyByHand:
    def seen(self, desk, path):
        return re.search(r'name="seen" value="([^"]+)"', desk.get(path).text)[1]

    def test_a_transfer_makes_the_order_paid(self, desk):
        made = desk.order("tea")
        path = f"/orders/{made.number}/payment"
        form = {"amount": "１７６．００", "reference": "B-1", "seen": self.seen(desk, path)}
        assert told(desk.post(path, form)) == "orders.done.receipt_paid"
        assert (desk.again(made).state, desk.again(made).paid) == ("paid", 17600)

    def test_a_form_that_is_sent_twice_notes_the_money_once(self, desk):
        made = desk.order("tea")
        path = f"/orders/{made.number}/payment"
        form = {"amount": "100", "reference": "", "seen": self.seen(desk, path)}
        assert told(desk.post(path, form)) == "orders.done.receipt_partial"
        assert mistakes(desk.post(path, form))["amount"].startswith("This order has changed")
        assert desk.one("SELECT COUNT(*) FROM transfer WHERE order_id = ? AND event = 'receipt'", made.id) == 1

    def test_what_is_no_amount_is_told(self, desk):
        made = desk.order("tea")
        path = f"/orders/{made.number}/payment"
        for amount in ("", "0", "x", "-5", "1.234", "1e3"):
            assert list(mistakes(desk.post(path, {"amount": amount, "seen": self.seen(desk, path)}))) == ["amount"]
        assert desk.again(made).state == "pending_payment"

    def test_a_lower_price_holds_for_the_buyer(self, desk):
        made = desk.order("tea")
        path = f"/orders/{made.number}/price"
        assert list(mistakes(desk.post(path, {"off": "500", "delivery": "8"}))) == ["off"]
        assert told(desk.post(path, {"off": "10", "delivery": "0", "why": "an old friend"})) == "orders.done.price"
        assert desk.again(made).total == made.total - 1800
        assert desk.logged(made.number)[-1][2:] == ("176.00", "158.00")


class TestChanges:
    def test_an_address_is_changed_or_its_mistake_told(self, desk):
        made = desk.paid("tea")
        path = f"/orders/{made.number}/address"
        form = {"name": "王大明", "region": "浙江省", "city": "杭州市", "district": "西湖区", "street": "新路 2 号"}
        assert list(mistakes(desk.post(path, {**form, "city": "杭州湾"}))) == ["city"]
        assert list(mistakes(desk.post(path, {**form, "street": ""}))) == ["street"]
        assert told(desk.post(path, form)) == "orders.done.address"
        assert (desk.again(made).address.street, desk.again(made).address.name) == ("新路 2 号", "王大明")

    def test_an_unpaid_order_is_cancelled_and_a_paid_one_gives_its_money_back(self, desk):
        unpaid, paid = desk.order("tea"), desk.paid("tea")
        level = desk.one("SELECT level FROM stock WHERE sku = 'tea'")
        for made in (unpaid, paid):
            assert told(desk.post(f"/orders/{made.number}/cancel", {"why": "sold out"})) == "orders.done.cancelled"
        assert (desk.again(unpaid).state, desk.again(paid).state) == ("cancelled", "refunded")
        assert desk.again(paid).refunded == paid.total
        assert desk.one("SELECT level FROM stock WHERE sku = 'tea'") == level + 2

    def test_what_has_left_is_not_cancelled(self, desk):
        made = desk.paid("tea")
        desk.post(f"/orders/{made.number}/ship", {"carrier": "sf", "tracking": "1", "pieces-0": "1"})
        assert "cannot be cancelled any more" in words(desk.get(f"/orders/{made.number}/cancel"))
        assert list(mistakes(desk.post(f"/orders/{made.number}/cancel", {"why": ""}))) == ["why"]
        assert desk.again(made).state == "shipped"

    def test_receipt_and_completion_are_noted(self, desk):
        made = desk.paid("tea")
        assert list(mistakes(desk.post(f"/orders/{made.number}/move", {"deed": "complete"}))) == ["main"]
        desk.post(f"/orders/{made.number}/ship", {"carrier": "sf", "tracking": "1", "pieces-0": "1"})
        for deed, state in (("receive", "received"), ("complete", "completed")):
            assert told(desk.post(f"/orders/{made.number}/move", {"deed": deed})) == f"orders.done.{deed}"
            assert desk.again(made).state == state
        assert desk.post(f"/orders/{made.number}/move", {"deed": "refund"}).status_code == 400

    def test_a_note_is_for_the_team_alone(self, desk):
        made = desk.paid("tea")
        path = f"/orders/{made.number}/notes"
        assert list(mistakes(desk.post(path, {"note": " "}))) == ["note"]
        assert told(desk.post(path, {"note": "wrap it <b>well</b>"})) == "orders.done.note"
        assert "wrap it &lt;b&gt;well&lt;/b&gt;" in desk.get(f"/orders/{made.number}").text
        assert "wrap it" not in desk.app.test_client().get(f"/orders/{made.token}").text

    def test_a_new_link_ends_the_old_one(self, desk):
        made = desk.paid("tea")
        assert told(desk.post(f"/orders/{made.number}/link")) == "orders.done.link"
        assert desk.again(made).token != made.token
        assert desk.app.test_client().get(f"/orders/{made.token}").status_code == 404


class TestWhoMay:
    PATHS = ("ship", "payment", "price", "refund", "address", "cancel", "notes", "move", "link", "invoice")

    def test_a85_nobody_and_readers_change_nothing(self, desk):
        made = desk.paid("tea")
        before = desk.again(made)
        stranger = desk.app.test_client()
        for name in self.PATHS:
            path = f"/orders/{made.number}/{name}"
            asked = stranger.post(f"/console{path}", headers={"Sec-Fetch-Site": "same-origin"})
            assert (name, asked.status_code) == (name, 401)
            assert (name, desk.post(path, role="read_only").status_code) == (name, 403)
            assert (name, desk.post(path, role="live_assistant").status_code) == (name, 403)
        assert desk.again(made) == before
        assert stranger.get("/console/orders").status_code == 303
        assert desk.get(f"/orders/{made.number}", role="live_assistant").status_code == 403
        assert desk.get(f"/orders/{made.number}", role="read_only").status_code == 200

    def test_whoever_ships_nothing_sees_contacts_masked_and_finds_nobody_by_a_part_of_one(self, desk):
        made = desk.paid("tea", email="quince@example.com", phone="13912340081", street="石榴巷 7 号")
        phone, street = made.contact.phone, made.address.street
        paths = (f"/orders/{made.number}", f"/orders.csv?q={made.number}")
        for path in paths:
            whole, masked = (desk.get(path, role=role).get_data(as_text=True) for role in ("staff", "read_only"))
            for secret in ("quince@example.com", phone, street):
                assert (path, secret in whole, secret in masked) == (path, True, False)
            assert "q***@example.com" in masked
            assert made.address.destination.city in masked
        assert f"/orders/{made.token}" not in desk.get(paths[0], role="read_only").text
        found = {"quince": False, "2340081": False, "0081": True, "quince@example.com": True, phone: True}
        for text, known in found.items():
            page = desk.get(f"/orders?q={text}", role="read_only").text
            assert (text, made.number in page) == (text, known)
            assert (text, made.number in desk.get(f"/orders?q={text}", role="staff").text) == (text, True)
        for path in (f"/orders/{made.number}/slip.pdf", f"/orders/slips.pdf?n={made.number}"):
            assert desk.get(path, role="read_only").status_code == 403

    def test_a85_staff_ship_but_give_no_money_back(self, desk):
        made = desk.paid("tea")
        page = desk.get(f"/orders/{made.number}", role="staff").text
        assert f"/console/orders/{made.number}/ship" in page
        assert f"/console/orders/{made.number}/refund" not in page
        for name in ("refund", "payment", "price", "cancel"):
            assert desk.post(f"/orders/{made.number}/{name}", {}, role="staff").status_code == 403
        assert desk.again(made).refunded == 0

    def test_a86_a_form_without_the_token_of_its_person_is_refused(self, desk):
        made = desk.paid("tea")
        other = desk.person("staff").token()
        for token in (None, other, "x"):
            answer = desk.post(f"/orders/{made.number}/notes", {"note": "x"}, token=token)
            assert answer.status_code == 409
        assert desk.one("SELECT COUNT(*) FROM order_note WHERE order_id = ?", made.id) == 0

    def test_a90_what_a_form_did_not_offer_is_refused(self, desk):
        made = desk.order("tea")
        answer = desk.post(f"/orders/{made.number}/price", {"off": "1", "delivery": "8", "why": "", "total": "1"})
        assert (answer.status_code, desk.again(made).total) == (400, made.total)

    def test_a_number_that_no_order_has_is_nowhere(self, desk):
        for path in ("", "/ship", "/refund", "/slip.pdf"):
            assert desk.get(f"/orders/0000-0000-0000{path}").status_code == 404

    def test_whoever_reads_german_reads_english_and_nothing_of_both(self, desk):
        page = words(desk.get("/orders/0000-0000-0000", language="de"))
        assert "There is no such order." in page
        assert "Bestellung" not in page
        assert '<html lang="en">' in desk.get("/orders", language="de").text

    def test_a99_pages_are_kept_nowhere_and_framed_by_nobody(self, desk):
        made = desk.paid("tea")
        for path in ("/orders", f"/orders/{made.number}", "/", f"/orders/{made.number}/ship"):
            headers = desk.get(path).headers
            assert headers["Cache-Control"] == "no-store"
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert "unsafe-inline" not in headers["Content-Security-Policy"]
