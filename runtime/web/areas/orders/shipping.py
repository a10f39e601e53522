"""Parcels: what leaves the shop, by whom and under which number; mended as long as somebody mistypes."""

from flask import Blueprint, Response
from werkzeug.wrappers import Response as Answer

from generator.shop import DeliveryKind
from runtime import addresses, carriers, orders
from runtime.access.roles import Permission
from runtime.orders import Dispatch, Order
from runtime.refusals import Refusal
from runtime.transaction import Transaction
from runtime.web import persons
from runtime.web.areas import entry, shell
from runtime.web.areas.orders import opened
from runtime.web.areas.orders.opened import HOME, Opened

blueprint = Blueprint("console_shipping", __name__)
_OTHER = "other"
_LONGEST = 128
_MOST_DIGITS = 6
_LAST_USED = "SELECT carrier FROM parcel WHERE carrier <> '' GROUP BY carrier ORDER BY MAX(id) DESC LIMIT 3"


@blueprint.get(f"{HOME}/<number>/ship")
@shell.guarded
def ask(number: str) -> Response:
    """Show the form of a parcel, with everything that is still here in it."""
    found = opened.get(number, Permission.ORDERS_SHIP)
    values = {str(place): str(quantity) for place, quantity in found.order.unshipped.items()}
    return _form(found, {f"pieces-{place}": quantity for place, quantity in values.items()}, {})


@blueprint.post(f"{HOME}/<number>/ship")
@shell.guarded
def ship(number: str) -> Answer | Response:
    """Hand a parcel over; while something is left, the form of the next parcel follows."""
    found = opened.write(number, Permission.ORDERS_SHIP)
    given = {name: text.strip() for name, text in persons.given(*_names(found.order)).items()}
    carrier, tracking, problems = _carried(found, given)
    quantities, wrong = _quantities(found, given)
    problems |= wrong
    if problems:
        return _form(found, given, problems)
    dispatch = Dispatch(carrier=carrier, tracking=tracking, quantities=quantities)
    try:
        after = orders.ship(
            found.here.database, found.order.number, dispatch, actor=found.person.actor, now=found.here.now
        )
    except Refusal as refusal:
        return _form(found, given, {"parcel": found.teller.refusal(refusal)})
    told = f"{carrier} {tracking} {_content(found.order, quantities)}".strip()
    entry.note(found.person, "order.shipped", after.number, before=str(found.order.state), after=told)
    if after.unshipped:
        return shell.done(f"{found.url}/ship", "orders.done.parcel")
    return shell.done(found.url, "orders.done.shipped")


@blueprint.get(f"{HOME}/<number>/parcels/<int:parcel>")
@shell.guarded
def ask_tracking(number: str, parcel: int) -> Response:
    """Show who carries a parcel, to be mended."""
    found = opened.get(number, Permission.ORDERS_SHIP)
    if not 0 < parcel <= len(found.order.parcels):
        return shell.refused(404, shell.say("console.missing"), found.url)
    known = found.order.parcels[parcel - 1]
    listed = {each.id for each in carriers.known().values()}
    chosen = carriers.find(known.carrier)
    given = {
        "carrier": chosen.id if chosen and chosen.id in listed else _OTHER if known.carrier else "",
        "carrier_name": "" if chosen else known.carrier,
        "tracking": known.tracking,
    }
    return _tracking_form(found, parcel, given, {})


@blueprint.post(f"{HOME}/<number>/parcels/<int:parcel>")
@shell.guarded
def mend_tracking(number: str, parcel: int) -> Answer | Response:
    """Write another carrier or number on a parcel."""
    found = opened.write(number, Permission.ORDERS_SHIP)
    given = {name: text.strip() for name, text in persons.given("carrier", "carrier_name", "tracking").items()}
    carrier, tracking, problems = _carried(found, given)
    if not tracking and not problems:
        problems = {"tracking": shell.say("orders.ship.tracking_missing")}
    if problems:
        return _tracking_form(found, parcel, given, problems)
    before = next((f"{each.carrier} {each.tracking}" for each in found.order.parcels[parcel - 1 : parcel]), "")
    orders.mend_tracking(found.here.database, found.order.number, parcel, carrier, tracking)
    return found.done("tracking", "tracking", before=before, after=f"{carrier} {tracking}")


