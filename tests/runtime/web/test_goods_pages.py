"""Products in the console: found, made, changed by span, priced together, counted, and taken away."""

import io
import re

import form_browser
import pytest
import storefront
from colleagues import Colleague, quick
from PIL import Image

from runtime import stock
from runtime.access.roles import Role

DRAFT = {"~draft": "y"}
HOME = "/console/products"
TABLE = (
    (
        "handle,title,title.en,price,stock,options.Size,note\n"
        'mug,马克杯,Mug,"88.00",4,S,"fragile, blue"\nmug,,,98,5,L,\nbowl,碗,Bowl,60,3,,\n'
    )
    .replace(",note", ",cost")
    .replace('"fragile, blue"', "12")
)


@pytest.fixture
def app(shop):
    made = quick(storefront.application(shop))
    front = made.extensions["shopwright"]
    front.stocked(front.live.current())
    return made


@pytest.fixture
def owner(app):
    return Colleague(app, Role.OWNER).come_in()


def text(shop, name="products/longjing.yaml"):
    return (shop / name).read_text("utf-8")


def titles(page):
    return re.findall(r'<a class="over order-title"[^>]*>([^<]*)</a>', page)


def save(somebody, path, written, shown=None, **files):
    """Send the form of a page as a browser does, with something written into it."""
    given = form_browser.form(shown or somebody.get(path).text)
    for name, value in written.items():
        given.setlist(name, value if isinstance(value, list) else [value])
    body = {name: given.getlist(name) for name in given} | files
    kind = "multipart/form-data"
    return somebody.client.post(path, data=body, headers=somebody.headers, content_type=kind)


def noted(app, what):
    office = Colleague(app).office
    rows = office.database.read(lambda look: look.all("SELECT what, subject, before, after FROM console_log"))
    return [row[1:] for row in rows if row[0] == what]


def photograph():
    made = io.BytesIO()
    Image.new("RGB", (400, 400), "#884422").save(made, "JPEG")
    return made.getvalue()


def test_the_list_tells_where_products_stand_and_finds_them_by_words_numbers_and_state(owner, shop):
    (shop / "products/later.yaml").write_text("title: Later\nprice: 5\npublish_at: 2099-01-01\n", "utf-8")
    (shop / "products/odd.yaml").write_text("title: [\n", "utf-8")
    shown = owner.get(HOME).text
    assert titles(shown) == ["Draft", "Endless", "The last tin", "Later", "Limited", "Longjing", "odd", "Two sizes"]
    assert shown.count("Has errors") == 1
    for asked, found in {
        "q=last+TIN": ["The last tin"],
        "q=large": ["Two sizes"],
        "q=龙井": ["Longjing"],
        "view=draft": ["Draft"],
        "view=scheduled": ["Later"],
        "low=1": ["The last tin"],
        "q=nothing": [],
    }.items():
        assert titles(owner.get(f"{HOME}?{asked}").text) == found
    assert "¥30.00 – ¥55.00" in shown
    assert len(owner.get(f"{HOME}/~find.json?q=green").json["found"]) == 4


def test_the_list_is_sorted_by_a_column_both_ways_and_by_the_sound_of_chinese_names(owner, shop):
    assert titles(owner.get(f"{HOME}?sort=price").text)[:3] == ["Draft", "Endless", "Two sizes"]
    assert titles(owner.get(f"{HOME}?sort=-price").text)[:2] == ["Longjing", "The last tin"]
    assert titles(owner.get(f"{HOME}?sort=stock").text)[:2] == ["The last tin", "Longjing"]
    for handle, name in (("a", "白茶"), ("b", "安吉白茶"), ("c", "Cup")):
        (shop / f"products/{handle}.yaml").write_text(f"title: {name}\nprice: 5\n", "utf-8")
    shown = owner.get(f"{HOME}?sort=title").text
    assert titles(shown)[:3] == ["安吉白茶", "白茶", "Cup"]
    assert 'aria-sort="ascending"><a class="sort" href="/console/products?sort=-title">' in shown
    assert titles(owner.get(f"{HOME}?sort=-title").text)[-1] == "安吉白茶"
    assert titles(owner.get(f"{HOME}?sort=nothing").text) == titles(owner.get(HOME).text)
    assert owner.get(f"{HOME}.csv?sort=-price").data.decode("utf-8-sig").splitlines()[1].startswith("longjing")


