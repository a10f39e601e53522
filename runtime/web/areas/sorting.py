"""Lists sorted by a column: the address says which and which way, so it works without JavaScript and can be kept."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

DOWN = "-"
"""Before the name of a column whose highest value comes first."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a column: where it leads, how the list is sorted by it now, and its name."""

    url: str
    label: str
    sorted: str = "none"
    """``ascending``, ``descending`` or ``none``, as aria-sort has it."""


def asked(value: str, columns: Iterable[str]) -> str:
    """Return the sorting that an address asks for, '' for any that there is not."""
    return value if value.removeprefix(DOWN) in set(columns) else ""


def heads(columns: Mapping[str, str], chosen: str, address: Callable[[str], str]) -> dict[str, Head]:
    """Return the heads of columns, which come with their labels.

    The first press sorts by a column, the second turns it round, the third leaves the list's own order.
    """
    found = {}
    for name, label in columns.items():
        turned = f"{DOWN}{name}"
        after = {name: turned, turned: ""}.get(chosen, name)
        state = {name: "ascending", turned: "descending"}.get(chosen, "none")
        found[name] = Head(url=address(after), label=label, sorted=state)
    return found
