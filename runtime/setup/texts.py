"""The answers as the files of a shop, as good to read as if somebody had written them by hand."""

import re
from collections.abc import Iterator

from babel import Locale

from generator import money
from generator.loading import countries
from generator.shop import SellerType
from generator.source.inventory import SHOP
from runtime.naming import handles as naming
from runtime.setup import legal, lines
from runtime.setup.answers import Answers, Delivery, Item
from runtime.setup.lines import key, note, scalar
from runtime.setup.wording import COMMENTS, EXEMPTIONS, SHOPPERS

SCHEMES = ("harbour", "moss", "clay", "indigo", "ink", "plum")
ROOM = "opening"
_RETURN_DAYS = {"CN": 7, "DE": 14, "EU": 14}
_FAR = ("新疆", "西藏")
_FAR_FEE, _FAR_EACH = 18, 8
_CONTENT = re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?)\s?(kg|g|mg|ml|cl|l)(?!\w)", re.IGNORECASE)


def write(answers: Answers) -> dict[str, str]:
    """Return the text of every file by its path below the shop's folder."""
    said, days = words(answers), _RETURN_DAYS.get(answers.pack, 30)
    contact = answers.contact
    made = {SHOP: "\n".join(_shop(answers, days)) + "\n"}
    for handle, item in handles(answers).items():
        made[f"products/{handle}.yaml"] = "\n".join(_product(answers, handle, item)) + "\n"
    if not answers.sells_goods:
        made["products/first-product.yaml"] = "\n".join(_example(answers)) + "\n"
    made["shelves/all.yaml"] = f"title: {said['all']}\nrule: {{sort: newest}}\n"
    for name in ("about", "returns"):
        body = said[f"{name}_text"].format(contact=contact, days=days)
        made[f"pages/{name}.md"] = f"---\ntitle: {said[name]}\n---\n\n{body}\n"
    if answers.room is not None:
        made[f"live/{ROOM}.yaml"] = "\n".join(_room(answers)) + "\n"
    return made


def pictures(answers: Answers) -> dict[str, str]:
    """Return which picture of the draft lies where below the shop's folder."""
    found = {f"media/{_file(handle, item)}": item.picture for handle, item in handles(answers).items() if item.picture}
    licence = answers.legal.get(legal.LICENCE, "")
    return found | ({f"media/{_licence(licence)}": licence} if licence else {})


def handles(answers: Answers) -> dict[str, Item]:
    """Return the first products by what their files are called, named as the console names new ones."""
    found: dict[str, Item] = {}
    for item in answers.items:
        found[naming.handle(item.title, found)] = item
    return found


def words(answers: Answers) -> dict[str, str]:
    """Return the words for shoppers in the language of the seller's country."""
    locale = countries.locale(answers.country)
    if locale in {"zh-TW", "zh-HK"}:
        return SHOPPERS["zh-Hant"]
    return SHOPPERS.get(locale.partition("-")[0], SHOPPERS["en"])


def _comments(answers: Answers) -> dict[str, str]:
    return COMMENTS["zh" if answers.language.startswith("zh") else "en"]


def _shop(answers: Answers, days: int) -> Iterator[str]:
    beside, said = _comments(answers), words(answers)
    yield f"# {beside['top']}"
    yield "format: 1"
    yield key("name", scalar(answers.name))
    yield note("tagline", "…", beside["tagline"])
    yield key("country", answers.country, beside["country"])
    yield note("url", "https://shop.example.com", beside["url"])
    yield ""
    yield from _seller(answers)
    yield ""
    chosen = answers.colors or SCHEMES[0]
    others = ", ".join(name for name in SCHEMES if name != chosen)
    yield "theme:"
    yield key("name", "harbour", indent=2)
    yield key("colors", chosen, beside["colors"].format(others=others), indent=2)
    yield ""
    yield from _menu(said)
    yield ""
    yield from _home(answers)
    yield ""
    yield from _delivery(answers)
    yield ""
    yield from _payment(answers)
    yield f"returns: {{window: {days}d, page: returns}}"


