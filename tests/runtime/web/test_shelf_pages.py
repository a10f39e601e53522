"""Shelves in the console: filled by hand or by rule, with what the rule finds, and taken away."""

import re

import form_browser
import pytest
import storefront
from colleagues import Colleague, quick

from runtime.access.roles import Role

HOME = "/console/shelves"
DRAFT = {"~draft": "y"}


@pytest.fixture
def app(shop):
    return quick(storefront.application(shop))


@pytest.fixture
def owner(app):
    return Colleague(app, Role.OWNER).come_in()


def text(shop, name="green"):
    return (shop / f"shelves/{name}.yaml").read_text("utf-8")


def save(somebody, path, written, shown=None):
    given = form_browser.form(shown or somebody.get(path).text)
    for name, value in written.items():
        given.setlist(name, value if isinstance(value, list) else [value])
    body = {name: given.getlist(name) for name in given}
    return somebody.client.post(path, data=body, headers=somebody.headers, content_type="multipart/form-data")


def found(answer):
    """Return the titles that the preview shows."""
    preview = answer.text.partition('id="preview"')[2]
    return re.findall(r'<span class="order-title">([^<]*)</span>', preview)


def test_the_list_counts_what_stands_on_each_shelf_now(owner):
    shown = owner.get(HOME).text
    assert "Green tea" in shown
    assert "4 products" in shown
    assert "By rule" in shown


def test_a_rule_shows_what_it_finds_before_it_is_saved(owner, shop):
    before = text(shop)
    assert found(owner.get(f"{HOME}/green")) == ["Endless", "The last tin", "Limited", "Longjing"]
    wish = {"~do": "show", "rule.price_under": "100", "rule.sort": "-price"}
    tried = save(owner, f"{HOME}/green", wish)
    assert found(tried) == ["The last tin", "Limited", "Endless"]
    assert text(shop) == before
    assert save(owner, f"{HOME}/green", DRAFT, tried.text).status_code == 303
    assert text(shop) == before.replace("{tag: green}", "{tag: green, price_under: 100, sort: -price}")


def test_what_cannot_be_read_in_a_rule_is_left_out_of_the_preview(owner):
    tried = save(owner, f"{HOME}/green", {"~do": "show", "rule.price_under": "cheap", "rule.limit": "some"})
    assert tried.status_code == 200
    assert "One of the values cannot be read" in tried.text


def test_a_shelf_that_is_sent_back_as_it_was_changes_nothing(owner, shop):
    before = text(shop)
    assert save(owner, f"{HOME}/green", DRAFT).status_code == 303
    assert text(shop) == before


def test_a_shelf_changes_from_a_rule_to_products_by_hand_and_back(owner, shop):
    shown = save(owner, f"{HOME}/green", {"~kind": "products", "~do": "find", "~find": "最后"})
    again = save(owner, f"{HOME}/green", {"~do": "find", "~find": "longjing"}, shown.text)
    sorted_ = save(owner, f"{HOME}/green", {"~do": "up:products:n1"}, again.text)
    done = save(owner, f"{HOME}/green", {}, sorted_.text)
    assert done.headers["Location"] == f"{HOME}/green?done=forms.done.published"
    assert text(shop) == "title: {zh-CN: 绿茶, en: Green tea}\nproducts: [longjing, last-tin]\n"
    assert save(owner, f"{HOME}/green", {"~kind": "rule", "rule.tag": "green", **DRAFT}).status_code == 303
    assert text(shop) == "title: {zh-CN: 绿茶, en: Green tea}\nrule:\n  tag: green\n"


@pytest.mark.parametrize(("kind", "filled"), [("hand", "products: []\n"), ("rule", "rule:\n  sort: newest\n")])
def test_a_new_shelf_is_named_by_the_sound_of_its_title(owner, shop, kind, filled):
    answer = owner.post(f"{HOME}/~new", {"title": "百元礼物", "kind": kind})
    assert answer.headers["Location"] == f"{HOME}/bai-yuan-li-wu?done=shelves.done.made"
    assert text(shop, "bai-yuan-li-wu") == f"title: 百元礼物\n{filled}"
    assert owner.get(f"{HOME}/bai-yuan-li-wu").status_code == 200
    assert owner.post(f"{HOME}/~new", {"title": "", "kind": kind}).status_code == 422


def test_w78_the_second_of_two_tabs_is_told_what_the_first_one_changed(owner, shop):
    shown = owner.get(f"{HOME}/green").text
    save(owner, f"{HOME}/green", {"title.en": "First", **DRAFT})
    refused = save(owner, f"{HOME}/green", {"title.en": "Second", **DRAFT}, shown)
    assert refused.status_code == 409
    assert "First" in text(shop)


def test_a_shelf_goes_once_what_links_to_it_leads_elsewhere(owner, shop):
    (shop / "shelves/all.yaml").write_text("title: All\nrule: {sort: newest}\n", "utf-8")
    asked = owner.get(f"{HOME}/green/delete").text
    assert "1 place links to it" in asked
    wish = {"digest": re.search(r'name="digest" value="([^"]+)"', asked)[1]}
    assert owner.post(f"{HOME}/green/delete", wish).status_code == 422
    assert owner.post(f"{HOME}/green/delete", wish | {"way": "take"}).status_code == 422
    assert (shop / "shelves/green.yaml").exists()
    gone = owner.post(f"{HOME}/green/delete", wish | {"way": "lead", "to": "shelf:all"})
    assert gone.headers["Location"] == f"{HOME}?done=shelves.done.removed"
    assert "home: [{section: shelf, shelf: all}]" in (shop / "shop.yaml").read_text("utf-8")
    assert owner.get("/shelves/green/").headers["Location"] == "/shelves/all/"


def test_who_only_reads_sees_shelves_and_cannot_change_them(app, shop):
    reader = Colleague(app, Role.READ_ONLY).come_in()
    before = text(shop)
    assert "~new" not in reader.get(HOME).text
    assert save(reader, f"{HOME}/green", {"title.en": "Mine"}).status_code == 403
    assert text(shop) == before
