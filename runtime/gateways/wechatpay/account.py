"""What a shop's settings say of its account at WeChat Pay; keys and secrets are read once."""

from urllib.parse import urlsplit

from generator.shop import PaymentMethod
from runtime.gateways import credentials, rsa
from runtime.gateways.rsa import KeyTextError
from runtime.gateways.wechatpay import bills
from runtime.gateways.wechatpay.buyers import Buyers
from runtime.gateways.wechatpay.gateway import Account, WechatPay
from runtime.gateways.wechatpay.signing import Merchant
from runtime.gateways.wechatpay.wishes import Way
from runtime.gateways.wire import to_provider
from runtime.settings import Environment, SettingError, Settings

ENDPOINT = "https://api.mch.weixin.qq.com"
SIGN_IN, INTERFACE = "https://open.weixin.qq.com", "https://api.weixin.qq.com"
_SECRET_LENGTH = 32
_PATIENCE = 60.0
"""Seconds in which a day's bill has to arrive."""


def make(method: PaymentMethod, settings: Settings) -> WechatPay:
    """Return the gateway that a payment method describes; raise SettingError."""
    given = method.settings
    secret = credentials.get(settings, given, "secret").strip().encode()
    if len(secret) != _SECRET_LENGTH:
        raise SettingError("payment.secret", "length", length=_SECRET_LENGTH)
    try:
        key = rsa.private_key(credentials.get(settings, given, "private_key"))
        files: dict[str, str] = dict(given.get("public_keys") or {})
        public = {name: rsa.public_key(credentials.get(settings, files, name)) for name in files}
    except KeyTextError as error:
        raise SettingError("payment.private_key, payment.public_keys", error.rule) from error
    merchant = Merchant(str(given.get("mchid", "")), str(given.get("serial", "")).upper(), key)
    account = Account(
        appid=str(given.get("appid", "")),
        merchant=merchant,
        secret=secret,
        public_keys=public,
        ways=tuple(given.get("ways") or (Way.NATIVE,)),
    )
    address = _endpoint(str(given.get("endpoint") or ENDPOINT), settings)
    buyers = None
    if given.get("app_secret"):
        pages, interface = (address, address) if not address.endswith(".qq.com") else (SIGN_IN, INTERFACE)
        app_secret = credentials.get(settings, given, "app_secret").strip()
        buyers = Buyers(account.appid, app_secret, pages, to_provider(interface))
    return WechatPay(account, to_provider(address), to_provider(address, _PATIENCE, bills.LARGEST), buyers)


def _endpoint(address: str, settings: Settings) -> str:
    """Return where WeChat Pay is; a shop in production never asks a simulator."""
    parts = urlsplit(address)
    secure = parts.scheme == "https" and (parts.hostname or "").endswith(".qq.com")
    if settings.environment is Environment.PRODUCTION and not secure:
        raise SettingError("payment.endpoint", "endpoint", address=ENDPOINT)
    return address