def _seller(answers: Answers) -> Iterator[str]:
    beside, given = _comments(answers), answers.legal
    yield "seller:"
    yield key("type", answers.seller, indent=2)
    if answers.pack and not legal.is_complete(answers):
        yield key("draft", "true", beside["draft"], indent=2)
    asked = {question.name for question in legal.questions(answers)}
    for name in ("legal_name", "registration_number", "representative"):
        if name in asked and given.get(name):
            yield key(name, scalar(given[name]), indent=2)
    if given.get("exemption") in EXEMPTIONS and answers.type is SellerType.INDIVIDUAL and answers.pack == "CN":
        yield key("exemption", EXEMPTIONS[given["exemption"]], indent=2)
    yield from _reached(answers, asked)


def _reached(answers: Answers, asked: set[str]) -> Iterator[str]:
    """Write where the seller is, what proves it, and how customers reach them."""
    given = answers.legal
    if given.get("address") and ("address" in asked or answers.room is not None):
        yield from lines.text("address", given["address"], indent=2)
    for name in ("register", "vat_number"):
        if name in asked and given.get(name):
            yield key(name, scalar(given[name]), indent=2)
    if given.get(legal.LICENCE) and legal.LICENCE in asked:
        yield key("licence_image", _licence(given[legal.LICENCE]), _comments(answers)["licence"], indent=2)
    if answers.email:
        yield key("email", scalar(answers.email), indent=2)
    if answers.phone:
        yield key("phone", f'"{answers.phone}"', indent=2)


def _menu(said: dict[str, str]) -> Iterator[str]:
    yield "menu:"
    yield "  header:"
    yield f'    - {{label: {said["all"]}, link: "shelf:all"}}'
    yield "  footer:"
    yield f'    - {{label: {said["about"]}, link: "page:about"}}'
    yield f'    - {{label: {said["returns"]}, link: "page:returns"}}'


def _home(answers: Answers) -> Iterator[str]:
    shown = next(((handle, item) for handle, item in handles(answers).items() if item.picture), None)
    yield "home:"
    if shown is not None:
        handle, item = shown
        yield "  - section: hero"
        yield key("heading", scalar(answers.name), indent=4)
        yield key("picture", f"{{file: {_file(handle, item)}, alt: {scalar(item.title, flow=True)}}}", indent=4)
        yield key("button", words(answers)["look"], indent=4)
        yield key("link", '"shelf:all"', indent=4)
        yield key("layout", "split", indent=4)
    if answers.room is not None:
        yield "  - section: live-banner"
        yield key("live", ROOM, indent=4)
    yield "  - section: shelf"
    yield key("shelf", "all", indent=4)


def _delivery(answers: Answers) -> Iterator[str]:
    beside, said, kind = _comments(answers), words(answers), answers.delivery or Delivery.FREE
    yield "delivery:"
    if kind == Delivery.PICKUP:
        yield "  - id: pickup"
        yield key("name", said["pickup"], indent=4)
        yield key("kind", "pickup", indent=4)
        yield key("place", scalar(answers.place), beside["place"], indent=4)
        return
    yield "  - id: courier"
    yield key("name", said[kind], indent=4)
    yield key("kind", "courier", indent=4)
    yield key("ships_within", "48h" if answers.pack == "CN" else "2d", indent=4)
    if kind == Delivery.COURIER:
        yield "    rates:"
        yield key("by", "quantity", beside["by"], indent=6)
        yield from _zones(answers)


