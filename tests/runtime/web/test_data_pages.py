"""Visits told by pages and deeds, and what the console shows of them: only what was counted, and nothing of anybody."""

import csv
import io
import re
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import office_desk
import pytest
import storefront
from click.testing import CliRunner
from colleagues import Colleague, quick

from runtime import cli
from runtime.access.roles import Role
from runtime.visits import sources
from runtime.visits.tally import Seen, Tally, Who

HOME = "/console/data"
ZONE = ZoneInfo("Asia/Shanghai")
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.fixture
def app(shop):
    made = quick(storefront.application(shop))
    front = made.extensions["shopwright"]
    front.stocked(front.live.current())
    return made


@pytest.fixture
def owner(app):
    return Colleague(app, Role.OWNER).come_in()


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, app, number=1, agent=CHROME, **more):
        self.client = app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        self.headers = {"Host": "localhost", "Sec-Fetch-Site": "same-origin", "User-Agent": agent, **more}

    def look(self, page, query="", referrer=""):
        told = {"page": page, "query": query, "from": referrer}
        return self.client.post("/api/v1/seen", data=told, headers=self.headers)

    def post(self, path, **given):
        return self.client.post(path, data=given, headers=self.headers)

    def get(self, path, **more):
        return self.client.get(path, headers={**self.headers, **more})


def front(app):
    return app.extensions["shopwright"]


def counted(app):
    """Return what was counted: (kind, subject, channel) with how often and by how many."""
    front(app).write_visits()
    rows = front(app).database.read(
        lambda look: look.all(
            "SELECT kind, subject, channel, SUM(times), SUM(visitors) FROM visit_count GROUP BY 1, 2, 3"
        )
    )
    return {tuple(row[:3]): (int(row[3]), int(row[4])) for row in rows}


def test_a_page_that_is_told_counts_by_its_kind_and_way_and_nothing_is_answered(app):
    answer = Visitor(app).look("/products/longjing/", "?utm_source=xhs", "https://www.google.com/")
    assert (answer.status_code, answer.data, answer.headers["Cache-Control"]) == (204, b"", "no-store")
    assert "Set-Cookie" not in answer.headers
    Visitor(app, 2).look("/en/", referrer="https://www.baidu.com/")
    assert counted(app) == {
        ("all", "", "xiaohongshu"): (1, 1), ("product", "", "xiaohongshu"): (1, 1),
        ("product", "longjing", "xiaohongshu"): (1, 1),
        ("all", "", "search"): (1, 1), ("home", "", "search"): (1, 1),
    }  # fmt: skip


@pytest.mark.parametrize("page", ["/products/nothing/", "/checkout", "/orders/abc", "/console/", "/assets/x.js", "x"])
def test_what_is_no_page_of_the_shop_is_not_counted(app, page):
    assert Visitor(app).look(page).status_code == 204
    assert counted(app) == {}


@pytest.mark.parametrize(
    "more", [{"DNT": "1"}, {"Sec-GPC": "1"}, {"agent": "curl/8.5"}, {"agent": ""}, {"agent": "Googlebot/2.1"}]
)
def test_who_asks_not_to_be_counted_and_robots_are_not_and_their_carts_say_nothing(app, more):
    visitor = Visitor(app, **more)
    visitor.look("/")
    assert visitor.post("/cart/add", sku="longjing").status_code == 303
    assert visitor.get("/checkout").status_code == 200
    assert counted(app) == {}


def test_a_shop_that_counts_nothing_counts_nothing_and_its_pages_tell_nothing(shop, app):
    assert "data-counted" in Visitor(app).get("/").text
    text = (shop / "shop.yaml").read_text("utf-8")
    (shop / "shop.yaml").write_text(text + "analytics: {enabled: false}\n", "utf-8")
    storefront.publish(shop)
    page = Visitor(app).get("/").text
    assert ("data-counted" in page, "seen.gif" in page) == (False, False)
    Visitor(app).look("/")
    assert counted(app) == {}


def test_without_javascript_a_picture_tells_the_page_and_another_sites_page_is_none_of_ours(app):
    visitor = Visitor(app)
    assert '<noscript><img src="/api/v1/seen.gif" alt="" hidden></noscript>' in visitor.get("/").text
    answer = visitor.get("/api/v1/seen.gif", Referer="http://localhost/products/longjing/?ref=flyer")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (204, "no-store")
    visitor.get("/api/v1/seen.gif", Referer="http://elsewhere.example.com/products/longjing/")
    visitor.get("/api/v1/seen.gif")
    assert counted(app)["all", "", "link:flyer"] == (1, 1)
    assert len(counted(app)) == 3


