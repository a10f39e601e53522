"""After-sale: the whole table, deadlines with their next steps, money and pieces that go back once."""

import email
from datetime import timedelta
from email import policy
from itertools import product as pairs
from zoneinfo import ZoneInfo

import msgspec
import pytest
from refunding import refused, reread, sound
from tills import NOW, PRODUCTS, Goods, counts, level, make_terms, order, product, rows

from generator.shop import NoReasonReturn, ReturnRules
from runtime import aftersale, jobs, orders, payments, refunds, stock, telling
from runtime.aftersale import TRANSITIONS, CaseLine, Event, Kind, State, Wish, moves
from runtime.aftersale.life import ANSWER, CHECK, SEND, WITHDRAWAL
from runtime.orders import State as OrderState
from runtime.payments import Cash
from runtime.refunds import LineWish
from runtime.refusals import Code

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEPT = product("kept", 1000, 10, returns=NoReasonReturn(allowed=False, why={"en": "It is made for you."}))
CHINA = make_terms(legal="CN", returns=ReturnRules(window=7 * 86400))
EUROPE = make_terms(legal="EU", country="DE", returns=ReturnRules(window=14 * 86400))


@pytest.fixture
def china(till):
    return msgspec.structs.replace(till, goods=Goods((*PRODUCTS, KEPT), CHINA))


@pytest.fixture
def europe(till):
    return msgspec.structs.replace(till, goods=Goods((*PRODUCTS, KEPT), EUROPE))


def bought(till, lines=(("tea", 2),), upto="received", **changes):
    """Return an order that came as far as that."""
    found = order(till, lines, gateway=changes.pop("gateway", "transfer"), **changes)
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    if upto in {"shipped", "received"}:
        orders.ship(till.database, found.number, orders.Dispatch(), actor="merchant", now=NOW)
    if upto == "received":
        orders.receive(till.database, found.number, actor="buyer", now=NOW)
    return reread(till, found)


def wish(kind, pieces=1, **more):
    reason = more.pop("reason", aftersale.REASONS[kind][-1])
    lines = (CaseLine(position=more.pop("position", 0), quantity=pieces),)
    return Wish(kind=kind, lines=lines, reason=reason, **more)


def opened(till, found, kind=Kind.RETURN, pieces=1, now=NOW, **more):
    asked = wish(kind, pieces, **more)
    if kind is Kind.WITHDRAWAL:
        return aftersale.withdraw_contract(till, found, asked, recipient="lilei@example.com", now=now)
    return aftersale.open_case(till, found, asked, actor="buyer", now=now)


def now_as(till, case):
    return till.database.read(lambda look: aftersale.get(look, case.number))


def agree(till, case, now=NOW, **more):
    return aftersale.agree(till.database, case.number, actor="merchant", now=now, **more)


def send_back(till, case, now=NOW):
    return aftersale.send_back(till.database, case.number, moves.Parcel("SF", "SF1"), now=now)


def receive(till, case, now=NOW, **more):
    return aftersale.receive(till.database, case.number, actor="merchant", now=now, **more)


def the_refund(till, case):
    number = now_as(till, case).refund
    return till.database.read(lambda look: refunds.get(look, number))


@pytest.mark.parametrize("kind", list(Kind))
def test_p69_only_the_table_moves_a_case_and_a_refusal_changes_nothing(europe, kind):
    case = opened(europe, bought(europe, upto="shipped"), kind)
    for state, event in pairs(State, Event):
        europe.database.write(lambda look, state=state: look.run("UPDATE aftersale SET state = ?", state))
        before = (counts(europe), rows(europe, "SELECT COUNT(*) FROM aftersale_event"))

        def step(transaction, event=event):
            return aftersale.step(transaction, case, event, actor="test", now=NOW)

        if (kind, state, event) in TRANSITIONS:
            assert europe.database.write(step).state is TRANSITIONS[kind, state, event]
            continue
        assert refused(Code.CASE_NOT_ALLOWED, lambda step=step: europe.database.write(step)).status == 409
        assert (counts(europe), rows(europe, "SELECT COUNT(*) FROM aftersale_event")) == before
        assert now_as(europe, case).state is state


