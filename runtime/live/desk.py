"""THE DESK: all rooms of a shop in the memory of one process, beside the database and the files that viewers read.

``say``, ``like`` and ``beat`` take what viewers send: they touch memory alone and return at once. ``tick`` does the
rest, about twice a second and in a thread of its own: it keeps what was said in one transaction, reads what the studio
and the shop changed, and writes the files. What the database cannot take now waits, within bounds.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from generator import crossing, promoting
from generator.shop import LiveRoom, Product, Terms, Value, Variant
from runtime import words
from runtime.database import Database, Transaction
from runtime.faults import DatabaseFault
from runtime.live import board, chat, document, networks, replays, tally, tickets
from runtime.live.board import Asked, Board, Recent
from runtime.live.document import Phase, Scene, StreamState
from runtime.live.hall import Code, Hall, Said, Taken
from runtime.live.outlet import Event, Outlet
from runtime.live.replays import Shown
from runtime.live.tickets import Pass
from runtime.live.values import Broadcast, Flash, Recording, State, Through, milliseconds
from runtime.settings import SettingError, Settings

log = logging.getLogger(__name__)
_SELDOM = 2000
"""Milliseconds between two looks at stock and orders."""
_NUMBERS = 5000
"""Milliseconds between two times that numbers are written down: orders have the database to themselves meanwhile."""
_AFTERWARDS = 30
"""Seconds after the end for which numbers still belong to a broadcast."""
_OVERLAP = 10_000
"""Milliseconds that are looked at again: what was written earlier may be seen later."""


class Shop(Protocol):
    """What the desk needs of a release's catalogue."""

    @property
    def terms(self) -> Terms:
        """Return the shop's terms."""

    @property
    def release(self) -> str:
        """Return the id of the release."""

    def rooms(self) -> list[LiveRoom]:
        """Return all live rooms."""

    def find_product(self, handle: str) -> Product | None:
        """Return a product."""

    def find_variant(self, sku: str) -> tuple[Product, Variant] | None:
        """Return the variant of a sku with its product."""


class Beat(Value, frozen=True, kw_only=True):
    """A viewer's sign of life: seconds watched since the last one, and clicks on products by handle."""

    seconds: int
    clicks: dict[str, int] = msgspec.field(default_factory=dict)


