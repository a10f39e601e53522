"""What Alipay tells by itself, through the simulator's own courier, into a shop on both databases."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from alipay_merchant import load, visit
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from doorstep import Doorstep
from simulated import Simulated, until
from tills import make_terms, make_till, order, rows

from runtime import audit, funds, orders, payments, refunds
from runtime.gateways import RefundReport, RefundVerdict, Report, Verdict
from runtime.gateways.alipay import notices
from runtime.orders import State
from runtime.refunds import Wish
from runtime.refusals import Code, Refusal


@pytest.fixture(scope="module")
def ali(tmp_path_factory):
    made = Simulated(tmp_path_factory.mktemp("alipay"), "alipay", "--speed", "100000")
    yield made
    made.stop()


@pytest.fixture
def till(database, settings, ali):
    made = make_till(database, settings, terms=make_terms(payment=()))
    made.gateways["alipay"] = load(ali, settings.folder)
    return made


@pytest.fixture
def door(till):
    made = Doorstep(till, "alipay")
    yield made
    made.stop()


def started(door, ali, **changes):
    """Return an order, and its attempt whose page its buyer has opened."""
    found = order(door.till, gateway="alipay", **changes)
    payment = payments.start(door.till, found, "alipay", door.address, datetime.now(UTC))
    assert visit(payment.page)[0] == 302
    assert payment.page.startswith(f"{ali.address}/gateway.do?")
    return found, payment


def state(door, found):
    return door.till.database.read(lambda look: orders.get_by_id(look, found.id)).state


def settled(ali, payment, tries=1):
    """Wait until the courier has been thanked."""
    done = until(lambda: [each for each in ali.notices(payment.reference) if each["state"] == "delivered"])
    assert done[-1]["tries"] == tries
    return done


def sound(door):
    assert door.till.database.read(audit.report).differences == ()


def test_p25_a_notice_pays_the_order_once_and_is_thanked_with_one_word(door, ali):
    found, payment = started(door, ali)
    ali.do("pay", reference=payment.reference)
    assert settled(ali, payment)[0]["answers"] == [200]
    assert state(door, found) is State.PAID
    assert door.said == [True]
    sound(door)


def test_p26_one_notice_twenty_times_at_once_is_one_receipt(door, ali):
    found, payment = started(door, ali)
    ali.ask("POST", "faults", {"on": "notice", "name": "duplicate", "values": {"times": 20}})
    ali.do("pay", reference=payment.reference)
    until(lambda: len(door.said) == 20)
    assert door.said == [True] * 20
    assert rows(door.till, "SELECT SUM(amount) FROM transfer") == [(found.total,)]
    sound(door)


def test_p29_without_any_notice_the_question_finds_the_money(door, ali):
    found, payment = started(door, ali)
    ali.plan("notice", "drop")
    ali.do("pay", reference=payment.reference)
    until(lambda: ali.notices(payment.reference)[0]["state"] == "dropped")
    assert payments.poll_due(door.till, datetime.now(UTC) + timedelta(seconds=11)) == 1
    assert state(door, found) is State.PAID
    assert door.said == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("body", "wrong signature"), ("signature", "wrong signature"), ("signtest", "wrong signature"),
        ("unsigned", "no signature"), ("timestamp", "notify_time"), ("other-merchant", "seller_id"),
        ("other-app", "app_id"), ("other-type", "no form"),
    ],
)  # fmt: skip
def test_p30_to_p37_and_p55_what_is_forged_is_refused_and_the_true_one_that_follows_counts(door, ali, fault, reason):
    """new-api#4279: a notice without a signature was believed."""
    found, payment = started(door, ali)
    ali.plan("notice", fault)
    ali.do("pay", reference=payment.reference)
    assert settled(ali, payment, tries=2)[0]["answers"] == [401, 200]
    assert door.said == [reason, True]
    assert state(door, found) is State.PAID
    sound(door)


def test_a_notice_that_the_shop_could_not_take_comes_again(door, ali):
    found, payment = started(door, ali)
    door.statuses = [503, 200, 500]
    ali.do("pay", reference=payment.reference)
    assert settled(ali, payment, tries=4)[0]["answers"] == [503, 200, 500, 200]
    assert state(door, found) is State.PAID


def test_a_notice_that_nobody_takes_is_given_up_after_eight_tries(door, ali):
    _, payment = started(door, ali)
    door.statuses = [500] * 50
    ali.do("pay", reference=payment.reference)
    given_up = until(lambda: [each for each in ali.notices(payment.reference) if each["state"] == "abandoned"], 60)
    assert given_up[0]["tries"] == 8


