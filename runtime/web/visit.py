"""One request's surroundings: the release it sees from beginning to end, its language, its moment, and the till."""

import contextlib
import logging
import secrets
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from flask import Response, current_app, g, make_response, redirect, request
from werkzeug.wrappers import Response as Answer

from generator.catalogue import Catalogue
from generator.promotion import Promotion
from generator.shop import Terms
from generator.theming import templates
from generator.views import Link, PageView
from runtime import database, gateways, stock, words
from runtime import settings as surroundings
from runtime.access import passwords
from runtime.database import Database
from runtime.faults import DatabaseFault
from runtime.gateways import Gateway
from runtime.live.offers import Offers
from runtime.refusals import Refusal
from runtime.rehearsal_bank import bank
from runtime.releases import Live, NoReleaseError, Release
from runtime.rendering import Renderer
from runtime.settings import Settings
from runtime.till import Till, with_offers
from runtime.visits.tally import Tally
from runtime.web import headers, limits
from runtime.web.limits import Buckets
from runtime.web.metrics import Metrics

log = logging.getLogger(__name__)
NAME = "shopwright"


class Shopfront:
    """What all requests of one process share."""

    def __init__(self, settings: Settings, live: Live, metrics: Metrics) -> None:
        self.settings = settings
        self.live = live
        self.metrics = metrics
        self.buckets = Buckets(settings.var / limits.FILE)
        self.passwords = passwords.USUAL
        self._lock = threading.Lock()
        self._database: Database | None = None
        self._stocked = ""
        self._gateways: tuple[Release, int, dict[str, Gateway]] | None = None
        self._renderer: tuple[Release, Renderer] | None = None
        self._offers = Offers()
        self.visits = Tally()

    @property
    def database(self) -> Database:
        """Return the shop's database, connected when it is first needed; raise DatabaseFault while it is away."""
        found = self._database
        if found is None:
            with self._lock:
                found = self._database
                if found is None:
                    found = self._database = database.open(self.settings)
        return found

    def prepare(self) -> None:
        """Make the database or bring it up to date; while it is away the shop is shown, but nothing can be ordered."""
        try:
            with self._lock:
                self._database = database.open(self.settings, upgrade=True)
        except DatabaseFault as error:
            log.error("no orders can be taken: %s", error)  # noqa: TRY400  the sentence says it all

    def warm(self) -> None:
        """Get ready for the first visitor: compile the pages of the live release, if there is one."""
        with contextlib.suppress(NoReleaseError):
            self.renderer(self.live.current()).warm()

    def stocked(self, release: Release) -> Database:
        """Return the database after every sku of a release has its opening stock there: none is sold unlimited."""
        found = self.database
        if self._stocked != release.id:
            opening = {sku: count for sku, _, count in release.catalogue.all_variants()}
            stock.open_new(found, opening, datetime.now(UTC))
            self._stocked = release.id
        return found

    def renderer(self, release: Release) -> Renderer:
        """Return what renders the templates of a release."""
        found = self._renderer
        if found is None or found[0] is not release:
            found = self._renderer = (release, Renderer(release.folder))
        return found[1]

    def gateways(self, release: Release) -> dict[str, Gateway]:
        """Return the ways of paying that a release offers, with the secrets as they are now."""
        found, written = self._gateways, surroundings.secrets_written(self.settings)
        if found is None or found[0] is not release or found[1] != written:
            settings = msgspec.structs.replace(self.settings, named=surroundings.named(self.settings))
            found = self._gateways = (release, written, gateways.load(release.terms, settings))
        return found[2]

    def till(self, release: Release) -> Till:
        """Return the till of a release; raise DatabaseFault while the database is away."""
        return Till(database=self.stocked(release), goods=release.catalogue, gateways=self.gateways(release))

    def offers(self, release: Release, now: datetime) -> tuple[Promotion, ...]:
        """Return the flash sales of live rooms that run now; none while the database is away."""
        if not release.has_rooms:
            return ()
        try:
            return self._offers.now(self.stocked(release), release.catalogue, now)
        except DatabaseFault:
            return ()

    def find_till(self) -> Till | None:
        """Return the till of the live release, or None while there is none or its database is away."""
        try:
            return self.till(self.live.current())
        except (NoReleaseError, DatabaseFault) as error:
            log.warning("recurring work waits: %s", error)
            return None

    def write_visits(self) -> int:
        """Write what was seen since the last time; return of how many visitors. Raises DatabaseFault."""
        return self.visits.write(self.database) if self.visits.waits else 0

    def close(self) -> None:
        """Finish what is being written, and give back files, connections and threads."""
        if self._database is not None:
            with contextlib.suppress(DatabaseFault):
                self.write_visits()
            self._database.close()
        self.buckets.close()
        bank.stop(self.settings)


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One request, in one locale of one release."""

    shopfront: Shopfront
    release: Release
    locale: str
    now: datetime
    offers: tuple[Promotion, ...] = ()
    """The flash sales of live rooms, the same for the whole request."""

    @property
    def terms(self) -> Terms:
        """Return the shop's terms in this release, with the flash sales of the moment."""
        return with_offers(self.release.terms, self.offers)

    @property
    def catalogue(self) -> Catalogue:
        """Return the goods of this release."""
        return self.release.catalogue

    @property
    def database(self) -> Database:
        """Return the database with the stock of this release; raise DatabaseFault while it is away."""
        return self.shopfront.stocked(self.release)

    @property
    def base(self) -> str:
        """Return the address under which the visitor reached the shop; the gate let in only names of ours.

        Whoever is at the console's own host name gets the address that shoppers know.
        """
        settings = self.shopfront.settings
        if settings.console.host and request.host.partition(":")[0] == settings.console.host:
            return (settings.address or self.release.terms.url).rstrip("/")
        return request.host_url.rstrip("/")

    @property
    def office(self) -> str:
        """Return the address below which the console lies: the shop's, or the one of its own host name."""
        return self.shopfront.settings.console.address(self.base)

    @property
    def till(self) -> Till:
        """Return the till; raise DatabaseFault while the database is away."""
        return msgspec.structs.replace(self.shopfront.till(self.release), offers=self.offers)

    @property
    def renderer(self) -> Renderer:
        """Return what renders the templates of this release."""
        return self.shopfront.renderer(self.release)

    @property
    def prefix(self) -> str:
        """Return what stands before all addresses of the locale."""
        return self.renderer.stages[self.locale].frame.prefix

    def in_locale(self, locale: str) -> "Visit":
        """Return the same visit in another language; one that the shop no longer speaks becomes its own."""
        return msgspec.structs.replace(self, locale=locale if locale in self.terms.locales else self.terms.locale)

    def say(self, key: str, **values: object) -> str:
        """Return a text of the theme in the visit's language."""
        return self.renderer.say(key, self.locale, **values)

    def refusal(self, refusal: Refusal) -> str:
        """Return why the domain said no, in the visit's language."""
        return words.refusal(refusal, self.locale)

    def address(self, kind: str, handle: str = "") -> str:
        """Return the path of a page in the visit's language."""
        return templates.address(self.prefix, kind, handle)

    def page(
        self, template: str, page: PageView, context: Mapping[str, Any], *, status: int = 200, private: bool = True
    ) -> Response:
        """Render ``pages/<template>.html``; a private answer is kept nowhere, another one is asked for again."""
        shown = page if page.languages else msgspec.structs.replace(page, languages=self._languages())
        text = self.renderer.render(template, self.locale, {"page": shown, **context})
        answer = make_response(text, status)
        answer.headers.update(headers.page(private=private))
        return answer

    def _languages(self) -> tuple[Link, ...]:
        """Return this very page in the shop's other languages, where its address has one for each."""
        if request.method != "GET" or request.view_args:
            return ()
        rest = request.full_path.rstrip("?").removeprefix(self.prefix)
        listed = self.renderer.stages[self.locale].frame.locales
        return tuple(msgspec.structs.replace(link, url=link.url.rstrip("/") + rest) for link in listed)

    def go(self, path: str) -> Answer:
        """Send the browser on to one of our own paths after a form."""
        return redirect(path, 303)


def shopfront() -> Shopfront:
    """Return what all requests of this process share."""
    found: Shopfront = current_app.extensions[NAME]
    return found


def visit() -> Visit:
    """Return this request's surroundings; the release stays the same until the answer is given."""
    found: Visit | None = g.get("visit")
    if found is None:
        front = shopfront()
        release = front.live.current()
        locale = release.locale_of(request.path.split("/", 2)[1]) or release.terms.locale
        now = datetime.now(UTC)
        offers = front.offers(release, now)
        found = g.visit = Visit(shopfront=front, release=release, locale=locale, now=now, offers=offers)
    return found


def new_id() -> str:
    """Return an id for a request, short enough to read out on the phone."""
    return secrets.token_hex(6)
