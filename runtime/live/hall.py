"""A room in memory: who may write, how fast, and what waits to be written down; every part of it is bounded.

Nothing here asks the database: ``board`` brings what it says, ``take`` hands over what it shall keep. A message is
shown after it was kept.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

import msgspec

from generator.live import LiveTerms
from generator.shop import LiveRoom, Value
from runtime import words
from runtime.live import moderation
from runtime.live.audience import Audience, Minute
from runtime.live.moderation import Sieve
from runtime.live.pace import Pace
from runtime.live.tickets import Pass
from runtime.live.values import Message

MOST_WAITING = 2000
"""Messages that wait for the database at most."""
MOST_HELD = 3
"""Messages of one viewer that wait for a moderator at most."""
LIKES = 30
"""Likes that one request may bring."""
_LINES_A_SECOND = 20
_REPEATED_MS = 10_000
_COPIED_MS, _COPIES, _COPY_LENGTH = 60_000, 3, 12
_MOST_REMEMBERED = 5000
_MOST_TRUSTED = 100_000

T = TypeVar("T")


class Code(StrEnum):
    """What became of a message; ``words`` say it as ``chat.<code>``."""

    SHOWN = "shown"
    HELD = "held"
    OFF = "off"
    BUYERS = "buyers"
    PASS = "pass"  # noqa: S105  a viewer's, not a password
    BANNED = "banned"
    MUTED = "muted"
    SLOW = "slow"
    BUSY = "busy"
    EMPTY = "empty"
    LONG = "long"
    WORD = "word"
    LINK = "link"
    REPEATED = "repeated"


class Said(Value, frozen=True, kw_only=True):
    """The answer to a message: what became of it, in words of the viewer's language, and its number."""

    code: Code
    words: str
    seq: int = 0