def test_the_exported_table_can_be_read_by_the_shop_again(app, owner, shop):
    raw = owner.get(f"{HOME}.csv").data
    (shop / "products.csv").write_bytes(raw)
    for path in (shop / "products").glob("*.yaml"):
        path.unlink()
    assert titles(owner.get(HOME).text) == ["Draft", "Endless", "The last tin", "Limited", "Longjing", "Two sizes"]
    assert "longjing" in raw.decode("utf-8-sig")
    assert len(noted(app, "products.exported")) == 1


def test_a_name_and_a_price_make_a_product_that_is_on_sale_under_the_sound_of_its_name(app, owner, shop):
    sent = {"title": "明前龙井", "price": "１９.90", "csrf_token": owner.token()}
    body = sent | {"pictures": (io.BytesIO(photograph()), "tea.jpg")}
    answer = owner.client.post(f"{HOME}/~new", data=body, headers=owner.headers, content_type="multipart/form-data")
    assert answer.headers["Location"] == f"{HOME}/ming-qian-long-jing?done=goods.done.made"
    (picture,) = (shop / "media/uploads").iterdir()
    assert text(shop, "products/ming-qian-long-jing.yaml") == (
        f"title: 明前龙井\nprice: 19.90\nimages: [uploads/{picture.name}]\n"
    )
    assert owner.get("/products/ming-qian-long-jing/").status_code == 200
    assert noted(app, "product.made") == [("ming-qian-long-jing", "", "明前龙井")]
    assert owner.get(f"{HOME}/~handle.json?title=明前龙井").json == {"handle": "ming-qian-long-jing-2"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": "", "price": "1"}, "title"),
        ({"title": "A", "price": "much"}, "price"),
        ({"title": "A", "price": "0"}, "price"),
        ({"title": "A", "price": "1", "stock": "-1"}, "stock"),
        ({"title": "A", "price": "1", "handle": "longjing"}, "handle"),
        ({"title": "A", "price": "1", "handle": "cart"}, "handle"),
    ],
)
def test_what_a_new_product_lacks_is_told_at_its_field(owner, shop, given, field):
    before = sorted(path.name for path in (shop / "products").iterdir())
    answer = owner.post(f"{HOME}/~new", given)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert sorted(path.name for path in (shop / "products").iterdir()) == before


def test_w77_saving_a_product_changes_one_line_and_publishes_it(app, owner, shop):
    before = "# ours\n" + text(shop)
    (shop / "products/longjing.yaml").write_text(before, "utf-8")
    answer = save(owner, f"{HOME}/longjing", {"price": "188"})
    assert answer.headers["Location"] == f"{HOME}/longjing?done=forms.done.published"
    assert text(shop) == before.replace("168", "188")
    assert "188" in owner.get("/products/longjing/").text
    assert [row[0] for row in noted(app, "text.saved")] == ["products/longjing.yaml longjing"]


@pytest.mark.parametrize("handle", ["longjing", "sizes", "limited", "draft"])
def test_a_product_that_is_sent_back_as_it_was_changes_nothing(owner, shop, handle):
    before = text(shop, f"products/{handle}.yaml")
    assert save(owner, f"{HOME}/{handle}", DRAFT).status_code == 303
    assert text(shop, f"products/{handle}.yaml") == before


def test_w74_a_wrong_price_stays_and_is_told_at_its_field(owner, shop):
    live = (shop / "var/live").readlink()
    assert save(owner, f"{HOME}/sizes", {"variants.1.price": "dear"}).status_code == 303
    shown = owner.get(f"{HOME}/sizes").text
    assert 'href="#field-variants.1.price"' in shown
    assert 'id="field-variants.1.price-problem"' in shown
    assert (shop / "var/live").readlink() == live


def test_w78_the_second_of_two_tabs_is_told_what_the_first_one_changed(owner, shop):
    shown = owner.get(f"{HOME}/longjing").text
    save(owner, f"{HOME}/longjing", {"price": "170", **DRAFT})
    refused = save(owner, f"{HOME}/longjing", {"price": "180", **DRAFT}, shown)
    assert refused.status_code == 409
    assert "Both changed" in refused.text
    assert "price: 170" in text(shop)


