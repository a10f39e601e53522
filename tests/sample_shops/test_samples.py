"""The sample shops are whole: they check without a word, differ from each other, and use every picture they bring."""

from itertools import pairwise

import pytest

from generator import places
from generator.check import check

SAMPLES = ("tea", "pottery", "stall")
TODAY = "2026-11-22T08:00:00Z"
"""The day for which the samples are written: their live rooms and promotions stand around it."""


@pytest.fixture(scope="module", params=SAMPLES)
def folder(request):
    return places.SAMPLE_SHOPS / request.param


@pytest.fixture(scope="module")
def shop(folder):
    return check(folder, cache=False).shop


def texts(folder):
    return "\n".join(
        path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".yaml", ".md"} and "var" not in path.parts
    )


def test_a_sample_has_neither_errors_nor_warnings(folder):
    assert check(folder, cache=False, now=TODAY).problems == ()


def test_a_sample_has_12_to_30_products_on_at_least_four_shelves(shop):
    assert 12 <= len(shop.products) <= 30
    assert len(shop.shelves) >= 4


def test_a_sample_has_pages_and_a_live_room_to_come_and_one_that_is_over(shop):
    starts = sorted(room.starts_at for room in shop.rooms.values())
    assert starts[0] < "2026-11-22" < starts[-1]
    assert len(shop.pages) >= 5
    assert shop.returns.page in shop.pages


def test_every_picture_that_a_sample_brings_is_used(folder):
    written = texts(folder)
    media = folder / "media"
    unused = [path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()]
    assert [name for name in unused if name not in written] == []


def test_no_picture_of_a_sample_is_heavier_than_300_kb(folder):
    assert {path.name: size for path in (folder / "media").rglob("*") if (size := path.stat().st_size) > 300_000} == {}


def test_no_two_neighbours_on_a_shelf_show_the_same_first_picture(shop):
    def first(handle):
        return shop.products[handle].pictures[0].file

    pairs = [(one, other) for shelf in shop.shelves.values() for one, other in pairwise(shelf.products)]
    assert [pair for pair in pairs if first(pair[0]) == first(pair[1])] == []


def test_the_home_page_shows_many_kinds_of_sections(shop):
    assert len({section.section for section in shop.home}) >= 8


def test_every_product_stands_on_a_shelf(shop):
    shelved = {handle for shelf in shop.shelves.values() for handle in shelf.products}
    assert set(shop.products) - shelved == set()


def test_one_variant_is_sold_out_and_one_product_has_a_limit(shop):
    products = shop.products.values()
    assert any(variant.stock == 0 for product in products for variant in product.variants)
    assert any(product.limit.per_order or product.limit.per_customer for product in products)


def test_every_sample_can_be_paid_with_the_rehearsal_bank(shop):
    assert "rehearsal" in {method.gateway for method in shop.payment}


def test_delivery_fees_are_backed_by_examples(folder):
    assert "examples:" in (folder / "shop.yaml").read_text("utf-8")


def test_no_sample_links_to_the_closed_european_dispute_platform(folder):
    assert "ec.europa.eu/consumers/odr" not in texts(folder)


def test_nothing_in_a_sample_is_a_filler(folder):
    written = texts(folder).casefold()
    assert [word for word in ("lorem ipsum", "todo", "xxx", "placeholder") if word in written] == []


def test_the_three_samples_show_the_three_kinds_of_sellers_and_colours():
    shops = [check(places.SAMPLE_SHOPS / name, cache=False).shop for name in SAMPLES]
    assert [shop.seller.type.value for shop in shops] == ["sole_trader", "company", "individual"]
    assert [shop.theme.scheme for shop in shops] == ["moss", "clay", "indigo"]
    assert [(shop.locales, shop.currency) for shop in shops] == [
        (("zh-CN", "en"), "CNY"), (("de", "en"), "EUR"), (("zh-CN",), "CNY"),
    ]  # fmt: skip
