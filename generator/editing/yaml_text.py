"""Changes of a whole YAML text, proved by reading it again: it holds what was wanted, or nothing comes of it."""

from functools import lru_cache

import yaml

from generator import document
from generator.document import Document
from generator.editing import aliases, applying, placing, spans
from generator.editing.change import Changes, Set, UnwritableError
from generator.problems import Problem, Severity
from generator.source.events import Data

_HARMLESS = {"yaml-unused-anchor", "control-character", "yaml-empty"}
"""Errors of a text that can be changed all the same: every value has its place."""


def edit(text: str, changes: Changes) -> str:
    """Return the text with the changes, applied one after another; raise UnwritableError and change nothing."""
    data = read(text)
    for rows in (True, False):
        try:
            written, wanted = _written(text, changes, data, rows=rows)
            if read(written) == wanted:
                return written
        except (UnwritableError, yaml.YAMLError) as error:
            if isinstance(error, UnwritableError) and error.code != "broken":
                raise
    raise UnwritableError("odd", changes[0].path)


def _written(text: str, changes: Changes, data: Data, *, rows: bool) -> tuple[str, Data]:
    """Return the text after the changes and what it should be read as; without ``rows`` in the most careful manner."""
    written = text
    for change in changes:
        for each in applying.simple(data, change):
            written = aliases.freed(written, each, data)
            if not (isinstance(each, Set) and applying.has(data, each.path)):
                written = spans.closed(written)
            if not rows and written and written[-1] not in "\r\n":
                written += spans.break_at(written, len(written))
            written = placing.write(written, each, rows=rows)
            data = applying.applied(data, each)
    return (aliases.tidied(text, written) if "&" in text else written), data


def read(text: str) -> Data:
    """Return the data of a text; raise UnwritableError if it has to be mended by hand first."""
    found, problems = parsed(text)
    stopping = broken(problems)
    if stopping:
        raise UnwritableError("broken", (), stopping)
    return {} if found is None else found.data


def broken(problems: list[Problem]) -> list[Problem]:
    """Return those problems of a file's reading that hinder any change."""
    return [one for one in problems if one.severity is Severity.ERROR and one.code not in _HARMLESS]


@lru_cache(maxsize=4)
def parsed(text: str) -> tuple[Document | None, list[Problem]]:
    """Return a text's document and problems (of no file); they are shared by all who ask, and changed by nobody."""
    return document.parse(text, "")