def test_every_open_state_has_a_deadline_and_a_next_step_that_the_table_allows():
    for kind, state in pairs(Kind, aftersale.OPEN):
        reachable = any(key[0] is kind and after is state for key, after in TRANSITIONS.items())
        first = {Kind.WITHDRAWAL: State.TO_SEND_BACK}.get(kind, State.ASKED)
        if reachable or state is first:
            waits = aftersale.deadlines.deadline(kind, state)
            assert (kind, state, waits.event) in TRANSITIONS


def test_a_return_goes_back_is_received_and_refunded_and_its_pieces_go_on_sale_once(china):
    found = bought(china)
    case = opened(china, found, text="The tin is open.")
    assert (case.state, case.due_at) == (State.ASKED, NOW + ANSWER)
    assert agree(china, case).state is State.TO_SEND_BACK
    assert send_back(china, case).tracking == "SF1"
    after = receive(china, case, restock=True)
    refund = the_refund(china, case)
    assert (after.state, refund.amount, refund.reason) == (State.REFUNDED, 1000, "other")
    assert (level(china, "tea"), reread(china, found).refunded) == (9, 1000)
    refused(Code.CASE_NOT_ALLOWED, lambda: receive(china, case, restock=True))
    assert level(china, "tea") == 9
    sound(china)


def test_a_refund_alone_may_be_agreed_to_in_part_and_leaves_the_pieces_with_the_buyer(china):
    found = bought(china)
    case = opened(china, found, Kind.REFUND, reason="damaged", amount=300)
    assert agree(china, case, amount=200).state is State.REFUNDED
    assert the_refund(china, case).amount == 200
    assert opened(china, found, pieces=2).state is State.ASKED
    sound(china)


def test_before_it_left_the_whole_order_can_go_back_with_its_delivery_and_is_refunded(china):
    found = bought(china, upto="paid", delivery="courier")
    case = opened(china, found, Kind.REFUND, pieces=2, reason="changed_mind")
    agree(china, case)
    assert the_refund(china, case).amount == found.paid
    assert (reread(china, found).state, level(china, "tea")) == (OrderState.REFUNDED, 10)
    sound(china)


def test_an_exchange_ends_with_the_replacement_or_with_the_money(china):
    for last in ("replaced", "money"):
        found = bought(china)
        case = opened(china, found, Kind.EXCHANGE)
        agree(china, case)
        send_back(china, case)
        assert receive(china, case, restock=True).state is State.TO_REPLACE
        if last == "money":
            assert agree(china, case).state is State.REFUNDED
            assert the_refund(china, case).amount == 1000
            continue

        def shelve(change):
            stock.adjust(china.database, "tea", change, actor="merchant", note="", now=NOW)

        def replace(case=case):
            parcel = moves.Parcel("SF", "SF2")
            return aftersale.replace(china.database, case.number, parcel, actor="merchant", now=NOW)

        here = level(china, "tea")
        shelve(-here)
        assert refused(Code.STOCK_TOO_LOW, replace).values == {"sku": "tea", "left": 0}
        assert now_as(china, case).state is State.TO_REPLACE
        shelve(here)
        sent = replace()
        assert level(china, "tea") == here - 1
        assert (sent.state, sent.new_tracking) == (State.REPLACED, "SF2")
        assert aftersale.confirm(china.database, case.number, now=NOW).state is State.DONE
        assert reread(china, found).refunded == 0
    sound(china)


