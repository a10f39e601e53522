"""The interface of WeChat Pay over HTTP: every request is verified, every answer signed, and spoilt where planned.

Faults on an operation: unsigned, signature, signtest, serial, stale (all done, and the answer cannot be believed).
"""

import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from flask import Flask, Response, request

from runtime.simulators.stage import Stage
from runtime.simulators.wechatpay import sealing, wishes
from runtime.simulators.wechatpay.bills import Bills
from runtime.simulators.wechatpay.identity import Identity
from runtime.simulators.wechatpay.sealing import UnsignedError
from runtime.simulators.wechatpay.trading import Trading, moment
from runtime.simulators.wechatpay.wishes import WrongError

SPOILT = frozenset({"unsigned", "signature", "signtest", "serial", "stale"})
MONTH = 30 * 86400
_BODY_LIMIT = 256 * 1024
_YEARS = 5 * 365 * 86400
Reply = tuple[int, dict[str, Any] | None]


class Desk:
    """The views of the interface."""

    def __init__(self, stage: Stage, identity: Identity, trading: Trading) -> None:
        self._stage = stage
        self._identity = identity
        self._trading = trading
        self._bills = Bills(stage, (identity.appid, identity.mchid))

    def mount(self, app: Flask) -> None:
        """Add the interface to an application."""
        app.config["MAX_CONTENT_LENGTH"] = _BODY_LIMIT
        orders, refunds = "/v3/pay/transactions", "/v3/refund/domestic/refunds"
        self._add(app, "POST", f"{orders}/<any(native, jsapi, h5, app):way>", self.create)
        self._add(app, "GET", f"{orders}/out-trade-no/<path:reference>", self.query)
        self._add(app, "GET", f"{orders}/id/<transaction>", self.query_transaction)
        self._add(app, "POST", f"{orders}/out-trade-no/<path:reference>/close", self.close)
        self._add(app, "POST", refunds, self.refund)
        self._add(app, "GET", f"{refunds}/<path:number>", self.query_refund)
        self._add(app, "GET", "/v3/bill/tradebill", self.bill)
        self._add(app, "GET", "/v3/certificates", self.certificates)
        app.add_url_rule("/v3/billdownload/file", view_func=self.download, methods=["GET"])

    def create(self, way: str) -> Reply:
        """Take an order and say how its buyer pays."""
        own = (self._identity.appid, self._identity.mchid)
        wish = wishes.order(request.get_data(), way, own, self._stage.clock.now())
        charge = self._trading.open(wish, way, request.headers.get("Wechatpay-Serial", ""))
        if way == "native":
            return 200, {"code_url": f"weixin://wxpay/bizpayurl?pr={charge.id[-9:]}zz"}
        if way == "h5":
            page = f"{self._stage.address}/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={charge.id}&package=1"
            return 200, {"h5_url": page}
        return 200, {"prepay_id": charge.id}

    def query(self, reference: str) -> Reply:
        """Say what became of an order."""
        self._own_merchant()
        return 200, self._trading.describe(self._trading.get(reference))

    def query_transaction(self, transaction: str) -> Reply:
        """Say what became of a payment."""
        self._own_merchant()
        return 200, self._trading.describe(self._trading.by_transaction(transaction))

    def close(self, reference: str) -> Reply:
        """Close an order."""
        wishes.own_merchant(request.get_data(), self._identity.mchid)
        self._trading.close(reference)
        return 204, None

    def refund(self) -> Reply:
        """Take a refund."""
        wish = wishes.refund(request.get_data())
        return 200, self._trading.describe_refund(
            self._trading.refund(wish, request.headers.get("Wechatpay-Serial", ""))
        )

    def query_refund(self, number: str) -> Reply:
        """Say what became of a refund."""
        return 200, self._trading.describe_refund(self._trading.get_refund(number))

    def bill(self) -> Reply:
        """Prepare a day's bill."""
        given = request.args
        return 200, dict(self._bills.prepare(given.get("bill_date", ""), given.get("tar_type", "")))

    def certificates(self) -> Reply:
        """Hand out the platform's certificates, encrypted for the merchant; new merchants have none."""
        if self._stage.books.fact("certificates") == "none":
            raise WrongError(404, "RESOURCE_NOT_EXISTS", "use a public key of WeChat Pay")
        now = self._stage.clock.now()
        return 200, {
            "data": [
                {
                    "serial_no": signer.serial,
                    "effective_time": moment(now - 86400),
                    "expire_time": moment(now + _YEARS),
                    "encrypt_certificate": sealing.encrypt(self._identity.secret, pem, "certificate"),
                }
                for signer, pem in self._identity.certificates()
            ]
        }

    def download(self) -> Response:
        """Hand out a bill: asked with a signature, answered without one."""
        try:
            self._verify()
            found = self._bills.fetch(request.args.get("token", ""))
        except UnsignedError as error:
            return _json(401, {"code": "SIGN_ERROR", "message": str(error)})
        except WrongError as error:
            return _json(error.status, {"code": error.code, "message": str(error)})
        return Response(found, mimetype="application/octet-stream")

    def _add(self, app: Flask, method: str, path: str, view: Callable[..., Reply]) -> None:
        app.add_url_rule(path, view.__name__, self._signed(view), methods=[method])

    def _signed(self, view: Callable[..., Reply]) -> Callable[..., Response]:
        def answer(**values: str) -> Response:
            try:
                self._verify()
            except UnsignedError as error:
                return _json(401, {"code": "SIGN_ERROR", "message": str(error)})
            try:
                status, said = view(**values)
            except WrongError as error:
                status, said = error.status, {"code": error.code, "message": str(error)}
            return self._sealed(_json(status, said), view.__name__)

        return answer

    def _sealed(self, response: Response, operation: str) -> Response:
        fault = self._stage.books.take_fault((operation,), SPOILT)
        name = fault.name if fault is not None else ""
        if name == "unsigned":
            return response
        signer = self._identity.signer(request.headers.get("Wechatpay-Serial", ""))
        now = self._stage.clock.now() - (MONTH if name == "stale" else 0)
        signed = sealing.headers(signer, b"another body" if name == "signature" else response.get_data(), now)
        if name == "signtest":
            signed["Wechatpay-Signature"] = f"WECHATPAY/SIGNTEST/{signed['Wechatpay-Signature'][19:]}"
        if name == "serial":
            signed["Wechatpay-Serial"] = secrets.token_hex(20).upper()
        response.headers.update(signed)
        return response

    def _verify(self) -> None:
        if not (request.headers.get("User-Agent") and request.headers.get("Accept")):
            raise UnsignedError("User-Agent and Accept are needed")
        path = str(request.environ.get("REQUEST_URI") or request.full_path)
        message = (request.method, path, request.get_data())
        now = self._stage.clock.now()
        nonce = sealing.verify(
            request.headers.get("Authorization", ""), message, self._identity.merchant, self._identity.mchid, now
        )
        if not self._stage.books.take_nonce(nonce, now):
            raise UnsignedError("the nonce was used before")

    def _own_merchant(self) -> None:
        if request.args.get("mchid") != self._identity.mchid:
            raise WrongError(400, "PARAM_ERROR", "mchid")


def _json(status: int, data: dict[str, Any] | None) -> Response:
    body = b"" if data is None else msgspec.json.encode(data)
    return Response(body, status, mimetype="application/json")
