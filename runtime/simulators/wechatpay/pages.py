"""What a buyer sees of WeChat in the simulator: the H5 page, a phone that scans, the sign-in of its browser."""

import secrets
from urllib.parse import urlencode, urlsplit

from flask import Response, redirect, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as Answer

from runtime.simulators.control import ActionError
from runtime.simulators.records import Charge
from runtime.simulators.stage import Stage
from runtime.simulators.wechatpay.trading import Trading

_STYLE = (
    "body{font:1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}"
    "button{font:inherit;padding:.5rem 1.25rem}li{margin:.75rem 0}form{display:inline}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_ROW = Markup(
    "<li>{}: {} <form method=post><input type=hidden name=reference value='{}'><button>支付 · Pay</button></form></li>"
)
_CODE_LIFE = 300


class Pages:
    """The views for buyers."""

    def __init__(self, stage: Stage, trading: Trading, own: tuple[str, str]) -> None:
        self._stage = stage
        self._trading = trading
        self._appid, self._secret = own

    def h5(self) -> Answer:
        """Show an H5 order with its button, or pay it and go back to the shop."""
        charge = self._stage.books.find(Charge, "id = ?", request.args.get("prepay_id", ""))
        if charge is None:
            return _page(Markup("<p>没有这笔订单 · No such order</p>"), 404)
        back = request.args.get("redirect_url", "")
        if request.method == "GET":
            return _page(_pay_form(charge))
        try:
            self._trading.pay({"reference": charge.reference})
        except ActionError as error:
            return _page(Markup("<p>{}</p>").format(error), 409)
        if urlsplit(back).scheme in {"http", "https"}:
            return redirect(back, 303)
        return _page(Markup("<p>已支付 · Paid</p>"))

    def phone(self) -> Answer:
        """Show what can be paid by scanning, or pay one: the phone that a rehearsing merchant has not at hand."""
        said = Markup()
        if request.method == "POST":
            try:
                self._trading.pay({"reference": request.form.get("reference", "")})
                said = Markup("<p><strong>已支付 · Paid</strong></p>")
            except ActionError as error:
                said = Markup("<p>{}</p>").format(error)
        rows = Markup().join(
            _ROW.format(charge.reference, _money(charge), charge.reference)
            for charge in self._stage.books.all(Charge, "state = 'NOTPAY'")
        )  # fmt: skip
        none = Markup("<p>没有待付的订单 · Nothing to pay</p>")
        return _page(said + (Markup("<ul>{}</ul>").format(rows) if rows else none))

    def authorize(self) -> Answer:
        """Sign the buyer in silently, as snsapi_base does, and send them back with a code."""
        back = request.args.get("redirect_uri", "")
        known = request.args.get("appid") == self._appid and request.args.get("scope") == "snsapi_base"
        if not known or urlsplit(back).scheme not in {"http", "https"}:
            return _page(Markup("<p>redirect_uri 参数错误</p>"), 400)
        code = secrets.token_urlsafe(24)
        self._stage.books.remember(f"code:{code}", str(self._stage.clock.now()))
        mark = "&" if urlsplit(back).query else "?"
        return redirect(f"{back}{mark}{urlencode({'code': code, 'state': request.args.get('state', '')})}", 302)

    def token(self) -> Response:
        """Give a buyer's openid for a code, once."""
        given = request.args
        if (given.get("appid"), given.get("secret")) != (self._appid, self._secret):
            return _json('{"errcode":40125,"errmsg":"invalid appsecret"}')
        name = f"code:{given.get('code', '')}"
        at = float(self._stage.books.fact(name, "0"))
        self._stage.books.remember(name, "0")
        if self._stage.clock.now() - at > _CODE_LIFE:
            return _json('{"errcode":40029,"errmsg":"invalid code"}')
        return _json(
            '{"access_token":"none","expires_in":7200,"openid":"oSimulatedBuyer000000000001","scope":"snsapi_base"}'
        )


def _pay_form(charge: Charge) -> Markup:
    if charge.state != "NOTPAY":
        return Markup("<p>{}</p>").format(charge.state)
    return Markup("<p>{}</p><p><strong>{}</strong></p><form method=post><button>支付 · Pay</button></form>").format(
        charge.details["asked"]["description"], _money(charge)
    )


def _money(charge: Charge) -> str:
    return f"¥{charge.amount // 100}.{charge.amount % 100:02d}"


def _page(content: Markup, status: int = 200) -> Response:
    head = "<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    note = "这是模拟的微信支付，不会动用真钱。 · Simulated WeChat Pay: no money moves."
    text = f"{head}<title>WeChat Pay</title><style>{_STYLE}</style><p><small>{note}</small></p>{escape(content)}"
    return Response(text, status, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"})


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")
