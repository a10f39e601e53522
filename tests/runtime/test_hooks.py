"""Other systems and groups learn of events: signed, once for each id, again until they take it, and never of names."""

import base64
import http.server
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from tills import NOW, make_settings, make_terms, make_till, order, rows

from generator.shop import Hook
from runtime import hooks, notices, orders, payments, stock, telling
from runtime.hooks.sending import HookFault
from runtime.payments import Cash
from runtime.simulators.process import Simulation
from runtime.simulators.robots.provider import Robots
from runtime.simulators.stage import Stage

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


class Receiver:
    """A system that listens, verifies with another one's library, and answers as told."""

    def __init__(self):
        self.answers, self.taken, self.ids = [], [], []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.ids.append(self.headers["webhook-id"])
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.taken.append(Webhook(SECRET).verify(body, headers))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.send_header("location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/in?from=shop"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.stop()


def listening(receiver, **changes):
    fields = {"id": "erp", "kind": "webhook", "url": receiver.address, "secret": "ERP_SECRET", **changes}
    return make_terms(hooks=(Hook(**fields),), stock_low=3)


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def hooked(database, settings, receiver):
    return make_till(database, settings, terms=listening(receiver))


@pytest.fixture
def surroundings(settings, tmp_path):
    return make_settings(tmp_path, settings.database, ERP_SECRET=SECRET)


def tell(till, surroundings, now):
    """Let the worker go on until nothing is due."""
    while telling.send_due(till, surroundings, "https://tea.example", now):
        pass


def test_a_system_is_told_each_event_with_a_signature_that_others_verify(hooked, surroundings, receiver, now):
    found = order(hooked, gateway="transfer")
    payments.confirm_transfer(hooked, found.number, Cash(), NOW)
    orders.ship(hooked.database, found.number, orders.Dispatch(carrier="sf", tracking="SF1"), actor="m", now=NOW)
    tell(hooked, surroundings, now)
    assert [each["type"] for each in receiver.taken] == ["order.placed", "order.paid", "order.shipped"]
    told = receiver.taken[-1]["data"]["order"]
    assert (told["number"], told["state"], told["total"], told["currency"]) == (found.number, "shipped", 2000, "CNY")
    assert told["lines"] == [{"sku": "tea", "quantity": 2, "amount": 2000, "total": 2000}]
    assert told["parcels"] == [{"carrier": "sf", "tracking": "SF1"}]
    assert len(set(receiver.ids)) == 3


def test_no_name_no_address_and_no_secret_page_is_told(hooked, surroundings, receiver, now):
    found = order(hooked, delivery="courier")
    tell(hooked, surroundings, now)
    text = json.dumps(receiver.taken)
    for secret in ("Li Lei", "lilei@", "13800138000", "West Lake", found.token):
        assert secret not in text


def test_what_was_not_taken_comes_again_under_the_same_id_with_growing_pauses(hooked, surroundings, receiver, now):
    receiver.answers = [500, 302, 204]
    order(hooked)
    tell(hooked, surroundings, now)
    for pause in (59, 60, 179, 180):
        tell(hooked, surroundings, now + timedelta(seconds=pause))
    assert (len(receiver.ids), len(set(receiver.ids))) == (3, 1)
    waiting = "SELECT state, tries FROM notice WHERE recipient = 'hook:erp'"
    assert rows(hooked, waiting) == [("sent", 3)]


def test_a_system_that_is_gone_for_good_is_not_asked_again(hooked, surroundings, receiver, now):
    receiver.answers = [410]
    order(hooked)
    tell(hooked, surroundings, now)
    tell(hooked, surroundings, now + timedelta(days=2))
    assert len(receiver.ids) == 1
    assert rows(hooked, "SELECT state, error FROM notice WHERE recipient = 'hook:erp'") == [("dead", "answered 410")]


def test_a_system_that_missed_something_gets_it_once_more_under_the_same_ids(hooked, surroundings, receiver, now):
    order(hooked)
    tell(hooked, surroundings, now)
    assert hooks.replay(hooked.database, "erp", NOW - timedelta(hours=1), now) == 1
    assert hooks.replay(hooked.database, "erp", now + timedelta(hours=1), now) == 0
    tell(hooked, surroundings, now)
    assert (len(receiver.ids), len(set(receiver.ids))) == (2, 1)


def test_a_hook_that_wants_few_events_is_told_of_those_alone(database, settings, surroundings, receiver, now):
    till = make_till(database, settings, terms=listening(receiver, events=("order-paid",)))
    found = order(till, gateway="transfer")
    payments.confirm_transfer(till, found.number, Cash(), NOW)
    tell(till, surroundings, now)
    assert [each["type"] for each in receiver.taken] == ["order.paid"]


def test_an_order_without_an_address_for_mail_is_told_too(hooked, surroundings, receiver, now):
    phone = orders.Contact(name="Li Lei", phone="13800138000")
    order(hooked, contact=phone)
    tell(hooked, surroundings, now)
    assert [each["type"] for each in receiver.taken] == ["order.placed"]
    assert list((surroundings.var / "mail").glob("order-*.eml")) == []


def test_a_secret_that_is_not_set_keeps_the_message_for_later(hooked, settings, receiver, now):
    order(hooked)
    tell(hooked, settings, now)
    assert receiver.taken == []
    assert rows(hooked, "SELECT state, error FROM notice WHERE recipient = 'hook:erp'") == [
        ("waiting", "ERP_SECRET is not set")
    ]


def test_stock_that_was_sold_down_is_told_once_until_it_is_filled_up(hooked, surroundings, receiver, now):
    def look():
        found = telling.note_low_stock(hooked, now)
        tell(hooked, surroundings, now)
        return found

    assert look() == 0
    order(hooked, [("tea", 7)])
    assert (look(), look()) == (1, 0)
    told = [each["data"] for each in receiver.taken if each["type"] == "stock.low"]
    assert [(each["sku"], each["left"]) for each in told] == [("tea", 3)]
    stock.adjust(hooked.database, "tea", 10, actor="m", note="", now=NOW)
    assert look() == 0
    order(hooked, [("tea", 11)])
    assert look() == 1
    assert rows(hooked, "SELECT COUNT(*) FROM notice WHERE topic = 'stock-low' AND recipient = ''") == [(2,)]


@pytest.fixture
def robots(tmp_path):
    made = Simulation(Robots, Stage(tmp_path / "robots"), 0)
    thread = threading.Thread(target=made.run)
    thread.start()
    yield made
    made.stop()
    thread.join()


ROBOTS = {
    "wecom": Hook(id="wecom", kind="wecom", address="WECOM_ROBOT"),
    "dingtalk": Hook(id="dingtalk", kind="dingtalk", address="DINGTALK_ROBOT", secret="DINGTALK_SECRET"),
    "feishu": Hook(id="feishu", kind="feishu", address="FEISHU_ROBOT", secret="FEISHU_SECRET"),
}


def pasted(robots):
    """Return the secrets that the simulation tells to paste."""
    lines = [line for line in robots.provider.settings().splitlines() if line[:1].isupper()]
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("kind", list(ROBOTS))
def test_a_group_reads_a_short_message_from_its_robot(database, settings, tmp_path, robots, kind, now):
    till = make_till(database, settings, terms=make_terms(hooks=(ROBOTS[kind],)))
    surroundings = make_settings(tmp_path, settings.database, **pasted(robots))
    found = order(till)
    tell(till, surroundings, now)
    [said] = robots.provider.actions["said"]({})
    assert said["robot"] == kind
    for wanted in ("新订单", found.number, "¥20.00", "2 × tea"):
        assert wanted in said["text"]
    assert "Li Lei" not in said["text"]


EVENT = hooks.Event(type="order.paid", timestamp="2026-01-01T00:00:00Z", data={}, title="Paid", lines=("1", "2"))


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("wecom", {"WECOM_ROBOT": lambda text: f"{text}x"}, "93000"),
        ("dingtalk", {"DINGTALK_ROBOT": lambda text: f"{text}x"}, "300005"),
        ("dingtalk", {"DINGTALK_SECRET": lambda text: f"{text}x"}, "310000"),
        ("feishu", {"FEISHU_ROBOT": lambda text: f"{text}x"}, "19001"),
        ("feishu", {"FEISHU_SECRET": lambda text: f"{text}x"}, "19021"),
    ],
)
def test_a_robot_that_refuses_is_a_message_that_waits(tmp_path, robots, kind, change, code, now):
    given = pasted(robots)
    given |= {name: spoil(given[name]) for name, spoil in change.items()}
    with pytest.raises(HookFault, match=f"the robot says {code}"):
        hooks.send(ROBOTS[kind], EVENT, "msg_1", make_settings(tmp_path, **given), now)
    assert robots.provider.actions["said"]({}) == []


