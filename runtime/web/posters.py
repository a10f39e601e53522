"""What a poster of this shop says: names, prices and pictures of the live release, in one of its languages."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_skeleton, format_time, get_timezone_name
from PIL import ImageColor

from generator import crossing, money, promoting
from generator.catalogue import Query
from generator.display import prices
from generator.display.phrases import phrase
from generator.promoting import Current
from generator.promotion import Promotion
from generator.shop import Product, ProductStatus, Variant
from generator.theming import wording
from generator.views import Image
from runtime import uses, words
from runtime.promotions import conditions
from runtime.settings import Environment
from runtime.sharing.links import Kind
from runtime.sharing.posters.keeping import Kept
from runtime.sharing.posters.poster import Colours, Content, Style
from runtime.web.visit import Visit

_FOLDER = "cache/posters"
_MOST_PICTURES = 4
_TITLE = re.compile(rb"<title>([^<]{0,300})</title>", re.IGNORECASE)
_HEAD = 8000
_CHINA = {"Asia/Shanghai", "Asia/Chongqing", "PRC"}


def kept(here: Visit) -> Kept:
    """Return the posters that this shop keeps on disk."""
    return Kept(here.shopfront.settings.var / _FOLDER)


def base(here: Visit) -> str:
    """Return the address that posters and links begin with: the shop's own once it sells for money."""
    settings = here.shopfront.settings
    if settings.environment is Environment.PRODUCTION:
        return (here.terms.url or here.base).rstrip("/")
    return (settings.address or here.base).rstrip("/")


def style(here: Visit) -> Style:
    """Return how the shop looks: the colours of its scheme and its theme's settings."""
    frame = here.renderer.stages[here.locale].frame
    named = {}
    for role in Colours.__struct_fields__:
        try:
            found = ImageColor.getrgb(frame.scheme.get(role, ""))
        except ValueError:
            continue
        named[role] = "#" + "".join(f"{part:02x}" for part in found[:3])
    return Style(
        colours=Colours(**named),
        serif=frame.settings.get("headings", "serif") == "serif",
        corners=str(frame.settings.get("corners", "soft")),
        font=here.shopfront.settings.font,
    )


def find_title(here: Visit, kind: Kind, target: str) -> str | None:
    """Return what a place of the shop is called in the visit's language; None where it is not there any more."""
    match kind:
        case Kind.SHOP:
            return here.renderer.stages[here.locale].frame.name
        case Kind.PRODUCT:
            product = here.catalogue.find_product(target)
            return product.title[here.locale] if product and product.status is not ProductStatus.DRAFT else None
        case Kind.SHELF:
            shelf = here.catalogue.find_shelf(here.locale, target)
            return shelf.title if shelf else None
        case Kind.PAGE:
            return _page_title(here, here.address("page", target))
        case Kind.ROOM:
            room = here.catalogue.find_room(target)
            return room.title.get(here.locale, target) if room else None
        case _:
            rule = find_promotion(here, target)
            return rule.name.get(here.locale, target) if rule else None


def find_promotion(here: Visit, target: str) -> Promotion | None:
    """Return a promotion of the release by its id, or None."""
    return next((each for each in here.release.terms.promotions if each.id == target), None)


def pages(here: Visit) -> list[tuple[str, str]]:
    """Return (handle, title) of the shop's pages of text."""
    beginning = here.address("page").removesuffix("/")
    found = ((path.removeprefix(beginning).strip("/"), path) for path in here.release.paths(beginning))
    return [(handle, _page_title(here, path) or handle) for handle, path in found if handle]


def _page_title(here: Visit, path: str) -> str | None:
    """Read what a page of text is called off the page itself: the release has it nowhere else."""
    entry = here.release.find(path)
    if entry is None:
        return None
    with Path(here.release.place(entry)).open("rb") as file:
        found = _TITLE.search(file.read(_HEAD))
    shop = here.renderer.stages[here.locale].frame.name
    title = unescape(found[1].decode("utf-8", "replace")) if found else ""
    return title.removesuffix(f" · {shop}").strip() or path.strip("/").rpartition("/")[2]


