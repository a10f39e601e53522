"""Delivery has no gaps, overlaps or slips; taxes and payments are complete."""

import pytest

REST = "{regions: ['*'], first: {up_to: 1kg, fee: 8}, then: {each: 1kg, fee: 2}}"
EAST = "{regions: [江苏, 浙江, 上海], first: {up_to: 1kg, fee: 5}, then: {each: 1kg, fee: 1}}"
SELLER = "seller: {type: individual, exemption: 自产自销}\n"


def rates(zones, more="", by="weight", country="CN", kind="courier"):
    return {
        "shop.yaml": f"country: {country}\nlocale: en\n{SELLER}returns: {{page: about}}\n"
        f"delivery: [{{id: post, name: Post, kind: {kind}, rates: {{by: {by}, zones: [{zones}]{more}}}}}]\n"
    }


def found(problems):
    return [(each.code, each.path[3:]) for each in problems if each.path[:1] == ("delivery",)]


@pytest.mark.parametrize(
    ("zones", "more"),
    [
        (REST, ""), (f"{EAST}, {REST}", ""), (f"{EAST}, {REST}", ", excluded: [西藏]"),
        ("{regions: [CN], first: {fee: 8}}", ""), ("{regions: [浙江, 杭州], first: {fee: 8}}, " + REST, ""),
        ("{regions: [CN-ZJ], first: {fee: 8}}, " + REST, ""), ("{regions: [DE, US-CA], first: {fee: 80}}, " + REST, ""),
    ],
)  # fmt: skip
def test_a_table_that_gives_every_buyer_one_fee_is_good(spoil, zones, more):
    assert found(spoil(rates(zones, more))) == []


def test_c35_provinces_without_a_fee_are_named(spoil):
    problems = [each for each in spoil(rates(EAST, ", excluded: [新疆, 西藏]")) if each.code == "region-gap"]
    assert [(each.path[3:], each.values["count"]) for each in problems] == [(("zones",), 26)]
    names = problems[0].values["regions"].split("、")
    assert "北京" in names
    assert not {"浙江", "新疆", "香港"} & set(names)


@pytest.mark.parametrize(
    ("country", "zones", "count"),
    [("DE", "{regions: [FR, AT], first: {fee: 8}}", 1), ("DE", "{regions: [DE, AT], first: {fee: 8}}", 0)],
)
def test_c35_the_shops_own_country_has_a_fee(spoil, country, zones, count):
    assert [each.code for each in spoil(rates(zones, country=country))].count("region-gap") == count


def test_a_local_delivery_may_serve_one_town(spoil):
    assert found(spoil(rates("{regions: [杭州], first: {fee: 5}}", kind="local"))) == []


@pytest.mark.parametrize(
    ("zones", "path"),
    [
        (
            "{regions: [新疆], first: {fee: 9}}, {regions: [新疆维吾尔自治区, '*'], first: {fee: 8}}",
            ("zones", 1, "regions", 0),
        ),
        ("{regions: [CN-XJ, 新疆], first: {fee: 9}}, {regions: ['*'], first: {fee: 8}}", ("zones", 0, "regions", 1)),
        ("{regions: ['*'], first: {fee: 9}}, {regions: ['*'], first: {fee: 8}}", ("zones", 1, "regions", 0)),
    ],
)
def test_c35_a_region_in_two_zones_is_refused_however_it_is_spelt(spoil, zones, path):
    assert found(spoil(rates(zones))) == [("region-twice", path)]


def test_c35_a_region_is_not_both_served_and_excluded(spoil):
    assert found(spoil(rates(f"{EAST}, {REST}", ", excluded: [浙江省]"))) == [
        ("region-excluded-and-served", ("excluded", 0))
    ]


def test_c35_a_table_that_ends_at_one_kilogram_says_nothing_about_two(spoil):
    assert found(spoil(rates("{regions: ['*'], first: {up_to: 1kg, fee: 8}}"))) == [
        ("rates-open-end", ("zones", 0, "first"))
    ]


def test_an_unknown_region_is_named_with_the_nearest(spoil):
    problems = [
        each
        for each in spoil(rates("{regions: [XX, 新江], first: {fee: 8}}, " + REST))
        if each.code == "unknown-region"
    ]
    assert [(each.path[3:], each.suggestion) for each in problems] == [
        (("zones", 0, "regions", 0), None),
        (("zones", 0, "regions", 1), "新疆"),
    ]


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        ("{to: 新疆, weight: 2kg, fee: 10}", []),
        ("{to: 浙江, weight: 2kg, fee: 6}", []),
        ("{to: 杭州, weight: 500g, fee: 5}", []),
        ("{to: 西湖区, weight: 1kg, fee: 5}", []),
        ("{to: 西藏, served: false}", []),
        ("{to: 北京, weight: 1001g, fee: 10.00}", []),
        ("{to: 新疆, weight: 2kg, fee: 28}", [("example-differs", "10.00")]),
        ("{to: 西藏, weight: 1kg, fee: 8}", [("example-not-served", None)]),
        ("{to: 北京, served: false}", [("example-served", None)]),
        ("{to: 北金, fee: 8}", [("unknown-region", "北京")]),
        ("{to: 北京, weight: heavy, fee: 8}", [("weight-form", None)]),
    ],
)
def test_the_merchants_own_examples_are_run(spoil, example, expected):
    problems = spoil(rates(f"{EAST}, {REST}", f", excluded: [西藏], examples: [{example}]"))
    assert [(each.code, each.suggestion) for each in problems if each.path[:1] == ("delivery",)] == expected


