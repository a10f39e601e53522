"""The outbox and the recurring work: nothing is lost while nobody does it, and one process does it."""

import email
import socketserver
import threading
from datetime import timedelta
from email import policy

import msgspec
import pytest
from tills import LATER, NOW, level, make_settings, make_till, order, product, rows

from generator.shop import DeliveryKind, DeliveryMethod
from runtime import jobs, notices, orders, payments
from runtime.faults import MailFault
from runtime.gateways import Report, Verdict
from runtime.jobs import Clockwork, Runner, Work
from runtime.mail import letters, post
from runtime.notices import Topic
from runtime.orders import Contact, State
from runtime.payments import Cash

BASE = "http://127.0.0.1:8000"


def mails(settings):
    folder = settings.var / "mail"
    found = [
        email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))
    ]
    return {mail["Subject"]: mail for mail in found}


def run(till, settings, now=NOW, **more):
    jobs.run_once(till, settings, BASE, now, **more)


def test_each_step_of_an_order_sends_its_mail_in_the_orders_language(till, settings):
    found = order(till, [("tea", 2), ("cup", 1)], gateway="transfer", delivery="courier", locale="zh-CN")
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    orders.ship(till.database, found.number, orders.Dispatch(carrier="sf", tracking="SF1"), actor="merchant", now=NOW)
    gone = order(till, locale="en")
    payments.cancel(till, gone.number, actor="buyer", now=NOW)
    run(till, settings)
    sent = mails(settings)
    assert set(sent) == {
        f"您的订单 {found.number}", f"订单 {found.number} 已收到付款", f"订单 {found.number} 已发货",
        f"Your order {gone.number}", f"Your order {gone.number} is cancelled",
    }  # fmt: skip
    placed = sent[f"您的订单 {found.number}"]
    assert (placed["To"], placed["From"], placed["Content-Language"]) == (
        "lilei@example.com",
        "茶铺 <shop@example.com>",
        "zh-CN",
    )
    text, page = (placed.get_body(kind).get_content() for kind in ("plain", "html"))
    for part in ("tea", "2 × ¥10.00", "¥20.00", "¥53.50", f"{BASE}/orders/{found.token}", "Li Lei，您好！"):
        assert part in text
        assert part in page
    assert "物流：顺丰速运 SF1" in sent[f"订单 {found.number} 已发货"].get_body("plain").get_content()
    run(till, settings)
    assert len(mails(settings)) == 5


def test_a_german_order_is_told_in_german(till):
    found = msgspec.structs.replace(order(till), locale="de")
    mail = letters.of_order(Topic.ORDER_PLACED, found, till.terms, BASE)
    assert mail["Subject"] == f"Ihre Bestellung {found.number}"
    assert "Darin enthaltene Steuer" in mail.get_body("plain").get_content()


def test_goods_to_fetch_are_announced_as_ready_with_their_place(till):
    ready = DeliveryMethod(id="p", name={"en": "P"}, kind=DeliveryKind.PICKUP, place={"en": "Gate 3"})
    plain = order(till)
    delivery = msgspec.structs.replace(plain.delivery, kind=ready.kind, place=ready.place)
    text = letters.of_order(
        Topic.ORDER_SHIPPED, msgspec.structs.replace(plain, delivery=delivery), till.terms, BASE
    ).get_body("plain").get_content()  # fmt: skip
    assert "ready to be picked up" in text
    assert "Gate 3" in text


def test_what_a_buyer_writes_is_text_in_a_mail_and_never_a_header(till):
    found = order(till, contact=Contact(name='<b onclick="x">Eve</b>', email="eve@example.com"))
    mail = letters.of_order(Topic.ORDER_PLACED, found, till.terms, BASE)
    assert "<b onclick" not in mail.get_body("html").get_content()
    assert "&lt;b onclick" in mail.get_body("html").get_content()
    for wrong in ("a@b.c\r\nBcc: x@y.z", "a@b.c\nX: y", "a b@c.d", "a@b.c, x@y.z"):
        broken = msgspec.structs.replace(found, contact=Contact(name="x", email=wrong))
        with pytest.raises(ValueError, match=r"."):
            letters.of_order(Topic.ORDER_PLACED, broken, till.terms, BASE)


