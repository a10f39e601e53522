"""The catalogue of a release: what the till and the search read, and nothing that they must not."""

import pytest
import tiny_shop
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_shop import made, product

from generator.catalogue import Catalogue, Query
from generator.releases import search
from generator.releases.publishing import Releases


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    shop = tiny_shop.write(tmp_path_factory.mktemp("catalogue") / "shop", count=0)
    rows = {
        "longjing": ("{zh-CN: 明前龙井茶, en: First-flush Longjing}", 168, "green", "狮峰山的头采嫩芽，豆香清雅"),
        "biluochun": ("{zh-CN: 碧螺春, en: Biluochun}", 198, "green", "花果香，产自洞庭山"),
        "tieguanyin": ("{zh-CN: 铁观音, en: Tieguanyin}", 88, "oolong", "兰花香的乌龙茶"),
        "cup": ("{zh-CN: A4 白瓷杯, en: White cup 240ml}", 45, "ware", "景德镇白瓷，容量 240 毫升"),
    }
    for handle, (title, price, tag, words) in rows.items():
        text = f"title: {title}\nprice: {price}\ntags: [{tag}]\ndescription: {words}\ncost: 12.34\n"
        (shop / "products" / f"{handle}.yaml").write_text(text, "utf-8")
    sizes = "options: {规格: [50g, 100g]}\nvariants:\n  - {options: {规格: 50g}, price: 9, sku: R-50, stock: 4}\n"
    sizes += "  - {options: {规格: 100g}, price: 15, sku: R-100}\n"
    (shop / "products/rock.yaml").write_text("title: {zh-CN: 大红袍, en: Dahongpao}\ntags: [oolong]\n" + sizes, "utf-8")
    product(shop, "secret", "{zh-CN: 草稿龙井, en: Draft}", 1, "status: draft\n")
    product(shop, "hidden", "{zh-CN: 隐藏龙井, en: Hidden}", 1, "status: hidden\n")
    product(shop, "later", "{zh-CN: 未来龙井, en: Later}", 1, "publish_at: 2027-01-01T00:00:00Z\n")
    (shop / "pages/about.md").write_text("---\ntitle: {zh-CN: 关于, en: About}\n---\n你好\n", "utf-8")
    made(shop)
    releases = Releases(shop / "var")
    return Catalogue(releases.folder(releases.find_live()) / "catalogue.db")


def handles(catalogue, locale="zh-CN", **query):
    return [card.handle for card in catalogue.listing(locale, Query(now=tiny_shop.NOW, **query)).cards]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("龙井", ["longjing"]), ("龙", ["longjing", "tieguanyin"]), ("花香", ["tieguanyin"]),
        ("明前龙井", ["longjing"]),
        ("longj", ["longjing"]), ("LONGJING", ["longjing"]), ("白瓷", ["cup"]), ("240ml", ["cup"]), ("Ａ４", ["cup"]),
        ("乌龙茶", ["tieguanyin"]), ("龙井 豆香", ["longjing"]), ("龙井 兰花", []),
        ("green", ["biluochun", "longjing"]),
        ("R-50", ["rock"]), ("井龙", []), ('"', []), ("*", []), ("NEAR(", []), ("a OR b", []), ("", None),
    ],
)  # fmt: skip
def test_a_search_finds_substrings_of_chinese_and_beginnings_of_words(catalogue, text, found):
    everything = ["biluochun", "cup", "longjing", "rock", "tieguanyin"]
    assert sorted(handles(catalogue, text=text)) == (everything if found is None else found)


def test_a_title_ranks_before_a_description(catalogue):
    assert handles(catalogue, text="龙") == ["longjing", "tieguanyin"]


def test_cards_are_in_the_language_of_the_reader(catalogue):
    card = catalogue.listing("en", Query(text="龙井", now=tiny_shop.NOW)).cards[0]
    assert (card.title, card.url, card.price.text) == ("First-flush Longjing", "/en/products/longjing/", "¥168.00")


def test_drafts_are_not_in_it_and_hidden_ones_only_by_their_handle(catalogue):
    assert catalogue.find_product("secret") is None
    assert catalogue.find_product("hidden").handle == "hidden"
    assert handles(catalogue, text="隐藏") == []


def test_what_is_published_later_is_listed_from_its_hour_on(catalogue):
    late = Query(text="未来", now="2027-01-01T00:00:00Z")
    assert [card.handle for card in catalogue.listing("zh-CN", late).cards] == ["later"]
    assert handles(catalogue, text="未来") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"sort": "price"}, ["rock", "cup", "tieguanyin", "longjing", "biluochun"]),
        ({"sort": "-price"}, ["biluochun", "longjing", "tieguanyin", "cup", "rock"]),
        ({"tags": ("oolong",)}, ["rock", "tieguanyin"]),
        ({"tags": ("oolong", "green")}, []),
        ({"price_over": 8800, "price_under": 19800}, ["longjing", "tieguanyin"]),
        ({"options": {"规格": ("50g",)}}, ["rock"]),
        ({"shelf": "green"}, ["biluochun", "longjing"]),
        ({"shelf": "green", "text": "碧螺春"}, ["biluochun"]),
        ({"shelf": "nothing"}, []),
    ],
)
def test_filters_and_orders(catalogue, query, found):
    shown = handles(catalogue, **query)
    assert (shown if "sort" in query else sorted(shown)) == found


def test_pages_cut_the_hits_and_facets_count_all_of_them(catalogue):
    first = catalogue.listing("zh-CN", Query(size=2, now=tiny_shop.NOW))
    last = catalogue.listing("zh-CN", Query(size=2, page=99, now=tiny_shop.NOW))
    assert (first.total, first.pages, len(first.cards)) == (5, 3, 2)
    assert (last.page, len(last.cards)) == (3, 1)
    assert first.facets == {
        "option:规格": {"100g": 1, "50g": 1},
        "tag": {"green": 2, "oolong": 2, "ware": 1},
    }
    assert first.prices == (900, 19800)


def test_variants_are_found_by_their_sku_with_their_product(catalogue):
    owner, variant = catalogue.find_variant("R-50")
    assert (owner.handle, variant.price, variant.stock, variant.options) == ("rock", 900, 4, ("50g",))
    assert list(catalogue.variants(["R-100", "nothing", "R-50"])) == ["R-100", "R-50"]
    assert catalogue.find_variant("nothing") is None


def test_the_shop_s_terms_travel_in_it(catalogue):
    assert (catalogue.terms.currency, catalogue.terms.locales) == ("CNY", ("zh-CN", "en"))
    assert catalogue.terms.delivery[0].rates.zones[0].first_fee == 1000


def test_it_cannot_be_written_to(catalogue):
    import sqlite3

    with pytest.raises(sqlite3.OperationalError):
        catalogue._connection.execute("DELETE FROM product")


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_a_search(catalogue, text):
    assert catalogue.listing("zh-CN", Query(text=text)).total >= 0


@given(st.text(alphabet="龙井茶明前碧螺春香", min_size=4, max_size=12), st.data())
@settings(max_examples=200, deadline=None)
def test_any_part_of_a_chinese_text_finds_it(text, data):
    import sqlite3

    start = data.draw(st.integers(0, len(text) - 2))
    part = text[start : start + data.draw(st.integers(1, len(text) - start))]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE s USING fts5(t, tokenize = 'unicode61 remove_diacritics 2')")
    connection.execute("INSERT INTO s VALUES (?)", (search.tokens(text),))
    assert connection.execute("SELECT count(*) FROM s WHERE s MATCH ?", (search.expression(part),)).fetchone() == (1,)
    connection.close()
