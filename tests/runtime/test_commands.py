"""What a merchant does at the command line, on a real shop folder."""

import hashlib
import inspect
import re

import pytest
from click.testing import CliRunner
from tills import NOW, make_settings, make_till, order

from runtime import aftersale, cli, migrations, refusals, words
from runtime import database as databases
from runtime.faults import DatabaseFault, Reason
from runtime.refusals import Code, Refusal
from runtime.wordings import de, en, zh


@pytest.fixture
def shop(tmp_path, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHOPWRIGHT_SECRET", "0123456789abcdef0123456789abcdef")
    return tmp_path


@pytest.fixture
def till(shop):
    settings = make_settings(shop)
    made = make_till(databases.open(settings, upgrade=True), settings)
    yield made
    made.database.close()


def run(shop, *arguments, **environ):
    return CliRunner(env=environ).invoke(cli.main, [*arguments[:2], str(shop), *arguments[2:]])


def test_a_new_shop_gets_its_database_by_migrate_and_by_nothing_else(shop):
    before = CliRunner().invoke(cli.main, ["audit", str(shop)])
    assert (before.exit_code, "run shopwright migrate" in before.stderr) == (3, True)
    done = CliRunner().invoke(cli.main, ["migrate", str(shop)])
    assert (done.exit_code, done.stdout) == (0, f"the database has schema {migrations.LATEST}\n")
    after = CliRunner().invoke(cli.main, ["audit", str(shop)])
    assert (after.exit_code, after.stdout) == (0, "0 orders, 0 transfers: all agree\n")


@pytest.mark.parametrize(
    ("group", "english", "chinese"),
    [
        ("orders", "No orders.\n", "没有订单。\n"),
        ("aftersale", "Nobody waits for an answer.\n", "没有待处理的售后。\n"),
        ("refunds", "No refunds.\n", "没有退款。\n"),
    ],
)
@pytest.mark.usefixtures("till")
def test_an_empty_list_says_so_beside_its_output(shop, group, english, chinese):
    for locale, told in (("C", english), ("zh_CN.UTF-8", chinese)):
        done = run(shop, group, "list", LC_ALL=locale)
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", told)


def test_an_audit_is_told_in_the_merchants_language(shop, till):
    order(till)
    done = CliRunner(env={"LC_ALL": "zh_CN.UTF-8"}).invoke(cli.main, ["audit", str(shop)])
    assert done.stdout == "1 个订单、0 笔转账：全部相符\n"


def test_a_transfer_is_confirmed_shipped_and_received_by_command(shop, till):
    found = order(till, gateway="transfer")
    steps = [
        (
            ("orders", "confirm-payment", found.number, "--amount", "5.00", "--reference", "a"),
            "partial  waiting for payment",
        ),
        (("orders", "confirm-payment", found.number), "paid  paid"),
        (("orders", "ship", found.number, "--carrier", "SF", "--tracking", "1"), "on its way"),
        (("orders", "receive", found.number), "received"),
    ]
    for arguments, said in steps:
        done = run(shop, *arguments)
        assert (done.exit_code, done.stdout, done.stderr) == (0, f"{found.number}  {said}\n", "")
    assert run(shop, "stock", "audit").stdout == "stock and ledger agree\n"


def test_a_step_that_is_not_due_is_refused_in_the_merchants_language(shop, till):
    found = order(till)
    for language, said in [
        ("en_GB.UTF-8", f"Order {found.number} is waiting for payment, so it cannot be shipped.\n"),
        ("zh_CN.UTF-8", f"订单 {found.number} 当前为“待付款”，不能发货。\n"),
        ("de_DE.UTF-8", f"Bestellung {found.number} ist „wartet auf Zahlung“ und kann nicht versandt werden.\n"),
    ]:
        done = run(shop, "orders", "ship", found.number, LANG=language)
        assert (done.exit_code, done.stdout, done.stderr) == (1, "", said)
    assert run(shop, "orders", "show", "1234").exit_code == 1


def test_orders_are_listed_and_shown_with_the_reasons_of_their_price(shop, till):
    found = order(till, [("tea", 2), ("cup", 1)], delivery="courier", remarks="ring twice")
    listed = run(shop, "orders", "list").stdout
    assert listed.split()[:1] == [found.number]
    assert ("waiting for payment" in listed, "¥53.50" in listed, "Li Lei" in listed) == (True, True, True)
    shown = run(shop, "orders", "show", found.number.replace("-", "")).stdout
    for part in (
        "2 × tea",
        "[cup]",
        "Delivery (everywhere): 400 g, first part ¥8.00.",
        "“ring twice”",
        "Total ¥53.50.",
        "placed",
    ):
        assert part in shown
    assert run(shop, "orders", "list", "--state", "paid").stdout == ""


def test_stock_is_shown_corrected_and_explained(shop, till):
    order(till, [("tea", 2)])
    assert "       8  tea  (2 held)\n" in run(shop, "stock", "show").stdout
    assert run(shop, "stock", "adjust", "--note", "found two", "tea", "2").stdout == "      10  tea\n"
    done = run(shop, "stock", "adjust", "--", "tea", "-11")
    assert (done.exit_code, done.stderr) == (1, "There are only 10 of tea to take away.\n")
    lines = [line.split(maxsplit=2)[2] for line in run(shop, "stock", "show", "tea").stdout.splitlines()]
    assert [" ".join(line.split()) for line in lines] == [
        "adjust +2 merchant found two", "reserve -2 order 1", "opening +10 publish",
    ]  # fmt: skip


def test_the_audit_names_what_was_tampered_with_and_what_waits(shop, till):
    found = order(till, gateway="transfer")
    run(shop, "orders", "confirm-payment", found.number, "--amount", "1.00", "--reference", "x")
    done = CliRunner().invoke(cli.main, ["audit", str(shop)])
    assert done.exit_code == 0
    assert (
        f"to decide: partial: 1.00 CNY from transfer, reference {found.number}, order {found.number}\n" in done.stdout
    )
    till.database.write(lambda transaction: transaction.run("UPDATE stock SET level = 9 WHERE sku = 'tea'"))
    till.database.write(lambda transaction: transaction.run("UPDATE orders SET state = 'paid'"))
    done = CliRunner().invoke(cli.main, ["audit", str(shop)])
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "wrong: tea: level 9, but the ledger says 8",
        f"wrong: order {found.number} is paid, but its history says pending_payment",
        f"wrong: order {found.number} is paid, but stock is still held for it",
        f"wrong: order {found.number} is paid, but 0 of 2000 is paid",
    ]


