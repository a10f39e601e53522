"""Smaller pictures of a broadcast, and sound that every phone can play, by ffmpeg where one is installed.

ffmpeg is fed from our own segments through a pipe, hands its pictures back through others, and listens nowhere. When
it dies the broadcast itself goes on, the master playlist leaves out what is dead, and it is started again after a while
that grows. Pictures are coded with key frames where the source has them, so that segments of all sizes have the same
numbers, breaks and times.
"""

import asyncio
import contextlib
import logging
import os
from collections import OrderedDict
from typing import IO, TypeAlias

import msgspec

from generator.value import Value
from runtime.broadcast import (
    Codec,
    Cutting,
    Fragments,
    Init,
    Kind,
    Made,
    Media,
    Part,
    ProtocolError,
    Segment,
    Segmenter,
    Start,
    Track,
    TrackChanged,
    playlist,
)
from runtime.streaming.channel import Channel
from runtime.streaming.screen import Screen

log = logging.getLogger(__name__)
SOUND = "sound"
"""The rendition that only has other sound: for players that know no Opus."""
_SHORTEST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_STEADY = 60.0
_WAITING = 16 << 20
"""Bytes that wait for ffmpeg at most: one that is slower than the broadcast is given up."""
_READ = 256 * 1024
_REMEMBERED = 64
_NICE = 5
_APART = 250_000
"""Microseconds by which a segment of a rendition may be longer or shorter than the source's."""
Times: TypeAlias = "OrderedDict[int, tuple[int, int]]"
"""When segments of the source begin, and how long they last, by their numbers."""
_KBPS = {240: 400, 360: 700, 480: 1200, 540: 1600, 720: 2500}
_SOUND_KBPS = 96


class Step(Value, frozen=True, kw_only=True):
    """One rendition that is wanted; a height of 0 keeps the picture as it is."""

    name: str
    height: int


class ApartError(Exception):
    """A rendition's segments are not those of its source any more."""


class Picture:
    """One rendition while ffmpeg runs."""

    def __init__(self, step: Step, screen: Screen, start: Start, cutting: Cutting) -> None:
        self.step = step
        self.screen = screen
        self.tracks: tuple[Track, ...] = ()
        self._segmenter = Segmenter(cutting, start)
        self._reader = Fragments()

    def read(self, data: bytes, arrived_ms: int, times: "Times") -> None:
        """Take bytes of ffmpeg; raise ProtocolError, or ApartError where its segments are none of the source's."""
        made: list[Made] = []
        for event in self._reader.read(data):
            if isinstance(event, TrackChanged):
                self.tracks = event.tracks
            # ffmpeg writes a fragment for every picture: no group of pictures ends with one.
            made += self._segmenter.take(Media(event.samples) if isinstance(event, Media) else event, arrived_ms)
        for each in made:
            if isinstance(each, Segment) and abs(times.get(each.number, (0, 0))[1] - each.duration) > _APART:
                raise ApartError
        self.screen.publish([_dated(each, times) for each in made])


