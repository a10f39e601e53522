"""Coupons in the console: codes made once and taken once, revoked, told with who used them; and groups."""

import re

import pytest
import storefront
from colleagues import Colleague, now, quick
from test_promotions_console import HOME, noted, words

from runtime import coupons, groups, placing
from runtime.access.roles import Role
from runtime.coupons import Taken
from runtime.orders import Address, CartLine, Contact, Placement
from runtime.pricing import Destination

RULES = """promotions:
  - id: welcome
    name: 新客券
    kind: amount_off
    off: 5
    coupon: {code: WELCOME5}
  - id: letter
    name: 致歉券
    kind: amount_off
    off: 8
    coupon: {}
  - id: three
    name: 三人团
    kind: group_buy
    price: 100
    group: {size: 3, hours: 24}
    when: {products: [longjing]}
  - id: friends
    name: 邀请有礼
    kind: referral
    off: 10
"""
CODES = f"{HOME}/letter/codes"


@pytest.fixture(scope="module")
def app(built, tmp_path_factory):
    folder = storefront.copy(built, tmp_path_factory.mktemp("coupons") / "shop")
    path = folder / "shop.yaml"
    path.write_text(path.read_text("utf-8") + RULES, "utf-8")
    made = quick(storefront.application(folder))
    owner = Colleague(made, Role.OWNER).come_in()
    assert owner.post(f"{HOME}/~publish").headers["Location"].endswith("published")
    yield made
    made.extensions["shopwright"].close()


@pytest.fixture
def owner(app):
    return Colleague(app, Role.OWNER).come_in()


def key(page):
    return re.search(r'name="key" value="([^"]+)"', page)[1]


def made_by(somebody, count="3", batch="spring"):
    """Make a batch as the form does, and return its answer and the page behind it."""
    page = somebody.get(CODES).text
    given = {"count": count, "batch": batch, "key": key(page)}
    answer = somebody.post(CODES, given)
    return given, answer


