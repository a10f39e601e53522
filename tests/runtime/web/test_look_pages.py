"""The page editor: sections and blocks as lines of shop.yaml, the page drawn from what is typed, and two at once."""

import re

import form_browser
import pytest
import storefront
from colleagues import Colleague, quick
from PIL import Image

from runtime.access.roles import Role

HOME = "/console/look"
SECTIONS = """home:
  # What everybody sees first.
  - section: hero
    heading: {zh-CN: 慢一点, en: Slow down}
    x-ours: kept
  - section: shelf  # the green ones
    shelf: green
  - section: promises
    blocks:
      - {block: promise, heading: {zh-CN: 现货, en: In stock}}
      - {block: promise, heading: {zh-CN: 包邮, en: Free delivery}}
"""


@pytest.fixture
def app(shop):
    before = text(shop)
    (shop / "shop.yaml").write_text(before.replace("home: [{section: shelf, shelf: green}]\n", SECTIONS), "utf-8")
    made = quick(storefront.application(shop))
    front = made.extensions["shopwright"]
    front.stocked(front.live.current())
    return made


@pytest.fixture
def owner(app):
    return Colleague(app, Role.OWNER).come_in()


def text(shop):
    return (shop / "shop.yaml").read_text("utf-8")


def sections(page):
    """The names of the sections in the list, with the places of those that are hidden in brackets."""
    found = re.findall(r'<div class="look-row( look-off)?"[^>]*>.*?data-open[^>]*><b>([^<]*)</b>', page, re.DOTALL)
    return [f"({name})" if hidden else name for hidden, name in found]


def digest(page):
    return re.search(r'name="digest" value="(\w+)"', page)[1]


def do(somebody, deed, page="", kind="home", **more):
    shown = page or somebody.get(f"{HOME}/{kind}").text
    return somebody.post(f"{HOME}/{kind}", {"deed": deed, "digest": digest(shown), **more})


def save(somebody, path, written, shown=None, suffix=""):
    given = form_browser.form(shown or somebody.get(path).text)
    for name, value in written.items():
        given.setlist(name, value if isinstance(value, list) else [value])
    body = {name: given.getlist(name) for name in given}
    return somebody.client.post(path + suffix, data=body, headers=somebody.headers)


def noted(app, what):
    rows = Colleague(app).office.database.read(lambda look: look.all("SELECT what, subject, after FROM console_log"))
    return [row[1:] for row in rows if row[0] == what]


def test_the_list_shows_sections_and_blocks_by_name_and_first_words(owner):
    page = owner.get(HOME).text
    assert sections(page) == ["Hero", "Shelf", "Promises", "Promise", "Promise"]
    assert "<small>Slow down</small>" in page
    assert len(owner.get(HOME).data) < 60_000


def test_w77_a_section_moves_hides_and_goes_with_the_fewest_lines(app, owner, shop):
    before = text(shop)
    assert do(owner, "down:0").headers["Location"] == f"{HOME}/home"
    assert sections(owner.get(HOME).text)[:2] == ["Shelf", "Hero"]
    assert do(owner, "up:1").status_code == 303
    assert text(shop) == before
    assert do(owner, "hide:1").headers["Location"].endswith("done=look.done.hidden")
    assert text(shop) == before.replace("    shelf: green\n", "    shelf: green\n    hidden: true\n")
    assert "(Shelf)" in sections(owner.get(HOME).text)
    do(owner, "show:1")
    assert text(shop) == before
    do(owner, "remove:0")
    assert text(shop) == re.sub(r"  # What everybody.*?x-ours: kept\n", "", before, flags=re.DOTALL)
    assert noted(app, "text.saved")[-1] == ("shop.yaml look", "remove home.0")


def test_blocks_move_hide_copy_and_go_inside_their_section(owner, shop):
    before = text(shop)
    do(owner, "down:2.0")
    assert text(shop).index("包邮") < text(shop).index("现货")
    do(owner, "hide:2.1")
    assert "{block: promise, heading: {zh-CN: 现货, en: In stock}, hidden: true}" in text(shop)
    assert "现货" not in owner.get(f"{HOME}/~frame").text
    do(owner, "copy:2.0")
    assert text(shop).count("包邮") == 2
    for _ in range(3):
        do(owner, "remove:2.0")
    assert text(shop) == before[: before.index("    blocks:\n")] + before[before.index("delivery:\n") :]


