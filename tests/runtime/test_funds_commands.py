"""Funds, bank files and statements at the command line, in the merchant's language."""

import csv
import io

import msgspec
import pytest
from click.testing import CliRunner
from funds.money import completed, holds, look, paid, sound
from tills import NOW, make_settings, make_till, order

from runtime import cli, findings, reconciling
from runtime import database as databases
from runtime.bank_files import statements
from runtime.findings import Found
from runtime.funds import REFUNDS, SALES, SUSPENSE, settlement
from runtime.gateways import Bill, BillKind, BillRow
from runtime.orders import State
from runtime.wordings import funds as wordings

STATEMENT = (
    '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
    '<Ntry><Amt Ccy="CNY">20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-23</Dt>'
    "</BookgDt><AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls>"
    "</Ntry></Stmt></BkToCstmrStmt></Document>"
)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHOPWRIGHT_SECRET", "0123456789abcdef0123456789abcdef")
    return tmp_path


@pytest.fixture
def till(shop):
    settings = make_settings(shop)
    made = make_till(databases.open(settings, upgrade=True), settings)
    yield made
    made.database.close()


def run(*arguments, code=0, **environ):
    done = CliRunner(env=environ).invoke(cli.main, [*arguments])
    assert done.exit_code == code, done.output
    return done.output


def available(till):
    found = completed(till, paid(till))
    settlement.settle_due(till.database, NOW, lambda _, __: False)
    return found


def test_balances_are_shown_in_words_of_the_merchant(shop, till):
    paid(till)
    shown = run("funds", "balances", str(shop))
    assert [line.split()[:2] for line in shown.splitlines()] == [
        ["¥20.00", "gateway.rehearsal.pending"], ["¥17.70", "income.sales"], ["¥2.30", "tax_payable"],
    ]  # fmt: skip
    assert "rehearsal: pending" in shown
    assert "rehearsal：待结算" in run("funds", "balances", str(shop), LANG="zh_CN.UTF-8")
    assert "rehearsal: schwebend" in run("funds", "balances", str(shop), LANG="de_DE.UTF-8")


def test_a_withdrawal_from_asking_to_the_bank(shop, till, tmp_path):
    available(till)
    folder = str(shop)
    made = run("funds", "withdraw", folder, "rehearsal", "--amount", "15.00", "--currency", "CNY")
    number = made.split()[0]
    assert made.endswith("¥15.00  requested\n")
    refused = run("funds", "withdraw", folder, "rehearsal", "--amount", "15", "--currency", "CNY", code=1)
    assert refused == "At most ¥5.00 can be withdrawn: the rest is not available yet, or is owed to buyers.\n"
    out = tmp_path / "pay.xml"
    order_of = ("funds", "bank-file", folder, number, "--from", "Gateway", "NL41MOCK0000000001", "--to", "Shop",
                "NL91ABNA0417164300", "--out", str(out))  # fmt: skip
    assert run(*order_of) == f"{out}  1  under way\n"
    first = out.read_text()
    assert f"<EndToEndId>{number}</EndToEndId>" in first
    assert '<InstdAmt Ccy="CNY">15.00</InstdAmt>' in first
    run(*order_of)
    assert [line for line in out.read_text().splitlines() if "CreDtTm" not in line] == [
        line for line in first.splitlines() if "CreDtTm" not in line
    ]
    assert run("funds", "paid", folder, number, "--fee", "0.10").endswith("  paid\n")
    assert run("funds", "failed", folder, number, code=1) == (
        f"Withdrawal {number} is paid, so it cannot be marked as failed.\n"
    )
    assert run("funds", "failed", folder, number, "--bounced", "--reason", "AC04").endswith("back by the bank\n")
    assert run("funds", "withdrawals", folder).split()[0] == number
    shown = run("funds", "statement", folder, "gateway.rehearsal.available")
    assert [line.split()[4] for line in shown.splitlines() if ":" in line] == ["20.00", "-15.00", "14.90"]
    assert shown.splitlines()[-1].split() == ["19.90", "CNY"]


