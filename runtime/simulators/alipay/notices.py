"""A notice of Alipay as it leaves: a form, signed anew at each try, well or with a fault."""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from runtime.simulators.alipay import sealing
from runtime.simulators.alipay.identity import Identity
from runtime.simulators.records import Charge, Fault, Notice
from runtime.simulators.stage import Letter

MONTH = 30 * 86400
_BROKEN = {"signature", "serial", "nonce", "signtest"}


def describe(charge: Charge, identity: Identity) -> dict[str, str]:
    """Return what every notice says of a trade."""
    return {
        "notify_id": secrets.token_hex(16),
        "notify_type": "trade_status_sync",
        "charset": "utf-8",
        "version": "1.0",
        "app_id": identity.app_id,
        "auth_app_id": identity.app_id,
        "seller_id": identity.seller_id,
        "buyer_logon_id": "buy***@example.com",
        "buyer_open_id": "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5",
        "point_amount": "0.00",
        "subject": str(charge.details["subject"]),
        "out_trade_no": charge.reference,
        "trade_no": charge.id,
        "trade_status": charge.state,
    }


def seal(identity: Identity, notice: Notice, fault: Fault | None, at: str) -> Letter:
    """Return a notice as it leaves; ``at`` is the moment that it bears."""
    name, values = (fault.name, fault.values) if fault is not None else ("", {})
    fields = {**notice.content, "notify_time": at, **_twisted(notice.content, name, values)}
    signed = b"another notice" if name in _BROKEN else sealing.content(fields)
    fields |= {"sign_type": "RSA2", "sign": sealing.sign(identity.key, signed)}
    if name == "unsigned":
        fields = {key: value for key, value in fields.items() if key not in {"sign", "sign_type"}}
    if name == "body":
        fields["buyer_pay_amount"] = "0.01"
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    body = urlencode(fields).encode()
    if name == "other-type":
        kind = "text/xml"
        body = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><return_code>&e;</return_code></xml>'
    return Letter(body, {"Content-Type": kind})


def _twisted(said: Mapping[str, Any], name: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Return what a notice says with one thing in it wrong, though it will be signed well."""
    amount = int(values.get("amount", 1))
    changes = {
        "other-merchant": {"seller_id": "2088999999999999"},
        "other-app": {"app_id": "2021999999999999", "auth_app_id": "2021999999999999"},
        "wrong-amount": {"total_amount": f"{amount // 100}.{amount % 100:02d}"},
        "wrong-state": {"trade_status": str(values.get("state", "WAIT_BUYER_PAY"))},
        "other-reference": {"out_trade_no": str(values.get("reference", "unknown-number"))},
    }
    if name == "wrong-state" and values.get("state", "WAIT_BUYER_PAY") == "TRADE_CLOSED":
        return {**changes[name], "gmt_payment": ""}
    return changes.get(name, {}) if said else {}
