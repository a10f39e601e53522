"""What is counted of a request, and whether it is: not for robots, and not for those whose browser asks not to be.

Pages tell it themselves, because a web server may send them without asking the shop: ``before`` answers them ahead of
the views, since every page that is looked at asks for it. Deeds are noted where they are done. Nothing is kept on the
visitor's device for it.
"""

import contextlib
import logging
import re
import threading
import time
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

import msgspec
from flask import request

from runtime.faults import DatabaseFault
from runtime.releases import NoReleaseError, Release
from runtime.sharing import links, touches
from runtime.visits import marks
from runtime.visits.channels import channel_of
from runtime.visits.robots import is_robot
from runtime.visits.tally import Seen, Who
from runtime.web import headers
from runtime.web.gate import is_loopback
from runtime.web.limits import network
from runtime.web.visit import Shopfront, Visit
from runtime.web.wsgi import Application, Environ, StartResponse

log = logging.getLogger(__name__)
EVERY = 2.0
"""Seconds after which what was seen is written."""
BEACON = "/api/v1/seen"
"""Where a page tells by its script that it is looked at: ``page``, ``query`` and ``from``."""
PICTURE = "/api/v1/seen.gif"
"""What a page asks for without scripts; the browser names the page."""
_FORM = "application/x-www-form-urlencoded"
_TOLD = ("page", "query", "from")
_LONGEST = 2000
_LONGEST_BODY = 8000
_KINDS = {"products": "product", "shelves": "shelf", "pages": "page", "live": "live"}
_OF_ONE = frozenset({"product", "live"})
"""Kinds of pages that are counted one by one."""
_LONGEST_AGENT = 400
_MOST_FIELDS = 60
_OF_LINKS = {"moments": "wechat", "email": "mail", "other": "share"}
"""Channels of share links that count under another name."""
_LONGEST_WORDS = 40
_PERSONAL = re.compile(r"@|\d[\d\s-]{4,}")
"""An address or a number that somebody typed into the search by mistake is not kept."""


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, in which release of which shop; nobody where they are not counted."""

    front: Shopfront
    release: Release
    who: Who
    host: str
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """Return the shop's time zone."""
        return ZoneInfo(self.release.terms.timezone)

    def note(self, seen: Seen) -> bool:
        """Collect something; False while the database is away, or too much waits."""
        with contextlib.suppress(DatabaseFault):
            return self.front.visits.note(self.front.stocked(self.release), self.who, seen, self.now, self.zone)
        return False


def note_deed(here: Visit, kind: str, subject: str = "") -> bool:
    """Count something that a visitor does, such as putting a product into the cart."""
    guest = _find(here)
    return guest is not None and guest.note(Seen(kind=kind, subject=subject))


def note_words(here: Visit, text: str) -> bool:
    """Count a search that found nothing, unless what was typed looks like somebody's own."""
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    guest = _find(here)
    if guest is None or not 0 < len(words) <= _LONGEST_WORDS or _PERSONAL.search(words):
        return False
    return here.shopfront.visits.note_words(words, marks.day_of(here.now, guest.zone))


def channel(here: Visit) -> str:
    """Return by which channel this visitor came today; empty where nobody is counted."""
    guest = _find(here)
    if guest is None:
        return ""
    try:
        return here.shopfront.visits.channel(here.database, guest.who, guest.now, guest.zone)
    except DatabaseFault:
        return ""


def start(front: Shopfront) -> None:
    """Write what is seen in this process, every few seconds, for as long as it runs."""
    threading.Thread(target=_write_on, args=(front,), name="visits", daemon=True).start()


