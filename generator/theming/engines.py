"""How templates run: Jinja as it is, made quicker where pages spend their time, and in a sandbox for merchants' own."""

from collections.abc import Callable, MutableMapping
from types import CodeType, FunctionType, MethodType
from typing import Any

import jinja2
import markupsafe
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup

from generator.theming.wording import Wording
from generator.views import View

Source = Callable[[str], tuple[str, str] | None]
"""Finds a template by its name: its text and the file to name in a problem."""
_PLAIN = frozenset({FunctionType, MethodType, Wording})
_KEPT_ONCE = 100_000
_KEPT_CODES = 4_000
_ESCAPE_TEXT: Callable[[str], str] = getattr(markupsafe, "_escape_inner", markupsafe.escape)


def escaped(value: object) -> str:
    """Escape what a template prints: plain text at once, all else as Markup does it."""
    kind = value.__class__
    if kind is str:
        return _ESCAPE_TEXT(value)  # type: ignore[arg-type]
    return value if kind is Markup else markupsafe.escape(value)  # type: ignore[return-value]


def _having() -> dict[str, frozenset[type[View]]]:
    found: dict[str, set[type[View]]] = {}
    for kind in View.__subclasses__():
        for field in kind.__struct_fields__:
            found.setdefault(field, set()).add(kind)
    return {field: frozenset(kinds) for field, kinds in found.items()}


_HAVING = _having()
"""Which kinds of views have a field of that name."""


class Generator(CodeGenerator):
    """Writes ``environment.escaped(…)`` around printed values: half of a page's time goes into escaping them."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ANN401  as Jinja says
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802  Jinja calls it so
        """Write a field of a view as just that: a page asks for hundreds of them, and Jinja's own way takes longer."""
        if self.environment.sandboxed or node.attr not in _HAVING:
            super().visit_Getattr(node, frame)
            return
        name = self.temporary_identifier()
        self.write(f"({name}.{node.attr} if ({name} := ")
        self.visit(node.node, frame)
        self.write(f").__class__ in environment.having_{node.attr} else environment.getattr({name}, {node.attr!r}))")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: FBT001, FBT002, N802
        """Call a function of our own extensions as it is."""
        if forward_caller or not isinstance(node.node, nodes.ExtensionAttribute):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for each in node.args:
            self.visit(each, frame)
        self.write(")")

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


def _is_plain(macro: Any, given: tuple[Any, ...], named: dict[str, Any]) -> bool:  # noqa: ANN401  a macro
    """Tell whether a macro is called with nothing but values in their order, and takes nothing else."""
    if named or macro.caller or macro.catch_kwargs or macro.catch_varargs:
        return False
    return bool(len(given) <= len(macro.arguments) and macro._default_autoescape)  # noqa: SLF001  Jinja gives no other way


def _called(macro: Any, given: tuple[Any, ...]) -> Markup:  # noqa: ANN401  a macro
    lacking = len(macro.arguments) - len(given)
    return Markup(macro._func(*given, *[missing] * lacking))  # noqa: S704, SLF001  a macro escapes what it prints


class _Context(Context):
    """Calls macros and plain functions without asking again what they want to be given."""

    def call(self, called: Callable[..., Any], *given: Any, **named: Any) -> Any:  # noqa: ANN401  as Jinja says
        kind = called.__class__
        if kind is not Macro and (kind not in _PLAIN or hasattr(called, "jinja_pass_arg")):
            return super().call(called, *given, **named)
        if named:
            named.pop("_block_vars", None)
            named.pop("_loop_vars", None)
        if kind is not Macro:
            return called(*given, **named)
        return _called(called, given) if _is_plain(called, given, named) else called(self.eval_ctx, *given, **named)


class _Quick(jinja2.Environment):
    code_generator_class = Generator
    escaped = staticmethod(escaped)

    def __init__(self, *given: Any, **options: Any) -> None:  # noqa: ANN401  as Jinja says
        super().__init__(*given, **options)
        self._loaded: dict[str, jinja2.Template] = {}
        for field, kinds in _HAVING.items():
            setattr(self, f"having_{field}", kinds)

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
        self.find = self.kept.get
        self.fragments: list[str] | None = None
        """Where a build wants what is kept by itself: pages, and further such
        texts, then hold only its number, between two zero characters."""

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Read the tag and turn it into a look for what is kept, and a call of ``_remember`` where nothing is."""
        line = next(parser.stream).lineno
        keys: list[nodes.Expr] = [nodes.Const(f"{parser.name}:{line}")]
        while parser.stream.current.type != "block_end":
            keys.append(parser.parse_expression())
            parser.stream.skip_if("comma")
        body = parser.parse_statements(("name:endonce",), drop_needle=True)
        # Only what is not kept yet makes a caller and runs it; what is kept is looked up and printed.
        key, kept = parser.free_identifier(lineno=line), parser.free_identifier(lineno=line)
        make = nodes.CallBlock(self.call_method("_remember", [key]), [], [], body)
        missing = nodes.Compare(kept, [nodes.Operand("eq", nodes.Const(None))])
        return [
            nodes.Assign(key, nodes.Tuple(keys, "load"), lineno=line),
            nodes.Assign(kept, self.call_method("find", [key]), lineno=line),
            nodes.If(missing, [make], [], [nodes.Output([kept])], lineno=line),
        ]

    def _remember(self, key: tuple[object, ...], caller: Callable[[], str]) -> Markup:
        if len(self.kept) >= _KEPT_ONCE:
            self.kept.clear()
        found = self.kept[key] = self._numbered(caller())
        return found

    def _numbered(self, text: str) -> Markup:
        if self.fragments is not None:
            self.fragments.append(text)
            text = f"\0{len(self.fragments) - 1}\0"
        return Markup(text)  # noqa: S704  the caller's text is already escaped


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


class _Compiled(jinja2.BytecodeCache):
    """Compiled templates, shared by all environments of a process: the same text is compiled once.

    What it is called and which kind of environment compiles it are part of the code; where its file lies is not.
    """

    def __init__(self) -> None:
        self._code: dict[str, CodeType] = {}

    def get_bucket(
        self, environment: jinja2.Environment, name: str, filename: str | None, source: str
    ) -> jinja2.bccache.Bucket:
        """Return the code of a text as if it had been compiled from this very file, which problems are told of."""
        found = super().get_bucket(environment, f"{environment.__class__.__name__} {name}", None, source)
        if found.code is not None:
            found.code = found.code.replace(co_filename=filename or "<template>")
        return found

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Take the code if this very text was compiled before."""
        bucket.code = self._code.get(f"{bucket.key}{bucket.checksum}")

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep the code."""
        if len(self._code) >= _KEPT_CODES:
            self._code.clear()
        if bucket.code is not None:
            self._code[f"{bucket.key}{bucket.checksum}"] = bucket.code


COMPILED = _Compiled()
