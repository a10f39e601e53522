"""Why YAML could not be read, in the words of a person who made the mistake, with the line as it should be.

The parser says "mapping values are not allowed in this context"; people wrote a colon into a title.
"""

import re
from collections.abc import Callable

import msgspec
import yaml

from generator.messages import problem
from generator.problems import Mark, Problem
from generator.source.decoding import lines

_ENTRY = re.compile(
    r"(?P<lead>\s*(?:-\s+)*(?:[^\s\"'\[\]{}#&*!|>%@`:,-][^:]*?|\"[^\"]*\"|'[^']*')\s*:\s+|\s*(?:-\s+)+)"
    r"(?P<value>\S.*?)(?P<rest>\s+#.*|\s*)"
)
_SPECIAL = "@`%*&!|>{}[],?"
_GLUED_COLON = re.compile(r"(\s*(?:-\s+)*[^\s:\"'#]+):(\S.*)")
_TWO_WORDS = re.compile(r"(\s*(?:-\s+)*[a-z_]+)\s+([^\s:]+)\s*")
_FULL_WIDTH_COLON = re.compile(r"(?P<key>\s*(?:-\s+)*[\w\"'-]+)\s*(?P<colon>：)\s*(?P<value>.*)")
_GLUED_DASH = re.compile(r"(\s*)-([^\s-].*)")


class Mistake(msgspec.Struct, frozen=True):
    """A problem, and the line to read on with (number from 0, new text), so that later problems are found too."""

    problem: Problem
    line: int = 0
    repaired: str | None = None


class Scene(msgspec.Struct, frozen=True):
    """What a rule looks at: the lines, the parser's words, and where (from 0) it stopped and where that began."""

    file: str
    lines: list[str]
    words: str
    context: str
    line: int
    column: int
    from_line: int
    from_column: int

    @property
    def here(self) -> str:
        """Return the line where the parser stopped."""
        return self.lines[self.line] if self.line < len(self.lines) else ""

    def mark(self, line: int, column: int, end: int | None = None) -> Mark:
        """Return the mark of a place given from 0."""
        return Mark(line=line + 1, column=column + 1, end=end + 1 if end is not None else None)


def quoted(value: str) -> str:
    """Return text in the quotes that change nothing in it."""
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def explain(text: str, file: str, error: yaml.MarkedYAMLError) -> Mistake:
    """Return what the merchant did wrong where the parser gave up."""
    mark = error.problem_mark or error.context_mark
    context = error.context_mark or mark
    rows = lines(text)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if line >= len(rows):
        line, column = len(rows) - 1, len(rows[-1])
    scene = Scene(
        file=file, lines=rows, words=error.problem or "", context=error.context or "", line=line, column=column,
        from_line=context.line if context else 0, from_column=context.column if context else 0,
    )  # fmt: skip
    for rule in _RULES:
        found = rule(scene)
        if found:
            return found
    return Mistake(problem("yaml-syntax", file, scene.mark(scene.line, scene.column), words=scene.words))


def explain_lone_text(text: str, file: str, line: int) -> Problem:
    """Return what is wrong with a file that holds one text instead of ``key: value`` lines."""
    scene = Scene(
        file=file, lines=lines(text), words="could not find expected ':'", context="", line=line, column=0,
        from_line=line, from_column=0,
    )  # fmt: skip
    found = _no_colon(scene)
    return found.problem if found else problem("yaml-no-colon", file, scene.mark(line, 0))


def _tab(scene: Scene) -> Mistake | None:
    for number in range(scene.line, max(scene.line - 2, -1), -1):
        line = scene.lines[number] if number < len(scene.lines) else ""
        indent = line[: len(line) - len(line.lstrip(" \t-"))]
        column = indent.find("\t")
        if column >= 0:
            mark = scene.mark(number, column, column + 1)
            repaired = indent.expandtabs(2) + line[len(indent) :]
            return Mistake(problem("yaml-tab", scene.file, mark), number, repaired)
    return None


def _open_quote(scene: Scene) -> Mistake | None:
    numbers = [*range(scene.line, -1, -1)]
    if scene.words == "found unexpected end of stream":
        numbers.insert(0, scene.from_line)
    for number in numbers:
        entry = _ENTRY.fullmatch(scene.lines[number])
        value = entry["value"] + entry["rest"] if entry else ""
        if entry and value[0] in "\"'" and not _closing(value):
            mark = scene.mark(number, entry.start("value"), entry.start("value") + 1)
            fixed = entry["lead"] + quoted(value[1:].strip())
            found = problem("yaml-open-quote", scene.file, mark, quote=value[0], suggestion=fixed.strip())
            return Mistake(found, number, fixed)
        if entry and number not in {scene.line, scene.from_line} and value[0] in "\"'":
            return None
    return None


