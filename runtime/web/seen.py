"""What is counted of a request, and whether it is: not for robots, and not for those whose browser asks not to be.

Pages tell it themselves (see the addresses below /api/v1/seen), because a web server may send them without asking the
shop; deeds are noted where they are done. Nothing is kept on the visitor's device for it.
"""

import contextlib
import logging
import re
import threading
import unicodedata
from urllib.parse import parse_qs, unquote
from zoneinfo import ZoneInfo

from flask import request

from runtime.faults import DatabaseFault
from runtime.sharing import links, touches
from runtime.visits import marks
from runtime.visits.channels import channel_of
from runtime.visits.robots import is_robot
from runtime.visits.tally import Seen, Who
from runtime.web.limits import network
from runtime.web.visit import Shopfront, Visit

log = logging.getLogger(__name__)
EVERY = 2.0
"""Seconds after which what was seen is written."""
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


def is_counted(here: Visit) -> bool:
    """Tell whether this request is counted at all."""
    asked_not_to = request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1"
    return here.release.terms.counts_visits and not asked_not_to and not is_robot(_agent())


def note_page(here: Visit, path: str, query: str, referrer: str) -> bool:
    """Count a page of the shop that somebody looks at; False for anything that is none, and who is not counted."""
    found = _page(here, path)
    if found is None or not is_counted(here):
        return False
    came_by = _link(here, query) or channel_of(referrer, query, request.host.partition(":")[0])
    return _note(here, Seen(kind=found[0], subject=found[1], channel=came_by))


def note_deed(here: Visit, kind: str, subject: str = "") -> bool:
    """Count something that a visitor does, such as putting a product into the cart."""
    return is_counted(here) and _note(here, Seen(kind=kind, subject=subject))


def note_words(here: Visit, text: str) -> bool:
    """Count a search that found nothing, unless what was typed looks like somebody's own."""
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if not 0 < len(words) <= _LONGEST_WORDS or _PERSONAL.search(words) or not is_counted(here):
        return False
    return here.shopfront.visits.note_words(words, marks.day_of(here.now, _zone(here)))


def channel(here: Visit) -> str:
    """Return by which channel this visitor came today; empty where nobody is counted."""
    if not is_counted(here):
        return ""
    try:
        return here.shopfront.visits.channel(here.database, _who(here), here.now, _zone(here))
    except DatabaseFault:
        return ""


def start(front: Shopfront) -> None:
    """Write what is seen in this process, every few seconds, for as long as it runs."""
    threading.Thread(target=_write_on, args=(front,), name="visits", daemon=True).start()


def _write_on(front: Shopfront) -> None:
    pause = threading.Event()
    while not pause.wait(EVERY):
        try:
            front.write_visits()
        except DatabaseFault as error:
            log.warning("visits wait to be written: %s", error)
        except Exception:
            log.exception("visits could not be written")


def _note(here: Visit, seen: Seen) -> bool:
    with contextlib.suppress(DatabaseFault):
        return here.shopfront.visits.note(here.database, _who(here), seen, here.now, _zone(here))
    return False


def _link(here: Visit, query: str) -> str:
    """Return the channel of the share link that somebody followed; empty where they followed none."""
    try:
        word = parse_qs(query.lstrip("?"), max_num_fields=_MOST_FIELDS).get(touches.PARAMETER, [""])[0]
    except ValueError:
        return ""
    touch = touches.read(here.shopfront.settings.secret, word, here.now) if word else touches.Touch()
    if not touch.code:
        return ""
    with contextlib.suppress(DatabaseFault):
        found = here.database.read(lambda look: links.find(look, touch.code))
        return _OF_LINKS.get(found.channel, found.channel) if found else ""
    return ""


def _page(here: Visit, path: str) -> tuple[str, str] | None:
    """Return the kind of a page and what it is about; None where the shop has no such page."""
    plain = unquote(path)
    first, _, rest = plain.removeprefix("/").partition("/")
    within = rest if here.release.locale_of(first) else plain.removeprefix("/")
    if within.rstrip("/") == "search":
        return "search", ""
    entry = here.release.find(plain) if here.release.has(plain) else None
    if entry is None or not entry.type.startswith("text/html"):
        return None
    if not within:
        return "home", ""
    place, _, handle = within.partition("/")
    kind = _KINDS.get(place, "page")
    return kind, handle.rstrip("/") if kind in _OF_ONE else ""


def _who(here: Visit) -> Who:
    shop = here.release.terms.url or str(here.shopfront.settings.folder)
    return Who(address=network(request.remote_addr or ""), agent=_agent(), shop=shop)


def _agent() -> str:
    return request.headers.get("User-Agent", "")[:_LONGEST_AGENT]


def _zone(here: Visit) -> ZoneInfo:
    return ZoneInfo(here.release.terms.timezone)
