"""The words and confirmations that the law of the seller's country wants between the cart and the order.

China: E-Commerce Law art. 49-50 (review before the order), Consumer Rights Law art. 25 (returns, and a
confirmation for each exclusion). European Union: Consumer Rights Directive art. 8(2) (the button, and what
stands above it), art. 16(m) (downloads); in Germany § 312j BGB.
"""

import msgspec

from runtime.orders import Placement
from runtime.pricing import Item, Quote
from runtime.web.visit import Visit

EUROPE = frozenset({"DE", "EU"})
DAY = 24 * 60 * 60


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """Something a buyer confirms, never ticked beforehand; ``code`` is kept with the order as evidence."""

    code: str
    text: str
    link: str = ""
    link_text: str = ""


def button(visit: Visit, quote: Quote, gateway: str) -> str:
    """Return the words on the button that makes the contract."""
    if quote.total == 0:
        return visit.say("checkout.button.order_free")
    if visit.terms.legal in EUROPE:
        return visit.say("checkout.button.order_binding")
    return visit.say("checkout.button.order_on_delivery" if gateway == "cash_on_delivery" else "checkout.button.order")


def consents(visit: Visit, items: tuple[Item, ...]) -> tuple[Consent, ...]:
    """Return everything a buyer of these goods has to confirm."""
    terms, found = visit.terms, []
    if terms.checkout.terms:
        found.append(
            Consent(
                code="terms",
                text=visit.say("checkout.terms", page="\0"),
                link=visit.address("page", terms.checkout.terms),
                link_text=visit.say("checkout.terms_page"),
            )
        )
    for product in {item.product.handle: item.product for item in items}.values():
        if product.digital and terms.legal in EUROPE:
            found.append(Consent(code=f"digital:{product.handle}", text=visit.say("checkout.confirm_digital")))
        elif not product.returns.allowed and terms.legal in EUROPE | {"CN"}:
            why = product.returns.why[visit.locale] if product.returns.why else ""
            text = visit.say("checkout.confirm_no_reason", title=product.title[visit.locale], why=why)
            found.append(Consent(code=f"no-reason:{product.handle}", text=text))
    return tuple(found)


def notices(visit: Visit, quote: Quote) -> tuple[Consent, ...]:
    """Return what has to be said, without a confirmation, right above the button."""
    terms, found = visit.terms, []
    if terms.legal in EUROPE:
        key = "notice_tax_included" if quote.tax_included else "notice_tax_excluded"
        found.append(Consent(code="tax", text=visit.say(f"checkout.{key}")))
    if terms.returns.window:
        days = terms.returns.window // DAY
        page = terms.returns.page
        right = "withdrawal" if terms.legal in EUROPE else "return"
        found.append(
            Consent(
                code="withdrawal",
                text=visit.say(f"checkout.notice_{right}", days=days),
                link=visit.address("page", page) if page else "",
                link_text=visit.say(f"checkout.notice_{right}_link") if page else "",
            )
        )
    return tuple(found)


def confirmed(placement: Placement, asked: tuple[Consent, ...]) -> bool:
    """Tell whether a placement carries every confirmation that is asked for."""
    return {consent.code for consent in asked} <= set(placement.consents)