def find_content(here: Visit, kind: Kind, target: str, address: str) -> Content | None:
    """Return what a poster says of a place of the shop; None where that is not there any more."""
    title = find_title(here, kind, target)
    if title is None:
        return None
    fill = _FILLED.get(kind)
    plain = _plain(here, title, address, kind)
    return fill(here, plain, target) if fill else plain


def for_friends(here: Visit, name: str, address: str) -> Content:
    """Return what a buyer's poster for friends says: the shop, and what a friend gets."""
    shop = here.renderer.stages[here.locale].frame
    plain = _plain(here, name or shop.name, address, Kind.SHOP)
    return msgspec.structs.replace(
        plain,
        eyebrow=words.say("poster.eyebrow.friend", here.locale),
        line=shop.tagline,
        call=words.say("poster.call.friend", here.locale),
        pictures=_pictures(here, Query(size=_MOST_PICTURES)),
    )


def _plain(here: Visit, title: str, address: str, kind: Kind) -> Content:
    frame = here.renderer.stages[here.locale].frame
    return Content(
        locale=here.locale,
        shop=frame.name,
        title=title,
        address=address,
        call=words.say(f"poster.call.{kind}", here.locale),
        logo=_file(here, frame.logo),
    )


def _product(here: Visit, plain: Content, handle: str) -> Content | None:
    product = here.catalogue.find_product(handle)
    if product is None:
        return None
    cards = here.catalogue.cards(here.locale, (handle,))
    picture = _file(here, cards[0].image) if cards else None
    now, gone = promoting.moment(here.now), _given_away(here)
    found = [(crossing.shown(here.terms, product, each, now, gone), each) for each in product.variants]
    current, variant = min(found, key=lambda each: each[0].price)
    said = _money(here, current.price)
    if len({each.price for each, _ in found}) > 1:
        said = phrase("from", here.locale, price=said)
    crossed = "" if current.crossed_out is None else _money(here, current.crossed_out)
    return msgspec.structs.replace(
        plain,
        line=product.subtitle.get(here.locale, "") if product.subtitle else "",
        price=said,
        before=crossed,
        notes=_notes(here, product, current, variant, crossed),
        pictures=(picture,) if picture else (),
    )


def _given_away(here: Visit) -> frozenset[str]:
    """Return the ids of promotions that nobody gets any more."""
    limited = {each.id: each for each in here.terms.promotions if conditions.is_limited(each)}
    if not limited:
        return frozenset()
    used = here.database.read(lambda look: uses.look(look, list(limited), ()))
    return frozenset(name for name, each in used.items() if conditions.is_given_away(limited[name], each))


def _notes(here: Visit, product: Product, current: Current, variant: Variant, crossed: str) -> tuple[str, ...]:
    """Return what has to stand at a price: per what, with which tax, until when, lower than what."""
    terms, locale = here.terms, here.locale
    per = prices.unit_of(current.price, variant.unit_price, terms, locale)
    tax = []
    if not terms.tax.prices_include_tax:
        tax = [phrase("tax_excluded", locale)]
    elif terms.legal in {"DE", "EU"}:
        tax = [phrase("tax_included", locale)] if terms.tax.rates else []
        if not product.digital and any(method.rates for method in terms.delivery):
            tax.append(phrase("plus_delivery", locale))
    lowest = prices.lowest_note(terms.legal, locale, crossed)
    if current.ends_at:
        until = words.say("poster.price-until", locale, moment=_moment(here, current.ends_at))
    else:
        until = words.say("poster.price-at", locale, day=_day(here, here.now))
    return tuple(each for each in (" · ".join(each for each in (per, ", ".join(tax)) if each), lowest, until) if each)


def _shop(here: Visit, plain: Content, _: str) -> Content:
    tagline = here.renderer.stages[here.locale].frame.tagline
    return msgspec.structs.replace(plain, line=tagline, pictures=_pictures(here, Query(size=_MOST_PICTURES)))


def _shelf(here: Visit, plain: Content, handle: str) -> Content:
    shelf = here.catalogue.find_shelf(here.locale, handle)
    found = _pictures(here, Query(shelf=handle, size=_MOST_PICTURES))
    return msgspec.structs.replace(plain, line=shelf.description[:200] if shelf else "", pictures=found)


