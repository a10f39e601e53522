"""Forms made from schemas: what is shown and sent back unchanged changes nothing, one field changes one thing."""

import re
from pathlib import Path

import form_browser
import pytest
from werkzeug.datastructures import MultiDict

from generator import check, document, fields
from generator.editor import Insert, Move, Plain, Remove, Set, edit
from runtime.console.forms.binding import Ground
from runtime.console.forms.nodes import Kept, every, leaves
from runtime.console.forms.sheet import Sheet

ROOT = Path(__file__).parents[3]
SHOPS = sorted([*(ROOT / "sample_shops").glob("*/shop.yaml"), *(ROOT / "tests/shops/good").glob("*/shop.yaml")])
TWO = Ground(locales=("zh-CN", "en"), currency="CNY")
ONE = Ground(locales=("zh-CN",), currency="CNY")
PRODUCT = fields.of("product", "en")
SHOP = fields.of("shop", "en")
TEA = {
    "title": {"zh-CN": "龙井", "en": "Longjing"}, "price": "168.00", "tags": ["green", "spring"], "digital": False,
    "options": {"规格": ["50g", "100g"]}, "publish_at": "2026-03-20 10:00", "x-note": "ours", "images": ["tea.jpg"],
    "variants": [
        {"options": {"规格": "50g"}, "price": "168", "sku": "007"},
        {"options": {"规格": "100g"}, "price": "300", "x-own": "1"},
    ],
}  # fmt: skip


def changes(data, field=PRODUCT, ground=TWO, only=(), **written):
    """Show a form, write something into its boxes (``__`` is a dot), send it and return what changes."""
    given = form_browser.filled(Sheet(field, data, ground, only=only))
    for name, text in written.items():
        given[name.replace("__", ".").replace("zh_CN", "zh-CN")] = text
    return Sheet(field, data, ground, given, only).changes()


def sent(data, field=PRODUCT, ground=TWO, **lists):
    given = form_browser.filled(Sheet(field, data, ground))
    for name, values in lists.items():
        given.setlist(name.replace("__", "."), values)
    return given


@pytest.mark.parametrize("path", SHOPS, ids=lambda path: path.parent.name)
def test_w77_every_file_of_a_shop_shown_as_a_form_and_sent_back_changes_nothing(path):
    ground, _ = form_browser.shop_ground(path.parent)
    for name, field, data in form_browser.files(path.parent):
        given = form_browser.filled(Sheet(field, data, ground))
        assert Sheet(field, data, ground, given).changes() == [], name


@pytest.mark.parametrize("path", SHOPS[-4:], ids=lambda path: path.parent.name)
def test_no_value_of_a_good_shop_has_to_be_kept_as_written(path):
    ground, _ = form_browser.shop_ground(path.parent)
    for name, field, data in form_browser.files(path.parent):
        kept = [node.path for node in every(Sheet(field, data, ground).root) if isinstance(node, Kept)]
        assert kept == [], name


@pytest.mark.parametrize("path", [ROOT / "sample_shops/tea/shop.yaml", ROOT / "sample_shops/pottery/shop.yaml"])
def test_w77_every_single_box_of_a_shop_that_is_written_into_changes_one_line_only(path):
    ground, data = form_browser.shop_ground(path.parent)
    text = path.read_text("utf-8")
    _, field, _ = next(iter(form_browser.files(path.parent)))
    shown = form_browser.filled(Sheet(field, data, ground))
    boxes = [leaf for leaf in leaves(Sheet(field, data, ground).root) if leaf.text and leaf.name in shown]
    tried = [leaf for leaf in boxes if not leaf.offered and leaf.field.kind != "yes_no" and "\n" not in leaf.text][::67]
    assert len(tried) > 3
    for leaf in tried:
        given = shown.copy()
        given[leaf.name] = f"{leaf.text}9"
        found = Sheet(field, data, ground, given).changes()
        assert [type(each) for each in found] in ([Set], [Remove, Set]), leaf.name
        if len(found) == 1:
            before, after = text.split("\n"), edit(text, found).split("\n")
            differing = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
            assert len(differing) == 1, leaf.name


def test_a_changed_price_is_one_change_written_as_a_number():
    found = changes(TEA, price="188.50")
    assert found == [Set(("price",), "188.50")]
    assert isinstance(found[0].value, Plain)


