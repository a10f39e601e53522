"""Plots keep what they show: every value has its bar and its row, and the highest stays inside."""

import re

from runtime.console import plots
from runtime.console.plots import Point


def points(*values):
    return [Point(name=f"day {index}", short=str(index), value=value) for index, value in enumerate(values)]


def drawn(*values):
    return plots.bars("Sales", points(*values), str)


def test_each_value_that_is_something_has_a_bar_and_each_has_a_row():
    plot = drawn(5, 0, -3, 12)
    assert [bar.text for bar in plot.bars] == ["day 0: 5", "day 3: 12"]
    assert plot.table == (("day 0", "5"), ("day 1", "0"), ("day 2", "-3"), ("day 3", "12"))


def test_rules_end_at_an_even_number_above_the_highest_value():
    for highest, top in ((0, "2"), (1, "2"), (2, "2"), (7, "8"), (13, "16"), (161, "200"), (226_000, "300000")):
        assert drawn(highest).rules[-1].text == top
        assert drawn(highest).rules[0].text == "0"


def test_bars_stand_on_the_ground_and_grow_with_their_values():
    tops = [float(re.search(r"V([\d.]+)q", bar.path)[1]) for bar in drawn(1, 5, 10).bars]
    assert tops == sorted(tops, reverse=True)
    assert all(plots.HEIGHT > top > 0 for top in tops)


def test_a_month_names_a_few_of_its_days_and_the_last_one():
    places = plots.bars("Sales", points(*range(30)), str).places
    assert len(places) <= 6
    assert places[-1].text == "29"


def test_a_line_goes_through_every_point_and_nothing_is_drawn_of_nothing():
    plot = plots.line("Visits", points(1, 2, 3), str)
    assert plot.line.count("L") == 2
    assert plot.area.endswith("Z")
    empty = plots.line("Visits", [], str)
    assert (empty.line, empty.area, empty.table, empty.places) == ("", "", (), ())
