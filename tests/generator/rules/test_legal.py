"""What the law of a seller's country wants to be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.rules import china, europe

CODE = "91350100M000100Y43"
CHINESE = "type: {type}, legal_name: 青叶茶行, address: 龙井路, representative: 陈青"
GERMAN = (
    "type: company, legal_name: Lindgren GmbH, address: 'Hauptstr. 1, Berlin', email: a@example.com, phone: '030', "
    "representative: Ida, register: HRB 1, vat_number: DE136695976"
)


def chinese(kind, more="", rest=""):
    return {"shop.yaml": f"country: CN\nlocale: en\nseller: {{{CHINESE.format(type=kind)}{more}}}\n{rest}"}


def german(seller=GERMAN, rest="returns: {page: about, window: 14d}\n"):
    return {"shop.yaml": f"country: DE\nlocale: en\nseller: {{{seller}}}\n{rest}"}


def codes(problems):
    return [each.code for each in problems if each.code.startswith("legal") and each.severity == "error"]


@pytest.mark.parametrize("code", [CODE, "91110000802100433B", "91440300708461136T"])
def test_a_credit_code_with_its_check_character_is_good(code):
    assert china.credit_code(code) is None


@pytest.mark.parametrize("code", ["91350100M000100Y44", "91350100M000100Y34"])
def test_a_credit_code_with_another_check_character_is_not(code):
    assert china.credit_code(code) == "digit"


@pytest.mark.parametrize("code", ["", "123", CODE.lower(), CODE + "0", CODE.replace("M", "I"), "９1350100M000100Y43"])
def test_what_has_not_the_form_of_a_credit_code_is_told_so(code):
    assert china.credit_code(code) == "form"


@given(st.text(alphabet=china._CODE, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(china._CODE))
def test_a_credit_code_with_one_wrong_character_is_always_found(first, place, wrong):
    code = first + china.credit_code_digit(first)
    changed = code[:place] + wrong + code[place + 1 :]
    assert china.credit_code(code) is None
    assert (china.credit_code(changed) is None) == (changed == code)


@pytest.mark.parametrize("kind", ["company", "sole_trader"])
def test_a_chinese_company_or_sole_trader_shows_number_and_picture_of_the_licence(spoil, kind):
    assert codes(spoil(chinese(kind))) == ["legal-cn-licence-missing", "legal-cn-licence-picture-missing"]
    assert codes(spoil(chinese(kind, f", registration_number: {CODE}, licence_image: longjing.jpg"))) == []


def test_a_wrong_credit_code_is_found_at_its_place_with_the_right_character(spoil):
    problems = spoil(chinese("company", ", registration_number: 91350100M000100Y44, licence_image: longjing.jpg"))
    wrong = [each for each in problems if each.code.startswith("legal") and each.severity == "error"]
    found = [(each.code, each.path, each.values["expected"]) for each in wrong]
    assert found == [("legal-cn-credit-code-digit", ("seller", "registration_number"), "3")]


def test_a_chinese_individual_says_why_no_licence_is_needed(spoil):
    assert codes(spoil(chinese("individual"))) == ["legal-cn-exemption-missing"]
    assert codes(spoil(chinese("individual", ", exemption: 自产自销农副产品"))) == []


@pytest.mark.parametrize(
    ("key", "number", "good"),
    [
        ("icp", "浙ICP备12345678号-1", True),
        ("icp", "京ICP证030173号", True),
        ("icp", "12345678", False),
        ("icp", "浙ICP备1号", False),
        ("public_security_record", "浙公网安备33010602000001号", True),
        ("public_security_record", "33010602000001", False),
    ],
)
def test_filings_have_their_form(spoil, key, number, good):
    found = codes(spoil(chinese("individual", f", exemption: 自产, {key}: '{number}'")))
    assert found == ([] if good else [{"icp": "legal-cn-icp-form"}.get(key, "legal-cn-police-form")])


@pytest.mark.parametrize(("url", "warned"), [("https://tea.example.cn", True), ("https://tea.example.com", False)])
def test_a_cn_address_without_an_icp_number_gives_a_warning(spoil, url, warned):
    problems = spoil(chinese("individual", ", exemption: 自产", f"url: {url}\n"))
    assert ("legal-cn-icp-missing" in [each.code for each in problems]) is warned


@pytest.mark.parametrize(("window", "good"), [("7d", True), ("168h", True), ("6d", False)])
def test_chinese_buyers_have_seven_days(spoil, window, good):
    found = codes(spoil(chinese("individual", ", exemption: 自产", f"returns: {{window: {window}}}\n")))
    assert found == ([] if good else ["legal-return-window"])


def test_open_chat_in_china_gives_a_warning(spoil):
    problems = spoil(chinese("individual", ", exemption: 自产", "live: {chat: everyone}\n"))
    assert "legal-cn-open-chat" in [each.code for each in problems]


@pytest.mark.parametrize("key", ["legal_name", "address", "email", "phone", "representative", "register"])
def test_a_german_imprint_has_every_field(spoil, key):
    kept = ", ".join(each for each in GERMAN.split(", ") if not each.startswith(key))
    problems = spoil(german(kept))
    missing = [each.values["key"] for each in problems if each.code == "legal-eu-imprint"]
    assert missing == [key]


def test_a_whole_german_imprint_is_good(spoil):
    assert codes(spoil(german())) == []


@pytest.mark.parametrize(
    ("number", "good"),
    [
        ("DE136695976", True),
        ("DE 136 695 976", True),
        ("DE136695977", False),
        ("136695976", False),
        ("ATU12345678", True),
        ("AT12345678", False),
        ("FRXX123456789", True),
        ("XX123456789", False),
    ],
)
def test_a_vat_number_has_the_form_of_its_country(spoil, number, good):
    assert codes(spoil(german(GERMAN.replace("DE136695976", number)))) == ([] if good else ["legal-eu-vat-form"])


@given(st.integers(10_000_000, 99_999_999), st.integers(0, 9))
def test_a_german_vat_number_has_exactly_one_check_digit(first, digit):
    good = [each for each in range(10) if europe.german_vat(f"{first}{each}")]
    assert len(good) == 1
    assert europe.german_vat(f"{first}{digit}") == (digit == good[0])


def test_european_buyers_find_a_page_about_withdrawal_and_have_14_days(spoil):
    assert codes(spoil(german(rest=""))) == ["legal-eu-withdrawal-page"]
    assert codes(spoil(german(rest="returns: {page: about, window: 13d}\n"))) == ["legal-return-window"]


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("title: Tea 50 g\n", True),
        ("title: Tea 50 g\nunit_price: {amount: 50, unit: g}\n", False),
        ("title: Bowl 12 cm\n", False),
        ("title: Tea\noptions: {Size: [50g, 100g]}\n", True),
        ("title: Iphone 5\n", False),
        ("title: Oil, 0.75 l\n", True),
    ],
)
def test_what_is_sold_by_weight_or_volume_in_europe_shows_a_unit_price(spoil, text, warned):
    problems = spoil({**german(), "products/longjing.yaml": text})
    assert ("legal-eu-unit-price" in [each.code for each in problems]) is warned


def test_a_european_offer_names_the_manufacturer(spoil):
    problems = [each for each in spoil(german()) if each.code == "legal-eu-safety"]
    assert [(each.file, each.severity) for each in problems] == [
        ("products/biluochun.yaml", "warning"),
        ("products/longjing.yaml", "warning"),
    ]


def test_american_shops_have_a_return_policy(spoil):
    assert codes(spoil({"shop.yaml": "country: US\n"})) == ["legal-us-return-policy"]
    assert codes(spoil({"shop.yaml": "country: US\nreturns: {page: about}\n"})) == []


def test_a_product_that_cannot_be_sent_back_says_why(spoil):
    problems = spoil({"products/longjing.yaml": "returns: {no_reason: false}\n"})
    assert [(each.code, each.path) for each in problems] == [("return-reason-missing", ("returns",))]


def test_what_a_seller_announces_as_to_follow_is_only_warned_of(spoil):
    seller = "seller: {type: company, draft: true}\npayment: [{gateway: rehearsal}]\n"
    found = spoil({"shop.yaml": f"country: CN\nlocale: en\n{seller}"})
    assert codes(found) == []
    assert {each.code for each in found if each.severity == "warning"} >= {
        "legal-cn-licence-missing",
        "legal-cn-licence-picture-missing",
        "legal-cn-seller-incomplete",
    }


def test_a_number_that_is_wrong_is_wrong_before_the_rest_follows(spoil):
    wrong = ", registration_number: 91350100M000100Y44, draft: true"
    assert codes(spoil(chinese("company", wrong))) == ["legal-cn-credit-code-digit"]


def test_nobody_pays_a_seller_whose_details_follow(spoil):
    rest = "payment: [{gateway: rehearsal}, {gateway: cash_on_delivery}]\n"
    assert codes(spoil(chinese("company", ", draft: true", rest))) == ["legal-draft-sells"]
