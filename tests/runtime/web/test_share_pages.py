"""Shared links from the console to the order: made, followed, counted, previewed, and never leading anywhere else."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import markets
import pytest
import storefront
import zxingcpp
from colleagues import Colleague, quick
from markets import SAME, WANG, Shopper, database, newest
from office_desk import mistakes, told, words
from PIL import Image

from runtime import receipts
from runtime.access.roles import Role
from runtime.sharing import links, touches
from runtime.sharing.links import Kind, New
from runtime.web import posters
from runtime.web.visit import visit

HOME = "/console/share"
BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile MicroMessenger/8.0.50"
PREVIEWS = (
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0", "WhatsApp/2.23.20.0 A", "facebookexternalhit/1.1;line-poker/1.0",
    "Mozilla/5.0 (compatible; Baiduspider/2.0)", "curl/8.5.0", "",
)  # fmt: skip
TEA = {"kind": "product", "target": "tea", "channel": "wechat", "label": "老客群", "locale": "zh-CN"}
PROMOTIONS = """
promotions:
  - {id: save, name: {zh-CN: 立减十元, en: Ten off}, kind: amount_off, off: 10, coupon: {code: SAVE10, show: true}}
  - {id: tea-sale, name: {zh-CN: 龙井特价, en: Tea sale}, kind: fixed_price, price: 128, when: {products: [tea]}}
  - {id: friends, name: {zh-CN: 邀请有礼, en: Invite friends}, kind: referral, off: 20}
