"""Bank files against a bank that others wrote: withdrawals out (P93, P94), transfers in, nothing taken twice."""

from datetime import UTC, date, datetime

import pytest
from funds.money import AVAILABLE, GATEWAY, WITHDRAWING, completed, holds, look, paid, sound
from mock_bank import MockBank
from tills import NOW, PRODUCTS, make_terms, make_till, order, rows

from runtime import funds, refunds
from runtime.bank_files import BankFileError, Fate, Order, Party, Transfer, pain, statements
from runtime.funds import settlement, withdrawals
from runtime.funds.withdrawals import Event, Step
from runtime.orders import State
from runtime.reconciling import bank
from runtime.reconciling.bank import Match
from runtime.refunds import Wish

SHOP = Party(name="Tea shop 茶铺", iban="NL91 ABNA 0417 1643 00")
ACME = Party(name="ACME Corporation", iban="NL41MOCK0000000001", bic="MOCKNL2A")


@pytest.fixture(scope="module")
def mock_bank():
    found = MockBank()
    yield found
    found.stop()


@pytest.fixture
def counter(mock_bank):
    mock_bank.json("POST", "/_mock/reset")
    return mock_bank


@pytest.fixture
def till(database, settings):
    return make_till(database, settings, PRODUCTS, make_terms(currency="EUR", country="NL"))


def step(event=Event.REQUEST):
    return Step(event=event, actor="merchant", now=NOW)


def withdraw(till, amount=None):
    return withdrawals.request(till.database, GATEWAY, amount, "EUR", step())


def available(till):
    found = completed(till, paid(till))
    settlement.settle_due(till.database, NOW, lambda _, __: False)
    return found


def file_of(*transfers):
    numbers = [each.number for each in transfers]
    return pain.write(
        Order(
            number=pain.file_number(numbers), debtor=ACME, transfers=transfers, due=date(2026, 11, 23),
            made_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        )
    )  # fmt: skip


def to_shop(withdrawal):
    return Transfer(
        number=withdrawal.number, amount=withdrawal.amount, currency="EUR", creditor=SHOP, text=withdrawal.number
    )


def state(till, number):
    return till.database.read(lambda transaction: withdrawals.get(transaction, number)).state


def matches(till, data):
    return [(line.match, line.detail) for line in bank.take(till.database, data, NOW)]


def eur(till, *accounts):
    return holds(till, *accounts, currency="EUR")


def test_the_bank_finds_nothing_wrong_with_our_file(counter):
    data = file_of(
        Transfer(number="W1", amount=1500, currency="EUR", creditor=SHOP, text="a & b <c> \x07茶" + "x" * 200),
        Transfer(number="W2", amount=5, currency="EUR", creditor=Party(name="Ü", iban=ACME.iban, bic="MOCKNL2A")),
    )
    assert counter.ask("POST", "/_mock/validate", data)[1].endswith(b"1 batch, 2 payments, 0 findings\n")


def test_a_withdrawal_is_paid_when_the_statement_shows_it_and_every_further_file_changes_nothing(till, counter):
    available(till)
    made = withdraw(till, 1500)
    assert counter.pay(file_of(to_shop(made))) == ("ACCP", None)
    counter.advance(1)
    data = counter.mail()
    assert (Match.WITHDRAWAL, "paid") in matches(till, data)
    assert eur(till, AVAILABLE, WITHDRAWING, funds.BANK) == (500, 0, 1500)
    assert {match for match, _ in matches(till, data)} == {Match.KNOWN}
    assert counter.balance("ACME") == 12_500_000 - 1500
    sound(till)


def test_p94_a_file_sent_again_because_its_answer_was_lost_is_paid_once(till, counter):
    available(till)
    made = withdraw(till)
    data = file_of(to_shop(made))
    assert counter.pay(data) == ("ACCP", None)
    assert counter.pay(data) == ("RJCT", "DUPL")
    counter.advance(1)
    bank.take(till.database, counter.mail(), NOW)
    assert state(till, made.number) is withdrawals.State.PAID
    assert counter.balance("ACME") == 12_500_000 - 2000
    assert eur(till, WITHDRAWING, funds.BANK) == (0, 2000)
    sound(till)


def test_p93_a_closed_account_ac04_gives_the_money_back(till, counter):
    available(till)
    made = withdraw(till)
    closed = Party(name="Initech", iban="NL84MOCK0000000003")
    assert counter.pay(file_of(Transfer(number=made.number, amount=2000, currency="EUR", creditor=closed)))[0] == "RJCT"
    data = counter.mail()
    [told] = [status for status in statements.read(data)[1] if status.number == made.number]
    assert (told.fate, told.reason) == (Fate.REFUSED, "AC04")
    assert (Match.WITHDRAWAL, "failed") in matches(till, data)
    matches(till, data)
    assert eur(till, AVAILABLE, WITHDRAWING, funds.BANK) == (2000, 0, 0)
    assert withdraw(till).amount == 2000
    sound(till)


