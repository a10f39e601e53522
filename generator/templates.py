"""Jinja environments of a theme: one per locale, the same in the build and in the runtime."""

import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
import msgspec
from babel.dates import format_date, format_time
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from generator import money
from generator.problems import Mark, Problem
from generator.shop import Value
from generator.views import Frame, Image, Link, plain
from generator.wording import MissingWordError, Wording

Source = Callable[[str], tuple[str, str] | None]
"""Finds a template by its name: its text and the file to name in a problem."""

KINDS = {"product": "products", "shelf": "shelves", "page": "pages", "live": "live"}
_PLACES = {
    "home": "",
    "search": "search",
    "cart": "cart",
    "checkout": "checkout",
    "lookup": "orders/lookup",
    "seller": "seller/",
}
_UNSAFE_IN_JSON = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "'": "\\u0027",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_KEPT_ONCE = 100_000
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


class Once(Extension):
    """``{% once key %}…{% endonce %}``: rendered the first time for a key, remembered for every later page.

    Meant for what repeats over a whole shop, such as its header or a product's card. The key must name everything
    that the text inside depends on; the locale is always part of it.
    """

    tags = {"once"}  # noqa: RUF012  Jinja reads it from the class

    def __init__(self, environment: jinja2.Environment) -> None:
        super().__init__(environment)
        self.kept: dict[tuple[object, ...], Markup] = {}

    def parse(self, parser: Parser) -> nodes.Node:
        """Read the tag and turn it into a call of ``_remember``."""
        line = next(parser.stream).lineno
        keys: list[nodes.Expr] = [nodes.Const(f"{parser.name}:{line}")]
        while parser.stream.current.type != "block_end":
            keys.append(parser.parse_expression())
            parser.stream.skip_if("comma")
        body = parser.parse_statements(("name:endonce",), drop_needle=True)
        call = self.call_method("_remember", [nodes.Tuple(keys, "load")])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _remember(self, key: tuple[object, ...], caller: Callable[[], str]) -> Markup:
        found = self.kept.get(key)
        if found is None:
            if len(self.kept) >= _KEPT_ONCE:
                self.kept.clear()
            found = self.kept[key] = Markup(caller())  # noqa: S704  the caller's text is already escaped
        return found


def json_filter(value: Any) -> Markup:  # noqa: ANN401  any plain value
    """Write a value as JSON that is safe inside a script block and inside a single-quoted attribute."""
    text = msgspec.json.encode(value, enc_hook=plain).decode()
    for character, safe in _UNSAFE_IN_JSON.items():
        text = text.replace(character, safe)
    return Markup(text)  # noqa: S704  everything that could end the block is escaped above


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
        return format_date(moment, "long", locale=name) + joined + format_time(moment, "short", tzinfo=zone, locale=name)
    return format_date(moment, "medium", locale=name)


class _Loader(jinja2.BaseLoader):
    def __init__(self, source: Source) -> None:
        self.source = source

    def get_source(
        self,
        environment: jinja2.Environment,  # noqa: ARG002  Jinja passes it
        template: str,
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return the template's text and file, as Jinja wants them."""
        found = self.source(template)
        if found is None:
            raise jinja2.TemplateNotFound(template)
        return found[0], found[1], lambda: True


class Compiled(jinja2.BytecodeCache):
    """Compiled templates shared by the environments of all locales of one process."""

    def __init__(self) -> None:
        self.code: dict[str, Any] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Take the code if this very text was compiled before."""
        bucket.code = self.code.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep the code."""
        self.code[bucket.key + bucket.checksum] = bucket.code


def environment(source: Source, stage: Stage, compiled: Compiled | None = None) -> jinja2.Environment:
    """Make the environment of one locale: autoescape, strict about the undefined, with the globals of every theme."""
    kind = jinja2.Environment if stage.trusted else ImmutableSandboxedEnvironment
    made = kind(
        loader=_Loader(source), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False, cache_size=-1, extensions=[Once], bytecode_cache=compiled,
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
