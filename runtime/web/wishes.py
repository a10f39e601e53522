"""What a visitor brings to the till beside goods: codes, a group, a live room; in a signed cookie of its own.

The moment at which a code was taken is signed with it, so that nobody makes a coupon last longer.
"""

import re
from urllib.parse import parse_qs, urlsplit

import msgspec
from flask import Response, after_this_request, g, request
from itsdangerous import BadData, URLSafeSerializer

from generator import coupon_codes, promoting
from generator.shop import Value
from runtime import attribution, coupons, occasions, promotions, words
from runtime.attribution import Touch
from runtime.coupons import Taken
from runtime.faults import DatabaseFault
from runtime.occasions import Wish
from runtime.pricing import Item
from runtime.promotions import Applied, Circumstances, Step
from runtime.refusals import Code, Refusal
from runtime.sharing import touches
from runtime.web.visit import Visit

MOST_CODES = 5
_LONGEST_CODE = 40
_PIN = re.compile(r"[0-9]{1,18}")
_KEPT_FOR = 30 * 24 * 60 * 60
_TOLD = ("promotion-", "code-", "group-")
_GIVEN = ("promotion-delivery", "promotion-gift")
_MOST_HINTS = 6
_MOST_FIELDS = 100


class Kept(Value, frozen=True, kw_only=True):
    """What the cookie holds; ``room_at`` is when the visitor put something in from the room, ``pin`` what it showed.

    ``link`` is the share link by which the page came that they bought from, ``link_at`` when it was followed.
    """

    codes: tuple[Taken, ...] = ()
    opens: str = ""
    joins: str = ""
    room: str = ""
    room_at: int = 0
    pin: int = 0
    link: str = ""
    link_at: int = 0


def read(here: Visit) -> Kept:
    """Return what the visitor brings; what we did not sign is nothing."""
    found: Kept | None = g.get("kept")
    if found is None:
        try:
            data = _serializer(here).loads(request.cookies.get(_name(), ""))
            found = msgspec.convert(data, Kept)
        except (BadData, msgspec.ValidationError):
            found = Kept()
        g.kept = found
    return found


def wish(here: Visit) -> Wish:
    """Return what promotions look at, without a contact; a room counts for a day."""
    kept = read(here)
    return Wish(codes=kept.codes, opens=kept.opens, joins=kept.joins, room=touch(here).room)


def touch(here: Visit) -> Touch:
    """Return the room that the visitor bought from last; none when that is longer ago than a day."""
    kept = read(here)
    if here.now.timestamp() - kept.room_at >= attribution.WITHIN:
        return Touch(room="", at=0)
    return Touch(room=kept.room, at=kept.room_at, pin=kept.pin)


def circumstances(here: Visit, items: tuple[Item, ...] | list[Item]) -> Circumstances:
    """Return the circumstances of a cart; while the database is away, only what holds for everybody."""
    if not here.terms.promotions or not items:
        return Circumstances()
    try:
        return occasions.gather(here.till, wish(here), items, here.now).circumstances
    except DatabaseFault:
        return Circumstances(now=promoting.moment(here.now))


def apply(here: Visit, items: list[Item]) -> Applied:
    """Return what promotions do to a cart, for a visitor who has not said yet who they are."""
    if not here.terms.promotions:
        return Applied()
    return promotions.apply(here.terms.promotions, items, circumstances(here, items))


def add_code(here: Visit, text: str) -> str:
    """Take a code, instead of the oldest one when there are too many; say why instead if it is good for nothing."""
    plain = coupon_codes.plain(text)
    if not plain or len(text) > _LONGEST_CODE:
        return here.refusal(Refusal(Code.FIELD_INVALID, field=here.say("coupon.label")))
    kept = read(here)
    others = tuple(each for each in kept.codes if coupon_codes.plain(each.text) != plain)
    if len(others) >= MOST_CODES:
        others = others[1:]
    known = next((each for each in kept.codes if coupon_codes.plain(each.text) == plain), None)
    taken = known or Taken(text=text.strip(), at=int(here.now.timestamp()))
    problem = _problem(here, taken)
    if problem is None:
        keep(here, msgspec.structs.replace(kept, codes=(*others, taken)))
    return words.step(problem, here.terms.currency, here.locale, here.terms.timezone) if problem else ""


