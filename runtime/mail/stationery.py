"""What letters are written on: a shop's own template for an event (theme/mail/EVENT.html) or for all (letter.html).

A template of a merchant runs bounded, in a sandbox, and sees plain values only. One that fails never keeps a letter
from its reader: it is written on ours, and the log says what was wrong.
"""

import contextlib
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined

from generator.theming.bounds import BoundedEnvironment, TooMuchError

log = logging.getLogger(__name__)
LETTER = "letter.html"
_OPTIONS: dict[str, Any] = {
    "autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True,
}  # fmt: skip
_OURS = jinja2.Environment(loader=PackageLoader("runtime.mail"), **_OPTIONS)  # noqa: S701  autoescape stands above
_used: ContextVar[tuple[Path, str] | None] = ContextVar("stationery", default=None)


@contextlib.contextmanager
def used(theme: Path, event: str) -> Iterator[None]:
    """Write letters on the stationery of a release's theme, for one event."""
    mark = _used.set((theme / "mail", event))
    try:
        yield
    finally:
        _used.reset(mark)


def write(letter: msgspec.Struct) -> str:
    """Return a letter as HTML."""
    plain: dict[str, Any] = msgspec.to_builtins(letter)
    chosen = _used.get()
    if chosen is not None and chosen[0].is_dir():
        own = BoundedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(chosen[0]), PackageLoader("runtime.mail")]), **_OPTIONS
        )
        try:
            return own.select_template([f"{chosen[1]}.html", LETTER]).render(plain)
        except (jinja2.TemplateError, TooMuchError, TypeError, ValueError, LookupError, ArithmeticError) as error:
            log.warning("theme/mail/%s.html failed, the letter went out as usual: %s", chosen[1], error)
    return _OURS.get_template(LETTER).render(plain)