def test_what_is_added_is_right_from_its_first_moment(owner, shop):
    offered = owner.get(f"{HOME}/home/~add").text
    assert offered.count('name="deed" value="add:') == 17
    assert "product-main" not in offered
    answer = do(owner, "add:featured-product", at="1")
    assert answer.headers["Location"] == f"{HOME}/home/1?done=look.done.added"
    assert "- section: featured-product\n    product: draft\n" in text(shop)
    do(owner, "add:questions")
    do(owner, "add:question", at="4.0")
    assert text(shop).count("block: question") == 3
    assert "aria-invalid" not in owner.get(f"{HOME}/home/4.0").text
    shown = owner.get(f"{HOME}/~frame").text
    assert shown.index("<!--look 1-->") < shown.index("<!--look 2-->") < shown.index("<!--look 4-->")
    assert do(owner, "add:live-main").headers["Location"].endswith("done=look.done.stale")


def test_the_form_of_a_section_has_its_own_fields_and_changes_only_its_lines(owner, shop):
    before = text(shop)
    shown = owner.get(f"{HOME}/home/0").text
    names = set(re.findall(r'name="(home\.[^"]+)"', shown))
    assert all(name.startswith("home.0.") for name in names)
    assert {"home.0.section", "home.0.hidden"} & names == set()
    answer = save(owner, f"{HOME}/home/0", {"home.0.heading.en": "Slower still"})
    assert answer.headers["Location"] == f"{HOME}/home/0?done=forms.done.saved"
    assert text(shop) == before.replace("Slow down", "Slower still")
    assert save(owner, f"{HOME}/home/0", {}).status_code == 303
    assert text(shop) == before.replace("Slow down", "Slower still")


def test_the_form_of_a_block_changes_that_block_alone(owner, shop):
    before = text(shop)
    assert save(owner, f"{HOME}/home/2.1", {"home.2.blocks.1.heading.zh-CN": "满百包邮"}).status_code == 303
    assert text(shop) == before.replace("包邮", "满百包邮")


def test_a_page_is_drawn_from_what_is_typed_and_nothing_is_written(owner, shop):
    before, live = text(shop), (shop / "var/live").readlink()
    answer = save(owner, f"{HOME}/home/0", {"home.0.heading.zh-CN": "再慢<b>一点"}, suffix="/preview")
    assert "再慢&lt;b&gt;一点" in answer.json["html"]
    assert answer.json["problems"] == {}
    assert "<script" not in answer.json["html"]
    assert text(shop) == before
    assert (shop / "var/live").readlink() == live
    assert "慢一点" in owner.get(f"{HOME}/~frame").text


def test_w74_what_is_wrong_is_told_at_its_field_while_one_types_and_after_saving(owner, shop):
    written = {"home.0.heading.zh-CN": "", "home.0.heading.en": ""}
    told = save(owner, f"{HOME}/home/0", written, suffix="/preview").json["problems"]
    assert list(told) == ["field-home.0.heading.zh-CN"]
    live = (shop / "var/live").readlink()
    save(owner, f"{HOME}/home/0", written)
    shown = owner.get(f"{HOME}/home/0").text
    assert shown.count("<title>Error:") == 1
    assert told["field-home.0.heading.zh-CN"][0] in shown
    publishing = owner.get(f"{HOME}/~publish").text
    assert f'href="{HOME}/home/0"' in publishing
    assert owner.post(f"{HOME}/~publish", {"do": "now"}).status_code == 422
    assert (shop / "var/live").readlink() == live


def test_a_section_that_cannot_be_drawn_leaves_the_others_in_the_preview(owner, shop):
    (shop / "shop.yaml").write_text(text(shop).replace("    shelf: green\n", "    shelf: green\n    count: lots\n"))
    (shop / "theme/sections").mkdir(parents=True)
    (shop / "theme/sections/promises.html").write_text("{{ section.settings.nothing.at.all }}", "utf-8")
    shown = owner.get(f"{HOME}/~frame")
    assert shown.status_code == 200
    assert "慢一点" in shown.text
    assert "Longjing" not in shown.text


def test_w78_the_second_of_two_editors_is_refused_and_shown_both_sides(owner, shop):
    page, form = owner.get(HOME).text, owner.get(f"{HOME}/home/0").text
    save(owner, f"{HOME}/home/0", {"home.0.heading.en": "Mine"})
    refused = save(owner, f"{HOME}/home/0", {"home.0.heading.en": "Theirs"}, form)
    assert refused.status_code == 409
    assert "Both changed" in refused.text
    late = do(owner, "remove:1", page)
    assert late.status_code == 409
    assert "shelf: green" in text(shop)
    kept = dict(
        re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', late.text.partition("merge-choice")[2])
    )
    both = owner.post(f"{HOME}/home", {**kept, "~merge": "mine"})
    assert both.status_code == 303
    assert "shelf: green" not in text(shop)
    assert "en: Mine" in text(shop)