class Ladder:
    """The renditions of one channel; ``heights`` below the source's are made, larger ones are not."""

    def __init__(self, channel: Channel, heights: tuple[int, ...], ffmpeg: str) -> None:
        self.pictures: dict[str, Picture] = {}
        self._channel = channel
        self._heights = heights
        self._ffmpeg = ffmpeg
        self._run = -1
        self._time = 0
        self._times: Times = OrderedDict()
        self._queue: asyncio.Queue[bytes] | None = None
        self._waiting = 0
        self._task: asyncio.Task[None] | None = None
        self._pause = _SHORTEST_PAUSE
        self._not_before = 0.0
        self._now = asyncio.get_running_loop().time
        channel.made.append(self.take)

    def take(self, made: Made) -> None:
        """Hand on what the channel made."""
        if isinstance(made, Init):
            self._stop()
            return
        if made.run != self._run:
            self._stop()
            self._run = made.run
        parts = self._channel.rules.part > 0
        if isinstance(made, Segment):
            self._time = made.time + made.duration
        number = made.segment if isinstance(made, Part) else made.number
        self._times[number] = (made.at, made.duration)
        while len(self._times) > _REMEMBERED:
            self._times.popitem(last=False)
        if isinstance(made, Part) is not parts:
            return
        first = not isinstance(made, Part) or made.number == 0
        if self._queue is None and first and made.independent and self._now() >= self._not_before:
            begins = self._time if isinstance(made, Part) else made.time
            # Numbers of segments are never given twice, so that those of their beginnings are not, either.
            self._begin(Start(segment=number, run=made.run, time=begins, init=number + 1))
        self._feed(made.data)

    def master(self) -> str | None:
        """Return the list of sizes that can be watched now, None while there is only one."""
        sending = self._channel.sending
        alive = [each for each in self.pictures.values() if each.tracks and each.screen.window.segments]
        if not alive or sending is None:
            return None
        own = _rendition("", sending.tracks, self._channel.screen)
        others = [_rendition(f"{each.step.name}/", each.tracks, each.screen) for each in alive]
        return playlist.master([own, *others])

    async def close(self) -> None:
        """End ffmpeg; where the broadcast is over its viewers are told so."""
        if self._channel.window.ended:
            for each in self.pictures.values():
                each.screen.end()
        task = self._task
        self._stop()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    def _begin(self, start: Start) -> None:
        sending = self._channel.sending
        steps = _steps(sending.tracks, self._heights) if sending else []
        # Tracks that are the same as before this process began are announced by no Init of their own.
        if not steps or not self._channel.init:
            return
        cutting = Cutting(part=self._channel.rules.part)
        screens = [Screen(self._channel.rules.part, start.segment) for _ in steps]
        pictures = [Picture(step, screen, start, cutting) for step, screen in zip(steps, screens, strict=True)]
        self._queue, self._waiting = asyncio.Queue(), 0
        self._feed(self._channel.init)
        self._task = asyncio.create_task(self._watch(pictures, self._queue))

    def _feed(self, data: bytes) -> None:
        if self._queue is None:
            return
        self._waiting += len(data)
        if self._waiting > _WAITING:
            log.warning("room %s: ffmpeg is too slow for its renditions", self._channel.broadcast.room)
            self._stop()
            self._rest()
            return
        self._queue.put_nowait(data)

    def _stop(self) -> None:
        """End this run of ffmpeg; those who wait in front of its screens are sent away."""
        if self._task is not None:
            self._task.cancel()
        self._task = self._queue = None
        self._drop()

    def _drop(self) -> None:
        for each in self.pictures.values():
            each.screen.leave()
        self.pictures = {}

    def _rest(self) -> None:
        self._not_before = self._now() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    async def _watch(self, pictures: list[Picture], queue: "asyncio.Queue[bytes]") -> None:
        """Run ffmpeg until it ends, and see to what comes after it."""
        began = self._now()
        try:
            code = await self._work(pictures, queue)
        except OSError as error:
            code = error.errno or 1
        if self._queue is queue:
            log.warning("room %s: ffmpeg ended with %d; its renditions wait", self._channel.broadcast.room, code)
            self._queue = self._task = None
            self._drop()
            if self._now() - began >= _STEADY:
                self._pause = _SHORTEST_PAUSE
            self._rest()

    async def _work(self, pictures: list[Picture], queue: "asyncio.Queue[bytes]") -> int:
        pipes = [(os.fdopen(reading, "rb", 0), writing) for reading, writing in (os.pipe() for _ in pictures)]
        try:
            process = await asyncio.create_subprocess_exec(
                *_command(self._ffmpeg, [each.step for each in pictures], [writing for _, writing in pipes]),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                pass_fds=[writing for _, writing in pipes],
            )
        finally:
            for _, writing in pipes:
                os.close(writing)
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
        self.pictures = {each.step.name: each for each in pictures}
        work = [asyncio.create_task(self._read(each, pipe)) for each, (pipe, _) in zip(pictures, pipes, strict=True)]
        work.append(asyncio.create_task(self._write(process, queue)))
        try:
            return await process.wait()
        finally:
            for each in work:
                each.cancel()
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _write(self, process: asyncio.subprocess.Process, queue: "asyncio.Queue[bytes]") -> None:
        if process.stdin is None:
            return
        with contextlib.suppress(OSError):
            while True:
                data = await queue.get()
                process.stdin.write(data)
                await process.stdin.drain()
                self._waiting -= len(data)

    async def _read(self, picture: Picture, pipe: IO[bytes]) -> None:
        reader = asyncio.StreamReader(limit=2 * _READ)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        try:
            while data := await reader.read(_READ):
                picture.read(data, self._channel.wall(), self._times)
        except (ProtocolError, ApartError) as error:
            log.warning("what ffmpeg wrote cannot be shown: %s", str(error) or type(error).__name__)
            self._stop()
            self._rest()
        finally:
            transport.close()


