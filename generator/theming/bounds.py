"""Bounds for merchants' templates inside a running shop: what they may do and write while one page is rendered.

A build runs them in workers of its own that are stopped when they take too long; a running shop renders in its own
process. So there every loop, call, filter and sum is counted before it is done, in steps and in characters: the same
page with the same values always comes out the same, however busy the machine is.
"""

import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.utils import Namespace

from generator.theming.engines import Generator, SandboxedEnvironment

STEPS = 200_000
"""Turns of loops, calls and filters for one page; the longest page of harbour takes a hundredth of it."""
CHARACTERS = 16_000_000
"""Characters and elements that go through all steps of one page together."""
_LARGEST = 10_000
"""The largest number that a filter or a call may be given: a width, a count, a precision."""
_BITS = 4_096
_WIDE = re.compile(r"\d{5,}|\*|\{[^}]*\{")
"""In a pattern of ``format``: a wide field, or one whose width is a value."""
_WIDENING = frozenset(
    {"batch", "center", "expandtabs", "indent", "ljust", "lipsum", "rjust", "slice", "tojson", "wordwrap", "zfill"}
)


class TooMuchError(MemoryError):
    """A template does or writes more than a page may."""


class Budget:
    """What is left for one page."""

    def __init__(self) -> None:
        self.steps = STEPS
        self.characters = CHARACTERS

    def step(self) -> None:
        """Take one step; raise TooMuchError when none is left."""
        self.steps -= 1
        if self.steps < 0:
            raise TooMuchError("more steps than a page may take")

    def spend(self, size: int) -> None:
        """Count characters or elements; raise TooMuchError when too many went through."""
        self.characters -= size
        if self.characters < 0:
            raise TooMuchError("more text than a page may hold")

    def weigh(self, value: object) -> int:
        """Return how many characters and elements a value of plain data has, and spend them."""
        size, waiting = 0, [value]
        while waiting:
            each = waiting.pop()
            own = 1
            if isinstance(each, str | bytes | range):
                own = len(each)
            elif isinstance(each, Namespace):
                waiting.append(each._Namespace__attrs)  # noqa: SLF001  its only way
            elif isinstance(each, Mapping) and not isinstance(each, Context):
                own = len(each)
                waiting += [*each.keys(), *each.values()]
            elif isinstance(each, Collection) and not isinstance(each, Mapping | Undefined):
                own = len(each)
                waiting += each
            size += own
            self.spend(own)
        return size


_BUDGET: ContextVar[Budget | None] = ContextVar("budget", default=None)


def _budget() -> Budget:
    return _BUDGET.get() or Budget()


class BoundedTemplate(jinja2.Template):
    """A template that gets a budget for each page."""

    def render(self, *given: Any, **named: Any) -> str:  # noqa: ANN401  as Jinja says
        """Render within the bounds; raise TooMuchError."""
        token = _BUDGET.set(Budget())
        try:
            return super().render(*given, **named)
        finally:
            _BUDGET.reset(token)


