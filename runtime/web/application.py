"""The application of one shop: its front, its views, and what happens around every request."""

import gc
import gzip
import logging
import threading
import time
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

import brotli
from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.routing import BaseConverter, Map, RuleFactory, ValidationError

from runtime import jobs, logs
from runtime.rehearsal_bank import bank
from runtime.releases import Live, NoReleaseError
from runtime.settings import Environment, Settings
from runtime.web import (
    address_page,
    aftersale_pages,
    api,
    cart,
    checkout,
    console,
    failures,
    headers,
    health,
    listing,
    live_hooks,
    live_reminder,
    live_room,
    notify,
    order_pages,
    paper_page,
    paying,
    promotion_pages,
    seen,
    short_links,
    static,
    studio,
    studio_entry,
    studio_help,
    studio_host,
    withdrawal,
)
from runtime.web.areas import account, checklist, entry, entry_links, goods, live, orders, passkeys, team, today
from runtime.web.areas import customers as customer_pages
from runtime.web.areas import data as data_pages
from runtime.web.areas import funds as funds_pages
from runtime.web.areas import links as link_pages
from runtime.web.areas import log as log_pages
from runtime.web.areas import look as look_pages
from runtime.web.areas import media as media_pages
from runtime.web.areas import pages as text_pages
from runtime.web.areas import promotions as promotion_areas
from runtime.web.areas import settings as settings_pages
from runtime.web.areas import share as share_pages
from runtime.web.front import Front
from runtime.web.gate import BODY_LIMIT, LONG_FORMS, UPLOAD_LIMIT, UPLOADS
from runtime.web.metrics import Metrics
from runtime.web.visit import NAME, Shopfront, new_id, shopfront
from runtime.web.wsgi import Application, Environ, StartResponse

log = logging.getLogger("runtime.web")
_FIELD_LIMIT = 200
_LONG_FIELD_LIMIT = 8000
_MEDIA_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data", "application/json"}
_COMPRESSED = {"text/html", "application/json"}
_WORTH_COMPRESSING = 860
_COLLECTED_AFTER = 10_000
"""New objects before the collector looks at them."""

LOCALIZED: tuple[Blueprint, ...] = (
    listing.blueprint,
    cart.blueprint,
    promotion_pages.blueprint,
    checkout.blueprint,
    order_pages.lookup,
    withdrawal.lookup,
)
"""Views that exist once for every locale of the shop."""
PLAIN: tuple[Blueprint, ...] = (
    health.blueprint,
    api.blueprint,
    live_room.blueprint,
    live_reminder.blueprint,
    cart.api,
    promotion_pages.invitations,
    short_links.blueprint,
    order_pages.blueprint,
    paying.blueprint,
    address_page.blueprint,
    paper_page.blueprint,
    aftersale_pages.blueprint,
    withdrawal.blueprint,
    notify.blueprint,
    live_hooks.blueprint,
    console.blueprint,
    studio.blueprint,
    studio_entry.blueprint,
    studio_help.blueprint,
    studio_host.blueprint,
    entry.blueprint,
    entry_links.blueprint,
    entry_links.by_mail,
    passkeys.blueprint,
    account.blueprint,
    team.blueprint,
    log_pages.blueprint,
    today.blueprint,
    checklist.blueprint,
    *orders.BLUEPRINTS,
    *goods.BLUEPRINTS,
    promotion_areas.blueprint,
    look_pages.blueprint,
    *share_pages.BLUEPRINTS,
    *live.BLUEPRINTS,
    *customer_pages.BLUEPRINTS,
    *funds_pages.BLUEPRINTS,
    media_pages.blueprint,
    link_pages.blueprint,
    *text_pages.BLUEPRINTS,
    data_pages.blueprint,
    settings_pages.blueprint,
)
"""Views with one address."""


def make(settings: Settings) -> Flask:
    """Make the application of a shop, with its front before its views."""
    live, metrics = Live(settings.var), Metrics(settings.var / "run")
    app = views(settings, live, metrics)
    setattr(app, "wsgi_app", Front(settings, live, metrics, beside(settings, app.wsgi_app)))  # noqa: B010  Flask's own way
    return app


def views(settings: Settings, live: Live, metrics: Metrics) -> Flask:
    """Make the application of what is not static."""
    app = bare(settings, live, metrics)
    app.url_value_preprocessor(_take_locale)
    with _ADDRESSES.first:
        app.url_map = _ADDRESSES
        for blueprint in LOCALIZED:
            app.register_blueprint(blueprint)
            app.register_blueprint(blueprint, name=f"localized_{blueprint.name}", url_prefix="/<locale:locale>")
        for blueprint in PLAIN:
            app.register_blueprint(blueprint)
        _ADDRESSES.whole = True
    setattr(app, "wsgi_app", seen.before(app.wsgi_app, app.extensions[NAME]))  # noqa: B010  Flask's own way
    return app


def bare(settings: Settings, live: Live, metrics: Metrics) -> Flask:
    """Make an application without views: its limits, and what happens before and after every request."""
    app = Flask("runtime.web", static_folder=None, template_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        MAX_FORM_PARTS=_FIELD_LIMIT,
        TRAP_HTTP_EXCEPTIONS=False,
        PROPAGATE_EXCEPTIONS=False,
        DEBUG=False,
    )
    app.extensions[NAME] = Shopfront(settings, live, metrics)
    app.url_map.strict_slashes = False
    app.before_request(_begin)
    app.after_request(_end)
    failures.register(app)
    return app


