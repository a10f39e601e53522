"""The page of the simulated Stripe where a buyer pays."""

from flask import Response, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from runtime.simulators.control import ActionError
from runtime.simulators.records import Charge
from runtime.simulators.stripe.trading import Trading
from runtime.simulators.stripe.wishes import WrongError

_STYLE = """
*{box-sizing:border-box}body{margin:0;background:#f6f8fa;color:#1a1f36;font:1rem/1.6 system-ui,sans-serif}
main{max-width:30rem;margin:3rem auto;padding:0 1.25rem}.card{background:#fff;border-radius:.75rem;padding:2rem;
box-shadow:0 1px 3px #0002}.sum{font-size:2.25rem;font-weight:600;margin:.25rem 0 1.25rem}form{display:grid;gap:.75rem}
button{font:inherit;min-height:3rem;border:1px solid #4b3fd1;border-radius:.5rem;background:#fff;color:#4034bd;
cursor:pointer}button.first{background:#4b3fd1;color:#fff;font-weight:600}
button:focus-visible{outline:3px solid #4b3fd1;outline-offset:2px}p{margin:0 0 .5rem}.note{color:#4f566b}
"""
_PAGE = Markup(
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>Simulated Stripe</title><style>{style}</style><main><div class=card>{inner}</div></main></html>"
)
_FORM = Markup(
    "<p class=note>Simulated Stripe: no money moves</p><p>{name}</p><p class=sum>{currency} {amount}</p>"
    "<form method=post><button class=first name=choice value=pay>Pay</button>"
    "<button name=choice value=delayed>Pay, the money comes later</button>"
    "<button name=choice value=quiet>Pay, and tell the shop nothing</button>"
    "<button name=choice value=decline>My card is declined</button>"
    "<button name=choice value=leave>Go back without paying</button></form>"
)


class Pages:
    """The views for buyers."""

    def __init__(self, trading: Trading) -> None:
        self._trading = trading

    def pay(self, name: str) -> Answer:
        """Show a session, or do what a button says and send the buyer back to the shop."""
        try:
            charge = self._trading.get(name)
        except WrongError:
            return _page(Markup("<p>There is no such page.</p>"), 404)
        if charge.state != "open":
            return _page(Markup("<p>This page is over: {}.</p>").format(charge.state), 409)
        choice = request.form.get("choice", "")
        if request.method == "GET" or choice == "decline":
            return _form(charge, declined=choice == "decline")
        if choice == "leave":
            return redirect(charge.details["cancel_url"], 303)
        try:
            self._trading.pay({"reference": charge.reference, choice: True})
        except ActionError as error:
            return _page(Markup("<p>{}</p>").format(error), 409)
        return redirect(charge.details["success_url"], 303)


def _form(charge: Charge, *, declined: bool) -> Response:
    note = Markup("<p role=alert>The card was declined. Try another one.</p>") if declined else Markup("")
    form = _FORM.format(name=charge.details["name"], currency=charge.currency, amount=charge.amount)
    return _page(note + form, 402 if declined else 200)


def _page(inner: Markup, status: int) -> Response:
    found = Response(_PAGE.format(style=Markup(_STYLE), inner=inner), status)  # noqa: S704  our own constant
    found.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return found
