"""Pages, menus, redirects and translations in the console: written, moved, led on, and taken away with their links."""

import io
import re

import form_browser
import pytest
import storefront
from colleagues import Colleague, quick
from PIL import Image
from werkzeug.datastructures import MultiDict

from runtime.access.roles import Role

PAGES, MENUS, REDIRECTS = "/console/pages", "/console/menus", "/console/redirects"
DRAFT = {"~draft": "y"}
ABOUT = "---\n# ours\ntitle: {zh-CN: 关于, en: About}\nx-note: kept\n---\n\nWe sell [tea](product:longjing).\n"
MENU = """menu:
  # what people look for
  header:
    - {label: 绿茶, link: 'shelf:green'}
    - {label: 关于, link: 'page:about', items: [{label: 龙井, link: 'product:longjing'}]}
  footer: [{label: {zh-CN: 我们, en: Us}, link: 'page:about'}]
"""


@pytest.fixture(scope="module")
def with_pages(built, tmp_path_factory):
    """A published shop with a page and menus."""
    made = storefront.copy(built, tmp_path_factory.mktemp("pages") / "shop")
    (made / "pages").mkdir(exist_ok=True)
    (made / "pages/about.md").write_text(ABOUT, "utf-8")
    (made / "shop.yaml").write_text(text(made, "shop.yaml") + MENU, "utf-8")
    storefront.publish(made)
    return made


@pytest.fixture(scope="module")
def calm(with_pages):
    """The owner of a shop that no test changes."""
    app = quick(storefront.application(with_pages))
    yield Colleague(app, Role.OWNER).come_in()
    app.extensions["shopwright"].close()


@pytest.fixture
def shop(with_pages, tmp_path):
    return storefront.copy(with_pages, tmp_path / "shop")


@pytest.fixture
def app(shop):
    return quick(storefront.application(shop))


@pytest.fixture
def owner(app):
    return Colleague(app, Role.OWNER).come_in()


def text(shop, name="pages/about.md"):
    return (shop / name).read_text("utf-8")


def save(somebody, path, written, shown=None, **files):
    """Send the form of a page as a browser does, with something written into it."""
    given = form_browser.form(shown or somebody.get(path).text)
    for name, value in written.items():
        given.setlist(name, value if isinstance(value, list) else [value])
    body = {name: given.getlist(name) for name in given} | files
    return somebody.client.post(path, data=body, headers=somebody.headers, content_type="multipart/form-data")


def digest(somebody, path):
    return re.search(r'name="digest" value="([^"]+)"', somebody.get(path).text)[1]


def noted(app, what):
    rows = Colleague(app).office.database.read(lambda look: look.all("SELECT what, subject, after FROM console_log"))
    return [tuple(row[1:]) for row in rows if row[0] == what]


def test_a_page_is_made_from_a_title_under_its_sound_and_is_seen_at_once(app, owner, shop):
    answer = save(owner, f"{PAGES}/~new", {"title.zh-CN": "怎么发货", "body": "## 快递\r\n\r\n[茶](shelf:green)"})
    assert answer.headers["Location"] == f"{PAGES}/zen-me-fa-huo?done=pages.done.made"
    assert text(shop, "pages/zen-me-fa-huo.md") == "---\ntitle: 怎么发货\n---\n\n## 快递\n\n[茶](shelf:green)\n"
    assert "<h2>快递</h2>" in owner.get("/pages/zen-me-fa-huo/").text
    assert noted(app, "page.made") == [("zen-me-fa-huo", "怎么发货")]
    listed = owner.get(PAGES).text
    assert listed.count(">Published<") == 2
    assert listed.count('</span><span class="tongue tongue-lacks"') == 2


