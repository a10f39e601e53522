"""What a buyer sees of PayPal in the simulator: the page on which they agree."""

from urllib.parse import urlencode

from flask import Response, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from runtime.simulators.paypal.trading import Trading
from runtime.simulators.paypal.wishes import WrongError, written

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_STYLE = """
body{margin:0;background:#f5f7fa;color:#1b2733;font:1rem/1.6 system-ui,sans-serif}
main{max-width:30rem;margin:3rem auto;padding:2rem;background:#fff;border-radius:.75rem;box-shadow:0 1px 3px #0002}
h1{font-size:1.1rem;margin:0}.sum{font-size:2.25rem;font-weight:600;margin:.5rem 0 1.5rem}
form{display:grid;gap:.75rem}button{font:inherit;min-height:3rem;border:1px solid #1f4fb0;border-radius:1.5rem;
background:#fff;color:#1f4fb0;cursor:pointer}button.first{background:#1f4fb0;color:#fff;font-weight:600}
button:focus-visible{outline:3px solid #1b2733;outline-offset:2px}small,.note{color:#56626e}
"""
_FORM = Markup(
    "<h1>{subject}</h1><p class=sum>{sum} {currency}</p><form method=post>"
    "<button class=first name=choice value=agree>Agree and pay · 同意付款</button>"
    "<button name=choice value=quiet>Agree, and tell the shop nothing · 同意，但不发通知</button>"
    "<button name=choice value=leave>Cancel · 取消</button></form>"
)


class Pages:
    """The views for buyers."""

    def __init__(self, trading: Trading) -> None:
        self._trading = trading

    def agree(self) -> Answer:
        """Show an order with its buttons, or do what a button says and send the buyer back to the shop."""
        name = request.args.get("token", "")
        try:
            charge = self._trading.get(name)
            if request.method == "GET":
                if charge.state == "COMPLETED":
                    return _page(Markup("<h1>Paid · 已付款</h1>"))
                amount = written(charge.amount, charge.currency)["value"]
                subject = charge.details["description"] or charge.reference
                return _page(_FORM.format(subject=subject, sum=amount, currency=charge.currency))
            choice = request.form.get("choice", "")
            if choice in {"agree", "quiet"}:
                self._trading.agree(name, quiet=choice == "quiet")
        except WrongError as error:
            return _page(Markup("<h1>{}</h1>").format(error.issue), error.status)
        back = charge.details["return_url" if choice in {"agree", "quiet"} else "cancel_url"]
        if not back:
            return _page(Markup("<h1>Agreed · 已同意</h1>"))
        return redirect(f"{back}{'&' if '?' in back else '?'}{urlencode({'token': name, 'PayerID': 'SIMULATED'})}", 303)


def _page(content: Markup, status: int = 200) -> Response:
    text = Markup(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<title>PayPal</title><style>{style}</style><main>{content}<p><small>A simulated PayPal: no money moves. · "
        "模拟的 PayPal，不动真钱。</small></p></main>"
    ).format(style=Markup(_STYLE), content=content)  # noqa: S704  our own style
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(text, status, headers=headers)
