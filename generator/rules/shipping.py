"""Delivery: every buyer the shop serves finds one fee, and it is the fee the merchant expects."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator import delivery, regions
from generator.delivery import Load, NotServedError, Place
from generator.loading.draft import Draft, in_shop
from generator.loading.reader import Path, Reader
from generator.money import plain
from generator.problems import Problem
from generator.shop import DeliveryKind, DeliveryMethod, Rates, Zone

_OFFSHORE = frozenset({"CN-台湾", "CN-香港", "CN-澳门"})


def ids(draft: Draft) -> Iterator[Problem]:
    """An id names one method; orders remember it."""
    seen: set[str] = set()
    for index, method in enumerate(draft.shop.delivery):
        if method.id in seen:
            yield in_shop("id-twice", ("delivery", index, "id"), id=method.id)
        seen.add(method.id)


def zones(draft: Draft) -> Iterator[Problem]:
    """A region stands in one zone, no region at home is left out, and no order is too large for the table."""
    for index, method in enumerate(draft.shop.delivery):
        if method.rates is None:
            continue
        path: Path = ("delivery", index, "rates")
        yield from _overlaps(method.rates, path)
        if method.kind is DeliveryKind.COURIER and method.rates.zones:
            yield from _gaps(method.rates, draft.ground.country, path)
        for number, zone in enumerate(method.rates.zones):
            if zone.first_up_to and not zone.each:
                yield in_shop(
                    "rates-open-end", (*path, "zones", number, "first"), limit=_size(zone, method.rates, draft)
                )


def _size(zone: Zone, rates: Rates, draft: Draft) -> str:
    if rates.by == "weight":
        return f"{zone.first_up_to} g"
    return plain(zone.first_up_to, draft.ground.currency) if rates.by == "amount" else str(zone.first_up_to)


def _overlaps(rates: Rates, path: Path) -> Iterator[Problem]:
    seen: dict[str | None, int] = {}
    for index, zone in enumerate(rates.zones):
        for number, name in enumerate(zone.regions):
            region = regions.canonical(name)
            if region in seen:
                yield in_shop(
                    "region-twice", (*path, "zones", index, "regions", number), region=name, first=seen[region] + 1
                )
            seen.setdefault(region, index)
    for number, name in enumerate(rates.excluded):
        if regions.canonical(name) in seen:
            yield in_shop("region-excluded-and-served", (*path, "excluded", number), region=name)


def _gaps(rates: Rates, country: str, path: Path) -> Iterator[Problem]:
    served = {regions.canonical(name) for zone in rates.zones for name in zone.regions}
    named = served | {regions.canonical(name) for name in rates.excluded}
    if named & {regions.EVERYWHERE, country}:
        return
    if country == "CN":
        wanted = {f"CN-{name}" for name in delivery.PROVINCES.values()} - _OFFSHORE
        missing = sorted(region[3:] for region in wanted - named)
    else:
        missing = [country]
    if missing:
        yield in_shop("region-gap", (*path, "zones"), regions="、".join(missing), count=len(missing))


def examples(draft: Draft) -> Iterator[Problem]:
    """The fees that the merchant expects are the fees that the table gives."""
    reader = Reader("shop.yaml", draft.ground)
    for index, said in enumerate(draft.tree.get("delivery") or ()):
        method = draft.shop.delivery[index] if index < len(draft.shop.delivery) else None
        listed = (said.get("rates") or {}).get("examples") or ()
        for number, example in enumerate(listed):
            if method is not None:
                path: Path = ("delivery", index, "rates", "examples", number)
                yield from _example(method, example, path, reader)
    yield from reader.problems


def _example(method: DeliveryMethod, example: Mapping[str, Any], path: Path, reader: Reader) -> Iterator[Problem]:
    place = regions.find_place(str(example.get("to", "")))
    if place is None:
        reader.unknown("unknown-region", (*path, "to"), str(example.get("to", "")), regions.known())
        return
    load = Load(
        quantity=int(example.get("quantity") or 1),
        weight=reader.weight(example["weight"], (*path, "weight")) if "weight" in example else 0,
        amount=reader.find_money(example, "amount", path) or 0,
    )
    expected = reader.find_money(example, "fee", path)
    served = example.get("served") is not False
    if reader.problems or (served and expected is None):
        return
    yield from _compare(method, place, load, expected if served else None, path, reader)


def _compare(
    method: DeliveryMethod, place: Place, load: Load, expected: int | None, path: Path, reader: Reader
) -> Iterator[Problem]:  # fmt: skip
    currency = reader.ground.currency
    try:
        found: int | None = delivery.fee(method, place, load).amount
    except NotServedError:
        found = None
    if found == expected:
        return
    if found is None:
        yield in_shop("example-not-served", (*path, "to"))
    elif expected is None:
        yield in_shop("example-served", (*path, "to"), found=plain(found, currency))
    else:
        yield in_shop(
            "example-differs", (*path, "fee"), suggestion=plain(found, currency), found=plain(found, currency),
            expected=plain(expected, currency),
        )  # fmt: skip


def offered(draft: Draft) -> Iterator[Problem]:
    """A shop that sells needs a way to deliver and a way to pay; goods to fetch need a place."""
    goods = any(not product.digital for product in draft.products.values())
    if goods and not draft.shop.delivery and not draft.lacks("delivery"):
        yield in_shop("no-delivery")
    if draft.products and not draft.shop.payment and not draft.lacks("payment"):
        yield in_shop("no-payment")
    for index, method in enumerate(draft.shop.delivery):
        if method.kind is DeliveryKind.PICKUP and method.place is None:
            yield in_shop("pickup-place-missing", ("delivery", index), id=method.id)