class Ban(Value, frozen=True, kw_only=True):
    """Who may not write; ``value`` is a viewer's id or a veiled contact or address."""

    room: str
    value: str
    mute: bool


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What a room hands over to be kept."""

    messages: list[Message]
    minutes: list[tuple[int, Minute]]


class Hall:
    """The living part of one room; ``likes`` are those that were not handed over yet."""

    def __init__(self, room: LiveRoom, terms: LiveTerms, seq: int, trusted: Iterable[str] = ()) -> None:
        self.room = room
        self.audience = Audience()
        self.seq = seq
        self.likes = 0
        self._open = False
        self._bans: dict[str, bool] = {}
        self._waiting: deque[Message] = deque()
        self._held: OrderedDict[str, int] = OrderedDict()
        self._trusted: OrderedDict[str, None] = OrderedDict.fromkeys(trusted)
        self._spoken: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self._copies: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._addresses = Pace(1000, burst=5)
        self._room = Pace(1000 / _LINES_A_SECOND, burst=2 * _LINES_A_SECOND, most=1)
        self._liking = Pace(3000 / LIKES, burst=LIKES)
        self._liking_addresses = Pace(3000 / (10 * LIKES), burst=10 * LIKES)
        self._beating = Pace(5000, burst=3)
        self.adopt(room, terms)

    def adopt(self, room: LiveRoom, terms: LiveTerms) -> None:
        """Take up what a new release says of the room and of chats."""
        self.room = room
        self._terms = terms
        self._slow = Pace(terms.slow_seconds * 1000)
        self._sieve = Sieve(terms.blocked_words)

    def open(self, *, is_open: bool, bans: Iterable[Ban]) -> None:
        """Learn whether the chat is open, and who may not write."""
        self._open = is_open
        self._bans = {}
        for ban in bans:
            if ban.room in {"", self.room.handle}:
                self._bans[ban.value] = self._bans.get(ban.value, True) and ban.mute

    def judge(self, names: Iterable[str], *, trusted: bool) -> None:
        """Learn what a moderator thought of a message: who is trusted writes without being held from now on."""
        for name in names:
            self._held.pop(name, None)
            if trusted:
                self._trusted[name] = None
        while len(self._trusted) > _MOST_TRUSTED:
            self._trusted.popitem(last=False)

    def say(self, viewer: Pass, text: str, address: str, at: int) -> Said:
        """Take a message, or say why not."""
        body = moderation.clean(text[: 4 * moderation.MOST])
        refused = self._refused(viewer, address) or self._wrong(viewer, body, len(text))
        if refused is None and not viewer.host:
            refused = self._too_fast(viewer, body, address, at) or self._blocked(body)
        if refused is None and len(self._waiting) >= MOST_WAITING:
            refused = Code.BUSY
        if refused is not None:
            return _said(refused, viewer)
        held = self._is_held(viewer)
        if held and self._held.get(_who(viewer), 0) >= MOST_HELD:
            return _said(Code.HELD, viewer)
        self.seq += 1
        self._waiting.append(self._message(viewer, body, (address, at), held=held))
        self._remember(viewer, body, at, held=held)
        return _said(Code.HELD if held else Code.SHOWN, viewer, self.seq)

    def like(self, viewer: Pass, count: int, address: str, at: int) -> int:
        """Count likes as far as a person can give them, and return how many were counted."""
        if self._is_banned(viewer, address):
            return 0
        wanted = self._liking.take(viewer.viewer, at, max(0, min(count, LIKES)))
        granted = self._liking_addresses.take(address, at, wanted)
        self.likes += granted
        self.audience.minute(at).likes += granted
        return granted

    def beat(self, viewer: Pass, address: str, beat: tuple[int, Mapping[str, int]], at: int) -> bool:
        """Note that somebody watches: ``beat`` is seconds and clicks on products of the bag."""
        seconds, clicks = beat
        if not self._beating.allow(viewer.viewer, at):
            return False
        known = {product: count for product, count in clicks.items() if product in self.room.products}
        return self.audience.beat(viewer.viewer, address, seconds, known, at)

    def take(self, *, numbers: bool) -> Taken:
        """Hand over what shall be kept: messages, and from time to time the numbers of minutes."""
        messages = list(self._waiting)
        self._waiting.clear()
        if not numbers:
            return Taken(messages=messages, minutes=[])
        self.likes = 0
        return Taken(messages=messages, minutes=list(self.audience.take()))

    def put_back(self, taken: Taken) -> None:
        """Take back what could not be kept."""
        self._waiting.extendleft(reversed(taken.messages))
        self.audience.put_back(taken.minutes)
        self.likes += sum(noted.likes for _, noted in taken.minutes)

    def _refused(self, viewer: Pass, address: str) -> Code | None:
        if not viewer.host and (self.room.chat == "off" or not self._open):
            return Code.OFF
        if viewer.host:
            return None
        if self._is_banned(viewer, address):
            return Code.BANNED
        if any(name in self._bans for name in _names(viewer, address)):
            return Code.MUTED
        return Code.BUYERS if self.room.chat == "buyers" and not viewer.buyer else None

    def _wrong(self, viewer: Pass, body: str, length: int) -> Code | None:
        if not body:
            return Code.EMPTY
        most = moderation.MOST * (4 if viewer.host else 1)
        return Code.LONG if len(body) > most or length > 4 * moderation.MOST else None

    def _too_fast(self, viewer: Pass, body: str, address: str, at: int) -> Code | None:
        """Return why a message comes too fast or again."""
        said_at, said = self._spoken.get(_who(viewer), (-_REPEATED_MS, ""))
        plain = moderation.skeleton(body) or body
        if said == plain and at - said_at < _REPEATED_MS:
            return Code.REPEATED
        first, copies = self._copies.get(plain, (at, 0))
        if len(plain) >= _COPY_LENGTH and copies >= _COPIES and at - first < _COPIED_MS:
            return Code.REPEATED
        who = _who(viewer)
        if not self._slow.is_free(who, at):
            return Code.SLOW
        # Who finds the room busy has not spoken: the next try may come at once.
        if not (self._room.is_free("", at) and self._addresses.allow(address, at)):
            return Code.BUSY
        self._room.allow("", at)
        self._slow.allow(who, at)
        return None

    def _blocked(self, body: str) -> Code | None:
        found = self._sieve.find(body)
        return Code(found) if found else None

    def _is_banned(self, viewer: Pass, address: str) -> bool:
        return any(self._bans.get(name) is False for name in _names(viewer, address))

    def _is_held(self, viewer: Pass) -> bool:
        if viewer.host or not self._terms.hold_first:
            return False
        return not any(name in self._trusted for name in (viewer.viewer, *viewer.contacts))

    def _message(self, viewer: Pass, body: str, place: tuple[str, int], *, held: bool) -> Message:
        return Message(
            room=self.room.handle,
            seq=self.seq,
            viewer=viewer.viewer,
            contact=" ".join(viewer.contacts),
            address=place[0],
            name=viewer.name,
            body=body,
            at_ms=place[1],
            state="held" if held else "shown",
            host=viewer.host,
        )

    def _remember(self, viewer: Pass, body: str, at: int, *, held: bool) -> None:
        plain = moderation.skeleton(body) or body
        self.audience.minute(at).messages += 1
        _keep(self._spoken, _who(viewer), (at, plain))
        first, copies = self._copies.get(plain, (at, 0))
        fresh = at - first < _COPIED_MS
        _keep(self._copies, plain, (first, copies + 1) if fresh else (at, 1))
        if held:
            _keep(self._held, _who(viewer), self._held.get(_who(viewer), 0) + 1)


def _keep(memory: OrderedDict[str, T], key: str, value: T) -> None:
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > _MOST_REMEMBERED:
        memory.popitem(last=False)


def _who(viewer: Pass) -> str:
    """Return by what somebody is known: by a proven contact, so that a second pass is the same person."""
    return viewer.contacts[0] if viewer.contacts else viewer.viewer


def _names(viewer: Pass, address: str) -> tuple[str, ...]:
    return (viewer.viewer, *viewer.contacts, address)


def _said(code: Code, viewer: Pass, seq: int = 0) -> Said:
    return Said(code=code, words=words.say(f"chat.{code}", viewer.locale, most=moderation.MOST), seq=seq)