def before(views: Application, front: Shopfront) -> Application:
    """Answer pages that tell that they are looked at; everything else goes on to the views."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        asked = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if asked not in {("POST", BEACON), ("GET", PICTURE)}:
            return views(environ, start_response)
        begun = time.perf_counter()
        status, more = _hear(front, environ, by_script=asked[0] == "POST")
        found = [("Content-Length", "0"), ("Cache-Control", headers.PRIVATE), ("X-Content-Type-Options", "nosniff")]
        if environ["wsgi.url_scheme"] == "https":
            found.append(headers.TRANSPORT)
        front.metrics.request("api", int(status[:3]), time.perf_counter() - begun)
        start_response(status, [*(found if status[:3] != "204" else found[1:]), *more])
        return [b""]

    return answer


def _hear(front: Shopfront, environ: Environ, *, by_script: bool) -> tuple[str, headers.Headers]:
    """Take what a page tells; return the status that it is answered with: nothing, whether it counted or not."""
    client = environ.get("REMOTE_ADDR", "")
    wait = 0 if is_loopback(client) else front.buckets.take("seen", client)
    if wait:
        front.metrics.event("limited")
        return "429 Too Many Requests", [("Retry-After", str(wait))]
    told = _form(environ) if by_script else _referred(environ)
    if told is None:
        return "400 Bad Request", []
    with contextlib.suppress(NoReleaseError):
        _note_page(front, environ, told)
    return "204 No Content", []


def _form(environ: Environ) -> dict[str, str] | None:
    """Return what a script tells, None for what none of ours would."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > _LONGEST_BODY or environ.get("CONTENT_TYPE", "").partition(";")[0].strip() != _FORM:
        return None
    try:
        body = environ["wsgi.input"].read(length).decode("ascii")
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=len(_TOLD), errors="strict")
    except ValueError:
        return None
    told = dict(pairs)
    return told if len(told) == len(pairs) and set(told) <= set(_TOLD) else None


def _referred(environ: Environ) -> dict[str, str]:
    """Return the page that a picture stands on, where it is one of ours."""
    try:
        page = urlsplit(environ.get("HTTP_REFERER", "")[:_LONGEST])
    except ValueError:
        return {}
    ours = page.netloc.lower() == environ.get("HTTP_HOST", "").lower()
    return {"page": page.path, "query": page.query} if ours else {}


def _note_page(front: Shopfront, environ: Environ, told: dict[str, str]) -> None:
    path, query, referrer = (told.get(name, "")[:_LONGEST] for name in _TOLD)
    release = front.live.current()
    guest = _guest(front, release, environ, datetime.now(UTC))
    page = _page(release, path) if guest is not None else None
    if guest is not None and page is not None:
        came_by = _link(guest, query) or channel_of(referrer, query, guest.host)
        guest.note(Seen(kind=page[0], subject=page[1], channel=came_by))


def _find(here: Visit) -> Guest | None:
    return _guest(here.shopfront, here.release, request.environ, here.now)


def _guest(front: Shopfront, release: Release, environ: Environ, now: datetime) -> Guest | None:
    """Return who asks; None where visits are not counted, for robots, and for who asks not to be counted."""
    agent = environ.get("HTTP_USER_AGENT", "")[:_LONGEST_AGENT]
    asks_not_to = environ.get("HTTP_SEC_GPC") == "1" or environ.get("HTTP_DNT") == "1"
    if not release.terms.counts_visits or asks_not_to or is_robot(agent):
        return None
    shop = release.terms.url or str(front.settings.folder)
    who = Who(address=network(environ.get("REMOTE_ADDR", "")), agent=agent, shop=shop)
    host = environ.get("HTTP_HOST", "").partition(":")[0].lower()
    return Guest(front=front, release=release, who=who, host=host, now=now)


def _page(release: Release, path: str) -> tuple[str, str] | None:
    """Return the kind of a page and what it is about; None where the shop has no such page."""
    plain = unquote(path)
    first, _, rest = plain.removeprefix("/").partition("/")
    within = rest if release.locale_of(first) else plain.removeprefix("/")
    if within.rstrip("/") == "search":
        return "search", ""
    entry = release.find(plain) if release.has(plain) else None
    if entry is None or not entry.type.startswith("text/html"):
        return None
    if not within:
        return "home", ""
    place, _, handle = within.partition("/")
    kind = _KINDS.get(place, "page")
    return kind, handle.rstrip("/") if kind in _OF_ONE else ""


def _link(guest: Guest, query: str) -> str:
    """Return the channel of the share link that somebody followed; empty where they followed none."""
    if f"{touches.PARAMETER}=" not in query:
        return ""
    try:
        word = parse_qs(query.lstrip("?"), max_num_fields=_MOST_FIELDS).get(touches.PARAMETER, [""])[0]
    except ValueError:
        return ""
    touch = touches.read(guest.front.settings.secret, word, guest.now)
    if not touch.code:
        return ""
    with contextlib.suppress(DatabaseFault):
        found = guest.front.stocked(guest.release).read(lambda look: links.find(look, touch.code))
        return _OF_LINKS.get(found.channel, found.channel) if found else ""
    return ""


def _write_on(front: Shopfront) -> None:
    pause = threading.Event()
    while not pause.wait(EVERY):
        try:
            front.write_visits()
        except DatabaseFault as error:
            log.warning("visits wait to be written: %s", error)
        except Exception:
            log.exception("visits could not be written")