def test_examples_by_pieces_and_by_amount_are_run_too(spoil):
    pieces = "{regions: ['*'], first: {up_to: 1, fee: 5}, then: {each: 2, fee: 1}, free_over: 100}"
    good = ", examples: [{to: DE, quantity: 4, fee: 7}, {to: DE, quantity: 4, amount: 100, fee: 0}]"
    assert found(spoil(rates(pieces, good, by="quantity"))) == []


def test_a_shop_without_delivery_or_payment_is_warned(spoil):
    problems = spoil({"shop.yaml": "delivery: []\npayment: []\n"})
    assert sorted((each.code, each.severity) for each in problems) == [
        ("no-delivery", "warning"),
        ("no-payment", "warning"),
    ]


def test_a_shop_of_downloads_needs_no_delivery(spoil):
    digital = {"products/longjing.yaml": "digital: true\n", "products/biluochun.yaml": "digital: true\n"}
    assert spoil({"shop.yaml": "delivery: []\n", **digital}) == ()


def test_a_transfer_says_where_the_money_goes(spoil):
    assert [each.code for each in spoil({"shop.yaml": "payment: [{gateway: transfer, instructions: Pay}]\n"})] == [
        "transfer-incomplete"
    ]


ALIPAY = "gateway: alipay, app_id: '2021004100000001', seller_id: '2088000000000001', private_key: ALIPAY_PRIVATE_KEY"
CERTIFICATES = ("app_certificate", "alipay_certificate", "alipay_root_certificate")


@pytest.mark.parametrize(
    ("keys", "missing"),
    [
        ("alipay_public_key", ""), (" ".join(CERTIFICATES), ""), ("", "alipay_public_key"),
        ("app_certificate", "alipay_certificate, alipay_root_certificate"),
        ("alipay_public_key alipay_certificate", "app_certificate, alipay_root_certificate"),
    ],
)  # fmt: skip
def test_alipay_signs_with_its_key_or_with_all_three_certificates(spoil, keys, missing):
    given = "".join(f", {key}: var/alipay/{key}.pem" for key in keys.split())
    problems = spoil({"shop.yaml": f"currency: CNY\npayment: [{{{ALIPAY}{given}}}]\n"})
    found = [each.values["missing"] for each in problems if each.code == "gateway-incomplete"]
    assert found == ([missing] if missing else [])


def test_alipay_takes_yuan_only(spoil):
    given = f"payment: [{{{ALIPAY}, alipay_public_key: ALIPAY_KEY}}]\n"
    problems = spoil({"shop.yaml": f"currency: EUR\n{given}"})
    assert [each.path for each in problems if each.code == "gateway-currency"] == [("payment", 0, "gateway")]


def test_paypal_says_who_it_is_and_takes_currencies_of_its_own(spoil):
    given = "client_id: AZDxjDScFpQtjWTOUtWKbyN, webhook_id: 8PT597110X687430LKGECATA, secret: PAYPAL_SECRET"
    for currency, payment, codes in (
        ("EUR", given, []), ("KWD", given, ["gateway-currency"]), ("EUR", "secret: KEY", ["gateway-incomplete"]),
    ):  # fmt: skip
        problems = spoil({"shop.yaml": f"currency: {currency}\npayment: [{{gateway: paypal, {payment}}}]\n"})
        assert [each.code for each in problems if each.code.startswith("gateway-")] == codes


def test_a_tax_class_without_a_rate_is_found_in_its_product(spoil):
    tax = "tax: {rates: [{country: SG, rate: 9%}, {country: SG, class: reduced, rate: 4%}]}\n"
    problems = spoil({"shop.yaml": tax, "products/longjing.yaml": "tax_class: reducd\n"})
    assert [(each.file, each.code, each.path, each.suggestion) for each in problems] == [
        ("products/longjing.yaml", "tax-rate-missing", ("tax_class",), "reduced")
    ]


def test_two_rates_for_the_same_are_refused_and_for_a_region_they_are_not(spoil):
    assert [
        each.path
        for each in spoil({"shop.yaml": "tax: {rates: [{country: US, rate: 1%}, {country: US, rate: 0.02}]}\n"})
    ] == [("tax", "rates", 1)]
    assert spoil({"shop.yaml": "tax: {rates: [{country: US, rate: 1%}, {country: US, region: CA, rate: 2%}]}\n"}) == ()


WECHATPAY = "mchid: '1900000001', appid: wxd678efb567fe6787, serial: 79E7ED8311DB56C3, secret: WECHATPAY_APIV3_KEY"


@pytest.mark.parametrize(
    ("currency", "given", "codes"),
    [
        ("CNY", f"{WECHATPAY}, private_key: var/key.pem", []),
        ("CNY", WECHATPAY, ["gateway-incomplete"]),
        ("EUR", f"{WECHATPAY}, private_key: var/key.pem", ["gateway-currency"]),
        ("CNY", f"{WECHATPAY}, private_key: var/key.pem, mchidd: '1'", ["key-spelt-again"]),
        ("CNY", f"{WECHATPAY}, private_key: var/key.pem, ways: [card]", ["not-allowed-value"]),
    ],
)
def test_wechat_pay_wants_its_keys_and_yuan_and_nothing_else(spoil, currency, given, codes):
    shop = f"currency: {currency}\npayment: [{{gateway: wechatpay, {given}}}]\n"
    assert [each.code for each in spoil({"shop.yaml": shop}) if each.path[:1] == ("payment",)] == codes