"""
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="600"><path d="M0 0h600v600z" fill="#369"/></svg>'
PHOTO = Image.new("RGB", (1600, 1600), "#8a6a3c")


@pytest.fixture(scope="session")
def sharing(tmp_path_factory):
    goods = dict(markets.CHINESE_GOODS)
    goods["tea"] += "images: [tea.jpg]\nsubtitle: 明前\n"
    goods["last"] += "images: [last.svg]\n"
    folder = markets.write(tmp_path_factory.mktemp("sharing") / "shop", markets.CHINA + PROMOTIONS, goods)
    (folder / "media").mkdir()
    PHOTO.save(folder / "media/tea.jpg")
    (folder / "media/last.svg").write_text(DRAWING, "utf-8")
    (folder / "shelves/new.yaml").write_text("title: {zh-CN: 新品, en: New}\nproducts: [tea, cake]\n", "utf-8")
    storefront.publish(folder)
    return folder


@pytest.fixture
def app(sharing, open_shop):
    made = quick(open_shop(sharing))
    front = made.extensions["shopwright"]
    front.stocked(front.live.current())
    return made


@pytest.fixture
def owner(app):
    return Colleague(app, Role.OWNER).come_in()


def make(app, kind="product", target="tea", channel="wechat", locale="zh-CN"):
    new = New(kind=Kind(kind), target=target, locale=locale, channel=channel)
    now = datetime.now(UTC)
    return database(app).write(lambda transaction: links.add(transaction, new, "person:1", now))[0]


def follow(app, code, agent=BROWSER, **headers):
    client = app.test_client()
    return client.get(f"/s/{code}", headers={"Host": "localhost", "User-Agent": agent, **headers})


def clicks(app):
    return database(app).read(lambda look: look.all("SELECT COALESCE(SUM(clicks), 0) FROM share_click"))[0][0]


def attributed(app):
    look = "SELECT l.code, s.order_id FROM share_order s JOIN share_link l ON l.id = s.link_id ORDER BY s.order_id"
    return [row[0] for row in database(app).read(lambda transaction: transaction.all(look))]


def page(app, path):
    """Fetch a page as a robot does; pages lie before the views."""
    status, headers, body = [], {}, b""

    def start(line, given, _=None):
        status.append(line)
        headers.update(given)

    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "tea.example.com",
        "wsgi.url_scheme": "https", "REMOTE_ADDR": "203.0.113.9", "SERVER_NAME": "tea.example.com",
        "SERVER_PORT": "443", "wsgi.input": io.BytesIO(), "HTTP_USER_AGENT": PREVIEWS[0],
    }  # fmt: skip
    answer = app.wsgi_app(environ, start)
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    assert status == ["200 OK"], (path, status)
    return headers, body


def test_a_link_leads_to_its_page_without_a_cookie_and_is_counted_for_people_only(app):
    link = make(app)
    answer = follow(app, link.code)
    assert answer.status_code == 302
    assert re.fullmatch(r"/products/tea/\?via=[a-z0-9-]+&utm_source=wechat", answer.headers["Location"])
    assert answer.headers.getlist("Set-Cookie") == []
    assert answer.headers["Cache-Control"] == "no-store"
    assert clicks(app) == 1
    for agent in PREVIEWS:
        assert follow(app, link.code, agent).status_code == 302
    assert follow(app, link.code, **{"Sec-Purpose": "prefetch"}).status_code == 302
    assert app.test_client().head(f"/s/{link.code}", headers={"User-Agent": BROWSER}).status_code == 302
    assert clicks(app) == 1


@pytest.mark.parametrize(
    ("kind", "target", "path"),
    [
        ("shop", "", "/en/"), ("shelf", "new", "/en/shelves/new/"), ("page", "terms", "/en/pages/terms/"),
        ("promotion", "tea-sale", "/en/products/tea/"), ("promotion", "gone", "/en/"),
    ],
)  # fmt: skip
def test_a_link_leads_to_what_it_was_made_for_in_its_language(app, kind, target, path):
    answer = follow(app, make(app, kind, target, locale="en").code)
    assert answer.headers["Location"].partition("?")[0] == path


def test_a95_a_link_never_leads_out_of_the_shop(app, owner):
    for target in (
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "%09//evil.example",
        "javascript:alert(1)",
    ):
        where = follow(app, make(app, "product", target).code).headers["Location"]
        assert where.startswith("/products/")
        assert urlsplit(urljoin("https://tea.example.com/s/x", where)).hostname == "tea.example.com"
        assert set(mistakes(owner.post(f"{HOME}/~new", {**TEA, "target": target}))) == {"target"}


def test_the_link_of_a_coupon_takes_it_for_people_and_not_for_robots(app):
    link = make(app, "promotion", "save")
    client = app.test_client()
    assert client.get(f"/s/{link.code}", headers={"User-Agent": PREVIEWS[0]}).headers.getlist("Set-Cookie") == []
    assert client.get(f"/s/{link.code}", headers={"User-Agent": BROWSER}).headers["Location"].startswith("/?via=")
    client.post("/cart/add", data={"sku": "cake"}, headers=SAME)
    assert "立减十元" in client.get("/cart").text


def test_a87_codes_cannot_be_tried_and_what_is_off_says_so(app):
    link = make(app)
    database(app).write(lambda transaction: links.switch(transaction, link.code, datetime.now(UTC), on=False))
    assert follow(app, link.code).status_code == 410
    tried = [follow(app, f"{number:a>8}").status_code for number in range(2, 26)]
    assert set(tried) == {404, 429}
    assert tried[:5] == [404] * 5
    assert follow(app, "../console").status_code == 404


def test_an_order_belongs_to_the_link_whose_page_it_was_bought_from(app):
    first, second = make(app), make(app, channel="weibo")
    shopper = Shopper(app, {**WANG, "gateway": "transfer"})
    secret, now = app.extensions["shopwright"].settings.secret, datetime.now(UTC)
    earlier = f"http://localhost/?via={touches.sign(secret, first.code, now - timedelta(minutes=5))}"
    later = f"http://localhost{follow(app, second.code).headers['Location']}"
    for where in (earlier, later, earlier):
        assert shopper.post("/cart/add", {"sku": "cake"}, Referer=where).status_code == 303
    shopper.order("card")
    shopper.order("cake")
    assert attributed(app) == [second.code, second.code]
    stranger = Shopper(app, {**WANG, "gateway": "transfer"})
    forged = f"http://localhost/products/tea/?via={touches.sign(b'x' * 32, first.code, datetime.now(UTC))}"
    for referrer in (forged, "http://localhost/?" + "a&" * 200, "http://[", "http://localhost/?via=" + "x" * 900):
        assert stranger.post("/cart/add", {"sku": "cake"}, Referer=referrer).status_code == 303
    stranger.order("card")
    assert attributed(app) == [second.code, second.code]


def test_a_link_is_made_once_told_with_its_pictures_and_switched_off_by_those_who_may(app, owner):
    made = owner.post(f"{HOME}/~new", TEA)
    assert told(made) == "share.done.made"
    path = made.headers["Location"].partition("?")[0]
    code = path.rpartition("/")[2]
    assert told(owner.post(f"{HOME}/~new", {**TEA, "label": " 老客群 "})) == "share.done.known"
    shown = owner.get(path).text
    assert f"http://localhost/s/{code}" in shown
    assert "龙井\n明前\n¥128.00\nhttp://localhost/s/" in shown
    staff = Colleague(app, Role.STAFF).come_in()
    assert "Switch off" not in staff.get(path).text
    assert staff.post(f"{path}/off").status_code == 403
    assert told(owner.post(f"{path}/off")) == "share.done.off"
    assert "Switched off" in words(owner.get(path))
    assert told(owner.post(f"{path}/on")) == "share.done.on"
    log = "SELECT what, after FROM console_log WHERE subject = ? ORDER BY number"
    noted = database(app).read(lambda look: look.all(log, code))
    assert noted == [("share.made", "product:tea · wechat 老客群"), ("share.off", ""), ("share.on", "")]


def test_w74_a90_what_is_wrong_is_told_at_once_with_all_that_was_written_and_nothing_more_is_taken(owner):
    wrong = {**TEA, "target": "nowhere", "channel": "fax", "locale": "fr", "label": "x" * 61}
    answer = owner.post(f"{HOME}/~new", wrong)
    found = mistakes(answer)
    assert "x" * 61 in answer.text
    assert set(found) == {"target", "channel", "locale", "label"}
    assert found["target"] == "Choose a product that is in the shop."
    assert set(mistakes(owner.post(f"{HOME}/~new", {**TEA, "channel": "person", "label": " "}))) == {"label"}
    assert owner.post(f"{HOME}/~new", {**TEA, "address": "https://evil.example"}).status_code == 400


def test_everything_that_can_be_shared_can_be_chosen_and_found(owner):
    for kind, target in (("shelf", "new"), ("page", "terms"), ("promotion", "save"), ("product", "tea")):
        shown = owner.get(f"{HOME}/~new?kind={kind}&target={target}").text
        assert re.search(rf'name="target" value="{target}" checked', shown), kind
    assert "No live room is planned" in owner.get(f"{HOME}/~new?kind=room").text
    assert re.findall(r'name="target" value="([^"]+)"', owner.get(f"{HOME}/~new?q=Fresh").text) == ["cake"]
    assert "Nothing found" in owner.get(f"{HOME}/~new?q=zzz").text


def test_posters_and_codes_of_a_link_lead_to_it_and_say_the_price_of_now(app, owner):
    link = make(app)
    address = f"http://localhost/s/{link.code}"
    files = ["poster-still-portrait.jpg", "poster-card-square.jpg", "qr.png"]
    for name in files:
        answer = owner.get(f"{HOME}/{link.code}/{name}?download=1")
        picture = Image.open(io.BytesIO(answer.data)).convert("L")
        assert [each.text for each in zxingcpp.read_barcodes(picture)] == [address]
        assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{link.code}-')
    kept = app.extensions["shopwright"].settings.var / "cache/posters"
    assert len(list(kept.iterdir())) == 2
    small = owner.get(f"{HOME}/{link.code}/poster-still-portrait.jpg?small=1")
    assert Image.open(io.BytesIO(small.data)).size == (300, 400)
    assert owner.get(f"{HOME}/{link.code}/qr.svg").mimetype == "image/svg+xml"
    for name in ("poster-loud-portrait.jpg", "poster-still-round.jpg", "qr.exe"):
        assert owner.get(f"{HOME}/{link.code}/{name}").status_code == 404
    gone = make(app, "product", "no-more")
    assert owner.get(f"{HOME}/{gone.code}/poster-still-portrait.jpg").status_code == 404
    assert "no longer in the shop" in words(owner.get(f"{HOME}/{gone.code}"))


def content(app, kind, target, locale):
    with app.test_request_context("/", headers={"Host": "localhost"}):
        return posters.find_content(visit().in_locale(locale), Kind(kind), target, "https://tea.example.com/s/abcdefgh")


def test_a_poster_says_the_price_that_the_shop_says_and_crosses_out_no_other(app):
    (offer,) = app.test_client().get("/api/v1/offers?products=tea").json["offers"].values()
    told = content(app, "product", "tea", "zh-CN")
    assert (told.title, told.line, told.price, told.before) == ("龙井", "明前", offer["price"], offer["compare_at"])
    assert (offer["price"], offer["compare_at"]) == ("¥128.00", "¥168.00")
    plain = content(app, "product", "cake", "en")
    assert (plain.price, plain.before, plain.pictures) == ("¥30.00", "", ())
    coupon = content(app, "promotion", "save", "zh-CN")
    assert (coupon.title, coupon.code, coupon.eyebrow) == ("立减十元", "SAVE10", "优惠券")
    for kind, target in (("product", "no"), ("shelf", "no"), ("page", "no"), ("room", "no"), ("promotion", "no")):
        assert content(app, kind, target, "en") is None


def test_a_german_poster_says_what_has_to_stand_at_a_price(germany):
    told = content(germany, "product", "cup", "de")
    assert told.price.replace("\xa0", " ") == "32,00 €"
    assert told.notes[0] == "inkl. MwSt., zzgl. Versand"
    assert content(germany, "product", "ebook", "de").notes[0] == "inkl. MwSt."


def test_a91_a92_the_list_tells_clicks_orders_and_takings_and_so_does_the_file_and_labels_do_nothing(app, owner):
    assert "Make your first link" in words(owner.get(HOME))
    owner.post(f"{HOME}/~new", {**TEA, "label": "=1+<script>"})
    (link,) = database(app).read(links.listing)
    where = f"http://localhost{follow(app, link.code).headers['Location']}"
    shopper = Shopper(app, {**WANG, "gateway": "transfer"})
    shopper.post("/cart/add", {"sku": "cake"}, Referer=where)
    shopper.order("card")
    bought = newest(app)
    receipts.confirm_transfer(database(app), bought.number, receipts.Cash(), datetime.now(UTC))
    assert re.search(r"WeChat chat or group · =1\+<script> Clicks 1 Orders 1 Takings ¥[\d.]+", words(owner.get(HOME)))
    assert "<script>" not in owner.get(HOME).text.partition("<main")[2]
    assert bought.number in owner.get(f"{HOME}/{link.code}").text
    table = list(csv.DictReader(io.StringIO(owner.get(f"{HOME}.csv").text.removeprefix("\ufeff"))))
    assert [(row["name"], row["clicks"], row["orders"]) for row in table] == [("'=1+<script>", "1", "1")]
    assert float(table[0]["takings"]) == bought.total / 100


def test_who_brought_whom_is_told_with_the_reward_and_without_names_to_those_who_see_no_buyers(app, owner):
    assert "No friend has bought yet" in words(owner.get(f"{HOME}/referrals"))
    wang = Shopper(app, {**WANG, "gateway": "transfer"})
    path = wang.order("cake")
    receipts.confirm_transfer(database(app), newest(app).number, receipts.Cash(), datetime.now(UTC))
    first = newest(app).number
    shown = wang.client.get(path).text
    code = re.search(r'value="http://localhost/r/(\w+)"', shown)[1]
    poster = wang.client.get(re.search(r'href="(/orders/[^"]+/poster\.jpg)"', shown)[1])
    picture = Image.open(io.BytesIO(poster.data)).convert("L")
    assert [each.text for each in zxingcpp.read_barcodes(picture)] == [f"http://localhost/r/{code}"]
    li = Shopper(
        app, {**WANG, "gateway": "transfer", "phone": "138 0000 5678", "email": "li@x.example", "name": "李红"}
    )
    li.client.get(f"/r/{code}")
    li.order("cake")
    receipts.confirm_transfer(database(app), newest(app).number, receipts.Cash(), datetime.now(UTC))
    found = words(owner.get(f"{HOME}/referrals"))
    for part in (first, newest(app).number, "王小明", "李红", code, "Reward after completion"):
        assert part in found
    assert "one level" in found
    (row,) = csv.DictReader(io.StringIO(owner.get(f"{HOME}/referrals.csv").text.removeprefix("\ufeff")))
    assert (row["code"], row["promotion"], row["order"], row["buyer"]) == (code, "Invite friends", first, "王小明")
    assert (row["friends"], float(row["takings"])) == ("1", newest(app).total / 100)
    assert (row["coupons earned"], row["coupons used"], row["currency"]) == ("0", "0", "CNY")
    assert row["orders of friends"] == f"{newest(app).number} 李红"
    log = "SELECT after FROM console_log WHERE what = 'referrals.exported'"
    assert database(app).read(lambda look: look.all(log)) == [("1",)]
    assert app.test_client().get("/orders/" + "a" * 32 + "/poster.jpg").status_code == 404


@pytest.mark.parametrize(
    ("path", "own"), [("/products/tea/", True), ("/en/products/tea/", True), ("/", False), ("/products/cake/", False)]
)
def test_a_messenger_that_follows_a_link_finds_a_whole_preview(app, path, own):
    headers, body = page(app, f"{path}?via=abcdefgh-0-000000000000&utm_source=wechat")
    text = body.decode()
    tags = dict(re.findall(r'<meta property="(og:[a-z_:]+)" content="([^"]*)"', text))
    assert "noindex" not in text
    assert headers["Content-Type"].startswith("text/html")
    assert tags["og:url"] == f"https://tea.example.com{path}"
    assert 0 < len(tags["og:title"]) <= 90
    assert len(tags.get("og:description", "")) <= 160
    assert '<meta name="twitter:card" content="summary_large_image">' in text
    assert tags["og:image"].startswith("https://tea.example.com/")
    sent, data = page(app, tags["og:image"].removeprefix("https://tea.example.com"))
    picture = Image.open(io.BytesIO(data))
    assert sent["Content-Type"] == tags["og:image:type"] == {"JPEG": "image/jpeg", "PNG": "image/png"}[picture.format]
    assert (str(picture.width), str(picture.height)) == (tags["og:image:width"], tags["og:image:height"])
    assert min(picture.size) >= 300
    assert len(data) < 300_000
    assert picture.size == ((960, 960) if own else (1200, 630))
    square = re.search(r'itemprop="image" content="https://tea\.example\.com([^"]+)"', text)[1]
    icon = Image.open(io.BytesIO(page(app, square)[1]))
    assert icon.width == icon.height >= 300
    assert {"name", "image"} <= set(re.findall(r'itemprop="([a-z]+)"', text))
    if own:
        first = re.search(r'<main.*?<img src="([^"]+\.jpg)"[^>]* width="(\d+)" height="(\d+)"', text, re.DOTALL)
        assert min(int(first[2]), int(first[3])) >= 300


def test_a_preview_shows_the_mark_of_the_shop_where_a_product_has_a_drawing_only(app):
    _, body = page(app, "/products/last/")
    assert b'<img src="/media/last.' in body
    assert b'property="og:image" content="https://tea.example.com/share.png"' in body