@pytest.mark.parametrize(
    ("prepare", "wait", "after"),
    [
        (now_as, ANSWER, State.TO_SEND_BACK),
        (agree, SEND, State.CLOSED),
        (lambda till, case: (agree(till, case), send_back(till, case)), CHECK, State.REFUNDED),
        (lambda till, case: aftersale.decline(till.database, case.number, actor="m", now=NOW, text="no"), SEND,
         State.CLOSED),
    ],
)  # fmt: skip
def test_when_nobody_acts_the_next_step_happens_by_itself_at_the_deadline_and_not_before(china, prepare, wait, after):
    case = opened(china, bought(china))
    prepare(china, case)
    before = now_as(china, case).state
    aftersale.advance_due(china.database, NOW + wait - timedelta(seconds=1))
    assert now_as(china, case).state is before
    assert aftersale.advance_due(china.database, NOW + wait) == 1
    assert now_as(china, case).state is after
    if after is State.REFUNDED:
        assert the_refund(china, case).amount == 1000
    sound(china)


def test_a_refund_that_the_merchant_does_not_answer_is_paid_after_forty_eight_hours(china):
    case = opened(china, bought(china, upto="paid"), Kind.REFUND, reason="changed_mind")
    aftersale.advance_due(china.database, NOW + timedelta(hours=48))
    assert (now_as(china, case).state, the_refund(china, case).amount) == (State.REFUNDED, 1000)


def test_what_was_refunded_beside_a_case_is_not_refunded_again_and_the_case_ends_all_the_same(china):
    found = bought(china, (("tea", 2), ("cup", 1)), upto="shipped")
    one, rest = opened(china, found), opened(china, found)
    last = opened(china, found, Kind.REFUND, position=1, amount=900)
    for case in (one, rest):
        agree(china, case)
        send_back(china, case)
    assert refused(Code.CASE_AMOUNT, lambda: agree(china, last, amount=found.paid + 1)).values["left"] == found.paid

    def refund_beside(**wished):
        order, asked = reread(china, found), refunds.Wish(reason="by hand", **wished)
        china.database.write(lambda look: refunds.request(look, order, asked, actor="merchant", now=NOW))

    refund_beside(lines=(LineWish(position=0, quantity=1, restock=False),))
    before = level(china, "tea")
    receive(china, one, restock=True)
    assert the_refund(china, one).amount == 1000
    receive(china, rest, restock=True)
    assert (now_as(china, rest).state, now_as(china, rest).refund) == (State.REFUNDED, "")
    assert level(china, "tea") == before + 2
    refund_beside(amount=found.paid - 2000 - 100)
    aftersale.advance_due(china.database, NOW + ANSWER)
    assert the_refund(china, last).amount == 100
    sound(china)


def test_who_was_declined_may_ask_again_and_who_changes_their_mind_may_take_it_back(china):
    found = bought(china)
    case = opened(china, found)
    refused(Code.FIELD_MISSING, lambda: aftersale.decline(china.database, case.number, actor="m", now=NOW, text=" "))
    aftersale.decline(china.database, case.number, actor="m", now=NOW, text="It looks used.")
    assert aftersale.ask_again(china.database, case.number, now=NOW, text="It is not.").state is State.ASKED
    assert aftersale.take_back(china.database, case.number, now=NOW).state is State.TAKEN_BACK
    said = [row.text for row in china.database.read(lambda look: aftersale.history(look, case.id))]
    assert said == ["", "It looks used.", "It is not.", ""]
    assert opened(china, found).number.endswith("-2")


def test_no_piece_is_in_two_cases_and_none_that_was_refunded(china):
    found = bought(china, [("tea", 3)])
    first = opened(china, found, pieces=2)
    assert refused(Code.CASE_PIECES, lambda: opened(china, found, pieces=2)).values["left"] == 1
    agree(china, first)
    receive(china, first)
    assert refused(Code.CASE_PIECES, lambda: opened(china, found, pieces=2)).values["left"] == 1
    for pieces in (0, -1):
        refused(Code.CASE_PIECES, lambda pieces=pieces: opened(china, found, pieces=pieces))
    opened(china, found)
    refused(Code.CASE_KIND, lambda: opened(china, found))


def test_seven_days_after_receipt_nothing_goes_back_without_a_reason_but_what_is_broken_does(china):
    found = bought(china)
    later = NOW + 8 * DAY
    refused(Code.FIELD_MISSING, lambda: opened(china, found, reason="no_reason", now=later))
    assert opened(china, found, reason="no_reason", now=NOW + 7 * DAY).state is State.ASKED
    assert opened(china, found, reason="damaged", now=later).state is State.ASKED
    refused(Code.CASE_KIND, lambda: opened(china, bought(china, [("cup", 1)]), reason="damaged", now=NOW + 31 * DAY))


