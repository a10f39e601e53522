"""Payment gateways: one file a provider, one small protocol (protocol.py).

``load(terms, settings)`` makes the gateways that a shop names, by id. A plugin is an entry point of the group
``shopwright.gateways``: a callable that takes the gateway's settings, with its secret in place of the secret's name,
and returns a Gateway.
"""

import importlib
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

from generator.shop import PaymentMethod, Terms
from runtime import endpoints
from runtime.gateways.cash_on_delivery import CashOnDelivery
from runtime.gateways.protocol import (
    Bill,
    BillKind,
    BillRow,
    Charge,
    Device,
    DisputeReport,
    DisputeState,
    Gateway,
    Instructions,
    Kind,
    KnowsBuyers,
    Notice,
    RefundReport,
    RefundVerdict,
    Repayment,
    Report,
    Started,
    Verdict,
)
from runtime.gateways.rehearsal import Rehearsal
from runtime.gateways.transfer import Transfer
from runtime.settings import Environment, SettingError, Settings

__all__ = [
    "Bill", "BillKind", "BillRow", "Charge", "Device", "DisputeReport", "DisputeState", "Gateway", "Instructions",
    "Kind", "KnowsBuyers", "Notice", "RefundReport", "RefundVerdict", "Repayment", "Report", "Started", "Verdict",
    "load", "look_at_endpoint",
]  # fmt: skip
GROUP = "shopwright.gateways"
PROVIDERS = {
    "alipay": "runtime.gateways.alipay.gateway",
    "paypal": "runtime.gateways.paypal.gateway",
    "stripe": "runtime.gateways.stripe.gateway",
    "wechatpay": "runtime.gateways.wechatpay.account",
}
"""Gateways that are loaded only where a shop names them: each module has ``make(method, settings)``."""


def load(terms: Terms, settings: Settings) -> dict[str, Gateway]:
    """Return the gateways of a shop by id, in its order; raise SettingError for the rehearsal bank in production.

    A gateway that nobody here knows is left out: ``check`` has told the merchant.
    """
    found: dict[str, Gateway] = {}
    for method in terms.payment:
        if method.gateway in _OURS:
            found[method.gateway] = _OURS[method.gateway](method, settings)
        elif method.gateway in PROVIDERS:
            found[method.gateway] = _provider(method, settings)
        else:
            for plugin in entry_points(group=GROUP, name=method.gateway):
                found[method.gateway] = plugin.load()(_with_secret(method, settings))
    return found


def look_at_endpoint(method: PaymentMethod) -> None:
    """Raise SettingError for an address that is neither a provider's nor a simulator's: nothing is ever asked there."""
    address = str(method.settings.get("endpoint") or "")
    hosts = endpoints.PROVIDERS.get(method.gateway)
    if address and hosts and not endpoints.may_ask(address):
        raise SettingError("payment.endpoint", "endpoint-elsewhere", host=f"*{hosts[0]}")


def _rehearsal(_: PaymentMethod, settings: Settings) -> Gateway:
    if settings.environment is Environment.PRODUCTION:
        raise SettingError("SHOPWRIGHT_ENV", "no-rehearsal")
    return Rehearsal(settings)


_OURS: dict[str, Callable[[PaymentMethod, Settings], Gateway]] = {
    Rehearsal.id: _rehearsal,
    Transfer.id: lambda method, _: Transfer(method.settings),
    CashOnDelivery.id: lambda method, _: CashOnDelivery(method.settings),
}


def _provider(method: PaymentMethod, settings: Settings) -> Gateway:
    try:
        module = importlib.import_module(PROVIDERS[method.gateway])
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "runtime":
            raise
        raise SettingError(f"payment.{method.gateway}", "package", gateway=method.gateway) from error
    made: Gateway = module.make(method, settings)
    return made


def _with_secret(method: PaymentMethod, settings: Settings) -> dict[str, Any]:
    name = method.settings.get("secret")
    if not name:
        return method.settings
    secret = settings.find_secret(str(name))
    if not secret:
        raise SettingError(str(name), "unset", place=f"payment.{method.gateway}")
    return {**method.settings, "secret": secret}