def _names(order: Order) -> list[str]:
    return ["carrier", "carrier_name", "tracking", *(f"pieces-{place}" for place in range(len(order.lines)))]


def _carried(found: Opened, given: dict[str, str]) -> tuple[str, str, dict[str, str]]:
    """Return carrier and number, or what is wrong; without a choice the number tells who carries it."""
    chosen, tracking = given["carrier"], given["tracking"]
    if len(tracking) > _LONGEST or len(given["carrier_name"]) > _LONGEST:
        return "", "", {"tracking": shell.say("orders.ship.too_long", most=_LONGEST)}
    if chosen == _OTHER:
        if not given["carrier_name"]:
            return "", "", {"carrier_name": shell.say("orders.ship.carrier_missing")}
        return given["carrier_name"], tracking, {}
    if chosen or not tracking:
        return chosen, tracking, {}
    likely = carriers.guess(tracking)
    if len(likely) == 1:
        return likely[0].id, tracking, {}
    names = shell.say("orders.comma").join(carriers.name(each.id, found.teller.locale) for each in likely)
    key = "orders.ship.several" if likely else "orders.ship.unknown"
    return "", tracking, {"carrier": shell.say(key, names=names)}


def _quantities(found: Opened, given: dict[str, str]) -> tuple[dict[int, int], dict[str, str]]:
    """Return how many pieces of which line go along, or what is wrong at which line."""
    quantities, problems = dict[int, int](), dict[str, str]()
    for place, most in found.order.unshipped.items():
        text = given[f"pieces-{place}"] or "0"
        if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS or int(text) > most:
            problems[f"pieces-{place}"] = shell.say(
                "orders.ship.pieces_wrong", title=found.order.lines[place].title, most=most
            )
        elif int(text):
            quantities[place] = int(text)
    if not quantities and not problems:
        first = next(iter(found.order.unshipped), 0)
        problems[f"pieces-{first}"] = shell.say("orders.ship.nothing")
    return quantities, problems


def _content(order: Order, quantities: dict[int, int]) -> str:
    return ", ".join(f"{quantity} × {order.lines[place].sku}" for place, quantity in quantities.items())


def _form(found: Opened, given: dict[str, str], problems: dict[str, str]) -> Response:
    order, teller = found.order, found.teller
    pictures = teller.pictures(line.product for line in order.lines)
    context = {
        "given": given,
        "carriers": _choices(found),
        "by_parcel": order.delivery.kind in {None, DeliveryKind.COURIER, DeliveryKind.LOCAL},
        "pickup": order.delivery.kind is DeliveryKind.PICKUP,
        "address": addresses.lines(order.address) if order.address.street else (),
        "remarks": order.remarks,
        "parcels": len(order.parcels),
        "lines": [
            {
                "place": place,
                "title": order.lines[place].title,
                "label": order.lines[place].label,
                "sku": order.lines[place].sku,
                "picture": pictures.get(order.lines[place].product, ""),
                "most": most,
            }
            for place, most in order.unshipped.items()
        ],
    }
    return found.screen("orders/ship.html", shell.say("orders.ship.title"), context, problems)


def _tracking_form(found: Opened, parcel: int, given: dict[str, str], problems: dict[str, str]) -> Response:
    context = {"given": given, "carriers": _choices(found), "parcel": parcel}
    return found.screen("orders/tracking.html", shell.say("orders.tracking.title"), context, problems)


def _choices(found: Opened) -> list[tuple[str, str]]:
    """Return the carriers to choose from: those that were used last come first."""
    locale = found.teller.locale

    def last(look: Transaction) -> list[str]:
        return [str(row[0]) for row in look.all(_LAST_USED)]

    used = [each.id for name in found.here.database.read(last) if (each := carriers.find(name))]
    ordered = list(dict.fromkeys((*used, *carriers.known())))
    names = [(each, carriers.name(each, locale)) for each in ordered]
    return [("", shell.say("orders.ship.recognise")), *names, (_OTHER, shell.say("orders.ship.other"))]
