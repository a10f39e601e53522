"""The numbered links of a long list."""

from collections.abc import Callable

from generator.views import Link, Pagination

_NEAR = 2


def pagination(current: int, total: int, address: Callable[[int], str]) -> Pagination:
    """Return links to the first page, the last, and those around the current one; ``address`` gives each its own."""
    near = sorted({1, total, *range(max(1, current - _NEAR), min(total, current + _NEAR) + 1)})
    links: list[Link] = []
    for number in near:
        if links and number - int(links[-1].label) > 1:
            links.append(Link(label=str(number - 1), url=""))
        links.append(Link(label=str(number), url=address(number), current=number == current))
    return Pagination(
        current=current,
        total=total,
        previous=address(current - 1) if current > 1 else "",
        next=address(current + 1) if current < total else "",
        links=tuple(links),
    )