@pytest.mark.parametrize(
    ("fault", "values", "kind", "amount"),
    [
        ("wrong-amount", {"amount": 1}, "wrong_amount", 1),
        ("other-reference", {"reference": "nobody-1"}, "unknown_reference", 2000),
    ],
)
def test_p38_and_p40_signed_money_that_is_not_the_orders_waits_in_suspense(door, ali, fault, values, kind, amount):
    found, payment = started(door, ali)
    ali.plan("notice", fault, **values)
    ali.do("pay", reference=payment.reference)
    settled(ali, payment)
    assert door.said == [False]
    assert state(door, found) is State.PENDING_PAYMENT
    assert rows(door.till, "SELECT kind, amount FROM finding") == [(kind, amount)]
    assert door.till.database.read(funds.balances)[funds.SUSPENSE, "CNY"] == -amount


def test_p41_only_the_signed_number_counts(door, ali):
    first, paid = started(door, ali)
    second, _ = started(door, ali)
    ali.do("pay", reference=paid.reference)
    settled(ali, paid)
    assert (state(door, first), state(door, second)) == (State.PAID, State.PENDING_PAYMENT)


@pytest.mark.parametrize("said", ["WAIT_BUYER_PAY", "TRADE_CLOSED", "TRADE_PENDING", ""])
def test_p42_a_signed_state_that_is_no_success_pays_nothing(door, ali, said):
    found, payment = started(door, ali)
    ali.plan("notice", "wrong-state", state=said)
    ali.do("pay", reference=payment.reference)
    settled(ali, payment)
    assert state(door, found) is State.PENDING_PAYMENT
    assert rows(door.till, "SELECT COUNT(*) FROM transfer") == [(0,)]


def test_p36_a_notice_replayed_after_the_refund_changes_nothing(door, ali):
    found, payment = started(door, ali)
    ali.do("pay", reference=payment.reference)
    settled(ali, payment)
    refund_all(door, found)
    before = door.till.database.read(funds.balances)
    until(lambda: len(door.said) == 2)
    assert door.receive(*door.letters[0]) == (200, b"success")
    assert door.till.database.read(funds.balances) == before
    sound(door)


def refund_all(door, found, **wish):
    wish = wish or {"everything": True}
    fresh = door.till.database.read(lambda look: orders.get_by_id(look, found.id))
    now = datetime.now(UTC)
    made = door.till.database.write(
        lambda transaction: refunds.request(transaction, fresh, Wish(**wish), actor="merchant", now=now)
    )
    refunds.send_due(door.till, door.address, now)
    return door.till.database.read(lambda look: refunds.get(look, made.number))


def test_p78_a_refund_by_answer_and_by_notice_is_posted_once(door, ali):
    found, payment = started(door, ali)
    ali.do("pay", reference=payment.reference)
    settled(ali, payment)
    refund = refund_all(door, found, amount=500)
    until(lambda: len(door.said) == 2)
    assert (refund.state, door.said) == (refunds.State.SUCCEEDED, [True, True])
    assert rows(door.till, "SELECT SUM(amount) FROM transfer WHERE event = 'refunded'") == [(500,)]
    assert [each["amount"] for each in ali.moved("refund", charge=payment.reference)] == [500]
    sound(door)


@pytest.mark.parametrize("wish", [{"amount": 500}, {"everything": True}])
def test_p78_a_refund_whose_answer_was_lost_is_known_by_its_notice(door, ali, wish):
    found, payment = started(door, ali)
    ali.do("pay", reference=payment.reference)
    settled(ali, payment)
    ali.plan("refund", "cut")
    asked = len(ali.asked("query_refund"))
    refund = refund_all(door, found, **wish)
    until(lambda: len(door.said) == 2)
    assert ali.books()["faults"][-1]["left"] == 0
    assert len(ali.asked("query_refund")) == asked
    after = door.till.database.read(lambda look: refunds.get(look, refund.number))
    assert (after.state, after.amount) == (refunds.State.SUCCEEDED, wish.get("amount", found.total))
    sound(door)


def test_p44_a_refund_told_before_its_payment_ends_the_same(door, ali):
    found, payment = started(door, ali)
    ali.plan("TRADE_SUCCESS", "reorder")
    ali.do("pay", reference=payment.reference)
    until(lambda: ali.notices(payment.reference)[0]["state"] == "held")
    payments.refresh(door.till, found, datetime.now(UTC))
    refund = refund_all(door, found, amount=500)
    until(lambda: len(door.said) == 2)
    assert b"out_biz_no" in door.letters[0][1]
    assert b"out_biz_no" not in door.letters[1][1]
    after = door.till.database.read(lambda look: refunds.get(look, refund.number))
    assert (after.state, state(door, found)) == (refunds.State.SUCCEEDED, State.PAID)
    sound(door)


