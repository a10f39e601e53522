"""``shopwright live list|key|end``: the rooms of a shop, keys for publishers, and the end of a broadcast."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec

from generator.live import LiveCdn
from generator.shop import LiveRoom
from runtime import words
from runtime.commands import columns, shop, spans
from runtime.commands.language import language
from runtime.live import broadcasts, document, networks, reports
from runtime.live.document import Phase
from runtime.live.values import Broadcast, Through, Why
from runtime.refusals import Code, Refusal
from runtime.releases import Live, NoReleaseError
from runtime.settings import Environment, Settings

RTMP = 1935
APPLICATION = "live"
_WRITTEN = "run/live.json"
_COLUMNS = ("room", "picture", "state", "time", "key")
_LATE = "late"
"""The announced time is over, and nobody has sent anything."""
_ANNOUNCED = frozenset({Phase.BEFORE.value, _LATE})


@click.command("list")
@shop.argument
def list_rooms(folder: Path) -> None:
    """List the rooms: what visitors find there, and since when or from when on."""
    now = datetime.now(UTC)
    rows = [[words.say(f"live.list.{name}", language()) for name in _COLUMNS]]
    with shop.opened(folder) as (settings, database):
        cdn = shop.till(settings, database).terms.live.cdn
        clock = spans.clock(settings)
        running = {each.room: each for each in broadcasts.all_open(database) if not each.practice}
        for room in shop.rooms(settings):
            found = running.get(room.handle) or next(iter(broadcasts.of_room(database, room.handle)), None)
            state = _state(room, found, now)
            announced = state in _ANNOUNCED or found is None
            at = datetime.fromisoformat(room.starts_at) if announced else _moment(found)
            key = _key(found, cdn) if found and found.open else ""
            rows.append([room.handle, _picture(room), words.say(f"live.state.{state}", language()), clock(at), key])
    if len(rows) == 1:
        click.echo(words.say("live.list.none", language()), err=True)
        return
    for line in columns.lines(rows):
        click.echo(line)


@click.command()
@shop.argument
@click.argument("room")
def key(folder: Path, room: str) -> None:
    """Make a stream key for ROOM and print it, this once; an older key is good for nothing at once."""
    now = datetime.now(UTC)
    with shop.opened(folder) as (settings, database):
        till = shop.till(settings, database)
        found = shop.room(settings, room)
        through = Through(found.source.through) if found.source.kind == "broadcast" else Through.EMBED
        if through is Through.EMBED:
            raise click.ClickException(words.say("live.command.embedded", language(), room=room))
        running = broadcasts.open_in(database, room)
        made = broadcasts.rotate(database, running.id, now) if running else None
        if made is None:
            made = broadcasts.arm(database, room, through=through, by="merchant", now=now)
        address = networks.push(till.terms, settings, made[0], now, made[1])
        place = address.server if address else server(settings)
        secret = address.key if address else made[1]
    click.echo(words.say("live.command.key", language(), room=room))
    click.echo(f"{words.say('live.command.server', language())}  {place}")
    click.echo(f"{words.say('live.command.stream-key', language())}  {secret}")


@click.command()
@shop.argument
@click.argument("room")
def end(folder: Path, room: str) -> None:
    """End the broadcast of ROOM for good."""
    with shop.opened(folder) as (settings, database):
        shop.till(settings, database)
        shop.room(settings, room)
        running = broadcasts.open_in(database, room)
        done = broadcasts.end(database, running.id, Why.HOST, datetime.now(UTC)) if running else None
    if done is None:
        raise Refusal(Code.LIVE_NOT_OPEN, room=room)
    click.echo(words.say("live.command.ended", language(), room=room))


def _state(room: LiveRoom, found: Broadcast | None, now: datetime) -> str:
    """Return what is going on in a room, as its visitors find it; only its host knows that it is armed."""
    if found is not None and found.open:
        return found.state
    shown = document.phase(room, None, found, now)
    late = shown is Phase.BEFORE and datetime.fromisoformat(room.starts_at) <= now
    return _LATE if late else shown


def _key(found: Broadcast, cdn: LiveCdn | None) -> str:
    """Return what a publisher's address is known by: the last letters of its key, or the name of a signed stream."""
    if cdn is not None and found.through is Through.CDN and cdn.provider in reports.SIGNED:
        return networks.name(cdn, found)
    return f"…{found.key_tail}"


def _moment(found: Broadcast | None) -> datetime:
    return datetime.fromtimestamp((found.started_at or found.armed_at) if found else 0, UTC)


def _picture(room: LiveRoom) -> str:
    """Say who carries the picture of a room."""
    if room.source.kind == "broadcast":
        return words.say(f"live.picture.{room.source.through}", language())
    return room.source.provider or room.source.kind


def server(settings: Settings) -> str:
    """Return the address of our own listener for publishers, as far as it can be known here."""
    try:
        url = Live(settings.var).current().terms.url
    except NoReleaseError:
        url = ""
    listening = _listening(settings.var / _WRITTEN)
    secure = bool(settings.streaming.certificate) or listening.rtmp_secure
    port = settings.streaming.rtmp_port or listening.rtmp_port or RTMP
    # A shop that rehearses is not yet where its address will lead.
    rehearses = settings.environment is Environment.REHEARSAL
    known = settings.streaming.address or settings.address or ("" if rehearses else url)
    host = urlsplit(known).hostname or "127.0.0.1"
    place = host if port == RTMP and not secure else f"{host}:{port}"
    return f"{'rtmps' if secure else 'rtmp'}://{place}/{APPLICATION}"


class _Listening(msgspec.Struct, frozen=True):
    """Where the daemon says that it listens."""

    rtmp_port: int = 0
    rtmp_secure: bool = False


def _listening(file: Path) -> _Listening:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Listening)
    except (OSError, msgspec.DecodeError):
        return _Listening()