class _Generator(Generator):
    """Writes every loop over a counted iteration, and every ``~`` as a counted one."""

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802  Jinja calls it so
        """Count the turns of a loop."""
        counted = nodes.Call(nodes.EnvironmentAttribute("counted"), [node.iter], [], None, None)
        node.iter = counted.set_lineno(node.lineno)
        super().visit_For(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        """Weigh the parts before they are joined."""
        self.write("environment.joined(context, (")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class BoundedEnvironment(SandboxedEnvironment):
    """The sandbox with a budget."""

    code_generator_class = _Generator
    template_class = BoundedTemplate
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, *given: Any, **options: Any) -> None:  # noqa: ANN401  as Jinja says
        super().__init__(*given, **options)
        self.filters = _Filters({name: _bounded(name, each) for name, each in self.filters.items()})

    def escaped(self, value: object) -> str:
        """Escape what a template prints, after weighing it."""
        if not isinstance(value, str):
            _budget().weigh(value)
        return SandboxedEnvironment.escaped(value)

    def concat(self, pieces: Iterable[str]) -> str:
        """Join what was printed, as long as it is not too much."""
        budget, found = _budget(), []
        budget.step()
        for piece in pieces:
            budget.spend(len(piece) + 1)
            found.append(piece)
        return "".join(found)

    def get_template(self, *given: Any, **named: Any) -> jinja2.Template:  # noqa: ANN401  as Jinja says
        """Return a template; asking for it is a step."""
        _budget().step()
        return super().get_template(*given, **named)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ANN401
        """Look at the pattern before ``"…".format(…)`` fills it."""
        made = super().wrap_str_format(value)
        if made is None:
            return None

        def bounded(*given: Any, **named: Any) -> str:  # noqa: ANN401
            _refuse_wide(str(value.__self__))
            return made(*given, **named)

        return bounded

    def counted(self, values: Any) -> Any:  # noqa: ANN401  whatever a template loops over
        """Count the turns of a loop; what cannot be looped over is left to Jinja to complain about."""
        return values if isinstance(values, Undefined) else _counted(values)

    def joined(self, context: Context, parts: tuple[object, ...]) -> str:
        """Join the parts of ``a ~ b``."""
        budget = _budget()
        budget.step()
        for part in parts:
            budget.weigh(part)
        join = jinja2.runtime.markup_join if context.eval_ctx.autoescape else jinja2.runtime.str_join
        return join(parts)

    def call(self, context: Context, called: Any, /, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        """Call something after weighing what it is given."""
        owner = getattr(called, "__self__", None)
        if isinstance(called, LoopContext) and given:
            given = (_counted(given[0]), *given[1:])
        name = getattr(called, "__name__", "") if isinstance(owner, str) else ""
        name = "lipsum" if called is self.globals["lipsum"] else name
        return _watched(
            name, (owner, *given), named, lambda: super(BoundedEnvironment, self).call(context, called, *given, **named)
        )

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Work out ``+``, ``*``, ``**`` and ``%`` after weighing both sides."""
        budget = _budget()
        budget.step()
        size = budget.weigh(left) + budget.weigh(right)
        if operator == "%" and isinstance(left, str):
            _refuse_wide(left)
        if operator == "*":
            for many, times in ((left, right), (right, left)):
                if isinstance(times, int) and not isinstance(many, int | float):
                    budget.spend(size * max(times, 0))
        if isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * (right if operator == "**" else 1) + (
                right.bit_length() if operator == "*" else 0
            )
            if bits > _BITS:
                raise TooMuchError("a number of too many digits")
        return super().call_binop(context, operator, left, right)


def _counted(values: Iterable[Any]) -> Iterator[Any]:
    budget = _budget()
    for each in values:
        budget.step()
        yield each


class _Filters(dict[str, Any]):
    """Filters, each of which weighs what it is given, those that are added later as well."""

    def __setitem__(self, name: str, made: Callable[..., Any]) -> None:
        super().__setitem__(name, _bounded(name, made))


def _bounded(name: str, made: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(made)
    def bounded(*given: Any, **named: Any) -> Any:  # noqa: ANN401  as filters are
        listed = tuple(list(_counted(each)) if isinstance(each, Iterator) else each for each in given)
        return _watched(name, listed, named, lambda: made(*listed, **named))

    return bounded


def _watched(name: str, given: tuple[Any, ...], named: dict[str, Any], work: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Do something with values after weighing them, and weigh what comes of it."""
    budget = _budget()
    budget.step()
    weights = []
    for each in (*given, *named.values()):
        if isinstance(each, int) and each > _LARGEST and name in _WIDENING:
            raise TooMuchError(f"{name}: a number above {_LARGEST}")
        weights.append(budget.weigh(each))
    if name in {"format", "format_map"}:
        _refuse_wide(str(given[0]))
    if name in {"replace", "join", "indent"}:
        weights.sort()
        budget.spend(weights[-1] * weights[-2] if len(weights) > 1 else 0)
    found = work()
    if not isinstance(found, Iterator):
        budget.weigh(found)
    return found


def _refuse_wide(pattern: str) -> None:
    if _WIDE.search(pattern):
        raise TooMuchError("a width above 9999, or one that is a value")