def test_the_funnel_is_counted_where_it_is_done_and_an_order_keeps_the_way_its_buyer_came(app):
    visitor = Visitor(app)
    visitor.look("/", referrer="https://weibo.com/")
    front(app).write_visits()
    visitor.look("/products/longjing/", referrer="http://localhost/")
    visitor.post("/cart/add", sku="longjing")
    visitor.post("/cart/add", sku="longjing")
    visitor.get("/checkout")
    found = counted(app)
    assert found["all", "", "weibo"] == (2, 1)
    assert found["cart", "longjing", "weibo"] == (2, 1)
    assert found["checkout", "", "weibo"] == (1, 1)
    cart = visitor.client.get_cookie("cart").decoded_value
    assert [each.key for each in visitor.client._cookies.values()] == ["cart", "basket"]
    assert "203.0.113" not in cart


@pytest.mark.parametrize("given", [{"price": "1"}, {"page": ["/", "/en/"]}])
def test_a_form_that_no_page_sends_is_refused(app, given):
    assert Visitor(app).post("/api/v1/seen", **given).status_code == 400


def test_a86_what_another_site_sends_counts_nothing(app):
    visitor = Visitor(app)
    for more in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        answer = visitor.client.post("/api/v1/seen", data={"page": "/"}, headers={**visitor.headers, **more})
        assert answer.status_code == 403
    assert visitor.client.post("/api/v1/seen", json={"page": "/"}, headers=visitor.headers).status_code == 400
    assert visitor.client.post("/api/v1/seen", data={"page": "/" * 9000}, headers=visitor.headers).status_code == 400
    assert counted(app) == {}


def test_one_client_is_heard_so_often_and_then_no_more(app):
    visitor = Visitor(app)
    assert [visitor.look("/").status_code for _ in range(125)].count(429) == 5


def test_a_search_in_vain_is_kept_unless_it_looks_like_somebodys_own(app, owner):
    visitor = Visitor(app)
    for words in ("Oolong", "  ooLong ", "mei@example.com", "138 0013 8000", "x" * 60, "longjing"):
        visitor.get(f"/search?q={words}")
    front(app).write_visits()
    shown = owner.get(f"{HOME}/searches").text
    assert re.findall(r'<bdi class="strong">([^<]*)</bdi>', shown) == ["oolong"]
    assert table(owner.get(f"{HOME}/searches.csv"))[1][:2] == ["oolong", "2"]


def table(answer):
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_an_empty_shop_is_told_what_will_stand_here_and_no_figure_is_made_up(owner):
    shown = owner.get(HOME).text
    assert '<section class="empty">' in shown
    assert "data-tiles" not in shown
    for place in ("products", "channels", "rooms", "searches"):
        assert '<section class="empty">' in owner.get(f"{HOME}/{place}").text
    assert owner.get(f"{HOME}/days.csv").status_code == 200


def test_a_room_that_was_looked_at_leads_to_its_numbers(app, owner):
    Visitor(app).look("/live/evening/")
    front(app).write_visits()
    shown = owner.get(f"{HOME}/rooms").text
    (way,) = re.findall(r'<a class="over" href="(/console/live/[^"]+)"', shown)
    assert (way, owner.get(way).status_code) == ("/console/live/evening/numbers", 200)
    assert "1 visitor of its page" in shown


def test_the_command_prints_the_same_file_in_the_readers_language(app, shop, monkeypatch):
    front(app).close()
    monkeypatch.setenv("SHOPWRIGHT_SECRET", storefront.SECRET)
    said = CliRunner().invoke(cli.main, ["data", str(shop), "channels", "--lang", "zh"])
    assert (said.exit_code, said.stdout.splitlines()) == (
        0,
        ["\ufeff渠道,访客数,浏览量,看了商品,加购人数,开始结账,下单数,支付订单,实收,转化率,币种"],
    )
    days = CliRunner().invoke(cli.main, ["data", str(shop), "--from", "2026-11-01", "--to", "2026-11-03"])
    assert [line.partition(",")[0] for line in days.stdout.splitlines()[1:]] == [
        "2026-11-01",
        "2026-11-02",
        "2026-11-03",
    ]


