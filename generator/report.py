"""Reports of problems: text for people, JSON for programs, annotations for GitHub."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from generator.messages import CATALOGUE
from generator.problems import Mark, Problem, Severity
from generator.source.decoding import lines
from generator.source.redaction import redact

Sources = Mapping[str, str]
MOST_SHOWN = 200
_WIDEST = 100
_BEFORE = 60
_WORDS = {
    "en": {
        "mean": "did you mean {suggestion}?", "hint": "hint: ", "more": "… not shown: {count} more",
        "none": "no problems", "errors": ("{count} error", "{count} errors"),
        "warnings": ("{count} warning", "{count} warnings"), "files": (" in {count} file", " in {count} files"),
        "join": ", ",
    },
    "zh": {
        "mean": "是不是想写 {suggestion}？", "hint": "提示：", "more": "……没有列出的还有 {count} 个",
        "none": "没有问题", "errors": ("{count} 个错误", "{count} 个错误"),
        "warnings": ("{count} 个警告", "{count} 个警告"), "files": ("，在 {count} 个文件里", "，在 {count} 个文件里"),
        "join": "，",
    },
}  # fmt: skip


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class Told(msgspec.Struct, frozen=True):
    """What a problem says in one language; ``related`` says what stands in its second place."""

    message: str
    hints: tuple[str, ...]
    related: str


def language(option: str | None, environment: Mapping[str, str]) -> str:
    """Return zh or en: as asked for, or as the locale of the environment says."""
    if option:
        return option
    named = next((environment[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(key)), "")
    return "zh" if named.lower().startswith("zh") else "en"


def tell(problem: Problem, lang: str) -> Told:
    """Return the words for a problem, secrets taken out."""
    message = CATALOGUE[problem.code]
    values = _Values({key: _word(value, lang) for key, value in problem.values.items()})
    values["suggestion"] = _word(problem.suggestion, lang)
    hint = message.hint(lang)
    named = "{suggestion}" in hint
    hints = []
    if problem.suggestion and not named:
        hints.append(_WORDS[lang]["mean"].format(suggestion=values["suggestion"]))  # type: ignore[attr-defined]
    if hint and (problem.suggestion or not named):
        hints.append(hint.format_map(values))
    return Told(
        message=redact(message.words(lang).format_map(values)), hints=tuple(map(redact, hints)),
        related=message.related(lang),
    )  # fmt: skip


def _word(value: Any, lang: str) -> Any:  # noqa: ANN401  a value of any kind may stand in a message
    if isinstance(value, dict) and lang in value:
        value = value[lang]
    return _visible(value.replace("\n", "\\n")) if isinstance(value, str) else value


def text(problems: Sequence[Problem], lang: str, sources: Sources, most: int = MOST_SHOWN) -> str:
    """Write problems for people: place, code, message, the line with a caret, the second place, hints, and counts."""
    rows: list[str] = []
    split: dict[str, list[str]] = {}
    for problem in problems[:most]:
        told = tell(problem, lang)
        rows.append(f"{_place(problem.file, problem.mark)}: {problem.severity} {problem.code}: {told.message}")
        rows += _excerpt(problem.file, problem.mark, sources, split)
        if problem.related:
            file, mark = problem.related
            rows.append(f"  {_place(file, mark)}: {told.related}")
            rows += _excerpt(file, mark, sources, split)
        rows += [f"  {_WORDS[lang]['hint']}{hint}" for hint in told.hints]
        rows.append("")
    if len(problems) > most:
        rows += [str(_WORDS[lang]["more"]).format(count=len(problems) - most), ""]
    return "\n".join([*rows, summary(problems, lang)]) + "\n"


def colored(written: str) -> str:
    """Return a text report with the colours of a terminal: severities and carets stand out."""
    return _PAINTED.sub(lambda found: f"\x1b[{_PAINT[found.lastgroup or '']}m{found[0]}\x1b[0m", written)


_PAINT = {"error": "1;31", "warning": "1;33", "caret": "1;31", "hint": "36"}
_PAINTED = re.compile(
    r"(?<=: )(?P<error>error)(?= [a-z0-9-]+: )|(?<=: )(?P<warning>warning)(?= [a-z0-9-]+: )"
    r"|(?<= \| )(?P<caret> *\^+)$|^  (?P<hint>hint:|提示：)",
    re.MULTILINE,
)


def summary(problems: Sequence[Problem], lang: str) -> str:
    """Write how many errors and warnings there are, and in how many files."""
    words: dict[str, Any] = _WORDS[lang]
    if not problems:
        return str(words["none"])
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = {"errors": errors, "warnings": len(problems) - errors}
    parts = [words[key][count != 1].format(count=count) for key, count in counts.items() if count]
    files = len({problem.file for problem in problems})
    return str(words["join"].join(parts) + words["files"][files != 1].format(count=files))


def _place(file: str, mark: Mark | None) -> str:
    return f"{file}:{mark.line}:{mark.column}" if mark else file


def _excerpt(file: str, mark: Mark | None, sources: Sources, split: dict[str, list[str]]) -> list[str]:
    if mark is None or file not in sources:
        return []
    if file not in split:
        split[file] = lines(sources[file])
    rows = split[file]
    if mark.line > len(rows):
        return []
    line, start, end = _window(_visible(rows[mark.line - 1]), mark)
    number = str(mark.line)
    caret = " " * width(line[:start]) + "^" * max(1, width(line[start:end]))
    hidden = redact(line)
    if hidden != line:
        line, caret = hidden, ""
    gutter = " " * len(number)
    return [f"  {number} | {line}".rstrip(), *([f"  {gutter} | {caret}"] if caret else [])]


def _visible(line: str) -> str:
    return "".join(_VISIBLE.get(unicodedata.category(character), character) for character in line)


_VISIBLE = {"Cc": " ", "Cf": "\N{REPLACEMENT CHARACTER}", "Cs": "\N{REPLACEMENT CHARACTER}", "Zl": " ", "Zp": " "}


def _window(line: str, mark: Mark) -> tuple[str, int, int]:
    """Return the part of a long line around the mark, and where the mark starts and ends in it."""
    start = min(mark.column - 1, len(line))
    end = min(mark.end - 1 if mark.end else start + 1, len(line))
    first = max(0, start - _BEFORE) if width(line) > _WIDEST else 0
    last = first
    wide = 0
    while last < len(line) and wide < _WIDEST:
        wide += width(line[last])
        last += 1
    before, after = "…" if first else "", "…" if last < len(line) else ""
    shift = len(before) - first
    return before + line[first:last] + after, start + shift, min(end, last) + shift


def width(line: str) -> int:
    """Return how many columns of a terminal a line takes: Chinese characters two, marks on top of others none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in line
    )  # fmt: skip


