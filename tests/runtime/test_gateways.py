"""The gateways of a shop: built in and plugged in, and those that ask nobody."""

import textwrap

import pytest
from tills import NOW, make_settings, make_terms

from generator.shop import PaymentMethod
from runtime import gateways
from runtime.gateways import Charge, Kind, Verdict
from runtime.refusals import Code, Refusal
from runtime.rehearsal_bank import bank

CHARGE = Charge(reference="123456789012-1", amount=100, currency="CNY", locale="zh-CN")


@pytest.fixture
def settings(tmp_path):
    made = make_settings(tmp_path)
    yield made
    bank.stop(made)


def load(settings, *names, **more):
    methods = tuple(PaymentMethod(gateway=name, settings=more) for name in names)
    return gateways.load(make_terms(payment=methods), settings)


def test_a_shop_has_the_gateways_it_names_in_its_order(settings):
    found = load(settings, "cash_on_delivery", "transfer", "rehearsal")
    assert [(name, gateway.kind) for name, gateway in found.items()] == [
        ("cash_on_delivery", Kind.ON_DELIVERY), ("transfer", Kind.TRANSFER), ("rehearsal", Kind.ONLINE),
    ]  # fmt: skip


def test_a_gateway_nobody_knows_is_left_out(settings):
    assert list(load(settings, "gold", "transfer")) == ["transfer"]


def test_a_plugin_brings_a_gateway_by_an_entry_point(settings, tmp_path, monkeypatch):
    home = tmp_path / "site"
    (home / "shells-1.0.dist-info").mkdir(parents=True)
    (home / "shells-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: shells\nVersion: 1.0\n")
    (home / "shells-1.0.dist-info" / "entry_points.txt").write_text("[shopwright.gateways]\nshells = shells:Shells\n")
    (home / "shells.py").write_text(
        textwrap.dedent(
            """
            from runtime.gateways.transfer import Transfer

            class Shells(Transfer):
                id = "shells"
            """
        )
    )
    monkeypatch.syspath_prepend(home)
    found = load(settings, "shells", account="beach 7")["shells"]
    assert (found.id, found.start(CHARGE).instructions.account) == ("shells", "beach 7")


def test_a_transfer_says_how_to_pay_in_the_buyers_language(settings):
    text = {"zh-CN": "请备注编号", "en": "Please give the reference"}
    gateway = load(settings, "transfer", qr="qr.png", account="6222 0000", instructions=text)["transfer"]
    told = gateway.start(CHARGE)
    assert told.page == ""
    assert (told.instructions.reference, told.instructions.account) == ("123456789012", "6222 0000")
    assert (told.instructions.text, told.instructions.picture) == ("请备注编号", "qr.png")
    assert (gateway.query(CHARGE).verdict, gateway.close(CHARGE).verdict) == (Verdict.OPEN, Verdict.CLOSED)


def test_a_transfer_keeps_stock_as_long_as_its_settings_say(settings):
    assert load(settings, "transfer")["transfer"].hold_seconds == 3 * 86400
    assert load(settings, "transfer", hold=43200)["transfer"].hold_seconds == 43200


def test_cash_on_delivery_has_nothing_to_ask_or_to_close(settings):
    gateway = load(settings, "cash_on_delivery")["cash_on_delivery"]
    assert (gateway.query(CHARGE).verdict, gateway.close(CHARGE).verdict) == (Verdict.MISSING, Verdict.MISSING)
    with pytest.raises(Refusal) as caught:
        gateway.start(CHARGE)
    assert caught.value.code == Code.PAYMENT_REFUSED


@pytest.mark.parametrize("name", ["transfer", "cash_on_delivery"])
def test_who_sends_no_notices_is_believed_none(settings, name):
    with pytest.raises(Refusal) as caught:
        load(settings, name)[name].read_notice({}, b"{}", NOW)
    assert caught.value.code == Code.NOTICE_FORGED
