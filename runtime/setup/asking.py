"""What was typed into a page becomes answers, or problems: all of them at once, each at its field.

A problem is the name of a word below ``setup.wrong.`` with its values; what was typed is kept, whatever is wrong.
"""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from generator import money, regions
from generator.shop import SellerType, Value
from runtime import contacts
from runtime.access import passwords
from runtime.access.passwords import Passwords
from runtime.refusals import Refusal
from runtime.setup import legal
from runtime.setup.answers import Answers, Delivery, Item, Room
from runtime.setup.steps import Step
from runtime.setup.texts import SCHEMES

NAME_LIMIT, LINE_LIMIT, TEXT_LIMIT = 60, 120, 500
_MOST_STOCK = 10_000_000
MOST_ITEMS = 50
ROOM_BY_LAW = ("legal_name", "address")
PAYMENTS = ("transfer", "cash_on_delivery")
Form = Mapping[str, str]


class Wrong(Value, frozen=True):
    """What is wrong with one field."""

    word: str
    values: dict[str, Any] = msgspec.field(default_factory=dict)


Problems = dict[str, Wrong]


class Reading:
    """Reads one form: fields as one line of tidy text, and what is wrong with them."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self.problems: Problems = {}

    def line(self, name: str, limit: int = LINE_LIMIT, missing: str = "") -> str:
        """Return a field as one line; note one that is too long, or empty where ``missing`` names what to say."""
        found = " ".join(_clean(self._form.get(name, ""), breaks=False).split())
        return self._measured(name, found, limit, missing)

    def text(self, name: str, limit: int = TEXT_LIMIT, missing: str = "") -> str:
        """Return a field of several lines."""
        rows = _clean(self._form.get(name, ""), breaks=True).splitlines()
        return self._measured(name, "\n".join(row.strip() for row in rows).strip(), limit, missing)

    def amount(self, name: str, currency: str, missing: str = "") -> str:
        """Return an amount as it is written into a file; note what is none."""
        typed = unicodedata.normalize("NFKC", self._form.get(name, "")).strip().lstrip("¥$€£").strip()
        tidy = typed.replace(",", ".") if typed.count(",") == 1 and "." not in typed else typed.replace(",", "")
        if not tidy:
            if missing:
                self.wrong(name, missing)
            return ""
        try:
            return money.plain(money.parse(tidy, currency), currency).removesuffix(".00")
        except money.NotMoneyError:
            self.wrong(name, "amount")
            return ""

    def wrong(self, name: str, word: str, **values: Any) -> None:  # noqa: ANN401  whatever the sentence shows
        """Note what is wrong with a field."""
        self.problems.setdefault(name, Wrong(word, values))

    def _measured(self, name: str, found: str, limit: int, missing: str) -> str:
        if len(found) > limit:
            self.wrong(name, "long", limit=limit, over=len(found) - limit)
        elif not found and missing:
            self.wrong(name, missing)
        return found


def _clean(text: str, *, breaks: bool) -> str:
    """Return text without signs that nobody sees: controls, halves of signs, marks that turn its direction."""
    kept = "\n" if breaks else ""
    return "".join(
        each if each in kept or unicodedata.category(each) not in {"Cc", "Cs", "Co", "Cn"} else " "
        for each in text.replace("\r\n", "\n")
        if each not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    )


def name(answers: Answers, form: Form) -> tuple[Answers, Problems]:
    """Read the shop's name."""
    read = Reading(form)
    found = read.line("name", NAME_LIMIT, "name")
    return msgspec.structs.replace(answers, name=found), read.problems


def country(answers: Answers, form: Form) -> tuple[Answers, Problems]:
    """Read the country; what was answered about another one's law is forgotten."""
    read = Reading(form)
    found = form.get("country", "")
    if found not in regions.countries():
        read.wrong("country", "country")
        found = answers.country
    if found == answers.country:
        return answers, read.problems
    changed = msgspec.structs.replace(
        answers, country=found, legal_later=False, fee="", free_over="", delivery="", seen=_without(answers, Step.LEGAL)
    )
    return changed, read.problems


def seller(answers: Answers, form: Form) -> tuple[Answers, Problems]:
    """Read who sells."""
    read = Reading(form)
    found = form.get("seller", "")
    if found not in set(SellerType):
        read.wrong("seller", "seller")
        return answers, read.problems
    seen = answers.seen if found == answers.seller else _without(answers, Step.LEGAL)
    later = answers.legal_later and found == answers.seller
    return msgspec.structs.replace(answers, seller=found, seen=seen, legal_later=later), read.problems


def contact(answers: Answers, form: Form) -> tuple[Answers, Problems]:
    """Read an e-mail address or a phone number, whichever it is."""
    read = Reading(form)
    found = unicodedata.normalize("NFKC", read.line("contact", 200, "contact"))
    if found and not (contacts.is_email(found) or contacts.is_phone(found)):
        read.wrong("contact", "email" if "@" in found else "contact_form")
    return msgspec.structs.replace(answers, contact=found), read.problems


