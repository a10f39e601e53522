"""Plots as SVG, drawn on the server: ``bars`` and ``line`` turn points into paths that a template writes down.

No styles stand in them (the page's policy forbids that); colours are the classes of office.css. The same figures stand
in ``table``, for whoever cannot see the plot.
"""

from collections.abc import Callable, Sequence

import msgspec

from generator.shop import Value

Write = Callable[[int], str]
WIDTH, HEIGHT = 640, 220
_LEFT, _TOP, _BOTTOM = 60, 12, 30
_MOST_PLACES = 6
_STEPS = (2, 3, 4, 5, 6, 8, 10, 12, 16)


class Point(Value, frozen=True, kw_only=True):
    """One value: ``name`` stands in the table, ``short`` below the plot."""

    name: str
    short: str
    value: int


class Bar(Value, frozen=True, kw_only=True):
    """One bar, and what is told when a pointer rests on it."""

    path: str
    text: str


class Rule(Value, frozen=True, kw_only=True):
    """A line across the plot, with its value."""

    y: float
    text: str


class Place(Value, frozen=True, kw_only=True):
    """A name below the plot."""

    x: float
    text: str


class Plot(Value, frozen=True, kw_only=True):
    """A plot ready to be written: paths, rules, names, and the table behind it."""

    label: str
    bars: tuple[Bar, ...] = ()
    line: str = ""
    area: str = ""
    rules: tuple[Rule, ...]
    places: tuple[Place, ...]
    table: tuple[tuple[str, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT


def bars(label: str, points: Sequence[Point], write: Write, short: Write | None = None) -> Plot:
    """Return a bar for every point; ``write`` turns a value into text, ``short`` does for the rules.

    Negative values count as nothing.
    """
    top = _ceiling(points)
    wide = (WIDTH - _LEFT) / max(1, len(points))
    gap = min(4.0, wide * 0.22)
    drawn = tuple(
        Bar(path=_bar(_LEFT + index * wide + gap / 2, wide - gap, _y(point.value, top)), text=_told(point, write))
        for index, point in enumerate(points)
        if point.value > 0
    )
    return _framed(points, (write, short or write), Plot(label=label, bars=drawn, rules=(), places=(), table=()))


def line(label: str, points: Sequence[Point], write: Write, short: Write | None = None) -> Plot:
    """Return a line through the points, and the area below it."""
    top, wide = _ceiling(points), (WIDTH - _LEFT) / max(1, len(points))
    spots = [(_LEFT + (index + 0.5) * wide, _y(point.value, top)) for index, point in enumerate(points)]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots) if spots else ""
    base = HEIGHT - _BOTTOM
    area = f"{path}L{spots[-1][0]:.1f} {base}L{spots[0][0]:.1f} {base}Z" if spots else ""
    drawn = Plot(label=label, line=path, area=area, rules=(), places=(), table=())
    return _framed(points, (write, short or write), drawn)


def _framed(points: Sequence[Point], writing: tuple[Write, Write], drawn: Plot) -> Plot:
    write, short = writing
    top = _ceiling(points)
    wide = (WIDTH - _LEFT) / max(1, len(points))
    every = -(-len(points) // _MOST_PLACES) or 1
    return msgspec.structs.replace(
        drawn,
        rules=tuple(Rule(y=_y(value, top), text=short(value)) for value in (0, top // 2, top)),
        places=tuple(
            Place(x=round(_LEFT + (index + 0.5) * wide, 1), text=point.short)
            for index, point in enumerate(points)
            if (len(points) - 1 - index) % every == 0
        ),
        table=tuple((point.name, write(point.value)) for point in points),
    )


def _ceiling(points: Sequence[Point]) -> int:
    """Return the value at the top of the plot: the next even round number above the highest one."""
    highest, unit = max((point.value for point in points), default=0), 1
    while unit * _STEPS[-1] < highest:
        unit *= 10
    return next(unit * step for step in _STEPS if unit * step >= highest)


def _y(value: int, top: int) -> float:
    inner = HEIGHT - _TOP - _BOTTOM
    return round(_TOP + inner * (1 - max(0, value) / top), 1)


def _bar(x: float, wide: float, y: float) -> str:
    base, round_ = HEIGHT - _BOTTOM, min(3.0, wide / 2, HEIGHT - _BOTTOM - y)
    return (
        f"M{x:.1f} {base}V{y + round_:.1f}q0 {-round_:.1f} {round_:.1f} {-round_:.1f}"
        f"h{wide - 2 * round_:.1f}q{round_:.1f} 0 {round_:.1f} {round_:.1f}V{base}Z"
    )


def _told(point: Point, write: Write) -> str:
    return f"{point.name}: {write(point.value)}"
