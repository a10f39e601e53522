"""The part of shop.yaml that the till needs: seller, delivery, payment, tax, checkout and returns."""

from decimal import Decimal
from typing import Any

from generator import regions
from generator.loading.reader import Path, Reader, Tree
from generator.shop import (
    CheckoutRules,
    DeliveryKind,
    DeliveryMethod,
    Hook,
    PaymentMethod,
    Rates,
    ReturnRules,
    Seller,
    SellerType,
    Tax,
    TaxRate,
    Zone,
)

_GATEWAY_TEXTS = ("instructions",)


def seller(tree: Tree, reader: Reader) -> Seller:
    """Return who sells."""
    said: Tree = tree.get("seller") or {}
    plain = {
        key: str(said.get(key) or "")
        for key in (
            "legal_name",
            "registration_number",
            "representative",
            "address",
            "phone",
            "email",
            "vat_number",
            "register",
            "icp",
            "public_security_record",
        )
    }
    return Seller(
        type=SellerType(said.get("type") or "company"),
        licence_picture=said.get("licence_image"),
        exemption=reader.find_text(said, "exemption", ("seller",)),
        draft=said.get("draft") is True,
        **plain,
    )


def delivery(tree: Tree, reader: Reader) -> tuple[DeliveryMethod, ...]:
    """Return the delivery methods in order."""
    return tuple(_method(each, ("delivery", index), reader) for index, each in enumerate(tree.get("delivery") or ()))


def _method(tree: Tree, path: Path, reader: Reader) -> DeliveryMethod:
    name = tree.get("name", tree.get("id", ""))
    said = tree.get("rates")
    return DeliveryMethod(
        id=tree.get("id", ""),
        name=reader.text(name, (*path, "name")),
        kind=DeliveryKind(tree.get("kind") or "courier"),
        rates=_rates(said, (*path, "rates"), reader) if said else None,
        ships_within=reader.find_seconds(tree, "ships_within", path),
        place=reader.find_text(tree, "place", path),
        hours=reader.find_text(tree, "hours", path),
    )


def _rates(tree: Tree, path: Path, reader: Reader) -> Rates:
    by = tree.get("by") or "quantity"
    zones = tuple(
        _zone(each, (*path, "zones", index), by, reader) for index, each in enumerate(tree.get("zones") or ())
    )
    return Rates(by=by, zones=zones, excluded=_regions(tree.get("excluded") or (), (*path, "excluded"), reader))


def _zone(tree: Tree, path: Path, by: str, reader: Reader) -> Zone:
    first, then = tree.get("first") or {}, tree.get("then") or {}
    return Zone(
        regions=_regions(tree.get("regions") or (), (*path, "regions"), reader),
        first_up_to=size(first.get("up_to"), (*path, "first", "up_to"), by, reader),
        first_fee=reader.find_money(first, "fee", (*path, "first")) or 0,
        each=size(then.get("each"), (*path, "then", "each"), by, reader),
        each_fee=reader.find_money(then, "fee", (*path, "then")) or 0,
        free_over=reader.find_money(tree, "free_over", path),
    )


def size(value: Any, path: Path, by: str, reader: Reader) -> int:  # noqa: ANN401  pieces, a weight or money
    """Return a size in the unit that rates are counted by: pieces, grams or minor units."""
    if value is None:
        return 0
    if by == "weight":
        return reader.weight(value, path)
    if by == "amount":
        return reader.money(value, path) or 0
    if not str(value).isascii() or not str(value).isdigit() or int(value) == 0:
        reader.report("quantity-form", path, value=value)
        return 0
    return int(value)


def _regions(names: Any, path: Path, reader: Reader) -> tuple[str, ...]:  # noqa: ANN401  a list of names
    found = []
    for index, name in enumerate(names):
        if regions.canonical(name) is None:
            reader.unknown("unknown-region", (*path, index), name, regions.known())
        else:
            found.append(name.strip())
    return tuple(found)


def payment(tree: Tree, reader: Reader) -> tuple[PaymentMethod, ...]:
    """Return the ways of paying in order."""
    methods = []
    for index, each in enumerate(tree.get("payment") or ()):
        path: Path = ("payment", index)
        settings = {key: value for key, value in each.items() if key not in {"gateway", "name"}}
        for key in _GATEWAY_TEXTS:
            if key in settings:
                settings[key] = reader.text(settings[key], (*path, key))
        if "hold" in settings:
            settings["hold"] = reader.find_seconds(each, "hold", path)
        name = reader.find_text(each, "name", path)
        methods.append(PaymentMethod(gateway=each.get("gateway", ""), name=name, settings=settings))
    return tuple(methods)


def tax(tree: Tree) -> Tax:
    """Return the tax rules; rates are exact decimals as text."""
    said: Tree = tree.get("tax") or {}
    rates = [
        TaxRate(
            country=each.get("country", ""),
            region=each.get("region"),
            tax_class=each.get("class") or "standard",
            rate=_rate(each.get("rate", "0")),
        )
        for each in said.get("rates") or ()
    ]
    return Tax(prices_include_tax=said.get("prices_include_tax") is not False, rates=tuple(rates))


def _rate(text: str) -> str:
    number = Decimal(text.removesuffix("%")) / 100 if text.endswith("%") else Decimal(text)
    return format(number.normalize(), "f")


def checkout(tree: Tree, reader: Reader) -> CheckoutRules:
    """Return how an order is placed."""
    said: Tree = tree.get("checkout") or {}
    reserve = reader.find_seconds(said, "reserve", ("checkout",))
    return CheckoutRules(
        reserve=reserve or 1800,
        fields=dict(said.get("fields") or {}),
        guest=said.get("guest") is not False,
        terms=said.get("terms"),
        invoice=bool(said.get("invoice")),
    )


def returns(tree: Tree, reader: Reader) -> ReturnRules:
    """Return the rules for sending goods back."""
    said: Tree = tree.get("returns") or {}
    return ReturnRules(
        window=reader.find_seconds(said, "window", ("returns",)),
        exclusions=reader.find_text(said, "exclusions", ("returns",)),
        pays=said.get("pays") or "buyer",
        page=said.get("page"),
    )


def hooks(tree: Tree) -> tuple[Hook, ...]:
    """Return who else is told what happens."""
    said: Tree = tree.get("messages") or {}
    return tuple(
        Hook(
            **{key: str(each.get(key) or "") for key in ("id", "kind", "url", "address", "secret")},
            events=tuple(each.get("events") or ()),
        )
        for each in said.get("hooks") or ()
    )


def stock_low(tree: Tree) -> int:
    """Return from how few pieces on the merchant is told."""
    said: Tree = tree.get("messages") or {}
    found = said.get("stock_low")
    return 3 if found is None else int(found)


def counts_visits(tree: Tree) -> bool:
    """Return whether visits are counted."""
    said: Tree = tree.get("analytics") or {}
    return said.get("enabled") is not False
