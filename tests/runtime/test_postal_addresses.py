"""Addresses are asked for, checked and written as their country does it."""

import pytest

from runtime import addresses, regions
from runtime.addresses import Mistake
from runtime.orders import Address
from runtime.pricing import Destination


def address(*, name="", street="", street2="", **place):
    return Address(destination=Destination(**place), name=name, street=street, street2=street2)


HANGZHOU = {"name": "王小明", "region": "浙江省", "city": "杭州市", "district": "西湖区", "street": "龙井路1号"}


def test_a_chinese_address_asks_for_the_largest_place_first():
    assert addresses.rules("CN").fields == ("name", "region", "city", "district", "street", "postcode")


def test_a_german_address_has_no_region_and_needs_a_postcode():
    rules = addresses.rules("DE")
    assert rules.fields == ("name", "street", "street2", "postcode", "city")
    assert rules.required == {"name", "street", "postcode", "city"}


def test_a_complete_address_has_no_mistakes():
    assert addresses.read("CN", HANGZHOU) == (address(country="CN", **HANGZHOU), ())


def test_ranks_may_be_left_out_and_full_width_digits_are_folded():
    given = HANGZHOU | {"region": "浙江", "city": "杭州", "district": "西湖", "street": "龙井路１号"}
    assert addresses.read("CN", given) == (address(country="CN", **HANGZHOU), ())


def test_a_misspelt_district_names_the_nearest_one():
    _, mistakes = addresses.read("CN", HANGZHOU | {"district": "西糊区"})
    assert mistakes == (Mistake(field="district", reason="unknown", suggestion="西湖区"),)


def test_a_city_of_another_province_is_unknown():
    _, mistakes = addresses.read("CN", HANGZHOU | {"region": "江苏省"})
    assert [mistake.field for mistake in mistakes] == ["city"]


def test_a_city_without_districts_needs_none():
    given = HANGZHOU | {"region": "广东省", "city": "东莞市", "district": ""}
    assert addresses.read("CN", given)[1] == ()


def test_all_missing_fields_are_named_at_once():
    _, mistakes = addresses.read("DE", {})
    assert [(m.field, m.reason) for m in mistakes] == [
        ("name", "missing"), ("street", "missing"), ("postcode", "missing"), ("city", "missing"),
    ]  # fmt: skip


def test_a_postcode_of_the_wrong_form_is_refused_with_an_example():
    _, mistakes = addresses.read("DE", {"name": "Eva", "street": "Weg 1", "city": "Köln", "postcode": "5066"})
    assert mistakes == (Mistake(field="postcode", reason="form", suggestion="26133"),)


def test_a_state_must_be_one_of_the_country():
    _, mistakes = addresses.read(
        "US", {"name": "Eva", "street": "1 Main", "city": "X", "region": "QQ", "postcode": "78701"}
    )
    assert [(m.field, m.reason) for m in mistakes] == [("region", "unknown")]


def test_an_endless_value_is_refused():
    _, mistakes = addresses.read("DE", {"name": "x" * 201, "street": "Weg 1", "city": "Köln", "postcode": "50667"})
    assert mistakes == (Mistake(field="name", reason="long"),)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (address(country="CN", **HANGZHOU), ("王小明", "浙江省杭州市西湖区龙井路1号")),
        (
            address(country="CN", name="李", region="北京市", city="北京市", district="东城区", street="甲1号"),
            ("李", "北京市东城区甲1号"),
        ),
        (
            address(country="DE", name="Eva", street="Weg 1", street2="Hof", postcode="50667", city="Köln"),
            ("Eva", "Weg 1", "Hof", "50667 Köln"),
        ),
        (
            address(country="US", name="Eva", street="1 Main", city="Austin", region="TX", postcode="78701"),
            ("Eva", "1 Main", "Austin, TX 78701"),
        ),
    ],
)
def test_an_address_is_written_as_its_country_writes_it(given, written):
    assert addresses.lines(given) == written


def test_every_province_is_there_and_autonomous_regions_are_found_by_their_short_names():
    provinces = regions.divisions()
    assert len(provinces) == 34
    assert [regions.find(name, provinces) for name in ("新疆", "内蒙古", "广西", "西藏", "北京", "某地")] == [
        "新疆维吾尔自治区", "内蒙古自治区", "广西壮族自治区", "西藏自治区", "北京市", None,
    ]  # fmt: skip
