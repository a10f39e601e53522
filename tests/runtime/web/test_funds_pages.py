"""Funds in the console: every figure is the ledger's, money leaves in two steps, bills are read once, books balance."""

import html
import io
import re
from datetime import UTC, datetime, timedelta

import office_desk
import pytest
import storefront
from colleagues import now
from office_desk import mistakes, told, words

from runtime import audit, funds, orders, receipts
from runtime.access.roles import Role
from runtime.funds import disputes, flow, settlement
from runtime.gateways import DisputeReport, DisputeState, Report, Verdict
from runtime.orders import Dispatch
from runtime.receipts import Receipt
from runtime.web.persons import FRESH

GATEWAY = "rehearsal"
STATEMENT = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
<BkToCstmrStmt><Stmt>
<Ntry><NtryRef>N1</NtryRef><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><NtryDtls><TxDtls><Refs><AcctSvcrRef>{reference}</AcctSvcrRef></Refs>
<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"""


class Desk(office_desk.Desk):
    """A shop some of whose orders are paid at a gateway."""

    def online(self, *skus, quantity="1"):
        """Let somebody buy and pay at the gateway, and return the order."""
        made = self.order(*(skus or ("card",)), quantity=quantity, gateway=GATEWAY)
        reference = self.one("SELECT reference FROM payment WHERE order_id = ?", made.id)
        said = {"amount": made.total, "currency": made.currency, "transaction": f"T{made.id}"}
        report = Report(gateway=GATEWAY, reference=reference, verdict=Verdict.SUCCEEDED, **said)
        assert receipts.confirm(self.database, report, now()) == "paid"
        return self.again(made)

    def settled(self, *skus, quantity="1"):
        """Return an order whose money is available."""
        made = self.online(*skus, quantity=quantity)
        orders.ship(self.database, made.number, Dispatch(carrier="SF", tracking="1"), actor="merchant", now=now())
        orders.receive(self.database, made.number, actor="merchant", now=now())
        orders.complete(self.database, made.number, actor="merchant", now=now())
        self.database.write(lambda transaction: settlement.settle(transaction, made.id, now()))
        return made

    def stray(self, amount, number):
        """Let money come by transfer that names no order, and return the number of its finding."""
        came = Receipt(
            gateway="transfer", reference="?", number=number, account=funds.BANK, amount=amount, currency="CNY"
        )
        self.database.write(lambda transaction: receipts.note_stray(transaction, came, now()))
        return self.one("SELECT id FROM finding WHERE receipt = ?", number)

    def held(self, account):
        return self.database.read(lambda look: funds.balance(look, account, "CNY"))


@pytest.fixture(scope="module")
def desk(chinese, tmp_path_factory):
    made = storefront.application(storefront.copy(chinese, tmp_path_factory.mktemp("funds") / "shop"))
    found = Desk(made)
    yield found
    assert found.database.read(audit.report).differences == ()
    made.extensions["shopwright"].close()


def agreed(answer):
    return html.unescape(re.search(r'name="agreed" value="([^"]+)"', answer.text)[1])


def withdraw(desk, amount, **more):
    """Ask for a withdrawal in both steps; return the second answer."""
    form = {"place": f"{GATEWAY} CNY", "amount": amount, **more}
    check = desk.post("/funds/withdrawals/new", form)
    assert check.status_code == 200, words(check)
    return desk.post("/funds/withdrawals/new", {**form, "agreed": agreed(check)})


def newest(desk):
    return desk.one("SELECT number FROM withdrawal ORDER BY id DESC LIMIT 1")


def test_an_empty_shop_is_told_what_will_stand_here(chinese, open_shop):
    fresh = Desk(open_shop(chinese))
    assert "每一分钱都会记在这里" in words(fresh.get("/funds", language="zh-CN"))
    for path, said in (
        ("/flow", "Money will be listed here"), ("/coming", "Nothing is pending"),
        ("/withdrawals", "Nothing was withdrawn yet"), ("/withdrawals/new", "Nothing is available"),
        ("/waiting", "Nothing waits"), ("/books", "Statements begin with the first payment"),
    ):  # fmt: skip
        assert said in words(fresh.get(f"/funds{path}")), path


class TestFigures:
    def test_the_overview_says_where_the_money_is(self, desk):
        desk.online("tea")
        desk.settled("card")
        desk.order("tea", gateway="transfer")
        page = words(desk.get("/funds"))
        pending, available = (desk.held(f"gateway.{GATEWAY}.{part}") for part in ("pending", "available"))
        assert f"Pending ¥{pending / 100:,.2f}" in page
        assert f"Available ¥{available / 100:,.2f}" in page
        assert "Transfers awaited Ordered, not arrived at the bank yet · 1 order ¥176.00" in page
        assert "可提现" in words(desk.get("/funds", language="zh-CN"))

    def test_the_flow_tells_each_event_once_with_its_order_and_its_transfers(self, desk):
        made = desk.settled("card")
        page = desk.get(f"/funds/flow?order={made.number.replace('-', '')}")
        said = words(page)
        assert said.count("Payment received") == 1
        assert said.count("Became available") == 1
        assert "+¥9.00" in said
        assert f'href="/console/orders/{made.number}"' in page.text
        assert "Practice payment: pending" in said
        settled = words(desk.get(f"/funds/flow?kind=settled&order={made.number}"))
        assert ("Became available" in settled, "Payment received" in settled) == (True, False)
        assert "Nothing moved there" in words(desk.get("/funds/flow?kind=withdrawn&from=2001-01-01&to=2001-01-02"))

    def test_the_flow_is_read_page_by_page_and_back_and_nothing_is_left_out(self, desk):
        for _ in range(3):
            desk.online("card")
        every = desk.database.read(lambda look: flow.find(look, flow.Wanted(limit=1000))).moves
        seen, place = [], flow.Wanted(limit=2)
        while True:
            page = desk.database.read(lambda look, place=place: flow.find(look, place))
            seen += page.moves
            if not page.older:
                break
            place = flow.Wanted(limit=2, before=page.older)
        assert seen == list(every)
        back = desk.database.read(lambda look: flow.find(look, flow.Wanted(limit=2, after=page.newer)))
        assert back.moves == every[len(every) - len(page.moves) - 2 : len(every) - len(page.moves)]
        assert sum(each.change for each in every) == sum(
            amount for (account, _), amount in desk.database.read(funds.balances).items() if flow.is_ours(account)
        )

    def test_pending_money_stands_with_the_day_it_becomes_available(self, desk):
        made = desk.online("tea")
        assert "Once it is shipped, time runs" in words(desk.get("/funds/coming"))
        orders.ship(desk.database, made.number, Dispatch(carrier="SF", tracking="1"), actor="merchant", now=now())
        page = words(desk.get("/funds/coming"))
        assert made.number in page
        assert "in 2 weeks" in page

    def test_a_dispute_takes_money_out_of_reach_and_is_told(self, desk):
        made = desk.online("tea")
        reference = desk.one("SELECT reference FROM payment WHERE order_id = ?", made.id)
        told_ = DisputeReport(
            gateway=GATEWAY, number="D-1", reference=reference, transaction=f"T{made.id}", state=DisputeState.OPENED,
            amount=made.total, currency="CNY",
        )  # fmt: skip
        desk.database.write(lambda transaction: disputes.apply(transaction, told_, now()))
        page = desk.get("/funds")
        assert "In dispute Buyers ask their bank for it back ¥176.00" in words(page)
        assert f'href="/console/orders/{made.number}"' in page.text


class TestWithdrawals:
    def test_nothing_leaves_before_it_was_looked_at_and_the_same_form_twice_withdraws_once(self, desk):
        desk.settled("tea", quantity="2")
        before = desk.one("SELECT COUNT(*) FROM withdrawal")
        form = {"place": f"{GATEWAY} CNY", "amount": "100"}
        check = desk.post("/funds/withdrawals/new", form)
        assert "To the bank ¥100.00" in words(check)
        assert desk.one("SELECT COUNT(*) FROM withdrawal") == before
        sealed = {**form, "agreed": agreed(check)}
        assert told(desk.post("/funds/withdrawals/new", sealed)) == "funds.done.asked"
        again = desk.post("/funds/withdrawals/new", sealed)
        assert (again.status_code, desk.one("SELECT COUNT(*) FROM withdrawal")) == (200, before + 1)
        number = newest(desk)
        assert desk.logged(number) == [
            ("funds.withdrawal_asked", f"person:{desk.person().account.id}", "", "100.00 CNY rehearsal")
        ]

    def test_it_is_marked_as_the_bank_says_each_step_asked_once_more(self, desk):
        desk.settled("tea")
        assert told(withdraw(desk, "20")) == "funds.done.asked"
        number, bank = newest(desk), desk.held(funds.BANK)
        assert "20.00 has arrived" in words(desk.get(f"/funds/withdrawals/{number}/paid"))
        assert list(mistakes(desk.post(f"/funds/withdrawals/{number}/paid", {"fee": "20.01"}))) == ["fee"]
        assert told(desk.post(f"/funds/withdrawals/{number}/paid", {"fee": "0.10", "note": "B-9"})) == "funds.done.paid"
        assert desk.held(funds.BANK) == bank + 1990
        assert "Arrived B-9" in words(desk.get(f"/funds/withdrawals/{number}"))
        assert list(mistakes(desk.post(f"/funds/withdrawals/{number}/failed"))) == ["note"]
        assert told(desk.post(f"/funds/withdrawals/{number}/bounced", {"note": "AC04"})) == "funds.done.bounced"
        assert [line[0] for line in desk.logged(number)] == [
            "funds.withdrawal_asked", "funds.withdrawal_paid", "funds.withdrawal_bounced",
        ]  # fmt: skip

    def test_what_cannot_be_withdrawn_is_told_at_its_field(self, desk):
        desk.settled("card")
        for form, field in (
            ({"place": "nothing CNY", "amount": "1"}, "place"),
            ({"place": f"{GATEWAY} CNY", "amount": "x"}, "amount"),
            ({"place": f"{GATEWAY} CNY", "amount": "0"}, "amount"),
            ({"place": f"{GATEWAY} CNY", "amount": "999999"}, "amount"),
        ):
            assert (form, list(mistakes(desk.post("/funds/withdrawals/new", form)))) == (form, [field])

    def test_a85_only_an_owner_withdraws_and_proves_who_it_is_again(self, desk):
        desk.settled("card")
        for role in (Role.MANAGER, Role.READ_ONLY):
            assert desk.get("/funds/withdrawals", role=role).status_code == 200
            assert "/withdrawals/new" not in desk.get("/funds", role=role).text
            assert desk.get("/funds/withdrawals/new", role=role).status_code == 403
            assert desk.post("/funds/withdrawals/new", {"amount": "1"}, role=role).status_code == 403
        stale = int(now().timestamp()) - 2 * FRESH - 1
        owner = desk.person()
        prove = "UPDATE console_session SET proved_at = ? WHERE person_id = ?"
        desk.database.write(lambda transaction: transaction.run(prove, stale, owner.account.id))
        try:
            answer = desk.get("/funds/withdrawals/new")
            assert (answer.status_code, answer.headers["Location"]) == (
                303, "/console/enter/again?next=%2Fconsole%2Ffunds%2Fwithdrawals%2Fnew",
            )  # fmt: skip
            assert desk.post("/funds/withdrawals/new", {"amount": "1"}).status_code == 303
            assert desk.get("/funds").status_code == 200
        finally:
            fresh = int(now().timestamp())
            desk.database.write(lambda transaction: transaction.run(prove, fresh, owner.account.id))

    def test_a86_a90_without_the_token_or_with_a_field_too_many_nothing_happens(self, desk):
        before = desk.one("SELECT COUNT(*) FROM withdrawal")
        form = {"place": f"{GATEWAY} CNY", "amount": "1"}
        assert desk.person().post("/console/funds/withdrawals/new", form, token=None).status_code == 409
        assert desk.post("/funds/withdrawals/new", {**form, "state": "paid"}).status_code == 400
        assert desk.one("SELECT COUNT(*) FROM withdrawal") == before


class TestWaiting:
    def test_stray_money_is_put_where_it_belongs_or_goes_back(self, desk):
        first, second = desk.stray(500, "S-1"), desk.stray(700, "S-2")
        waiting = desk.one("SELECT COUNT(*) FROM finding WHERE settled_at IS NULL")
        assert f"{waiting} things about money wait for a decision." in words(desk.get("/funds"))
        assert list(mistakes(desk.post(f"/funds/waiting/{first}", {"deed": "account", "account": ""}))) == [
            f"account-{first}"
        ]
        settle = desk.post(f"/funds/waiting/{first}", {"deed": "account", "account": "income.sales"}, role="manager")
        assert told(settle) == "funds.done.finding_account"
        assert told(desk.post(f"/funds/waiting/{second}", {"deed": "return"})) == "funds.done.finding_return"
        assert desk.one("SELECT amount FROM refund WHERE finding_id = ?", second) == 700
        again = desk.post(f"/funds/waiting/{second}", {"deed": "return"})
        assert "is settled, so it cannot be requested" in words(again)
        assert desk.post(f"/funds/waiting/{first}", {"deed": "seen"}, role="read_only").status_code == 403

    def test_a91_what_a_payer_wrote_is_shown_as_text(self, desk):
        number = desk.stray(100, '<script>alert("x")</script>')
        page = desk.get("/funds/waiting").text
        assert ("<script>alert" in page, "&lt;script&gt;alert" in page) == (False, True)
        desk.post(f"/funds/waiting/{number}", {"deed": "return"})


class TestBills:
    def test_a_day_is_asked_for_read_and_read_again_without_a_change(self, desk):
        day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        form = {"gateway": GATEWAY, "day": day, "deed": "ask"}
        assert told(desk.post("/funds/reconciling", form, role="manager")) == "funds.done.reconciled"
        transfers = desk.one("SELECT COUNT(*) FROM transfer")
        assert told(desk.post("/funds/reconciling", form)) == "funds.done.reconciled"
        assert desk.one("SELECT COUNT(*) FROM transfer") == transfers
        assert desk.get(f"/funds/reconciling/{GATEWAY}/{day}").status_code == 200
        assert f"/console/funds/reconciling/{GATEWAY}/{day}" in desk.get("/funds/reconciling").text
        assert [line[0] for line in desk.logged(f"{GATEWAY} {day}")] == ["funds.reconciled"] * 2

    def test_a_day_or_a_gateway_that_is_none_is_told_at_its_field(self, desk):
        tomorrow = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
        assert list(mistakes(desk.post("/funds/reconciling", {"gateway": "x", "day": "2026-11-11"}))) == ["gateway"]
        assert list(mistakes(desk.post("/funds/reconciling", {"gateway": GATEWAY, "day": "soon"}))) == ["day"]
        assert list(mistakes(desk.post("/funds/reconciling", {"gateway": GATEWAY, "day": tomorrow}))) == ["day"]

    def test_a_bank_statement_pays_the_order_it_names_once(self, desk):
        made = desk.order("tea", gateway="transfer")
        text = STATEMENT.format(amount="176.00", reference="B-77", text=f"Order {made.number}")

        def upload():
            return desk.post("/funds/reconciling", {"deed": "bank", "file": (io.BytesIO(text.encode()), "bank.xml")})

        first = upload()
        assert first.status_code == 200
        assert f'href="/console/orders/{made.number}"' in first.text
        assert desk.again(made).state == "paid"
        assert "Known already" in words(upload())
        assert list(mistakes(desk.post("/funds/reconciling", {"deed": "bank"}))) == ["statement"]
        broken = {"deed": "bank", "file": (io.BytesIO(b"<not a file" * 50_000), "bank.xml")}
        assert list(mistakes(desk.post("/funds/reconciling", broken))) == ["statement"]


class TestBooks:
    def test_a_month_is_a_file_for_everybody_who_keeps_books(self, desk):
        made = desk.online("card")
        month = made.placed_at.strftime("%Y-%m")
        assert month in desk.get("/funds/books").text
        table = desk.get(f"/funds/books/{month}.csv")
        assert table.text.startswith("\ufefftime,event,reference")
        assert made.number in table.text
        assert table.headers["Content-Disposition"] == f'attachment; filename="funds-{month}.csv"'
        assert desk.get(f"/funds/books/{month}.xlsx").get_data()[:2] == b"PK"
        assert "Assets:Gateway:Rehearsal:Pending" in desk.get(f"/funds/books/{month}.journal").text
        assert 'option "title"' in desk.get(f"/funds/books/{month}.beancount").text
        assert desk.get(f"/funds/books/{month}.exe").status_code == 404
        assert desk.get("/funds/books/2026-13.csv").status_code == 404
        assert desk.logged(f"{month}.csv")[-1][0] == "funds.exported"

    def test_the_audit_says_of_each_part_whether_it_balances(self, desk):
        assert told(desk.post("/funds/books/audit", role="read_only")) == "funds.done.audited"
        page = words(desk.get("/funds/books"))
        assert "The books balance." in page
        assert "Money on its way is the sum of open withdrawals" in page
        desk.database.write(
            lambda transaction: transaction.run("UPDATE balance SET amount = amount + 1 WHERE account = 'bank'")
        )
        desk.post("/funds/books/audit")
        assert "Something does not add up." in words(desk.get("/funds"))
        assert "bank holds" in words(desk.get("/funds/books"))
        desk.database.write(
            lambda transaction: transaction.run("UPDATE balance SET amount = amount - 1 WHERE account = 'bank'")
        )
        desk.post("/funds/books/audit")
        assert "The books balance." in words(desk.get("/funds"))