def test_full_width_digits_become_plain_ones():
    assert changes(TEA, price=" １８８．５０ ") == [Set(("price",), "188.50")]
    assert changes(TEA, price="１６８.00") == []


def test_a_cleared_field_is_taken_away():
    assert changes(TEA, price="") == [Remove(("price",))]


def test_a_new_value_is_one_change():
    assert changes(TEA, subtitle__en="Spring 2026") == [Set(("subtitle",), {"en": "Spring 2026"})]
    assert changes(TEA, ground=ONE, subtitle__zh_CN="头采") == [Set(("subtitle",), "头采")]


def test_a_text_of_one_language_stays_a_bare_text_until_another_language_is_written():
    data = TEA | {"subtitle": "头采"}
    assert changes(data, subtitle__zh_CN="明前") == [Set(("subtitle",), "明前")]
    assert changes(data, subtitle__en="First") == [Set(("subtitle",), {"zh-CN": "头采", "en": "First"})]


def test_a_translation_changes_only_its_language():
    assert changes(TEA, title__en="Dragon Well") == [Set(("title", "en"), "Dragon Well")]
    assert changes(TEA, title__en="") == [Remove(("title", "en"))]
    assert changes(TEA, title__en="", title__zh_CN="") == [Remove(("title",))]


def test_a_language_that_the_shop_does_not_speak_is_left_alone():
    data = TEA | {"title": {"zh-CN": "龙井", "fr": "Puits du dragon"}}
    assert changes(data, title__zh_CN="茶") == [Set(("title", "zh-CN"), "茶")]


def test_a_switch_says_no_where_yes_is_usual_and_nothing_where_no_is():
    assert changes({"tax": {"rates": []}}, SHOP, tax__prices_include_tax="") == [
        Set(("tax", "prices_include_tax"), False)
    ]
    assert changes({"title": "x"}, digital="") == []
    given = sent(TEA, digital=["", "y"])
    assert Sheet(PRODUCT, TEA, TWO, given).changes() == [Set(("digital",), True)]


def test_a_time_keeps_the_way_it_is_written():
    assert changes(TEA, publish_at="2026-03-21T10:00") == [Set(("publish_at",), "2026-03-21 10:00")]


def test_a_duration_is_a_number_and_a_unit_and_both_can_be_changed():
    data = {"checkout": {"reserve": "30m"}, "live": {"keep_recordings": "forever"}}
    assert changes(data, SHOP, checkout__reserve="45") == [Set(("checkout", "reserve"), "45m")]
    assert changes(data, SHOP, **{"checkout.reserve~unit": "h"}) == [Set(("checkout", "reserve"), "30h")]
    assert changes(data, SHOP, checkout__reserve="2h") == [Set(("checkout", "reserve"), "2h")]
    assert changes(data, SHOP, checkout__reserve="") == [Remove(("checkout",))]
    assert changes(data, SHOP, live__keep_recordings="3") == [Set(("live", "keep_recordings"), "3")]
    assert changes(data, SHOP, live__slow="５") == [Set(("live", "slow"), "5s")]


def test_entries_of_a_list_of_words_are_changed_one_by_one():
    assert changes(TEA, tags="green\r\nautumn") == [Set(("tags", 1), "autumn")]
    assert changes(TEA, tags="green\r\nspring\r\ngift") == [Insert(("tags", 2), "gift")]
    assert changes(TEA, tags="spring") == [Remove(("tags", 0))]
    assert changes(TEA, tags="") == [Remove(("tags",))]


def test_a_row_that_is_taken_away_is_one_change():
    found = Sheet(PRODUCT, TEA, TWO, sent(TEA, variants=["", "1"])).changes()
    assert found == [Remove(("variants", 0))]


def test_a_row_that_is_moved_is_one_change():
    data = TEA | {"related": ["a", "b", "c", "d"]}
    assert Sheet(PRODUCT, data, TWO, sent(data, related=["", "1", "2", "3", "0"])).changes() == [
        Move(("related", 0), 3)
    ]
    assert Sheet(PRODUCT, data, TWO, sent(data, related=["", "3", "0", "1", "2"])).changes() == [
        Move(("related", 3), 0)
    ]


