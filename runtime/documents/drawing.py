"""What stands on the papers of an order: invoice, correction, packing slip.

The invoice shows what § 14 UStG and article 226 of directive 2006/112/EC ask for. In China the paper is a plain
receipt: a 发票 is made by the tax office's own system, and it says so.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from generator import money
from generator.shop import Terms
from runtime import addresses, carriers, words
from runtime.documents.issuing import Paper, PaperKind
from runtime.documents.sheet import Sheet
from runtime.orders import Order
from runtime.pricing import Quote


def draw(paper: Paper, order: Order, terms: Terms, font: str = "") -> bytes:
    """Return an invoice or a correction as PDF; raise FontFault when nothing here can write it."""
    locale = order.locale
    kind = f"paper.{paper.kind}.{'china' if terms.legal == 'CN' else 'title'}"
    title = f"{words.say(kind, locale)} {paper.number}"
    sheet = Sheet(locale, title, _foot(terms, locale), font)
    _head(sheet, order, terms, title)
    facts = {
        "paper.date": _date(paper.issued_at, terms, locale),
        "paper.order": order.number,
        "paper.ordered": _date(order.placed_at, terms, locale),
        "paper.delivered": _date(order.parcels[-1].shipped_at, terms, locale) if order.parcels else "",
    }
    _facts(sheet, facts, locale)
    if paper.kind is PaperKind.CORRECTION:
        sheet.write(words.say("paper.corrects", locale, number=order.number))
        sheet.space(4)
        sheet.sums([(words.say("paper.given-back", locale), money.text(paper.amount, order.currency, locale))])
        return sheet.finish()
    _lines(sheet, order)
    sheet.space(4)
    sheet.sums(_sums(order.quote, locale))
    sheet.space(6)
    if order.invoice:
        sheet.write(words.say("paper.for", locale, title=order.invoice.title, number=order.invoice.tax_number))
    paid = "paper.paid" if order.paid >= order.total else "paper.open"
    sheet.write(words.say(paid, locale), muted=True)
    if terms.legal == "CN":
        sheet.write(words.say("paper.no-fapiao", locale), "small", muted=True)
    return sheet.finish()


def draw_slip(order: Order, terms: Terms, parcel: int | None = None, font: str = "") -> bytes:
    """Return the slip for a parcel (counted from 1), or for everything that is still here; prices don't stand on it."""
    sheet = _slip_sheet(order, terms, font)
    _slip(sheet, order, terms, parcel)
    return sheet.finish()


def draw_slips(orders: Sequence[Order], terms: Terms, font: str = "") -> bytes:
    """Return the slips of several orders, for what is still here of each, on pages of their own in one PDF."""
    sheet = _slip_sheet(orders[0], terms, font)
    for place, order in enumerate(orders):
        if place:
            sheet.turn(_foot(terms, order.locale))
        _slip(sheet, order, terms, None)
    return sheet.finish()


def _slip_sheet(order: Order, terms: Terms, font: str) -> Sheet:
    title = words.say("paper.slip", order.locale, number=order.number)
    return Sheet(order.locale, title, _foot(terms, order.locale), font)


def _slip(sheet: Sheet, order: Order, terms: Terms, parcel: int | None) -> None:
    locale = order.locale
    _head(sheet, order, terms, words.say("paper.slip", locale, number=order.number))
    chosen = order.parcels[parcel - 1] if parcel else None
    facts = {
        "paper.ordered": _date(order.placed_at, terms, locale),
        "paper.carrier": f"{carriers.name(chosen.carrier, locale)} {chosen.tracking}".strip() if chosen else "",
    }
    _facts(sheet, facts, locale)
    quantities = chosen.quantities if chosen else order.unshipped
    rows = [
        (str(quantities[place]), _what(line.title, line.label), line.sku)
        for place, line in enumerate(order.lines)
        if quantities.get(place)
    ]
    heads = [words.say(f"paper.column.{name}", locale) for name in ("quantity", "what", "sku")]
    sheet.table((-20, 105, 45), heads, rows)
    if order.remarks:
        sheet.space(6)
        sheet.write(words.say("paper.remarks", locale), bold=True)
        sheet.write(order.remarks)


def _head(sheet: Sheet, order: Order, terms: Terms, title: str) -> None:
    seller = terms.seller
    shop = terms.name.get(order.locale) or next(iter(terms.name.values()), "")
    sheet.write(shop, "large", bold=True)
    sheet.space(8)
    buyer = addresses.lines(order.address) if order.address.street else (order.address.name or order.contact.name,)
    contact = (order.contact.email or order.contact.phone,)
    vat = words.say("paper.vat-number", order.locale, number=seller.vat_number) if seller.vat_number else ""
    from_ = (seller.legal_name or shop, seller.address, vat)
    sheet.columns([line for line in (*buyer, *contact) if line], [line for line in from_ if line])
    sheet.space(10)
    sheet.write(title, "title", bold=True)
    sheet.space(2)


def _facts(sheet: Sheet, facts: Mapping[str, str], locale: str) -> None:
    told = [f"{words.say(key, locale)} {value}" for key, value in facts.items() if value]
    sheet.write("   ·   ".join(told), muted=True)
    sheet.space(6)


def _lines(sheet: Sheet, order: Order) -> None:
    locale = order.locale

    def amount(value: int) -> str:
        return money.text(value, order.currency, locale)

    names = ("what", "sku", "quantity", "price", "tax", "amount")
    rows = [
        (
            _what(line.title, line.label),
            line.sku,
            str(line.quantity),
            amount(line.unit_price),
            _percent(line.tax_rate),
            amount(line.amount),
        )
        for line in order.lines
    ]
    sheet.table((62, 28, -16, -24, -16, -24), [words.say(f"paper.column.{name}", locale) for name in names], rows)


def _sums(quote: Quote, locale: str) -> list[tuple[str, str]]:
    """Return what leads to the total: delivery, and net and tax of each rate."""

    def amount(value: int) -> str:
        return money.text(value, quote.currency, locale)

    found = [(words.say("paper.goods", locale), amount(quote.goods))]
    if quote.discount:
        found.append((words.say("paper.discount", locale), amount(-quote.discount)))
    if quote.method:
        found.append((words.say("paper.delivery", locale), amount(quote.delivery)))
    taxes: dict[str, int] = {}
    for line in quote.lines:
        taxes[line.tax_rate] = taxes.get(line.tax_rate, 0) + line.tax
    if quote.tax:
        found.append((words.say("paper.net", locale), amount(quote.total - quote.tax)))
        found += [
            (words.say("paper.tax", locale, rate=_percent(rate)), amount(tax)) for rate, tax in taxes.items() if tax
        ]
        if quote.delivery_tax:
            found.append((words.say("paper.delivery-tax", locale), amount(quote.delivery_tax)))
    return [*found, (words.say("paper.total", locale), amount(quote.total))]


def _what(title: str, label: str) -> str:
    return f"{title} · {label}" if label else title


def _percent(rate: str) -> str:
    return f"{float(rate or 0) * 100:g} %"


def _date(moment: datetime, terms: Terms, locale: str) -> str:
    return format_date(moment.astimezone(ZoneInfo(terms.timezone)), "medium", locale=locale.replace("-", "_"))


def _foot(terms: Terms, locale: str) -> str:
    seller = terms.seller
    parts = (
        seller.legal_name or terms.name.get(locale, ""), seller.address, seller.registration_number, seller.register,
        seller.vat_number, seller.email, seller.phone,
    )  # fmt: skip
    return "  ·  ".join(part for part in parts if part)
