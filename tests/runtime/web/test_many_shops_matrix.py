"""R120, A85: nothing of one shop is reached from another: route by role by shop, and every trick with the host name."""

import re
import secrets

import console_routes
import pytest
import street_folks as folks
from colleagues import now
from markets import consents, sealed
from test_console_matrix import path, table, wanted

from runtime.access.roles import Role
from runtime.agency import surroundings
from runtime.live import access
from runtime.live.access import Role as Invited
from runtime.releases import Live
from runtime.web import application
from runtime.web.metrics import Metrics

ANN = {
    "email": "ann@example.com", "phone": "+6581234567", "name": "Ann", "street": "1 Road", "postcode": "018956",
    "delivery": "post", "gateway": "rehearsal",
}  # fmt: skip


class Pair:
    """Two shops and an office on one street, with somebody of every role in the first shop and in the office."""

    def __init__(self, root):
        self.root = root
        self.shops = folks.look(root)
        self.street, self.office_app = folks.open_street(root)
        self.a, self.b = folks.house(self.shops["a"]), folks.house(self.shops["b"])
        self.office = folks.House("localhost", surroundings.office(root))
        self.people = {role: self.a.person(role, now()) for role in Role}
        self.staff = {role: self.office.person(role, now()) for role in Role}
        self.rules = application.views(
            self.b.settings, Live(self.b.settings.var), Metrics(self.b.settings.var / "run")
        ).url_map

    def close(self):
        self.street.close()
        self.office_app.extensions["shopwright"].close()
        for each in (self.a, self.b, self.office):
            each.database.close()


@pytest.fixture(scope="module")
def pair(built, tmp_path_factory):
    made = Pair(folks.folder(built, tmp_path_factory.mktemp("street")))
    yield made
    made.close()


def buy(pair, host):
    """Buy something at a shop; return the browser and the secret of the order's address."""
    browser = folks.Browser(pair.street, host, address="198.51.100.7")
    assert browser.post("/cart/add", {"sku": "longjing", "quantity": "1"}).status_code == 303
    review = browser.post("/checkout", ANN)
    ticked = dict.fromkeys(consents(review), "1")
    placed = browser.post("/checkout/place", {"sealed": sealed(review), **ticked})
    assert placed.status_code == 303, placed.text
    return browser, pair.a.database.read(lambda look: look.find("SELECT token FROM orders ORDER BY id DESC"))[0]


def send(browser, method, rule, token):
    if method == "GET":
        return browser.get(path(rule))
    if rule.startswith("/console/live/<"):
        return browser.ask("POST", path(rule), "{}", Accept="application/json", X_Csrf_Token=token,
                           Content_Type="application/json")  # fmt: skip
    return browser.post(path(rule), {"csrf_token": token})


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_r120_a_session_of_one_shop_is_nobodys_at_another_on_every_console_route(pair, role):
    key, token = pair.a.session(pair.people[role], now())
    answers = {}
    routes = [route for route in table() if route[1] in {rule.rule for rule in pair.rules.iter_rules()}]
    for method, rule in routes:
        browser = folks.Browser(pair.street, "b.localhost", {"console": key}, f"198.51.100.{secrets.randbelow(250)}")
        answers[method, rule] = send(browser, method, rule, token).status_code
    strange = {route: status for route, status in answers.items() if status != wanted(None, *route)}
    assert strange == {}
    assert len(answers) > 100
    assert folks.Browser(pair.street, "a.localhost", {"console": key}).get("/console/account").status_code == 200


def test_r120_the_offices_session_opens_no_shop_and_a_shops_session_no_office(pair):
    boss, _ = pair.office.session(pair.staff[Role.OWNER], now())
    owner, _ = pair.a.session(pair.people[Role.OWNER], now())
    assert folks.Browser(pair.street, "localhost", {"console": boss}).get("/console/").status_code == 200
    for host, key in (("a.localhost", boss), ("b.localhost", boss), ("localhost", owner), ("127.0.0.1", owner)):
        answer = folks.Browser(pair.street, host, {"console": key}).get("/console/")
        assert (answer.status_code, "/console/enter" in answer.headers["Location"]) == (303, True)


def test_r120_a_form_of_one_shop_is_good_for_nothing_at_another(pair):
    _, foreign = pair.a.session(pair.people[Role.OWNER], now())
    key, own = pair.b.session(pair.b.person(Role.OWNER, now()), now())
    browser = folks.Browser(pair.street, "b.localhost", {"console": key})
    form = {"name": "Lin", "locale": "en"}
    assert browser.post("/console/account/profile", {**form, "csrf_token": foreign}).status_code == 409
    assert browser.post("/console/account/profile", {**form, "csrf_token": own}).status_code == 303


def test_r120_an_order_of_one_shop_is_not_there_at_another_on_any_of_its_routes(pair):
    browser, token = buy(pair, "a.localhost")
    assert browser.get(f"/orders/{token}").status_code == 200
    told = console_routes.VALUES | {"token": token, "number": "1", "kind": "return", "action": "withdraw", "code": "x"}
    seen = {}
    for rule in pair.rules.iter_rules():
        if "/orders/<token>" not in rule.rule or "<locale" in rule.rule:
            continue
        target = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(told[found[1]]), rule.rule)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            other = folks.Browser(pair.street, "b.localhost", browser.cookies, "198.51.100.9")
            seen[method, rule.rule] = other.ask(method, target, {} if method == "POST" else None).status_code
    assert len(seen) >= 12
    assert {route: status for route, status in seen.items() if status not in {403, 404}} == {}


