"""What both sides did is in the merge, whoever is called mine, and a clash is told where both did the same place."""

import random

import pytest
from test_random_edits import SHOPS, random_change

from generator import document
from generator.editing import applying
from generator.editing.merging import merge
from generator.editor import GONE, Clash, Set, UnwritableError, edit


def evolved(chance, data):
    """Give data after a few random changes."""
    for _ in range(chance.randint(1, 4)):
        try:
            data = applying.applied(data, random_change(chance, data))
        except UnwritableError:
            continue
    return data


@pytest.mark.parametrize("path", [path for path in SHOPS if path.name != "shop.yaml"][::8], ids=lambda path: path.stem)
def test_w78_random_merges_are_the_same_from_both_sides_and_can_be_written(path):
    chance, text = random.Random(8), path.read_bytes().decode()
    base = document.parse(text, "")[0].data
    for _ in range(20):
        mine, theirs = evolved(chance, base), evolved(chance, base)
        merged, other = merge(base, mine, theirs, mine_wins=False), merge(base, theirs, mine, mine_wins=True)
        assert merged.value == other.value
        assert {clash.path for clash in merged.clashes} == {clash.path for clash in other.clashes}
        assert merge(base, mine, base, mine_wins=False).value == merge(base, base, mine, mine_wins=False).value == mine
        if theirs and merged.value:
            theirs_text = edit(text, [Set((), theirs)])
            written = edit(theirs_text, list(applying.differences(theirs, merged.value)))
            assert document.parse(written, "")[0].data == merged.value


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "value", "clashes"),
    [
        ({"a": "1"}, {"a": "2"}, {"a": "1", "b": "3"}, {"a": "2", "b": "3"}, []),
        ({"a": "1"}, {"a": "2"}, {"a": "2"}, {"a": "2"}, []),
        ({"a": "1"}, {}, {"a": "2"}, {"a": "2"}, [Clash(path=("a",), base="1", mine=GONE, theirs="2")]),
        ({"a": ["x", "y"]}, {"a": ["x"]}, {"a": ["w", "x", "y"]}, {"a": ["w", "x"]}, []),
        ({"a": ["x", "y"]}, {"a": ["X", "y"]}, {"a": ["x", "Y"]}, {"a": ["X", "Y"]}, []),
        ({"a": [{"k": "1", "l": "1"}]}, {"a": [{"k": "2", "l": "1"}]}, {"a": [{"k": "1", "l": "2"}]},
         {"a": [{"k": "2", "l": "2"}]}, []),
        ({"a": ["x"]}, {"a": ["X"]}, {"a": ["Y"]}, {"a": ["Y"]},
         [Clash(path=("a", 0), base="x", mine="X", theirs="Y")]),
        ({"a": ["x"]}, {"a": ["x", "m"]}, {"a": ["x", "t"]}, {"a": ["x", "t"]},
         [Clash(path=("a",), base=["x"], mine=["x", "m"], theirs=["x", "t"])]),
    ],
)  # fmt: skip
def test_a_merge_keeps_what_one_side_did_and_tells_what_both_did(base, mine, theirs, value, clashes):
    merged = merge(base, mine, theirs, mine_wins=False)
    assert (merged.value, merged.clashes) == (value, clashes)