@pytest.fixture(scope="module")
def desk(chinese, tmp_path_factory):
    """A shop with visitors of three days and orders of today, which does not end meanwhile."""
    left = 86400 - (datetime.now(ZONE) - datetime.combine(datetime.now(ZONE), datetime.min.time(), ZONE)).seconds
    if left < 60:
        time.sleep(left)
    made = storefront.application(storefront.copy(chinese, tmp_path_factory.mktemp("data") / "shop"))
    found = office_desk.Desk(made)
    visit(found, {8: 4, 1: 2, 0: 8})
    order = found.paid("tea", quantity="2")
    found.database.write(lambda transaction: sources.write(transaction, order.id, "wechat"))
    found.order("last")
    yield found
    made.extensions["shopwright"].close()


def visit(desk, people, channel="wechat"):
    """Let so many people, so many days ago, look at the shop, half of them at a product and one at the checkout."""
    tally, now = Tally(), datetime.now(UTC)
    for days, count in people.items():
        for number in range(count):
            who, at = Who(address=f"198.51.100.{number}", agent=CHROME, shop="s"), now - timedelta(days=days)
            tally.note(desk.database, who, Seen(kind="home", channel=channel), at, ZONE)
            if number % 2:
                tally.note(desk.database, who, Seen(kind="product", subject="tea"), at, ZONE)
            if number == 1:
                tally.note(desk.database, who, Seen(kind="cart", subject="tea"), at, ZONE)
                tally.note(desk.database, who, Seen(kind="checkout"), at, ZONE)
        tally.write(desk.database)


def tiles(page):
    names = re.findall(r'<div class="stat"><dt>([^<]*)</dt><dd>([^<]*)</dd>(.*?)</div>', page, re.DOTALL)
    return {name: (value, " ".join(re.sub(r"<[^>]*>", " ", more).split())) for name, value, more in names}