def test_undo_and_redo_go_through_the_look_and_through_nothing_else(app, owner, shop):
    before = text(shop)
    do(owner, "hide:1")
    hidden = text(shop)
    assert owner.post(f"{HOME}/~undo", {"kind": "home"}).headers["Location"].endswith("done=look.done.undone")
    assert text(shop) == before
    assert (
        owner.post(f"{HOME}/~redo", {"kind": "home", "back": "home/1"}).headers["Location"].startswith(f"{HOME}/home/1")
    )
    assert text(shop) == hidden
    assert len(noted(app, "text.undone")) == 1
    save(owner, "/console/settings/shop", {"name.en": "Other Tea", "~draft": "y"})
    other = text(shop)
    assert owner.post(f"{HOME}/~undo", {"kind": "home"}).headers["Location"].endswith("done=look.done.no_step")
    assert text(shop) == other


def test_a_page_that_shows_the_themes_sections_gets_its_own_with_the_first_change(owner, shop):
    before = text(shop)
    page = owner.get(f"{HOME}/product").text
    assert sections(page) == ["Product", "Related products"]
    assert "remove:0" not in page
    assert do(owner, "add:rich-text", kind="product", at="1").status_code == 303
    assert text(shop).startswith(before)
    assert "layouts:" in text(shop)
    assert sections(owner.get(f"{HOME}/product").text)[:3] == ["Product", "Rich text", "Heading"]
    assert "<!--look 1-->" in owner.get(f"{HOME}/~frame?on=product&with=longjing").text
    do(owner, "reset", kind="product")
    assert "rich-text" not in text(shop)


def test_colours_and_header_are_tried_before_they_are_saved(owner, shop):
    form = owner.get(f"{HOME}/theme/style").text
    assert form.count('type="radio" name="theme.colors"') == 6
    shown = save(owner, f"{HOME}/theme/style", {"theme.colors": "plum"}, suffix="/preview").json["html"]
    (sheet,) = re.findall(r'href="(/console/look/~asset/[^"]+)"', shown)
    answer = owner.get(sheet)
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "#862d4d" in answer.text
    assert "theme:" not in text(shop)
    save(owner, f"{HOME}/theme/header", {"theme.settings.announcement.zh-CN": "冬至前发货"})
    assert "announcement: 冬至前发货" in text(shop)
    assert "冬至前发货" in owner.get(f"{HOME}/~frame").text


def test_a_picture_that_no_release_has_is_seen_as_it_was_handed_in(owner, shop):
    (shop / "media").mkdir(exist_ok=True)
    Image.new("RGB", (900, 300), "#884422").save(shop / "media/new.jpg")
    written = {"home.0.picture.file": "new.jpg"}
    shown = save(owner, f"{HOME}/home/0", written, suffix="/preview").json["html"]
    assert 'src="/console/look/~picture/new.jpg"' in shown
    assert 'width="900" height="300"' in shown
    answer = owner.get(f"{HOME}/~picture/new.jpg")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")


def test_a85_the_preview_runs_nothing_and_is_framed_by_nobody_else(owner):
    policy = owner.get(f"{HOME}/~frame").headers["Content-Security-Policy"]
    assert "script-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert owner.get(HOME).headers["Content-Security-Policy"].endswith("frame-src 'self'")
    assert "frame-src" not in owner.get("/console/products").headers["Content-Security-Policy"]
    for path in (
        "~asset/..%2f..%2fshop.yaml",
        "~asset/.hidden",
        "~picture/..%2f..%2fshop.yaml",
        "~picture/nothing.jpg",
    ):
        assert owner.get(f"{HOME}/{path}").status_code == 404


def test_who_only_reads_sees_the_page_and_changes_nothing(app, shop):
    reader = Colleague(app, Role.READ_ONLY).come_in()
    page = reader.get(HOME).text
    assert 'form="deeds"' not in page
    before = text(shop)
    assert do(reader, "remove:0", page).status_code == 403
    assert save(reader, f"{HOME}/home/0", {"home.0.heading.en": "No"}).status_code == 403
    assert save(reader, f"{HOME}/home/0", {}, suffix="/preview").status_code == 403
    assert text(shop) == before
    assert Colleague(app, Role.LIVE_ASSISTANT).come_in().get(HOME).status_code == 403


def test_addresses_of_nothing_are_not_found(owner):
    for path in ("nowhere", "home/9", "home/0.0", "home/x", "theme/nothing", "home/~add?at=0.0", "~history/77"):
        assert (path, owner.get(f"{HOME}/{path}").status_code) == (path, 404)
