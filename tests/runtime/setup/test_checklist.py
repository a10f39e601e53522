"""Ticks are tests that were run: each can be earned, and breaking what it stands on takes it away (W82)."""

import contextlib
import re
import socketserver
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ports import free_port
from simulated import Simulated
from werkzeug.serving import make_server
from wizard import Wizard, picture

from generator.build import Wish, build
from runtime import database, server, stock
from runtime.settings import read
from runtime.setup import checklist
from runtime.worklist import takings

ALL_OPEN = dict.fromkeys(checklist.NAMES, "open")


class Postman(socketserver.StreamRequestHandler):
    """As much of a mail server as taking one mail needs."""

    def handle(self):
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.server.taken += 1
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@contextlib.contextmanager
def served(made):
    running = threading.Thread(target=made.serve_forever, daemon=True)
    running.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
        running.join()


class Shop:
    """A shop that the wizard opened, with its owner signed in."""

    def __init__(self, folder):
        self.wizard = Wizard(folder)
        self.owner = self.wizard.guest().answer_all()
        self.owner.send("products", {"title": "Mug", "price": "24", "stock": "10"}, picture=("a.jpg", picture()))
        assert self.owner.open().status_code == 303
        self.folder = folder

    def change(self, name, *pairs):
        path = self.folder / name
        text = path.read_text()
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text)
        built = build(self.folder, Wish(now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))
        assert built.release, built.problems

    def surround(self, **environ):
        """Start the server anew in other surroundings."""
        application = server.load(read(self.folder, environ), 4)
        self.owner.client.application = application
        return application

    def states(self):
        text = self.owner.get("/console/").text
        return dict(zip(checklist.NAMES, re.findall(r'<li class="checks-(\w+)"', text), strict=True))

    def told(self, name):
        text = self.owner.get("/console/").text
        rows = re.findall(r'<span class="small muted">(.*?)</span>\s*<button', text, re.DOTALL)
        return rows[checklist.NAMES.index(name)]

    def test(self, name):
        form = self.owner.get("/console/").text
        token = re.search(r'name="csrf-token" content="([0-9a-f]{64})"', form)[1]
        answer = self.owner.client.post(
            "/console/checklist", data={"csrf_token": token, "name": name}, headers={"Origin": "http://127.0.0.1:8000"},
            environ_overrides=self.owner.environ,
        )  # fmt: skip
        assert answer.status_code == 303, answer.text
        return self.states()[name]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    return Shop(tmp_path_factory.mktemp("checked") / "shop")


def test_w82_nothing_is_ticked_before_it_was_tried(opened):
    (opened.folder / "var" / "checklist.json").unlink(missing_ok=True)
    assert opened.states() == ALL_OPEN


def test_w82_a_product_with_a_picture_is_really_there(opened):
    assert opened.test("product") == "good"
    opened.change("products/mug.yaml", ("images: [mug.jpg]", "# images: [mug.jpg]"))
    assert opened.states()["product"] == "stale"
    assert opened.test("product") == "bad"
    opened.change("products/mug.yaml", ("# images: [mug.jpg]", "images: [mug.jpg]"))
    assert opened.test("product") == "good"


def test_w82_an_order_goes_through_the_real_till_and_leaves_the_stock_as_it_was(opened):
    assert opened.test("order") == "good", opened.told("order")
    assert "was paid and paid back" in opened.told("order")
    connected = database.open(read(opened.folder, {}))
    levels = connected.read(lambda look: stock.levels(look, ["mug"]))
    states = connected.read(lambda look: [row[0] for row in look.all("SELECT state FROM orders")])
    (currency,) = connected.read(lambda look: look.find("SELECT DISTINCT currency FROM orders"))
    zone, at = ZoneInfo("UTC"), datetime.now(UTC)
    days = connected.read(lambda look: takings.by_day(look, currency, zone, 2, at))
    connected.close()
    assert {(each.amount, each.orders) for each in days} == {(0, 0)}
    assert levels == {"mug": 10}
    assert states == ["refunded"]
    opened.change("products/mug.yaml", ("title: Mug", "title: Mug\nstatus: draft"))
    assert opened.states()["order"] == "stale"
    assert opened.test("order") == "bad"
    opened.change("products/mug.yaml", ("\nstatus: draft", ""))