def _problem(here: Visit, taken: Taken) -> Step | None:
    """Return why a code is good for nothing; while the database is away, the order decides later."""
    try:
        return here.database.read(lambda look: coupons.find(look, here.terms.promotions, taken, (), here.now)).problem
    except DatabaseFault:
        return None


def remove_code(here: Visit, text: str) -> None:
    """Lay a code aside."""
    kept = read(here)
    plain = coupon_codes.plain(text)
    left = tuple(each for each in kept.codes if coupon_codes.plain(each.text) != plain)
    keep(here, msgspec.structs.replace(kept, codes=left))


def come_from(here: Visit, room: str, pin: str) -> Touch | None:
    """Remember the live room that the visitor buys from, and the pin that its page shows."""
    if not room or here.catalogue.find_room(room) is None:
        return None
    shown = int(pin) if _PIN.fullmatch(pin) else 0
    keep(here, msgspec.structs.replace(read(here), room=room, room_at=int(here.now.timestamp()), pin=shown))
    return touch(here)


def link(here: Visit) -> touches.Touch:
    """Return the share link that the visitor came by last; none when that is longer ago than it counts."""
    kept = read(here)
    return touches.Touch(code=kept.link, at=kept.link_at) if touches.holds(kept.link_at, here.now) else touches.Touch()


def come_by(here: Visit) -> None:
    """Remember the share link whose page the visitor buys from: its address says so, and the browser names it."""
    try:
        asked = parse_qs(urlsplit(request.referrer or "").query, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return
    found = touches.read(here.shopfront.settings.secret, asked.get(touches.PARAMETER, [""])[0], here.now)
    kept = read(here)
    if found.code and found.at >= kept.link_at:
        keep(here, msgspec.structs.replace(kept, link=found.code, link_at=found.at))


def group(here: Visit, *, opens: str = "", joins: str = "") -> None:
    """Open a group, join one, or do neither."""
    keep(here, msgspec.structs.replace(read(here), opens=opens, joins=joins))


def done(here: Visit) -> None:
    """Lay aside what an order has used."""
    if request.cookies.get(_name()):
        kept = read(here)
        keep(here, msgspec.structs.replace(kept, codes=(), opens="", joins=""))


def keep(here: Visit, kept: Kept) -> None:
    """Send the wishes back with the answer."""
    g.kept = kept
    if g.get("keeps"):
        return
    g.keeps = True

    @after_this_request
    def _send(answer: Response) -> Response:
        kept: Kept = g.kept
        value = str(_serializer(here).dumps(msgspec.to_builtins(kept))) if kept != Kept() else ""
        name, secure, age = _name(), request.is_secure, _KEPT_FOR if value else 0
        answer.set_cookie(name, value, max_age=age, path="/", secure=secure, httponly=True, samesite="Lax")
        return answer


def hints(here: Visit, trace: tuple[Step, ...]) -> tuple[str, ...]:
    """Return what a buyer should know of promotions that were not given, the most useful first."""
    said = [step for step in trace if step.code.startswith(_TOLD) and step.code not in _GIVEN]
    said.sort(key=lambda step: step.code.startswith("promotion-"))
    return tuple(words.step(step, here.terms.currency, here.locale, here.terms.timezone) for step in said[:_MOST_HINTS])


def _serializer(here: Visit) -> URLSafeSerializer:
    return URLSafeSerializer(here.shopfront.settings.secret, salt="wish")


def _name() -> str:
    return "__Host-wish" if request.is_secure else "wish"
