"""What a buyer sees of Alipay in the simulator: the cashier on a computer or a phone, and what a scanned code opens."""

from typing import Literal

from flask import Flask, Response, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from runtime.simulators.alipay.trading import Trading, yuan
from runtime.simulators.alipay.wishes import TradeWish, WrongError
from runtime.simulators.records import Charge
from runtime.simulators.stage import Stage

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0;background:#f2f4f7;color:#1b1f24;font:1rem/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
header{background:#0a5fd7;color:#fff}header p{max-width:34rem;margin:0 auto;padding:1rem 1.25rem;font-weight:600}
main{max-width:34rem;margin:2rem auto;padding:0 1.25rem}
.card{background:#fff;border-radius:.75rem;padding:2rem;box-shadow:0 1px 3px #0002}
.sum{font-size:2.5rem;font-weight:600;line-height:1.2;margin:.25rem 0 1.25rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.35rem 1rem;margin:0 0 1.75rem}
dt{color:#5b6570}dd{margin:0;text-align:right;overflow-wrap:anywhere}
form{display:grid;gap:.75rem}
button{font:inherit;min-height:3rem;padding:.5rem 1rem;border:1px solid #0a5fd7;border-radius:.5rem;cursor:pointer;
background:#fff;color:#0a4fb3}button.first{background:#0a5fd7;color:#fff;font-weight:600}
button:focus-visible,a:focus-visible{outline:3px solid #0a5fd7;outline-offset:2px}
small,.note{color:#5b6570}h1{font-size:1.25rem;margin:0}a{color:#0a4fb3}
"""
_FORM = Markup(
    "<h1>{title}</h1><p class=sum>¥{sum}</p><dl><dt>商品 · For</dt><dd>{subject}</dd>"
    "<dt>商户订单号 · Number</dt><dd>{reference}</dd></dl>"
    "<form method=post><button class=first name=choice value=pay>确认付款 · Pay</button>"
    "<button name=choice value=sign-in>只登录，先不付 · Sign in, pay later</button>"
    "<button name=choice value=quiet>付款，但不发通知 · Pay, and tell the shop nothing</button>"
    "<button name=choice value=leave>放弃 · Leave</button></form>"
)
_OVER = Markup("<h1>{said}</h1><p class=note>商户订单号 · Number {reference}</p>{back}")
_BACK = Markup("<p><a href='{}'>返回商户 · Back to the shop</a></p>")
_SAID = {
    "TRADE_SUCCESS": "已付款 · Paid",
    "TRADE_FINISHED": "交易完成 · Finished",
    "TRADE_CLOSED": "交易已关闭 · Closed",
    "WAIT_BUYER_PAY": "等待付款 · Waiting",
}
Choice = Literal["pay", "quiet", "sign-in"]


class Pages:
    """The views for buyers."""

    def __init__(self, stage: Stage, trading: Trading) -> None:
        self._stage = stage
        self._trading = trading

    def mount(self, app: Flask) -> None:
        """Add the pages to an application."""
        app.add_url_rule("/cashier/<name>", "cashier", self.cashier, methods=["GET", "POST"])
        app.add_url_rule("/qr/<name>", "scanned", self.cashier, methods=["GET", "POST"])

    def cashier(self, name: str) -> Answer:
        """Show a trade with its buttons, or do what a button says and send the buyer back to the shop."""
        wish = self._trading.wish(name)
        if wish is None:
            return self.error("二维码已失效 · There is no such code", 404)
        charge = self._stage.books.charge(wish.reference)
        if request.method == "GET":
            return self._shown(wish, charge)
        choice = request.form.get("choice", "")
        try:
            if choice in {"pay", "quiet", "sign-in"}:
                charge = self._trading.sign_in(wish)
            if choice in {"pay", "quiet"} and charge is not None:
                self._trading.pay(charge, quiet=choice == "quiet")
        except WrongError as error:
            return self.error(f"{error} ({error.sub_code})", 409)
        if choice == "sign-in" or not wish.return_url:
            return self._shown(wish, self._stage.books.charge(wish.reference))
        return redirect(wish.return_url, 303)

    def error(self, text: str, status: int = 200) -> Response:
        """Show what went wrong, as Alipay does, with a page."""
        return _page(Markup("<h1>{}</h1>").format(text), status)

    def _shown(self, wish: TradeWish, charge: Charge | None) -> Response:
        state = charge.state if charge is not None else "WAIT_BUYER_PAY"
        over = wish.ends <= self._stage.clock.now() and state == "WAIT_BUYER_PAY"
        if state != "WAIT_BUYER_PAY" or over:
            back = _BACK.format(wish.return_url) if wish.return_url else Markup()
            said = "交易超时 · The time to pay is over" if over else _SAID[state]
            return _page(_OVER.format(said=said, reference=wish.reference, back=back))
        title = "待付款 · To pay" if charge is None else "已登录，待付款 · Signed in, to pay"
        return _page(_FORM.format(title=title, sum=yuan(wish.amount), subject=wish.subject, reference=wish.reference))


def _page(content: Markup, status: int = 200) -> Response:
    text = Markup(
        "<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<title>Alipay</title><style>{style}</style><header><p>支付宝（模拟） · Alipay, simulated</p></header>"
        "<main><div class=card>{content}</div><p><small>这里不会动用真钱。 · No money moves here.</small></p></main>"
    ).format(style=Markup(_STYLE), content=content)  # noqa: S704  our own style
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(text, status, headers=headers)
