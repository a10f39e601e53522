"""Refunds and after-sale cases in the console: looked over before they are sent, answered in the time there is."""

import re

import office_desk
import pytest
import storefront
from colleagues import HEADERS
from office_desk import mistakes, told, words

from runtime import aftersale, audit
from runtime.aftersale import CaseLine, Kind, evidence
from runtime.releases import Live
from runtime.web import application
from runtime.web.metrics import Metrics


@pytest.fixture(scope="module")
def desk(chinese, tmp_path_factory):
    made = storefront.application(storefront.copy(chinese, tmp_path_factory.mktemp("money") / "shop"))
    found = office_desk.Desk(made)
    yield found
    assert found.database.read(audit.report).differences == ()
    made.extensions["shopwright"].close()


def refunds_of(desk, order):
    look = "SELECT number, amount, state FROM refund WHERE order_id = ? ORDER BY id"
    return desk.database.read(lambda transaction: transaction.all(look, order.id))


def agreed(answer):
    return re.search(r'name="agreed" value="([^"]+)"', answer.text)[1]


class TestRefunds:
    def test_nothing_goes_back_before_it_was_looked_at(self, desk):
        made = desk.paid("tea", quantity="2")
        path, form = f"/orders/{made.number}/refund", {"mode": "everything", "restock": "1", "reason": "damaged"}
        check = desk.post(path, form)
        assert check.status_code == 200
        assert "Goes back ¥344.00" in words(check)
        assert "2 pieces go on sale again." in words(check)
        assert (refunds_of(desk, made), desk.again(made)) == ([], made)
        assert told(desk.post(path, {**form, "agreed": agreed(check)})) == "orders.done.refunded_by_hand"
        (refund,) = refunds_of(desk, made)
        assert (refund[1], desk.again(made).state) == (34400, "refunded")
        assert desk.logged(made.number)[-1][::3] == ("order.refunded", f"344.00 CNY {refund[0]}")

    def test_what_was_agreed_to_for_another_state_of_the_order_is_looked_at_again(self, desk):
        made = desk.paid("tea", quantity="2")
        path, form = f"/orders/{made.number}/refund", {"mode": "pieces", "pieces-0": "1"}
        old = agreed(desk.post(path, form))
        assert told(desk.post(path, {**form, "agreed": old})) == "orders.done.refunded_by_hand"
        again = desk.post(path, {**form, "agreed": old})
        assert (again.status_code, len(refunds_of(desk, made))) == (200, 1)
        assert agreed(again) != old

    def test_pieces_are_worth_what_was_paid_for_them_and_the_delivery_comes_when_asked(self, desk):
        made = desk.paid("tea", quantity="3")
        path = f"/orders/{made.number}/refund"
        assert "Goes back ¥168.00" in words(desk.post(path, {"mode": "pieces", "pieces-0": "1"}))
        assert "Goes back ¥344.00" in words(desk.post(path, {"mode": "pieces", "pieces-0": "2", "delivery": "1"}))
        assert "Goes back ¥8.00" in words(desk.post(path, {"mode": "pieces", "delivery": "1"}))

    def test_what_cannot_go_back_is_told_at_its_field(self, desk):
        made = desk.paid("tea", quantity="2")
        path = f"/orders/{made.number}/refund"
        for form, field in (
            ({"mode": "pieces", "pieces-0": "3"}, "pieces"),
            ({"mode": "pieces", "pieces-0": "x"}, "pieces-0"),
            ({"mode": "pieces"}, "pieces"),
            ({"mode": "sum", "amount": "344.01"}, "amount"),
            ({"mode": "sum", "amount": "0"}, "amount"),
            ({"mode": ""}, "mode"),
        ):
            assert (form, list(mistakes(desk.post(path, form)))) == (form, [field])
        assert refunds_of(desk, made) == []

    def test_money_by_hand_is_noted_when_it_was_sent(self, desk):
        made = desk.paid("tea")
        path, form = f"/orders/{made.number}/refund", {"mode": "sum", "amount": "10"}
        desk.post(path, {**form, "agreed": agreed(desk.post(path, form))})
        ((number, _, _),) = refunds_of(desk, made)
        other = desk.paid("tea")
        at = f"/orders/{made.number}/refunds/{number}"
        assert desk.post(f"/orders/{other.number}/refunds/{number}", {"deed": "sent"}).status_code == 404
        assert desk.post(at, {"deed": "x"}).status_code == 400
        assert told(desk.post(at, {"deed": "sent", "reference": "B-7"})) == "orders.done.refund_sent"
        assert refunds_of(desk, made) == [(number, 1000, "succeeded")]
        assert "Sent back" in words(desk.get(f"/orders/{made.number}"))


