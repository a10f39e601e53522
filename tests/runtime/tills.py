"""A small shop for tests of the core, and the words that tests use to order in it."""

from datetime import UTC, datetime, timedelta

from generator.shop import (
    CheckoutRules,
    DeliveryKind,
    DeliveryMethod,
    Limit,
    PaymentMethod,
    Product,
    Rates,
    Seller,
    SellerType,
    Tax,
    TaxRate,
    Terms,
    Variant,
    Zone,
)
from runtime import gateways, placing, settings, stock
from runtime.orders import Address, CartLine, Contact, Placement
from runtime.pricing import Destination
from runtime.till import Till

NOW = datetime.now(UTC).replace(microsecond=0)
LATER = NOW + timedelta(hours=2)
ALL_GATEWAYS = ("rehearsal", "transfer", "cash_on_delivery")


def make_settings(folder, address="", **given):
    environ = {"SHOPWRIGHT_SECRET": "0123456789abcdef0123456789abcdef", **given}
    if address:
        environ["SHOPWRIGHT_DATABASE"] = address
    return settings.read(folder, environ)


def product(handle, price=1000, stock=10, **more):
    variant_fields = {name: more.pop(name) for name in ("weight", "compare_at", "options") if name in more}
    options = {"sku": handle, "price": price, "stock": stock, **variant_fields}
    return Product(handle=handle, title={"zh-CN": handle, "en": handle}, variants=(Variant(**options),), **more)


COURIER = DeliveryMethod(
    id="courier",
    name={"zh-CN": "快递", "en": "Courier"},
    kind=DeliveryKind.COURIER,
    rates=Rates(
        by="weight",
        zones=(
            Zone(regions=("*",), first_up_to=1000, first_fee=800, each=1000, each_fee=200, free_over=20000),
            Zone(regions=("西藏",), first_up_to=1000, first_fee=2000, each=1000, each_fee=1500),
        ),
        excluded=("新疆",),
    ),
)
PICKUP = DeliveryMethod(id="pickup", name={"zh-CN": "自提", "en": "Pickup"}, kind=DeliveryKind.PICKUP)


def make_terms(**changes):
    fields = {
        "name": {"zh-CN": "茶铺", "en": "Tea shop"},
        "country": "CN",
        "locale": "zh-CN",
        "locales": ("zh-CN", "en"),
        "currency": "CNY",
        "timezone": "Asia/Shanghai",
        "seller": Seller(type=SellerType.INDIVIDUAL, email="shop@example.com"),
        "delivery": (COURIER, PICKUP),
        "payment": tuple(PaymentMethod(gateway=name) for name in ALL_GATEWAYS),
        "tax": Tax(prices_include_tax=True, rates=(TaxRate(country="CN", rate="0.13"),)),
        "checkout": CheckoutRules(reserve=1800),
        "stock_low": 0,
    }
    return Terms(**{**fields, **changes})


BY_TRANSFER = make_terms(payment=(PaymentMethod(gateway="transfer"),))


class Goods:
    """The goods of a release, from values."""

    def __init__(self, products, terms=None, release="r1"):
        self.terms = terms or make_terms()
        self.release = release
        self.variants = {variant.sku: (each, variant) for each in products for variant in each.variants}

    def find_variant(self, sku):
        return self.variants.get(sku)

    def find_room(self, _):
        return None


PRODUCTS = (
    product("tea", 1000, 10),
    product("cup", 2550, 3, weight=400),
    product("rare", 9900, 1),
    product("few", 500, 100, limit=Limit(per_order=2)),
    product("once", 500, 100, limit=Limit(per_customer=1)),
    product("twice", 500, 100, limit=Limit(per_customer=2)),
    product("song", 300, None, digital=True),
    product("free", 0, 5, digital=True),
)


def make_till(database, settings, products=PRODUCTS, terms=None):
    goods = Goods(products, terms)
    stock.open_new(database, {sku: variant.stock for sku, (_, variant) in goods.variants.items()}, NOW)
    return Till(database=database, goods=goods, gateways=gateways.load(goods.terms, settings))


_keys = iter(range(10**6))


def placement(till, lines=(("tea", 2),), **changes):
    """Return an order for (sku, quantity) pairs at the price of the till, picked up and paid as told."""
    fields = {
        "key": f"form-{next(_keys):012d}",
        "lines": tuple(CartLine(sku=sku, quantity=quantity) for sku, quantity in lines),
        "locale": "en",
        "contact": Contact(name="Li Lei", email="lilei@example.com", phone="+86 138 0013 8000"),
        "address": Address(destination=Destination(country="CN", region="浙江省", city="杭州市"), street="1 West Lake"),
        "delivery": "pickup",
        "gateway": "rehearsal",
        "expected_total": -1,
    }
    made = Placement(**{**fields, **changes})
    if "expected_total" in changes:
        return made
    return Placement(**{**fields, **changes, "expected_total": placing.quote(till, made, NOW).total})


def order(till, lines=(("tea", 2),), now=NOW, **changes):
    """Place an order and return it."""
    return placing.place(till, placement(till, lines, **changes), now).order


def level(till, sku):
    return till.database.read(lambda transaction: stock.levels(transaction, [sku]))[sku]


def rows(till, statement, *values):
    return till.database.read(lambda transaction: transaction.all(statement, *values))


def counts(till):
    """Return how many rows the tables of orders have: a refusal leaves them as they were."""
    tables = ("orders", "order_line", "order_event", "stock_move", "stock_hold", "payment", "transfer", "notice")
    return {table: rows(till, f"SELECT COUNT(*) FROM {table}")[0][0] for table in tables}
