"""What refusals say: in words, in three languages, about things by their names."""

import pytest

from runtime import aftersale, attempts, orders, words
from runtime.aftersale.values import REASONS
from runtime.notices import Topic
from runtime.promotions import Step
from runtime.refusals import Code, Refusal
from runtime.wordings import counter, de, en, zh

LOCALES = ("zh-CN", "en", "de")


def said(code, **values):
    return [words.refusal(Refusal(code, **values), locale) for locale in LOCALES]


def test_nothing_left_is_sold_out():
    title = {"zh-CN": "龙井", "en": "Longjing", "de": "Longjing"}
    assert said(Code.SOLD_OUT, sku="lj-1", title=title, left=0) == [
        "龙井已售罄。",
        "Longjing is sold out.",
        "Longjing ist ausverkauft.",
    ]
    assert said(Code.SOLD_OUT, sku="lj-1", title=title, left=2) == [
        "龙井库存不足，仅剩 2 件。",
        "Longjing: only 2 left.",
        "Longjing: nur noch 2 vorrätig.",
    ]


def test_a_sku_never_stands_where_a_name_belongs():
    assert said(Code.PRODUCT_GONE, sku="lj-1", title={}) == [
        "这件商品已下架。",
        "This product is no longer on sale.",
        "Dieser Artikel ist nicht mehr erhältlich.",
    ]


def test_what_an_order_does_not_allow_is_said_in_words():
    refusal = {"number": "1000-0000-0001", "state": orders.State.PENDING_PAYMENT, "event": orders.Event.SHIP}
    assert said(Code.ORDER_NOT_ALLOWED, **refusal) == [
        "订单 1000-0000-0001 当前为“待付款”，不能发货。",
        "Order 1000-0000-0001 is waiting for payment, so it cannot be shipped.",
        "Bestellung 1000-0000-0001 ist „wartet auf Zahlung“ und kann nicht versandt werden.",
    ]


@pytest.mark.parametrize("event", [*orders.Event, *attempts.Event])
def test_every_event_has_words_in_every_language(event):
    assert all(f"event.{event}" in each.WORDS for each in (zh, en, de))


@pytest.mark.parametrize("state", [*orders.State, *attempts.State])
def test_every_state_has_words_in_every_language(state):
    assert all(f"state.{state}" in each.WORDS for each in (zh, en, de))


@pytest.mark.parametrize("topic", [*Topic])
def test_every_message_has_a_name_in_every_language(topic):
    assert all(f"hook.{topic}" in each.WORDS for each in (zh, en, de))


@pytest.mark.parametrize("state", [each.word for each in aftersale.State])
def test_every_state_of_a_case_has_words_and_none_says_too_early_that_money_is_back(state):
    assert "" not in [words.say(f"state.{state}", locale) for locale in LOCALES]
    assert state != "refunded"


def test_every_reason_of_a_case_has_words_in_every_language():
    wanted = {f"reason.{each}" for reasons in REASONS.values() for each in reasons if each}
    assert [wanted - set(each) for each in (counter.ZH, counter.EN, counter.DE)] == [set(), set(), set()]


def test_a_zone_is_named_by_its_countries_and_never_by_codes():
    fee = {"fee": 1190, "by": "weight", "units": 900, "steps": 0, "zone": "AT, BE"}
    step = Step(code="delivery-first", values=fee)
    assert words.step(step, "EUR", "de") == "Versand (Österreich, Belgien): 900 g, Grundpreis 11,90\xa0€."
    assert words.step(step, "EUR", "zh-CN") == "运费（奥地利、比利时）：900 克，首费 €11.90。"


def test_all_languages_say_the_same_things():
    assert zh.WORDS.keys() == en.WORDS.keys() == de.WORDS.keys()
    assert counter.ZH.keys() == counter.EN.keys() == counter.DE.keys()
