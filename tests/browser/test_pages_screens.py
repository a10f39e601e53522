"""Pages, menus, redirects and translations in a browser: quick with JavaScript, whole without it, good for axe."""

import io

import pytest
from accessibility import violations
from office_shop import Office
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SCREENS = (
    "/console/pages", "/console/pages/~new", "/console/pages/about", "/console/pages/about.en",
    "/console/pages/about/address", "/console/pages/about/delete", "/console/menus", "/console/redirects",
    "/console/translations",
)  # fmt: skip


class Pages(Office):
    """The pages of a served shop that speaks two languages meanwhile; what is written there is put back."""

    def __init__(self, served):
        super().__init__(served)
        self.folder = served.folder
        self._written = {path: path.read_bytes() for path in [self.folder / "shop.yaml", *self.folder.glob("pages/*")]}
        main = self.text("shop.yaml").replace("\nname:", "\nlocales: [zh-CN, en]\nname:", 1)
        (self.folder / "shop.yaml").write_text(f"{main}\nredirects: {{/stall: page:about, /old-stall: /stall}}\n")

    def text(self, name):
        return (self.folder / name).read_text("utf-8")

    def close(self):
        for path in set(self.folder.glob("pages/*")) - set(self._written):
            path.unlink()
        for path, written in self._written.items():
            path.write_bytes(written)
        self.database.close()


@pytest.fixture(scope="module")
def pages(serve):
    made = Pages(serve("stall"))
    yield made
    made.close()


@pytest.mark.parametrize(("width", "scheme", "locale"), [(360, "dark", "zh-CN"), (1280, "light", "en")])
def test_axe_finds_nothing_nothing_is_too_wide_and_pages_weigh_little(pages, open_page, width, scheme, locale):
    page = pages.enter(open_page(width, color_scheme=scheme, locale=locale))
    sizes = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length") or 0)))
    for path in SCREENS:
        sizes.clear()
        page.goto(pages.address + path)
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
        assert (path, violations(page)) == (path, {})
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, width)
        assert (path, sum(sizes) < 100_000) == (path, True)


def test_a_page_is_written_with_buttons_and_seen_beside_while_its_words_are_in_two_languages(pages, open_page):
    page = pages.enter(open_page(1280, locale="en"))
    page.goto(f"{pages.address}/console/pages/~new")
    title = page.locator("[data-words]").first
    title.locator("[name='title.zh-CN']").fill("蜂箱")
    title.get_by_role("button", name="English").click()
    expect(title.locator("[name='title.zh-CN']")).to_be_hidden()
    title.locator("[name='title.en']").fill("The hives")
    body = page.get_by_label("Text 简体中文").or_(page.locator("[data-body]")).first
    body.fill("Honey")
    body.select_text()
    page.get_by_role("button", name="Heading").click()
    paper = page.locator("[data-paper]")
    expect(paper.get_by_role("heading", name="Honey")).to_be_visible()
    body.press("End")
    body.press("Enter")
    body.press("Enter")
    page.get_by_role("button", name="Link", exact=True).click()
    page.get_by_label("Search by name or address").fill("关于")
    page.locator("[data-link-pick='page:about']").click()
    expect(body).to_have_value("## Honey\n\n[关于小摊](page:about)")
    expect(paper.get_by_role("link", name="关于小摊")).to_have_attribute("href", "/pages/about/")
    expect(page.locator("[data-snippet-text]")).to_contain_text("Honey")
    made = io.BytesIO()
    Image.new("RGB", (400, 300), "#c8a24a").save(made, "JPEG")
    picture = {"name": "hive.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}
    page.locator("[data-mark-picture]").set_input_files([picture])
    expect(paper.locator("img[alt=hive]")).to_be_visible()
    page.get_by_role("button", name="Save only").click()
    expect(page.get_by_role("status")).to_contain_text("The page is saved.")
    text = pages.text("pages/feng-xiang.md")
    assert text.startswith(
        "---\ntitle:\n  zh-CN: 蜂箱\n  en: The hives\n---\n\n## Honey\n\n[关于小摊](page:about)\n\n![hive]("
    )


def test_entries_of_menus_are_moved_by_keys_and_by_dragging_and_links_are_chosen(pages, open_page):
    page = pages.enter(open_page(1280, locale="en"))
    page.goto(f"{pages.address}/console/menus")
    header = page.locator("[data-branch='menu.header'] > .menu-entry")
    expect(header).to_have_count(5)
    header.nth(1).locator("summary").first.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(header).to_have_count(4)
    expect(header.nth(0).locator(".menu-entry")).to_have_count(1)
    expect(header.nth(0).locator(".menu-entry summary")).to_be_focused()
    grip = header.nth(3).locator("[data-grip]").first.bounding_box()
    goal = header.nth(1).locator(".menu-line").first.bounding_box()
    page.mouse.move(grip["x"] + 8, grip["y"] + 20)
    page.mouse.down()
    page.mouse.move(goal["x"] + 60, goal["y"] + 4, steps=6)
    page.mouse.up()
    expect(header.nth(1).locator("[data-menu-name]").first).to_have_text("看直播")
    header.nth(1).locator("summary").first.click()
    header.nth(1).get_by_role("button", name="Choose").click()
    page.locator("[data-link-kind=own]").click()
    page.locator("[data-link-pick='/search']").click()
    expect(header.nth(1).locator("[data-link-told]").first).to_have_text("Shop · Search")
    page.get_by_role("button", name="Save only").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    main = pages.text("shop.yaml").replace("'", "")
    assert "items: [{label: 吃的, link: shelf:from-the-kitchen}]" in main
    assert "- {label: 看直播, link: /search}" in main


def test_without_javascript_a_page_moves_a_redirect_is_chosen_and_a_menu_grows(pages, open_page):
    page = pages.enter(open_page(390, javascript=False))
    page.goto(f"{pages.address}/console/pages/questions")
    page.locator("[data-body]").fill("## 问\n\n答")
    page.get_by_role("button", name="预览").click()
    expect(page.locator("[data-paper]").get_by_role("heading", name="问")).to_be_visible()
    page.locator("details[data-menu] summary").click()
    page.get_by_role("link", name="修改网址").click()
    page.get_by_label("新网址", exact=True).fill("faq")
    page.get_by_role("button", name="修改", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("网址已修改")
    assert "/pages/questions/" in pages.text("shop.yaml")
    page.goto(f"{pages.address}/console/redirects")
    page.get_by_label("旧网址", exact=True).fill("/stall-2019")
    page.locator("select[name='new~pick']").select_option("page:faq")
    page.get_by_role("button", name="添加并发布").click()
    expect(page.get_by_role("status")).to_contain_text("跳转已生效")
    page.goto(f"{pages.address}/console/menus")
    page.locator('button[value="add:menu.footer"]').click()
    page.locator("[name='menu.footer.n0.label.zh-CN']").fill("问答")
    page.locator('button[value="link:menu.footer.n0.link"]').click()
    page.locator("select[name='menu.footer.n0.link~pick']").select_option("page:faq")
    page.get_by_role("button", name="只保存").click()
    expect(page.get_by_role("status")).to_contain_text("已保存")
    assert "label: 问答" in pages.text("shop.yaml")
