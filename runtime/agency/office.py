"""The office of a folder of shops: its own sign-in, accounts, log and address, apart from every shop's."""

from collections.abc import Callable, Iterable

from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from generator.shop import Seller, SellerType, Terms
from runtime.access.roles import Permission, Role
from runtime.agency import counts, pages
from runtime.agency.pages import NAME, Desk
from runtime.console import words
from runtime.faults import Fault
from runtime.releases import Live, Release
from runtime.settings import Settings
from runtime.setup import guessing
from runtime.web import application, console
from runtime.web.areas import account, entry, entry_links, passkeys, shell, team
from runtime.web.areas import log as log_pages
from runtime.web.areas.shell import HOUSE, Area, House
from runtime.web.front import Front, Room
from runtime.web.metrics import Metrics
from runtime.web.visit import NAME as SHOPFRONT
from runtime.web.visit import Shopfront, Visit
from runtime.web.wsgi import Application, Environ, StartResponse

AREAS: tuple[tuple[Area, ...], ...] = (
    (Area(name="shops", path="/console/", icon="store", permission=Permission.ENTER, key="s"),),
    (
        Area(name="team", path="/console/team", icon="shield", permission=Permission.TEAM_EDIT),
        Area(name="log", path="/console/log", icon="log", permission=Permission.LOG_SEE),
    ),
)
ROLES = (Role.OWNER, Role.MANAGER, Role.STAFF, Role.READ_ONLY)
_BLUEPRINTS = (
    console.blueprint,
    entry.blueprint,
    entry_links.blueprint,
    passkeys.blueprint,
    account.blueprint,
    team.blueprint,
    log_pages.blueprint,
    counts.blueprint,
    pages.blueprint,
)


class NoShop(Release):
    """What stands where a shop has its release: a name and a clock, and nothing to sell."""

    def __init__(self, live: Live) -> None:
        del live
        self.id = "office"
        self.terms = Terms(
            name={locale: words.say("agency.name", locale) for locale in shell.SPOKEN},
            country="",
            locale="en",
            locales=shell.SPOKEN,
            currency="",
            timezone=guessing.machine_zone() or "UTC",
            seller=Seller(type=SellerType.COMPANY),
        )


class OfficeFront(Front):
    """The gate of the office: no release is looked for, and it is well as long as it answers."""

    def _answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
        del environ, start_response
        return None

    def _health(self, start_response: StartResponse) -> Iterable[bytes]:
        body = b"ok\n"
        about = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response("200 OK", [*about, ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")])
        return [body]


def make(settings: Settings, desk: Desk) -> Flask:
    """Make the application of the office."""
    live, metrics = Live(settings.var), Metrics(settings.var / "run")
    metrics.share()
    app = application.bare(settings, live, metrics)
    app.extensions[NAME] = desk
    app.extensions[HOUSE] = House(areas=AREAS, roles=ROLES, words="agency", front="", mails=False)
    front: Shopfront = app.extensions[SHOPFRONT]
    nothing = NoShop(live)

    def come_in() -> None:
        g.visit = Visit(shopfront=front, release=nothing, locale="en", now=desk.clock())

    app.before_request(come_in)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, _refuse(lambda error: error.code or 500))
    app.register_error_handler(Fault, _refuse(lambda _: 503))
    front.prepare()
    return app


def serve(app: Flask, settings: Settings, readers: int) -> Application:
    """Return the office as a server asks it."""
    front: Shopfront = app.extensions[SHOPFRONT]
    return OfficeFront(settings, front.live, front.metrics, app.wsgi_app, room=Room(readers=readers))


def _refuse(status: Callable[[HTTPException], int]) -> Callable[[HTTPException], Response]:
    def answer(error: HTTPException) -> Response:
        code = status(error)
        word = {403: "forbidden", 404: "missing", 405: "missing", 409: "stale", 429: "busy", 503: "mistake"}
        return shell.refused(code, shell.say(f"console.{word.get(code, 'odd')}"), shell.HOME)

    return answer