def test_w74_what_a_new_page_lacks_is_told_at_its_field_and_what_was_written_stays(calm, with_pages):
    cases = (
        ({"title.zh-CN": ""}, "field-title.zh-CN"),
        ({"~handle": "about"}, "handle"),
        ({"~handle": "cart"}, "handle"),
    )
    for given, field in cases:
        answer = save(calm, f"{PAGES}/~new", {"title.zh-CN": "新", "body": "kept", **given})
        assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True)
        assert "kept</textarea>" in answer.text
    assert [each.name for each in (with_pages / "pages").iterdir()] == ["about.md"]


def test_w77_saving_a_page_changes_only_what_was_changed(app, owner, shop):
    answer = save(owner, f"{PAGES}/about", {"title.en": "About us", **DRAFT})
    assert answer.headers["Location"] == f"{PAGES}/about?done=forms.done.saved"
    assert text(shop) == ABOUT.replace("en: About}", "en: About us}")
    assert save(owner, f"{PAGES}/about", DRAFT).status_code == 303
    assert text(shop) == ABOUT.replace("en: About}", "en: About us}")
    save(owner, f"{PAGES}/about", {"body": "New text.\r\n", "description.zh-CN": "茶铺的事", **DRAFT})
    head, _, body = text(shop).rpartition("---\n")
    assert head.endswith("x-note: kept\ndescription: 茶铺的事\n")
    assert body == "\nNew text.\n"
    assert "Changed, not published" in owner.get(PAGES).text
    assert noted(app, "text.saved")[0][0] == "pages/about.md about"


def test_w78_the_second_of_two_tabs_is_told_what_the_first_one_changed(owner, shop):
    shown = owner.get(f"{PAGES}/about").text
    save(owner, f"{PAGES}/about", {"body": "First", **DRAFT})
    refused = save(owner, f"{PAGES}/about", {"body": "Second", **DRAFT}, shown)
    assert refused.status_code == 409
    assert "Both changed" in refused.text
    assert text(shop).endswith("First\n")


def test_the_text_is_shown_as_the_shop_makes_it_and_nothing_in_it_acts(calm, with_pages):
    body = "# Tea\n\n[a](product:longjing) [b](page:no) ![cup](no.jpg) [x](javascript:alert)\n"
    shown = calm.post(f"{PAGES}/~preview", {"body": body}).text
    assert "<h2>Tea</h2>" in shown
    assert '<a href="/products/longjing/">a</a>' in shown
    assert "page:no" not in shown
    assert 'href="javascript' not in shown
    assert "<script" not in calm.post(f"{PAGES}/~preview", {"body": f"{body}\n<script>alert(1)</script>"}).text
    again = save(calm, f"{PAGES}/about", {"~do": "show", "body": "## Seen without a script"})
    assert "<h2>Seen without a script</h2>" in again.text
    assert text(with_pages) == ABOUT


def test_a_picture_that_comes_along_stands_behind_the_text(owner, shop):
    made = io.BytesIO()
    Image.new("RGB", (400, 300), "#884422").save(made, "JPEG")
    sent = {"~picture": (io.BytesIO(made.getvalue()), "hill.jpg")}
    assert save(owner, f"{PAGES}/about", DRAFT, **sent).status_code == 303
    (picture,) = (shop / "media/uploads").iterdir()
    assert text(shop).endswith(f"[tea](product:longjing).\n\n![](uploads/{picture.name})\n")
    assert f'src="/console/media/uploads/{picture.name}?wide"' in owner.get(f"{PAGES}/about").text
    refused = save(owner, f"{PAGES}/about", DRAFT, **{"~picture": (io.BytesIO(b"GIF89a nothing"), "x.gif")})
    assert refused.status_code == 422


