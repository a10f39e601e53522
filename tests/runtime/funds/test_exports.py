"""Exports: read again by others they give the same balances (P98), and no cell becomes a formula (P72)."""

import csv
import io
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from beancount import loader
from money import AVAILABLE, GATEWAY, PENDING, holds, look, paid, settled
from tills import NOW, make_settings

from generator import money
from runtime import database as databases
from runtime import funds, refunds
from runtime.funds import Entry, Where, journals, statements, tables, withdrawals
from runtime.funds.statements import Span
from runtime.funds.withdrawals import Event, Step
from runtime.refunds import Wish

ZONE = ZoneInfo("Asia/Shanghai")
EVERYTHING = Span()
SCRIPTS = Path(sys.executable).parent


@pytest.fixture
def busy(till):
    """Return a till with some of everything in two currencies, over two days."""
    settled(till)
    found = paid(till, [("cup", 1)])
    wish = Wish(amount=50)
    till.database.write(lambda look_: refunds.request(look_, look(till, found), wish, actor="merchant", now=NOW))
    step = Step(event=Event.REQUEST, actor="merchant", now=NOW)
    made = withdrawals.request(till.database, GATEWAY, 1500, "CNY", step)
    withdrawals.advance(till.database, made.number, Step(event=Event.PAY, actor="merchant", now=NOW, fee=25))
    post(till, "=cmd|' /C calc'!A0", 500, "JPY", NOW + timedelta(days=1))
    post(till, 'quote" \\ ; | (x)\nnew "line"', 7, "CNY", NOW + timedelta(days=1))
    return till


def post(till, reference, amount, currency, now):
    entries = [Entry(debit=funds.BANK, credit=funds.SUSPENSE, amount=amount)]
    till.database.write(lambda look_: funds.post(look_, "receipt", reference, entries, None, Where(currency, now)))


def posted(till, span=EVERYTHING):
    return till.database.read(lambda look_: list(statements.transfers(look_, span)))


def csv_of(till):
    return "".join(tables.csv_lines(posted(till), ZONE))


def by_name(held):
    """Return balances in the names of journals, without those that are nothing."""
    return {(journals.account(name), currency): amount for (name, currency), amount in held.items() if amount}


def test_p98_the_csv_posted_into_an_empty_ledger_gives_the_same_balances(busy, tmp_path):
    text = csv_of(busy)
    assert text.startswith("\ufefftime,event,reference,debit,credit,amount,currency,order\r\n")
    other = databases.open(make_settings(tmp_path / "other"), upgrade=True)
    for number, row in enumerate(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))):
        amount = money.parse(row["amount"], row["currency"])
        entry = Entry(debit=row["debit"], credit=row["credit"], amount=amount)
        where = Where(row["currency"], datetime.fromisoformat(row["time"]).replace(tzinfo=ZONE))
        other.write(
            lambda look_, entry=entry, number=number, where=where: funds.post(
                look_, "import", str(number), [entry], None, where
            )
        )
    assert other.read(funds.balances) == busy.database.read(funds.balances)
    assert other.read(funds.differences) == []
    other.close()


def test_p72_no_cell_begins_a_formula(busy):
    rows = list(csv.reader(io.StringIO(csv_of(busy).removeprefix("\ufeff"))))
    assert any(row[2] == "'=cmd|' /C calc'!A0" for row in rows)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"), ("+49 30", "'+49 30"), ("-1+1", "'-1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("＝1", "'＝1"), ("-12.50", "-12.50"), ("12.50", "12.50"), ("", ""), ("tea", "tea"),
    ],
)  # fmt: skip
def test_p72_what_looks_like_a_formula_gets_an_apostrophe_and_numbers_stay(text, shown):
    assert tables.safe(text) == shown


def test_p72_the_workbook_holds_texts_and_numbers_and_no_formula(busy, tmp_path):
    path = tmp_path / "funds.xlsx"
    tables.write_xlsx(posted(busy), ZONE, path)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=cmd|" in sheet
    assert sheet.count("<row ") == len(posted(busy)) + 1
    assert "<v>500</v>" in sheet
    assert "<v>15</v>" in sheet


def beancount_of(till, span=EVERYTHING):
    opened = till.database.read(lambda look_: statements.opening(look_, span))
    names = [name for name, _ in till.database.read(funds.balances)]
    return "".join(journals.beancount(posted(till, span), opened, (span.start, names), ZONE))


@pytest.mark.parametrize("days", [None, 1])
def test_p98_beancount_reads_the_journal_and_has_the_same_balances(busy, tmp_path, days):
    start = NOW.replace(hour=0, minute=0, second=0) + timedelta(days=days) if days else statements.BEGINNING
    path = tmp_path / "funds.beancount"
    path.write_text(beancount_of(busy, Span(start)))
    done = subprocess.run([SCRIPTS / "bean-check", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    found = {}
    for entry in entries:
        for posting in getattr(entry, "postings", ()):
            key = (posting.account, posting.units.currency)
            found[key] = found.get(key, Decimal(0)) + posting.units.number
    held = by_name(busy.database.read(funds.balances))
    assert {key: number for key, number in found.items() if number} == {
        key: money.decimal(amount, key[1]) for key, amount in held.items()
    }


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
@pytest.mark.parametrize("days", [None, 1])
def test_p98_hledger_reads_the_journal_and_has_the_same_balances(busy, tmp_path, days):
    start = NOW.replace(hour=0, minute=0, second=0) + timedelta(days=days) if days else statements.BEGINNING
    span = Span(start)
    opened = busy.database.read(lambda look_: statements.opening(look_, span))
    path = tmp_path / "funds.journal"
    path.write_text("".join(journals.hledger(posted(busy, span), opened, span.start, ZONE)))
    for command in (["check"], ["balance", "--flat", "--no-total", "-O", "csv", "--layout", "bare"]):
        done = subprocess.run(
            ["hledger", "-f", path, *command], capture_output=True, text=True, check=False, env={"LC_ALL": "C.UTF-8"}
        )
        assert (done.returncode, done.stderr) == (0, "")
    rows = csv.DictReader(io.StringIO(done.stdout))
    found = {(row["account"], row["commodity"]): Decimal(row["balance"]) for row in rows if Decimal(row["balance"])}
    held = by_name(busy.database.read(funds.balances))
    assert found == {key: money.decimal(amount, key[1]) for key, amount in held.items()}


def test_a_statement_tells_how_an_account_came_to_what_it_holds(busy):
    def statement(account, span=EVERYTHING, currency="CNY"):
        return busy.database.read(lambda look_: statements.statement(look_, account, currency, span))

    found = statement(AVAILABLE)
    assert [(line.posted.event, line.change, line.balance) for line in found.lines] == [
        ("settled", 2000, 2000), ("withdrawal", -1500, 500),
    ]  # fmt: skip
    assert (found.opening, found.closing) == (0, *holds(busy, AVAILABLE))
    later = statement(PENDING, Span(NOW + timedelta(seconds=1)))
    assert (later.opening, later.lines, later.closing) == (*holds(busy, PENDING), (), *holds(busy, PENDING))
    assert statement(funds.BANK, currency="JPY").closing == 500


def test_every_account_has_a_name_in_journals_and_strange_ones_as_well():
    assert journals.account("gateway.wechatpay.pending") == "Assets:Gateway:Wechatpay:Pending"
    assert journals.account("gateway.cash_on-delivery.x") == "Assets:Gateway:CashOnDelivery:X"
    assert journals.account("茶") == "Equity:Other:Nameless"
    assert datetime.fromtimestamp(0, UTC) == statements.BEGINNING
