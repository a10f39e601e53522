"""Promotions at the command line: trying rules, making codes, members."""

import re
from datetime import UTC, datetime

import msgspec
import pytest
from click.testing import CliRunner
from rules import rule
from tills import NOW, PRODUCTS, make_terms, make_till, order, rows

from generator.build import Wish, build
from generator.shop import Shop
from runtime import database as databases
from runtime import orders, trials
from runtime import settings as environment
from runtime.cli import main
from runtime.commands import spans

SHOP = """format: 1
name: Hill Farm
url: https://tea.example.com
country: SG
locale: en
currency: SGD
seller: {type: company, legal_name: Tea Pte Ltd, phone: "+6561234567", email: a@example.com, address: 1 Market St}
home: [{section: shelf, shelf: green}]
delivery: [{id: pickup, name: Pick up, kind: pickup, place: At the bridge}]
payment: [{gateway: rehearsal}]
promotions:
  - {id: ten, name: Ten percent, kind: percent_off, percent: 10%}
  - {id: more, name: Three for less, kind: tiers, tiers: [{from: 100, off: 15}], stacks_with: '*'}
  - {id: letter, name: Letter, kind: amount_off, off: 5, coupon: {}}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOPWRIGHT_SECRET", "0123456789abcdef0123456789abcdef")
    monkeypatch.setenv("LANG", "en")
    for name in ("products", "shelves"):
        (tmp_path / name).mkdir()
    (tmp_path / "shop.yaml").write_text(SHOP, "utf-8")
    (tmp_path / "products/tea.yaml").write_text("title: Longjing\nprice: 50\nstock: 20\ntags: [green]\n", "utf-8")
    (tmp_path / "shelves/green.yaml").write_text("title: Green\nrule: {tag: green}\n", "utf-8")
    return tmp_path


@pytest.fixture
def published(folder):
    assert build(folder, Wish(now=NOW.strftime("%Y-%m-%dT%H:%M:%SZ"))).release
    databases.open(environment.read(folder), upgrade=True).close()
    return folder


def run(*arguments, code=0):
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_a_rule_is_tried_on_carts_before_anything_is_published(folder):
    output = run("promotions", "try", folder, "--cart", "tea:2", "--cart", "tea", "--only", "more")
    assert "2 × tea: SGD100.00 → SGD85.00" in output
    assert "Three for less: −SGD15.00" in output
    assert "1 × tea: SGD50.00 → SGD50.00" in output
    assert "Three for less: another SGD50.00 to reach SGD100.00." in output
    assert not (folder / "var/live").exists()


def test_examples_are_read_from_a_file(folder):
    path = folder / "examples.yaml"
    path.write_text("- {name: by letter, cart: {tea: 1}, codes: [letter]}\n- {cart: {coffee: 1}}\n", "utf-8")
    output = run("promotions", "try", folder, "--examples", path, "--only", "letter")
    assert "by letter: SGD50.00 → SGD45.00" in output
    assert "there is no sku coffee" in output


def test_a_trial_of_nothing_is_refused(folder):
    assert "--cart" in run("promotions", "try", folder, code=2)
    assert "tea:2" in run("promotions", "try", folder, "--cart", "tea:two", code=2)


def test_past_orders_are_priced_again_and_nothing_is_written(published):
    output = run("promotions", "try", published, "--orders", "10")
    assert "0 orders, 0 otherwise" in output


def test_codes_are_made_counted_and_taken_back(published):
    made = run("coupons", "make", published, "letter", "--count", "3", "--batch", "spring").split()
    assert len(made) == 3
    assert all(re.fullmatch(r"\w{4}-\w{4}-\w{4}", code) for code in made)
    assert "open 3  held 0  used 0  void 0" in run("coupons", "list", published)
    assert "1 codes are void" in run("coupons", "void", published, "--code", made[0].lower())
    assert "0 codes" in run("coupons", "void", published, "--code", made[0], code=1)
    assert "2 codes are void" in run("coupons", "void", published, "--batch", "spring")


def test_codes_are_made_for_promotions_that_take_them(published):
    assert "ten" in run("coupons", "make", published, "ten", code=1)
    assert "10000" in run("coupons", "make", published, "letter", "--count", "10001", code=1)
    out = published / "codes.txt"
    assert "keep it safe" in run("coupons", "make", published, "letter", "--count", "2", "--out", out)
    assert len(out.read_text().split()) == 2


def test_members_come_and_go(published):
    assert "is a member" in run("members", "add", published, "li@example.com", "13800138000")
    assert "was a member" in run("members", "add", published, "LI@example.com")
    assert "li@example.com" in run("members", "list", published)
    assert "is no member any more" in run("members", "remove", published, "li@example.com")
    run("members", "remove", published, "li@example.com", code=1)


def test_the_list_says_what_runs_and_how_often_it_was_given(published):
    output = run("promotions", "list", published)
    assert re.search(r"^ten\s+percent_off\s+runs\s+0 orders, 0 pieces\s+Ten percent$", output, re.MULTILINE)
    text = (published / "shop.yaml").read_text("utf-8").replace("percent: 10%", "percent: 10%, paused: true")
    (published / "shop.yaml").write_text(text, "utf-8")
    output = run("promotions", "list", published, "--lang", "zh")
    assert re.search(r"^ten\s+percent_off\s+已暂停\s+0 单，0 件\s+Ten percent$", output, re.MULTILINE)


def test_only_a_missing_database_is_called_missing_and_other_faults_are_told_as_they_are(published):
    assert "0 orders" in run("promotions", "list", published)
    (published / "var/shop.db").write_bytes(b"this is no database" * 100)
    assert "数据库" in run("promotions", "list", published, "--lang", "zh", code=3)


def test_before_the_first_database_nothing_was_given_and_that_is_said_in_the_readers_language(folder):
    output = run("promotions", "list", folder, "--lang", "zh")
    assert "还没有数据库" in output
    assert "letter" in output


def test_a_rule_is_held_against_the_orders_of_the_past(database, settings):
    till = make_till(database, settings)
    order(till, [("tea", 3)])
    order(till, [("few", 1)])
    rule_of_tea = rule("tea", "percent_off", percent=1000, products=("tea",), starts_at="2999-01-01T00:00:00Z")
    products = {each.handle: each for each in PRODUCTS}
    shop = msgspec.convert(
        msgspec.to_builtins(make_terms(promotions=(rule_of_tea,))) | {"products": msgspec.to_builtins(products)}, Shop
    )
    found = trials.compare(shop, orders.listing(database))
    assert sorted((each.goods, each.before, each.after) for each in found) == [(500, 0, 0), (3000, 0, 300)]
    assert rows(till, "SELECT COUNT(*) FROM promotion_use") == [(0,)]


def test_commands_tell_moments_as_the_clocks_of_the_shop_show_them(published):
    settings = environment.read(published)
    assert spans.clock(settings)(datetime(2026, 11, 22, 22, 40, tzinfo=UTC)) == "2026-11-23 06:40"