def test_a_second_language_has_a_text_of_its_own_that_is_made_when_it_is_written(owner, shop):
    assert owner.get(f"{PAGES}/about.de").status_code == 404
    shown = owner.get(f"{PAGES}/about.en").text
    assert "We sell [tea](product:longjing)." in shown
    assert not (shop / "pages/about.en.md").exists()
    assert save(owner, f"{PAGES}/about.en", {"body": ""}).status_code == 422
    assert save(owner, f"{PAGES}/about.en", {"body": "We sell tea."}).status_code == 303  # and published
    assert text(shop, "pages/about.en.md") == "We sell tea.\n"
    assert "We sell tea." in owner.get("/en/pages/about/").text
    save(owner, f"{PAGES}/about.en", {"body": "We sell good tea.", **DRAFT})
    assert text(shop, "pages/about.en.md") == "We sell good tea.\n"


def test_a_page_moves_with_its_translations_its_links_and_those_who_know_its_old_address(app, owner, shop):
    (shop / "pages/about.en.md").write_text("See [here](page:about#top).\n", "utf-8")
    (shop / "pages/more.md").write_text("---\ntitle: More\n---\n[About](page:about#us)\n", "utf-8")
    shown = owner.get(f"{PAGES}/about/address").text
    assert "3 links are changed with it" in shown
    wish = {"handle": "Our Story", "redirect": "1", "digest": digest(owner, f"{PAGES}/about/address")}
    taken = owner.post(f"{PAGES}/about/address", {**wish, "handle": "more"})
    assert taken.status_code == 422
    moved = owner.post(f"{PAGES}/about/address", wish)
    assert moved.headers["Location"] == f"{PAGES}/our-story?done=pages.done.moved"
    assert text(shop, "pages/our-story.en.md") == "See [here](page:our-story#top).\n"
    assert text(shop, "pages/more.md").endswith("[About](page:our-story#us)\n")
    main = text(shop, "shop.yaml")
    assert main.count("page:our-story") == 3
    assert "  # what people look for\n" in main
    assert owner.get("/pages/about").headers["Location"] == "/pages/our-story/"
    assert owner.get("/en/pages/about/").headers["Location"] == "/en/pages/our-story/"
    back = {"handle": "about", "redirect": "1", "digest": digest(owner, f"{PAGES}/our-story/address")}
    assert owner.post(f"{PAGES}/our-story/address", back).headers["Location"].endswith("done=pages.done.moved")
    assert owner.get("/pages/about/").status_code == 200
    assert [row[0] for row in noted(app, "page.moved")] == ["our-story", "about"]


def test_a_page_that_is_linked_to_goes_only_with_a_word_about_its_links(app, owner, shop):
    path, before = f"{PAGES}/about/delete", text(shop, "shop.yaml")
    shown = owner.get(path).text
    assert "2 places link to it" in shown
    assert 'href="/console/menus#field-menu.header.1.link">关于</a>' in shown
    wish = {"digest": digest(owner, path)}
    assert owner.post(path, wish).status_code == 422
    stuck = owner.post(path, {**wish, "way": "take"})
    assert "This cannot be changed for you: Menu at the top › 关于." in stuck.text
    dead = owner.post(path, {**wish, "way": "lead", "to": "page:about"})
    assert "the link page:about leads nowhere" in dead.text
    assert text(shop, "shop.yaml") == before
    gone = owner.post(path, {**wish, "way": "lead", "to": "shelf:green"})
    assert gone.headers["Location"] == f"{PAGES}?done=pages.done.removed"
    assert text(shop, "shop.yaml").count("shelf:green") == 4
    assert owner.get("/pages/about/").headers["Location"] == "/shelves/green/"
    assert owner.get("/en/pages/about/").headers["Location"] == "/en/shelves/green/"
    assert noted(app, "page.removed") == [("about", "")]


def menus(somebody, deed, shown=None):
    answer = save(somebody, MENUS, {"~do": deed}, shown)
    assert answer.status_code == 200
    return answer.text