def as_json(problems: Sequence[Problem], lang: str) -> str:
    """Write problems for programs: an object with counts and every problem."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    listed = [_record(problem, tell(problem, lang)) for problem in problems]
    report = {"errors": errors, "warnings": len(problems) - errors, "problems": listed}
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def _record(problem: Problem, told: Told) -> dict[str, Any]:
    record: dict[str, Any] = {"code": problem.code, "severity": problem.severity.value, "file": problem.file}
    record |= _numbers(problem.mark)
    record |= {"path": list(problem.path), "message": told.message, "hints": list(told.hints)}
    if problem.suggestion:
        record["suggestion"] = redact(problem.suggestion)
    if problem.related:
        record["related"] = {"file": problem.related[0], **_numbers(problem.related[1]), "message": told.related}
    return record


def _numbers(mark: Mark | None) -> dict[str, int]:
    if mark is None:
        return {}
    return {"line": mark.line, "column": mark.column} | ({"end_column": mark.end} if mark.end else {})


def github(problems: Sequence[Problem], lang: str, most: int = MOST_SHOWN) -> str:
    """Write problems as workflow commands, which GitHub shows beside the changed lines."""
    rows = []
    for problem in problems[:most]:
        told = tell(problem, lang)
        place = [f"file={_property(problem.file)}"]
        if problem.mark:
            place += [f"line={problem.mark.line}", f"col={problem.mark.column}"]
            place += [f"endColumn={problem.mark.end}"] if problem.mark.end else []
        body = _escaped("\n".join([told.message, *told.hints]))
        rows.append(f"::{problem.severity} {','.join(place)},title={problem.code}::{body}")
    if len(problems) > most:
        rows.append(str(_WORDS[lang]["more"]).format(count=len(problems) - most))
    return "\n".join([*rows, summary(problems, lang)]) + "\n"


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")