def test_pictures_are_added_together_sorted_by_buttons_and_taken_away(owner, shop):
    files = {"~pictures": [(io.BytesIO(photograph()), "one.jpg")]}
    assert save(owner, f"{HOME}/longjing", DRAFT, **files).status_code == 303
    (name,) = (path.name for path in (shop / "media/uploads").iterdir())
    assert text(shop).endswith(f"images: [uploads/{name}]\n")
    (shop / "products/longjing.yaml").write_text("title: T\nprice: 1\nimages: [a.jpg, b.jpg]\n", "utf-8")
    moved = save(owner, f"{HOME}/longjing", {"~do": "up:images:1"})
    assert save(owner, f"{HOME}/longjing", DRAFT, moved.text).status_code == 303
    assert text(shop) == "title: T\nprice: 1\nimages: [b.jpg, a.jpg]\n"
    refused = save(owner, f"{HOME}/longjing", DRAFT, **{"~pictures": [(io.BytesIO(b"GIF89a nothing"), "x.gif")]})
    assert refused.status_code == 422


def test_variants_are_made_for_every_combination_that_lacks_one(owner, shop):
    larger = {"options.0.value": ["", "0", "1", "n0"], "options.0.value.n0.zh-CN": "250g"}
    asked = save(owner, f"{HOME}/sizes", {"~do": "combine:variants", **larger})
    assert asked.status_code == 200
    given = form_browser.form(asked.text)
    assert [each for each in given.getlist("variants") if each] == ["0", "1", "n0"]
    done = save(owner, f"{HOME}/sizes", {"variants.n0.price": "99", "variants.n0.stock": "7", **DRAFT}, asked.text)
    assert done.status_code == 303
    assert "250g" in text(shop, "products/sizes.yaml").partition("variants:")[0]
    assert text(shop, "products/sizes.yaml").endswith("  - {options: {规格: 250g}, price: 99, stock: 7}\n")


def test_many_products_show_what_they_will_cost_before_it_is_written(app, owner, shop):
    wish = {"deed": "percent", "value": "-10", "pick": ["longjing", "endless", "sizes"]}
    shown = owner.post(f"{HOME}/~many", wish)
    assert shown.status_code == 200
    for before, after in (("168", "151.20"), ("12.50", "11.25"), ("30 / 55", "27 / 49.50")):
        assert re.search(rf">{before}\s*CNY.*?<ins>{after} CNY", shown.text, re.DOTALL)
    assert "price: 168" in text(shop)
    seen = re.findall(r'name="seen" value="([^"]+)"', shown.text)
    (shop / "products/endless.yaml").write_text("title: Endless\nprice: 13\n", "utf-8")
    held = owner.post(f"{HOME}/~many", wish | {"go": "1", "seen": seen, **DRAFT})
    assert held.status_code == 409
    assert "price: 151.20" in text(shop)
    assert "price: 27" in text(shop, "products/sizes.yaml")
    assert text(shop, "products/endless.yaml") == "title: Endless\nprice: 13\n"
    assert ("longjing", "168", "151.20") in noted(app, "product.changed")


def test_many_products_get_tags_and_states_and_prices_never_fall_to_nothing(owner, shop):
    def done(deed, value, *picked):
        wish = {"deed": deed, "value": value, "pick": list(picked), **DRAFT}
        shown = owner.post(f"{HOME}/~many", wish)
        seen = re.findall(r'name="seen" value="([^"]+)"', shown.text)
        return shown, owner.post(f"{HOME}/~many", wish | {"go": "1", "seen": seen})

    done("tag-add", "礼盒、green", "longjing", "sizes")
    assert "tags: [green, 礼盒]" in text(shop)
    done("tag-remove", "green", "longjing")
    assert "tags: [礼盒]" in text(shop)
    done("status-hidden", "", "longjing")
    assert "status: hidden" in text(shop)
    shown, _ = done("amount", "-200", "longjing")
    assert "The price would be zero or less." in shown.text
    assert "price: 168" in text(shop)
    unclear = owner.post(f"{HOME}/~many", {"deed": "percent", "value": "lots", "pick": ["longjing"]})
    assert unclear.headers["Location"].endswith("done=goods.done.unclear")


