"""What pages say about promotions: every kind in the shop's languages, only what a buyer can have now."""

import json
import re

import pytest
import small_shop

from generator.build import Wish, build
from generator.check import check
from generator.display import bargains, cards, prices
from generator.display.edition import Edition
from generator.images import Images
from generator.releases.publishing import Releases

NOW = "2026-11-01T00:00:00Z"
TEXT = "{en: Nice, zh-CN: 好, de: Fein}"


@pytest.fixture
def say(shop):
    """Write promotions into the small shop, and say in a language what the page of Longjing tells."""

    def run(*promotions, locale="en", now=NOW, tell=bargains.views, more="locale: en\nlocales: [en, zh-CN, de]\n"):
        rows = "".join(f"  - {{id: p{n}, name: {TEXT}, {each}}}\n" for n, each in enumerate(promotions))
        small_shop.spoil(shop, f"promotions:\n{rows}currency: EUR\n{more}", "shop.yaml")
        checked = check(shop, cache=False, now=now)
        assert [each for each in checked.problems if each.severity == "error"] == []
        edition = Edition(checked.shop, locale, Images(shop), now=now)
        return tell(edition, checked.shop.products["longjing"])

    return run


@pytest.mark.parametrize(
    ("promotion", "en", "zh", "de"),
    [
        ("kind: percent_off, percent: 12.5%", "12.5% off", "8.75 折", "12.5 % Rabatt"),
        ("kind: amount_off, off: 20", "€20 off", "减 €20", "20 € Rabatt"),
        ("kind: amount_off, off: 20.50", "€20.50 off", "减 €20.50", "20,50 € Rabatt"),
        ("kind: fixed_price, price: 99, when: {products: [longjing]}", "€99", "€99", "99 €"),
        ("kind: nth_item, nth: 2, percent: 50%", "every piece no. 2: 50% off", "每第 2 件 5 折",
         "jedes 2. Stück: 50 % Rabatt"),
        ("kind: nth_item, nth: 2, percent: 100%", "every piece no. 2: free", "每第 2 件 免费",
         "jedes 2. Stück: gratis"),
        ("kind: bundle_price, items: [longjing, biluochun], price: 250", "with Biluochun: €250",
         "和Biluochun一起买，€250", "mit Biluochun: 250 €"),
        ("kind: bundle_price, items: [{product: longjing, quantity: 2}], off: 20", "with Longjing: €20 off",
         "和Longjing一起买，减 €20", "mit Longjing: 20 € Rabatt"),
        ("kind: gift, gift: biluochun, gifts: 2", "Biluochun × 2 as a gift", "送Biluochun × 2",
         "Biluochun × 2 als Geschenk"),
        ("kind: free_delivery, when: {minimum_amount: 99}", "free delivery from €99", "满 €99 包邮",
         "kostenloser Versand ab 99 €"),
        ("kind: member_price, price: 99, when: {products: [longjing]}", "Members: €99", "会员：€99",
         "Für Mitglieder: 99 €"),
        ("kind: group_buy, price: 99, group: {size: 3}, when: {products: [longjing]}", "€99 each for a group of 3",
         "3 人团 €99", "99 € ab 3 Personen"),
        ("kind: amount_off, off: 5, when: {customers: new}", "New customers: €5 off", "新顾客：减 €5",
         "Für Neukunden: 5 € Rabatt"),
        ("kind: referral, off: 5, when: {minimum_amount: 50}", "€5 off from €50 with a friend's link",
         "通过好友的链接下单：满 €50 减 €5", "5 € Rabatt ab 50 € mit dem Link eines Freundes"),
    ],
)  # fmt: skip
def test_a_promotion_is_said_in_three_languages(say, promotion, en, zh, de):
    said = {locale: [each.lines for each in say(promotion, locale=locale)] for locale in ("en", "zh-CN", "de")}
    plain = {
        locale: [tuple(line.replace("\xa0", " ") for line in each) for each in found] for locale, found in said.items()
    }
    assert plain == {"en": [(en,)], "zh-CN": [(zh,)], "de": [(de,)]}


def test_tiers_are_a_list_and_limits_are_notes(say):
    (found,) = say(
        "kind: tiers, tiers: [{from: 200, off: 20, every: true}, {from: 500, gift: biluochun}], "
        "limit: {total: 100, per_customer: 1}"
    )
    assert found.lines == ("€20 off for every €200", "Biluochun as a gift from €500")
    assert found.notes == ("for the first 100 orders", "once per customer")