def test_p93_a_return_days_later_gives_the_money_back_once(till, counter):
    available(till)
    made = withdraw(till)
    counter.behave("ACME", "return-later", days=3, reason="AC04")
    assert counter.pay(file_of(to_shop(made))) == ("ACCP", None)
    counter.advance(1)
    bank.take(till.database, counter.mail(), NOW)
    assert state(till, made.number) is withdrawals.State.PAID
    counter.advance(5)
    data = counter.mail()
    assert Fate.RETURNED in {status.fate for status in statements.read(data)[1]}
    assert matches(till, data).count((Match.WITHDRAWAL, "bounced")) == 1
    matches(till, data)
    assert eur(till, AVAILABLE, WITHDRAWING, funds.BANK) == (2000, 0, 0)
    [(note,)] = rows(till, "SELECT note FROM withdrawal_event WHERE event = 'bounce'")
    assert note == "AC04"
    sound(till)


@pytest.mark.parametrize("wrap", [140, 35])
def test_a_transfer_that_names_its_order_pays_it_and_another_waits(till, counter, wrap):
    found = order(till, gateway="transfer")
    counter.credit(2000, f"Thank you very much for the tea, order {found.number} of November", wrap=wrap)
    counter.credit(700, "PAYMENT")
    counter.advance(1)
    data = counter.mail()
    lines = bank.take(till.database, data, NOW)
    assert [(line.match, line.subject) for line in lines if line.match is Match.ORDER] == [(Match.ORDER, found.number)]
    assert [line.amount for line in lines if line.match is Match.STRAY] == [700]
    assert look(till, found).state is State.PAID
    assert eur(till, funds.BANK, funds.SUSPENSE) == (2700, -700)
    assert {match for match, _ in matches(till, data)} == {Match.KNOWN}
    assert eur(till, funds.BANK, funds.SUSPENSE) == (2700, -700)
    sound(till)


def test_a_transfer_in_two_parts_pays_when_both_are_there_and_too_much_goes_back(till, counter):
    found = order(till, gateway="transfer")
    counter.credit(1200, found.number.replace("-", ""))
    counter.advance(1)
    bank.take(till.database, counter.mail(), NOW)
    assert look(till, found).state is State.PENDING_PAYMENT
    counter.credit(900, found.number.replace("-", " "))
    counter.advance(1)
    bank.take(till.database, counter.mail(), NOW)
    assert look(till, found).state is State.PAID
    assert eur(till, funds.BANK, funds.REFUNDS_DUE) == (2100, -100)
    sound(till)


def test_a_refund_by_transfer_is_done_when_the_bank_has_paid_it(till, counter):
    found = order(till, gateway="transfer")
    counter.credit(2000, found.number)
    counter.advance(1)
    bank.take(till.database, counter.mail(), NOW)

    def refund(transaction):
        return refunds.request(transaction, look(till, found), Wish(amount=800), actor="merchant", now=NOW)

    made = till.database.write(refund)
    buyer = Party(name="Li Lei", iban="NL14MOCK0000000002")
    counter.pay(file_of(Transfer(number=made.number, amount=800, currency="EUR", creditor=buyer)))
    counter.advance(1)
    assert (Match.REFUND, "succeeded") in matches(till, counter.mail())
    assert eur(till, funds.BANK, funds.REFUNDS_DUE) == (1200, 0)
    sound(till)


ENTITY = b'<!DOCTYPE d [<!ENTITY a "1"><!ENTITY b SYSTEM "file:///etc/passwd">]><Document>&b;</Document>'
STATEMENT = (
    b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
    b"<BkToCstmrStmt><Stmt>%s</Stmt></BkToCstmrStmt></Document>"
)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello", ENTITY, b"<Document><Unknown/></Document>", b"<Document>" + b"<a>" * 100,
        b"<Document><a></Document>",
        STATEMENT % b"<Ntry><BookgDt><Dt>2026-11-23</Dt></BookgDt></Ntry>",
        STATEMENT % b'<Ntry><Amt Ccy="EUR">1,5</Amt><BookgDt><Dt>2026-11-23</Dt></BookgDt></Ntry>',
        STATEMENT % b'<Ntry><Amt Ccy="EUR">1.5</Amt><BookgDt><Dt>tomorrow</Dt></BookgDt></Ntry>',
    ],
)  # fmt: skip
def test_what_no_bank_writes_is_refused_and_entities_are_never_read(data):
    with pytest.raises(BankFileError):
        statements.read(data)


def test_an_older_statement_with_a_bare_status_and_several_details_is_read():
    detail = (
        b'<TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs><Amt Ccy="EUR">%s</Amt><RltdPties><Dbtr><Nm>Li</Nm></Dbtr>'
        b"</RltdPties></TxDtls>"
    )
    entry = (
        b'<Ntry><Amt Ccy="EUR">3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>%s</Sts><BookgDt><Dt>2026-11-23</Dt></BookgDt>'
        b"<AcctSvcrRef>X</AcctSvcrRef><NtryDtls>"
        + detail % (b"a", b"1.00")
        + detail % (b"b", b"2.00")
        + b"</NtryDtls></Ntry>"
    )
    movements, _ = statements.read(STATEMENT % (entry % b"BOOK" + entry % b"PDNG"))
    assert [(each.number, each.amount, each.references, each.party) for each in movements] == [
        ("X", 100, ("a",), "Li"), ("X/1", 200, ("b",), "Li"),
    ]  # fmt: skip


def test_the_same_transfers_make_a_file_of_the_same_number():
    assert pain.file_number(["W1"]) == "W1"
    assert pain.file_number(["W1", "W2"]) == pain.file_number(["W2", "W1"])
    assert len(pain.file_number(["W1", "W2"])) <= 35
