import pytest

from generator.delivery import Load, NotServedError, Place, fee, match
from generator.shop import DeliveryKind, DeliveryMethod, Rates, Zone

HANGZHOU = Place(country="CN", region="浙江省", city="杭州市", district="西湖区")
URUMQI = Place(country="CN", region="新疆维吾尔自治区", city="乌鲁木齐市")
BERLIN = Place(country="DE", region="", city="Berlin")
OREGON = Place(country="US", region="OR", city="Salem")


@pytest.mark.parametrize(
    ("region", "place", "closeness"),
    [
        ("*", BERLIN, 1),
        ("CN", HANGZHOU, 2),
        ("cn", HANGZHOU, 2),
        ("浙江", HANGZHOU, 3),
        ("浙江省", HANGZHOU, 3),
        ("CN-浙江", HANGZHOU, 3),
        ("CN-ZJ", HANGZHOU, 3),
        ("杭州", HANGZHOU, 4),
        ("CN-西湖区", HANGZHOU, 4),
        ("新疆", URUMQI, 3),
        ("新疆维吾尔自治区", URUMQI, 3),
        ("CN-XJ", URUMQI, 3),
        ("新疆", HANGZHOU, 0),
        ("DE", HANGZHOU, 0),
        ("US-OR", OREGON, 3),
        ("US-or", OREGON, 3),
        ("US-CA", OREGON, 0),
        ("DE-OR", OREGON, 0),
        ("浙江", BERLIN, 0),
        ("", HANGZHOU, 0),
    ],
)
def test_a_region_names_a_place_as_closely_as_it_is_written(region, place, closeness):
    assert match(region, place) == closeness


def test_a_province_is_never_taken_for_a_city_of_its_name():
    changchun = Place(country="CN", region="吉林省", city="长春市")
    jilin = Place(country="CN", region="吉林省", city="吉林市")
    assert [match("吉林", changchun), match("吉林", jilin)] == [3, 3]
    assert match("海南", Place(country="CN", region="内蒙古自治区", city="乌海市", district="海南区")) == 0


def method(by="weight", zones=(), excluded=()):
    return DeliveryMethod(
        id="post", name={"en": "Post"}, kind=DeliveryKind.COURIER, rates=Rates(by=by, zones=zones, excluded=excluded)
    )


STEPS = Zone(regions=("*",), first_up_to=1000, first_fee=800, each=500, each_fee=150, free_over=20000)


@pytest.mark.parametrize(
    ("weight", "amount", "cost", "reason"),
    [
        (0, 100, 800, "first"),
        (1000, 100, 800, "first"),
        (1001, 100, 950, "further"),
        (1500, 100, 950, "further"),
        (1501, 100, 1100, "further"),
        (9000, 19999, 3200, "further"),
        (9000, 20000, 0, "free_over"),
    ],
)
def test_every_further_part_that_is_begun_costs_and_a_large_order_is_free(weight, amount, cost, reason):
    found = fee(method(zones=(STEPS,)), HANGZHOU, Load(quantity=1, weight=weight, amount=amount))
    assert (found.amount, found.reason) == (cost, reason)


@pytest.mark.parametrize(("by", "cost"), [("quantity", 400), ("weight", 100), ("amount", 1000)])
def test_a_fee_counts_pieces_grams_or_money_as_the_rates_say(by, cost):
    zone = Zone(regions=("*",), first_up_to=1, first_fee=100, each=1, each_fee=100)
    units = {"quantity": 4, "weight": 1, "amount": 10}
    assert fee(method(by, (zone,)), HANGZHOU, Load(**units)).amount == cost


def test_the_closest_zone_wins_wherever_it_stands_and_the_first_of_equals():
    zones = (
        Zone(regions=("*",), first_fee=1),
        Zone(regions=("CN",), first_fee=2),
        Zone(regions=("杭州",), first_fee=4),
        Zone(regions=("浙江",), first_fee=3),
        Zone(regions=("杭州市",), first_fee=5),
    )
    nothing = Load(quantity=1, weight=0, amount=0)
    assert fee(method(zones=zones), HANGZHOU, nothing).amount == 4
    assert fee(method(zones=zones), URUMQI, nothing).amount == 2
    assert fee(method(zones=zones), BERLIN, nothing).amount == 1


def test_an_excluded_or_unnamed_region_is_not_served():
    nothing = Load(quantity=1, weight=0, amount=0)
    with pytest.raises(NotServedError):
        fee(method(zones=(STEPS,), excluded=("新疆",)), URUMQI, nothing)
    with pytest.raises(NotServedError):
        fee(method(zones=(Zone(regions=("CN",)),)), BERLIN, nothing)


def test_a_method_without_rates_costs_nothing_everywhere():
    plain = DeliveryMethod(id="pickup", name={"en": "Pickup"}, kind=DeliveryKind.PICKUP)
    assert fee(plain, BERLIN, Load(quantity=9, weight=9, amount=9)).amount == 0
