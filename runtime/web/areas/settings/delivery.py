"""What delivery would cost: the shop's own table, asked by the code that asks it for buyers."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import msgspec
from flask import request

from generator import delivery, money, regions
from generator.delivery import Load, NotServedError, Place
from generator.loading.reader import Reader
from generator.shop import DeliveryMethod, Shop
from runtime.web.areas import shell, shop_text
from runtime.web.areas.shop_text import ShopText

_LONGEST = 60
_MOST = 1_000_000


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one method says: a fee in words and how it was found; ``served`` is False where it does not go."""

    method: str
    fee: str = ""
    why: str = ""
    served: bool = True


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One of the shop's own examples: its words, the question it asks here, the expected fee and the reckoned one."""

    words: str
    question: str
    expected: str
    found: str


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked and what every method answers; ``problem`` says why there is no answer."""

    asked: dict[str, str]
    examples: tuple["Example", ...] = ()
    answers: tuple[Answer, ...] = ()
    problem: str = ""


def tried(text: ShopText) -> Tried:
    """Answer the question in the address of this page, if there is one."""
    asked = {key: request.args.get(key, "").strip()[:_LONGEST] for key in ("to", "weight", "quantity", "amount")}
    shop = shop_text.examine(text.folder).shop
    examples = tuple(_examples(text, shop)) if shop is not None else ()
    if not asked["to"]:
        return Tried(asked=asked, examples=examples)
    if shop is None:
        return Tried(asked=asked, problem=shell.say("settings.try.errors"))
    return msgspec.structs.replace(_asked(asked, text, shop), examples=examples)


def _asked(asked: dict[str, str], text: ShopText, shop: Shop) -> Tried:
    place = regions.find_place(asked["to"])
    if place is None:
        return Tried(asked=asked, problem=shell.say("settings.try.nowhere", place=asked["to"]))
    load = _load(asked, text)
    if load is None:
        return Tried(asked=asked, problem=shell.say("settings.try.unclear"))
    return Tried(asked=asked, answers=tuple(_answer(each, place, load, shop) for each in shop.delivery))


def _examples(text: ShopText, shop: Shop) -> Iterator[Example]:
    """Yield the examples that stand beside the shop's tables; the shop is free of errors, so they have their form."""
    for method, said in zip(shop.delivery, text.data.get("delivery") or (), strict=False):
        for each in (said.get("rates") or {}).get("examples") or ():
            asked = {key: str(each.get(key, "")) for key in ("to", "weight", "quantity", "amount")}
            place, load = regions.find_place(asked["to"]), _load(asked, text)
            if place is None or load is None:
                continue
            answer = _answer(method, place, load, shop)
            expected = (
                "–" if each.get("served") is False else money.text(_minor(each, text), shop.currency, shell.locale())
            )
            question = urlencode({key: value for key, value in asked.items() if value})
            words = " · ".join([answer.method, *filter(None, asked.values())])
            yield Example(words=words, question=question, expected=expected, found=answer.fee or "–")


def _minor(example: Mapping[str, str], text: ShopText) -> int:
    return money.parse(str(example.get("fee", "0")), text.base.currency)


def _load(asked: dict[str, str], text: ShopText) -> Load | None:
    reader = Reader("shop.yaml", text.base)
    quantity = asked["quantity"] or "1"
    weight = reader.weight(asked["weight"] or "0", ())
    amount = reader.money(asked["amount"] or "0", ())
    if reader.problems or amount is None or not quantity.isdecimal() or not 0 < int(quantity) <= _MOST:
        return None
    return Load(quantity=int(quantity), weight=weight, amount=amount)


def _answer(method: DeliveryMethod, place: Place, load: Load, shop: Shop) -> Answer:
    name = method.name.get(shell.locale()) or method.name[shop.locale]
    try:
        found = delivery.fee(method, place, load)
    except NotServedError:
        return Answer(method=name, served=False)
    text = money.text(found.amount, shop.currency, shell.locale())
    return Answer(
        method=name, fee=text, why=shell.say(f"settings.try.{found.reason}", zone=found.zone, count=found.steps)
    )
