"""Builds and checks shops in a process of its own, which has all code loaded and works in fresh copies of itself.

One line of JSON in is one wish, one line out what came of it. ``Builder`` is the other end.
"""

import contextlib
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from generator import check, clock, report
from generator.build import Wish as BuildWish
from generator.build import build
from generator.files import RefusedError
from generator.problems import Problem, Severity
from generator.releases import rebuild
from generator.value import Value
from runtime.agency.board import Line

log = logging.getLogger(__name__)
_MOST = 20
_NICER = 5
"""So much later than visitors a build gets its turn."""


class Wish(Value, frozen=True, kw_only=True):
    """A shop to build and publish, or only to check."""

    folder: str
    publish: bool


class Report(Value, frozen=True, kw_only=True):
    """What came of it: a release, if there is one, and the problems that there are."""

    release: str = ""
    errors: int = 0
    warnings: int = 0
    problems: tuple[Line, ...] = ()


def failed(why: str) -> Report:
    """Return the report of a build that came to nothing, whatever the text holds."""
    zh, en = f"没有生成：{why}", f"It was not built: {why}"
    return Report(errors=1, problems=(Line(error=True, place="", zh=zh, en=en),))


KILLED = failed(rebuild.KILLED)


class Builder:
    """A building process of one thread's own; started when it is first asked, and again when it died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, wish: Wish) -> Report:
        """Let a shop be built or checked; nothing is raised."""
        try:
            process = self._process or self._start()
            into, out = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
            into.write(msgspec.json.encode(wish) + b"\n")
            into.flush()
            return msgspec.json.decode(out.readline(), type=Report)
        except (OSError, msgspec.DecodeError) as error:
            log.warning("a shop could not be built: %s", error)
            self.close()
            return KILLED

    def close(self) -> None:
        """End the process, and a build that is under way."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def _start(self) -> "subprocess.Popen[bytes]":
        package = str(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        command = [sys.executable, "-P", "-m", "runtime.agency.builder"]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        return self._process


def run(wish: Wish) -> Report:
    """Do what is wished, and put whatever happens into words."""
    folder, now = Path(wish.folder), clock.now()
    try:
        if not wish.publish:
            return _report("", check.check(folder, now=now).problems)
        built = build(folder, BuildWish(now=now))
    except RefusedError as error:
        told = ", ".join(map(str, error.values.values()))
        return failed(f"{error.code}: {told}")
    except OSError as error:
        return failed(f"{error.strerror or error}: {error.filename or ''}")
    except Exception as error:  # noqa: BLE001  a bug of ours, or of a plugin, ends this build and not the server
        return failed(f"{type(error).__name__}: {error}")
    return _report(built.release, built.problems)


def _report(release: str, problems: Sequence[Problem]) -> Report:
    errors = [each for each in problems if each.severity is Severity.ERROR]
    milder = [each for each in problems if each.severity is not Severity.ERROR]
    return Report(
        release=release,
        errors=len(errors),
        warnings=len(milder),
        problems=tuple(map(_line, [*errors, *milder][:_MOST])),
    )


def _line(problem: Problem) -> Line:
    place = f"{problem.file}:{problem.mark.line}" if problem.mark else problem.file
    zh, en = (report.tell(problem, lang).message for lang in ("zh", "en"))
    return Line(error=problem.severity is Severity.ERROR, place=place, zh=zh, en=en)


def main() -> None:
    """Work off the lines that come in."""
    if hasattr(os, "nice"):
        os.nice(_NICER)
    for line in sys.stdin.buffer:
        wish = msgspec.json.decode(line, type=Wish)
        done = rebuild.in_a_copy(lambda wish=wish: run(wish), KILLED)  # type: ignore[misc]
        sys.stdout.buffer.write(done + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
