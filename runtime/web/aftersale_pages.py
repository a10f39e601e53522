"""The buyer's side of the after-sale: ask for something, see how it stands, do what comes next. No script is needed."""

from flask import Blueprint, Response, abort, request, send_from_directory
from werkzeug.wrappers import Response as Answer

from generator import money
from generator.views import PageView
from runtime import aftersale
from runtime.aftersale import CaseLine, Kind, Offers, Wish, evidence, moves
from runtime.orders import Order
from runtime.refusals import Refusal
from runtime.web import bill, case_page, placed
from runtime.web.failures import limit
from runtime.web.fields import Choice, FieldView
from runtime.web.visit import Visit

blueprint = Blueprint("aftersale_pages", __name__)
_FORM_KINDS = (Kind.REFUND, Kind.RETURN, Kind.EXCHANGE)
_LONGEST = 2000
Fields = dict[str, str]


@blueprint.get("/orders/<token>/aftersale")
def choose(token: str) -> Response:
    """Show what can be asked for."""
    here, order = placed.get(token)
    allowed = case_page.offered(here, order)
    kinds = [kind for kind in _FORM_KINDS if kind in allowed.kinds]
    return here.page(
        "aftersale",
        PageView(kind="order", title=here.say("aftersale.title"), index=False),
        {
            "number": order.number,
            "back": f"/orders/{token}",
            "kinds": [
                {
                    "title": here.say(f"aftersale.kind.{kind}"),
                    "text": here.say(f"aftersale.about.{kind}"),
                    "url": f"/orders/{token}/aftersale/new/{kind}",
                }
                for kind in kinds
            ],
            "withdraw": f"/orders/{token}/withdraw" if Kind.WITHDRAWAL in allowed.kinds else "",
        },
    )


@blueprint.get("/orders/<token>/aftersale/new/<kind>")
def ask(token: str, kind: str) -> Response:
    """Show the form of one kind of case."""
    here, order = placed.get(token)
    allowed, wanted = _allowed(here, order, kind)
    return _form(here, order, wanted, allowed, ({}, {}))


@blueprint.post("/orders/<token>/aftersale/new/<kind>")
def open_case(token: str, kind: str) -> Answer | Response:
    """Begin a case, or say what is wrong with the form."""
    limit("aftersale")
    here, order = placed.get(token)
    allowed, wanted = _allowed(here, order, kind)
    values = {name: text.replace("\0", "")[:_LONGEST] for name, text in request.form.items()}
    amount, mistakes = _amount(here, order, values)
    names: list[str] = []
    try:
        if not mistakes:
            pictures = [each for each in request.files.getlist("pictures") if each.filename][: evidence.MOST]
            names = [
                evidence.keep(here.shopfront.settings.var, each.read(evidence.MAXIMUM_BYTES + 1)) for each in pictures
            ]
            wish = Wish(
                kind=wanted,
                lines=chosen(values, allowed),
                reason=values.get("reason", ""),
                text=values.get("text", "").strip(),
                amount=amount,
                pictures=tuple(names),
            )
            case = aftersale.open_case(here.till, order, wish, actor="buyer", now=here.now)
            return here.go(f"/orders/{token}/aftersale/{case.number}")
    except Refusal as refusal:
        evidence.discard(here.shopfront.settings.var, names)
        mistakes = {_place(refusal): _said(here, refusal)}
    return _form(here, order, wanted, allowed, (values, mistakes))


@blueprint.get("/orders/<token>/aftersale/<number>")
def show(token: str, number: str) -> Response:
    """Show a case: how it stands, what comes next, what was said."""
    here, order = placed.get(token)
    return case_page.page(here, order, case_page.get(here, order, number))


@blueprint.post("/orders/<token>/aftersale/<number>/<action>")
def act(token: str, number: str, action: str) -> Answer:
    """Do what a button of a case says."""
    limit("aftersale")
    here, order = placed.get(token)
    case = case_page.get(here, order, number)
    database, now = here.shopfront.database, here.now
    given = {name: text.replace("\0", "").strip()[:_LONGEST] for name, text in request.form.items()}
    if action == "send-back":
        parcel = moves.Parcel(given.get("carrier", "")[:80], given.get("tracking", "")[:80])
        aftersale.send_back(database, case.number, parcel, now=now)
    elif action == "ask-again":
        aftersale.ask_again(database, case.number, now=now, text=given.get("text", ""))
    elif action == "confirm":
        aftersale.confirm(database, case.number, now=now)
    elif action == "take-back":
        aftersale.take_back(database, case.number, now=now)
    else:
        abort(404)
    return here.go(f"/orders/{token}/aftersale/{case.number}")


