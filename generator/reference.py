"""The page docs/problems.md, made from the catalogue of problems so that the two cannot differ."""

from generator.messages import AREAS
from generator.messages.message import Example, Message

_HEAD = """# Problems that `check` reports

Every problem has a code that never changes its meaning. This page is made from the catalogue in `generator/messages/`
by `shopwright problems`; the examples are run by the tests. An example shows the lines that matter; the rest of a small
good shop stands around them. `error` stops a build, `warning` does not.

每个问题都有固定的代码。本页由 `generator/messages/` 里的目录生成，例子都由测试运行过。
`error` 会让构建停止，`warning` 不会。
"""
_WIDEST = 200
_LANGUAGES = {".md": "markdown", ".csv": "csv", ".html": "html"}


def problems() -> str:
    """Return the whole page, area by area."""
    parts = [_HEAD, _contents()]
    for area in AREAS:
        parts.append(f"## {_title(area.__doc__)}\n")
        parts += [_entry(code, message) for code, message in area.MESSAGES.items()]
    return "\n".join(parts)


def _contents() -> str:
    rows = []
    for area in AREAS:
        links = ", ".join(f"[{code}](#{code})" for code in area.MESSAGES)
        rows.append(f"- {_title(area.__doc__)}: {links}")
    return "\n".join(rows) + "\n"


def _title(docstring: str | None) -> str:
    return (docstring or "").strip().split("\n")[0].rstrip(".")


def _entry(code: str, message: Message) -> str:
    rows = [f"### {code}\n", f"`{message.severity}` · {_plain(message.en)}  ", _plain(message.zh), ""]
    if message.en_hint:
        rows += [f"Way out: {_plain(message.en_hint)}  ", f"怎么改：{_plain(message.zh_hint)}", ""]
    rows += _example("Bad", "错误的写法", message.bad, message)
    rows += _example("Good", "正确的写法", message.good, message)
    return "\n".join(rows)


def _plain(words: str) -> str:
    """Return words of a message with doubled braces as they are shown."""
    return words.replace("{{", "{").replace("}}", "}")


def _example(english: str, chinese: str, example: Example, message: Message) -> list[str]:
    files = example if isinstance(example, dict) else {message.file: example}
    rows = [f"{english} / {chinese}:", ""]
    for file, text in files.items():
        if text is None:
            rows += [f"(no `{file}`)", ""]
            continue
        ending = file[file.rfind(".") :]
        language = _LANGUAGES.get(ending, "yaml")
        rows += [f"`{file}`", "", f"````{language}", _shortened(text).rstrip("\n"), "````", ""]
    return rows


def _shortened(text: str) -> str:
    return "\n".join(row if len(row) <= _WIDEST else row[:_WIDEST] + " …" for row in text.split("\n"))