def test_a_new_row_is_one_change_and_an_empty_one_none():
    given = sent(TEA, variants=["", "0", "1", "n0"])
    assert Sheet(PRODUCT, TEA, TWO, given).changes() == []
    given["variants.n0.price"], given["variants.n0.sku"] = "500", "no"
    assert Sheet(PRODUCT, TEA, TWO, given).changes() == [Insert(("variants", 2), {"sku": "no", "price": "500"})]


@pytest.mark.parametrize("order", [["1", "n0", "0"], ["n0", "n1"], ["n0", "1"], ["1", "0"], []])
def test_rows_in_any_order_come_out_as_they_were_left(order):
    data = {"title": "x", "related": ["a", "b"]}
    given = sent(data, related=["", *order])
    for token in ("n0", "n1"):
        given[f"related.{token}"] = token
    given["related.1"] = "changed"
    text = "title: x\nrelated:\n  - a\n  - b\n"
    after = edit(text, Sheet(PRODUCT, data, TWO, given).changes())
    read, _ = document.parse(after, "x.yaml")
    names = {"0": "a", "1": "changed", "n0": "n0", "n1": "n1"}
    assert read.data.get("related", []) == [names[token] for token in order]


def test_what_hangs_on_a_choice_goes_with_it():
    data = {"delivery": [{"id": "a", "name": "A", "kind": "courier", "rates": {"by": "weight", "zones": []}}]}
    assert changes(
        data, SHOP, only=("delivery",), **{"delivery.0.kind": "pickup", "delivery.0.place.zh-CN": "店里"}
    ) == [
        Set(("delivery", 0, "kind"), "pickup"),
        Remove(("delivery", 0, "rates")),
        Set(("delivery", 0, "place"), "店里"),
    ]


def test_a_picture_stays_a_bare_path_until_it_is_described():
    assert changes(TEA, **{"images.0.file": "other.jpg"}) == [Set(("images", 0), "other.jpg")]
    assert changes(TEA, **{"images.0.alt.en": "Tea"}) == [Set(("images", 0), {"file": "tea.jpg", "alt": {"en": "Tea"}})]


def test_a_list_that_is_also_written_as_one_word_changes_its_shape_by_a_button():
    data = {"promotions": [{"id": "a", "name": "A", "kind": "referral", "off": "5", "stacks_with": ["b"]}]}
    name = "promotions.0.stacks_with"
    pressed = form_browser.filled(Sheet(SHOP, data, TWO))
    pressed["~do"] = f"shape:{name}:1"
    shown = Sheet(SHOP, data, TWO, pressed)
    given = form_browser.filled(shown)
    assert given[f"{name}~shape"] == "1"
    given[name] = "*"
    assert Sheet(SHOP, data, TWO, given).changes() == [Set(("promotions", 0, "stacks_with"), "*")]


def test_of_keys_that_exclude_each_other_the_other_one_goes():
    shelf = fields.of("shelf", "en")
    data = {"title": "Green", "products": ["a", "b"]}
    given = form_browser.filled(Sheet(shelf, data, ONE))
    assert Sheet(shelf, data, ONE, given).changes() == []
    given["~do"] = "one::rule"
    pressed = form_browser.filled(Sheet(shelf, data, ONE, given))
    pressed["rule.tag"] = "green"
    assert Sheet(shelf, data, ONE, pressed).changes() == [Remove(("products",)), Set(("rule",), {"tag": "green"})]


def test_names_that_no_form_offered_are_not_read():
    given = sent(TEA, only=[])
    given.update({"x-note": "stolen", "owner": "me", "variants.7.price": "1", "price.minor": "1", "title.fr": "x"})
    given.add("variants", "7")
    assert Sheet(PRODUCT, TEA, TWO, given).changes() == []


def test_a90_keys_outside_the_part_that_is_shown_are_not_read():
    data = {"name": "Tea", "country": "CN", "payment": [{"gateway": "rehearsal"}]}
    given = form_browser.filled(Sheet(SHOP, data, TWO, only=("name",)))
    given.update({"payment.0.gateway": "transfer", "country": "US"})
    given.add("payment", "0")
    assert Sheet(SHOP, data, TWO, given, ("name",)).changes() == []


def test_a_value_that_is_no_choice_is_not_taken():
    assert changes(TEA, status="sold") == []


def test_what_was_not_sent_is_left_alone():
    assert Sheet(PRODUCT, TEA, TWO, MultiDict({"price": "1"})).changes() == [Set(("price",), "1")]