def test_what_is_made_for_the_buyer_does_not_go_back_without_a_reason(china, europe):
    found = bought(china, [("kept", 1)])
    refused(Code.FIELD_MISSING, lambda: opened(china, found, reason="no_reason"))
    assert opened(china, found, reason="damaged").state is State.ASKED
    mixed = bought(china, [("kept", 1), ("tea", 1)])
    error = refused(Code.CASE_EXCLUDED, lambda: opened(china, mixed, reason="no_reason"))
    assert error.values == {"title": "kept", "why": "It is made for you."}
    refused(Code.CASE_KIND, lambda: opened(europe, bought(europe, [("kept", 1)]), Kind.WITHDRAWAL))


@pytest.mark.parametrize("amount", [0, -1, 2001])
def test_p74_nobody_asks_for_more_than_was_paid(china, amount):
    found = bought(china)
    assert refused(Code.CASE_AMOUNT, lambda: opened(china, found, amount=amount)).values["left"] == 2000


@pytest.mark.parametrize("state", ["pending", "cancelled"])
def test_p82_nothing_is_asked_of_an_order_that_is_not_paid(china, state):
    found = order(china, gateway="transfer")
    if state == "cancelled":
        payments.cancel(china, found.number, actor="buyer", now=NOW)
    refused(Code.CASE_KIND, lambda: opened(china, found, Kind.REFUND))


def test_a_withdrawal_holds_at_once_and_pays_goods_and_delivery_when_the_goods_are_back(europe):
    found = bought(europe, delivery="courier")
    case = opened(europe, found, Kind.WITHDRAWAL, pieces=2)
    assert (case.state, case.due_at) == (State.TO_SEND_BACK, NOW + WITHDRAWAL)
    assert rows(europe, "SELECT recipient FROM notice WHERE topic = 'withdrawal-received'") == [("lilei@example.com",)]
    send_back(europe, case, NOW + DAY)
    assert now_as(europe, case).due_at == NOW + DAY + CHECK
    receive(europe, case, now=NOW + 3 * DAY)
    assert the_refund(europe, case).amount == found.paid
    sound(europe)


def test_a_withdrawal_of_a_part_pays_no_delivery(europe):
    case = opened(europe, bought(europe, delivery="courier"), Kind.WITHDRAWAL)
    receive(europe, case)
    assert the_refund(europe, case).amount == 1000


def test_a_withdrawal_before_shipping_is_refunded_at_once(europe):
    found = bought(europe, upto="paid")
    case = opened(europe, found, Kind.WITHDRAWAL, pieces=2)
    assert (case.state, the_refund(europe, case).amount) == (State.REFUNDED, 2000)
    assert (reread(europe, found).state, level(europe, "tea")) == (OrderState.REFUNDED, 10)
    rows = europe.database.read(lambda look: aftersale.history(look, case.id))
    assert [row.told for row in rows] == ["open", "unsent"]
    sound(europe)


def test_a_withdrawal_from_what_was_to_be_paid_at_the_door_cancels_it(europe):
    found = order(europe, gateway="cash_on_delivery", delivery="courier")
    case = opened(europe, found, Kind.WITHDRAWAL, pieces=2)
    assert (case.state, case.refund, reread(europe, found).state) == (State.REFUNDED, "", OrderState.CANCELLED)
    assert level(europe, "tea") == 10
    sound(europe)


