"""Values that other programs turn into something else reach the shop as they were written, or are refused."""

import pytest

from generator.check import check


def product(shop):
    return check(shop, cache=False).shop.products["longjing"]


def brief(problems):
    return [(each.file, each.mark.line, each.code) for each in problems]


def test_c11_norway_stays_norway(shop, spoil):
    assert spoil({"shop.yaml": "country: NO\nlocale: en\n"}) == ()
    assert check(shop, cache=False).shop.country == "NO"


def test_c11_words_that_say_no_are_text(shop, spoil):
    assert spoil({"products/longjing.yaml": "title: no\nsku: on\nprice: 5\n"}) == ()
    assert (list(product(shop).title.values()), product(shop).variants[0].sku) == (["no"], "on")


@pytest.mark.parametrize("text", ["0012", "00123", "12:30:45", "1_000", "1e3", "007", "1.50"])
def test_c12_a_sku_and_a_text_stay_as_they_were_written(shop, spoil, text):
    assert spoil({"products/longjing.yaml": f"sku: {text}\nattributes: {{Batch: {text}}}\nprice: 5\n"}) == ()
    assert product(shop).variants[0].sku == text
    assert list(product(shop).attributes[0].value.values()) == [text]


@pytest.mark.parametrize("text", ["-1", "-0.00", "-0.01"])
def test_c16_a_price_below_zero_is_refused(spoil, text):
    found = spoil({"products/longjing.yaml": f"price: {text}\n"})
    assert brief(found) == [("products/longjing.yaml", 1, "price-negative")]


def test_c16_a_price_of_nothing_is_good_only_if_it_is_meant(shop, spoil):
    assert brief(spoil({"products/longjing.yaml": "price: 0\n"})) == [("products/longjing.yaml", 1, "price-zero")]
    assert spoil({"products/longjing.yaml": "price: 0\nfree: true\n"}) == ()
    assert product(shop).variants[0].price == 0


@pytest.mark.parametrize(
    ("currency", "text", "amount"),
    [
        ("CNY", "19.99", 1999),
        ("JPY", "100", 100),
        ("KWD", "1.234", 1234),
        ("CNY", "19.990", 1999),
        ("JPY", "100.0", 100),
    ],
)
def test_c17_a_price_with_the_decimals_of_its_currency_is_exact(shop, spoil, currency, text, amount):
    assert spoil({"shop.yaml": f"currency: {currency}\n", "products/longjing.yaml": f"price: {text}\n"}) == ()
    assert product(shop).variants[0].price == amount


@pytest.mark.parametrize(("currency", "text"), [("CNY", "19.999"), ("JPY", "100.5"), ("KWD", "1.2345")])
def test_c17_a_price_with_more_decimals_is_refused(spoil, currency, text):
    found = spoil({"shop.yaml": f"currency: {currency}\n", "products/longjing.yaml": f"price: {text}\n"})
    assert brief(found) == [("products/longjing.yaml", 1, "price-precision")]


@pytest.mark.parametrize(("text", "amount"), [("0.1", 10), ("0.07", 7), ("4.35", 435), ("19.99", 1999)])
def test_c18_prices_that_floats_cannot_hold_are_exact(shop, spoil, text, amount):
    assert spoil({"products/longjing.yaml": f"price: {text}\n"}) == ()
    assert product(shop).variants[0].price == amount
    assert 3 * product(shop).variants[0].price == 3 * amount


@pytest.mark.parametrize(
    ("text", "meant"),
    [("１９.９０", "19.90"), ("¥19.90", "19.90"), ('"19,90"', "19.90"),
     ('"1,999.00"', "1999.00"), ('" 19.90 "', "19.90")],
)  # fmt: skip
def test_c19_a_price_written_for_people_is_refused_with_the_one_for_machines(spoil, text, meant):
    found = spoil({"products/longjing.yaml": f"price: {text}\n"})
    assert [(each.code, each.suggestion) for each in found] == [("price-form", meant)]


def test_c20_a_price_beyond_the_maximum_is_refused(spoil):
    found = spoil({"products/longjing.yaml": "price: 1000000000000000\n"})
    assert brief(found) == [("products/longjing.yaml", 1, "price-maximum")]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", " java\\nscript:alert(1)"])
def test_c30_a_link_that_runs_something_is_refused_wherever_it_stands(spoil, link):
    found = spoil(
        {
            "shop.yaml": f'menu: {{header: [{{label: Win, link: "{link}"}}]}}\n',
            "pages/about.md": b"---\ntitle: About us\n---\n\n[Look](javascript:alert(1))\n",
        }
    )
    assert brief(found) == [("shop.yaml", 1, "unsafe-link"), ("pages/about.md", 5, "unsafe-link")]


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_c43_a_shop_written_on_other_systems_is_the_same_shop(shop, spoil, end):
    before = check(shop, cache=False).shop
    for path in [*shop.rglob("*.yaml"), *shop.rglob("*.md")]:
        path.write_bytes(path.read_bytes().replace(b"\n", end))
    assert spoil() == ()
    assert check(shop, cache=False).shop == before