def _steps(tracks: tuple[Track, ...], heights: tuple[int, ...]) -> list[Step]:
    """Return the renditions that make sense for what is sent."""
    video = next((track for track in tracks if track.kind is Kind.VIDEO), None)
    if video is None:
        return []
    steps = [Step(name=f"{each}p", height=each) for each in sorted(heights, reverse=True) if each < video.height]
    opus = any(track.codec is Codec.OPUS for track in tracks)
    return [*([Step(name=SOUND, height=0)] if opus else []), *steps]


def _command(ffmpeg: str, steps: list[Step], pipes: list[int]) -> list[str]:
    # It is told all by the head of the file: probing would only take time, or lose the first pictures.
    found = [ffmpeg, "-hide_banner", "-nostdin", "-loglevel", "error", "-probesize", "32", "-analyzeduration", "0"]
    found += ["-f", "mp4", "-i", "pipe:0"]
    for step, pipe in zip(steps, pipes, strict=True):
        found += ["-map", "0:v:0", "-map", "0:a:0?", "-fps_mode", "passthrough"]
        if step.height:
            most = f"{_KBPS.get(step.height, 2500)}k"
            found += [
                "-vf", f"scale=-2:{step.height}", "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency",
                "-pix_fmt", "yuv420p", "-force_key_frames", "source", "-g", "100000", "-sc_threshold", "0",
                "-b:v", most, "-maxrate", most, "-bufsize", most,
            ]  # fmt: skip
        else:
            found += ["-c:v", "copy"]
        found += ["-c:a", "aac", "-b:a", f"{_SOUND_KBPS}k", "-ac", "2", "-f", "mp4"]
        found += ["-movflags", "frag_every_frame+empty_moov+default_base_moof", "-flush_packets", "1", f"pipe:{pipe}"]
    return found


def _dated(made: Made, times: Times) -> Made:
    """Give what was made of a segment the moment of the source's, so that cards come at the same picture."""
    if isinstance(made, Init):
        return made
    at = times.get(made.segment if isinstance(made, Part) else made.number)
    return made if at is None else msgspec.structs.replace(made, at=at[0])


def _rendition(before: str, tracks: tuple[Track, ...], screen: Screen) -> playlist.Rendition:
    video = next((track for track in tracks if track.kind is Kind.VIDEO), None)
    rates = [each.size * 8_000_000 // each.duration for each in screen.window.segments if each.duration]
    return playlist.Rendition(
        address=f"{before}{'ll' if screen.part else 'index'}.m3u8",
        bandwidth=max(rates, default=1_000_000),
        width=video.width if video else 0,
        height=video.height if video else 0,
        codecs=playlist.codecs(tracks),
    )
