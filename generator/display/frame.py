"""The frame of a locale: name, menus, imprint, colours; the same around every page."""

from functools import cache
from typing import Any

from babel import Locale

from generator.display import phrases
from generator.display.edition import Edition, prefix
from generator.shop import Picture, SellerType, Shop, Text
from generator.views import Fact, Frame, Imprint, Link

_ICP = "https://beian.miit.gov.cn/"
_POLICE = "https://beian.mps.gov.cn/#/query/webSearch?code="
_LINES = (
    "legal_name", "representative", "registration_number", "register", "vat_number", "address", "phone", "email",
)  # fmt: skip


@cache
def native_name(locale: str) -> str:
    """Return what a language calls itself: 简体中文, English, Deutsch."""
    parsed = Locale.parse(locale.replace("-", "_"))
    if parsed.language == "zh":
        return "繁體中文" if (parsed.script == "Hant" or parsed.territory in {"TW", "HK", "MO"}) else "简体中文"
    return str(Locale(parsed.language).get_display_name(Locale(parsed.language))).capitalize()


def frame(edition: Edition, scheme: dict[str, str], settings: dict[str, Any]) -> Frame:
    """Return the frame of an edition."""
    shop = edition.shop
    return Frame(
        locale=edition.locale,
        locales=_locales(edition),
        name=edition.text(shop.name),
        tagline=edition.text(shop.tagline),
        logo=edition.image(shop.logo) if shop.logo else None,
        home=edition.url("home"),
        header=edition.menu(shop.header),
        footer=edition.menu(shop.footer),
        imprint=imprint(edition),
        currency=shop.currency,
        country=shop.country,
        legal=shop.legal,
        scheme=scheme,
        settings=settings,
        prefix=edition.prefix,
        counted=shop.counts_visits,
        payment_pictures={file: edition.image(Picture(file=file, alt=alt)) for file, alt in payment_pictures(shop)},
    )


def payment_pictures(shop: Shop) -> list[tuple[str, Text]]:
    """Return the pictures that ways of paying show, such as a code to scan, with the words for them."""
    return [
        (str(method.settings["qr"]), method.name or dict.fromkeys(shop.locales, method.gateway))
        for method in shop.payment
        if method.settings.get("qr")
    ]


def _locales(edition: Edition) -> tuple[Link, ...]:
    shop = edition.shop
    if len(shop.locales) == 1:
        return ()
    return tuple(
        Link(label=native_name(each), url=f"{prefix(shop, each)}/", current=each == edition.locale)
        for each in shop.locales
    )


def imprint(edition: Edition) -> Imprint:
    """Return what the law wants shoppers to be able to find about the seller."""
    seller, locale = edition.shop.seller, edition.locale
    facts = [
        Fact(name=phrases.phrase(key, locale), value=value, url=_contact(key, value))
        for key in _LINES
        if (value := getattr(seller, key))
    ]
    if seller.exemption:
        facts.append(Fact(name=phrases.phrase("exemption", locale), value=edition.text(seller.exemption)))
    digits = "".join(character for character in seller.public_security_record if character.isdigit())
    return Imprint(
        facts=tuple(facts),
        notes=(),
        icp=Link(label=seller.icp, url=_ICP, external=True) if seller.icp else None,
        police=Link(label=seller.public_security_record, url=_POLICE + digits, external=True) if digits else None,
        seller=Link(label=seller_label(edition.shop, locale), url=edition.url("seller")),
    )


def seller_label(shop: Shop, locale: str) -> str:
    """Return what the page about the seller is called where the shop is: 营业执照信息, Impressum."""
    if shop.legal == "CN":
        individual = shop.seller.type is SellerType.INDIVIDUAL
        return phrases.phrase("seller_individual" if individual else "seller_cn", locale)
    return phrases.phrase("seller_de" if shop.legal == "DE" else "seller", locale)


def _contact(key: str, value: str) -> str:
    if key == "email":
        return f"mailto:{value}"
    if key == "phone":
        return "tel:" + "".join(character for character in value if character.isdigit() or character == "+")
    return ""
