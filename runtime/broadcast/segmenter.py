"""Samples become parts and segments: cut by time and key frames, dated by the server's clock, numbered for ever."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from runtime.broadcast import fmp4
from runtime.broadcast.arrival import ArrivalClock
from runtime.broadcast.lanes import Lane
from runtime.broadcast.samples import Kind, Media, Sample, Track, TrackChanged
from runtime.broadcast.segments import Cutting, Init, Part, Piece, Segment, Start

Made: TypeAlias = Init | Part | Segment

PART_TOLERANCE = 20
"""Milliseconds that a part may be longer than wished for, so that it holds whole pictures."""
_SEGMENT_TOLERANCE = 100
"""Milliseconds that a segment may be shorter, so that a key frame that comes a little early still cuts."""
_EARLY = 256
"""Packets of sound that wait for the first picture."""
_LONGEST_SOUND = 8192
"""Bytes of a packet of sound; neither AAC nor Opus has longer ones."""
_LONGEST_WAIT = 10_000
"""Milliseconds that a sample is believed to have waited for others of its batch."""
_APART = 3
"""Sound that is so many gaps away from the picture belongs to another stretch of time."""


class _Run:
    """A stretch without a break, and its open segment. ``main`` is the picture, or the sound where there is none."""

    def __init__(self, number: int, tracks: tuple[Track, ...], first: Sample, time: int, heard: int) -> None:
        self.number = number
        self.init = 0
        self.tracks = tracks
        self.lanes: dict[Kind, Lane] = {}
        main = next(track for track in tracks if track.kind is first.track)
        for track in tracks:
            origin = first.dts * track.timescale // main.timescale
            # Rounded up, as the end of the run before was rounded down.
            begins = [-(-moment * track.timescale // 1_000_000) for moment in (time, heard)]
            self.lanes[track.kind] = Lane(track, origin, begins[0], begins[1] if track is not main else 0)
        self.main = self.lanes[first.track]
        self.clock = ArrivalClock()
        self.begun = self.part_begun = self.main.floor
        self.at: int | None = None
        self.pieces: list[Piece] = []
        self.data: list[bytes] = []
        self.size = 0


class Segmenter:
    """Cuts one broadcast; what it returns is to be published in that order.

    Media that cannot be shown is dropped: before the first key frame, after a change of the tracks until the next one,
    and what comes too late. ``add`` never raises, whatever the times of the samples are.
    """

    def __init__(self, cutting: Cutting | None = None, start: Start | None = None) -> None:
        begin = start or Start()
        self._cutting = cutting or Cutting()
        self._tracks: tuple[Track, ...] = ()
        self._run: _Run | None = None
        self._runs = begin.run
        self._inits = begin.init
        self._init = begin.last or Init(0, b"")
        self._segment = begin.segment
        self._fragment = begin.segment << 5
        self._time = self._heard = begin.time
        self._early: deque[Sample] = deque(maxlen=_EARLY)
        self._made: list[Made] = []

    def take(self, event: TrackChanged | Media, arrived_ms: int) -> list[Made]:
        """Take what a publisher's reader gave, which arrived now, by the server's wall clock."""
        if isinstance(event, TrackChanged):
            return self.tracks(event.tracks)
        made = [found for sample, at in self._arrivals(event, arrived_ms) for found in self.add(sample, at)]
        return made + self.complete() if event.complete else made

    def tracks(self, tracks: Sequence[Track]) -> list[Made]:
        """Take the tracks of samples to come. They are shown from the next key frame on."""
        video, audio = self._video(self._tracks), self._audio(self._tracks)
        self._tracks = tuple(tracks)
        if video is not None and self._video(self._tracks) != video:
            self._finish()
        if self._audio(self._tracks) != audio:
            self._early.clear()
        return self._taken()

    def add(self, sample: Sample, arrived_ms: int) -> list[Made]:
        """Take a sample that arrived now, by the server's wall clock."""
        if sample.track is Kind.VIDEO:
            self._picture(sample, arrived_ms)
        else:
            self._sound(sample, arrived_ms)
        return self._taken()

    def complete(self) -> list[Made]:
        """Cut now, where that is allowed: the next picture will be a key frame and no more belongs to this one."""
        run = self._run
        if run is not None and (not run.main.held or run.main.held[-1].duration):
            end = run.main.end
            if self._long_enough(run, end):
                self._close(run, end)
        return self._taken()

    def flush(self) -> list[Made]:
        """End the run: the publisher has gone. What follows begins a new one."""
        self._finish()
        self._early.clear()
        return self._taken()

    def _arrivals(self, event: Media, arrived_ms: int) -> Iterator[tuple[Sample, int]]:
        """Yield samples with the moment at which each would have come, had they not been sent together."""
        scales = {track.kind: track.timescale for track in self._tracks}
        lasts = {sample.track: sample.dts for sample in event.samples}
        for sample in event.samples:
            waited = (lasts[sample.track] - sample.dts) * 1000 // scales.get(sample.track, 1000)
            yield sample, arrived_ms - min(max(waited, 0), _LONGEST_WAIT)

    def _picture(self, sample: Sample, arrived_ms: int) -> None:
        run, wanted = self._run, self._video(self._tracks)
        if wanted is None:
            return
        if run is not None and self._video(run.tracks) == wanted and self._breaks(run, sample):
            self._finish()
            run = None
        if run is None or (sample.key and run.tracks != self._tracks):
            if not sample.key:
                return
            run = self._begin(sample)
        elif self._video(run.tracks) != wanted:
            return
        time = max(run.main.place(sample.dts), run.main.floor)
        self._cut(run, time, key=sample.key)
        run.main.add_picture(sample)
        run.clock.observe(arrived_ms, run.main.microseconds(time))
        self._cut_known(run)

    def _sound(self, sample: Sample, arrived_ms: int) -> None:
        run, wanted = self._run, self._audio(self._tracks)
        if wanted is None or len(sample.data) > _LONGEST_SOUND:
            return
        if self._video(self._tracks) is not None:
            lane = run.lanes.get(Kind.AUDIO) if run is not None else None
            if run is None or lane is None or lane.track != wanted or self._elsewhere(run, lane, sample):
                self._early.append(sample)
            else:
                lane.add_sound(sample)
            return
        if run is not None and (run.tracks != self._tracks or self._breaks(run, sample)):
            self._finish()
            run = None
        if run is None:
            run = self._begin(sample)
        self._cut(run, run.main.end, key=True)
        if run.main.add_sound(sample):
            run.clock.observe(arrived_ms, run.main.microseconds(run.main.place(sample.dts)))
        self._cut_known(run)

    def _begin(self, first: Sample) -> _Run:
        self._finish()
        data = fmp4.init(self._tracks)
        if data != self._init.data:
            self._init = Init(self._inits, data)
            self._inits += 1
            self._made.append(self._init)
        run = self._run = _Run(self._runs, self._tracks, first, self._time, self._heard)
        run.init = self._init.number
        self._runs += 1
        lane = run.lanes.get(Kind.AUDIO)
        if lane is not None and lane is not run.main:
            for sample in self._early:
                if not self._elsewhere(run, lane, sample):
                    lane.add_sound(sample)
        self._early.clear()
        return run

    def _finish(self) -> None:
        run, self._run = self._run, None
        if run is None:
            return
        end = run.main.end
        # The last picture in decoding order may be shown before others: sound goes on until the last one is shown.
        shown = max((held.shift for held in run.main.held), default=0)
        self._close(run, end, end + max(0, shown))
        self._time = run.main.microseconds(end)
        lane = run.lanes.get(Kind.AUDIO)
        if lane is not None and lane is not run.main:
            self._heard = max(self._heard, lane.microseconds(lane.written))
            if lane.track == self._audio(self._tracks):
                self._early.extendleft(reversed(lane.rest()))

    def _breaks(self, run: _Run, sample: Sample) -> bool:
        """Whether a sample's time is too far from the one before to belong to the same run."""
        gap = self._cutting.gap * run.main.track.timescale // 1000
        return not -gap <= run.main.place(sample.dts) - run.main.end <= gap

    def _elsewhere(self, run: _Run, lane: Lane, sample: Sample) -> bool:
        apart = lane.microseconds(lane.place(sample.dts)) - run.main.microseconds(run.main.floor)
        return abs(apart) > _APART * self._cutting.gap * 1000

    def _long_enough(self, run: _Run, end: int) -> bool:
        early = _SEGMENT_TOLERANCE if run.main.track.kind is Kind.VIDEO else 0
        return (end - run.begun) * 1000 >= (self._cutting.segment - early) * run.main.track.timescale

    def _cut(self, run: _Run, time: int, *, key: bool) -> None:
        """Close what must be closed before a sample that begins at ``time``."""
        held = run.main.held
        scale = run.main.track.timescale
        too_long = (time - run.begun) * 1000 >= self._cutting.longest * scale
        too_large = run.size + run.main.size >= self._cutting.most_bytes
        if (held or run.pieces) and (too_long or too_large or (key and self._long_enough(run, time))):
            self._close(run, time if held else run.part_begun)
            return
        most = (self._cutting.part + PART_TOLERANCE) * scale // 1000
        if not self._cutting.part or not held:
            return
        if time - run.part_begun > most and len(held) > 1:
            self._close_part(run, held[-1].time)
            held = run.main.held
        if time + (time - held[-1].time) - run.part_begun > most:
            self._close_part(run, time)

    def _cut_known(self, run: _Run) -> None:
        """Close a part at once where its last sample says how long it lasts."""
        held = run.main.held
        if self._cutting.part and held and held[-1].duration:
            most = (self._cutting.part + PART_TOLERANCE) * run.main.track.timescale // 1000
            if run.main.end + held[-1].duration - run.part_begun > most:
                self._close_part(run, run.main.end)

    def _close_part(self, run: _Run, end: int, sound_end: int | None = None) -> None:
        main = run.main
        frames = main.take(end)
        if not frames:
            return
        until = main.microseconds(end if sound_end is None else sound_end)
        lanes = [(kind, frames if lane is main else lane.take(lane.ticks(until))) for kind, lane in run.lanes.items()]
        self._fragment += 1
        data = fmp4.fragment(self._fragment, lanes)
        if run.at is None:
            run.at = run.clock.at(main.microseconds(run.begun))
        duration = main.microseconds(end) - main.microseconds(run.part_begun)
        piece = Piece(duration, frames[0].key, len(data))
        if self._cutting.part:
            part = Part(
                segment=self._segment,
                number=len(run.pieces),
                duration=duration,
                independent=piece.independent,
                init=run.init,
                run=run.number,
                at=run.at,
                data=data,
            )
            self._made.append(part)
        run.pieces.append(piece)
        run.data.append(data)
        run.size += len(data)
        run.part_begun = end

    def _close(self, run: _Run, end: int, sound_end: int | None = None) -> None:
        """Close the open part and the open segment; sound may go on until ``sound_end``."""
        self._close_part(run, end, sound_end)
        if run.pieces and run.at is not None:
            begun, ended = (run.main.microseconds(time) for time in (run.begun, run.part_begun))
            segment = Segment(
                number=self._segment,
                init=run.init,
                run=run.number,
                time=begun,
                duration=ended - begun,
                at=run.at,
                independent=run.pieces[0].independent,
                size=run.size,
                pieces=tuple(run.pieces) if self._cutting.part else (),
                data=b"".join(run.data),
            )
            self._made.append(segment)
            self._segment += 1
        run.begun = run.part_begun
        run.at, run.size = None, 0
        run.pieces, run.data = [], []

    def _taken(self) -> list[Made]:
        made, self._made = self._made, []
        return made

    @staticmethod
    def _video(tracks: Sequence[Track]) -> Track | None:
        return next((track for track in tracks if track.kind is Kind.VIDEO), None)

    @staticmethod
    def _audio(tracks: Sequence[Track]) -> Track | None:
        return next((track for track in tracks if track.kind is Kind.AUDIO), None)
