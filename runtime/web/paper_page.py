"""An order's invoice as PDF, behind the order's secret address."""

from importlib.util import find_spec

from flask import Blueprint, Response, abort

from runtime import documents
from runtime.orders import Order, State
from runtime.web import headers, placed

blueprint = Blueprint("paper_page", __name__)
_NOT_YET = {State.PENDING_PAYMENT, State.CLOSING, State.CANCELLED, State.RETURNED}


def has_paper(order: Order) -> bool:
    """Return whether an order's invoice can be had: it was sold, and this machine can draw."""
    return order.state not in _NOT_YET and find_spec("fpdf") is not None


@blueprint.get("/orders/<token>/invoice.pdf")
def invoice(token: str) -> Response:
    """Send the invoice; it gets its number when it is first asked for."""
    here, order = placed.get(token)
    if not has_paper(order):
        abort(404)
    from runtime.documents import drawing

    database, settings = here.shopfront.database, here.shopfront.settings
    paper = documents.issue(database, order.number, here.terms.timezone, here.now)
    found = Response(drawing.draw(paper, order, here.terms, settings.font), mimetype="application/pdf")
    found.headers["Content-Disposition"] = f'inline; filename="{paper.number}.pdf"'
    found.headers["Cache-Control"] = headers.PRIVATE
    found.headers["X-Content-Type-Options"] = "nosniff"
    return found
