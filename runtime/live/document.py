"""A room's state as one small document, and its chat as blocks that never change. Pure.

Every viewer fetches the same bytes, so that a network of caches carries any number of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from generator.promotion import Promotion
from generator.shop import LiveRoom, Terms, Value
from runtime.live.audience import EVERY
from runtime.live.board import Recent
from runtime.live.values import Broadcast, Flash, Message, Pin, Recording, State, Through

BLOCK = 50
"""Lines of a block of chat at most."""
_ENCODER = msgspec.json.Encoder()


class Phase(StrEnum):
    """What a visitor of a room finds."""

    BEFORE = "before"
    LIVE = "live"
    INTERRUPTED = "interrupted"
    ENDED = "ended"
    REPLAY = "replay"


class StreamState(Value, frozen=True, kw_only=True):
    """What is known of a room's picture: whether it can be watched yet, and its addresses where a network has it.

    ``master`` says that there are several sizes of it.
    """

    ready: bool = False
    master: bool = False
    flv: str = ""
    hls: str = ""


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a room's document is made of.

    A flash sale comes with the pieces that are left, its product and the price that may be crossed out.
    """

    room: LiveRoom
    terms: Terms
    running: Broadcast | None
    ended: Broadcast | None
    stream: StreamState | None
    media: Mapping[str, Any]
    pins: Sequence[Pin]
    flashes: Sequence[tuple[Flash, int, str, int]]
    sold_out: Sequence[int]
    viewers: int
    likes: int
    notice: str
    recent: Sequence[Recent]
    seq: int
    block: int
    sample: float
    movie: bool


def phase(room: LiveRoom, running: Broadcast | None, ended: Broadcast | None, now: datetime) -> Phase:
    """Return what a visitor finds: the broadcast decides, and without one the room's times."""
    if running is not None and running.state in {State.LIVE, State.INTERRUPTED}:
        return Phase(running.state.value)
    moment = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    embedded = room.source.kind != "broadcast"
    if running is not None or (room.starts_at > moment and (room.ends_at is None or room.ends_at > moment)):
        return Phase.BEFORE
    if ended is not None and not _announced(room, ended):
        return Phase.REPLAY if is_replayed(room, ended) else Phase.ENDED
    if room.ends_at is not None and room.ends_at <= moment:
        return Phase.ENDED
    return Phase.LIVE if embedded else Phase.BEFORE


def is_replayed(room: LiveRoom, ended: Broadcast | None) -> bool:
    """Tell whether a broadcast that is over can be watched again."""
    kept = ended is not None and ended.recording in {Recording.WHOLE, Recording.INCOMPLETE}
    return bool(room.replay and kept)


def write(scene: Scene, now_ms: int, found: Phase) -> bytes:
    """Return the document of a room."""
    room, live, running = scene.room, scene.terms.live, scene.running
    picture = running if running is not None and running.state is not State.ARMED else None
    return _ENCODER.encode(
        {
            "v": 1,
            "now": now_ms,
            "state": found,
            "room": room.handle,
            "since": (picture.started_at or 0) * 1000 if picture else 0,
            "media": scene.media,
            "stream": _stream(scene, picture) if picture else None,
            "replay": _replay(scene) if is_replayed(room, scene.ended) else None,
            "pins": [
                {
                    "id": pin.id,
                    "number": pin.number,
                    "product": pin.product,
                    "at": pin.at_ms,
                    "until": pin.until_ms or 0,
                }
                for pin in scene.pins
            ],
            "flash": [_flash(*each) for each in scene.flashes],
            "sold_out": scene.sold_out,
            "viewers": scene.viewers if scene.viewers >= live.viewers_from else None,
            "likes": scene.likes,
            "chat": {
                "who": room.chat if found in {Phase.BEFORE, Phase.LIVE, Phase.INTERRUPTED} else "off",
                "seq": scene.seq,
                "block": scene.block,
                "since": _chat_since(scene, found),
                "slow": live.slow_seconds,
                "notice": scene.notice,
            },
            "orders": [{"name": each.name, "number": each.number, "at": each.at * 1000} for each in scene.recent],
            "coupons": _coupons(room, scene.terms.promotions),
            "poll": live.poll_seconds,
            "push": live.push,
            "beat": {"every": EVERY, "sample": scene.sample},
        }
    )


def block(number: int, messages: Sequence[Message], removed: Sequence[int]) -> bytes:
    """Return a block of chat."""
    return _ENCODER.encode({"n": number, "messages": [_line(each) for each in messages], "removed": removed})


def _line(message: Message) -> dict[str, Any]:
    line = {"seq": message.seq, "name": message.name, "text": message.body, "at": message.at_ms, "host": message.host}
    return {**line, "assistant": True} if message.assistant else line


def _announced(room: LiveRoom, ended: Broadcast) -> bool:
    """Tell whether a room was announced anew since its last broadcast: that one is not what visitors come for."""
    began = datetime.fromisoformat(room.starts_at).timestamp()
    return ended.ended_at is not None and began > ended.ended_at


def _chat_since(scene: Scene, found: Phase) -> int:
    """Return from when on lines belong to what is announced or sent now; those before are of an earlier broadcast."""
    if scene.ended is None or found in {Phase.ENDED, Phase.REPLAY}:
        return 0
    return (scene.ended.ended_at or 0) * 1000


def _stream(scene: Scene, picture: Broadcast) -> dict[str, Any] | None:
    state = scene.stream or StreamState()
    if picture.through is Through.EMBED:
        return None
    if picture.through is Through.CDN:
        return {"flv": state.flv, "hls": state.hls}
    base = f"/live/{picture.room}/{picture.stream}"
    found = {"id": picture.stream, "ll": f"{base}/ll.m3u8", "hls": f"{base}/index.m3u8", "ready": state.ready}
    return {**found, "master": f"{base}/master.m3u8"} if state.master else found


def _replay(scene: Scene) -> dict[str, Any] | None:
    if scene.ended is None:
        return None
    base = f"/live/{scene.room.handle}/{scene.ended.stream}"
    movie = f"{base}/replay.mp4" if scene.movie else None
    return {"hls": f"{base}/vod.m3u8", "chapters": f"{base}/chapters.json", "mp4": movie}


def _flash(flash: Flash, left: int, product: str, was: int) -> dict[str, Any]:
    return {
        "id": flash.id,
        "number": flash.number,
        "sku": flash.sku,
        "product": product,
        "price": flash.price,
        "was": was,
        "left": left,
        "starts": flash.starts_at * 1000,
        "ends": flash.until * 1000,
    }


def _coupons(room: LiveRoom, promotions: Sequence[Promotion]) -> list[str]:
    """Return the coupons that a room offers to everybody."""
    return [each.id for each in promotions if each.id in room.promotions and each.coupon and each.coupon.shown]