def test_unknown_keys_are_shown_as_they_are_written_and_never_touched():
    shown = form_browser.html(Sheet(PRODUCT, TEA, TWO))
    assert "x-note: &#34;ours&#34;" in shown
    assert "x-own: &#34;1&#34;" in shown
    assert changes(TEA, **{"variants.1.price": ""}) == [Remove(("variants", 1, "price"))]


def test_a_value_of_another_kind_is_kept_as_written():
    data = {"title": "x", "tags": {"odd": "1"}, "digital": "maybe"}
    assert changes(data, title__zh_CN="y") == [Set(("title",), "y")]
    assert "odd" in form_browser.html(Sheet(PRODUCT, data, TWO))


@pytest.mark.parametrize(
    "text", ["no", "#1", "a: b", "*", " leading", "two\nlines", "'", '"', "~", "{x}", "- a", "1e3"]
)
def test_w80_a_value_that_yaml_would_read_otherwise_reads_back_as_it_was_written(text):
    given = form_browser.filled(Sheet(PRODUCT, TEA, TWO))
    given["title.en"] = text.replace("\n", "\r\n")
    after = edit("title: {zh-CN: 龙井, en: Longjing}\nprice: 168.00\n", Sheet(PRODUCT, TEA, TWO, given).changes())
    read, _ = document.parse(after, "x.yaml")
    assert read.data["title"] == {"zh-CN": "龙井", "en": text}


def test_pressing_buttons_adds_moves_and_removes_rows_without_saving():
    given = form_browser.filled(Sheet(PRODUCT, TEA, TWO))
    given["~do"] = "add:variants"
    given["price"] = "1.00"
    shown = form_browser.filled(Sheet(PRODUCT, TEA, TWO, given))
    assert [each for each in shown.getlist("variants") if each] == ["0", "1", "n0"]
    assert shown["price"] == "1.00"
    shown["~do"] = "up:variants:1"
    shown = form_browser.filled(Sheet(PRODUCT, TEA, TWO, shown))
    assert [each for each in shown.getlist("variants") if each] == ["1", "0", "n0"]
    shown["~do"] = "remove:variants:0"
    shown = form_browser.filled(Sheet(PRODUCT, TEA, TWO, shown))
    assert [each for each in shown.getlist("variants") if each] == ["1", "n0"]


@pytest.mark.parametrize(
    "do", ["add:", "add:nothing", "up:variants:9", "shape:title:1", "x", "remove:variants", "show"]
)
def test_a_button_that_nobody_drew_changes_nothing(do):
    given = form_browser.filled(Sheet(PRODUCT, TEA, TWO))
    given["~do"] = do
    assert Sheet(PRODUCT, TEA, TWO, given).changes() == []


def test_problems_stand_at_their_fields_in_the_words_of_check(tmp_path):
    (tmp_path / "products").mkdir()
    (tmp_path / "shop.yaml").write_text(
        "format: 1\nname: Tea\ncountry: US\nseller: {type: company, legal_name: T, email: a@example.com}\n"
        "delivery: [{id: post, name: Post, kind: courier}]\npayment: [{gateway: rehearsal}]\n"
    )
    text = (
        "title: Tea\nprice: cheap\noptions: {size: [S]}\nvariants:\n  - {options: {size: S}, stock: -1}\nprodcut: x\n"
    )
    (tmp_path / "products/tea.yaml").write_text(text)
    problems = [each for each in check.check(tmp_path, cache=False).problems if each.file == "products/tea.yaml"]
    data = document.parse(text, "products/tea.yaml")[0].data
    form = Sheet(PRODUCT, data, TWO)
    mistakes = form.place(problems, "en")
    at = {each.name: each.text for each in mistakes if each.error}
    assert "cheap" in at["price"]
    assert "prodcut" in at[""]
    assert "variants.0.stock" in at
    shown = form_browser.html(form, mistakes)
    found = re.search(r'<input class="input" id="field-price"[^>]*>', shown)
    assert 'aria-invalid="true"' in found[0]
    assert "field-price-problem" in found[0]


def test_the_same_field_speaks_both_languages():
    english = form_browser.html(Sheet(PRODUCT, TEA, TWO), locale="en")
    chinese = form_browser.html(Sheet(fields.of("product", "zh"), TEA, TWO), locale="zh-CN")
    assert "Opening stock" in english
    assert "初始库存" in chinese
