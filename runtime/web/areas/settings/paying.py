"""Whether a way of paying works: its provider is asked about a payment that does not exist, with the real keys."""

import secrets

import msgspec
from flask import Response, abort, request

from generator.shop import PaymentMethod, Shop, Terms
from runtime import gateways
from runtime import settings as surroundings
from runtime.access.roles import Permission
from runtime.gateways import Charge, Gateway, Kind, Verdict
from runtime.settings import SettingError
from runtime.web.areas import shell, shop_text
from runtime.web.areas.entry import get_writer
from runtime.web.areas.settings.blueprint import blueprint
from runtime.web.areas.shop_text import ShopText
from runtime.web.persons import note
from runtime.web.visit import Shopfront, visit

_ANSWERED = frozenset({Verdict.MISSING, Verdict.OPEN, Verdict.CLOSED, Verdict.FAILED})


class Tested(msgspec.Struct, frozen=True):
    """What came of a test: a tone for the eye and a sentence."""

    tone: str
    text: str


def methods(text: ShopText) -> tuple[str, ...]:
    """Return the ways of paying that can be tested: those of the shop's text, if it is free of errors."""
    shop = shop_text.examine(text.folder).shop
    return tuple(each.gateway for each in shop.payment) if shop is not None else ()


@blueprint.post("/console/settings/payment/test")
@shell.guarded
def test() -> Response:
    """Ask a provider and show what it says."""
    person = get_writer(Permission.SETTINGS_EDIT)
    here = visit()
    shop = shop_text.examine(here.shopfront.settings.folder).shop
    wanted = request.form.get("gateway", "")
    method = next((each for each in shop.payment if each.gateway == wanted), None) if shop is not None else None
    if shop is None or method is None:
        abort(404)
    found = ask(shop, method, here.shopfront)
    note(person, "payment.tested", wanted, after=found.tone)
    names = [each.gateway for each in shop.payment]
    context = {"title": shell.say("settings.test.title"), "gateway": wanted, "found": found, "names": names}
    return shell.screen("settings/tested.html", context, area="settings")


def ask(shop: Shop, method: PaymentMethod, front: Shopfront) -> Tested:
    """Ask the provider of a way of paying about a payment that nobody made."""
    try:
        gateways.look_at_endpoint(method)
        settings = msgspec.structs.replace(front.settings, named=surroundings.named(front.settings))
        gateway = gateways.load(_with_only(shop, method), settings).get(method.gateway)
    except SettingError as error:
        return Tested("bad", shell.say("settings.test.setting", name=error.name, why=error.why(shell.locale())))
    if gateway is None:
        return Tested("bad", shell.say("settings.test.unknown"))
    return _verdict(gateway, shop)


def _with_only(shop: Shop, method: PaymentMethod) -> Terms:
    values = {name: getattr(shop, name) for name in Terms.__struct_fields__}
    return Terms(**values | {"payment": (method,)})


def _verdict(gateway: Gateway, shop: Shop) -> Tested:
    if gateway.kind is not Kind.ONLINE:
        return Tested("info", shell.say("settings.test.by_hand"))
    report = gateway.query(Charge(reference=f"TEST{secrets.token_hex(8)}", amount=100, currency=shop.currency))
    if report.verdict in _ANSWERED:
        return Tested("good", shell.say("settings.test.good"))
    return Tested("bad", shell.say("settings.test.silent"))
