"""Payment methods: gateways that exist, with what they need."""

from collections.abc import Iterator

from generator import plugins
from generator.loading.draft import Draft, in_shop
from generator.problems import Problem
from generator.shop import PaymentMethod
from generator.source import nearest

OURS = ("rehearsal", "transfer", "cash_on_delivery", "wechatpay", "alipay", "stripe", "paypal")

NEEDED = {
    "wechatpay": ("mchid", "appid", "serial", "private_key", "secret"),
    "alipay": ("app_id", "seller_id", "private_key"),
    "stripe": ("secret", "webhook_secret"),
    "paypal": ("client_id", "webhook_id", "secret"),
}
"""What a provider cannot do without."""
_CERTIFICATES = ("app_certificate", "alipay_certificate", "alipay_root_certificate")
_PAYPAL = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD"
CURRENCIES = {
    "wechatpay": frozenset({"CNY"}),
    "alipay": frozenset({"CNY"}),
    "paypal": frozenset(_PAYPAL.split()),
}
"""The currencies that a provider takes, where they are few."""


def known(draft: Draft) -> Iterator[Problem]:
    """Every gateway is one of ours or one of an installed plugin; none is named twice."""
    names = {*OURS, *plugins.names(plugins.GATEWAYS)}
    seen: set[str] = set()
    for index, method in enumerate(draft.shop.payment):
        path = ("payment", index, "gateway")
        if method.gateway not in names:
            guess = nearest.find(method.gateway, names)
            yield in_shop(
                "unknown-gateway", path, suggestion=guess, name=method.gateway, known=", ".join(sorted(names))
            )
        elif method.gateway in seen:
            yield in_shop("id-twice", path, id=method.gateway)
        seen.add(method.gateway)


def complete(draft: Draft) -> Iterator[Problem]:
    """A transfer says where the money goes, a provider gets what it needs and a currency that it takes."""
    for index, method in enumerate(draft.shop.payment):
        if method.gateway == "transfer" and not method.settings.keys() & {"qr", "account"}:
            yield in_shop("transfer-incomplete", ("payment", index))
        missing = [key for key in _needed(method) if not method.settings.get(key)]
        if missing:
            yield in_shop("gateway-incomplete", ("payment", index), name=method.gateway, missing=", ".join(missing))
        taken = CURRENCIES.get(method.gateway)
        if taken and draft.shop.currency not in taken:
            yield in_shop(
                "gateway-currency",
                ("payment", index, "gateway"),
                name=method.gateway,
                currency=draft.shop.currency,
                taken=", ".join(sorted(taken)),
            )


def _needed(method: PaymentMethod) -> tuple[str, ...]:
    """Return what a method has to say; Alipay signs with a key or, where any is named, with certificates."""
    needed = NEEDED.get(method.gateway, ())
    if method.gateway != "alipay":
        return needed
    certified = any(method.settings.get(key) for key in _CERTIFICATES)
    return (*needed, *(_CERTIFICATES if certified else ("alipay_public_key",)))
