"""Where a room stands for the people of the shop, and what is kept of its broadcasts."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from generator.shop import LiveRoom
from runtime.live import broadcasts, document, retention
from runtime.live.document import Phase
from runtime.live.values import Broadcast, Recording, State
from runtime.transaction import Transaction
from runtime.web import console, studio_desk
from runtime.web.areas import shell
from runtime.web.areas.telling import Moment, Teller, small
from runtime.web.visit import Visit

HOME = "/console/live"
LIVE, PLANNED, OVER = "live", "planned", "over"
"""The groups of the list."""
_GROUPS = {"live": LIVE, "interrupted": LIVE, "embed": LIVE, "before": PLANNED, "armed": PLANNED, "late": PLANNED}
_TONES = {
    "live": "bad", "interrupted": "warn", "embed": "bad", "armed": "info", "late": "warn", "replay": "good",
}  # fmt: skip
_KEPT = frozenset({Recording.WHOLE, Recording.INCOMPLETE})
_UNITS = ("B", "kB", "MB", "GB", "TB")
_THOUSAND = 1000


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A room as the list shows it; ``state`` is a word of the studio, ``late`` or ``embed``."""

    handle: str
    title: str
    state: str
    tone: str
    group: str
    picture: str
    starts: Moment
    distance: str
    products: int
    viewers: int | None
    since: str
    replay: bool
    """Whether there is something to watch again."""


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """What recordings take; ``of`` is '' where they have no bound."""

    used: str
    of: str
    percent: int
    crowded: bool


def of_rooms(rooms: Sequence[LiveRoom], teller: Teller, *, media: bool = True) -> list[Standing]:
    """Return where rooms stand: those on air first, then those that come, then those that are over.

    Without ``media`` their pictures are those of products: the covers are only for people with accounts.
    """
    here = teller.here
    running = {each.room: each for each in broadcasts.all_open(here.database) if not each.practice}

    def look(transaction: Transaction) -> dict[str, Broadcast | None]:
        return {room.handle: broadcasts.last_ended(transaction, room.handle) for room in rooms}

    ended = here.database.read(look)
    pictures = _pictures(rooms, here, media=media)
    found = [_of(room, (running.get(room.handle), ended[room.handle]), teller, pictures) for room in rooms]
    coming = sorted((each for each in found if each.group != OVER), key=lambda each: each.starts.iso)
    over = sorted((each for each in found if each.group == OVER), key=lambda each: each.starts.iso, reverse=True)
    return [*(each for each in coming if each.group == LIVE), *(each for each in coming if each.group != LIVE), *over]


def _pictures(rooms: Sequence[LiveRoom], here: Visit, *, media: bool) -> dict[str, str]:
    """Return a picture of each room: its cover, or else that of its first product, as the live shop has it."""
    locale = console.shop_locale(here)
    first = {room.handle: room.products[0] for room in rooms if room.products}
    cards = {card.handle: card for card in here.catalogue.cards(locale, dict.fromkeys(first.values()))}
    found = {}
    for room in rooms:
        card = cards.get(first.get(room.handle, ""))
        if media and room.cover is not None and not room.cover.file.startswith(("http:", "https:")):
            found[room.handle] = f"/console/media/{room.cover.file}"
        elif card is not None and card.image:
            found[room.handle] = small(card.image)
    return found


def begins(room: LiveRoom) -> datetime:
    """Return when a room is announced for."""
    return datetime.fromisoformat(room.starts_at)


def begun(here: Visit, room: LiveRoom | None, handle: str) -> bool:
    """Tell whether the numbers of a room were said aloud: a broadcast of it began, or its player's time came."""
    ran = any(each.started_at is not None and not each.practice for each in broadcasts.of_room(here.database, handle))
    return ran or (room is not None and room.source.kind != "broadcast" and begins(room) <= here.now)


def kept(found: Broadcast) -> bool:
    """Tell whether there is a recording of a broadcast."""
    return found.recording in _KEPT


def storage(here: Visit) -> Storage:
    """Return what all recordings take of what they may."""
    found = retention.plan(here.database.read(retention.look), here.release.terms.live, here.now)
    return Storage(
        used=weight(found.left),
        of=weight(found.storage) if found.storage else "",
        percent=min(100, found.percent),
        crowded=found.percent >= retention.WARN_AT,
    )


def weight(count: int) -> str:
    """Write a number of bytes for people: ``1.5 GB``."""
    value, unit = float(count), 0
    while value >= _THOUSAND and unit < len(_UNITS) - 1:
        value, unit = value / _THOUSAND, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{count} B"


def length(seconds: int) -> str:
    """Write how long something lasts: ``1:04:30``, ``4:30``."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _of(
    room: LiveRoom, seen: tuple[Broadcast | None, Broadcast | None], teller: Teller, pictures: dict[str, str]
) -> Standing:
    here, (running, ended) = teller.here, seen
    state = _state(room, running, ended, here)
    began = running.started_at if running and running.started_at else None
    return Standing(
        handle=room.handle,
        title=studio_desk.title(here, room),
        state=state,
        tone=_TONES.get(state, ""),
        group=_GROUPS.get(state, OVER),
        picture=pictures.get(room.handle, ""),
        starts=teller.moment(begins(room)),
        distance=teller.distance(begins(room)) if state in {"before", "armed"} else "",
        products=len(room.products),
        viewers=studio_desk.viewers(here, running) if running and running.state is not State.ARMED else None,
        since=shell.say("rooms.since", clock=studio_desk.clock(here, began)) if began else "",
        replay=state == "replay" or document.is_replayed(room, ended),
    )


def _state(room: LiveRoom, running: Broadcast | None, ended: Broadcast | None, here: Visit) -> str:
    state = document.phase(room, running, ended, here.now)
    if running is not None and running.state is State.ARMED:
        return "armed"
    if room.source.kind != "broadcast" and running is None and state is Phase.LIVE:
        return "embed"
    if state is Phase.BEFORE and begins(room) <= here.now:
        return "late"
    return state.value