def test_p46_money_after_the_cancelling_is_to_be_refunded_and_the_whole_of_it_goes_back(door, ali):
    found, payment = started(door, ali)
    payments.cancel(door.till, found.number, actor="buyer", now=datetime.now(UTC))
    assert state(door, found) is State.CANCELLED
    ali.do("pay", reference=payment.reference)
    settled(ali, payment)
    assert door.said[0] is False
    refunds.send_due(door.till, door.address, datetime.now(UTC) + timedelta(seconds=5))
    assert [each["amount"] for each in ali.moved("refund", charge=payment.reference)] == [found.total]
    balances = door.till.database.read(funds.balances)
    assert (balances.get((funds.REFUNDS_DUE, "CNY"), 0), balances["gateway.alipay.pending", "CNY"]) == (0, 0)
    sound(door)


@pytest.fixture
def letter(door, ali):
    """Return a true notice, as fields, and what reads it."""
    _, payment = started(door, ali)
    ali.do("pay", reference=payment.reference)
    settled(ali, payment)
    return dict(parse_qsl(door.letters[0][1].decode())), door.till.gateways["alipay"]


FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_p35_a_notice_is_believed_for_as_long_as_alipay_repeats_it(letter):
    fields, gateway = letter
    body, now = urlencode(fields).encode(), datetime.now(UTC)
    for after, well in [(0, True), (25 * 3600, True), (27 * 3600, False), (30 * 86400, False), (-3600, False)]:
        moment = now + timedelta(seconds=after)
        if well:
            assert gateway.read_notice(FORM, body, moment).verdict is Verdict.SUCCEEDED
            continue
        with pytest.raises(Refusal) as caught:
            gateway.read_notice(FORM, body, moment)
        assert (caught.value.code, caught.value.values["reason"]) == (Code.NOTICE_FORGED, "notify_time")


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_what_is_no_form_of_alipays_is_refused(letter):
    fields, gateway = letter
    body, now = urlencode(fields).encode(), datetime.now(UTC)
    wrong = [
        (FORM, b"", "no signature"), (FORM, body + b"&total_amount=0.01", "a field twice"),
        (FORM, urlencode({**fields, "sign_type": "RSA"}).encode(), "sign_type"),
        (FORM, urlencode({**fields, "sign": "%%%"}).encode(), "wrong signature"),
        (FORM, urlencode({**fields, "charset": "utf-7"}).encode(), "charset"),
        (FORM, body + b"&x=%ff%fe", "unreadable"), (FORM, "&中=1".encode(), "unreadable"),
        (FORM, b"&".join(b"a%d=1" % number for number in range(300)), "unreadable"),
        ({}, body, "no form"), ({"content-type": "application/json"}, body, "no form"),
    ]  # fmt: skip
    for headers, sent, reason in wrong:
        with pytest.raises(Refusal) as caught:
            gateway.read_notice(headers, sent, now)
        assert (caught.value.code, caught.value.values["reason"]) == (Code.NOTICE_FORGED, reason)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_list_inside_a_notice_is_verified_as_it_came_with_its_quotes(letter):
    fields, gateway = letter
    assert fields["fund_bill_list"].startswith('[{"amount":"')
    escaped = {**fields, "fund_bill_list": fields["fund_bill_list"].replace('"', "&quot;")}
    with pytest.raises(Refusal):
        gateway.read_notice(FORM, urlencode(escaped).encode(), datetime.now(UTC))


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"trade_status": "TRADE_FINISHED"}, Verdict.SUCCEEDED),
        ({"trade_status": "TRADE_CLOSED"}, Verdict.SUCCEEDED),
        ({"trade_status": "TRADE_CLOSED", "gmt_payment": ""}, Verdict.CLOSED),
        ({"trade_status": "SOMETHING_NEW"}, Verdict.UNKNOWN),
        ({"out_biz_no": "R1-1", "gmt_refund": "2026-11-22 10:00:00.123"}, RefundVerdict.SUCCEEDED),
        ({"out_biz_no": "R1-1"}, Verdict.SUCCEEDED),
    ],
)
def test_each_state_means_what_it_says(letter, ali, changes, expected):
    fields, gateway = letter
    said = {name: value for name, value in {**fields, **changes}.items() if name not in {"sign", "sign_type"}}
    body = urlencode({**said, "sign_type": "RSA2", "sign": signed(ali, said)}).encode()
    found = notices.read(gateway._talk.account, "alipay", body, datetime.now(UTC))
    assert found.verdict is expected
    if isinstance(found, RefundReport):
        assert (found.number, found.amount) == ("R1-1", 0)
    else:
        assert isinstance(found, Report)
        assert (found.amount, found.transaction) == (2000, fields["trade_no"])


def signed(ali, fields):
    """Sign as Alipay does, with its key."""
    key = load_pem_private_key((ali.folder / "platform" / "alipay.pem").read_bytes(), None)
    text = "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if value)
    return b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