def test_w82_a_mail_is_handed_over_or_it_is_no_tick(opened):
    opened.surround()
    assert opened.test("mail") == "bad"
    assert "only lie in var/mail" in opened.told("mail")
    with served(socketserver.TCPServer(("127.0.0.1", 0), Postman)) as post:
        post.taken = 0
        address = f"smtp://127.0.0.1:{post.server_address[1]}"
        surroundings = {"SHOPWRIGHT_SMTP": address, "SHOPWRIGHT_SMTP_SECURITY": "none"}
        opened.surround(**surroundings)
        assert (opened.test("mail"), post.taken) == ("good", 1)
    assert opened.test("mail") == "bad"
    opened.surround(**surroundings | {"SHOPWRIGHT_SMTP_PASSWORD": "another"})
    assert opened.states()["mail"] == "stale"
    opened.surround()


def test_w82_the_address_leads_to_this_very_shop(opened):
    assert opened.test("address") == "bad"
    port = free_port()
    opened.change("shop.yaml", ("# url: https://shop.example.com", f"url: http://127.0.0.1:{port}"))
    application = opened.surround()
    with served(make_server("127.0.0.1", port, application, threaded=True)):
        assert opened.test("address") == "good"
    assert opened.test("address") == "bad"

    def stranger(_, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"0" * 64]

    with served(make_server("127.0.0.1", port, stranger, threaded=True)):
        assert opened.test("address") == "bad"
        assert "is not this shop" in opened.told("address")


def test_w82_a_way_to_be_paid_answers_and_a_broken_key_takes_the_tick_away(opened, tmp_path):
    assert opened.test("payment") == "bad"
    simulator = Simulated(tmp_path, "stripe")
    try:
        secrets = opened.folder / "var" / "secrets.env"
        secrets.write_text("".join(f"{name}={value}\n" for name, value in simulator.secrets.items()))
        secrets.chmod(0o600)
        settings = "".join(f"    {key}: {value!r}\n" for key, value in simulator.method.items() if key != "gateway")
        opened.change("shop.yaml", ("  - gateway: rehearsal", f"  - gateway: stripe\n{settings}  - gateway: rehearsal"))
        opened.surround()
        assert opened.test("payment") == "good"
        name = next(iter(simulator.secrets))
        broken = secrets.read_text().replace(simulator.secrets[name], "sk_test_broken")
        secrets.write_text(broken)
        opened.surround()
        assert opened.states()["payment"] == "stale"
        assert opened.test("payment") == "bad"
    finally:
        simulator.stop()


def test_w82_after_a_day_a_tick_is_grey(tmp_path):
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    grounds = dict.fromkeys(checklist.NAMES, "same")
    checklist.keep(tmp_path, "mail", checklist.Result(good=True, word="mail.good", ground="same"), now)

    def state(moment, ground="same"):
        return {row.name: row.state for row in checklist.rows(tmp_path, grounds | {"mail": ground}, moment)}["mail"]

    assert state(now + timedelta(hours=23)) == "good"
    assert state(now + timedelta(hours=24)) == "stale"
    assert state(now - timedelta(hours=1)) == "stale"
    assert state(now, "another") == "stale"


def test_only_who_may_set_things_right_tries_them(opened):
    stranger = opened.wizard.guest(enter=False)
    stranger.client.application = opened.owner.client.application
    answer = stranger.client.post(
        "/console/checklist", data={"name": "all"}, headers={"Origin": "http://127.0.0.1:8000"},
        environ_overrides=stranger.environ,
    )  # fmt: skip
    assert answer.status_code == 401
    assert stranger.get(f"/console/checklist/echo/{'n' * 23}").status_code == 404
