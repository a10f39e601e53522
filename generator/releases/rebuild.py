"""Builds on demand for ``dev``: a child process that has all code loaded and builds in a fresh copy of itself.

A fresh copy remembers nothing: what a theme or a schema was before is never mistaken for what it is now.
"""

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from generator import report
from generator.build import Built, Wish, build
from generator.clock import now
from generator.files import RefusedError
from generator.problems import Severity
from generator.releases.freshness import Record
from generator.releases.freshness import read as last_build

_MOST_SHOWN = 30
KILLED = "the build was killed"


class Said(msgspec.Struct, frozen=True):
    """One problem in the reader's language: its place, its words and the lines around it as a report shows them."""

    severity: str
    place: str
    text: str


class Outcome(msgspec.Struct, frozen=True):
    """What came of a build; without a release there are errors among ``said``, or ``fault`` says what went wrong."""

    release: str = ""
    said: tuple[Said, ...] = ()
    fault: str = ""
    seconds: float = 0.0
    rendered: int = 0
    folders: tuple[str, ...] = ()
    """The folders of the theme."""


def run(folder: Path, lang: str) -> Outcome:
    """Build and publish a shop, and put whatever happens into words."""
    try:
        built = build(folder, Wish(now=now()))
    except RefusedError as error:
        return Outcome(fault=f"{error.code}: {', '.join(map(str, error.values.values()))}")
    except OSError as error:
        return Outcome(fault=f"{error.strerror or error}: {error.filename or ''}")
    except Exception as error:  # noqa: BLE001  a bug of ours, or of a plugin, ends this build and not the whole command
        return Outcome(fault=f"{type(error).__name__}: {error}")
    record: Record | None = last_build(folder)
    return Outcome(
        release=built.release,
        said=said(built, lang),
        seconds=built.figures.seconds,
        rendered=built.figures.rendered,
        folders=record.folders if record else (),
    )


def said(built: Built, lang: str) -> tuple[Said, ...]:
    """Put the problems of a build into words, errors first."""
    ordered = sorted(built.problems, key=lambda each: each.severity is not Severity.ERROR)[:_MOST_SHOWN]
    found = []
    for problem in ordered:
        place = f"{problem.file}:{problem.mark.line}:{problem.mark.column}" if problem.mark else problem.file
        rows = report.text([problem], lang, built.sources).splitlines()
        body = "\n".join(rows[:-1]).strip().removeprefix(f"{place}: {problem.severity} ")
        found.append(Said(severity=str(problem.severity), place=place, text=body))
    return tuple(found)


def in_a_copy(work: Callable[[], msgspec.Struct], lost: msgspec.Struct) -> bytes:
    """Do some work in a copy of this process where the system can make one, else here; ``lost`` tells of its death.

    Returns what came of it as JSON.
    """
    encoder = msgspec.json.Encoder()
    if not hasattr(os, "fork"):
        return encoder.encode(work())
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as into, contextlib.suppress(BaseException):
            into.write(encoder.encode(work()))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as out:
        data = out.read()
    os.waitpid(child, 0)
    return data or encoder.encode(lost)


def main() -> None:
    """Build once for every line that comes in, and answer one line."""
    folder, lang = Path(sys.argv[1]), sys.argv[2]
    for _ in sys.stdin.buffer:
        done = in_a_copy(lambda: run(folder, lang), Outcome(fault=KILLED))
        sys.stdout.buffer.write(done + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
