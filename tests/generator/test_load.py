"""Files become values: texts in every language, money in minor units, weights in grams, times in UTC."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import document, money
from generator.loading import amounts, content, ground, products, terms
from generator.loading.reader import Ground, Reader
from generator.loading.shop import find_ground
from generator.shop import TaxRate

CHINESE = Ground(country="CN", locale="zh-CN", locales=("zh-CN", "en"), currency="CNY", timezone="Asia/Shanghai")
PLAIN = Ground(country="SG", locale="en", locales=("en",), currency="SGD", timezone="Asia/Singapore")


def reader(base=PLAIN, **more):
    return Reader("products/tea.yaml", base, **more)


def tree(text):
    found, problems = document.parse(text, "products/tea.yaml")
    assert problems == []
    return found.data


def load(text, base=PLAIN):
    read = reader(base)
    return products.load("tea", tree(text), read), [(each.code, each.path) for each in read.close()]


# Texts


def test_a_plain_text_holds_in_every_language_and_is_reported_once_a_file():
    product, problems = load("title: 龙井\nsubtitle: 明前\nprice: 1\n", CHINESE)
    assert product.title == {"zh-CN": "龙井", "en": "龙井"}
    assert problems == [("missing-translation", ("subtitle",))]


def test_a_translated_text_keeps_its_languages():
    product, problems = load("title: {zh-CN: 龙井, en: Longjing}\nprice: 1\n", CHINESE)
    assert product.title == {"zh-CN": "龙井", "en": "Longjing"}
    assert problems == []


def test_a_missing_language_falls_back_along_the_languages_of_the_shop():
    three = Ground(country="DE", locale="de", locales=("de", "en", "fr"), currency="EUR", timezone="Europe/Berlin")
    product, problems = load("title: {fr: Thé, en: Tea}\nprice: 1\n", three)
    assert product.title == {"de": "Tea", "en": "Tea", "fr": "Thé"}
    assert problems == [("missing-translation", ("title",))]


def test_a_language_that_the_shop_does_not_have_is_named():
    product, problems = load("title: {en: Tea, fr: Thé}\nprice: 1\n")
    assert product.title == {"en": "Tea"}
    assert problems == [("unknown-locale", ("title", "fr"))]


@pytest.mark.parametrize(
    "text", ["50g", "XL", "1.5 kg", "20 × 30 cm", "10:00–18:30", "M", "hello@example.com", "100 %"]
)
def test_sizes_hours_and_addresses_need_no_translation(text):
    read = reader(CHINESE)
    assert read.text(text, ("title",)) == {"zh-CN": text, "en": text}
    assert read.close() == []


# Money


def test_c12_identifiers_stay_the_text_that_was_written():
    product, _ = load("title: 007\nprice: 1\nsku: 0012\nbarcode: 1_000\ntags: [1e3, 12:30:45]\n")
    assert (product.title["en"], product.variants[0].sku, product.variants[0].barcode) == ("007", "0012", "1_000")
    assert product.tags == ("1e3", "12:30:45")


@pytest.mark.parametrize(
    ("currency", "text", "amount"),
    [
        ("CNY", "168", 16800),
        ("CNY", "168.00", 16800),
        ("CNY", "0.07", 7),
        ("CNY", "19.99", 1999),
        ("CNY", "4.35", 435),
        ("JPY", "100", 100),
        ("KWD", "1.234", 1234),
        ("CNY", "19.990", 1999),
    ],
)
def test_c17_c18_an_amount_is_exact_in_minor_units(currency, text, amount):
    read = reader(Ground(country="CN", locale="en", locales=("en",), currency=currency, timezone="UTC"))
    assert read.money(text, ("price",)) == amount
    assert read.problems == []


@pytest.mark.parametrize(
    ("currency", "text", "code", "meant"),
    [
        ("CNY", "19.999", "price-precision", "20.00"),
        ("JPY", "100.5", "price-precision", "101"),
        ("CNY", "-1", "price-negative", "1.00"),
        ("CNY", "１９.９０", "price-form", "19.90"),
        ("CNY", "¥19.90", "price-form", "19.90"),
        ("CNY", "19,90", "price-form", "19.90"),
        ("CNY", "1,999.00", "price-form", "1999.00"),
        ("EUR", "1.999,00 €", "price-form", "1999.00"),
        ("CNY", "1,999", "price-form", "1999.00"),
        ("CNY", " 19.90 ", "price-form", "19.90"),
        ("CNY", "19.90元", "price-form", "19.90"),
        ("CNY", ".nan", "price-form", None),
        ("CNY", ".inf", "price-form", None),
        ("CNY", "1e999", "price-form", None),
        ("CNY", "free", "price-form", None),
        ("CNY", "10000000000.01", "price-maximum", None),
        ("CNY", "1000000000000000", "price-maximum", None),
    ],
)
def test_c15_c16_c17_c19_c20_what_is_no_amount_is_refused_with_what_it_probably_means(currency, text, code, meant):
    read = reader(Ground(country="CN", locale="en", locales=("en",), currency=currency, timezone="UTC"))
    assert read.money(text, ("price",)) is None
    assert [(each.code, each.suggestion) for each in read.problems] == [(code, meant)]


@given(st.integers(0, money.MAXIMUM), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_every_amount_written_plainly_is_read_back(amount, currency):
    read = reader(Ground(country="CN", locale="en", locales=("en",), currency=currency, timezone="UTC"))
    assert read.money(money.plain(amount, currency), ("price",)) == amount


@given(st.integers(0, 10**9))
def test_every_suggested_amount_is_itself_an_amount(amount):
    written = f"¥{Decimal(amount).scaleb(-2):,}"
    assert money.parse(amounts.guess(written, "CNY"), "CNY") == amount


@given(st.text(max_size=20))
def test_a_guess_is_an_amount_or_nothing(text):
    meant = amounts.guess(text, "CNY")
    assert meant is None or money.parse(meant, "CNY") >= 0


def test_c16_a_price_of_0_needs_to_be_meant():
    assert load("title: Tea\nprice: 0\n")[1] == [("price-zero", ("price",))]
    product, problems = load("title: Tea\nprice: 0\nfree: true\n")
    assert (product.variants[0].price, problems) == (0, [])


def test_a_price_is_needed_once_for_all_or_for_each_variant():
    assert load("title: Tea\n")[1] == [("price-missing", ())]
    sizes = (
        "title: Tea\noptions: {size: [S, M]}\nvariants:\n  - {options: {size: S}, price: 1}\n  - {options: {size: M}}\n"
    )
    assert load(sizes)[1] == [("price-missing", ("variants", 1))]


def test_a_price_that_the_schema_refused_is_not_missing_too():
    read = reader(broken=frozenset({("price",)}))
    products.load("tea", {"title": "Tea"}, read)
    assert read.problems == []


def test_the_crossed_out_price_is_above_the_price():
    assert load("title: Tea\nprice: 10\ncompare_at: 10.00\n")[1] == [("compare-at-too-low", ("compare_at",))]
    product, problems = load("title: Tea\nprice: 10\ncompare_at: 10.01\n")
    assert (product.variants[0].compare_at, problems) == (1001, [])


# Weights, durations, times


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("250g", 250),
        ("2kg", 2000),
        ("1.5 kg", 1500),
        ("500", 500),
        ("0.5", 1),
        ("1lb", 454),
        ("2斤", 1000),
        ("3公斤", 3000),
        ("1 KG", 1000),
    ],
)
def test_a_weight_is_read_into_grams(text, grams):
    read = reader()
    assert read.weight(text, ("weight",)) == grams
    assert read.problems == []


@pytest.mark.parametrize(
    ("text", "meant"), [("heavy", None), ("1,5 kg", "1.5kg"), ("２５０g", "250g"), ("-1", None), ("0.1mg", None)]
)
def test_what_is_no_weight_is_refused(text, meant):
    read = reader()
    read.weight(text, ("weight",))
    assert [(each.code, each.suggestion) for each in read.problems] == [("weight-form", meant)]


@pytest.mark.parametrize(("text", "seconds"), [("30m", 1800), ("24h", 86400), ("7d", 604800), ("2w", 1209600)])
def test_a_duration_is_read_into_seconds(text, seconds):
    assert reader().seconds(text, ("reserve",)) == seconds


@pytest.mark.parametrize(
    ("text", "meant"), [("30 minutes", "30m"), ("7天", "7d"), ("24小时", "24h"), ("0m", None), ("soon", None)]
)
def test_what_is_no_duration_is_refused(text, meant):
    read = reader()
    assert read.seconds(text, ("reserve",)) == 0
    assert [(each.code, each.suggestion) for each in read.problems] == [("duration-form", meant)]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-25T20:00", "2026-03-25T12:00:00Z"),
        ("2026-03-25 20:00", "2026-03-25T12:00:00Z"),
        ("2026-03-25", "2026-03-24T16:00:00Z"),
        ("2026-03-25T20:00:30+02:00", "2026-03-25T18:00:30Z"),
        ("2026-03-25T20:00Z", "2026-03-25T20:00:00Z"),
    ],
)
def test_a_time_without_an_offset_is_in_the_shops_timezone(text, instant):
    assert reader(CHINESE).instant(text, ("publish_at",)) == instant


@pytest.mark.parametrize("text", ["2026-13-45", "tomorrow", "20260325", "2026-W01-1", "2026-03-25T25:00", "25.3.2026"])
def test_c13_what_is_no_time_is_refused_at_its_field(text):
    read = reader(CHINESE)
    assert read.instant(text, ("publish_at",)) == ""
    assert [(each.code, each.path) for each in read.problems] == [("time-form", ("publish_at",))]


def test_g66_a_time_that_the_clock_jumps_over_is_refused_and_a_doubled_one_is_the_first():
    berlin = Ground(country="DE", locale="de", locales=("de",), currency="EUR", timezone="Europe/Berlin")
    read = reader(berlin)
    read.instant("2026-03-29T02:30", ("publish_at",))
    assert [(each.code, each.suggestion) for each in read.problems] == [("time-skipped", "2026-03-29T03:30")]
    assert reader(berlin).instant("2026-10-25T02:30", ("publish_at",)) == "2026-10-25T00:30:00Z"


# Shelves, rooms, the shop


def test_a_shelfs_rule_is_read():
    read = reader()
    shelf = content.load_shelf(
        "s",
        tree("title: S\nrule: {tag: a, any: [b, c], price_under: 9.50, in_stock: true, sort: -price, limit: 3}\n"),
        read,
    )
    assert (shelf.rule.all_tags, shelf.rule.any_tags, shelf.rule.price_under) == (("a",), ("b", "c"), 950)
    assert (shelf.rule.in_stock, shelf.rule.sort, shelf.rule.limit) == (True, "-price", 3)


def test_a_room_that_ends_before_it_starts_is_refused():
    read = reader()
    room = tree("title: L\nstarts_at: 2026-03-25T20:00\nends_at: 2026-03-25T20:00\nsource: {kind: broadcast}\n")
    content.load_room("l", room, read)
    assert [each.code for each in read.problems] == ["ends-before-start"]


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("CN", ("zh-CN", "CNY", "Asia/Shanghai")),
        ("DE", ("de", "EUR", "Europe/Berlin")),
        ("US", ("en", "USD", "America/New_York")),
        ("JP", ("ja", "JPY", "Asia/Tokyo")),
        ("GB", ("en", "GBP", "Europe/London")),
        ("TW", ("zh-TW", "TWD", "Asia/Taipei")),
        ("FR", ("fr", "EUR", "Europe/Paris")),
        ("BR", ("pt-BR", "BRL", "America/Sao_Paulo")),
        ("NO", ("nb", "NOK", "Europe/Oslo")),
        ("KW", ("ar", "KWD", "Asia/Kuwait")),
    ],
)
def test_c11_language_money_and_time_follow_from_the_country(country, expected):
    found, first = find_ground({"country": country}, "shop.yaml")
    assert (found.locale, found.currency, found.timezone) == expected
    assert found.locales == (found.locale,)
    assert first.problems == []


def test_what_the_shop_says_goes_before_its_country():
    said = {
        "country": "CN",
        "locale": "en",
        "locales": ["zh-CN"],
        "currency": "USD",
        "timezone": "UTC",
        "url": "https://a.example/",
    }
    found, _ = find_ground(said, "shop.yaml")
    assert found == Ground(
        country="CN", locale="en", locales=("en", "zh-CN"), currency="USD", timezone="UTC", url="https://a.example"
    )


@pytest.mark.parametrize(
    ("key", "value", "code", "meant"),
    [
        ("country", "XX", "unknown-country", None),
        ("currency", "RMB", "unknown-currency", None),
        ("currency", "EURO", "unknown-currency", "EUR"),
        ("locale", "zh-cn", "unknown-language", "zh-CN"),
        ("timezone", "Asia/Shangai", "unknown-timezone", "Asia/Shanghai"),
        ("locale", "english", "unknown-language", None),
    ],
)
def test_an_unknown_country_language_money_or_timezone_is_named(key, value, code, meant):
    _, first = find_ground({"country": "CN", key: value}, "shop.yaml")
    assert [(each.code, each.path) for each in first.problems] == [(code, (key,))]
    assert meant is None or first.problems[0].suggestion == meant


def test_the_ground_without_a_shop_is_a_plain_one():
    assert ground.fallback().currency == "USD"


def test_rates_of_delivery_are_grams_pieces_or_minor_units():
    read = reader(CHINESE)
    said = tree(
        "delivery:\n  - {id: a, name: {zh-CN: 快递, en: Post}, kind: courier, ships_within: 48h,"
        " rates: {by: weight, excluded: [西藏], zones: [{regions: [新疆], first: {up_to: 1kg, fee: 18},"
        " then: {each: 500g, fee: 7.50}, free_over: 199}]}}\n"
        "  - {id: b, name: {zh-CN: 同城, en: Local}, kind: local,"
        " rates: {by: amount, zones: [{regions: ['*'], first: {up_to: 50, fee: 5}}]}}\n"
    )
    first, second = terms.delivery(said, read)
    zone = first.rates.zones[0]
    assert (zone.first_up_to, zone.first_fee, zone.each, zone.each_fee, zone.free_over) == (1000, 1800, 500, 750, 19900)
    assert (first.rates.excluded, first.ships_within, second.rates.zones[0].first_up_to) == (("西藏",), 172800, 5000)
    assert read.close() == []


@pytest.mark.parametrize(
    ("text", "rate"), [("19%", "0.19"), ("0.19", "0.19"), ("7.5%", "0.075"), ("0%", "0"), (".07", "0.07")]
)
def test_a_tax_rate_is_an_exact_decimal(text, rate):
    found = terms.tax({"tax": {"rates": [{"country": "DE", "rate": text}]}})
    assert found.rates == (TaxRate(country="DE", rate=rate),)


def test_a_transfer_says_how_long_it_holds_the_goods():
    read = reader()
    said = {"payment": [{"gateway": "transfer", "account": "1", "hold": "2d"}, {"gateway": "transfer", "hold": "soon"}]}
    assert [each.settings.get("hold") for each in terms.payment(said, read)] == [172800, 0]
    assert [(each.code, each.path) for each in read.problems] == [("duration-form", ("payment", 1, "hold"))]