def test_a_paid_order_is_cancelled_by_sending_its_money_back(shop, till):
    found = order(till, gateway="transfer")
    run(shop, "orders", "confirm-payment", found.number)
    done = run(shop, "orders", "cancel", found.number)
    assert (done.exit_code, done.stdout) == (0, f"{found.number}  refunded\n"), done.stderr
    assert "      10  tea\n" in run(shop, "stock", "show").stdout


def test_lang_is_obeyed_before_the_locale_also_by_what_goes_wrong(shop):
    absent = run(shop, "live", "list", "--lang", "zh", LC_ALL="C")
    assert (absent.exit_code, absent.stderr) == (
        3, f"还没有数据库（{shop}/var/shop.db）。请先运行：shopwright migrate {shop}\n",
    )  # fmt: skip
    assert "there is no database yet" in run(shop, "live", "list", "--lang", "en", LC_ALL="zh_CN.UTF-8").stderr
    databases.open(make_settings(shop), upgrade=True).close()
    assert run(shop, "orders", "list", "--lang", "zh", LC_ALL="C").stderr == "没有订单。\n"
    assert "没有找到这个订单" in run(shop, "orders", "show", "--lang", "zh", "X-1", LC_ALL="C").stderr
    unpublished = run(shop, "live", "list", "--lang", "zh")
    assert (unpublished.exit_code, f"shopwright publish {shop}" in unpublished.stderr) == (2, True)


def test_every_fault_of_a_database_can_be_said_in_chinese_and_german():
    for reason in Reason:
        fault = DatabaseFault(reason, "it is so", path="/shop.db", folder="/shop")
        said = {locale: words.fault(fault, locale) for locale in ("en", "zh-CN", "de")}
        assert said["en"] == "it is so"
        assert len(set(said.values())) == len(said)
        assert "{" not in "".join(said.values())


def test_wrong_usage_ends_with_2_and_a_broken_world_with_3(shop, till):
    found = order(till, gateway="transfer")
    assert run(shop, "orders", "confirm-payment", found.number, "--amount", "1,5").exit_code == 2
    assert run(shop, "orders", "cancel", found.number).exit_code == 2
    (shop / "var" / "shop.db").unlink()
    assert run(shop, "orders", "list").exit_code == 3
    assert run(shop, "orders", "list", SHOPWRIGHT_DATABASE="mysql://x").exit_code == 2


def test_every_refusal_can_be_said_in_three_languages():
    travels = dict(re.findall(r'= "([a-z-]+)"(?:  # ([^\n]*))?', inspect.getsource(refusals)))
    for code in Code:
        values = dict.fromkeys(re.findall(r"\w+", travels[code]), "x")
        for locale in ("en", "zh-CN", "de", "fr"):
            said = words.refusal(Refusal(code, **values), locale)
            assert "{" not in said
            assert said
    assert set(en.WORDS) == set(zh.WORDS) == set(de.WORDS)