def _zones(answers: Answers) -> Iterator[str]:
    fee = answers.fee or "0"
    yield "      zones:"
    far = answers.pack == "CN" and answers.amount(fee) < answers.amount(str(_FAR_FEE))
    if far:
        yield f"        - regions: [{', '.join(_FAR)}]"
        yield f"          first: {{up_to: 1, fee: {_FAR_FEE}}}"
        yield f"          then: {{each: 1, fee: {_FAR_EACH}}}"
    yield '        - regions: ["*"]'
    yield f"          first: {{fee: {fee}}}"
    if answers.free_over:
        yield f"          free_over: {answers.free_over}"
    yield "      examples:"
    if far:
        yield f"        - {{to: {_FAR[0]}, quantity: 2, fee: {_FAR_FEE + _FAR_EACH}}}"
    place = "浙江" if answers.pack == "CN" else answers.country
    yield f"        - {{to: {place}, quantity: 1, fee: {fee}}}"


def _payment(answers: Answers) -> Iterator[str]:
    said = words(answers)
    yield "payment:"
    yield key("- gateway", "rehearsal", _comments(answers)["rehearsal"], indent=2)
    if legal.questions(answers) and not legal.is_complete(answers):
        return
    if "transfer" in answers.payments:
        yield "  - gateway: transfer"
        yield key("name", said["transfer"], indent=4)
        yield from lines.text("account", answers.account, indent=4)
        yield key("instructions", scalar(said["transfer_how"]), indent=4)
    if "cash_on_delivery" in answers.payments:
        yield "  - gateway: cash_on_delivery"
        yield key("name", said["cash"], indent=4)


def _product(answers: Answers, handle: str, item: Item) -> Iterator[str]:
    beside = _comments(answers)
    yield key("title", scalar(item.title))
    yield note("subtitle", "…", beside["subtitle"])
    yield key("price", item.price)
    yield key("stock", str(item.stock), beside["stock"])
    yield note("weight", "300g", beside["weight"])
    if item.picture:
        yield key("images", f"[{_file(handle, item)}]", beside["images"])
    else:
        yield note("images", f"[{handle}.jpg]", beside["images"])
    if answers.pack in {"DE", "EU"}:
        yield from _european(answers, item)
    yield "# description: |"
    yield f"#   {beside['description']}"


def _european(answers: Answers, item: Item) -> Iterator[str]:
    found = _CONTENT.search(item.title)
    if found:
        yield f'unit_price: {{amount: "{found[1]}", unit: {found[2].lower()}}}'
    if item.own and answers.legal.get("address"):
        address = ", ".join(each.strip() for each in answers.legal["address"].splitlines() if each.strip())
        parts = [answers.legal.get("legal_name") or answers.name, address, answers.contact]
        yield f"safety: {{manufacturer: {scalar(', '.join(parts), flow=True)}}}"


def _example(answers: Answers) -> Iterator[str]:
    beside = _comments(answers)
    yield key("title", words(answers)["first"])
    yield key("status", "draft", beside["status"])
    yield key("price", money.plain(answers.amount("10") * 2, answers.currency), beside["price"])
    yield key("stock", "10", beside["stock"])
    yield note("images", "[first-product.jpg]", beside["images"])
    if answers.pack in {"DE", "EU"} and answers.legal.get("address"):
        yield from _european(answers, Item(title="", price="0"))
    yield "# description: |"
    yield f"#   {beside['description']}"


def _room(answers: Answers) -> Iterator[str]:
    room, beside = answers.room, _comments(answers)
    if room is None:
        return
    yield key("title", scalar(room.title))
    yield key("starts_at", room.starts_at)
    yield f"products: [{', '.join(handles(answers))}]"
    yield key("source", "{kind: broadcast}", beside["room"])
    yield key("chat", "buyers", beside["chat"])


def country_name(code: str, language: str) -> str:
    """Return what a country is called."""
    return str(Locale.parse(language.replace("-", "_")).territories.get(code, code))


def _file(handle: str, item: Item) -> str:
    return f"{handle}.{item.picture.rpartition('.')[2]}"


def _licence(picture: str) -> str:
    return f"licence.{picture.rpartition('.')[2]}"