def _closing(value: str) -> int:
    """Return where (from 0) the quoted text that starts the value is closed on its line; 0 if it is not."""
    pattern = r'"(?:[^"\\]|\\.)*"' if value[0] == '"' else r"'(?:[^']|'')*'"
    found = re.match(pattern, value)
    return found.end() - 1 if found else 0


def _after_quote(scene: Scene) -> Mistake | None:
    entry = _ENTRY.fullmatch(scene.here)
    if not entry or entry["value"][0] not in "\"'":
        return None
    end = _closing(entry["value"])
    if not 0 < end < len(entry["value"]) - 1:
        return None
    start = entry.start("value") + end + 1
    mark = scene.mark(scene.line, start, entry.end("value"))
    fixed = entry["lead"] + quoted(_whole(entry["value"]))
    found = problem("yaml-text-after-quote", scene.file, mark, suggestion=fixed.strip())
    return Mistake(found, scene.line, fixed)


def _whole(value: str) -> str:
    """Guess the text meant by ``'don't'`` (its quotes are marks) or by ``"Tea" green`` (they belong to it)."""
    return value[1:-1] if value[0] == value[-1] and value.count(value[0]) == 3 else value  # noqa: PLR2004


def _backslash(scene: Scene) -> Mistake | None:
    if "escape" not in scene.words and "hexdecimal" not in scene.words:
        return None
    entry = _ENTRY.fullmatch(scene.here)
    mark = scene.mark(scene.line, scene.column, scene.column + 2)
    fixed = entry["lead"] + quoted(entry["value"][1:-1]) + entry["rest"] if entry else None
    found = problem("yaml-backslash", scene.file, mark, suggestion=fixed.strip() if fixed else None)
    return Mistake(found, scene.line, fixed)


def _open_bracket(scene: Scene) -> Mistake | None:
    start: tuple[int, int] | None = (scene.from_line, scene.from_column)
    if not scene.words.startswith("did not find expected ',' or"):
        last = not "".join(scene.lines[scene.line + 1 :]).strip()
        start = _unclosed(scene) if last and "flow" in scene.context else None
    if start is None:
        return None
    bracket = scene.lines[start[0]][start[1]]
    closing = "]" if bracket == "[" else "}"
    line = scene.lines[start[0]]
    fixed = line.rstrip() + closing if closing not in line[start[1] :] else None
    found = problem(
        "yaml-open-bracket", scene.file, scene.mark(*start, start[1] + 1), bracket=bracket, closing=closing,
        suggestion=fixed.strip() if fixed else None,
    )  # fmt: skip
    return Mistake(found, start[0], fixed)


def _unclosed(scene: Scene) -> tuple[int, int] | None:
    """Return the last bracket that nothing closes; those in quotes count too, which is good enough here."""
    opened: list[tuple[int, int]] = []
    for number, line in enumerate(scene.lines):
        for column, character in enumerate(line):
            if character in "[{":
                opened.append((number, column))
            elif character in "]}" and opened:
                opened.pop()
    return opened[-1] if opened else None


def _special(scene: Scene) -> Mistake | None:
    entry = _ENTRY.fullmatch(scene.here)
    if scene.here.startswith("%"):
        found = problem("yaml-special-start", scene.file, scene.mark(scene.line, 0, 1), character="%")
        return Mistake(found, scene.line, "")
    if not entry or scene.column < entry.start("value"):
        return None
    character = entry["value"][0]
    if character in _SPECIAL:
        start = entry.start("value")
        fixed = entry["lead"] + quoted(entry["value"]) + entry["rest"]
        found = problem(
            "yaml-special-start", scene.file, scene.mark(scene.line, start, entry.end("value")), character=character,
            suggestion=fixed.strip(),
        )  # fmt: skip
        return Mistake(found, scene.line, fixed)
    return None


def _list_beside_key(scene: Scene) -> Mistake | None:
    if not scene.words.startswith("block sequence entries"):
        return None
    mark = scene.mark(scene.line, scene.column, scene.column + 1)
    return Mistake(problem("yaml-list-beside-key", scene.file, mark), scene.line, "")


