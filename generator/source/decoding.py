"""Bytes of a text file become text: UTF-8 only, every other encoding named with the way to convert it."""

import codecs
import re
from itertools import islice

from generator.messages import problem
from generator.problems import Mark, Problem

MAXIMUM_BYTES = 4 * 1024 * 1024
MAXIMUM_TABLE_BYTES = 64 * 1024 * 1024
_MOST_REPORTED = 20
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32LE"), (codecs.BOM_UTF32_BE, "UTF-32BE"),
    (codecs.BOM_UTF16_LE, "UTF-16LE"), (codecs.BOM_UTF16_BE, "UTF-16BE"),
)  # fmt: skip
_FORBIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff"
_HIDDEN = "\u061c\u200b\u200e\u200f\u2060-\u2064\u2066-\u206f\u202a-\u202e"
FORBIDDEN = re.compile(f"[{_FORBIDDEN}]")
"""Characters that no text of a shop may hold: controls, stray byte order marks, lone surrogates."""
HIDDEN = re.compile(f"[{_HIDDEN}]")
"""Characters that nobody sees and that turn the direction of a text; joiners of scripts and emoji stay."""
SUSPECT = re.compile(f"[{_FORBIDDEN}{_HIDDEN}\u2028\u2029]|\\\\[0abevxuUNLP]")
"""Whether a file needs a closer look: one of those characters, or an escape that may stand for one."""
REPLACEMENT = "\ufffd"
"""Stands for forbidden characters while a text is read, so that places stay true; values go without it."""
_SEPARATOR = re.compile("[\u2028\u2029]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_HAN = re.compile("[\u4e00-\u9fff]")


def is_suspect(text: str) -> bool:
    """Tell whether a text needs a closer look; what can all be printed needs none, and is found out much faster."""
    if "\\" not in text and text.replace("\n", "").isprintable():
        return False
    return SUSPECT.search(text) is not None


def lines(text: str) -> list[str]:
    """Split text at LF, CR LF and CR, and at nothing else."""
    return _LINE_END.split(text)


def place(text: str, index: int, length: int = 1) -> Mark:
    """Return the line and column of a character of the text."""
    before = lines(text[:index])
    column = len(before[-1]) + 1
    return Mark(line=len(before), column=column, end=column + length)


def name(character: str) -> str:
    """Return the code point of a character as people look it up: U+202E."""
    return f"U+{ord(character):04X}"


def find_encoding(raw: bytes) -> str | None:
    """Guess the encoding of bytes that are not UTF-8; None if nothing fits."""
    for mark, encoding in _WIDE_MARKS:
        if raw.startswith(mark):
            return encoding
    sample = raw[:4096]
    if sample.count(0) > len(sample) // 4:
        return "UTF-16LE" if sample[1::2].count(0) > sample[::2].count(0) else "UTF-16BE"
    try:
        return "GB18030" if _HAN.search(raw.decode("gb18030")) else None
    except UnicodeDecodeError:
        return None


def lenient(raw: bytes) -> str:
    """Return the best reading of any bytes, to show an excerpt of them."""
    try:
        if raw[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) and b"\0" not in raw:
            return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    return raw.decode(find_encoding(raw) or "utf-8", errors="replace").removeprefix("\ufeff")


def decode(raw: bytes, file: str, limit: int = MAXIMUM_BYTES) -> tuple[str | None, list[Problem]]:
    """Read UTF-8 with or without a byte order mark, or say which other encoding it looks like."""
    if len(raw) > limit:
        return None, [problem("file-too-large", file, limit=limit // 1024 // 1024)]
    if b"\0" in raw[:4096] and find_encoding(raw):
        return None, [_wrong_encoding(raw, file, Mark(line=1, column=1))]
    try:
        return raw.decode("utf-8").removeprefix("\ufeff"), []
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8").removeprefix("\ufeff")
        return None, [_wrong_encoding(raw, file, place(before, len(before)))]


def _wrong_encoding(raw: bytes, file: str, mark: Mark) -> Problem:
    encoding = find_encoding(raw)
    if encoding:
        return problem("not-utf8", file, mark, encoding=encoding)
    return problem("not-text", file, mark)


def replace_controls(text: str, file: str) -> tuple[str, list[Problem]]:
    """Put U+FFFD in place of forbidden characters and a space in place of line separators, one problem for each."""
    problems = [
        problem("control-character", file, place(text, found.start()), character=name(found[0]))
        for found in islice(FORBIDDEN.finditer(text), _MOST_REPORTED)
    ]
    problems += [
        problem("hidden-character", file, place(text, found.start()), character=name(found[0]))
        for found in islice(_SEPARATOR.finditer(text), _MOST_REPORTED)
    ]
    return (_SEPARATOR.sub(" ", FORBIDDEN.sub(REPLACEMENT, text)) if problems else text), problems