@pytest.mark.parametrize(("kind", "code"), [("dingtalk", "310000"), ("feishu", "19021")])
def test_a_signature_of_yesterday_is_refused(tmp_path, robots, kind, code, now):
    with pytest.raises(HookFault, match=code):
        hooks.send(ROBOTS[kind], EVENT, "m", make_settings(tmp_path, **pasted(robots)), now - timedelta(days=1))


def test_a_group_that_is_told_too_much_at_once_gets_the_rest_later(tmp_path, robots, now):
    surroundings = make_settings(tmp_path, **pasted(robots))
    for _ in range(20):
        hooks.send(ROBOTS["wecom"], EVENT, "m", surroundings, now)
    with pytest.raises(HookFault, match="45009"):
        hooks.send(ROBOTS["wecom"], EVENT, "m", surroundings, now)


def test_nobody_listening_is_no_answer_and_no_trace_of_the_address(tmp_path, now):
    surroundings = make_settings(tmp_path, WECOM_ROBOT="http://127.0.0.1:1/cgi-bin/webhook/send?key=hidden")
    with pytest.raises(HookFault) as caught:
        hooks.send(ROBOTS["wecom"], EVENT, "m", surroundings, now)
    assert str(caught.value) == "no answer"


def test_a_hook_that_was_taken_out_of_the_text_is_told_nothing_more(hooked, surroundings, receiver, now):
    order(hooked)
    notice = notices.claim_due(hooked.database, now)[0]
    hooked.database.write(lambda look: hooks.fan_out(look, hooked.terms.hooks, notice, now))
    bare = make_till(hooked.database, surroundings, terms=make_terms())
    tell(bare, surroundings, now + timedelta(hours=1))
    assert receiver.taken == []
    assert rows(bare, "SELECT state FROM notice WHERE recipient = 'hook:erp'") == [("dead",)]