def _colon_in_text(scene: Scene) -> Mistake | None:
    entry = _ENTRY.fullmatch(scene.here)
    if not scene.words.startswith("mapping values") or not entry or scene.column < entry.start("value"):
        return None
    fixed = entry["lead"] + quoted(entry["value"]) + entry["rest"]
    mark = scene.mark(scene.line, scene.column, scene.column + 1)
    found = problem("yaml-colon-in-text", scene.file, mark, suggestion=fixed.strip())
    return Mistake(found, scene.line, fixed)


def _no_colon(scene: Scene) -> Mistake | None:
    number = scene.from_line
    if scene.words.startswith("mapping values"):
        number = scene.line - 1
        while number > 0 and not scene.lines[number].strip():
            number -= 1
    elif not scene.words.startswith("could not find expected ':'"):
        return None
    line = scene.lines[number] if 0 <= number < len(scene.lines) else ""
    wide = _FULL_WIDTH_COLON.fullmatch(line)
    if wide:
        narrow = f"{wide['key']}: {wide['value']}".rstrip()
        mark = scene.mark(number, wide.start("colon"), wide.end("colon"))
        return Mistake(problem("yaml-full-width-colon", scene.file, mark, suggestion=narrow.strip()), number, narrow)
    if not line.strip() or line.lstrip().startswith("#") or re.search(r":(\s|$)", line):
        return None
    column = len(line) - len(line.lstrip())
    glued = _GLUED_DASH.fullmatch(line) or _GLUED_COLON.fullmatch(line) or _TWO_WORDS.fullmatch(line)
    separator = "-" if _GLUED_DASH.fullmatch(line) else ":"
    mark = scene.mark(number, column, len(line.rstrip()))
    if not glued or glued.re is _TWO_WORDS:
        fixed = f"{glued[1]}: {glued[2]}" if glued else None
        found = problem("yaml-no-colon", scene.file, mark, suggestion=fixed.strip() if fixed else None)
        return Mistake(found, number, fixed or "")
    fixed = f"{glued[1]}{separator} {glued[2]}"
    found = problem("yaml-no-space", scene.file, mark, separator=separator, suggestion=fixed.strip())
    return Mistake(found, number, fixed)


def _indentation(scene: Scene) -> Mistake | None:
    if not scene.words.startswith(("mapping values", "did not find expected key", "did not find expected '-'")):
        return None
    line = scene.here
    column = len(line) - len(line.lstrip())
    mark = scene.mark(scene.line, column, len(line.rstrip()))
    if line.lstrip().startswith(": "):
        return Mistake(problem("yaml-empty-key", scene.file, mark), scene.line, "")
    above = max(scene.line - 1, 0)
    while above > 0 and not scene.lines[above].strip():
        above -= 1
    indent = len(scene.lines[above]) - len(scene.lines[above].lstrip())
    related = (scene.file, scene.mark(above, indent))
    if indent == column:
        return Mistake(problem("yaml-list-among-keys", scene.file, mark, related=related))
    spaces, over = _spaces(column), _spaces(indent)
    return Mistake(problem("yaml-indentation", scene.file, mark, related=related, spaces=spaces, above=over))


def _spaces(count: int) -> dict[str, str]:
    return {"en": f"{count} space" if count == 1 else f"{count} spaces", "zh": f"{count} 个空格"}


def _quote_to_the_end(scene: Scene) -> Mistake | None:
    if scene.words != "found unexpected end of stream" or "quoted" not in scene.context:
        return None
    start = scene.from_line, scene.from_column
    quote = scene.lines[start[0]][start[1]]
    return Mistake(problem("yaml-open-quote", scene.file, scene.mark(*start, start[1] + 1), quote=quote))


def _stray_sign(scene: Scene) -> Mistake | None:
    first = len(scene.here) - len(scene.here.lstrip())
    for column in (scene.column, first):
        character = scene.here[column : column + 1]
        if character and character in _SPECIAL:
            mark = scene.mark(scene.line, column, column + 1)
            return Mistake(problem("yaml-special-start", scene.file, mark, character=character))
    return None


_RULES: tuple[Callable[[Scene], Mistake | None], ...] = (
    _tab, _backslash, _open_bracket, _list_beside_key, _after_quote, _open_quote, _colon_in_text, _special, _no_colon,
    _indentation, _quote_to_the_end, _stray_sign,
)  # fmt: skip
