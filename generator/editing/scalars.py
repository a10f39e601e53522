"""One value as YAML text, in the manner of the value that it replaces or stands beside, so that it reads back the same.

Text is written without quotes only where every reader of YAML, old or new, takes it as that text; ``no``, ``0012`` and
``12:30`` get quotes unless the merchant wrote the like of it without, or it is Plain.
"""

import re
from collections.abc import Sequence

from generator.source.tree import CONSTANTS

_FIRST = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]|[-?:][^\s,\[\]{}]")
_INNER = re.compile(r":(?:\s|$)|\s#|[\t\r\n]|\A(?:---|\.\.\.)")
_FLOW = re.compile(r"[,\[\]{}?]|:[,\[\]{}]")
_OTHERWISE = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|=|<<|[-+]?\.inf|\.nan)"
    r"|[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?0x[0-9a-fA-F_]+"
    r"|[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?"
)
"""What readers of YAML 1.1 or 1.2 take for something else than text."""
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]')
_NOT_RAW = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_NOT_IN_BLOCK = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]|^[ \t]+$|^\t", re.MULTILINE)
_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\u2028": "\\L", "\u2029": "\\P"}
_SPACE = re.compile(r"(?<=\S) (?=\S)")
_FOLD = re.compile(r"(?<=[^\n])\n(\n*)(?=[^\n])")
_NARROW = 60
_DEEPEST = 9
"""A block's indentation is told by one digit."""


def constant(value: bool | None) -> str:  # noqa: FBT001  it is the value itself
    """Return what is written for true, false and null."""
    return "null" if value is None else "true" if value else "false"


def is_plain(value: str, *, flow: bool, bold: bool) -> bool:
    """Tell whether text can stand without quotes; ``bold`` ones may look like numbers, dates, or hold a colon."""
    if value in CONSTANTS or not _FIRST.match(value) or value != value.strip() or _INNER.search(value):
        return False
    if _NOT_RAW.search(value) or (flow and (_FLOW.search(value) or value[0] == ":")):
        return False
    return bold or not looks_otherwise(value, flow=flow)


def looks_otherwise(value: str, *, flow: bool) -> bool:
    """Tell whether some reader of YAML takes text without quotes for something else, such as a number or a date."""
    return bool(_OTHERWISE.fullmatch(value)) or (flow and ":" in value)


def quoted(value: str, quote: str, *, fixed: bool = False) -> str:
    """Write text in quotes: in these where it can be (``fixed``), or in those that need no sign doubled."""
    if not fixed and quote in value:
        other = "'" if quote == '"' else '"'
        quote = other if other not in value and "\\" not in value else quote
    if quote == "'" and not _NOT_RAW.search(value):
        return "'" + value.replace("'", "''") + "'"
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(found: re.Match[str]) -> str:
    return _NAMED.get(found[0]) or f"\\u{ord(found[0]):04X}"


def block(value: str, style: str, indent: int, depth: int, old: Sequence[str] = ()) -> list[str] | None:
    """Write text as a block: its header and its lines, or None where a block cannot hold it.

    The lines are indented by ``indent`` spaces, ``depth`` more than the key or dash. ``old`` are the lines, without
    indentation, of the block that is replaced: folded ones keep their breaks as far as the text is the same.
    """
    body = value.rstrip("\n")
    if not body or _NOT_IN_BLOCK.search(value):
        return None
    ends = len(value) - len(body)
    chomp = "-" if ends == 0 else "" if ends == 1 else "+"
    rows = body.split("\n")
    if style == ">":
        if any(row[:1] in {" ", "\t"} for row in rows):
            return None
        rows = _folded(rows, old)
        if _unfolded(rows) != body:
            return None
    first = next(row for row in rows if row)
    mark = ""
    if first.startswith(" "):
        if not 1 <= depth <= _DEEPEST:
            return None
        mark = str(depth)
    lines = [" " * indent + row if row else "" for row in rows]
    return [style + mark + chomp, *lines, *[""] * max(ends - 1, 0)]


def _folded(paragraphs: Sequence[str], old: Sequence[str]) -> list[str]:
    """Break paragraphs into lines as the old block did; what is new is broken at the width of the old lines."""
    known: dict[str, list[str]] = {}
    groups: list[list[str]] = [[]]
    for line in old:
        if line:
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    for group in groups:
        known[" ".join(group)] = group
    width = max((len(line) for line in old), default=100)
    rows: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        near = groups[number] if number < len(groups) else []
        if paragraph:
            rows += known.get(paragraph) or _wrapped(paragraph, near, max(width, _NARROW))
        if number + 1 < len(paragraphs):
            rows.append("")
    return rows


def _unfolded(rows: Sequence[str]) -> str:
    return _FOLD.sub(lambda found: found[1] or " ", "\n".join(rows))


def _wrapped(paragraph: str, near: Sequence[str], width: int) -> list[str]:
    """Break a paragraph, with the first and the last of the lines near it that it still has."""
    before: list[str] = []
    rest = paragraph
    for line in near:
        if not rest.startswith(line + " "):
            break
        before.append(line)
        rest = rest[len(line) + 1 :]
    after: list[str] = []
    for line in reversed(near[len(before) :]):
        if not rest.endswith(" " + line):
            break
        after.insert(0, line)
        rest = rest[: -len(line) - 1]
    rows = [*before]
    line = ""
    for word in _SPACE.split(rest):
        if line and len(line) + 1 + len(word) > width:
            rows.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*rows, *([line] if line else []), *after]