@blueprint.get("/orders/<token>/aftersale/<number>/pictures/<name>")
def picture(token: str, number: str, name: str) -> Response:
    """Send a picture of a case to whoever has the address of its order."""
    here, order = placed.get(token)
    case = case_page.get(here, order, number)
    if name not in here.shopfront.database.read(lambda look: aftersale.pictures(look, case.id)):
        abort(404)
    answer = send_from_directory(evidence.folder(here.shopfront.settings.var), name, mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def _allowed(here: Visit, order: Order, kind: str) -> tuple[Offers, Kind]:
    allowed = case_page.offered(here, order)
    wanted = next((each for each in _FORM_KINDS if each == kind and each in allowed.kinds), None)
    if wanted is None:
        abort(404)
    return allowed, wanted


def chosen(values: Fields, allowed: Offers) -> tuple[CaseLine, ...]:
    """Return the pieces that a form names; what is no number stays out of range and is refused."""
    found = []
    for offer in allowed.lines:
        text = values.get(f"pieces-{offer.position}", "").strip() or "0"
        quantity = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004
        if quantity:
            found.append(CaseLine(position=offer.position, quantity=quantity))
    return tuple(found)


def _amount(here: Visit, order: Order, values: Fields) -> tuple[int | None, Fields]:
    text = values.get("amount", "").strip()
    if not text:
        return None, {}
    try:
        return money.parse(text, order.currency), {}
    except money.NotMoneyError:
        example = money.plain(order.lines[0].unit_price, order.currency)
        return None, {"amount": here.say("aftersale.mistake_amount", example=example)}


def _place(refusal: Refusal) -> str:
    places = {"picture-refused": "pictures", "case-amount": "amount"}
    return places.get(refusal.code, "reason" if refusal.values.get("field") == "reason" else "pieces")


def _said(here: Visit, refusal: Refusal) -> str:
    field = refusal.values.get("field")
    return here.say(f"aftersale.mistake_{field}") if field in {"reason", "lines"} else here.refusal(refusal)


def _form(here: Visit, order: Order, kind: Kind, allowed: Offers, said: tuple[Fields, Fields]) -> Response:
    values, mistakes = said
    return here.page(
        "aftersale_form",
        PageView(kind="order", title=here.say(f"aftersale.kind.{kind}"), index=False),
        {
            "number": order.number,
            "action": f"/orders/{order.token}/aftersale/new/{kind}",
            "back": f"/orders/{order.token}/aftersale",
            "lead": here.say(f"aftersale.about.{kind}"),
            "pieces": pieces(here, order, allowed, values),
            "pieces_error": mistakes.get("pieces", ""),
            "fields": _fields(here, kind, allowed, values, mistakes),
            "pictures_hint": here.say(
                "aftersale.pictures_hint", count=evidence.MOST, size=evidence.MAXIMUM_BYTES >> 20
            ),
            "pictures_error": mistakes.get("pictures", ""),
            "mistakes": [{"field": name, "text": text} for name, text in mistakes.items()],
        },
        status=422 if mistakes else 200,
    )


def pieces(
    here: Visit, order: Order, allowed: Offers, values: Fields, *, all_of: bool = False
) -> list[dict[str, object]]:
    """Return the lines of an order as a form asks about them: how many pieces of each."""
    lines, single = bill.order_lines(here, order), sum(1 for offer in allowed.lines if offer.most) == 1
    return [
        {
            "name": f"pieces-{offer.position}",
            "line": lines[offer.position],
            "most": offer.most,
            "value": values.get(f"pieces-{offer.position}", str(offer.most if single or all_of else 0)),
            "note": "" if offer.free else (offer.why_not or here.say("aftersale.excluded")),
        }
        for offer in allowed.lines
        if offer.most and (offer.free or not all_of)
    ]


def _fields(here: Visit, kind: Kind, allowed: Offers, values: Fields, mistakes: Fields) -> list[FieldView]:
    reasons = [Choice(value="", label=here.say("aftersale.reason_choose"), checked=not values.get("reason"))]
    reasons += [
        Choice(value=reason, label=here.say(f"aftersale.reason.{reason}"), checked=values.get("reason") == reason)
        for reason in allowed.kinds[kind]
    ]
    given = (values, mistakes)
    found = [_field(("reason", "select"), here, given, required=True, choices=tuple(reasons))]
    if kind is not Kind.EXCHANGE:
        most = here.say("aftersale.amount_hint", amount=bill.amount(here, allowed.most))
        found.append(_field(("amount", "text"), here, given, hint=most))
    found.append(_field(("text", "textarea"), here, given, hint=here.say("aftersale.text_hint")))
    return found


def _field(
    asked: tuple[str, str],
    here: Visit,
    given: tuple[Fields, Fields],
    *,
    required: bool = False,
    hint: str = "",
    choices: tuple[Choice, ...] = (),
) -> FieldView:
    (name, kind), (values, mistakes) = asked, given
    attributes = {"amount": {"inputmode": "decimal", "maxlength": "20"}, "text": {"rows": "4", "maxlength": "2000"}}
    return FieldView(
        kind=kind,
        name=name,
        label=here.say(f"aftersale.field.{name}"),
        value=values.get(name, ""),
        required=required,
        hint=hint,
        error=mistakes.get(name, ""),
        attributes=dict(attributes.get(name, {})),
        choices=choices,
    )
