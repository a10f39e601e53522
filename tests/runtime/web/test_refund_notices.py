"""Notices of refunds and disputes over HTTP: verified, applied once, and answered as the provider wants it."""

from datetime import UTC, datetime

import msgspec
import pytest
from markets import database, newest

from runtime import refunds
from runtime.rehearsal_bank import signing
from runtime.rehearsal_bank.signing import derive


@pytest.fixture
def refund(wang, china):
    wang.client.get(wang.pay(wang.press(wang.add("tea").review())))
    order, wish = newest(china), refunds.Wish(amount=500)
    return database(china).write(
        lambda look: refunds.request(look, order, wish, actor="merchant", now=datetime.now(UTC))
    )


def tell(china, client, **fields):
    body = msgspec.json.encode(fields)
    keys = derive(china.extensions["shopwright"].settings.secret)
    headers = signing.sign(keys.bank, "POST /pay/rehearsal/notify", body, datetime.now(UTC))
    return client.post("/pay/rehearsal/notify", data=body, headers=headers)


def as_now(china, refund):
    return database(china).read(lambda look: refunds.get(look, refund.number))


def test_p78_a_refunds_notice_is_taken_once_and_answered_without_a_body(wang, china, refund):
    fields = {"kind": "refund", "number": refund.number, "verdict": "succeeded", "transaction": "b1", "amount": 500}
    for _ in range(3):
        answer = tell(china, wang.client, **fields, currency="CNY")
        assert (answer.status_code, answer.data) == (204, b"")
    assert as_now(china, refund).state is refunds.State.SUCCEEDED
    posted = database(china).read(lambda look: look.all("SELECT amount FROM transfer WHERE event = 'refunded'"))
    assert [tuple(row) for row in posted] == [(500,)]


def test_p31_a_refunds_notice_with_a_changed_byte_changes_nothing(wang, china, refund):
    keys = derive(china.extensions["shopwright"].settings.secret)
    fields = {"kind": "refund", "number": refund.number, "verdict": "succeeded", "transaction": "b1", "amount": 500}
    body = msgspec.json.encode({**fields, "currency": "CNY"})
    headers = signing.sign(keys.bank, "POST /pay/rehearsal/notify", body, datetime.now(UTC))
    forged = body.replace(b'"succeeded"', b'"failed"')
    assert wang.client.post("/pay/rehearsal/notify", data=forged, headers=headers).status_code == 401
    assert as_now(china, refund).state is refunds.State.REQUESTED


def test_p40_a_notice_of_a_refund_that_nobody_asked_for_is_taken_and_kept_for_the_merchant(wang, china):
    fields = {"kind": "refund", "number": "R999999-1", "verdict": "succeeded", "transaction": "b9", "amount": 5}
    assert tell(china, wang.client, **fields, currency="CNY").status_code == 204
    found = database(china).read(lambda look: look.all("SELECT kind, amount FROM finding"))
    assert [tuple(row) for row in found] == [("unknown_refund", 5)]
