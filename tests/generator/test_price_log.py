"""The price log: lines are only added, each change once; what it proves is the lowest price of the days before."""

import pytest
import small_shop
from click.testing import CliRunner

from generator import crossing, price_log
from generator.build import Wish, build
from generator.check import check
from generator.cli import main
from generator.price_log import Lowest, Span

DAY = [f"2026-10-{day:02}T08:00:00Z" for day in range(1, 32)]
DE = "country: DE\nlocale: en\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "prices.csv"


def write(path, plans, now):
    return price_log.append(path, price_log.read(path, "EUR"), plans, now, "EUR")


def span(since, price, crossed_out=None, promotion=""):
    return Span(since=since, price=price, crossed_out=crossed_out, promotion=promotion)


def test_a_price_is_written_once_and_again_only_when_it_changes(path):
    assert write(path, {"a": [span(DAY[0], 900)]}, DAY[0]) == 1
    assert write(path, {"a": [span(DAY[1], 900)]}, DAY[1]) == 0
    assert write(path, {"a": [span(DAY[2], 800)]}, DAY[2]) == 1
    assert path.read_text("utf-8").splitlines() == [
        "recorded,from,sku,price,crossed_out,currency,promotion",
        f"{DAY[0]},{DAY[0]},a,9.00,,EUR,",
        f"{DAY[2]},{DAY[2]},a,8.00,,EUR,",
    ]


def test_what_is_written_is_never_written_again(path):
    write(path, {"a": [span(DAY[0], 900)], 'b, or "c"': [span(DAY[0], 500)]}, DAY[0])
    before = path.read_bytes()
    write(path, {"a": [span(DAY[1], 700)]}, DAY[1])
    assert path.read_bytes().startswith(before)
    log = price_log.read(path, "EUR")
    assert [each.price for each in log.spans('b, or "c"')] == [500, None]


def test_a_log_that_grew_or_was_replaced_says_what_it_says_now(path):
    write(path, {"a": [span(DAY[0], 900)]}, DAY[0])
    write(path, {"a": [span(DAY[1], 700)]}, DAY[1])
    head, first, second = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text(head + first, "utf-8")
    assert [each.price for each in price_log.read(path, "EUR").spans("a")] == [900]
    path.write_text(head + first + second.rstrip("\n"), "utf-8")
    assert [each.price for each in price_log.read(path, "EUR").spans("a")] == [900, 700]
    path.write_text(head + first + second.replace(",7.00,", ",7.005,") + second, "utf-8")
    assert price_log.read(path, "EUR").damaged == (3,)
    path.write_text(head + second, "utf-8")
    assert [each.price for each in price_log.read(path, "EUR").spans("a")] == [700]
    assert price_log.read(path, "EUR").damaged == ()


def test_a_promotion_that_is_planned_and_then_called_off_leaves_no_price(path):
    planned = [span(DAY[0], 900), span(DAY[5], 500, 900, "flash"), span(DAY[6], 900)]
    assert write(path, {"a": planned}, DAY[0]) == 3
    assert write(path, {"a": [span(DAY[1], 900), *planned[1:]]}, DAY[1]) == 0
    assert write(path, {"a": [span(DAY[2], 900)]}, DAY[2]) == 1
    log = price_log.read(path, "EUR")
    assert log.lowest("a", DAY[10], 30) == Lowest(price=900, since=DAY[0])


def test_the_lowest_price_counts_what_still_held_when_the_days_began(path):
    write(path, {"a": [span(DAY[0], 500)]}, DAY[0])
    write(path, {"a": [span(DAY[10], 900)]}, DAY[10])
    log = price_log.read(path, "EUR")
    assert log.lowest("a", DAY[16], 7) == Lowest(price=500, since=DAY[9])
    assert log.lowest("a", DAY[17], 7) == Lowest(price=900, since=DAY[10])
    assert log.lowest("a", DAY[0], 7) is None
    assert log.lowest("unknown", DAY[17], 7) is None


def test_days_on_which_nothing_was_sold_do_not_count(path):
    write(path, {"a": [span(DAY[0], 500)]}, DAY[0])
    write(path, {}, DAY[2])
    write(path, {"a": [span(DAY[20], 900)]}, DAY[20])
    assert price_log.read(path, "EUR").lowest("a", DAY[25], 7) == Lowest(price=900, since=DAY[20])


def test_a_reduction_that_deepens_began_with_its_first_step(path):
    for day, price, crossed in ((0, 900, None), (10, 800, 900), (12, 700, 900)):
        write(path, {"a": [span(DAY[day], price, crossed)]}, DAY[day])
    log = price_log.read(path, "EUR")
    assert log.reduced_since("a", DAY[20], 700) == DAY[10]
    assert log.reduced_since("a", DAY[20], 750) == DAY[20]


def test_a_damaged_line_is_told_and_the_others_still_count(path):
    write(path, {"a": [span(DAY[0], 500)]}, DAY[0])
    with path.open("ab") as stream:
        stream.write(b"2026-10-02T08:00:00Z,2026-10-0")
    write(path, {"a": [span(DAY[3], 900)]}, DAY[3])
    log = price_log.read(path, "EUR")
    assert log.damaged == (3,)
    assert [each.price for each in log.spans("a")] == [500, 900]


