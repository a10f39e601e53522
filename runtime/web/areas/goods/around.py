"""What stands beside a product's form: its state, what is left of it, what it sold, and the way into the shop."""

from datetime import timedelta
from typing import Any

from runtime import stock
from runtime.transaction import Transaction
from runtime.web.areas import shell
from runtime.web.areas.goods import standing
from runtime.web.areas.goods.standing import Good
from runtime.web.areas.telling import Teller
from runtime.web.visit import visit
from runtime.worklist import goods as sales
from runtime.worklist.goods import Sold
from runtime.worklist.today import LOW

_DAYS = 30


def of(good: Good) -> dict[str, Any]:
    """Return what stands beside a product's form: its state, its stock, its sales, its shelves."""
    teller = Teller(here=visit(), locale=shell.locale())
    skus = [each.sku for each in good.variants]
    since = teller.here.now - timedelta(days=_DAYS)

    def look(transaction: Transaction) -> tuple[dict[str, int], Sold]:
        return stock.levels(transaction, skus), sales.sold(transaction, good.handle, teller.currency, since)

    levels, sold = teller.here.database.read(look)
    where = standing.status(good)
    in_shop = teller.here.catalogue.find_product(good.handle) is not None
    left, tone = standing.stock_of(good, levels)
    return {
        "search": shell.Search(action=standing.HOME, label=shell.say("goods.search")),
        "state": (shell.say(f"goods.status.{where}"), standing.TONES[where]),
        "levels": levels,
        "low": LOW,
        "counted": [(each, levels.get(each.sku)) for each in good.variants],
        "stock_told": left,
        "stock_tone": tone,
        "in_shop": f"/products/{good.handle}/" if in_shop else "",
        "sold": sold,
        "sold_amount": teller.money(sold.amount),
        "days": _DAYS,
        "price": standing.prices(good, teller),
    }
