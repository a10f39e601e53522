"""Products and shelves in a browser: quick with JavaScript, whole without it, and nothing for axe to find."""

import io

import pytest
from accessibility import violations
from office_shop import Office
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
PRODUCT = "/console/products/beeswax-candles"
SCREENS = (
    "/console/products", "/console/products?q=zzz", "/console/products/~new", PRODUCT, f"{PRODUCT}/stock",
    f"{PRODUCT}/delete", "/console/shelves", "/console/shelves/~new", "/console/shelves/to-give",
)  # fmt: skip


class Goods(Office):
    """The goods of a served shop; what is written there is put back."""

    def __init__(self, served):
        super().__init__(served)
        self.folder = served.folder
        files = [*self.folder.glob("products/*.yaml"), *self.folder.glob("shelves/*.yaml")]
        self.before = {path: path.read_bytes() for path in files}

    def text(self, name):
        return (self.folder / name).read_text("utf-8")

    def close(self):
        for path in [*self.folder.glob("products/*.yaml"), *self.folder.glob("shelves/*.yaml")]:
            if path not in self.before:
                path.unlink()
        for path, raw in self.before.items():
            path.write_bytes(raw)
        self.database.close()


@pytest.fixture(scope="module")
def goods(serve):
    made = Goods(serve("stall"))
    yield made
    made.close()


def photograph(colour):
    made = io.BytesIO()
    Image.new("RGB", (400, 400), colour).save(made, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


@pytest.mark.parametrize(("width", "scheme", "locale"), [(390, "light", "zh-CN"), (1280, "dark", "en")])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(goods, open_page, width, scheme, locale):
    page = goods.enter(open_page(width, color_scheme=scheme, locale=locale))
    for path in SCREENS:
        page.goto(goods.address + path)
        assert (path, violations(page)) == (path, {})
        assert (path, page.evaluate("document.documentElement.scrollWidth <= innerWidth")) == (path, True)


def test_photos_are_sent_at_once_and_dragged_and_variants_are_made(goods, open_page):
    page = goods.enter(open_page(1280, locale="en"))
    page.goto(goods.address + PRODUCT)
    photos = page.locator(".photo-list > .photo")
    expect(photos).to_have_count(2)
    page.locator("input[name='~pictures']").first.set_input_files([photograph("red"), photograph("blue")])
    expect(photos).to_have_count(4)
    photos.nth(3).locator(".photo-shown").drag_to(photos.nth(0).locator(".photo-shown"))
    expect(photos.nth(0).locator("input").nth(1)).to_have_value(r"uploads/blue-" + goods_digest(goods, "blue"))
    page.locator(".kinds .chips input").first.fill("极高")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Make missing variants").click()
    expect(page.locator(".kind")).to_have_count(4)
    expect(page.locator(".kind-name").nth(3)).to_have_text("极高")
    page.locator(".kind").nth(3).get_by_label("Price", exact=True).fill("60")
    page.get_by_role("button", name="Save only").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert "- {options: {高矮: 极高}, price: 60}" in goods.text("products/beeswax-candles.yaml")
    assert "images:\n  - uploads/blue-" in goods.text("products/beeswax-candles.yaml")


def goods_digest(goods, stem):
    (found,) = (goods.folder / "media/uploads").glob(f"{stem}-*.jpg")
    return found.name.removeprefix(f"{stem}-")


def test_a_rule_is_tried_while_one_writes_and_products_are_added_by_searching(goods, open_page):
    page = goods.enter(open_page(1280, locale="en"))
    page.goto(f"{goods.address}/console/shelves/to-give")
    heading = page.locator("#preview-title")
    expect(heading).to_have_text("7 products now")
    page.get_by_label("Price under").fill("50")
    expect(heading).not_to_have_text("7 products now")
    page.get_by_text("By hand", exact=True).click()
    page.get_by_label("Add a product").fill("蜂蜜")
    page.locator(".finds button").first.click()
    expect(page.locator(".shelf-item")).to_have_count(1)
    page.get_by_role("button", name="Save only").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    text = goods.text("shelves/to-give.yaml")
    assert "rule:" not in text
    assert "products: [" in text


def test_without_javascript_a_product_is_made_priced_and_counted(goods, open_page):
    page = goods.enter(open_page(390, javascript=False))
    page.goto(f"{goods.address}/console/products")
    page.get_by_role("link", name="添加商品").click()
    page.locator("input[type=file]").first.set_input_files([photograph("green")])
    page.get_by_label("商品名称").fill("野菊花茶")
    page.get_by_label("价格").fill("32")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_role("status")).to_contain_text("已存为草稿")
    assert goods.text("products/ye-ju-hua-cha.yaml").endswith("status: draft\n")
    page.get_by_role("link", name="商品", exact=True).first.click()
    page.get_by_label("选择 野菊花茶").check()
    page.get_by_label("改什么").select_option("percent")
    page.get_by_label("标签、百分比或金额").fill("-25")
    page.get_by_role("button", name="预览修改").click()
    expect(page.locator("ins")).to_have_text("24 CNY")
    page.get_by_role("button", name="只保存").click()
    assert "price: 24\n" in goods.text("products/ye-ju-hua-cha.yaml")
    page.goto(goods.address + f"{PRODUCT}/stock")
    page.get_by_label("减少").first.check()
    page.get_by_label("件数").first.fill("2")
    page.get_by_label("原因").first.select_option("own")
    page.get_by_role("button", name="保存").first.click()
    expect(page.get_by_role("status")).to_contain_text("库存已更正")
    row = goods.database.read(lambda look: look.find("SELECT level FROM stock WHERE sku = ?", "CANDLE-S"))
    assert row[0] == 18
