"""How templates run: Jinja as it is, made quicker where pages spend their time, and in a sandbox for merchants' own."""

from collections.abc import Callable, MutableMapping, Sequence
from types import FunctionType, MethodType
from typing import Any

import jinja2
import markupsafe
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from generator.theming.wording import Wording

Source = Callable[[str], tuple[str, str] | None]
"""Finds a template by its name: its text and the file to name in a problem."""
_PLAIN = frozenset({FunctionType, MethodType, Wording})
_KEPT_ONCE = 100_000
_ESCAPE_TEXT: Callable[[str], str] = getattr(markupsafe, "_escape_inner", markupsafe.escape)


def escaped(value: object) -> str:
    """Escape what a template prints: plain text at once, all else as Markup does it."""
    if value.__class__ is str:
        return _ESCAPE_TEXT(value)
    return markupsafe.escape(value)


class _Generator(CodeGenerator):
    """Writes ``environment.escaped(…)`` around printed values: half of a page's time goes into escaping them."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ANN401  as Jinja says
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:  # noqa: N802  Jinja calls it so
        """Write an include as one text: its pieces need not climb one by one through all that includes it."""
        if node.ignore_missing or not node.with_context or not isinstance(node.template, nodes.Const | nodes.Concat):
            super().visit_Include(node, frame)
            return
        self.writeline("template = environment.get_template(", node)
        self.visit(node.template, frame)
        self.write(f", {self.name!r})")
        own = f"template.new_context(context.get_all(), True, {self.dump_local_context(frame)})"
        self.simple_write(f"environment.concat(template.root_render_func({own}))", frame)


class _Context(Context):
    """Calls macros and plain functions without asking again what they want to be given."""

    def call(self, called: Callable[..., Any], *given: Any, **named: Any) -> Any:  # noqa: ANN401  as Jinja says
        kind = called.__class__
        if kind is Macro:
            given = (self.eval_ctx, *given)
        elif kind not in _PLAIN or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *given, **named)
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(*given, **named)


class _Quick(jinja2.Environment):
    code_generator_class = _Generator
    escaped = staticmethod(escaped)

    def __init__(self, *given: Any, **options: Any) -> None:  # noqa: ANN401  as Jinja says
        super().__init__(*given, **options)
        self._loaded: dict[str, jinja2.Template] = {}

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  Jinja's name
    ) -> jinja2.Template:
        """Return a template, found at once where it was loaded before: pages include and import many."""
        if globals is not None or not isinstance(name, str):
            return super().get_template(name, parent, globals)
        found = self._loaded.get(name)
        if found is None:
            found = self._loaded[name] = super().get_template(name, parent)
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template: a plain dict, looked into many times a page."""
        return {**self.globals, **d} if d else self.globals


class QuickEnvironment(_Quick):
    """For our own themes."""

    context_class = _Context


class SandboxedEnvironment(_Quick, ImmutableSandboxedEnvironment):
    """For templates of merchants: they see values, call what they are given, and change nothing."""


class Once(Extension):
    """``{% once key %}…{% endonce %}``: rendered the first time for a key, remembered for every later page.

    Meant for what repeats over a whole shop, such as its header or a product's card. The key must name everything
    that the text inside depends on; the locale is always part of it.
    """

    tags = {"once"}  # noqa: RUF012  Jinja reads it from the class

    def __init__(self, environment: jinja2.Environment) -> None:
        super().__init__(environment)
        self.kept: dict[tuple[object, ...], Markup] = {}
        self.fragments: list[str] | None = None
        """Where a build wants what is kept by itself: pages then hold only its number, between two zero characters."""

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
            found = self.kept[key] = self._numbered(caller())
        return found

    def _numbered(self, text: str) -> Markup:
        if self.fragments is not None:
            self.fragments.append(whole(text, self.fragments))
            text = f"\0{len(self.fragments) - 1}\0"
        return Markup(text)  # noqa: S704  the caller's text is already escaped


def whole(text: str, fragments: Sequence[str]) -> str:
    """Return a text with its fragments in their places."""
    if "\0" not in text:
        return text
    parts = text.split("\0")
    parts[1::2] = [fragments[int(number)] for number in parts[1::2]]
    return "".join(parts)


class Loader(jinja2.BaseLoader):
    """Gives Jinja the templates of a source."""

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