class TestFigures:
    def test_figures_stand_beside_the_days_before_and_visits_only_beside_days_that_were_counted(self, desk):
        assert tiles(desk.get("/data?span=today").text) == {
            "Sales": ("¥344.00", "before: ¥0.00"), "Paid orders": ("1", "before: 0"), "Average order": ("¥344.00", ""),
            "Visitors": ("8", "+300% before: 2"), "Conversion": ("12%", "before: 0%"), "Page views": ("12", ""),
            "Refunds": ("¥0.00", "before: ¥0.00"),
        } | {"Page views": ("12", "+300% before: 3")}  # fmt: skip
        week = tiles(desk.get("/data").text)
        assert week["Visitors"] == ("10", "")
        assert week["Sales"] == ("¥344.00", "before: ¥0.00")

    def test_the_funnel_goes_from_visits_to_paid_orders(self, desk):
        page = desk.get("/data?span=today").text
        funnel = page[page.index('<ol class="funnel">') : page.index("</ol>")]
        assert re.findall(r'muted">([^<]+)</span><span class="strong number">([^<]+)<', funnel) == [
            ("Visitors", "8"), ("Saw a product", "4"), ("Filled a cart", "1"), ("Began checkout", "1"),
            ("Ordered", "2"), ("Paid", "1"),
        ]  # fmt: skip
        assert re.findall(r'funnel-share small">(?:<span class="strong number">([^<]*)</span>)?', funnel) == [
            "", "50%", "12%", "12%", "25%", "12%"
        ]  # fmt: skip

    def test_the_days_before_visits_were_counted_are_told_and_empty_in_the_file(self, desk):
        assert "Visits have been counted since" in desk.get("/data?span=30").text
        assert "Visits have been counted since" not in desk.get("/data?span=7").text
        days = table(desk.get("/data/days.csv?span=30"))
        assert len(days) == 31
        assert days[1][1:6] == [""] * 5
        assert days[-1][1:] == ["8", "12", "4", "1", "1", "2", "1", "344.00", "0.00", "CNY"]
        assert (days[22][1], days[23][1]) == ("4", "0")

    def test_days_of_ones_own_are_put_in_order_and_never_lie_ahead(self, desk):
        today = datetime.now(ZONE).date()
        first = today - timedelta(days=2)
        for asked in (f"from={first}&to={today}", f"from={today}&to={first}", f"from={first}&to=9999-12-31"):
            assert [row[0] for row in table(desk.get(f"/data/days.csv?{asked}"))[1:]] == [
                str(first + timedelta(days=index)) for index in range(3)
            ]
        for asked in ("from=0001-01-01&to=0001-01-02", "from=x&to=y", "span=never", "from=2026-02-31", "by=x"):
            assert desk.get(f"/data?{asked}").status_code == 200
        assert len(table(desk.get("/data/days.csv?from=0001-01-01&to=9999-01-01"))) == 732

    def test_products_are_told_by_sales_visitors_and_conversion(self, desk):
        assert table(desk.get("/data/products.csv?span=today")) == [
            ["Product", "Handle", "Pieces", "Sales", "Orders", "Pieces returned", "Refunds", "Page views", "Visitors",
             "Filled a cart", "Conversion", "Currency"],
            ["Longjing", "tea", "2", "336.00", "1", "0", "0.00", "4", "4", "1", "0.2500", "CNY"],
        ]  # fmt: skip
        page = desk.get("/data/products?span=today&by=visitors").text
        assert 'href="/console/products/tea"' in page
        assert 'aria-current="true">By visitors' in page

    def test_an_order_counts_for_its_channel_and_one_without_is_unknown(self, desk):
        rows = table(desk.get("/data/channels.csv?span=today"))
        assert rows[1:] == [
            ["WeChat", "8", "12", "4", "1", "1", "1", "1", "344.00", "0.1250", "CNY"],
            ["Unknown", "0", "0", "0", "0", "0", "1", "0", "0.00", "", "CNY"],
        ]
        assert "微信" in desk.get("/data/channels?span=today", language="zh-CN").text

    def test_a92_what_a_link_calls_itself_is_no_formula_in_the_file(self, desk):
        insert = "INSERT INTO visit_count VALUES (?, 0, 'all', '', ?, 1, 1)"
        today = datetime.now(ZONE).date()
        old = (today - timedelta(days=400)).isoformat()
        desk.database.write(lambda transaction: transaction.run(insert, old, "link:=1+1"))
        names = [row[0] for row in table(desk.get(f"/data/channels.csv?from={old}&to={old}"))]
        desk.database.write(lambda transaction: transaction.run("DELETE FROM visit_count WHERE day = ?", old))
        assert names == ["Channel", "'=1+1"]

    def test_whoever_takes_a_file_is_noted_and_pages_need_the_permission(self, desk):
        desk.get("/data/products.csv?span=today")
        assert [row[0] for row in desk.logged("products")][-1] == "data.exported"
        assert desk.get("/data/everything.csv").status_code == 404
        assert desk.get("/data", role="live_assistant").status_code == 403
        assert desk.get("/data", role="read_only").status_code == 200

    def test_pages_are_whole_in_both_languages_and_light(self, desk):
        for language in ("en", "zh-CN"):
            for place in ("", "/products", "/channels", "/rooms", "/searches"):
                page = desk.get(f"/data{place}?span=90", language=language).text
                assert len(page.encode()) < 60_000
                assert not re.search(r">\s*data\.[a-z_.]+\s*<", page)


def test_what_rooms_brought_is_told_with_the_way_to_their_numbers(desk):
    now = int(datetime.now(UTC).timestamp())
    broadcast = (
        "INSERT INTO live_broadcast (room, ordinal, practice, through, stream, state, version, key_hash, key_tail, "
        "key_generation, armed_at, started_at, ended_at, ended_why, recording, recording_bytes, duration_ms, peak, "
        "likes, provider_ref, actor) VALUES ('evening', 1, 0, 'own', 's', 'ended', 1, 'h', 't', 1, ?, ?, ?, '', "
        "'none', 0, 0, 31, 5, '', 'test')"
    )

    def write(transaction):
        transaction.run(broadcast, now, now, now)
        number = transaction.find("SELECT id FROM live_broadcast")[0]
        transaction.run("INSERT INTO live_minute VALUES (?, ?, 31, 5400, 0, 0)", number, now // 60)
        transaction.run("INSERT INTO live_interest VALUES (?, ?, 'tea', 9, 4)", number, now // 60)
        order = transaction.find("SELECT id FROM orders ORDER BY id LIMIT 1")[0]
        transaction.run("INSERT INTO live_order VALUES (?, ?, 'evening', NULL, 0, ?)", order, number, now)

    desk.database.write(write)
    assert table(desk.get("/data/rooms.csv?span=today"))[1:] == [
        ["evening", "evening", "1", "31", "5400", "0", "4", "1", "1", "344.00", "CNY"]
    ]
    assert "1 h 30 min" in desk.get("/data/rooms?span=today").text
