"""One track inside a run: samples on the broadcast's own time line, waiting to be written into a part."""

from generator.value import Value
from runtime.broadcast import sound
from runtime.broadcast.fmp4 import Frame
from runtime.broadcast.samples import Kind, Sample, Track

MICROSECONDS = 1_000_000
_MOST_HELD = 2048
_LONGEST_SHIFT = 10
"""Seconds between decoding and showing that are believed."""
_TOLERANCE = 25
"""Sound follows its own count of samples until its time stamps differ by more than a 25th of a second."""
_USUAL_RATE = 30


class Held(Value, frozen=True):
    """A sample that waits; ``duration`` is 0 where the next sample tells it."""

    time: int
    duration: int
    shift: int
    key: bool
    data: bytes


class Lane:
    """A track's samples; ``time`` of the broadcast corresponds to ``origin`` of the publisher, both in ticks.

    Sound before ``begun`` is not taken. ``written`` is where what was taken ends.
    """

    def __init__(self, track: Track, origin: int, time: int, begun: int = 0) -> None:
        self.track = track
        self.held: list[Held] = []
        self.size = 0
        self.floor = self.written = time
        self._begun = max(time, begun)
        self._apart = time - origin
        self._expected: int | None = None
        self._step = track.timescale // _USUAL_RATE if track.kind is Kind.VIDEO else track.frame

    def place(self, dts: int) -> int:
        """Return where a publisher's time is on the broadcast's time line."""
        return dts + self._apart

    def microseconds(self, ticks: int) -> int:
        """Return ticks of this lane in microseconds."""
        return ticks * MICROSECONDS // self.track.timescale

    def ticks(self, microseconds: int) -> int:
        """Return microseconds in ticks of this lane."""
        return microseconds * self.track.timescale // MICROSECONDS

    @property
    def end(self) -> int:
        """Where the last sample ends, as far as that is known or usual."""
        if not self.held:
            return self.floor if self._expected is None else self._expected
        last = self.held[-1]
        return last.time + (last.duration or self._step)

    def add_picture(self, sample: Sample) -> None:
        """Hold a picture at its time, or right after the one before where its time does not go forward."""
        asked = self.place(sample.dts)
        time = max(asked, self.floor)
        shift = self.place(sample.pts) - time
        if abs(shift) > _LONGEST_SHIFT * self.track.timescale or (time > asked and shift < 0):
            shift = 0
        if self.held:
            self._step = max(1, time - self.held[-1].time)
        self._hold(Held(time, sample.duration, shift, sample.key, sample.data))

    def add_sound(self, sample: Sample) -> bool:
        """Hold a packet of sound right after the one before; where its time differs too much leave a hole, or drop it.

        Return whether it was held.
        """
        duration = sample.duration or sound.frame(self.track, sample.data)
        asked = self.place(sample.dts)
        time = asked if self._expected is None else self._expected
        difference = asked - time
        if difference * _TOLERANCE < -self.track.timescale or duration <= 0 or asked < self._begun:
            return False
        if difference * _TOLERANCE > self.track.timescale:
            time = asked
        self._expected = time + duration
        self._hold(Held(time, duration, 0, True, sample.data))
        if len(self.held) > _MOST_HELD:
            self.size -= len(self.held.pop(0).data)
        return True

    def take(self, end: int) -> list[Frame]:
        """Give what begins before ``end``; every sample lasts until the next one, the last picture until ``end``."""
        count = next((place for place, held in enumerate(self.held) if held.time >= end), len(self.held))
        taken, self.held = self.held[:count], self.held[count:]
        frames = []
        for place, held in enumerate(taken):
            following = taken[place + 1].time if place + 1 < count else self._until(held, end)
            frames.append(Frame(held.time, following - held.time, held.shift, held.key, held.data))
        self.size = sum(len(held.data) for held in self.held)
        self.written = frames[-1].time + frames[-1].duration if frames else self.written
        self.floor = max(self.floor, end) if self.track.kind is Kind.VIDEO else self.floor
        return frames

    def rest(self) -> list[Sample]:
        """Give back what was not taken, as it came."""
        return [
            Sample(self.track.kind, held.time - self._apart, held.time - self._apart, True, held.data, held.duration)
            for held in self.held
        ]

    def _until(self, held: Held, end: int) -> int:
        if self.track.kind is Kind.VIDEO:
            return end
        return self.held[0].time if self.held else held.time + held.duration

    def _hold(self, held: Held) -> None:
        self.held.append(held)
        self.size += len(held.data)
        self.floor = held.time + 1
