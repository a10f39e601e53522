"""Bills as files: what a merchant downloaded at the provider's own site instead of letting the shop ask for it."""

from datetime import date

from runtime.gateways import Bill
from runtime.gateways.alipay import bills as alipay
from runtime.gateways.wechatpay import bills as wechatpay
from runtime.refusals import Code, Refusal

GATEWAYS = ("alipay", "wechatpay")
"""Whose files can be read."""
LARGEST = 20 * 1024 * 1024


def read(gateway: str, day: date, data: bytes) -> Bill:
    """Return the bill in a file; raise Refusal: gateway-unknown, bill-damaged."""
    if gateway == "alipay":
        return alipay.read(gateway, day, data)
    if gateway == "wechatpay":
        try:
            return wechatpay.read(data, None, day, gateway)
        except wechatpay.DamagedError as error:
            raise Refusal(Code.BILL_DAMAGED, gateway=gateway, day=day.isoformat(), reason=str(error)) from error
    raise Refusal(Code.GATEWAY_UNKNOWN, gateway=gateway)