def test_codes_are_made_once_taken_by_who_made_them_and_good_in_the_shop(app, owner):
    given, answer = made_by(owner)
    assert answer.status_code == 303
    again = owner.post(CODES, given)
    assert again.status_code == 303
    page = owner.get(answer.headers["Location"]).text
    assert "3 codes made (spring)" in words(page)
    assert "3 made, 0 used, 3 open" in words(page)
    told = {"made": re.search(r'name="made" value="([^"]+)"', page)[1]}
    table = owner.post(f"{CODES}.csv", told)
    rows = table.text.lstrip("\ufeff").splitlines()
    assert rows[0] == "code,link"
    codes = [row.split(",")[0] for row in rows[1:]]
    assert len(codes) == 3
    assert all(re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", code) for code in codes)
    assert [owner.post(f"{CODES}.csv", told).text, noted(app, "coupons.made")] == [
        table.text,
        [("letter", "", "spring: 3")],
    ]
    office = Colleague(app).office
    kept = office.database.read(lambda look: look.all("SELECT hash FROM coupon WHERE batch = 'spring'"))
    assert sorted(row[0] for row in kept) == sorted(coupons.hashed(code) for code in codes)
    assert not any(code in page for code in codes)
    assert key(page) not in told["made"]
    other = Colleague(app, Role.MANAGER).come_in()
    assert other.post(f"{CODES}.csv", told).status_code == 410
    assert owner.post(f"{HOME}/welcome/codes.csv", told).status_code == 410
    assert Colleague(app, Role.STAFF).come_in().post(f"{CODES}.csv", told).status_code == 403
    link = owner.client.get(f"/r/{codes[0]}", headers=owner.headers)
    assert link.status_code == 303


@pytest.mark.parametrize("given", [{"count": "0"}, {"count": "10001"}, {"count": "ten"}, {"batch": ""}])
def test_what_a_batch_lacks_is_told_at_its_field(owner, given):
    answer = made_by(owner, **{"batch": "wrong", **given})[1]
    assert answer.status_code == 422
    assert f'href="#{next(iter(given))}"' in answer.text


def test_a_batch_of_a_name_that_there_is_asks_for_another_and_public_codes_have_none(owner):
    made_by(owner, batch="twice")
    assert made_by(owner, batch="twice")[1].status_code == 422
    assert owner.post(f"{HOME}/welcome/codes", {"count": "1", "batch": "b", "key": "k"}).status_code == 404
    assert owner.get(f"{HOME}/three/codes").status_code == 404


def test_codes_are_taken_back_by_batch_by_row_and_by_typing(app, owner):
    secret = app.extensions["shopwright"].settings.secret
    given, _ = made_by(owner, batch="void")
    codes = coupons.batch_codes(secret, given["key"], 3)

    def void(**what):
        return owner.post(f"{CODES}/void", what).headers["Location"].rpartition("=")[2]

    assert void(code=codes[0].lower()) == "promotions.done.void"
    assert void(code=codes[0]) == "promotions.done.none_void"
    office = Colleague(app).office
    (number,) = office.database.read(
        lambda look: look.find("SELECT id FROM coupon WHERE hash = ?", coupons.hashed(codes[1]))
    )
    assert void(number=str(number)) == "promotions.done.void"
    assert owner.post(f"{HOME}/welcome/codes/void", {"batch": "void"}).headers["Location"].endswith("none_void")
    assert void(batch="void") == "promotions.done.void"
    assert "3 made, 0 used, 0 open · 3 taken back" in words(owner.get(CODES).text)


class Buyers:
    """Buy in the shop as a visitor would, by its till."""

    def __init__(self, app):
        front = app.extensions["shopwright"]
        self.till = front.till(front.live.current())
        self.count = 0

    def buy(self, now, **more):
        self.count += 1
        fields = {
            "key": f"promotions-{self.count:08d}", "lines": (CartLine(sku="longjing", quantity=1),), "locale": "en",
            "delivery": "post", "gateway": "rehearsal",
            "contact": Contact(name="<b>Li</b>", email=f"b{self.count}@example.com", phone=f"138001380{self.count:02}"),
            "address": Address(destination=Destination(country="SG", postcode="1"), name=f"=Buyer {self.count}",
                               phone="+6591234567", street="1 Road"),
            "expected_total": -1, **more,
        }  # fmt: skip
        total = placing.quote(self.till, Placement(**fields), now).total
        return placing.place(self.till, Placement(**fields | {"expected_total": total}), now).order


def test_a91_a92_lists_tell_who_used_what_escaped_and_as_files_without_formulas(app, owner):
    shop = Buyers(app)
    taken = (Taken(text="welcome5", at=int(now().timestamp())),)
    used = shop.buy(now(), codes=taken)
    opened = shop.buy(now(), opens="three")
    group = shop.till.database.read(lambda look: groups.of_order(look, opened.id))
    joined = shop.buy(now(), joins=group.token)
    page = owner.get(f"{HOME}/welcome/codes").text
    assert used.number in page
    assert "=Buyer 1" in page
    assert "/r/WELCOME5" in page
    assert "data:image/svg+xml" in page
    assert ",'=Buyer 1,1,Unpaid" in owner.get(f"{HOME}/welcome/uses.csv").text
    assert "WELCOME5" in owner.get(f"{HOME}/~coupons").text
    assert "WELCOME5" in owner.get(f"{HOME}/~coupons.csv").text
    listed = owner.get(f"{HOME}/~groups").text
    assert "0 of 3 paid" in words(listed)
    assert all(each.number in listed for each in (opened, joined))
    assert f"/g/{group.token}" in listed
    rows = owner.get(f"{HOME}/~groups.csv").text.splitlines()
    assert len(rows) == 3
    assert "No groups here" in words(owner.get(f"{HOME}/~groups?view=complete").text)
    assert [each[2] for each in noted(app, "groups.exported")] == ["1"]
    assert "group is under way" in words(owner.get(f"{HOME}/three/delete").text)
    assert "1 group is under way" in words(owner.get(f"{HOME}/three").text)


def test_who_brought_whom_is_told_by_share_alone_and_the_tab_and_the_offer_lead_there(owner):
    there = 'href="/console/share/referrals"'
    assert [owner.get(f"{HOME}{path}").text.count(there) for path in ("", "/friends", "/three")] == [1, 1, 0]
    assert owner.get(f"{HOME}/~referrals").status_code == 404