def test_a_flash_sale_is_announced_a_week_before_and_other_promotions_are_not(say):
    period = "when: {products: [longjing], starts_at: 2026-11-11T00:00:00Z, ends_at: 2026-11-12T00:00:00Z}"
    rules = (f"kind: flash_sale, price: 99, {period}", f"kind: percent_off, percent: 10%, {period}")
    assert say(*rules, now="2026-11-03T23:59:59Z") == ()
    (soon,) = say(*rules, now="2026-11-04T00:00:00Z")
    assert (soon.kind, soon.starts_at, soon.ends_at) == ("flash_sale", "2026-11-11T00:00:00Z", "2026-11-12T00:00:00Z")
    running = say(*rules, now="2026-11-11T00:00:00Z")
    assert [(each.kind, each.starts_at) for each in running] == [("flash_sale", ""), ("percent_off", "")]
    assert say(*rules, now="2026-11-12T00:00:00Z") == ()


def test_a_coupon_is_offered_while_it_may_be_taken_and_a_secret_one_never(say):
    window = "receive_from: 2026-11-05T00:00:00Z, receive_until: 2026-11-06T00:00:00Z"
    rules = (
        f"kind: amount_off, off: 5, coupon: {{code: TAKE5, {window}}}",
        "kind: amount_off, off: 6, coupon: {code: LETTER6}",
        "kind: amount_off, off: 7, coupon: {}",
    )
    found = {now: [each.code for each in say(*rules, now=now)] for now in (
        "2026-11-04T23:59:59Z", "2026-11-05T00:00:00Z", "2026-11-05T23:59:59Z", "2026-11-06T00:00:00Z",
    )}  # fmt: skip
    assert list(found.values()) == [[], ["TAKE5"], ["TAKE5"], []]


def test_a_card_tells_what_its_price_does_not_and_carries_the_loudest_badge(say):
    rules = (
        "kind: percent_off, percent: 10%",
        "kind: tiers, tiers: [{from: 200, off: 20}]",
        "kind: group_buy, price: 99, group: {size: 3}, when: {products: [longjing]}",
    )
    assert say(*rules, tell=bargains.tags) == ("€99 each for a group of 3", "€20 off from €200")
    assert say(*rules, tell=cards.badges) == ("group_buy",)
    assert say(*rules[:1], tell=cards.badges) == ("sale",)


def test_a_german_page_says_that_the_crossed_out_price_is_the_lowest_of_thirty_days(say):
    def price(edition, product):
        return prices.of_product(edition, product)

    legal = "country: DE\nlocale: de\nlocales: [de, en, zh-CN]\n"
    legal += "seller: {type: individual, legal_name: A, address: B, email: a@example.com, phone: '1'}\n"
    rest = "returns: {page: about, window: 14d}\n"
    found = say("kind: percent_off, percent: 10%", locale="de", tell=price, more=legal + rest)
    assert found.note.replace("\xa0", " ") == "Niedrigster Preis der letzten 30 Tage: 168,00 €"


def test_search_engines_and_feeds_read_the_promotions_price_and_its_end(shop):
    promotion = "kind: flash_sale, price: 99, when: {products: [longjing], starts_at: 2026-10-31, ends_at: 2026-11-12}"
    text = f"promotions: [{{id: flash, name: Flash, {promotion}}}]\nfeeds: [google]\n"
    small_shop.spoil(shop, text, "shop.yaml")
    build(shop, Wish(now=NOW))
    releases = Releases(shop / "var")
    entries = releases.manifest(releases.find_live()).entries
    read = {path: releases.store.path(entry.blob).read_text("utf-8") for path, entry in entries.items()
            if path == "/products/longjing/" or "feeds/google" in path}  # fmt: skip
    page = read.pop("/products/longjing/")
    (data,) = [each for each in re.findall(r"ld\+json\">(.*?)</script>", page) if '"Product"' in each]
    offer = json.loads(data)["offers"]
    assert (offer["price"], offer["priceValidUntil"]) == ("99.00", "2026-11-11T16:00:00Z")
    (feed,) = read.values()
    assert "<g:price>168.00 SGD</g:price>" in feed
    assert "<g:sale_price>99.00 SGD</g:sale_price>" in feed
    assert "<g:sale_price_effective_date>2026-10-30T16:00:00Z/2026-11-11T16:00:00Z</g:" in feed
