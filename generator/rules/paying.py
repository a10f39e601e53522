"""Payment methods: gateways that exist, with what they need."""

from collections.abc import Iterator
from importlib.metadata import entry_points

from generator.loading.draft import Draft, in_shop
from generator.problems import Problem
from generator.source import nearest

GROUP = "shopwright.gateways"
OURS = ("rehearsal", "transfer", "cash_on_delivery")


def known(draft: Draft) -> Iterator[Problem]:
    """Every gateway is one of ours or one of an installed plugin; none is named twice."""
    names = {*OURS, *(point.name for point in entry_points(group=GROUP))}
    seen: set[str] = set()
    for index, method in enumerate(draft.shop.payment):
        path = ("payment", index, "gateway")
        if method.gateway not in names:
            guess = nearest.find(method.gateway, names)
            yield in_shop(
                "unknown-gateway", path, suggestion=guess, name=method.gateway, known=", ".join(sorted(names))
            )
        elif method.gateway in seen:
            yield in_shop("id-twice", path, id=method.gateway)
        seen.add(method.gateway)


def complete(draft: Draft) -> Iterator[Problem]:
    """A transfer says where the money goes."""
    for index, method in enumerate(draft.shop.payment):
        if method.gateway == "transfer" and not method.settings.keys() & {"qr", "account"}:
            yield in_shop("transfer-incomplete", ("payment", index))