def password(answers: Answers, form: Form, keeper: Passwords) -> tuple[Answers, Problems]:
    """Read the owner's password; only its hash is kept, and an empty one leaves the one that is there."""
    read, given = Reading(form), form.get("password", "")
    if not given and answers.password_hash:
        return answers, {}
    try:
        passwords.check(given, (answers.name, answers.contact))
    except Refusal as refusal:
        word = "password" if not given else refusal.code.value.replace("-", "_")
        read.wrong("password", word, **refusal.values)
        return answers, read.problems
    return msgspec.structs.replace(answers, password_hash=keeper.keep(given)), {}


def law(answers: Answers, form: Form, picture: str = "") -> tuple[Answers, Problems]:
    """Read what the law asks; with ``later`` nothing needs to be complete, but what is there must be right."""
    read, given = Reading(form), dict(answers.legal)
    for question in legal.questions(answers):
        if question.kind == "picture":
            given[question.name] = picture or given.get(question.name, "")
        elif question.kind == "area":
            given[question.name] = read.text(question.name)
        else:
            given[question.name] = _tidied(question.name, read.line(question.name))
    later = bool(form.get("later"))
    for field, word in legal.problems(answers, given).items():
        if later:
            given[field] = ""
            continue
        wanted = {"expected": legal.suggestion(given[field])} if word == "code_digit" else {}
        read.wrong(field, f"{field}_missing" if word == "missing" else word, **wanted)
    changed = msgspec.structs.replace(answers, legal=given, legal_later=later)
    return changed, read.problems


def _tidied(field: str, text: str) -> str:
    tidy = unicodedata.normalize("NFKC", text)
    return tidy.replace(" ", "").upper() if field in {"registration_number", "vat_number"} else tidy


def item(answers: Answers, form: Form, picture: str = "") -> tuple[Item, Problems]:
    """Read one product."""
    read = Reading(form)
    title = read.line("title", missing="title")
    price = read.amount("price", answers.currency, "price")
    stock = unicodedata.normalize("NFKC", form.get("stock", "")).strip() or "0"
    if not (stock.isascii() and stock.isdigit() and int(stock[:12]) <= _MOST_STOCK):
        read.wrong("stock", "stock")
        stock = "0"
    made = Item(title=title, price=price, stock=int(stock), picture=picture, own=form.get("own") == "1")
    return made, read.problems


def look(answers: Answers, form: Form) -> tuple[Answers, Problems]:
    """Read the colour scheme."""
    found = form.get("colors", "")
    if found not in SCHEMES:
        return answers, {"colors": Wrong("colors")}
    return msgspec.structs.replace(answers, colors=found), {}


def delivery(answers: Answers, form: Form) -> tuple[Answers, Problems]:
    """Read how goods are delivered; only the fields of what was chosen are looked at."""
    read, chosen = Reading(form), form.get("delivery", "")
    fee, over, place = answers.fee, answers.free_over, answers.place
    if chosen not in set(Delivery):
        read.wrong("delivery", "delivery")
        chosen = answers.delivery
    if chosen == Delivery.COURIER:
        fee = read.amount("fee", answers.currency, "fee")
        over = read.amount("free_over", answers.currency)
    if chosen == Delivery.PICKUP:
        place = read.line("place", missing="place")
    changed = msgspec.structs.replace(answers, delivery=chosen, fee=fee, free_over=over, place=place)
    return changed, read.problems


def payment(answers: Answers, form: Form, chosen: list[str]) -> tuple[Answers, Problems]:
    """Read how shoppers may pay beside the rehearsal bank."""
    read = Reading(form)
    kept = tuple(each for each in PAYMENTS if each in chosen)
    account = read.text("account", missing="account" if "transfer" in kept else "")
    return msgspec.structs.replace(answers, payments=kept, account=account), read.problems


def live(answers: Answers, form: Form, now: datetime) -> tuple[Answers, Problems]:
    """Read when the first live room opens; ``now`` is on the shop's clock. An empty form asks for none."""
    read = Reading(form)
    if not (form.get("title", "").strip() or form.get("starts_at", "").strip()):
        return msgspec.structs.replace(answers, room=None), {}
    title = read.line("title", missing="room")
    starts = form.get("starts_at", "").strip()[:16]
    try:
        moment = datetime.fromisoformat(starts).replace(tzinfo=now.tzinfo)
    except ValueError:
        read.wrong("starts_at", "moment")
    else:
        if moment <= now:
            read.wrong("starts_at", "past")
    given = dict(answers.legal)
    for field in ROOM_BY_LAW:
        if field in room_asks(answers) or field in form:
            given[field] = read.text(field, missing=f"{field}_missing")
    changed = msgspec.structs.replace(answers, room=Room(title=title, starts_at=starts), legal=given)
    return changed, read.problems


def room_asks(answers: Answers) -> tuple[str, ...]:
    """Return what a live room shows by law and nobody has answered: in China, who runs it and where."""
    if answers.pack != "CN":
        return ()
    asked = {question.name for question in legal.questions(answers)} if answers.legal_later else set()
    return tuple(each for each in ROOM_BY_LAW if not answers.legal.get(each) and each not in asked)


def _without(answers: Answers, step: Step) -> tuple[str, ...]:
    return tuple(each for each in answers.seen if each != step.value)
