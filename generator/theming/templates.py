"""Jinja environments of a theme: one per locale, the same in the build and in the runtime."""

import traceback
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
import msgspec
from babel.dates import format_date, format_time
from jinja2.exceptions import SecurityError
from markupsafe import Markup

from generator import money
from generator.problems import Mark, Problem
from generator.shop import Value
from generator.theming.bounds import BoundedEnvironment
from generator.theming.engines import COMPILED, Loader, Once, QuickEnvironment, SandboxedEnvironment, Source
from generator.theming.wording import MissingWordError, Wording
from generator.views import Frame, Image, Link, plain

KINDS = {"product": "products", "shelf": "shelves", "page": "pages", "live": "live"}
_PLACES = {
    "home": "",
    "search": "search",
    "cart": "cart",
    "checkout": "checkout",
    "lookup": "orders/lookup",
    "withdraw": "withdraw",
    "seller": "seller/",
}
_UNSAFE_IN_JSON = {
    b"<": b"\\u003c",
    b">": b"\\u003e",
    b"&": b"\\u0026",
    b"'": b"\\u0027",
    "\u2028".encode(): b"\\u2028",
    "\u2029".encode(): b"\\u2029",
}
_VIEWS: dict[str, Any] = {"link": Link, "picture": Image}


class Stage(Value, frozen=True, kw_only=True):
    """What a template environment of one locale needs beside its templates; it travels in the release."""

    frame: Frame
    words: dict[str, str]
    assets: dict[str, str]
    timezone: str
    kinds: dict[str, str] = msgspec.field(default_factory=dict)
    """Types of those theme settings that are more than plain data: markdown, link, picture."""
    trusted: bool = True
    """False where a merchant's own templates take part: they run in the sandbox."""


class UnknownAssetError(LookupError):
    """A template asks for an asset that the theme does not have."""


def json_filter(value: Any) -> Markup:  # noqa: ANN401  any plain value
    """Write a value as JSON that is safe inside a script block and inside a single-quoted attribute."""
    text = msgspec.json.encode(value, enc_hook=plain)
    for character, safe in _UNSAFE_IN_JSON.items():
        text = text.replace(character, safe)
    return Markup(text.decode())  # noqa: S704  everything that could end the block is escaped above


def address(prefix: str, kind: str, handle: str = "") -> str:
    """Return the path of a page: ``address("/en", "product", "longjing")`` is ``/en/products/longjing/``."""
    place = _PLACES.get(kind)
    if place is None:
        place = f"{KINDS[kind]}/{handle}/"
    return f"{prefix}/{place}"


@lru_cache(maxsize=4096)
def date_text(iso: str, style: str, locale: str, timezone: str) -> str:
    """Write an instant for people in the shop's timezone: ``long`` and ``short`` dates, or the ``time``."""
    zone = ZoneInfo(timezone)
    moment = datetime.fromisoformat(iso).astimezone(zone)
    name = locale.replace("-", "_")
    if style == "time":
        return format_time(moment, "short", tzinfo=zone, locale=name)
    if style == "long":
        joined = ", " if name.split("_")[0] not in {"zh", "ja", "ko"} else " "
        return (
            format_date(moment, "long", locale=name) + joined + format_time(moment, "short", tzinfo=zone, locale=name)
        )
    return format_date(moment, "medium", locale=name)


def environment(source: Source, stage: Stage, *, bounded: bool = False) -> jinja2.Environment:
    """Make the environment of one locale: autoescape, strict about the undefined, with the globals of every theme.

    ``bounded`` bounds what merchants' own templates may do where no worker can be stopped for it.
    """
    sandbox = BoundedEnvironment if bounded else SandboxedEnvironment
    kind = QuickEnvironment if stage.trusted else sandbox
    made = kind(
        loader=Loader(source), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False, cache_size=-1, extensions=[Once], bytecode_cache=COMPILED,
    )  # fmt: skip
    frame = _revived(stage)

    def asset(name: str) -> str:
        try:
            return stage.assets[name]
        except KeyError:
            raise UnknownAssetError(name) from None

    made.globals.update(
        frame=frame,
        t=Wording(frame.locale, stage.words),
        asset=asset,
        money=lambda amount: money.text(amount, frame.currency, frame.locale),
        date=lambda iso, style="short": date_text(iso, style, frame.locale, stage.timezone),
        address=lambda kind, handle="": address(frame.prefix, kind, handle),
    )
    made.filters["json"] = json_filter
    return made


def _revived(stage: Stage) -> Frame:
    settings = dict(stage.frame.settings)
    for name, kind in stage.kinds.items():
        value = settings.get(name)
        if value is not None:
            settings[name] = Markup(value) if kind == "markdown" else msgspec.convert(value, _VIEWS[kind])  # noqa: S704
    return msgspec.structs.replace(stage.frame, settings=settings)


def problem(error: Exception, template: str, places: Mapping[str, str]) -> Problem:
    """Say which line of which template went wrong, and why; ``places`` are the files of the templates."""
    file, line, code = places.get(template, template), 1, "theme-render"
    values: dict[str, Any] = {"reason": str(error) or type(error).__name__}
    if isinstance(error, jinja2.TemplateSyntaxError):
        file, line, code = error.filename or file, error.lineno, "theme-syntax"
    else:
        known = set(places.values())
        for step in traceback.extract_tb(error.__traceback__):
            if step.filename in known and step.lineno:
                file, line = step.filename, step.lineno
    for kind, its_code in _CODES.items():
        if isinstance(error, kind):
            name = error.name if isinstance(error, jinja2.TemplateNotFound) else error.args[0] if error.args else ""
            code, values = its_code, {"name": str(name), **values}
            break
    return Problem(code=code, file=file, mark=Mark(line, 1), values=values)


_CODES: dict[type[Exception], str] = {
    jinja2.TemplateNotFound: "theme-template-missing",
    jinja2.UndefinedError: "theme-undefined",
    SecurityError: "theme-forbidden",
    MissingWordError: "theme-word-missing",
    UnknownAssetError: "theme-asset-missing",
    RecursionError: "theme-recursion",
    MemoryError: "theme-too-big",
}
