"""Problems of a file find the fields that they are about; their words are those of ``check``."""

from collections.abc import Iterable, Sequence

from generator import report
from generator.problems import Problem, Severity
from generator.value import Value
from runtime.console.forms.nodes import Group, Leaf, Lines, Node, Rows, Shaped, Words, below


class Mistake(Value, frozen=True, kw_only=True):
    """One problem in a reader's words; ``name`` is the field that it stands at, empty for none of this form."""

    name: str
    text: str
    hints: tuple[str, ...] = ()
    error: bool = True
    problem: Problem


def place(root: Group, problems: Iterable[Problem], lang: str) -> list[Mistake]:
    """Return problems with their fields, errors first; those of no field of this form have no name."""
    found = []
    for each in problems:
        told = report.tell(each, lang)
        error = each.severity is Severity.ERROR
        name = _name(root, each.path)
        found.append(Mistake(name=name, text=told.message, hints=told.hints, error=error, problem=each))
    return sorted(found, key=lambda mistake: (not mistake.error, not mistake.name))


def at_fields(mistakes: Sequence[Mistake]) -> dict[str, list[Mistake]]:
    """Return mistakes by the field that they stand at."""
    found: dict[str, list[Mistake]] = {}
    for each in mistakes:
        if each.name:
            found.setdefault(each.name, []).append(each)
    return found


def _name(root: Group, path: Sequence[str | int]) -> str:
    """Return the name of the nearest thing that is shown for a place in the file."""
    best: Node = root
    while True:
        closer = next((each for each in _near(best) if tuple(each.path) == tuple(path[: len(each.path)])), None)
        if closer is None or closer is best:
            break
        best = closer
    if isinstance(best, Words):
        return best.leaves[0].name
    return best.name


def _near(node: Node) -> Iterable[Node]:
    if isinstance(node, Leaf | Lines):
        return ()
    shown = [each for each in below(node) if not isinstance(node, Group) or each.name not in node.hidden]
    if isinstance(node, Rows):
        return [row.node for row in node.rows if row.place is not None]
    return [each.node if isinstance(each, Shaped) else each for each in shown]
