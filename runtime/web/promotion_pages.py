"""What a visitor does with promotions: takes a code, lays it aside, opens a group, follows an invitation.

Everything works by plain forms and links; the cart says what came of it.
"""

from flask import Blueprint, jsonify, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response as Answer

from generator.promotion import PromotionKind
from runtime import groups, placing
from runtime.web import cart, wishes
from runtime.web.failures import limit, wants_json
from runtime.web.tokens import get_one
from runtime.web.visit import visit

blueprint = Blueprint("promotion_pages", __name__)
invitations = Blueprint("invitations", __name__)
_LONGEST = 60


@blueprint.post("/cart/code")
def take() -> Answer:
    """Take a code, typed or shown on a product's page; what is good for nothing is said beside where it was typed."""
    limit("cart")
    here = visit()
    text = get_one(request.form, "code")
    problem = wishes.add_code(here, text)
    if wants_json():
        answer = jsonify(message=problem or here.say("coupon.taken"))
        answer.status_code = 422 if problem else 200
        return answer
    return cart.page(here, text, problem) if problem else here.go(here.address("cart"))


@blueprint.post("/cart/code/remove")
def lay_aside() -> Answer:
    """Lay a code aside, or leave the group."""
    limit("cart")
    here = visit()
    if "group" in request.form:
        wishes.group(here)
    else:
        wishes.remove_code(here, get_one(request.form, "code"))
    return here.go(here.address("cart"))


@blueprint.post("/cart/group")
def open_group() -> Answer:
    """Open a group with what was chosen on the product's page, which goes into the cart."""
    limit("cart")
    here = visit()
    name, sku = get_one(request.form, "promotion"), get_one(request.form, "sku")
    rule = next((each for each in here.terms.promotions if each.id == name), None)
    if rule is None or rule.kind is not PromotionKind.GROUP_BUY:
        raise BadRequest
    cart.put(here, sku[:200], placing.quantity(get_one(request.form, "quantity", "1")))
    wishes.group(here, opens=rule.id)
    return here.go(here.address("cart"))


@invitations.get("/g/<token>")
def join(token: str) -> Answer:
    """Follow an invitation to a group: to its product, with the place in mind."""
    limit("offers")
    here = visit()
    found = here.database.read(lambda look: groups.find(look, token)) if len(token) <= _LONGEST else None
    if found is None:
        raise NotFound
    wishes.group(here, joins=found.token)
    return here.go(here.address("product", found.product))


@invitations.get("/r/<code>")
def come(code: str) -> Answer:
    """Follow a friend's invitation: their code is taken, and the shop's first page shown."""
    limit("offers")
    here = visit()
    if len(code) > _LONGEST:
        raise NotFound
    wishes.add_code(here, code)
    return here.go(here.renderer.stages[here.locale].frame.home)