def test_money_that_fits_no_order_is_told_to_the_merchant(till, settings):
    stray = Report(
        gateway="rehearsal",
        reference="nobody-1",
        verdict=Verdict.SUCCEEDED,
        transaction="t",
        amount=1999,
        currency="CNY",
    )
    payments.confirm(till, stray, NOW)
    run(till, settings)
    mail = mails(settings)["有一笔款项等您处理：¥19.99"]
    assert mail["To"] == "shop@example.com"
    assert "nobody-1" in mail.get_body("plain").get_content()


def test_a_mail_that_cannot_be_sent_is_tried_again_with_growing_pauses(till, settings):
    order(till)
    deaf = msgspec.structs.replace(settings, mail=msgspec.structs.replace(settings.mail, host="127.0.0.1", port=9))
    moment, pauses = NOW, []
    for _ in range(3):
        run(till, deaf, moment, expire=False)
        tries, due, state = rows(till, "SELECT tries, due_at, state FROM notice")[0]
        pauses.append(due - int(moment.timestamp()))
        run(till, deaf, moment + timedelta(seconds=1), expire=False)
        assert rows(till, "SELECT tries FROM notice") == [(tries,)]
        moment += timedelta(seconds=pauses[-1])
    assert (pauses, state) == ([60, 120, 240], "waiting")
    run(till, settings, moment, expire=False)
    assert rows(till, "SELECT state, error FROM notice") == [("sent", "")]
    assert len(mails(settings)) == 1


def test_after_many_tries_a_mail_is_dead_and_says_why(till, settings):
    order(till)
    till.database.write(lambda transaction: transaction.run("UPDATE notice SET tries = ?", notices.MAXIMUM_TRIES - 1))
    deaf = msgspec.structs.replace(settings, mail=msgspec.structs.replace(settings.mail, host="127.0.0.1", port=9))
    run(till, deaf)
    assert rows(till, "SELECT state FROM notice") == [("dead",)]
    assert "not handed over" in rows(till, "SELECT error FROM notice")[0][0]
    run(till, settings, NOW + timedelta(days=9), expire=False)
    assert rows(till, "SELECT state FROM notice") == [("dead",)]


def test_a_message_in_work_is_nobody_elses_and_comes_back_if_its_worker_dies(till):
    order(till)
    first = notices.claim_due(till.database, NOW)
    assert [notice.topic for notice in first] == [Topic.ORDER_PLACED]
    assert notices.claim_due(till.database, NOW + timedelta(seconds=299)) == []
    again = notices.claim_due(till.database, NOW + timedelta(seconds=300))
    assert [(notice.id, notice.tries) for notice in again] == [(first[0].id, 2)]


class Receiver(socketserver.StreamRequestHandler):
    """As much of an SMTP server as taking one mail needs."""

    def handle(self):
        self.say("220 hello")
        for raw in self.rfile:
            command = raw.decode().strip()
            self.server.heard.append(command)
            word = command.lower()
            if word == "data":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(b"".join(lines))
            if word == "quit":
                self.say("221 bye")
                return
            self.say("250 fine")

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


def test_mail_leaves_by_smtp_when_the_environment_names_a_host(till, tmp_path):
    with socketserver.TCPServer(("127.0.0.1", 0), Receiver) as server:
        server.heard, server.mails = [], []
        worker = threading.Thread(target=server.handle_request)
        worker.start()
        settings = make_settings(
            tmp_path, SHOPWRIGHT_SMTP=f"smtp://127.0.0.1:{server.server_address[1]}",
            SHOPWRIGHT_SMTP_SECURITY="none", SHOPWRIGHT_MAIL_FROM="Tea <tea@example.com>",
        )  # fmt: skip
        found = order(till)
        post.send(letters.of_order(Topic.ORDER_PLACED, found, till.terms, BASE), settings, "order-placed-1", NOW)
        worker.join()
    assert "rcpt TO:<lilei@example.com>" in server.heard
    mail = email.message_from_bytes(server.mails[0], policy=policy.default)
    assert (mail["From"], mail["Message-ID"]) == ("Tea <tea@example.com>", "<order-placed-1@example.com>")
    assert not (settings.var / "mail").exists()


