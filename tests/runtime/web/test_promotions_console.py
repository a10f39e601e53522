"""Promotions in the console: chosen, filled in, tried before they are saved, paused, copied, ended, and taken away."""

import html
import re

import form_browser
import pytest
import storefront
from colleagues import Colleague, quick

from runtime.access.roles import Role

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
    return made


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


@pytest.mark.usefixtures("rules")
def test_w77_saving_a_promotion_changes_one_line_and_keeps_what_is_around_it(owner, shop):
    before = text(shop)
    page = owner.get(f"{HOME}/spring").text
    answer = send(owner, f"{HOME}/spring", DRAFT | {"promotions.percent": "15"}, page)
    assert answer.headers["Location"] == f"{HOME}/spring?done=forms.done.saved"
    assert text(shop) == before.replace("percent: 10%", "percent: 15%")
    unchanged = text(shop)
    for name in ("welcome", "letter", "autumn", "winter"):
        assert send(owner, f"{HOME}/{name}", DRAFT).status_code == 303
        assert text(shop) == unchanged


@pytest.mark.usefixtures("rules")
def test_what_is_wrong_is_told_at_its_field_in_the_words_of_check_and_not_written(owner, shop):
    before = text(shop)
    answer = send(owner, f"{HOME}/spring", {"promotions.percent": "120%"})
    assert answer.status_code == 422
    assert 'href="#field-promotions.percent"' in answer.text
    assert "Not saved yet" in words(answer.text)
    assert text(shop) == before
    answer = send(owner, f"{NEW}?kind=flash_sale", {"promotions.name.zh-CN": "抢购", "promotions.price": "99"})
    assert answer.status_code == 422
    assert "a flash sale says when it ends" in words(answer.text)
    answer = send(owner, f"{NEW}?kind=coupon", {"promotions.name.zh-CN": "券", "promotions.off": "5",
                                                "promotions.coupon.code": "we1come-5"})  # fmt: skip
    assert answer.status_code == 422
    assert "reads like WELCOME5" in words(answer.text)
    assert text(shop) == before


@pytest.mark.usefixtures("rules")
def test_w78_who_saves_an_old_state_is_shown_both_and_loses_nothing(owner, shop):
    page = owner.get(f"{HOME}/welcome").text
    send(owner, f"{HOME}/spring", DRAFT | {"promotions.percent": "15%"})
    owner.post(f"{HOME}/spring/copy")
    answer = send(owner, f"{HOME}/welcome", {"promotions.off": "6"}, page)
    assert answer.status_code == 409
    given = form_browser.MultiDict(
        (name, html.unescape(value))
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    )
    given["~merge"] = "theirs"
    answer = owner.client.post(f"{HOME}/welcome", data=given, headers=owner.headers)
    assert answer.status_code == 303
    assert "off: 6" in text(shop)
    assert "percent: 15%" in text(shop)
    assert "id: spring-2" in text(shop)


@pytest.mark.usefixtures("rules")
def test_the_form_is_tried_before_it_is_saved_with_the_reason_of_every_price(owner, shop):
    before = text(shop)
    asked = {"promotions.percent": "25%", "~try": "1", "~sku": ["longjing", "limited"], "~pieces": ["2", "1"],
             "~with": "welcome", "~customer": "known", "~to": "SG", "~past": "20"}  # fmt: skip
    answer = send(owner, f"{HOME}/spring", asked)
    assert answer.status_code == 200
    tried = words(answer.text[answer.text.index('id="tried"') :])
    assert "¥252.00" in tried
    assert "春茶九折: −¥84.00" in tried
    assert "Welcome" in tried
    assert "There are no orders yet." in tried
    assert "Post, fee ¥10.00" in tried
    assert text(shop) == before
    fresh = send(owner, f"{NEW}?kind=tiers", {
        "promotions.name.zh-CN": "满减", "promotions.tiers": ["", "n0"], "promotions.tiers.n0.from": "300",
        "promotions.tiers.n0.off": "40", "~try": "1", "~sku": "LONGJING", "~pieces": "2", "~alone": "1",
    })  # fmt: skip
    assert "满减: −¥40.00" in words(fresh.text)
    assert text(shop) == before


@pytest.mark.usefixtures("rules")
def test_all_promotions_are_tried_on_a_page_that_readers_may_open(app):
    reader = Colleague(app, Role.READ_ONLY).come_in()
    page = reader.get(f"{HOME}/~try?~try=1&~sku=longjing&~pieces=1&~to=nowhere&~sku=coffee").text
    assert "春茶九折: −¥16.80" in words(page)
    assert "There is no such region: nowhere" in words(page)
    assert "There is no such product: coffee" in words(page)
    assert "here are two examples" in words(reader.get(f"{HOME}/~try?~try=1").text)
    assert reader.get(NEW).status_code == 403
    assert '<fieldset class="split" disabled>' in reader.get(f"{HOME}/spring").text


