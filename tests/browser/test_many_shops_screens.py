"""The list of shops in a browser: found, stopped and opened without JavaScript, and nothing for axe to find."""

import os
import threading
from datetime import UTC, datetime

import msgspec
import pytest
from accessibility import violations
from argon2 import PasswordHasher
from playwright.sync_api import expect
from waitress.server import create_server

from runtime import database
from runtime.access import accounts, links, lodge
from runtime.access.accounts import New
from runtime.access.log import COMMAND
from runtime.access.passwords import Passwords
from runtime.access.roles import Role
from runtime.agency import board, office, surroundings
from runtime.agency.board import Board, Line, Shop, Takings, Wishes
from runtime.agency.pages import Desk
from runtime.agency.street import Street

pytestmark = pytest.mark.browser
PASSWORD = "kettle moss lantern"
LONG = "Werkstatt für Naturfarben und handgemachte Papiere an der Donaudampfschifffahrtsgesellschaft"


def shop(name, title, **more):
    host = f"{name}.localhost"
    return Shop(
        name=name, folder=f"/srv/shops/{name}", title=title, hosts=(host,), address=f"http://{host}:8000", **more
    )


SHOPS = (
    shop("tea", {"zh-CN": "山野茶事", "en": "Mountain Tea"}, release="1",
         takings=Takings(currency="CNY", today=126800, week=1893450, orders=41)),
    shop("papier", {"en": LONG}, release="1", warnings=2, changed=True,
         takings=Takings(currency="EUR", today=1234567, week=98765432, orders=1210)),
    shop("stall", {"zh-CN": "阿婆的小摊"}, release="1", errors=1, taken=("tea.example",), problems=(
        Line(error=True, place="products/a-very-long-name-of-a-product-that-nobody-can-break.yaml:4", zh="价格不对",
             en="That is no price"),)),
    shop("new", {}, building=True),
)  # fmt: skip


class Office:
    """An office of four shops behind a server of its own."""

    def __init__(self, root):
        board.place(root).mkdir(parents=True)
        board.write(root, Board(shops=SHOPS, steward=os.getpid()))
        settings = surroundings.office(root)
        cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.wishes = Wishes(root)

        def make(street):
            app = office.make(settings, Desk(following=street.following, wishes=self.wishes, folder="/srv/shops"))
            app.extensions["shopwright"].passwords = cheap
            return office.serve(app, settings, 4)

        self.street = Street(root, make, limit=2, readers=4)
        self.database = database.open(settings)
        keys, now = msgspec.structs.replace(lodge.of(settings, self.database), passwords=cheap), datetime.now(UTC)
        made = accounts.add(keys, New(email="lin@example.com", name="Lin", role=Role.OWNER), COMMAND, now)
        link = links.invite(keys, made.id, COMMAND, now)
        links.choose_password(keys, link.path(keys).removeprefix(links.PATH), PASSWORD, COMMAND, now)
        self.server = create_server(self.street, host="127.0.0.1", port=0, threads=4, asyncore_use_poll=True)
        self.address = f"http://localhost:{self.server.effective_port}"
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def enter(self, page):
        page.goto(f"{self.address}/console/enter")
        page.locator("[name=email]").fill("lin@example.com")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("form button[type=submit]").first.click()
        expect(page.locator("main h1")).to_be_visible()
        return page

    def close(self):
        self.server.close()
        self.street.close()
        self.database.close()


@pytest.fixture(scope="module")
def agency(tmp_path_factory):
    made = Office(tmp_path_factory.mktemp("office"))
    yield made
    made.close()


@pytest.mark.parametrize(("width", "scheme", "locale"), [(320, "dark", "zh-CN"), (1280, "light", "en")])
def test_axe_finds_nothing_nothing_is_too_wide_and_pages_weigh_little(agency, open_page, width, scheme, locale):
    page = agency.enter(open_page(width, color_scheme=scheme, locale=locale))
    sizes = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length") or 0)))
    for path in ("/console/", "/console/shops/stall", "/console/shops/papier"):
        sizes.clear()
        page.goto(agency.address + path)
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
        assert (path, violations(page)) == (path, {})
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, width)
        assert (path, sum(sizes) < 100_000) == (path, True)


def test_a_shop_is_found_stopped_and_opened_again_without_javascript(agency, open_page):
    page = agency.enter(open_page(390, locale="en", javascript=False))
    page.locator("main input[name=q]").fill("mountain")
    page.keyboard.press("Enter")
    expect(page.locator(".agency-list tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Mountain Tea").click()
    page.get_by_role("button", name="Stop Mountain Tea").click()
    expect(page.locator("[role=status]")).to_contain_text("The shop is stopped.")
    assert agency.wishes.is_stopped("tea")
    page.get_by_role("button", name="Open Mountain Tea").click()
    expect(page.locator("[role=status]")).to_contain_text("The shop is open again.")
    assert not agency.wishes.is_stopped("tea")
