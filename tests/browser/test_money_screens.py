"""Funds and customers in a browser: nothing for axe to find, and the main deeds with JavaScript and without."""

from datetime import UTC, datetime

import pytest
from accessibility import violations
from office_shop import Office
from playwright.sync_api import expect

from runtime import clientele, orders
from runtime.clientele import writing
from runtime.funds import settlement, withdrawals
from runtime.funds.withdrawals import Event, Step
from runtime.orders import Dispatch

pytestmark = pytest.mark.browser
GATEWAY = "rehearsal"


class Money(Office):
    """A served shop whose money is partly available, with somebody who bought."""

    def __init__(self, served):
        super().__init__(served)
        sku = next(iter(self.till.goods.all_variants()))[0]
        made, self.order_left = self.order(sku, name="李清照"), self.order(sku, name="王维")
        now = datetime.now(UTC)
        orders.ship(self.database, made.number, Dispatch(carrier="SF", tracking="1"), actor="merchant", now=now)
        orders.receive(self.database, made.number, actor="merchant", now=now)
        orders.complete(self.database, made.number, actor="merchant", now=now)
        self.database.write(lambda transaction: settlement.settle(transaction, made.id, now))
        step = Step(event=Event.REQUEST, actor="merchant", now=now)
        self.withdrawal = withdrawals.request(self.database, GATEWAY, 100, made.currency, step).number
        clientele.catch_up(self.database)
        look = "SELECT customer_id FROM customer_order WHERE order_id = ?"
        self.customer, self.other = (
            self.database.read(lambda read, order=order: read.find(look, order.id))[0]
            for order in (made, self.order_left)
        )
        self.database.write(
            lambda transaction: writing.add_note(transaction, self.customer, ("person:1", "Mei"), "岩茶", now)
        )
        paid = f"funds/withdrawals/{self.withdrawal}"
        page = f"customers/{self.customer}"
        self.screens = (
            "funds", "funds/flow", "funds/reconciling", "funds/books", "customers", page, f"{page}/erase",
            "funds/coming", "funds/withdrawals", "funds/withdrawals/new", paid, f"{paid}/paid", "funds/waiting",
        )  # fmt: skip


@pytest.fixture(scope="module")
def money(serve):
    made = Money(serve("stall"))
    yield made
    made.database.close()


@pytest.mark.parametrize(("width", "scheme", "locale", "count"), [(320, "light", "zh-CN", 13), (1280, "dark", "en", 6)])
def test_axe_finds_nothing_nothing_is_too_wide_and_pages_weigh_little(money, open_page, width, scheme, locale, count):
    page = money.enter(open_page(width, color_scheme=scheme, locale=locale))
    sizes = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length") or 0)))
    for path in money.screens[:count]:
        sizes.clear()
        page.goto(f"{money.address}/console/{path}")
        page.evaluate("document.querySelectorAll('main .fold, .flow details').forEach((each) => { each.open = true; })")
        assert (path, violations(page)) == (path, {})
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, width)
        assert (path, sum(sizes) < 100_000) == (path, True)


def test_w75_money_is_withdrawn_and_marked_as_arrived_without_javascript(money, open_page):
    page = money.enter(open_page(390, javascript=False, locale="zh-CN"))
    page.goto(f"{money.address}/console/funds")
    page.get_by_role("link", name="提现", exact=True).first.click()
    page.get_by_label("提现金额").fill("2")
    page.get_by_role("button", name="核对").click()
    expect(page.locator(".sums .total")).to_contain_text("2.00")
    page.get_by_role("button", name="提现").click()
    expect(page.locator("[data-passing]")).to_contain_text("已登记提现")
    page.get_by_role("link", name="已到账").click()
    page.get_by_label("手续费").fill("0.10")
    page.get_by_role("button", name="已到账").click()
    expect(page.locator("[data-passing]")).to_contain_text("已标记为到账")
    expect(page.locator("main .facts")).to_contain_text("1.90")


def test_somebody_is_forgotten_after_a_mistake_is_told_with_focus(money, open_page):
    page = money.enter(open_page(390, locale="en"))
    page.goto(f"{money.address}/console/customers/{money.other}/erase")
    expect(page.get_by_text("1 order that is not over")).to_be_visible()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.locator("[data-mistakes]")).to_be_focused()
    page.get_by_label("I made sure").check()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.locator("[data-passing]")).to_contain_text("forgotten as far as the law lets")
    expect(page.get_by_text("王维")).to_have_count(0)
