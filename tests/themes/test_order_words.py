"""Harbour has words for everything that may happen to an order: a page never fails because of what was done to it."""

import pytest

from generator import theme
from generator.places import THEMES
from runtime import groups, orders, refunds
from runtime.aftersale import values as aftersale

HARBOUR, _ = theme.read([THEMES / "harbour"])
LOCALES = ("zh-CN", "en", "de")
WANTED = [
    *(f"order.event.{each}" for each in orders.Event),
    *(f"order.state.{each}" for each in orders.State),
    *(f"order.lead.{each}" for each in orders.State),
    "order.state.shipped_pickup",
    "order.lead.shipped_pickup",
    "order.lead.paid_group",
    *(f"aftersale.kind.{each}" for each in aftersale.Kind),
    *(f"aftersale.state.{each}" for each in aftersale.State),
    *(f"aftersale.event.{each}" for each in aftersale.Event),
    *(f"aftersale.reason.{each}" for reasons in aftersale.REASONS.values() for each in reasons if each),
    *(f"aftersale.refund.{each}" for each in refunds.State),
    *(f"group.{each}" for each in groups.State),
]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_step_of_an_order_and_its_cases_has_words(locale):
    assert [key for key in WANTED if key not in HARBOUR.words[locale]] == []
