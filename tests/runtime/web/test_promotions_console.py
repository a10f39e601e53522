"""Promotions in the console: chosen, filled in, tried before they are saved, paused, copied, ended, and taken away."""

import html
import re

import form_browser
import pytest
import storefront
from colleagues import Colleague, quick

from runtime.access.roles import Role
from runtime.rehearsal_bank import bank

HOME = "/console/promotions"
NEW = f"{HOME}/~new"
DRAFT = {"~draft": "y"}
RULES = """promotions:
  # ours
  - id: spring
    name: 春茶九折
    kind: percent_off
    percent: 10%
    when: {products: [longjing]}
  - id: welcome
    name: {zh-CN: 新客券, en: Welcome}
    kind: amount_off
    off: 5
    coupon: {code: WELCOME5, show: true}
    limit: {total: 100}
    stacks_with: [spring]
  - id: letter
    name: 致歉券
    kind: amount_off
    off: 8
    coupon: {}
  - id: autumn
    name: 秋茶
    kind: percent_off
    percent: 20%
    when: {starts_at: 2099-09-01 00:00}
  - id: winter
    name: 冬茶
    kind: percent_off
    percent: 20%
    when: {ends_at: 2020-02-01 00:00}
"""


@pytest.fixture
def app(shop):
    made = quick(storefront.application(shop))
    front = made.extensions["shopwright"]
    front.stocked(front.live.current())
    yield made
    front.close()
    bank.stop(front.settings)


@pytest.fixture
def owner(app):
    return Colleague(app, Role.OWNER).come_in()


@pytest.fixture
def rules(shop):
    path = shop / "shop.yaml"
    path.write_text(path.read_text("utf-8") + RULES, "utf-8")


def text(shop):
    whole = (shop / "shop.yaml").read_text("utf-8")
    return whole[whole.index("promotions:") :] if "promotions:" in whole else ""


def send(somebody, path, written, shown=None):
    """Send the form of a page as a browser does, with something written into it."""
    given = form_browser.form(shown or somebody.get(path).text)
    for name, value in written.items():
        given.setlist(name, value if isinstance(value, list) else [value])
    return somebody.client.post(path, data=given, headers=somebody.headers)


def words(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def names(page):
    return re.findall(r'<a class="over order-title"[^>]*>([^<]*)</a>', page)


def noted(app, what):
    office = Colleague(app).office
    rows = office.database.read(lambda look: look.all("SELECT what, subject, before, after FROM console_log"))
    return [row[1:] for row in rows if row[0] == what]


@pytest.mark.usefixtures("rules")
def test_the_list_tells_what_runs_what_is_planned_paused_and_over_and_finds_by_words_kind_and_code(owner, shop):
    path = shop / "shop.yaml"
    path.write_text(path.read_text("utf-8").replace("percent: 10%", "percent: 10%\n    paused: true"), "utf-8")
    shown = owner.get(HOME).text
    assert names(shown) == ["Welcome", "致歉券", "秋茶", "春茶九折", "冬茶"]
    for asked, found in {
        "view=paused": ["春茶九折"],
        "view=planned": ["秋茶"],
        "view=over": ["冬茶"],
        "kind=coupon": ["Welcome", "致歉券"],
        "kind=percent_off&view=over": ["冬茶"],
        "q=welcome5": ["Welcome"],
        "q=nothing": [],
    }.items():
        assert names(owner.get(f"{HOME}?{asked}").text) == found
    assert "100 of 100 orders left" in shown
    rows = owner.get(f"{HOME}.csv?view=over").text.splitlines()
    assert len(rows) == 2
    assert "winter" in rows[1]


def test_every_kind_has_a_card_and_a_form_with_its_own_fields_alone(owner):
    picker = owner.get(NEW).text
    found = re.findall(r'href="/console/promotions/~new\?kind=(\w+)"', picker)
    assert len(found) == 14
    fields = {
        kind: {
            name.removeprefix("promotions.").partition(".")[0].partition("~")[0]
            for name in re.findall(r'name="(promotions\.[^"]+)"', owner.get(f"{NEW}?kind={kind}").text)
        }
        for kind in found
    }
    always = {"kind", "name", "id", "when", "limit", "stacks_with", "priority"}
    own = {kind: each - always - {"coupon"} for kind, each in fields.items()}
    assert own == {
        "percent_off": {"percent"}, "amount_off": {"off"}, "fixed_price": {"price", "prices"},
        "flash_sale": {"price", "prices", "percent", "off", "stock"}, "tiers": {"tiers"},
        "nth_item": {"nth", "percent", "off", "price"}, "bundle_price": {"items", "price", "percent", "off"},
        "gift": {"gift", "gifts"}, "free_delivery": {"delivery"},
        "member_price": {"price", "prices", "percent", "off"},
        "group_buy": {"group", "price", "prices", "percent", "off"}, "referral": {"off", "percent"},
        "coupon": {"off"}, "codes": {"off"},
    }  # fmt: skip
    assert {kind for kind, each in fields.items() if "coupon" not in each} == {"group_buy", "referral"}


def test_w77_a_promotion_is_made_from_its_form_and_published(app, owner, shop):
    answer = send(owner, f"{NEW}?kind=percent_off", {"promotions.name.zh-CN": "龙井九折", "promotions.percent": "九折"})
    assert answer.headers["Location"] == f"{HOME}/long-jing-jiu-zhe?done=forms.done.published"
    assert text(shop) == (
        "promotions:\n  - id: long-jing-jiu-zhe\n    name: 龙井九折\n    kind: percent_off\n    percent: 10%\n"
    )
    assert "151.20" in owner.get("/products/longjing/").text
    assert noted(app, "text.saved")[0][0] == "shop.yaml long-jing-jiu-zhe"
