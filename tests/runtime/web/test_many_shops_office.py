"""The list of shops: what its people see and may do, and what is noted of it."""

import os
import re

import pytest
import street_folks as folks
from colleagues import now

from runtime.access.roles import Role
from runtime.agency import board, surroundings
from runtime.agency.board import Board, Line, Shop, Takings, Wishes

TEA = Shop(
    name="tea",
    folder="/srv/shops/tea",
    title={"zh-CN": "山野茶事", "en": "Mountain Tea"},
    hosts=("tea.localhost",),
    address="http://tea.localhost:8000",
    release="1",
    takings=Takings(currency="CNY", today=126800, week=1893450, orders=41, day="2026-11-23"),
)
CUPS = Shop(
    name="cups",
    folder="/srv/shops/cups",
    title={"en": "Cups & <Co>"},
    hosts=("cups.localhost",),
    taken=("tea.example",),
    release="2",
    changed=True,
    errors=2,
    warnings=1,
    problems=(Line(error=True, place="products/cup.yaml:4", zh="价格不对", en="That is no price"),),
    takings=Takings(currency="CNY", today=200, week=50, orders=1, day="2026-11-23"),
)
NO = Line(error=True, place="var/secrets.env:3", zh="不行", en="That cannot be")
MUGS = Shop(name="mugs", folder="/srv/shops/mugs", title={}, hosts=("mugs.localhost",), fault=NO)


class Desk:
    """An office with a board that nobody changes."""

    def __init__(self, root):
        board.place(root).mkdir(parents=True)
        board.write(root, Board(shops=(TEA, CUPS, MUGS), steward=os.getpid()))
        self.root = root
        self.street, self.app = folks.open_street(root)
        self.office = folks.House("localhost", surroundings.office(root))
        self.people = {role: self.office.person(role, now()) for role in Role}

    def browser(self, role, language="en"):
        key, token = self.office.session(self.people[role], now())
        made = folks.Browser(self.street, "localhost", {"console": key, "console_language": language})
        return made, token


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = Desk(tmp_path_factory.mktemp("office"))
    yield made
    made.street.close()
    made.app.extensions["shopwright"].close()
    made.office.database.close()


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_list_tells_state_problems_with_their_place_and_takings_of_each_currency(desk):
    text = words(desk.browser(Role.OWNER)[0].get("/console/").text)
    assert text.index("mugs") < text.index("Cups &amp; &lt;Co&gt;") < text.index("Mountain Tea")
    for told in (
        "2 errors",
        "1 warning",
        "products/cup.yaml:4",
        "Unpublished changes",
        "Cannot run",
        "var/secrets.env:3",
        "¥1,268.00",
    ):
        assert told in text
    assert "CNY · Today ¥1,270.00 7 days · 42 orders ¥18,935.00" in text
    chinese = words(desk.browser(Role.OWNER, "zh-CN")[0].get("/console/").text)
    assert all(told in chinese for told in ("山野茶事", "营业中", "2 个错误", "无法运行", "近 7 天"))


@pytest.mark.parametrize(
    ("query", "names"),
    [("", ["mugs", "cups", "tea"]), ("?view=problems", ["mugs", "cups"]), ("?view=closed", ["mugs"]),
     ("?q=mountain", ["tea"]), ("?q=CUPS+co", ["cups"]), ("?q=%F0%9F%8D%B5", []),
     ("?view=odd", ["mugs", "cups", "tea"])],
)  # fmt: skip
def test_the_list_is_narrowed_by_state_and_by_words(desk, query, names):
    page = desk.browser(Role.OWNER)[0].get(f"/console/{query}")
    assert re.findall(r'class="over strong" href="/console/shops/(\w+)"', page.text) == names


@pytest.mark.parametrize(("role", "money", "deeds"), [
    (Role.OWNER, True, True), (Role.MANAGER, True, True), (Role.STAFF, False, False), (Role.READ_ONLY, True, False),
])  # fmt: skip
def test_a_role_sees_takings_and_deeds_as_it_may(desk, role, money, deeds):
    browser, _ = desk.browser(role)
    assert ("¥1,268.00" in browser.get("/console/").text) is money
    page = browser.get("/console/shops/cups").text
    assert "That is no price" in page
    assert "belongs to another shop" in page
    assert ('action="/console/shops/cups/stop"' in page) is deeds


def test_a_shop_is_stopped_published_and_opened_by_wishes_that_are_noted(desk):
    browser, token = desk.browser(Role.MANAGER)
    assert browser.post("/console/shops/tea/stop", {"csrf_token": "0" * 64}).status_code == 409
    assert not Wishes(desk.root).is_stopped("tea")
    for deed in ("stop", "publish"):
        answer = browser.post(f"/console/shops/tea/{deed}", {"csrf_token": token})
        assert answer.headers["Location"] == f"/console/shops/tea?done=agency.done.{deed}"
    assert Wishes(desk.root).is_stopped("tea")
    assert "Open Mountain Tea" in browser.get("/console/shops/tea").text
    assert Wishes(desk.root).take_publish("tea")
    assert browser.post("/console/shops/tea/open", {"csrf_token": token}).status_code == 303
    assert not Wishes(desk.root).is_stopped("tea")
    log = words(browser.get("/console/log").text)
    assert all(told in log for told in ("Shop stopped", "Shop checked and published", "Shop opened again", "tea"))


@pytest.mark.parametrize(
    "path", ["/console/shops/none/stop", "/console/shops/tea/burn", "/console/shops/..%2fvar/stop"]
)
def test_a_wish_for_no_shop_or_no_deed_is_404(desk, path):
    browser, token = desk.browser(Role.OWNER)
    assert browser.post(path, {"csrf_token": token}).status_code == 404


def test_the_office_has_accounts_of_its_own_and_leads_nowhere_else(desk):
    browser, _ = desk.browser(Role.OWNER)
    doors = desk.app.url_map.bind("localhost")
    pages = ("/console/", "/console/shops/cups", "/console/team", "/console/team/new", "/console/account",
             "/console/log", "/console/enter/link/" + "0" * 40)  # fmt: skip
    for page in pages:
        found = browser.get(page)
        assert found.status_code in {200, 410}
        links = re.findall(r'(?:href|action)="(/[^"?#]*)', found.text)
        assert [each for each in links if not any(doors.test(each, method) for method in ("GET", "POST"))] == []
    entrance = folks.Browser(desk.street, "localhost").get("/console/enter").text
    assert "Forgotten your password?" in entrance
    assert "/console/enter/forgotten" not in entrance
    assert "live_assistant" not in browser.get("/console/team/new").text


def test_an_office_without_shops_teaches_how_one_is_added_and_tells_that_nobody_looks_after_them(tmp_path):
    root = tmp_path / "shops"
    board.place(root).mkdir(parents=True)
    street, app = folks.open_street(root)
    office = folks.House("localhost", surroundings.office(root))
    key, _ = office.session(office.person(Role.OWNER, now()), now())
    text = folks.Browser(street, "localhost", {"console": key}).get("/console/").text
    assert f"shopwright new {root}/tea" in text
    assert "The background work is not running" in text
    street.close()
    app.extensions["shopwright"].close()
    office.database.close()
