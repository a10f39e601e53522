"""A form's parts, bound to what stands in a file: which field, under which name, at which path, with which data."""

import msgspec

from generator.fields import Field
from generator.source.events import Data
from generator.value import Value

Path = tuple[str | int, ...]


class Missing(Value, frozen=True):
    """Stands for data that is not there."""


MISSING = Missing()


class Leaf(Value, frozen=True, kw_only=True):
    """One box to fill in; ``text`` is what it shows before anybody writes."""

    name: str
    field: Field
    path: Path
    old: Data
    text: str
    offered: tuple[str, ...] = ()
    """The values that can be chosen, where there is a choice."""
    locale: str = ""


class Words(Value, frozen=True, kw_only=True):
    """A text in the shop's languages, a box for each."""

    name: str
    field: Field
    path: Path
    old: Data
    leaves: tuple[Leaf, ...]


class Lines(Value, frozen=True, kw_only=True):
    """A list of short texts, one a line, or a tick for each of a few."""

    name: str
    field: Field
    path: Path
    old: Data
    texts: tuple[str, ...]


class Kept(Value, frozen=True, kw_only=True):
    """What no box can show: it is shown as it is written, and never touched."""

    name: str
    field: Field
    path: Path
    old: Data


class Group(Value, frozen=True, kw_only=True):
    """Things that belong together. ``extra`` are keys that nobody knows; they are kept as written.

    ``hidden`` are names of nodes that say nothing with the present values of their neighbours, ``left`` those that did
    with the values in the file and are taken away with them.
    """

    name: str
    field: Field
    path: Path
    old: Data
    nodes: tuple["Node", ...]
    extra: dict[str, Data] = msgspec.field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    one: str = ""
    """Which of several keys that exclude each other is shown."""
    bare: bool = False
    """True where the file has a bare text for the group's main key."""


class Row(Value, frozen=True, kw_only=True):
    """One entry of a list or mapping: ``token`` names it in the form, ``place`` is its index or key in the file."""

    token: str
    place: int | str | None
    node: "Node"
    key: Leaf | None = None


class Rows(Value, frozen=True, kw_only=True):
    """Entries that can be added, removed and moved; ``keyed`` ones have a name each and no order."""

    name: str
    field: Field
    path: Path
    old: Data
    rows: tuple[Row, ...]
    keyed: bool = False
    sent: bool = True
    """False where the browser sent nothing about this list, which is then left alone."""


class Shaped(Value, frozen=True, kw_only=True):
    """Something that can be written in several ways; ``chosen`` is the index of the way that ``node`` shows."""

    name: str
    field: Field
    path: Path
    old: Data
    node: "Node"
    chosen: int
    kept: bool
    """True while the file has this shape, too."""


Node = Leaf | Words | Lines | Kept | Group | Rows | Shaped


def leaves(node: Node) -> list[Leaf]:
    """Return all boxes of a form."""
    if isinstance(node, Leaf):
        return [node]
    if isinstance(node, Rows):
        keys = [row.key for row in node.rows if row.key is not None]
        return keys + [leaf for row in node.rows for leaf in leaves(row.node)]
    return [leaf for each in below(node) for leaf in leaves(each)]


def below(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below a node."""
    if isinstance(node, Group):
        return node.nodes
    if isinstance(node, Words):
        return node.leaves
    if isinstance(node, Rows):
        return tuple(row.node for row in node.rows)
    return (node.node,) if isinstance(node, Shaped) else ()


def every(node: Node) -> list[Node]:
    """Return a node and all below it, from the top."""
    return [node, *(each for child in below(node) for each in every(child))]
