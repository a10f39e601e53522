"""The interface of Alipay: one address, every request verified, every answer signed, and spoilt where planned.

Faults on an operation: unsigned, signature (all done, and the answer cannot be believed), other-number (the answer to
another merchant's question, well signed).
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as Answer

from runtime.simulators.alipay import sealing, wishes
from runtime.simulators.alipay.bills import Bills
from runtime.simulators.alipay.identity import Identity
from runtime.simulators.alipay.pages import Pages
from runtime.simulators.alipay.trading import Trading, stamp, yuan
from runtime.simulators.alipay.wishes import WrongError, business
from runtime.simulators.records import Charge
from runtime.simulators.stage import Stage

TOLERANCE = 900
PAGE_TOLERANCE = 86400
"""A page may be opened long after its address was made; its trade ends at its time_expire."""
OPERATIONS = {
    "alipay.trade.page.pay": "create",
    "alipay.trade.wap.pay": "create",
    "alipay.trade.precreate": "create",
    "alipay.trade.query": "query",
    "alipay.trade.close": "close",
    "alipay.trade.refund": "refund",
    "alipay.trade.fastpay.refund.query": "query_refund",
    "alipay.data.dataservice.bill.downloadurl.query": "bill",
}
PAGES = frozenset({"alipay.trade.page.pay", "alipay.trade.wap.pay"})
SPOILT = frozenset({"unsigned", "signature", "other-number"})
_BODY_LIMIT = 256 * 1024
_CHARSETS = {"utf-8", "utf8"}
Given = dict[str, str]


class Desk:
    """The views of the interface."""

    def __init__(self, stage: Stage, identity: Identity, trading: Trading) -> None:
        self._stage = stage
        self._identity = identity
        self._trading = trading
        self._bills = Bills(stage, identity.seller_id)
        self._pages = Pages(stage, trading)
        self._answers: dict[str, Callable[[Given, dict[str, Any]], dict[str, Any]]] = {
            "alipay.trade.precreate": self._precreate,
            "alipay.trade.query": self._query,
            "alipay.trade.close": self._close,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._query_refund,
            "alipay.data.dataservice.bill.downloadurl.query": self._bill,
        }

    def mount(self, app: Flask) -> None:
        """Add the interface and the buyers' pages to an application."""
        app.config["MAX_CONTENT_LENGTH"] = _BODY_LIMIT
        app.add_url_rule("/gateway.do", view_func=self.gateway, methods=["GET", "POST"])
        app.add_url_rule("/bill/<token>", view_func=self._bills.download, methods=["GET"])
        self._pages.mount(app)

    def gateway(self) -> Answer:
        """Answer whatever is asked."""
        given = {**request.args.to_dict(), **request.form.to_dict()}
        method = given.get("method", "")
        paged = method in PAGES
        try:
            self._verify(given)
            wish = wishes.read(given.get("biz_content", ""))
            if paged:
                found = wishes.trade(method, wish, given, self._stage.clock.now())
                return redirect(f"/cashier/{self._trading.keep(found)}", 302)
            said = {"code": "10000", "msg": "Success", **self._answers[method](given, wish)}
        except WrongError as error:
            if paged:
                return self._pages.error(f"{error} ({error.sub_code})")
            messages = {"40004": "Business Failed", "40001": "Missing Required Arguments"}
            said = {
                "code": error.code, "msg": messages.get(error.code, "Invalid Arguments"), "sub_code": error.sub_code,
                "sub_msg": str(error),
            }  # fmt: skip
        if said.get("sub_code") in {"isv.invalid-app-id", "isv.invalid-method", "isv.missing-method"}:
            return _json(sealing.answer(self._identity.key, "error", said, "unsigned", ""))
        return self._sealed(method, given, said)

    def _verify(self, given: Given) -> None:
        """Refuse what the merchant did not sign, or not now."""
        if given.get("app_id") != self._identity.app_id:
            raise WrongError("40002", "isv.invalid-app-id", "无效的AppID参数")
        if given.get("method") not in OPERATIONS:
            raise WrongError("40002", "isv.invalid-method", "不存在的方法名")
        if given.get("charset", "").lower() not in _CHARSETS:
            raise WrongError("40002", "isv.invalid-charset", "字符集错误")
        if given.get("sign_type") != "RSA2":
            raise WrongError("40002", "isv.invalid-signature-type", "无效签名类型")
        if given.get("version") != "1.0":
            raise WrongError("40002", "isv.invalid-version", "版本号错误")
        signed = {name: value for name, value in given.items() if name != "sign"}
        public = self._identity.merchant.public_key()
        if not sealing.verify(public, given.get("sign", ""), sealing.content(signed)):
            raise WrongError("40002", "isv.invalid-signature", "验签出错，请检查签名字符串或签名私钥与应用公钥是否匹配")
        at = wishes.moment(given.get("timestamp", ""))
        tolerance = PAGE_TOLERANCE if given["method"] in PAGES else TOLERANCE
        if at is None or abs(at - self._stage.clock.now()) > tolerance:
            raise WrongError("40002", "isv.invalid-timestamp", "非法的时间戳参数")
        serials = (given.get("app_cert_sn"), given.get("alipay_root_cert_sn"))
        if any(serials) and serials != (self._identity.app_serial, self._identity.root_serial):
            raise WrongError("40002", "isv.invalid-app-cert-sn", "证书序列号错误")

    def _sealed(self, method: str, given: Given, said: Mapping[str, Any]) -> Response:
        fault = self._stage.books.take_fault((OPERATIONS[method],), SPOILT)
        name = fault.name if fault is not None else ""
        if name == "other-number":
            said = {**said, "out_trade_no": "another-merchants-1", "out_request_no": "another-merchants-2"}
        serial = self._identity.alipay_serial if given.get("app_cert_sn") else ""
        return _json(sealing.answer(self._identity.key, method, said, name, serial))

    def _precreate(self, given: Given, wish: dict[str, Any]) -> dict[str, Any]:
        found = wishes.trade("alipay.trade.precreate", wish, given, self._stage.clock.now())
        code = f"{self._stage.address}/qr/{self._trading.keep(found)}"
        return {"out_trade_no": found.reference, "qr_code": code}

    def _query(self, given: Given, wish: dict[str, Any]) -> dict[str, Any]:
        del given
        found = self._named(wish)
        said = {
            **_numbers(found), "buyer_logon_id": "buy***@example.com", "trade_status": found.state,
            "subject": found.details["subject"], "total_amount": yuan(found.amount), "point_amount": "0.00",
            "receipt_amount": "0.00", "invoice_amount": "0.00", "buyer_pay_amount": "0.00",
        }  # fmt: skip
        if found.details.get("paid_at"):
            paid = yuan(found.amount)
            said |= {"receipt_amount": paid, "invoice_amount": paid, "buyer_pay_amount": paid}
            said |= {
                "send_pay_date": stamp(found.details["paid_at"]),
                "fund_bill_list": [{"fund_channel": "ALIPAYACCOUNT", "amount": paid}],
            }
        return said

    def _close(self, given: Given, wish: dict[str, Any]) -> dict[str, Any]:
        del given
        return _numbers(self._trading.close(str(wish.get("out_trade_no", "")), str(wish.get("trade_no", ""))))

    def _refund(self, given: Given, wish: dict[str, Any]) -> dict[str, Any]:
        del given
        charge, _, change = self._trading.refund(wishes.refund(wish))
        refunded = yuan(self._trading.refunded(charge.reference))
        return {
            **_numbers(charge), "buyer_logon_id": "buy***@example.com", "fund_change": change, "refund_fee": refunded,
            "send_back_fee": refunded,
        }  # fmt: skip

    def _query_refund(self, given: Given, wish: dict[str, Any]) -> dict[str, Any]:
        del given
        charge, number = self._named(wish), str(wish.get("out_request_no", ""))
        found = self._trading.find_refund(charge, number)
        if found is None:
            return {}
        said = {
            **_numbers(charge), "out_request_no": number, "refund_amount": yuan(found.amount),
            "total_amount": yuan(charge.amount),
        }  # fmt: skip
        if found.state == "REFUND_SUCCESS":
            said["refund_status"] = "REFUND_SUCCESS"
        return said

    def _bill(self, given: Given, wish: dict[str, Any]) -> dict[str, Any]:
        del given
        if wish.get("bill_type") != "trade":
            raise WrongError("40002", "isv.invalid-parameter", "bill_type")
        return {"bill_download_url": self._bills.prepare(str(wish.get("bill_date", "")))}

    def _named(self, wish: dict[str, Any]) -> Charge:
        reference, trade_no = str(wish.get("out_trade_no", "")), str(wish.get("trade_no", ""))
        if not reference and not trade_no:
            raise business("INVALID_PARAMETER", "参数无效")
        return self._trading.get(reference, trade_no)


def _numbers(charge: Charge) -> dict[str, Any]:
    return {"trade_no": charge.id, "out_trade_no": charge.reference}


def _json(body: bytes) -> Response:
    return Response(body, 200, mimetype="text/html", content_type="text/html;charset=utf-8")
