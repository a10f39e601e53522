"""Ten thousand random edits, each held against PyYAML's own idea of where the changed value stands."""

import random
from pathlib import Path

import pytest
import yaml
from odd_styles import STYLES

from generator import document
from generator.editor import Insert, Move, Plain, Remove, Set, edit

ROOT = Path(__file__).parents[3]
SHOPS = sorted(path for path in (ROOT / "sample_shops").glob("*/**/*.yaml") if "var" not in path.parts)
VALUES = [
    "no", "#1", "a: b", "*", "&x", " lead", "trail ", "two\nlines", "two\nlines\n", "三行\n\n文字\n", "茶 🍵",
    "ends:",
    "yes", "~", "null", "", "19.90", Plain("19.90"), Plain("12:30"), "0012", "2026-01-01", "it's", 'say "hi"',
    "both ' and \"",
    "- dash", "? q", "[x]", "{y}", "a, b", "\ttab", "x\ty", "back\\slash", "%", "@at", "`", "!tag",
    "|",
    ">", "very long " * 40, "\nleading", "a\n  indented\nb", "  first\nb", "a #b", "true", "\n", "a\n\n\n", "---",
    "...",
    "=", "<<", None, True, False, "a\u2028b", "http://x.y/z", "-", "-1", "1e3", [], {}, ["a", "b"],
    {"de": "x", "en": "y"},
    [{"k": "v", "l": ["1", "2"]}, {"k": "w"}], {"a": {"b": {"c": "d\ne\n"}}},
]  # fmt: skip
NEW_KEYS = ["neu", "x-key", "no", "a b", "k: c", "#h"]


def paths(data, path=()):
    """Give all paths of data."""
    if path:
        yield path
    for step, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from paths(value, (*path, step))


def at(data, path):
    for step in path:
        data = data[step]
    return data


def random_change(chance, data):
    found = list(paths(data))
    if not found:
        return Set(("k",), chance.choice(VALUES))
    path = chance.choice(found)
    value, kind = at(data, path), chance.random()
    if isinstance(value, list) and kind < 0.5:
        item = at(data, chance.choice(found)) if kind < 0.25 else chance.choice(VALUES)
        return Insert((*path, chance.randint(0, len(value))), item)
    if isinstance(path[-1], int) and kind < 0.35:
        return Move(path, chance.randrange(len(at(data, path[:-1]))))
    if kind < 0.45:
        return Remove(path)
    if isinstance(value, dict) and kind < 0.7:
        return Set((*path, chance.choice(NEW_KEYS)), chance.choice(VALUES))
    return Set(path, chance.choice(VALUES))


def expected(data, change):
    """Give the data after a change, worked out in the plainest way."""
    data = copied(data)
    around, last = at(data, change.path[:-1]), change.path[-1]
    if isinstance(change, Set):
        around[last] = copied(change.value)
    elif isinstance(change, Insert):
        around.insert(last, copied(change.value))
    elif isinstance(change, Remove):
        del around[last]
    else:
        around.insert(change.to, around.pop(last))
    return data


def copied(value):
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def rows(text):
    """Give the lines of a text; the end of the last one is not looked at."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def extent(text, path):
    """Give the first line of a value or its key, and the line behind its last, by PyYAML's nodes."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    first, in_brackets = node.start_mark.line, False
    for step in path:
        in_brackets = in_brackets or node.flow_style
        if isinstance(step, str):
            key, node = next(pair for pair in node.value if pair[0].value == step)
            first = key.start_mark.line
        else:
            node = node.value[step]
            first = node.start_mark.line
    last = node
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    end = last.end_mark.line + (last.end_mark.column > 0 or last.start_mark.line == last.end_mark.line)
    return first, end, in_brackets or bool(getattr(node, "flow_style", False))


def changed(before, after):
    """Give the lines of the old text that are not in the new one at their place: from, to; and how many came."""
    old, new = rows(before), rows(after)
    most = min(len(old), len(new))
    head = next((n for n in range(most) if old[n] != new[n]), most)
    tail = next((n for n in range(most - head) if old[-1 - n] != new[-1 - n]), most - head)
    return head, len(old) - tail, len(new) - tail - head


def paths_of(data):
    return list(data) if isinstance(data, dict) else list(range(len(data)))


def is_own(row):
    return not row.strip() or row.lstrip().startswith("#")


def assert_smallest(before, after, data, change):
    """Only lines of the changed value, its own comments and the blank lines beside it may differ."""
    head, end, came = changed(before, after)
    if head == end and not came:
        return
    old, target, around = rows(before), change.path, change.path[:-1]
    is_new = isinstance(change, Insert) or target[-1] not in paths_of(at(data, around))
    first, last, brackets = extent(before, target) if not is_new else extent(before, around)
    holder = at(data, around)
    if brackets or isinstance(change, Move):
        first, last, _ = extent(before, around)
    elif is_new and holder:
        # What is put before the first item of a list in a list takes its place behind the outer dash.
        assert end - head <= (target[-1] == 0 and old[head].lstrip().startswith("-")), (before, after, change)
        return
    if isinstance(change, Move) and not extent(before, around)[2]:
        assert sorted(map(bare, rows(after))) == sorted(map(bare, old)), (before, after, change)
        return
    if isinstance(change, Remove) and len(holder) == 1:
        first = extent(before, around)[0] if around else 0
    first -= first > 0 and old[first - 1].strip() == "-"
    while first > 0 and is_own(old[first - 1]):
        first -= 1
    while last < len(old) and is_own(old[last]):
        last += 1
    if isinstance(change, Remove) and not brackets and len(holder) > 1:
        # The first key behind a dash gives its place to the second.
        behind_dash = old[head].lstrip().startswith("-") and target[-1] in (0, next(iter(holder)))
        last += behind_dash
        assert came <= behind_dash, (before, after, change)
    assert first <= head, (before, after, change)
    assert end <= last, (before, after, change)


def bare(row):
    """Give a line without the dashes before it: the first item of a list in a list stands behind two."""
    return row.lstrip(" -")


def comments(text):
    return [row.strip() for row in rows(text) if row.lstrip().startswith("#")]


def read(text):
    found = document.parse(text, "")[0]
    return found.data if found else {}


def run(name, text, count, seed):
    """Change a text again and again; start anew when it has grown or shrunk too much."""
    chance = random.Random(seed)
    first = text
    start = data = read(text)
    for _ in range(count):
        change = random_change(chance, data)
        after = edit(text, [change])
        became = read(after)
        assert became == expected(data, change), (text, after, change)
        if "&" not in text and "&" not in after and data and text[-1] in "\r\n" and name != "explicit":
            assert_smallest(text, after, data, change)
        if isinstance(change, Move) and "&" not in text:
            assert sorted(comments(after)) == sorted(comments(text))
        kept = len(first) // 2 < len(after) < 2 * len(first) + 400
        text, data = (after, became) if kept else (first, start)


@pytest.mark.parametrize("path", SHOPS, ids=lambda path: "-".join(path.parts[-3:]))
def test_w77_random_edits_of_the_sample_shops_leave_the_smallest_diff(path):
    run(path.name, path.read_bytes().decode(), 12 if path.name == "shop.yaml" else 60, seed=77)


@pytest.mark.parametrize("name", STYLES)
def test_w77_random_edits_of_odd_styles_leave_the_smallest_diff(name):
    run(name, STYLES[name], 190, seed=7)