def test_entries_of_menus_go_below_others_and_out_again_and_nothing_else_changes(owner, shop):
    before = text(shop, "shop.yaml")
    assert save(owner, MENUS, DRAFT).status_code == 303
    assert text(shop, "shop.yaml") == before
    lifted = menus(owner, "lift:menu.header.1.items:0")
    nested = menus(owner, "nest:menu.header:n0", lifted)
    assert save(owner, MENUS, DRAFT, nested).status_code == 303
    assert text(shop, "shop.yaml") == before
    across = menus(owner, "place:menu.header:0:menu.footer:0")
    below = menus(owner, "place:menu.footer:n0:menu.header.1.items:0", across)
    assert save(owner, MENUS, DRAFT, below).status_code == 303
    assert "items: [{label: 绿茶, link: 'shelf:green'}, {label: 龙井, link: 'product:longjing'}]" in text(
        shop, "shop.yaml"
    ).replace('"', "'").replace("link: shelf:green", "link: 'shelf:green'")
    assert "  # what people look for\n" in text(shop, "shop.yaml")


def test_an_entry_never_stands_below_itself_nor_three_deep(calm, with_pages):
    before = text(with_pages, "shop.yaml")
    for deed in (
        "nest:menu.header:0", "nest:menu.header:1", "lift:menu.header:1", "place:menu.header:1:menu.header.1.items:",
        "place:menu.header:9:menu.footer:", "place:menu.header:0:theme.settings:", "nest:menu.header", "place:x:y:z",
    ):  # fmt: skip
        assert save(calm, MENUS, DRAFT, menus(calm, deed)).status_code == 303
        assert text(with_pages, "shop.yaml") == before


def test_a_link_is_chosen_from_what_the_shop_has_with_and_without_a_script(owner, shop):
    found = owner.get("/console/links?q=longjing").text
    assert 'data-link-pick="product:longjing" data-words="Product · Longjing"' in found
    assert "shelf:green" not in found
    assert 'data-link-pick="page:about"' in owner.get("/console/links?q=about&kind=page").text
    asked = menus(owner, "link:menu.header.0.link")
    assert '<option value="page:about">Page · About</option>' in asked
    saved = save(owner, MENUS, {"menu.header.0.link~pick": "page:about", **DRAFT}, asked)
    assert saved.status_code == 303
    assert "{label: 绿茶, link: 'page:about'}" in text(shop, "shop.yaml")


def test_redirects_are_added_and_removed_and_work(app, owner, shop):
    added = owner.post(REDIRECTS, {"old": "https://tea.example.com/alt%C3%A9?x=1", "new": "page:about"})
    assert added.headers["Location"] == f"{REDIRECTS}?done=pages.redirects.done.added"
    assert "redirects: {/old: product:longjing, /alté: 'page:about'}" in text(shop, "shop.yaml")
    assert owner.get("/alté").headers["Location"] == "/pages/about/"
    assert "Page · About" in owner.get(REDIRECTS).text
    owner.post(f"{REDIRECTS}/remove", MultiDict([("old", "/alté"), ("old", "/no")]))
    assert "redirects: {/old: product:longjing}" in text(shop, "shop.yaml")
    owner.post(f"{REDIRECTS}/remove", {"old": "/old"})
    assert "redirects" not in text(shop, "shop.yaml")
    assert [row[0] for row in noted(app, "text.saved")] == ["shop.yaml redirects"] * 3


REFUSED = (
    ("", "/", "old", "Write the old address."),
    ("/x", "", "field-new", "Choose where it leads."),
    ("/x", "page:no", "field-new", "the link page:no leads nowhere"),
    ("/x", "javascript:alert(1)", "field-new", "a link cannot begin with javascript:"),
    ("/x", "/x", "field-new", "/x leads back to itself: /x → /x"),
    ("/x", "/old", "field-new", "/x leads to /old, which leads on to product:longjing"),
    ("/products/longjing/", "page:about", "old", "the shop has a page at /products/longjing/"),
    ("shelf", "page:about", "old", "shelf is not a path"),
)