def test_stock_is_corrected_in_the_ledger_with_its_reason_and_never_in_the_text(app, owner, shop):
    before = text(shop)
    wish = {"sku": "longjing", "way": "set", "count": "17", "reason": "counted", "note": "monthly", "seen": "20"}
    assert owner.post(f"{HOME}/longjing/stock", wish).status_code == 303
    moves = owner.office.database.read(lambda look: stock.moves(look, "longjing"))
    assert [(move.quantity, move.reason, move.note) for move in moves] == [
        (-3, "adjust", "Stock-taking · monthly"),
        (20, "opening", ""),
    ]
    low = owner.post(f"{HOME}/longjing/stock", wish | {"way": "take", "count": "18"})
    assert low.status_code == 422
    assert noted(app, "stock.adjusted") == [("longjing", "20", "17 (Stock-taking · monthly)")]
    assert owner.post(f"{HOME}/longjing/stock", wish | {"sku": "large"}).status_code == 400
    assert text(shop) == before


def test_a_copy_is_a_draft_with_numbers_of_its_own(owner, shop):
    (shop / "products/longjing.yaml").write_text("# ours\ntitle: T\nsku: A1\nprice: 1\n", "utf-8")
    answer = owner.post(f"{HOME}/longjing/copy")
    assert answer.headers["Location"].startswith(f"{HOME}/longjing-copy")
    assert text(shop, "products/longjing-copy.yaml") == "# ours\ntitle: T\nprice: 1\nstatus: draft\n"


def test_a_product_goes_with_its_places_and_its_address_says_so(app, owner, shop):
    live = (shop / "live/evening.yaml").read_text("utf-8").replace("[longjing]", "[longjing, limited]")
    (shop / "live/evening.yaml").write_text(live, "utf-8")
    (shop / "shop.yaml").write_text(text(shop, "shop.yaml").replace("redirects: {/old: product:longjing}\n", ""))
    (shop / "pages").mkdir()
    (shop / "pages/tea.md").write_text("---\ntitle: Tea\n---\nOur [best](product:longjing).\n", "utf-8")
    asked = owner.get(f"{HOME}/longjing/delete").text
    assert 'href="/console/pages/tea#field-body">Tea › Text</a>' in asked
    digest = re.search(r'name="digest" value="([^"]+)"', asked)[1]
    late = owner.post(f"{HOME}/longjing/delete", {"digest": "0" * 32})
    assert late.headers["Location"].endswith("done=leave.done.late")
    refused = owner.post(f"{HOME}/longjing/delete", {"digest": digest})
    assert refused.status_code == 422
    assert "2 places still link to it." in refused.text
    gone = owner.post(f"{HOME}/longjing/delete", {"digest": digest, "way": "take"})
    assert gone.headers["Location"] == f"{HOME}?done=goods.done.removed"
    assert "products: [limited]" in text(shop, "live/evening.yaml")
    assert text(shop, "pages/tea.md").endswith("Our best.\n")
    assert owner.get("/products/longjing/").status_code == 410
    assert noted(app, "product.removed") == [("longjing", "Longjing", "")]


def test_cells_of_the_table_change_alone_and_the_rest_is_shown(owner, shop):
    (shop / "products.csv").write_text(TABLE, "utf-8")
    shown = owner.get(f"{HOME}/mug").text
    assert "products.csv" in shown
    cells = dict(re.findall(r'name="(cell-[^"]+)" value="([^"]*)"', shown))
    assert cells["cell-0.price"] == "88.00"
    digest = re.search(r'name="digest" value="([^"]+)"', shown)[1]
    answer = owner.post(f"{HOME}/mug", {**cells, "cell-1.price": "108", "digest": digest, **DRAFT})
    assert answer.status_code == 303
    assert text(shop, "products.csv") == TABLE.replace(",98,", ",108,")
    stale = owner.post(f"{HOME}/mug", {**cells, "cell-1.price": "118", "digest": digest, **DRAFT})
    assert stale.status_code == 409
    assert "118" in stale.text
    digest = re.search(r'name="digest" value="([^"]+)"', owner.get(f"{HOME}/mug").text)[1]
    owner.post(f"{HOME}/mug", {"cell-0.price": "dear", "digest": digest})
    assert 'id="cell-0.price-problem"' in owner.get(f"{HOME}/mug").text


def test_who_only_reads_sees_products_and_cannot_change_them(app, shop):
    reader = Colleague(app, Role.READ_ONLY).come_in()
    assert "~new" not in reader.get(HOME).text
    assert re.search(r'<fieldset class="split" disabled>', reader.get(f"{HOME}/longjing").text)
    before = text(shop)
    assert save(reader, f"{HOME}/longjing", {"price": "1"}).status_code == 403
    assert reader.post(f"{HOME}/longjing/stock", {"sku": "longjing"}).status_code == 403
    assert text(shop) == before