@pytest.mark.usefixtures("rules")
def test_a_promotion_is_paused_goes_on_is_ended_and_shoppers_see_it_at_once(app, owner, shop):
    for deed, price in (("pause", "168.00"), ("resume", "151.20"), ("end", "168.00")):
        answer = owner.post(f"{HOME}/spring/{deed}")
        assert answer.headers["Location"] == f"{HOME}/spring?done=promotions.done.{deed}"
        assert price in owner.get("/products/longjing/").text
    assert re.search(r"when: \{products: \[longjing\], ends_at: \d{4}-\d\d-\d\d \d\d:\d\d\}", text(shop))
    assert [noted(app, f"promotion.{deed}")[0][0] for deed in ("pause", "resume", "end")] == ["spring"] * 3
    assert owner.post(f"{HOME}/spring/explode").status_code == 404
    owner.post(f"{HOME}/autumn/end")
    assert "2099-09-01 00:00}" in text(shop)


@pytest.mark.usefixtures("rules")
def test_a_copy_is_paused_and_has_an_id_and_a_code_of_its_own(owner, shop):
    answer = owner.post(f"{HOME}/welcome/copy")
    assert answer.headers["Location"] == f"{HOME}/welcome-2?done=promotions.done.copied"
    assert "- id: welcome-2\n" in text(shop)
    assert "code: WELCOME52" in text(shop)
    assert text(shop).count("stacks_with") == 1
    assert "It is paused" in words(owner.get(f"{HOME}/welcome-2").text)


@pytest.mark.usefixtures("rules")
def test_a_promotion_that_goes_is_taken_out_of_what_names_it(app, owner, shop):
    (shop / "live").mkdir(exist_ok=True)
    room = shop / "live/show.yaml"
    room.write_text(
        "title: Show\nstarts_at: 2099-01-01 20:00\nproducts: [longjing]\nsource: {kind: broadcast}\n"
        "promotions: [spring, welcome]\n",
        "utf-8",
    )
    asked = owner.get(f"{HOME}/spring/delete").text
    assert "1 live room" in words(asked)
    answer = owner.post(f"{HOME}/spring/delete", {"digest": re.search(r'name="digest" value="([^"]+)"', asked)[1]})
    assert answer.headers["Location"] == f"{HOME}?done=promotions.done.removed"
    assert "spring" not in text(shop)
    assert "promotions: [welcome]" in room.read_text("utf-8")
    assert owner.get(f"{HOME}/spring").status_code == 404
    assert noted(app, "promotion.removed") == [("spring", "春茶九折", "")]
    stale = owner.post(f"{HOME}/welcome/delete", {"digest": "old"})
    assert stale.headers["Location"].endswith("promotions.done.late")


@pytest.mark.usefixtures("rules")
def test_what_may_stand_beside_a_promotion_is_written_at_both(owner, shop):
    given = {"~stack": "some", "promotions.stacks_with": ["", "welcome", "letter"]}
    send(owner, f"{HOME}/spring", DRAFT | given)
    assert "stacks_with: [welcome, letter]" in text(shop)
    assert text(shop).count("stacks_with: [spring]") == 2
    send(owner, f"{HOME}/spring", DRAFT | {"~stack": "all"})
    assert re.search(r"stacks_with: ['\"]\*['\"]", text(shop))
    send(owner, f"{HOME}/spring", DRAFT | {"~stack": "none"})
    assert "*" not in text(shop)


@pytest.mark.usefixtures("rules")
def test_a_coupon_becomes_one_by_codes_or_none_by_one_choice(owner, shop):
    send(owner, f"{HOME}/spring", DRAFT | {"~coupon": "single"})
    assert re.search(r"id: spring\n.*?coupon: \{\}", text(shop), re.DOTALL)
    send(owner, f"{HOME}/spring", DRAFT | {"~coupon": "public", "promotions.coupon.code": "SPRING"})
    assert re.search(r"coupon:\s+\{?code: SPRING", text(shop))
    send(owner, f"{HOME}/spring", DRAFT | {"~coupon": "none"})
    assert "SPRING" not in text(shop)
    send(owner, f"{HOME}/welcome", DRAFT | {"~coupon": "single"})
    assert "WELCOME5" not in text(shop)
    assert text(shop).count("coupon: {}") == 2