def test_a_redirect_is_refused_in_the_words_of_check(calm, with_pages):
    before = text(with_pages, "shop.yaml")
    for old, new, field, words in REFUSED:
        answer = calm.post(REDIRECTS, {"old": old, "new": new})
        assert (answer.status_code, f'<a href="#{field}">{words}' in answer.text) == (422, True)
    assert text(with_pages, "shop.yaml") == before


def test_a_redirect_that_would_make_another_one_a_detour_is_refused(owner, shop):
    (shop / "shop.yaml").write_text(
        text(shop, "shop.yaml").replace("/old: product:longjing", "/old: '/orders/x'"), "utf-8"
    )
    answer = owner.post(REDIRECTS, {"old": "/orders/x", "new": "page:about"})
    assert "/old leads to /orders/x, which leads on to page:about" in answer.text
    assert answer.status_code == 422


def test_a_list_of_redirects_is_looked_at_before_it_is_written_and_can_be_taken_out_again(owner, shop):
    table = "Redirect from,Redirect to\n/a,page:about\n/old,page:about\n/b,/a\n/c,page:no\n/d,shelf:green\n"
    sent = {"file": (io.BytesIO(table.encode("utf-8-sig")), "r.csv"), "csrf_token": owner.token()}
    kind = "multipart/form-data"
    looked = owner.client.post(f"{REDIRECTS}/import", data=sent, headers=owner.headers, content_type=kind)
    assert "3 redirects will be written" in looked.text
    assert "2 rows are left out" in looked.text
    assert looked.text.count("Leads elsewhere now") == 1
    assert "/old: product:longjing" in text(shop, "shop.yaml")
    done = owner.post(f"{REDIRECTS}/import", {"table": table, "go": "1"})
    assert done.headers["Location"] == f"{REDIRECTS}?done=pages.redirects.done.imported"
    raw = owner.get(f"{REDIRECTS}.csv").data.decode("utf-8-sig")
    assert raw == "old,new\r\n/old,page:about\r\n/a,page:about\r\n/d,shelf:green\r\n"
    assert owner.post(f"{REDIRECTS}/import", {"table": raw}).text.count("All 3 redirects are there already") == 1
    assert owner.post(f"{REDIRECTS}/import", {"table": "no table"}).status_code == 422
    main = text(shop, "shop.yaml").replace("redirects:", "# from the old shop\nredirects:")
    (shop / "shop.yaml").write_text(main, "utf-8")
    many = "".join(f"/gone/{number};page:about\n" for number in range(300))
    assert owner.post(f"{REDIRECTS}/import", {"table": many, "go": "1"}).status_code == 303
    assert text(shop, "shop.yaml").count("/gone/") == 300
    assert "# from the old shop\nredirects:" in text(shop, "shop.yaml")


def test_what_lacks_a_language_is_listed_with_the_way_to_its_box(calm):
    shown = calm.get("/console/translations?locale=en").text
    assert 'href="/console/pages/about.en#field-body"' in shown
    assert 'href="/console/menus#field-menu.header.0.label.en"' in shown
    assert calm.get("/console/menus").text.count('id="field-menu.header.0.label.en"') == 1
    only = calm.get("/console/translations?locale=en&kind=page").text
    assert "/console/menus#" not in only
    assert 'id="field-body"' in calm.get("/console/pages/about.en").text


def test_a86_who_only_reads_sees_pages_and_changes_none(calm, with_pages):
    reader, before = Colleague(calm.app, Role.READ_ONLY).come_in(), text(with_pages)
    for path in (f"{PAGES}/about", MENUS):
        assert reader.get(path).status_code == 200
        assert save(reader, path, {"title.en": "Mine"}).status_code == 403
    assert "~new" not in reader.get(PAGES).text
    assert reader.post(REDIRECTS, {"old": "/x", "new": "/"}).status_code == 403
    assert reader.post(f"{PAGES}/about/delete", {}).status_code == 403
    assert Colleague(calm.app, Role.LIVE_ASSISTANT).come_in().get(PAGES).status_code == 403
    assert text(with_pages) == before