def test_an_smtp_server_that_is_away_is_a_fault(till, tmp_path):
    settings = make_settings(tmp_path, SHOPWRIGHT_SMTP="smtp://127.0.0.1:9", SHOPWRIGHT_SMTP_SECURITY="none")
    with pytest.raises(MailFault):
        post.send(letters.of_order(Topic.ORDER_PLACED, order(till), till.terms, BASE), settings, "x", NOW)


def test_one_of_many_processes_does_the_work_and_another_goes_on_when_it_dies(database):
    assert [jobs.take_lease(database, owner, NOW) for owner in "abc"] == [True, False, False]
    assert jobs.take_lease(database, "a", NOW + timedelta(seconds=20))
    soon = NOW + timedelta(seconds=49)
    assert [jobs.take_lease(database, owner, soon) for owner in "bc"] == [False, False]
    late = NOW + timedelta(seconds=50)
    assert [jobs.take_lease(database, owner, late) for owner in "bca"] == [True, False, False]


def test_r113_a_lease_taken_by_a_clock_of_tomorrow_does_not_stop_the_work(database):
    assert jobs.take_lease(database, "a", NOW + timedelta(days=1))
    assert jobs.take_lease(database, "b", NOW)


def test_p24_r113_nothing_expires_on_the_word_of_a_clock_that_just_jumped():
    clockwork = Clockwork()
    assert clockwork.is_steady(NOW, 0.0)
    assert clockwork.is_steady(NOW + timedelta(seconds=2), 2.0)
    for jump in (timedelta(days=1), timedelta(days=-1)):
        jumped = Clockwork()
        jumped.is_steady(NOW, 0.0)
        assert not jumped.is_steady(NOW + jump, 2.0)
        assert not jumped.is_steady(NOW + jump + timedelta(seconds=590), 592.0)
        assert jumped.is_steady(NOW + jump + timedelta(seconds=600), 602.0)


def test_while_the_clock_is_in_doubt_only_expiry_waits(till, settings):
    found = order(till)
    run(till, settings, LATER, expire=False)
    assert orders.find_by_token(till.database, found.token).state is State.PENDING_PAYMENT
    assert len(mails(settings)) == 1
    run(till, settings, LATER)
    assert orders.find_by_token(till.database, found.token).state is State.CANCELLED
    assert level(till, "tea") == 10


def test_paid_parcels_are_received_after_ten_days_and_completed_after_the_time_for_returns(till, settings):
    found, door = order(till, gateway="transfer"), order(till, gateway="cash_on_delivery")
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    for each in (found, door):
        orders.ship(till.database, each.number, orders.Dispatch(carrier="", tracking=""), actor="merchant", now=NOW)

    def states(moment):
        run(till, settings, moment)
        return [orders.find_by_token(till.database, each.token).state for each in (found, door)]

    assert states(NOW + timedelta(days=9, hours=23)) == [State.SHIPPED, State.SHIPPED]
    assert states(NOW + timedelta(days=10)) == [State.RECEIVED, State.SHIPPED]
    assert states(NOW + timedelta(days=16, hours=23)) == [State.RECEIVED, State.SHIPPED]
    assert states(NOW + timedelta(days=17)) == [State.COMPLETED, State.SHIPPED]


def test_a_runner_works_beside_a_server_and_stops_when_told(database, settings):
    till = make_till(database, settings, [product("tea")])
    order(till)
    runner = Runner(Work(make_till=lambda: till, settings=settings, base_url=BASE))
    assert runner.round()
    assert len(mails(settings)) == 1
    assert not Runner(Work(make_till=lambda: till, settings=settings)).round()
    assert not Runner(Work(make_till=lambda: None, settings=settings)).round()
    runner.start()
    runner.stop()


def test_the_mail_of_a_paid_order_leads_to_its_invoice(till, settings):
    found = order(till, gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    run(till, settings, LATER)
    address = f"/orders/{found.token}/invoice.pdf"
    bodies = {name: str(mail.get_body(("plain",)).get_content()) for name, mail in mails(settings).items()}
    assert sorted(address in body for body in bodies.values()) == [False, True]