def test_the_books_are_exported_by_days(shop, till, tmp_path):
    paid(till)
    out = tmp_path / "books.csv"
    assert run("funds", "export", str(shop), "--out", str(out)) == f"{out}\n"
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
    assert [(row["event"], row["amount"]) for row in rows] == [("receipt", "17.70"), ("receipt", "2.30")]
    run("funds", "export", str(shop), "--to", "2026-01-01", "--out", str(out))
    assert len(out.read_text("utf-8-sig").splitlines()) == 1
    for form in ("xlsx", "hledger", "beancount"):
        run("funds", "export", str(shop), "--format", form, "--out", str(tmp_path / form))
        assert (tmp_path / form).stat().st_size > 100


def test_a_banks_statement_pays_the_order_it_names(shop, till, tmp_path):
    found = order(till, gateway="transfer")
    path = tmp_path / "statement.xml"
    path.write_text(STATEMENT.format(text=f"for {found.number}"))
    assert len(statements.read(path.read_bytes())[0]) == 1
    told = run("reconcile", str(shop), "transfer", "--file", str(path))
    assert told.split() == ["B1", "¥20.00", "order", f"{found.number}:", "paid"]
    assert look(till, found).state is State.PAID
    assert run("reconcile", str(shop), "transfer", "--file", str(path), LANG="zh_CN").split()[-1] == "此前已记"
    path.write_text("<!DOCTYPE x><x/>")
    assert "document type" in run("reconcile", str(shop), "transfer", "--file", str(path), code=2)


def test_the_database_is_backed_up_and_copied(shop, till, tmp_path):
    paid(till)
    target = tmp_path / "backup.db"
    assert run("database", "backup", str(shop), str(target)) == f"{target}: 1 orders, 2 transfers\n"
    copied = run("database", "copy", str(shop), f"sqlite:///{tmp_path}/copy.db")
    assert "rows: all the same" in copied
    run("database", "copy", str(shop), f"sqlite:///{tmp_path}/copy.db", code=3)


@pytest.mark.parametrize("kind", [key.removeprefix("finding.") for key in wordings.EN if key.startswith("finding.")])
def test_every_finding_of_a_bill_is_listed_in_words(shop, till, kind):
    found = Found(kind=kind, gateway="g", reference="r", receipt="t", amount=500, currency="CNY")
    till.database.write(lambda transaction: findings.note(transaction, found, NOW))
    for language, words in (("en", wordings.EN), ("zh_CN", wordings.ZH), ("de", wordings.DE)):
        assert words[f"finding.{kind}"] in run("refunds", "list", str(shop), LANG=language)


def test_all_languages_say_the_same_about_funds():
    assert wordings.EN.keys() == wordings.ZH.keys() == wordings.DE.keys()


def test_what_waits_is_settled_with_a_word_and_its_money_goes_where_it_belongs(shop, till):
    def take(*rows_):
        reconciling.take(till.database, Bill(gateway="rehearsal", day=NOW.date(), rows=rows_), NOW)

    plain = BillRow(kind=BillKind.PAYMENT, reference="nobody", transaction="x1", amount=500, currency="CNY")
    gone = BillRow(kind=BillKind.REFUND, reference="R-console", transaction="y1", amount=200, currency="CNY")
    take(plain, gone)
    take(msgspec.structs.replace(plain, fee=3), gone)
    assert holds(till, SUSPENSE) == (-300,)
    folder = str(shop)
    refused = run("funds", "settle", folder, "1", code=1)
    assert refused.startswith("Number 1 cannot be settled like this")
    run("funds", "settle", folder, "3", "--to", "income.sales", code=1)
    assert run("funds", "settle", folder, "1", "--to", "income.sales") == "[1]  ¥5.00  settled\n"
    assert run("funds", "settle", folder, "2", "--to", "contra.refunds") == "[2]  ¥2.00  settled\n"
    assert run("funds", "settle", folder, "3") == "[3]  ¥5.00  settled\n"
    run("funds", "settle", folder, "3", code=1)
    run("funds", "settle", folder, "99", code=1)
    assert holds(till, SUSPENSE, SALES, REFUNDS) == (0, -500, 200)
    assert sound(till) == ()