def test_all_three_languages_show_the_same_values():
    for key, text in en.WORDS.items():
        wanted = {part.partition("}")[0] for part in text.split("{")[1:]}
        for table in (zh.WORDS, de.WORDS):
            assert {part.partition("}")[0] for part in table[key].split("{")[1:]} == wanted


def paid_by_transfer(shop, till, **changes):
    found = order(till, gateway="transfer", **changes)
    run(shop, "orders", "confirm-payment", found.number)
    return found


def test_money_is_sent_back_by_command_and_noted_when_it_is_gone(shop, till):
    found = paid_by_transfer(shop, till, lines=[("tea", 3)])
    plain = found.number.replace("-", "")
    asked = run(shop, "refunds", "request", found.number, "--line", "tea:1", "--restock", "--reason", "broken")
    assert (asked.exit_code, asked.stdout.split()[0]) == (0, f"R{plain}-1")
    for part in ("to be sent by you", "¥10.00", "broken"):
        assert part in asked.stdout
    rest = run(shop, "refunds", "request", found.number, "--all")
    assert "¥20.00" in rest.stdout
    done = run(shop, "refunds", "note", f"R{plain}-1", "--reference", "bank 7")
    assert (done.exit_code, "paid" in done.stdout) == (0, False)
    assert run(shop, "refunds", "note", f"R{plain}-2", "--failed").exit_code == 0
    assert run(shop, "refunds", "note", f"R{plain}-2").exit_code == 1
    again = run(shop, "refunds", "request", found.number, "--amount", "20.00", LC_ALL="zh_CN.UTF-8")
    assert "待您手工退款" in again.stdout
    listed = run(shop, "refunds", "list").stdout
    assert [line.split()[0] for line in listed.splitlines()] == [f"R{plain}-3", f"R{plain}-2", f"R{plain}-1"]
    assert run(shop, "refunds", "list", "--state", "failed").stdout.split()[0] == f"R{plain}-2"
    assert run(shop, "audit").exit_code == 0


def test_a_refund_that_says_nothing_or_nonsense_is_a_wrong_usage(shop, till):
    found = paid_by_transfer(shop, till)
    for wrong in ((), ("--line", "unknown"), ("--amount", "lots")):
        assert run(shop, "refunds", "request", found.number, *wrong).exit_code == 2
    too_much = run(shop, "refunds", "request", found.number, "--amount", "999.00")
    assert (too_much.exit_code, "At most ¥20.00" in too_much.stderr) == (1, True)


def test_money_of_an_unfinished_transfer_is_returned_by_its_number_in_the_list(shop, till):
    found = order(till, gateway="transfer")
    run(shop, "orders", "confirm-payment", found.number, "--amount", "5.00", "--reference", "a")
    listed = run(shop, "refunds", "list").stdout
    assert listed.startswith("[1]  ¥5.00  transfer")
    number = f"RF{hashlib.sha256(b'transfer:a').hexdigest()[:20]}-1"
    assert run(shop, "refunds", "return", "1").stdout.split()[0] == number
    assert run(shop, "refunds", "return", "1").exit_code == 1
    assert run(shop, "refunds", "return", "77").exit_code == 2
    assert run(shop, "audit").exit_code == 0


def test_a_case_is_listed_shown_and_answered_by_command(shop, till):
    found = paid_by_transfer(shop, till)
    for step in ("ship", "receive"):
        run(shop, "orders", step, found.number)
    wish = aftersale.Wish(
        kind=aftersale.Kind.RETURN, lines=(aftersale.CaseLine(position=0, quantity=1),), reason="damaged", text="broken"
    )
    case = aftersale.open_case(till, found, wish, actor="buyer", now=NOW)
    assert run(shop, "aftersale", "list").stdout.startswith(f"{case.number}  {found.number}  return and refund")
    for part in ("1 × tea [tea]", "broken"):
        assert part in run(shop, "aftersale", "show", case.number).stdout
    steps = [
        (("agree", case.number), 0, "to be sent back"),
        (("replace", case.number), 1, "cannot be replaced"),
        (("received", case.number, "--restock"), 0, "the money goes back"),
        (("decline", case.number, "--text", "no"), 1, "cannot be declined"),
    ]
    for typed, code, part in steps:
        done = run(shop, "aftersale", *typed)
        assert (done.exit_code, part in done.output) == (code, True)
    assert run(shop, "aftersale", "list").stdout == ""
    assert case.number in run(shop, "aftersale", "list", "--all").stdout
    assert run(shop, "aftersale", "show", "A1").exit_code == 1
    assert run(shop, "audit").exit_code == 0
