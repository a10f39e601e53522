"""A folder of shops behind the command that an agency types: good ones, broken ones, new ones, and work unseen."""

import http.client
import json
import re
import shutil
import time
from urllib.parse import urlencode, urlsplit

import pytest
import storefront
import street_folks as folks
from colleagues import now
from ports import free_port
from test_many_shops_matrix import ANN
from tills import placement

from runtime import database, gateways, placing
from runtime.access.roles import Role
from runtime.agency import board, surroundings
from runtime.agency.board import Wishes
from runtime.orders import Address
from runtime.pricing import Destination
from runtime.releases import Live
from runtime.till import Till

PATIENCE = 90
HIDDEN = "of-the-server"


class Agency:
    """The folder, served."""

    def __init__(self, root):
        self.root = root
        self.port = free_port()
        self.served = storefront.Served(
            root, "--workers", "1", port=self.port, SHOPWRIGHT_SECRET="", SHOPWRIGHT_SMTP_PASSWORD=HIDDEN
        ).wait()

    def ask(self, host, path="/"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={"Host": f"{host}:{self.port}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def shop(self, name):
        return next((each for each in board.read(self.root).shops if each.name == name), None)

    def wait(self, told):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = told()
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError((board.read(self.root), self.served.log.read_text()[-3000:]))


@pytest.fixture(scope="module")
def agency(built, tmp_path_factory):
    root = folks.folder(built, tmp_path_factory.mktemp("agency") / "shops", ("good", "unseen"))
    bad = storefront.write(root / "bad")
    (bad / "products/longjing.yaml").write_text("title: Tea\nprice: dear\n", "utf-8")
    locked = storefront.copy(built, root / "locked")
    (locked / "var/secrets.env").write_text("nonsense\n")
    (storefront.copy(built, root / "torn") / "var/live/catalogue.db").write_bytes(b"no database")
    made = Agency(root)
    yield made
    assert made.served.stop() == 0
    assert not board.read(root).is_kept


def test_good_shops_are_open_beside_broken_ones_which_say_where_they_are_broken(agency):
    agency.wait(lambda: agency.ask("good.localhost")[0] == 200 and agency.ask("unseen.localhost")[0] == 200)
    assert agency.ask("bad.localhost")[0] == 503
    assert agency.ask("locked.localhost")[0] == 503
    assert agency.ask("torn.localhost")[0] in {200, 503}
    assert agency.ask("nowhere.localhost")[0] == 400
    bad = agency.wait(lambda: (found := agency.shop("bad")) and found.errors and found)
    assert (bad.state, bad.problems[0].place, bad.problems[0].error) == ("problems", "products/longjing.yaml:2", True)
    assert agency.shop("locked").state == "broken"
    assert agency.shop("locked").fault.place == "var/secrets.env:1"


def test_one_server_at_a_time_serves_a_folder_and_none_with_what_would_make_one_shop_of_all(agency):
    second = storefront.Served(agency.root, "--workers", "1", SHOPWRIGHT_SECRET="")
    shared = storefront.Served(agency.root, "--workers", "1")
    assert (second.process.wait(60), shared.process.wait(60)) == (3, 2)
    assert f"served already, by process {agency.served.process.pid}" in second.log.read_text("utf-8")
    assert "SHOPWRIGHT_SECRET" in shared.log.read_text("utf-8")
    assert agency.ask("good.localhost")[0] == 200


def test_a_shop_that_is_mended_opens_by_itself(agency):
    (agency.root / "bad/products/longjing.yaml").write_text(storefront.PRODUCTS["longjing"], "utf-8")
    Wishes(agency.root).publish("bad")
    agency.wait(lambda: agency.ask("bad.localhost")[0] == 200)
    assert agency.wait(lambda: agency.shop("bad").state == "serving" and agency.shop("bad").errors == 0)


def test_mail_of_a_shop_that_nobody_visits_leaves(agency):
    folder = agency.root / "unseen"
    settings = surroundings.of_shop(folder, (), "", {})
    connected = database.open(settings)
    release = Live(settings.var).current()
    till = Till(database=connected, goods=release.catalogue, gateways=gateways.load(release.terms, settings))
    home = Address(destination=Destination(country="SG"), street="1 Road")
    wish = placement(till, [("longjing", 2)], delivery="post", address=home)
    order = placing.place(till, wish, now()).order
    connected.close()
    sent = agency.wait(lambda: sorted((folder / "var/mail").glob("*.eml")))
    text = sent[0].read_text("utf-8", "replace")
    assert f"http://unseen.localhost:{agency.port}/orders/" in text.replace("=\n", "").replace("=3D", "=")
    assert order.number
    assert not (agency.root / "good/var/mail").exists()


def test_a_folder_that_is_added_opens_and_one_that_is_taken_away_closes(agency):
    shutil.copytree(agency.root / "good", agency.root / "added", symlinks=True)
    agency.wait(lambda: agency.ask("added.localhost")[0] == 200)
    (agency.root / "added").rename(agency.root.parent / "taken")
    agency.wait(lambda: agency.ask("added.localhost")[0] == 400)
    assert agency.ask("good.localhost")[0] == 200


def test_a_stopped_shop_takes_no_orders_and_its_own_people_and_health_go_on(agency):
    Wishes(agency.root).stop("good")
    agency.wait(lambda: agency.ask("good.localhost")[0] == 503)
    for path in ("/cart", "/en/", "/products/longjing/", "/checkout"):
        assert agency.ask("good.localhost", path)[0] == 503
    assert agency.ask("good.localhost", "/en/orders/lookup")[0] == 200
    assert agency.ask("good.localhost", "/withdraw")[0] != 503
    assert agency.ask("good.localhost", "/healthz")[0] == 200
    assert agency.ask("good.localhost", "/console/enter")[0] == 200
    Wishes(agency.root).open("good")
    agency.wait(lambda: agency.ask("good.localhost")[0] == 200)


def test_the_office_lists_the_shops_for_its_own_people_and_tells_health_and_counts(agency):
    office = folks.House("localhost", surroundings.office(agency.root))
    key, _ = office.session(office.person(Role.OWNER, now()), now())
    office.database.close()
    connection = http.client.HTTPConnection("127.0.0.1", agency.port, timeout=30)
    connection.request("GET", "/console/", headers={"Host": f"localhost:{agency.port}", "Cookie": f"console={key}"})
    text = connection.getresponse().read().decode()
    connection.close()
    assert all(f"{name}.localhost:{agency.port}" in text for name in ("good", "bad", "locked", "unseen"))
    assert agency.ask("localhost", "/healthz") == (200, "ok\n")
    told = agency.ask("localhost", "/metrics")[1].splitlines()
    assert "shopwright_steward_up 1" in told
    assert 'shopwright_shop_up{shop="good"} 1' in told
    assert 'shopwright_shop_up{shop="locked"} 0' in told
    assert any(line.startswith('shopwright_requests_total{shop="good",kind="static",status="2xx"}') for line in told)
    assert "shopwright_steward_up" not in agency.ask("good.localhost", "/metrics")[1]


def test_the_log_names_the_shop_and_the_password_of_the_server_is_nowhere(agency):
    assert agency.ask("good.localhost", "/cart")[0] == 200
    log = agency.served.log.read_text("utf-8")
    assert any(line.endswith(" good") or " good " in line for line in log.splitlines() if "answered" in line)
    assert HIDDEN not in log
    assert HIDDEN not in json.dumps([str(path.read_bytes()) for path in (agency.root / "var").rglob("*.json")])


def test_r120_what_is_paid_at_one_shop_is_paid_there_and_nowhere_else(agency):
    shopper = Shopper(agency, "good.localhost")
    order = shopper.buy()
    agency.wait(lambda: "Paid" in shopper.get(order)[1])
    assert agency.ask("unseen.localhost", order)[0] == 404


class Shopper:
    """Buys one tin at a served shop and pays at the rehearsal bank."""

    def __init__(self, agency, host):
        self.agency, self.host, self.cookies = agency, host, {}

    def send(self, method, path, form=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.agency.port, timeout=30)
        headers = {"Host": f"{self.host}:{self.agency.port}", "Sec-Fetch-Site": "same-origin"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = urlencode(form) if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        place = urlsplit(answer.headers.get("Location") or "")
        connection.close()
        return answer.status, text, place.path + (f"?{place.query}" if place.query else "")

    def get(self, path):
        return self.send("GET", path)

    def buy(self):
        """Buy, pay, and return the path of the order."""
        assert self.send("POST", "/en/cart/add", {"sku": "longjing", "quantity": "1"})[0] == 303
        review = self.send("POST", "/en/checkout", ANN)[1]
        ticked = dict.fromkeys(re.findall(r'name="(consent-[^"]+)"', review), "1")
        sealed = re.search(r'name="sealed" value="([^"]+)"', review)[1]
        status, _, bank = self.send("POST", "/en/checkout/place", {"sealed": sealed, **ticked})
        assert (status, bank.startswith("/rehearsal-bank/pay/")) == (303, True)
        status, _, back = self.send("POST", bank, {"choice": "approve"})
        assert status == 303
        return back
