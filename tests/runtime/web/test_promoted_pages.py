"""Pages and the till say the same price: while a promotion runs, after it ended, and when it is given away."""

import json
import re
from datetime import UTC, datetime

import published
import pytest

from generator.build import Wish, build
from generator.catalogue import Catalogue
from generator.releases import freshness
from runtime import pricing
from runtime.pricing import Destination, Item
from runtime.promotions import Circumstances
from runtime.renewal import Renewal

PROMOTIONS = """promotions:
  - id: flash
    name: {zh-CN: 限时抢购, en: Flash sale, de: Blitzangebot}
    kind: flash_sale
    price: 60
    stock: 2
    when: {products: [tea-01], ends_at: 2099-01-01T00:00:00Z}
  - {id: green, name: {zh-CN: 绿茶周, en: Green week, de: Grüne Woche}, kind: percent_off, percent: 12.5%,
     when: {shelves: [green], without: [tea-01, tea-03], ends_at: '2026-12-01T00:00:00Z'}}
  - {id: full, name: {zh-CN: 满减, en: Save more, de: Mehr sparen}, kind: tiers,
     tiers: [{from: 200, off: 20}, {from: 400, off: 50}]}
  - {id: hello, name: {zh-CN: 见面礼, en: Hello, de: Hallo}, kind: amount_off, off: 5,
     coupon: {code: HELLO5, show: true}}
  - {id: letter, name: {zh-CN: 信, en: Letter, de: Brief}, kind: amount_off, off: 9, coupon: {code: LETTER9}}
  - {id: trio, name: {zh-CN: 三人团, en: Trio, de: Zu dritt}, kind: group_buy, price: 70, group: {size: 3, hours: 24},
     when: {products: [tea-02]}}
"""
DURING, AFTER = "2026-11-22T12:00:00Z", "2026-12-02T12:00:00Z"


def write(folder):
    published.write(folder)
    with (folder / "shop.yaml").open("a", encoding="utf-8") as stream:
        stream.write(PROMOTIONS)
    return folder


def publish(folder, now):
    built = build(folder, Wish(now=now))
    assert [each for each in built.problems if each.severity == "error"] == []
    return built


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    folder = write(tmp_path_factory.mktemp("text") / "shop")
    publish(folder, DURING)
    return folder


@pytest.fixture
def shop(text, tmp_path):
    return published.Served(text, tmp_path / "shop")


@pytest.fixture
def catalogue(shop):
    opened = Catalogue(shop.folder / "var" / "live" / "catalogue.db")
    yield opened
    opened.close()


def plain(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_product_page_shows_the_promotions_price_the_one_before_and_its_end(shop):
    page = shop.text("/en/products/tea-01/")
    assert '<bdi>¥60.00</bdi><span class="visually-hidden">Before:</span><s>¥101.00</s>' in page
    assert '<time datetime="2099-01-01T00:00:00Z">Until January 1, 2099, 8:00\u202fAM</time>' in page
    assert "2 pieces in all" in plain(page)


def test_tiers_groups_and_coupons_are_told_and_secret_codes_are_not(shop):
    page = plain(shop.text("/products/tea-02/"))
    for words in ("满 ¥200 减 ¥20", "满 ¥400 减 ¥50", "3 人团 ¥70", "24 小时内凑满，不满全额退款", "HELLO5"):
        assert words in page
    assert "LETTER9" not in page
    assert "Für" not in page


def test_a_card_shows_the_price_of_now_and_a_few_words(shop):
    shelf = shop.text("/de/shelves/green/")
    card = re.search(r'<article[^>]*data-offer="tea-02".*?</article>', shelf, re.DOTALL)[0]
    assert re.findall(r"<(?:bdi|s)>([^<]*)</", card) == ["89,25\xa0¥", "102,00\xa0¥"]
    assert "20 ¥ Rabatt ab 200 ¥" in plain(card).replace("\xa0", " ")
    assert "badge-group_buy" in card


def test_machines_read_the_price_of_now_and_until_when_it_holds(shop):
    page = shop.text("/en/products/cup/")
    assert "priceValidUntil" not in page
    data = [json.loads(each) for each in re.findall(r"ld\+json\">(.*?)</script>", page, re.DOTALL)]
    assert data[0]["hasVariant"][0]["offers"]["price"] == "45.50"


def test_offers_tell_the_price_of_the_till_for_every_sku(shop, catalogue):
    handles = [f"tea-{number:02}" for number in range(1, 31)]
    offered = shop.get(f"/api/v1/offers?products={','.join(handles)},cup,endless").get_json()["offers"]
    assert len(offered) == 33
    now = Circumstances(now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    for sku, offer in offered.items():
        product, variant = catalogue.find_variant(sku)
        item = Item(product=product, variant=variant, quantity=1)
        method = "" if product.digital else "post"
        quote = pricing.quote(catalogue.terms, [item], Destination(country="SG"), method, now)
        assert quote.lines[0].amount == offer["amount"], sku


def test_an_offer_of_a_promotion_that_is_given_away_is_the_list_price(shop):
    given = "INSERT INTO promotion_count (promotion, orders, pieces) VALUES ('flash', 1, 2)"
    with shop.app.test_request_context():
        shop.app.extensions["shopwright"].database.write(lambda transaction: transaction.run(given))
    (offer,) = shop.get("/api/v1/offers?products=tea-01").get_json()["offers"].values()
    assert (offer["amount"], offer["compare_at"], offer["until"]) == (10100, "", "")


def test_pages_are_built_anew_when_a_promotion_ends_and_only_those(tmp_path):
    folder = write(tmp_path / "shop")
    publish(folder, DURING)
    assert freshness.read(folder).until == "2026-12-01T00:00:00Z"
    again = publish(folder, DURING)
    assert again.figures.rendered == 0
    later = publish(folder, AFTER)
    assert 0 < later.figures.rendered < later.figures.pages
    lines = (folder / "var/prices.csv").read_text("utf-8").splitlines()
    assert [line for line in lines if ",tea-02," in line] == [
        "2026-11-22T12:00:00Z,2026-11-22T12:00:00Z,tea-02,89.25,102.00,CNY,green",
        "2026-11-22T12:00:00Z,2026-12-01T00:00:00Z,tea-02,102.00,,CNY,",
    ]


def test_a_shop_builds_itself_anew_when_its_hour_has_come_and_nothing_else_changed(tmp_path):
    folder = write(tmp_path / "shop")
    text = (folder / "shop.yaml").read_text("utf-8").replace("2026-12-01", "2020-02-01")
    (folder / "shop.yaml").write_text(text, "utf-8")
    publish(folder, "2020-01-15T12:00:00Z")
    before = (folder / "var/live").readlink()
    renewal = Renewal(folder, "en")
    assert not freshness.is_overdue(folder, "2020-01-31T23:59:59Z")
    assert renewal.round("2020-02-01T00:00:00Z")
    assert (folder / "var/live").readlink() != before
    assert not freshness.is_overdue(folder, "2020-02-01T00:00:00Z")


def test_a_shop_whose_text_changed_waits_for_the_merchant(tmp_path):
    folder = write(tmp_path / "shop")
    publish(folder, "2026-11-22T12:00:00Z")
    with (folder / "products/tea-05.yaml").open("a", encoding="utf-8") as stream:
        stream.write("subtitle: half a thought\n")
    assert not freshness.is_overdue(folder, "2027-01-01T00:00:00Z")