def start(settings: Settings, live: Live, metrics: Metrics) -> Application:
    """Make the views of a worker process, see to its database, and begin the recurring work beside them."""
    app = views(settings, live, metrics)
    front: Shopfront = app.extensions[NAME]
    front.prepare()
    threading.Thread(target=_warm, args=(front,), name="warm", daemon=True).start()
    jobs.Runner(jobs.Work(make_till=front.find_till, settings=settings, base_url=settings.address)).start()
    seen.start(front)
    return beside(settings, app.wsgi_app)


def _warm(front: Shopfront) -> None:
    """Get ready for the first visitor, and tell the collector that what is there now stays.

    It would look through all of it again and again, and let every buyer wait meanwhile.
    """
    front.warm()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER)


def beside(settings: Settings, views: Application) -> Application:
    """Let the rehearsal bank answer below its address, except in production."""
    if settings.environment is Environment.PRODUCTION:
        return views

    def dispatch(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path, mount = environ["PATH_INFO"], bank.MOUNT
        if not path.startswith(f"{mount}/"):
            return views(environ, start_response)
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = environ.get("SCRIPT_NAME", "") + mount, path[len(mount) :]
        return bank.get(settings).wsgi(environ, start_response)

    return dispatch


class _LocaleConverter(BaseConverter):
    """Takes the prefix of a locale that the live release speaks."""

    regex = "[A-Za-z0-9-]{2,16}"

    def to_python(self, value: str) -> str:
        """Return the prefix, or let the address match something else."""
        try:
            known = shopfront().live.current().locale_of(value)
        except NoReleaseError:
            known = None
        if known is None:
            raise ValidationError
        return value


class _Addresses(Map):
    """The addresses of the views, which are the same for every shop: what the first one compiled, the others take.

    Compiling them takes longer than everything else that an application is made of.
    """

    def __init__(self) -> None:
        super().__init__(converters={"locale": _LocaleConverter}, strict_slashes=False)
        self.first = threading.Lock()
        self.whole = False

    def add(self, rulefactory: RuleFactory) -> None:
        """Take an address, unless all are known."""
        if not self.whole:
            super().add(rulefactory)


_ADDRESSES = _Addresses()


def _take_locale(_: str | None, values: dict[str, str] | None) -> None:
    """Keep the prefix of the address from the views: the visit knows its language."""
    if values:
        values.pop("locale", None)


def _begin() -> None:
    g.began = time.perf_counter()
    logs.request_id.set(new_id())
    if request.method in {"GET", "HEAD", "OPTIONS"} or not request.content_length:
        return
    if request.mimetype not in _MEDIA_TYPES and not request.path.endswith("/notify"):
        raise UnsupportedMediaType
    most = _LONG_FIELD_LIMIT if LONG_FORMS.fullmatch(request.path) else _FIELD_LIMIT
    request.max_form_parts = most
    if request.mimetype == "multipart/form-data" and UPLOADS.fullmatch(request.path):
        request.max_content_length = UPLOAD_LIMIT
        return
    body = request.get_data(cache=True, parse_form_data=False)
    form = request.mimetype == "application/x-www-form-urlencoded"
    if form and (body.count(b"&") >= most or not _is_text(body)):
        raise BadRequest


def _is_text(body: bytes) -> bool:
    try:
        text = unquote_to_bytes(body).decode()
    except UnicodeDecodeError:
        return False
    return "\0" not in text


def _end(answer: Response) -> Response:
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Content-Security-Policy", headers.policy())
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("Cache-Control", headers.PRIVATE)
    _compress(answer)
    answer.headers["X-Request-Id"] = logs.request_id.get()
    if request.scheme == "https":
        answer.headers.add(*headers.TRANSPORT)
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    shopfront().metrics.request(_kind(), answer.status_code, seconds)
    log.info(
        "answered",
        extra={
            "method": request.method,
            "route": request.url_rule.rule if request.url_rule else "(none)",
            "status": answer.status_code,
            "milliseconds": round(seconds * 1000, 1),
        },
    )
    return answer


def _compress(answer: Response) -> None:
    """Send a page or document in the best form that the client takes; what is under way in pieces stays as it is."""
    if answer.is_streamed or answer.mimetype not in _COMPRESSED or "Content-Encoding" in answer.headers:
        return
    answer.vary.add("Accept-Encoding")
    body = answer.get_data()
    forms = static.accepted(request.headers.get("Accept-Encoding", "")[:200])
    if len(body) < _WORTH_COMPRESSING or not forms:
        return
    packed = brotli.compress(body, quality=4) if forms[0] == "br" else gzip.compress(body, 5)
    answer.set_data(packed)
    answer.headers["Content-Encoding"] = static.NAMES[forms[0]]
    etag, weak = answer.get_etag()
    if etag and not weak:
        answer.set_etag(etag, weak=True)


def _kind() -> str:
    if request.path.startswith("/api/"):
        return "api"
    return "notice" if request.path.startswith(("/pay/", "/live/hooks/")) else "page"