def test_prices_in_another_currency_prove_nothing(path):
    write(path, {"a": [span(DAY[0], 500)]}, DAY[0])
    assert price_log.read(path, "CHF").lowest("a", DAY[5], 30) is None


@pytest.fixture
def german(shop):
    def run(now, price="168", more="", promotion=""):
        promotions = f"promotions: [{{id: sale, name: Sale, kind: fixed_price, {promotion}}}]\n" if promotion else ""
        legal = "seller: {type: individual, legal_name: A, address: B, email: a@example.com, phone: '1'}\n"
        rest = "returns: {page: about, window: 14d}\n"
        small_shop.spoil(shop, DE + legal + rest + promotions, "shop.yaml")
        maker = "safety: {manufacturer: 'A, B'}\n"
        small_shop.spoil(shop, f"price: {price}\n{maker}{more}", "products/longjing.yaml")
        small_shop.spoil(shop, maker, "products/biluochun.yaml")
        built = build(shop, Wish(now=now))
        return [each for each in built.problems if each.severity == "error"], built

    return run


def test_a_publish_writes_the_log_and_a_crossed_out_price_above_it_is_refused(german, shop):
    assert german(DAY[0], "150")[0] == []
    assert german(DAY[5], "168")[0] == []
    errors, _ = german(DAY[6], "140", "compare_at: 168\n")
    assert [(each.code, each.path, each.values["lowest"], each.values["date"]) for each in errors] == [
        ("compare-at-false", ("compare_at",), "150.00", "2026-10-01")
    ]
    assert german(DAY[6], "140", "compare_at: 150\n")[0] == []
    assert german(DAY[7], "140", "compare_at: 150\n")[0] == []
    assert [each.split(",")[3:5] for each in (shop / "var/prices.csv").read_text("utf-8").splitlines()[1:]] == [
        ["128.00", ""], ["150.00", ""], ["168.00", ""], ["140.00", "150.00"],
    ]  # fmt: skip


def test_thirty_days_later_the_higher_price_has_become_the_lowest(german):
    german(DAY[0], "150")
    german(DAY[0].replace("08:", "09:"), "168")
    assert german("2026-10-31T08:59:59Z", "140", "compare_at: 168\n")[0] != []
    assert german("2026-10-31T09:00:00Z", "140", "compare_at: 168\n")[0] == []


def test_a_promotion_that_is_no_reduction_is_refused_with_the_price_that_was(german):
    german(DAY[0], "90")
    german(DAY[5], "168")
    errors, _ = german(DAY[6], promotion="price: 99, when: {products: [longjing]}")
    assert [(each.code, each.path, each.values["lowest"]) for each in errors] == [
        ("promotion-not-below-lowest", ("promotions", 0), "90.00")
    ]


def test_a_promotion_crosses_out_the_lowest_price_of_thirty_days_and_not_the_list_price(german, shop):
    german(DAY[0], "150")
    german(DAY[5], "168")
    when = "when: {products: [longjing], starts_at: 2026-10-07, ends_at: 2026-10-20}"
    errors, _ = german(DAY[6], promotion=f"price: 99, {when}")
    assert errors == []
    made = check(shop, cache=False, now=DAY[7]).shop
    log = price_log.read(shop / "var/prices.csv", "EUR")
    made = crossing.with_lowest(made, log, DAY[7])
    product = made.products["longjing"]
    found = crossing.shown(made, product, product.variants[0], DAY[7])
    assert (found.price, found.crossed_out, found.promotion) == (9900, 15000, "sale")


def test_what_lies_in_a_live_rooms_bag_may_be_reduced_at_any_moment_so_its_lowest_price_is_looked_up(german, shop):
    german(DAY[0], "150")
    german(DAY[5], "168")
    for each in (shop / "live").glob("*.yaml"):
        each.unlink()
    room = "title: Live\nstarts_at: 2026-10-09T12:00\nsource: {kind: broadcast}\nproducts: [longjing]\n"
    for text, lowest in ((room, {"longjing": 15000}), (room.replace("longjing", "biluochun"), {})):
        (shop / "live/evening.yaml").write_text(text, "utf-8")
        made = check(shop, cache=False, now=DAY[7]).shop
        assert crossing.with_lowest(made, price_log.read(shop / "var/prices.csv", "EUR"), DAY[7]).lowest == lowest


def test_in_other_countries_nothing_is_proven_and_nothing_refused(shop):
    small_shop.spoil(shop, "price: 90\n", "products/longjing.yaml")
    build(shop, Wish(now=DAY[0]))
    small_shop.spoil(shop, "price: 80\ncompare_at: 168\n", "products/longjing.yaml")
    assert check(shop, cache=False, now=DAY[1]).problems == ()


def test_a_rollback_is_logged_as_the_change_of_prices_that_it_is(shop):
    build(shop, Wish(now=DAY[0]))
    small_shop.spoil(shop, "price: 120\n", "products/longjing.yaml")
    build(shop, Wish(now=DAY[1]))
    done = CliRunner().invoke(main, ["rollback", str(shop)])
    assert done.exit_code == 0, done.output
    lines = [line.split(",") for line in (shop / "var/prices.csv").read_text("utf-8").splitlines()]
    assert [line[3] for line in lines if line[2] == "longjing"] == ["168.00", "120.00", "168.00"]
