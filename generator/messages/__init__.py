"""The catalogue of problems: every code, what it says in zh and en, and a bad and a good example.

To add a code, put one entry into the module of its area (or a new module, named in ``AREAS``), then write the page of
all codes anew: ``shopwright problems > docs/problems.md``.
"""

from generator.messages import (
    files,
    legal,
    live,
    names,
    pictures,
    promoting,
    release,
    schema,
    syntax,
    table,
    telling,
    trade,
    values,
)
from generator.messages.message import Message
from generator.problems import Mark, Problem
from generator.source.redaction import redact

AREAS = (files, syntax, table, schema, values, names, pictures, trade, promoting, telling, legal, live, release)

CATALOGUE: dict[str, Message] = {}
for _area in AREAS:
    _twice = CATALOGUE.keys() & _area.MESSAGES.keys()
    if _twice:
        raise RuntimeError(f"problem code given twice: {', '.join(sorted(_twice))}")
    CATALOGUE |= _area.MESSAGES


def problem(
    code: str,
    file: str,
    mark: Mark | None = None,
    path: tuple[str | int, ...] = (),
    *,
    suggestion: str | None = None,
    related: tuple[str, Mark | None] | None = None,
    **values: object,
) -> Problem:
    """Make a problem of a known code, with the severity that the catalogue gives it; no secret gets into it."""
    values = {key: redact(value) if isinstance(value, str) else value for key, value in values.items()}
    suggestion = redact(suggestion) if suggestion else suggestion
    return Problem(
        code=code, file=file, mark=mark, path=path, severity=CATALOGUE[code].severity,
        values=values, suggestion=suggestion, related=related,
    )  # fmt: skip