class TestCases:
    def opened(self, desk, kind=Kind.REFUND, reason="damaged", *, ship=True, pictures=()):
        made = desk.paid("tea", quantity="2")
        if ship:
            desk.post(f"/orders/{made.number}/ship", {"carrier": "sf", "tracking": "1", "pieces-0": "2"})
        front = desk.app.extensions["shopwright"]
        wish = aftersale.Wish(
            kind=kind, lines=(CaseLine(position=0, quantity=1),), reason=reason, text="cracked", pictures=pictures
        )
        till = front.till(front.live.current())
        return aftersale.open_case(till, desk.again(made), wish, actor="buyer", now=made.placed_at)

    def state(self, desk, case):
        return desk.database.read(lambda look: aftersale.get(look, case.number)).state

    def test_a_case_tells_what_is_asked_and_until_when(self, desk):
        case = self.opened(desk)
        page = words(desk.get(f"/cases/{case.number}"))
        assert "Waiting for you" in page
        assert "Without an answer it is agreed to." in page
        assert "cracked" in page
        assert "Waiting for you" in words(desk.get("/"))

    def test_agreeing_pays_back_less_where_that_was_said(self, desk):
        case = self.opened(desk)
        assert list(mistakes(desk.post(f"/cases/{case.number}/agree", {"amount": "x"}))) == ["agree-amount"]
        form = {"amount": "20", "text": "sorry"}
        assert told(desk.post(f"/cases/{case.number}/agree", form)) == "orders.done.case_agree"
        amount = desk.one(
            "SELECT r.amount FROM refund r JOIN aftersale a ON a.refund = r.number WHERE a.id = ?", case.id
        )
        assert (self.state(desk, case), amount) == ("refunded", 2000)
        assert desk.logged(case.number)[-1][0::2] == ("case.agree", "asked")

    def test_declining_says_why(self, desk):
        case = self.opened(desk)
        assert list(mistakes(desk.post(f"/cases/{case.number}/decline", {"text": " "}))) == ["decline-text"]
        assert told(desk.post(f"/cases/{case.number}/decline", {"text": "worn"})) == "orders.done.case_decline"
        assert self.state(desk, case) == "declined"

    def test_an_exchange_goes_back_and_forth(self, desk):
        case = self.opened(desk, Kind.EXCHANGE, "wrong_item")
        for deed, form, state in (
            ("agree", {}, "to_send_back"),
            ("receive", {"restock": "1"}, "to_replace"),
            ("replace", {"carrier": "sf", "tracking": "SF9"}, "replaced"),
        ):
            assert told(desk.post(f"/cases/{case.number}/{deed}", form, role="staff")) == f"orders.done.case_{deed}"
            assert self.state(desk, case) == state
        assert "SF Express SF9" in words(desk.get(f"/cases/{case.number}"))

    def test_a85_p68_staff_answer_but_give_no_money_back_and_that_they_tried_is_noted(self, desk):
        case = self.opened(desk)
        assert desk.post(f"/cases/{case.number}/agree", {}, role="staff").status_code == 403
        assert desk.logged(f"/console/cases/{case.number}/agree")[-1][0::3] == ("form.refused", "orders.refund")
        assert f"/cases/{case.number}/agree" not in desk.get(f"/cases/{case.number}", role="staff").text
        assert desk.post(f"/cases/{case.number}/decline", {"text": "x"}, role="read_only").status_code == 403
        assert self.state(desk, case) == "asked"
        assert desk.post(f"/cases/{case.number}/close").status_code == 404
        assert desk.get("/cases/A1-1").status_code == 404

    def test_a_picture_is_shown_with_its_own_case_alone(self, desk):
        var = desk.app.extensions["shopwright"].settings.var
        evidence.folder(var).mkdir(parents=True, exist_ok=True)
        (evidence.folder(var) / "cracked.jpg").write_bytes(b"\xff\xd8picture")
        mine, other = self.opened(desk, pictures=("cracked.jpg",)), self.opened(desk)
        answer = desk.get(f"/cases/{mine.number}/pictures/cracked.jpg")
        assert (answer.get_data(), answer.headers["Cache-Control"]) == (b"\xff\xd8picture", "no-store")
        assert desk.get(f"/cases/{other.number}/pictures/cracked.jpg").status_code == 404
        assert desk.get(f"/cases/{mine.number}/pictures/shop.db").status_code == 404


class TestToday:
    def test_shows_what_waits_by_role(self, desk):
        desk.paid("tea")
        owner, reader, helper = (words(desk.get("/", role=role)) for role in ("owner", "read_only", "live_assistant"))
        assert "Orders to ship" in owner
        assert "Sales of the last 30 days" in owner
        assert "Orders to ship" in reader
        assert "Orders to ship" not in helper
        assert "Sales" not in helper
        assert "Running out" in owner

    def test_the_plot_stands_in_a_table_too(self, desk):
        desk.paid("tea")
        page = desk.get("/").text
        assert page.count('<th scope="row">') == 30
        assert 'role="img" aria-label="Sales of the last 30 days, ' in page

    def test_leads_strangers_to_the_entrance(self, desk):
        answer = desk.app.test_client().get("/console/", headers={"Sec-Fetch-Site": "same-origin"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/enter?next=%2Fconsole%2F")

    def test_says_that_the_database_is_away_instead_of_breaking(self, built, tmp_path):
        folder = storefront.copy(built, tmp_path / "shop")
        (folder / "var/database").write_text("gone\n", "utf-8")
        app = application.views(storefront.settings(folder), Live(folder / "var"), Metrics(folder / "var/run"))
        client = app.test_client()
        client.set_cookie("console", "k" * 43, domain="localhost", path="/console")
        for path in ("/console/", "/console/orders"):
            answer = client.get(path, headers=HEADERS)
            assert (answer.status_code, int(answer.headers["Retry-After"])) == (503, 60)
            assert "系统出错了，已经记录。" in words(answer)