@pytest.mark.usefixtures("rules")
def test_products_shelves_and_ways_are_chosen_and_the_others_go(owner, shop):
    (shop / "shelves/black.yaml").write_text("title: Black\nproducts: [longjing]\n", "utf-8")
    page = owner.get(f"{HOME}/spring").text
    token = re.search(r'name="promotions\.when\.shelves\.(n\d+)" value="green"', page)[1]
    ticked = {"~about": "shelves", "promotions.when.shelves": ["", token]}
    again = send(owner, f"{HOME}/spring", ticked | {"~do": "show"}, page).text
    tokens = re.findall(r'type="checkbox" name="promotions\.when\.shelves" value="(\w+)"', again)
    assert len(set(tokens)) == len(tokens) == 2
    send(owner, f"{HOME}/spring", DRAFT | ticked, page)
    assert re.search(r"when: ?\{?\s*shelves:\s*(\[green\]|- green)", text(shop))
    send(owner, f"{HOME}/spring", DRAFT | {"~about": "all"})
    assert "shelves" not in text(shop)
    typed = send(owner, f"{HOME}/autumn", {"~about": "products", "~find": "Longjing", "~do": "find"})
    assert 'value="longjing"' in typed.text
    sale = {"promotions.name.zh-CN": "抢购", "promotions.price": "99", "promotions.percent": "50%", "~way": "percent",
            "promotions.when.ends_at": "2099-01-01T00:00", "promotions.stock": "5"}  # fmt: skip
    answer = send(owner, f"{NEW}?kind=flash_sale", sale | DRAFT)
    assert answer.headers["Location"] == f"{HOME}/qiang-gou?done=forms.done.saved"
    made = text(shop)[text(shop).index("qiang-gou") :]
    assert "percent: 50%" in made
    assert "price: 99" not in made


def test_the_law_of_prices_is_told_at_the_form_with_the_lowest_price_of_the_days_before(owner, shop):
    path = shop / "shop.yaml"
    path.write_text(path.read_text("utf-8").replace("country: SG", "country: DE") + RULES, "utf-8")
    (shop / "var").mkdir(exist_ok=True)
    head = "recorded,from,sku,price,crossed_out,currency,promotion\n"
    line = "2020-01-01T00:00:00Z,2020-01-01T00:00:00Z,longjing,140.00,,CNY,\n"
    (shop / "var/prices.csv").write_text(head + line, "utf-8")
    asked = {"promotions.percent": "10%", "~try": "1", "~about": "products"}
    page = send(owner, f"{HOME}/spring", asked).text
    law = words(page[page.index('id="law"') :])
    assert "Lowest of 30 days: ¥140.00" in law
    assert "1 variant cost as little or less" in law
    assert send(owner, f"{HOME}/spring", {"promotions.percent": "10%"}).status_code == 422
    page = send(owner, f"{HOME}/spring", asked | {"promotions.percent": "20%"}).text
    law = words(page[page.index('id="law"') :])
    assert "cost as little" not in law
    assert "¥134.40 ¥140.00" in law


@pytest.mark.usefixtures("rules")
def test_a86_a90_forms_without_a_token_or_with_fields_of_their_own_change_nothing(app, owner, shop):
    before = text(shop)
    for path in (
        f"{HOME}/spring",
        f"{HOME}/spring/pause",
        f"{HOME}/spring/delete",
        f"{NEW}?kind=gift",
        f"{HOME}/letter/codes",
    ):
        assert owner.post(path, {"promotions.percent": "50%"}, token=None).status_code == 409
        assert Colleague(app, Role.STAFF).come_in().post(path, {}).status_code == 403
    send(
        owner, f"{HOME}/spring", DRAFT | {"payment.0.gateway": "none", "promotions.kind": "gift", "promotions.id": "x"}
    )
    assert text(shop) == before
    assert "payment.0.gateway" in noted(app, "form.odd")[0][2]


@pytest.mark.usefixtures("rules")
def test_w79_a_broken_file_is_shown_with_its_line_and_never_written(owner, shop):
    path = shop / "shop.yaml"
    broken = path.read_text("utf-8").replace("    percent: 10%\n", "    percent: 10%\n   kind: [\n")
    path.write_text(broken, "utf-8")
    listed = words(owner.get(HOME).text)
    assert "nothing can be changed here" in listed
    assert re.search(r"shop\.yaml:\d+", listed)
    assert "A reason to buy today" not in listed
    for name in ("spring/pause", "spring/copy", "spring", "~publish"):
        assert owner.post(f"{HOME}/{name}").status_code in {303, 404, 409}
    assert owner.post(f"{NEW}?kind=gift", {"promotions.name.zh-CN": "x"}).status_code == 409
    assert path.read_text("utf-8") == broken
