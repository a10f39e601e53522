"""Search and narrowed shelves: exact, bounded, by plain links, in the reader's language."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import published
import pytest
from werkzeug.datastructures import MultiDict

from runtime.web import narrowing
from runtime.web.narrowing import Narrowing


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = published.write(tmp_path_factory.mktemp("text") / "shop")
    published.publish(folder)
    return published.Served(folder, tmp_path_factory.mktemp("served") / "shop")


def titles(text):
    return [unescape(each) for each in re.findall(r'class="card-title"><a href="[^"]*">([^<]*)</a>', text)]


def links(text, part="/search?"):
    return [unescape(each) for each in re.findall(r'href="([^"]*)"', text) if part in each]


def total(text):
    return int(re.search(r'class="total">\D*(\d+)', text)[1])


def test_two_chinese_characters_find_and_one_does_too(shop):
    assert titles(shop.text("/search?q=青瓷")) == ["青瓷杯"]
    assert titles(shop.text("/search?q=瓷")) == ["青瓷杯"]
    assert titles(shop.text("/search?q=拉坯")) == ["青瓷杯"]


def test_each_language_has_its_own_search(shop):
    assert titles(shop.text("/en/search?q=celadon")) == ["Celadon cup"]
    assert titles(shop.text("/en/search?q=celad")) == ["Celadon cup"]


def test_a_search_is_not_for_search_engines(shop):
    text = shop.text("/search?q=茶")
    assert '<meta name="robots" content="noindex">' in text
    assert 'rel="canonical"' not in text


def test_drafts_and_what_comes_later_are_not_found(shop):
    for word in ("秘密", "明年"):
        assert titles(shop.text(f"/search?q={word}"))[:1] != [word]
        assert 'class="empty"' in shop.text(f"/search?q={word}")


def test_nothing_found_is_said_kindly_and_something_else_is_shown(shop):
    text = shop.text("/search?q=不存在的东西")
    assert 'class="empty"' in text
    assert "筛选" not in text.partition('class="empty"')[2].partition("</div>")[0]
    assert len(titles(text)) == 4


def test_a_shelf_is_sorted_by_price_both_ways(shop):
    assert titles(shop.text("/search?shelf=green&sort=price"))[:2] == ["龙井 1", "龙井 2"]
    assert titles(shop.text("/search?shelf=green&sort=-price"))[:2] == ["龙井 30", "龙井 29"]


def test_pages_hold_24_and_link_to_each_other(shop):
    text = shop.text("/search?shelf=green&sort=price")
    assert (len(titles(text)), total(text)) == (24, published.MANY)
    assert "/search?shelf=green&sort=price&page=2" in links(text)
    rest = shop.text("/search?shelf=green&sort=price&page=2")
    assert titles(rest) == [f"龙井 {number}" for number in range(25, 31)]
    assert "/search?shelf=green&sort=price" in links(rest)


def test_a_page_behind_the_last_is_the_last(shop):
    assert titles(shop.text("/search?shelf=green&sort=price&page=999"))[-1] == "龙井 30"


def test_tags_narrow_and_each_chosen_one_can_be_taken_away(shop):
    text = shop.text("/search?shelf=green&tag=gift")
    assert total(text) == 3
    assert "/search?shelf=green" in links(text)
    assert "礼品" in text


def test_options_narrow_by_their_canonical_value(shop):
    assert titles(shop.text("/search?option.颜色=白")) == ["青瓷杯"]
    assert "少用几个筛选条件试试" in shop.text("/search?option.颜色=红")
    assert "White" in shop.text("/en/search?option.颜色=白")


def test_prices_narrow_from_the_lower_bound_to_below_the_upper_one(shop):
    text = shop.text("/search?shelf=green&price_over=110&price_under=120&sort=price")
    assert titles(text) == [f"龙井 {number}" for number in range(10, 20)]


def test_every_link_of_a_listing_leads_to_a_listing_with_hits(shop):
    text = shop.text("/search?shelf=green")
    targets = {link for link in links(text) if "shelf=green" in link}
    assert len(targets) >= 6
    for target in targets:
        assert len(titles(shop.text(target))) > 0, target


def test_facets_count_what_a_click_will_show(shop):
    text = shop.text("/search?shelf=green")
    found = re.search(r'href="([^"]*tag=gift)" rel="nofollow">礼品<span>(\d+)</span>', text)
    assert total(shop.text(unescape(found[1]))) == int(found[2]) == 3


def test_the_way_to_the_same_search_in_another_language_is_there(shop):
    assert "/en/search?q=%E8%8C%B6&sort=price" in links(shop.text("/search?q=茶&sort=price"), "/en/search")


def test_a_shelf_that_does_not_exist_is_not_found(shop):
    assert shop.get("/search?shelf=nowhere").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "q=%ff%fe", "q=%00", "page=-1", "page=1e9", "page=９", "price_over=abc&price_under=1e999", "sort=;drop", "tag=",
        "q=" + "长" * 5000, "&".join(f"tag=t{n}" for n in range(500)), "&".join(f"option.o{n}=x" for n in range(500)),
        "q=%22%20OR%201%3D1", "q=*", "q=NEAR(a b)", "q=a&q=b", "option.=x", "q=" + "a " * 400,
        "price_over=" + "9" * 400, "q=%27%29%3B--", "q=AND", "q=-", "q=%E2%80%AE",
    ],
)  # fmt: skip
def test_r102_no_address_breaks_the_search(shop, query):
    assert shop.get(f"/search?{query}").status_code in {200, 400, 414}


def test_what_was_typed_is_text_on_the_page(shop):
    text = shop.text("/search?q=%3Cscript%3Ealert(1)%3C/script%3E%22%3E")
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_reading_and_writing_an_address_gives_the_same_narrowing():
    asked = Narrowing(
        text="龙井 茶", shelf="green", tags=("a&b", "礼"), options={"颜 色": ("青",), "size": ("L", "M")},
        over=1050, under=99900, sort="-price", page=3,
    )  # fmt: skip
    address = asked.address("/search", "CNY")
    assert narrowing.read(MultiDict(parse_qsl(urlsplit(address).query)), "CNY") == asked
    assert narrowing.read(MultiDict(parse_qsl(urlsplit(asked.address("/search", "CNY")).query)), "CNY") == asked


def test_everything_that_is_read_is_bounded():
    asked = narrowing.read(
        MultiDict(
            [("q", "x" * 9000), ("page", "99999999999")]
            + [("tag", f"t{n}") for n in range(99)]
            + [(f"option.{n}", f"{m}") for n in range(99) for m in range(99)]
        ),
        "CNY",
    )
    assert (len(asked.text), len(asked.tags), len(asked.options), asked.page) == (100, 8, 5, 1)
    assert {len(values) for values in asked.options.values()} == {12}


def test_choosing_again_takes_away():
    asked = Narrowing(tags=("a",), options={"n": ("v",)}, over=100, page=4)
    assert asked.toggled("a").tags == ()
    assert asked.toggled("b").tags == ("a", "b")
    assert asked.chosen("n", "v").options == {}
    assert asked.chosen("n", "w").options == {"n": ("w",)}
    assert asked.priced(100, None).over is None
    assert asked.toggled("b").page == 1


def test_too_many_searches_are_asked_to_wait(shop):
    answers = [
        shop.client.get("/search", headers={"Host": "127.0.0.1"}, environ_base={"REMOTE_ADDR": "198.51.100.7"})
        for _ in range(70)
    ]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert int(answers[-1].headers["Retry-After"]) > 0


def offered(text):
    """Return the facets of a page and the choices of each, in their order."""
    found = re.findall(r"<summary>([^<]*)<(.*?)</details>", text[text.index('class="tools"') :], re.DOTALL)
    return {label: re.findall(r'rel="nofollow"[^>]*>([^<]*)<', choices) for label, choices in found[:-1]}


def test_a_shelf_and_its_search_offer_the_same_choices_in_the_same_order(tmp_path):
    folder = published.write(tmp_path / "shop")
    for handle, sizes, colour in (("big", "250g, 50g", "白"), ("small", "50g, 100g", "青"), ("more", "100g", "白")):
        (folder / f"products/tea-0{len(handle)}.yaml").write_text(
            f"title: {{zh-CN: 茶 {handle}, en: Tea {handle}}}\ntags: [green, {handle}]\n"
            f"options: {{规格: [{sizes}], 颜色: [{colour}]}}\nvariants:\n"
            + "".join(
                f"  - {{options: {{规格: {size}, 颜色: {colour}}}, price: {size[:-1]}, sku: {handle}-{size}}}\n"
                for size in sizes.split(", ")
            ),
            "utf-8",
        )
    published.publish(folder)
    shop = published.Served(folder, tmp_path / "served")
    shelf, search = offered(shop.text("/shelves/green/")), offered(shop.text("/search?shelf=green"))
    assert list(shelf) == list(search) == ["标签", "价格", "颜色", "规格"]
    assert shelf["规格"] == search["规格"] == ["250g", "50g", "100g"]
    assert shelf["标签"] == search["标签"]
    assert shelf["颜色"] == search["颜色"]