def test_a_withdrawal_does_not_lapse_by_waiting_and_its_money_comes_within_fourteen_days(europe):
    case = opened(europe, bought(europe), Kind.WITHDRAWAL)
    aftersale.advance_due(europe.database, NOW + WITHDRAWAL)
    assert now_as(europe, case).state is State.TO_SEND_BACK
    sent = send_back(europe, case, NOW + 16 * DAY)
    assert sent.due_at == NOW + 17 * DAY
    other = opened(europe, bought(europe), Kind.WITHDRAWAL)
    assert send_back(europe, other, NOW + 5 * DAY).due_at == NOW + WITHDRAWAL
    aftersale.advance_due(europe.database, NOW + 17 * DAY)
    assert now_as(europe, case).state is State.REFUNDED


def test_the_right_to_withdraw_ends_fourteen_days_after_receipt_and_is_none_of_other_laws(europe, china):
    found = bought(europe)
    refused(Code.CASE_KIND, lambda: opened(europe, found, Kind.WITHDRAWAL, now=NOW + 14 * DAY + HOUR))
    refused(Code.CASE_KIND, lambda: opened(china, bought(china), Kind.WITHDRAWAL))


def test_p73_receipt_and_end_of_an_order_wait_while_a_case_is_open(china):
    found = bought(china, upto="shipped")
    case = opened(china, found, Kind.REFUND, reason="not_arrived")
    assert china.database.read(lambda look: aftersale.is_open(look, found.id))
    assert jobs.complete_due(china, NOW + 11 * DAY) == 0
    bought(china, upto="shipped")
    assert jobs.complete_due(china, NOW + 11 * DAY, batch=1) == 1
    aftersale.take_back(china.database, case.number, now=NOW)
    assert not china.database.read(lambda look: aftersale.is_open(look, found.id))
    assert jobs.complete_due(china, NOW + 11 * DAY) == 1
    assert reread(china, found).state is OrderState.RECEIVED


def test_an_order_in_europe_ends_with_the_right_to_withdraw_also_where_the_shop_names_no_time(till):
    europe = msgspec.structs.replace(till, goods=Goods(PRODUCTS, make_terms(legal="EU", country="DE")))
    bought(europe)
    assert jobs.complete_due(europe, NOW + 14 * DAY - timedelta(seconds=1)) == 0
    assert jobs.complete_due(europe, NOW + 14 * DAY) == 1


def test_merchant_and_buyer_are_told_of_what_the_other_did(china):
    case = opened(china, bought(china))
    agree(china, case)
    send_back(china, case)
    receive(china, case)
    told = rows(china, "SELECT topic, recipient FROM notice WHERE topic LIKE 'aftersale%' ORDER BY id")
    assert told == [
        ("aftersale-opened", ""), ("aftersale-answered", "lilei@example.com"),
        ("aftersale-opened", ""), ("aftersale-answered", "lilei@example.com"),
    ]  # fmt: skip


def mails(till, settings):
    telling.send_due(till, settings, "http://127.0.0.1:8000", NOW)
    made = sorted((settings.var / "mail").glob("*.eml"))
    found = [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in made]
    return [(mail["To"], mail["Subject"], mail.get_body("plain").get_content()) for mail in found]


def test_a_withdrawal_is_acknowledged_with_its_content_its_date_and_its_time(europe, settings):
    found = bought(europe, upto="shipped")
    case = opened(europe, found, Kind.WITHDRAWAL)
    (text,) = [body for _, subject, body in mails(europe, settings) if "We have received your withdrawal" in subject]
    words = " ".join(text.split())
    for part in (f"Order {found.number}", "1 × tea", "I hereby withdraw", "Li Lei", "(Asia/Shanghai)", found.token):
        assert part in words
    assert str(case.opened_at.astimezone(ZoneInfo("Asia/Shanghai")).year) in words


def test_the_mails_of_a_case_say_how_it_stands_and_until_when(china, settings):
    case = opened(china, bought(china, upto="shipped"), reason="damaged")
    agree(china, case)
    sent = mails(china, settings)
    merchant = [body for to, subject, body in sent if to == "shop@example.com" and "退货退款" in subject]
    assert [case.number in body and "shopwright aftersale show" in body for body in merchant] == [True]
    buyer = [body for to, subject, body in sent if to == "lilei@example.com" and "News about your request" in subject]
    assert ["to be sent back" in body for body in buyer] == [True]