class Desk:
    """The rooms of one shop; ``shop`` returns the live release's catalogue, None while nothing is published."""

    def __init__(self, database: Database, settings: Settings, shop: Callable[[], Shop | None], now: datetime) -> None:
        self._database = database
        self._settings = settings
        self._shop = shop
        self._lock = threading.Lock()
        self._release = ""
        self._locale = "en"
        self._halls: dict[str, Hall] = {}
        self._outlets: dict[str, Outlet] = {}
        self._skus: dict[str, tuple[str, ...]] = {}
        self._streams: dict[str, StreamState] = {}
        self._media: Mapping[str, Any] = {"base": ""}
        self._board: Board | None = None
        self._since = milliseconds(now)
        self._judged: dict[tuple[str, int], int] = {}
        self._seldom_at = 0
        self._numbers_at = milliseconds(now)
        self._levels: dict[str, int] = {}
        self._recent: dict[str, list[Recent]] = {}
        self.tick(now)

    def media(self, found: Mapping[str, Any]) -> None:
        """Say where viewers reach the daemon: {"port": …} or {"base": …}."""
        self._media = found

    def stream(self, room: str, state: StreamState | None) -> None:
        """Say what is known of a room's picture; None forgets it."""
        with self._lock:
            if state is None:
                self._streams.pop(room, None)
            else:
                self._streams[room] = state

    def say(self, room: str, token: str, text: str, address: str, now: datetime) -> Said:
        """Take a message of a viewer or of the host."""
        viewer = self._viewer(room, token, now)
        veiled = tickets.veiled_address(self._settings.secret, address)
        with self._lock:
            hall = self._halls.get(room)
            if viewer is not None and hall is not None:
                return hall.say(viewer, text, veiled, milliseconds(now))
        code = Code.PASS if hall else Code.OFF
        return Said(code=code, words=words.say(f"chat.{code}", viewer.locale if viewer else self._locale))

    def like(self, room: str, token: str, count: int, address: str, now: datetime) -> int | None:
        """Count likes and return how many were believed; None without a pass."""
        viewer = self._viewer(room, token, now)
        veiled = tickets.veiled_address(self._settings.secret, address)
        with self._lock:
            hall = self._halls.get(room)
            return None if viewer is None or hall is None else hall.like(viewer, count, veiled, milliseconds(now))

    def beat(self, room: str, token: str, beat: Beat, address: str, now: datetime) -> bool | None:
        """Note that somebody watches; None without a pass, False for one that beats too often."""
        viewer = self._viewer(room, token, now)
        veiled = tickets.veiled_address(self._settings.secret, address)
        with self._lock:
            hall = self._halls.get(room)
            if viewer is None or hall is None:
                return None
            return hall.beat(viewer, veiled, (beat.seconds, beat.clicks), milliseconds(now))

    def events(self, room: str, after: int = 0) -> list[Event]:
        """Return what left a room after an event's number, for viewers who are pushed to."""
        outlet = self._outlets.get(room)
        return [] if outlet is None else [each for each in tuple(outlet.events) if each[0] > after]

    def close(self, now: datetime) -> None:
        """Keep everything that was said and counted so far: the process ends."""
        self._numbers_at = 0
        self.tick(now)

    def tick(self, now: datetime) -> None:
        """Keep what was said, read what changed, and write what viewers read; one call at a time."""
        shop = self._shop()
        if shop is None:
            return
        kept: dict[str, Taken] = {}
        try:
            self._adopt(shop)
            kept = self._keep(*self._take(milliseconds(now)), now)
            self._board = self._read(shop, now)
        except DatabaseFault as error:
            log.warning("live rooms go on from memory: %s", error)
        if self._board is None:
            return
        self._settle(self._board, kept, now)
        for room in shop.rooms():
            self._write(room, shop.terms, self._board, now)

    def _viewer(self, room: str, token: str, now: datetime) -> Pass | None:
        found = tickets.verify_pass(self._settings.secret, token, now)
        return found if found is not None and found.room == room else None

    def _adopt(self, shop: Shop) -> None:
        """Take up the rooms of a release."""
        if shop.release == self._release:
            return
        rooms = {room.handle: room for room in shop.rooms()}
        fresh = [handle for handle in rooms if handle not in self._halls]

        def look(transaction: Transaction) -> tuple[dict[str, int], list[str]]:
            seqs = {handle: chat.last_seq(transaction, handle) for handle in fresh}
            return seqs, chat.trusted(transaction) if fresh else []

        seqs, trusted = self._database.read(look)
        made = {handle: Hall(rooms[handle], shop.terms.live, seqs[handle], trusted) for handle in fresh}
        for handle in fresh:
            outlet = self._outlets[handle] = Outlet(self._settings.rooms / handle)
            outlet.seq = seqs[handle]
            # What a moderator did while no process ran is made up for.
            if written := outlet.written_at():
                self._since = min(self._since, int(written * 1000))
        with self._lock:
            kept = {handle: hall for handle, hall in self._halls.items() if handle in rooms}
            for handle, hall in kept.items():
                hall.adopt(rooms[handle], shop.terms.live)
            self._halls = kept | made
        products = {product for room in rooms.values() for product in room.products}
        found = {handle: shop.find_product(handle) for handle in products}
        self._skus = {
            handle: tuple(variant.sku for variant in product.variants)
            for handle, product in found.items()
            if product is not None
        }
        self._locale = shop.terms.locale
        self._release, self._seldom_at = shop.release, 0

    def _take(self, at: int) -> tuple[dict[str, Taken], dict[str, int]]:
        numbers = at - self._numbers_at >= _NUMBERS
        self._numbers_at = at if numbers else self._numbers_at
        with self._lock:
            taken = {handle: hall.take(numbers=numbers) for handle, hall in self._halls.items()}
            return taken, {handle: hall.audience.count(at) for handle, hall in self._halls.items()}

    def _keep(self, taken: Mapping[str, Taken], viewers: Mapping[str, int], now: datetime) -> dict[str, Taken]:
        """Write down what was taken in one transaction, and return it; raise DatabaseFault after taking it back."""
        sums = [
            tally.Sum(broadcast=broadcast, minutes=found.minutes, viewers=viewers[handle])
            for handle, found in taken.items()
            if found.minutes and (broadcast := self._counting(handle, now))
        ]
        messages = [message for found in taken.values() for message in found.messages]
        if not sums and not messages:
            return dict(taken)

        def unit(transaction: Transaction) -> None:
            chat.keep(transaction, messages)
            for each in sums:
                tally.keep(transaction, each)

        try:
            self._database.write(unit)
        except DatabaseFault:
            with self._lock:
                for handle, found in taken.items():
                    if handle in self._halls:
                        self._halls[handle].put_back(found)
            raise
        return dict(taken)

    def _counting(self, room: str, now: datetime) -> int | None:
        """Return the broadcast that numbers of a room belong to: the one that runs, or has just ended."""
        running = self._board.open.get(room) if self._board else None
        if running is not None:
            return None if running.state is State.ARMED else running.id
        ended = self._board.ended.get(room) if self._board else None
        fresh = ended is not None and (ended.ended_at or 0) + _AFTERWARDS > now.timestamp()
        return ended.id if ended is not None and fresh else None

    def _read(self, shop: Shop, now: datetime) -> Board:
        at = milliseconds(now)
        seldom = at - self._seldom_at >= _SELDOM
        rooms = shop.rooms()
        skus = sorted({sku for offered in self._skus.values() for sku in offered}) if seldom else None
        handles = [room.handle for room in rooms] if seldom else None
        asked = Asked(since_ms=self._since - _OVERLAP, skus=skus, rooms=handles)
        found = self._database.read(lambda look: board.look(look, rooms, asked, now))
        if seldom:
            self._seldom_at, self._levels, self._recent = at, found.levels or {}, found.recent or {}
        return found

    def _settle(self, found: Board, kept: Mapping[str, Taken], now: datetime) -> None:
        """Bring to the rooms what the database says: bans, and what became of messages."""
        for handle, taken in kept.items():
            if handle in self._outlets:
                self._outlets[handle].add(each for each in taken.messages if each.state == "shown")
        with self._lock:
            for handle, hall in self._halls.items():
                what = document.phase(hall.room, found.open.get(handle), found.ended.get(handle), now)
                hall.open(is_open=what not in {Phase.ENDED, Phase.REPLAY}, bans=found.bans)
            for message, moment in found.moderated:
                if self._judged.get((message.room, message.seq)) == moment:
                    continue
                self._judged[message.room, message.seq] = moment
                self._since = max(self._since, moment)
                shown = message.state == "shown"
                if message.room in self._halls:
                    names = (message.viewer, *message.contact.split())
                    self._halls[message.room].judge(names, trusted=shown)
                    self._outlets[message.room].add([message] if shown else [], [] if shown else [message.seq])
        self._judged = {key: at for key, at in self._judged.items() if at > self._since - 2 * _OVERLAP}

    def _write(self, room: LiveRoom, terms: Terms, found: Board, now: datetime) -> None:
        outlet, hall, at = self._outlets.get(room.handle), self._halls.get(room.handle), milliseconds(now)
        if outlet is None or hall is None:
            return
        running, ended = found.open.get(room.handle), found.ended.get(room.handle)
        try:
            there = replays.shown(self._settings.rooms, room.handle, ended.stream) if ended else Shown()
            if ended is not None and not there.playlist:
                ended = msgspec.structs.replace(ended, recording=Recording.NONE)
            outlet.write_blocks(at)
            with self._lock:
                viewers, sample = hall.audience.last, hall.audience.sample
                stream = self._streams.get(room.handle)
            scene = Scene(
                room=room,
                terms=terms,
                running=running,
                ended=ended,
                stream=self._elsewhere(running, terms, now) or stream,
                media=self._media,
                pins=found.pins.get(running.id, []) if running else [],
                flashes=[self._offered(each, found, now) for each in found.flashes if each.room == room.handle],
                sold_out=board.sold_out(room, self._skus, self._levels),
                viewers=viewers,
                likes=(shown.likes if (shown := running or ended) else 0) + hall.likes,
                notice=found.notices.get(room.handle, ""),
                recent=self._recent.get(room.handle, []),
                seq=outlet.seq,
                block=outlet.block,
                sample=sample,
                movie=there.movie,
            )
            outlet.write_state(document.write(scene, at, document.phase(room, running, ended, now)), at)
        except OSError as error:
            log.warning("the state of a room could not be written: %s", error.strerror)

    def _elsewhere(self, running: Broadcast | None, terms: Terms, now: datetime) -> StreamState | None:
        """Return where the picture of a broadcast is played that a network carries."""
        if running is None or running.through is not Through.CDN:
            return None
        try:
            found = networks.play(terms, self._settings, running, now)
        except SettingError as error:
            log.warning("the picture of a room cannot be addressed: %s", error)
            return StreamState()
        return StreamState(ready=running.state is State.LIVE, flv=found.flv, hls=found.hls)

    def _offered(self, flash: Flash, found: Board, now: datetime) -> tuple[Flash, int, str, int]:
        shop = self._shop()
        offered = shop.find_variant(flash.sku) if shop else None
        left = min(found.left.get(flash.id, 0), max(0, self._levels.get(flash.sku, flash.quantity)))
        if shop is None or offered is None:
            return flash, 0, "", 0
        before = crossing.shown(shop.terms, *offered, promoting.moment(now)).price
        return flash, left, offered[0].handle, min(before, shop.terms.lowest.get(flash.sku, before))
