"""Products that stand in the table: cells edited by the console's form, each alone, as a spreadsheet would have it."""

import re

import pytest
import storefront
from colleagues import Colleague, quick

from runtime.access.roles import Role

HOME = "/console/products"
MUG = f"{HOME}/mug"
DRAFT = {"~draft": "y"}
TABLE = (
    "handle,title,title.en,price,compare_at,sku,stock,options.Size,tags,cost\n"
    'mug,"马克杯, 大",Mug,88.00,,MUG-S,4,S,"clay; blue",12\n'
    "mug,,,98,120,MUG-L,5,L,,14\n"
    "bowl,碗,Bowl,60,,BOWL,3,,,\n"
)


@pytest.fixture
def app(shop):
    made = quick(storefront.application(shop))
    front = made.extensions["shopwright"]
    front.stocked(front.live.current())
    return made


@pytest.fixture
def owner(app, shop):
    (shop / "products.csv").write_text(TABLE, "utf-8")
    return Colleague(app, Role.OWNER).come_in()


def table(shop):
    return (shop / "products.csv").read_bytes().decode("utf-8")


def form(somebody, path=MUG):
    """Return what a browser sends of the cells as they are."""
    shown = somebody.get(path).text
    cells = re.findall(r'name="(cell-[^"]+)"[^>]* value="([^"]*)"', shown)
    chosen = re.findall(r'<select[^>]*name="(cell-[^"]+)".*?<option value="([^"]*)" selected', shown, re.DOTALL)
    digest = re.search(r'name="digest" value="(\w+)"', shown)[1]
    return {**dict(cells), **dict(chosen), "digest": digest}


def save(somebody, cells, given=None, **more):
    """Send the form with other texts in some of its cells."""
    written = {f"cell-{name}": value for name, value in cells.items()}
    return somebody.post(MUG, (given or form(somebody)) | written | more)


@pytest.mark.parametrize(
    ("cell", "value", "old", "new"),
    [
        ("0.title", "大杯", "马克杯, 大", "大杯"),
        ("0.title", 'Cup, "big"', '"马克杯, 大"', '"Cup, ""big"""'),
        ("0.title.en", "Big, mug", ",Mug,", ',"Big, mug",'),
        ("0.tags", "clay", "clay; blue", "clay"),
        ("0.price", "８９．５", ",88.00,", ",89.5,"),
        ("1.compare_at", "", ",98,120,", ",98,,"),
        ("1.sku", "MUG-XL", "MUG-L", "MUG-XL"),
        ("1.price", "99.90", ",98,", ",99.90,"),
    ],
)
def test_a_cell_changes_alone_and_keeps_the_table_as_it_was_written(owner, shop, cell, value, old, new):
    answer = save(owner, {cell: value}, **DRAFT)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{MUG}?done=forms.done.saved")
    assert table(shop) == TABLE.replace(old, new, 1)


def test_a_form_that_is_sent_back_as_it_was_changes_nothing(owner, shop):
    assert save(owner, {}, **DRAFT).status_code == 303
    assert table(shop) == TABLE


def test_marks_and_line_ends_of_a_spreadsheet_stay(owner, shop):
    (shop / "products.csv").write_bytes(b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode())
    assert save(owner, {"1.price": "108"}, **DRAFT).status_code == 303
    expected = b"\xef\xbb\xbf" + TABLE.replace(",98,", ",108,").replace("\n", "\r\n").encode()
    assert (shop / "products.csv").read_bytes() == expected


def test_a_cell_that_was_saved_is_in_the_shop_at_once(app, owner, shop):
    assert owner.get(MUG).status_code == 200
    storefront.publish(shop)
    answer = save(owner, {"0.title.en": "Great mug", "0.price": "91"})
    assert answer.headers["Location"] == f"{MUG}?done=forms.done.published"
    page = app.test_client().get("/en/products/mug/", headers={"Host": "localhost"}).text
    assert "Great mug" in page
    assert "91.00" in page


def test_cells_that_the_form_does_not_have_are_not_written(owner, shop):
    odd = {"0.cost": "1", "0.handle": "cup", "7.price": "1", "x.y": "1"}
    assert save(owner, odd, **DRAFT).status_code == 303
    assert table(shop) == TABLE


def test_opening_stock_is_a_cell_until_the_ledger_counts_it(app, owner, shop):
    assert "cell-0.stock" in form(owner)
    assert save(owner, {"0.stock": "9"}, **DRAFT).status_code == 303
    assert "MUG-S,9,S" in table(shop)
    storefront.publish(shop)
    front = app.extensions["shopwright"]
    front.stocked(front.live.current())
    assert "cell-0.stock" not in form(owner)


def test_what_check_says_stands_at_the_cell_and_the_shop_stays_as_it_was(owner, shop):
    answer = save(owner, {"1.price": "-5"})
    assert answer.status_code == 303
    page = owner.get(MUG).text
    assert 'id="cell-1.price-problem"' in page
    assert "data-mistakes" in page
    assert ",-5," in table(shop)


def test_w78_two_tabs_change_cells_of_one_product_and_lose_nothing(owner, shop):
    first, second = form(owner), form(owner)
    assert save(owner, {"0.price": "90"}, first, **DRAFT).status_code == 303
    late = save(owner, {"1.price": "99"}, second, **DRAFT)
    assert late.status_code == 409
    assert "90" in late.text
    merged = save(owner, {"1.price": "99"}, second, **DRAFT, **{"~merge": "theirs"})
    assert merged.status_code == 303
    assert (",90," in table(shop), ",99," in table(shop)) == (True, True)


def test_a_product_of_the_table_goes_with_its_rows_alone(owner, shop):
    digest = re.search(r'name="digest" value="(\w+)"', owner.get(f"{MUG}/delete").text)[1]
    assert owner.post(f"{MUG}/delete", {"digest": digest}).status_code == 303
    head, *rest = TABLE.splitlines(keepends=True)
    assert table(shop) == head + rest[-1]