def _room(here: Visit, plain: Content, handle: str) -> Content | None:
    room = here.catalogue.find_room(handle)
    if room is None:
        return None
    host = words.say("poster.host", here.locale, name=room.host) if room.host else ""
    cover = here.shopfront.settings.folder / "media" / room.cover.file if room.cover else None
    pictures = (cover,) if cover and cover.is_file() else _pictures_of(here, room.products)
    return msgspec.structs.replace(
        plain,
        eyebrow=words.say("poster.eyebrow.room", here.locale),
        line=room.notice.get(here.locale, "") if room.notice else "",
        facts=tuple(each for each in (_moment(here, room.starts_at, zone=True), host) if each),
        pictures=pictures,
    )


def _promotion(here: Visit, plain: Content, name: str) -> Content | None:
    rule = find_promotion(here, name)
    if rule is None:
        return None
    code = rule.coupon.code if rule.coupon else ""
    start, end = rule.when.starts_at, rule.when.ends_at
    coming = start is not None and start > promoting.moment(here.now)
    told = ""
    if coming and start and end:
        told = words.say("poster.from-to", here.locale, start=_moment(here, start), end=_moment(here, end))
    elif coming and start:
        told = words.say("poster.since", here.locale, start=_moment(here, start))
    elif end:
        told = words.say("poster.until", here.locale, end=_moment(here, end))
    return msgspec.structs.replace(
        plain,
        eyebrow=words.say(f"poster.eyebrow.{'coupon' if code else 'promotion'}", here.locale),
        facts=(told,) if told else (),
        code=code,
        call=words.say("poster.call.coupon" if code else "poster.call.promotion", here.locale),
        pictures=_pictures_of(here, rule.when.products),
    )


def _money(here: Visit, amount: int) -> str:
    return money.text(amount, here.terms.currency, here.locale)


def _day(here: Visit, moment: datetime) -> str:
    culture, zone = wording.culture(here.locale), ZoneInfo(here.terms.timezone)
    return str(format_skeleton("yMMMd", moment.astimezone(zone), locale=culture))


def _moment(here: Visit, instant: str, *, zone: bool = False) -> str:
    """Write an instant by the shop's clock; midnight at the end of a promotion is 24:00 of the day before."""
    clock, culture = ZoneInfo(here.terms.timezone), wording.culture(here.locale)
    found = datetime.fromisoformat(instant)
    local = (found if found.tzinfo else found.replace(tzinfo=clock)).astimezone(clock)
    if not zone and local.hour == local.minute == 0:
        return f"{format_skeleton('MMMd', local - timedelta(minutes=1), locale=culture)} 24:00"
    day = format_skeleton("MMMEd", local, locale=culture)
    text = f"{day} {format_time(local, 'short', locale=culture)}"
    if not zone:
        return text
    china = here.locale.startswith("zh") and here.terms.timezone in _CHINA
    name = "北京时间" if china else get_timezone_name(local, width="long", locale=culture)
    return f"{text}（{name}）" if here.locale.startswith("zh") else f"{text} ({name})"


def _pictures(here: Visit, query: Query) -> tuple[Path, ...]:
    asked = msgspec.structs.replace(query, now=promoting.moment(here.now))
    cards = here.catalogue.listing(here.locale, asked).cards
    return tuple(file for card in cards if (file := _file(here, card.image)))


def _pictures_of(here: Visit, handles: tuple[str, ...]) -> tuple[Path, ...]:
    cards = here.catalogue.cards(here.locale, handles[:_MOST_PICTURES])
    return tuple(file for card in cards if (file := _file(here, card.image)))


def _file(here: Visit, image: Image | None) -> Path | None:
    """Return the largest form of a picture that is JPEG or PNG, as a file of the release."""
    if image is None:
        return None
    entry = here.release.find(image.srcset.rpartition(", ")[2].split(" ")[0] or image.src)
    return Path(here.release.place(entry)) if entry and entry.type in {"image/jpeg", "image/png"} else None


_FILLED: dict[Kind, Callable[[Visit, Content, str], Content | None]] = {
    Kind.SHOP: _shop,
    Kind.PRODUCT: _product,
    Kind.SHELF: _shelf,
    Kind.ROOM: _room,
    Kind.PROMOTION: _promotion,
}
