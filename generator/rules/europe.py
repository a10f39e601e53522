"""The EU's and Germany's pack: imprint, VAT number, withdrawal, unit prices, product safety."""

import re
from collections.abc import Iterator

from generator.loading.draft import Draft, in_shop
from generator.problems import Problem
from generator.shop import Product, SellerType

FORTNIGHT = 14 * 86400
_VAT = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"\d{9}|\d{12}",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{10}01",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
}
_CONTENT = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?\s?(?:kg|g|mg|ml|cl|l|Liter|Gramm)(?!\w)", re.IGNORECASE)


def _holds(draft: Draft) -> bool:
    return draft.shop.legal in {"DE", "EU"}


def imprint(draft: Draft) -> Iterator[Problem]:
    """The seller can be found and reached (E-Commerce Directive article 5, DDG section 5)."""
    if not _holds(draft) or draft.lacks("seller"):
        return
    seller = draft.shop.seller
    needed = {"legal_name": seller.legal_name, "address": seller.address, "email": seller.email}
    if draft.shop.legal == "DE":
        needed["phone"] = seller.phone
    if seller.type is SellerType.COMPANY:
        needed |= {"representative": seller.representative, "register": seller.register or seller.registration_number}
    for key, value in needed.items():
        if not value and not draft.lacks("seller", key):
            yield in_shop("legal-eu-imprint", ("seller",), key=key)


def vat(draft: Draft) -> Iterator[Problem]:
    """A VAT number has the form of its country, and a German one its check digit."""
    number = _tidy(draft.shop.seller.vat_number)
    if not _holds(draft):
        return
    if not number:
        if draft.shop.seller.type is SellerType.COMPANY:
            yield in_shop("legal-eu-vat-missing", ("seller",))
        return
    if not is_vat_number(number):
        yield in_shop("legal-eu-vat-form", ("seller", "vat_number"), number=draft.shop.seller.vat_number)


def is_vat_number(text: str) -> bool:
    """Return whether a VAT number has the form of its country, and a German one its check digit."""
    number = _tidy(text)
    pattern = _VAT.get(number[:2])
    fits = pattern is not None and re.fullmatch(pattern, number[2:]) is not None
    return fits and (number[:2] != "DE" or german_vat(number[2:]))


def _tidy(number: str) -> str:
    return re.sub(r"[\s.-]", "", number).upper()


def german_vat(digits: str) -> bool:
    """Return whether the ninth digit is the check digit of the eight before it (ISO/IEC 7064, MOD 11,10)."""
    product = 10
    for digit in digits[:8]:
        product = 2 * (((int(digit) + product - 1) % 10) + 1) % 11
    return (11 - product) % 10 == int(digits[8])


def withdrawal(draft: Draft) -> Iterator[Problem]:
    """A page tells of the right of withdrawal, and it lasts 14 days (Directive 2011/83/EU articles 6 and 9)."""
    if not _holds(draft):
        return
    if draft.shop.returns.page is None:
        yield in_shop("legal-eu-withdrawal-page", ("returns",))
    window = draft.shop.returns.window
    if window is not None and window < FORTNIGHT:
        yield in_shop("legal-return-window", ("returns", "window"), least="14d", country="EU")


def unit_prices(draft: Draft) -> Iterator[Problem]:
    """What is sold by weight or volume shows its price per kilogram or litre (Directive 98/6/EC)."""
    if not _holds(draft):
        return
    for handle, product in draft.products.items():
        if all(variant.unit_price is not None for variant in product.variants):
            continue
        found = next((match for text in _names(product) if (match := _CONTENT.search(text))), None)
        if found:
            yield draft.at("product", handle, "legal-eu-unit-price", ("title",), content=found[0])


def _names(product: Product) -> Iterator[str]:
    yield from dict.fromkeys(product.title.values())
    yield from dict.fromkeys((product.subtitle or {}).values())
    for option in product.options:
        for value in option.values:
            yield value.value


def safety(draft: Draft) -> Iterator[Problem]:
    """An offer names the manufacturer with an address (Regulation (EU) 2023/988 article 19)."""
    if not _holds(draft):
        return
    for handle, product in draft.products.items():
        if not product.digital and (product.safety is None or not product.safety.manufacturer):
            yield draft.at("product", handle, "legal-eu-safety", ("safety",))