def test_r120_a_cart_stays_in_its_shop(pair):
    browser = folks.Browser(pair.street, "a.localhost")
    browser.post("/cart/add", {"sku": "longjing", "quantity": "2"})
    assert browser.get("/api/v1/cart").json["count"] == 2
    assert folks.Browser(pair.street, "b.localhost", browser.cookies).get("/api/v1/cart").json["count"] == 0


def test_r120_an_invitation_to_the_studio_of_one_shop_opens_no_other(pair):
    _, key = access.invite(pair.a.database, "Lin", Invited.HOST, "", seconds=3600, now=now())
    guest = folks.Browser(pair.street, "a.localhost", address="198.51.100.20")
    assert guest.post("/console/live/enter", {"key": key}).status_code == 303
    assert guest.get("/console/live").status_code == 200
    other = folks.Browser(pair.street, "b.localhost", guest.cookies, "198.51.100.21")
    assert other.get("/console/live").status_code == 401
    assert folks.Browser(pair.street, "b.localhost").post("/console/live/enter", {"key": key}).status_code == 403


def test_r120_every_cookie_is_for_its_own_host_alone(pair):
    answers = []
    for host, people in (("a.localhost", pair.people), ("localhost", pair.staff)):
        browser = folks.Browser(pair.street, host, address="198.51.100.30")
        entered = browser.post("/console/enter", sign_in(people[Role.OWNER]))
        assert entered.status_code == 303
        answers += [entered, browser.get("/console/?lang=en")]
    answers.append(folks.Browser(pair.street, "a.localhost").post("/cart/add", {"sku": "longjing", "quantity": "1"}))
    lines = [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]
    assert len(lines) >= 5
    assert [line for line in lines if "domain" in line.lower()] == []
    secure = folks.Browser(pair.street, "a.localhost", scheme="https")
    told = secure.post("/console/enter", sign_in(pair.people[Role.OWNER])).headers.getlist("Set-Cookie")
    assert told[0].startswith("__Host-console=")


def sign_in(account):
    return {"email": account.email, "password": folks.PASSWORD, "next": ""}


@pytest.mark.parametrize(
    ("host", "shop"),
    [
        ("a.localhost", "a"), ("A.LOCALHOST:8000", "a"), ("a.localhost.", "a"), ("tea.example.com", "a"),
        ("b.localhost", "b"), ("localhost", ""), ("127.0.0.1:9", ""),
        ("a.localhost, b.localhost", None), ("a.localhost@b.localhost", None), ("a.localhost/b", None),
        ("x.a.localhost", None), ("a.localhost.b.localhost", None), ("a.localhost:x", None), ("", None),
        ("a.localhost\t", None), ("evil.example", None), (".localhost", None), ("var.localhost", None),
    ],
)  # fmt: skip
def test_r120_the_host_alone_says_which_shop_and_no_trick_reaches_one(pair, host, shop):
    told = {"Host": host, "X_Forwarded_Host": "b.localhost", "Forwarded": "host=b.localhost"}
    answer = folks.Browser(pair.street, host).get("/console/enter", **told)
    if shop is None:
        assert answer.status_code == 400
        return
    assert answer.status_code == 200
    title = re.search(r"<title>([^<]*)</title>", answer.text)[1]
    assert ("Shops" in title) is (shop == "")
    assert folks.Browser(pair.street, host).get("/healthz", **told).status_code == 200


def test_r120_two_shops_that_write_one_address_do_not_share_it(pair):
    assert pair.shops["a"].hosts == ("a.localhost", "tea.example.com")
    assert pair.shops["b"].hosts == ("b.localhost",)
    assert pair.shops["b"].taken == ("tea.example.com",)


def test_r120_secrets_and_databases_are_apart(pair):
    assert pair.a.settings.secret != pair.b.settings.secret != pair.office.settings.secret
    assert len({each.settings.database for each in (pair.a, pair.b, pair.office)}) == 3
    people = [
        each.database.read(lambda look: look.all("SELECT email FROM console_person")) for each in (pair.a, pair.b)
    ]
    assert not set(people[0]) & set(people[1])


OFFICE = {
    "GET /": "-", "GET /metrics": "-", "GET /console/": "console.enter",
    "GET /console/shops/<name>": "console.enter", "POST /console/shops/<name>/<deed>": "settings.edit",
}  # fmt: skip


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_a85_every_route_of_the_office_answers_a_role_as_its_permission_says(pair, role):
    known = table()
    strange = {}
    for rule in pair.office_app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            permission = OFFICE.get(f"{method} {rule.rule}") or known[method, rule.rule][0]
            if permission == "-":
                continue
            key, token = pair.office.session(pair.staff[role], now()) if role else ("", "")
            browser = folks.Browser(pair.street, "localhost", {"console": key} if role else {}, "198.51.100.40")
            status = send(browser, method, rule.rule, token).status_code
            may = role is not None and permission in folks.permissions(role)
            good = status not in {401, 403} if may else status == (403 if role else 303 if method == "GET" else 401)
            if not good and rule.rule != "/console/enter/again":
                strange[method, rule.rule] = status
    assert strange == {}
