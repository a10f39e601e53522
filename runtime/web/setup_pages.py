"""Pages of the wizard, written: what every one of them shows, and what each shows beside."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, make_response, request

from generator import money
from runtime.access.passwords import SHORTEST
from runtime.console import pages
from runtime.setup import asking, guessing, legal, steps, texts
from runtime.setup.answers import Answers, Delivery
from runtime.setup.asking import Problems
from runtime.setup.steps import REQUIRED, Step
from runtime.web import headers, setup_guest
from runtime.web.setup_guest import desk, language, say

_TOLD = 3
_PLAIN = frozenset({Step.NAME, Step.CONTACT})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Blank(dict[str, str]):
    """Texts by the names of fields; a field without one has an empty one."""

    def __missing__(self, key: str) -> str:
        """Return nothing for what is not there."""
        return ""

    def __or__(self, more: Any) -> "Blank":  # type: ignore[override]  # noqa: ANN401  as dict has it
        """Return both together."""
        return Blank({**self, **more})


def page(
    step: Step, answers: Answers, *, problems: Problems | None = None, typed: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:  # fmt: skip
    """Write the page of a step: with what was typed where something is wrong with it, else with what is kept."""
    told = {name: say(f"setup.wrong.{each.word}", **each.values) for name, each in (problems or {}).items()}
    context = _frame(step, answers) | {
        "title": say(f"setup.{step}.title"),
        "problems": Blank(told),
        "given": Blank(_kept(step, answers)) | {name: text[:10_000] for name, text in (typed or {}).items()},
    }
    context |= _BESIDE[step](answers) if step in _BESIDE else {}
    return screen(f"setup/{step}.html", context | dict(more or {}), status=422 if told else 200)


def screen(template: str, context: dict[str, Any], status: int = 200) -> Response:
    """Write a page of the wizard."""
    shared = {
        "here": request.path, "person": None, "spoken": setup_guest.SPOKEN, "token": setup_guest.token(),
        "shop": say("setup.brand"),
    }  # fmt: skip
    answer = make_response(pages.render(template, language(), shared | context), status)
    answer.headers.update(headers.page(private=True))
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _frame(step: Step, answers: Answers) -> dict[str, Any]:
    order = steps.asked(answers)
    own = REQUIRED if step in REQUIRED else tuple(each for each in order if each not in REQUIRED and each != "review")
    back = steps.before(answers, step)
    return {
        "answers": answers,
        "step": step.value,
        "required": step in REQUIRED,
        "place": own.index(step) + 1 if step in own else 0,
        "count": len(own),
        "done": [each.value in answers.seen for each in own],
        "back": back.value if back else "",
        "back_to": "review" in {request.args.get("from"), request.form.get("from")},
        "ready": steps.find_open(answers) is None,
        "colors": answers.colors or texts.SCHEMES[0],
        "pictures": [f"/setup/picture/{item.picture}" for item in answers.items if item.picture][:3],
    }


def _kept(step: Step, answers: Answers) -> dict[str, str]:
    """Return what stands in the fields of a step before anybody types."""
    if step in _PLAIN:
        return {step.value: getattr(answers, step.value)}
    if step is Step.DELIVERY:
        return _kept_delivery(answers)
    if step is Step.LIVE:
        room = answers.room
        return {"title": room.title if room else "", "starts_at": room.starts_at if room else ""} | answers.legal
    if step is Step.COUNTRY:
        guess = guessing.country(request.accept_languages.values(), guessing.machine_zone())
        return {"country": answers.country or guess}
    others = {
        Step.SELLER: {"seller": answers.seller or "individual"},
        Step.LEGAL: answers.legal,
        Step.PRODUCTS: {"title": "", "price": "", "stock": "10", "own": "1"},
        Step.LOOK: {"colors": answers.colors or texts.SCHEMES[0]},
        Step.PAYMENT: {"account": answers.account},
    }
    return others.get(step, {})


def _kept_delivery(answers: Answers) -> dict[str, str]:
    fee, over = guessing.FEES.get(answers.currency, ("", ""))
    return {
        "delivery": answers.delivery or Delivery.COURIER,
        "fee": answers.fee or fee,
        "free_over": answers.free_over if answers.delivery else over,
        "place": answers.place,
    }


def _country(answers: Answers) -> dict[str, Any]:
    del answers
    return {"countries": guessing.names(language())}


def _law(answers: Answers) -> dict[str, Any]:
    return {"questions": legal.questions(answers), "exemptions": legal.EXEMPTIONS, "pack": answers.pack}


def _products(answers: Answers) -> dict[str, Any]:
    shown = [
        {
            "title": item.title,
            "price": money.text(answers.amount(item.price), answers.currency, language()),
            "stock": item.stock,
            "picture": f"/setup/picture/{item.picture}" if item.picture else "",
        }
        for item in answers.items
    ]
    return {
        "items": shown, "currency": symbol(answers), "european": answers.pack in {"DE", "EU"}, "editing": -1,
        "report": (), "most": asking.MOST_ITEMS, "title_limit": asking.LINE_LIMIT,
    }  # fmt: skip


def _look(answers: Answers) -> dict[str, Any]:
    del answers
    return {"schemes": texts.SCHEMES, "mark": ""}


def _delivery(answers: Answers) -> dict[str, Any]:
    return {"currency": symbol(answers), "kinds": [each.value for each in Delivery], "china": answers.pack == "CN"}


def _payment(answers: Answers) -> dict[str, Any]:
    waits = bool(legal.questions(answers)) and not legal.is_complete(answers)
    return {"kinds": asking.PAYMENTS, "chosen": answers.payments, "waits": waits}


def _live(answers: Answers) -> dict[str, Any]:
    now = datetime.now(UTC).astimezone(ZoneInfo(answers.timezone))
    return {
        "asks": asking.room_asks(answers) or (asking.ROOM_BY_LAW if _told_room_law(answers) else ()),
        "earliest": now.strftime("%Y-%m-%dT%H:%M"),
        "zone": answers.timezone,
    }  # fmt: skip


def _told_room_law(answers: Answers) -> bool:
    """Tell whether a room already has what the law asks of it, and only the room asked for it."""
    asked = {question.name for question in legal.questions(answers)}
    return answers.room is not None and answers.pack == "CN" and "address" not in asked


def _password(answers: Answers) -> dict[str, Any]:
    return {"private": setup_guest.is_private(), "kept": bool(answers.password_hash), "shortest": SHORTEST,
            "port": request.environ.get("SERVER_PORT", "8000"), "folder": str(desk().settings.folder)}  # fmt: skip


def symbol(answers: Answers) -> str:
    """Return the sign of the shop's money."""
    return money.text(0, answers.currency, language()).strip("0.,\u00a0\u202f ")


def rows(answers: Answers) -> list[tuple[str, str]]:
    """Return what was answered, a line for every step: its name and the answer in words."""
    said = {
        Step.NAME: answers.name,
        Step.COUNTRY: texts.country_name(answers.country, language()),
        Step.SELLER: say(f"setup.seller.{answers.seller}"),
        Step.CONTACT: answers.contact,
        Step.PASSWORD: "••••••••••",
        Step.LEGAL: say("setup.review.complete" if legal.is_complete(answers) else "setup.review.later"),
        Step.PRODUCTS: _told_products(answers),
        Step.LOOK: say(f"setup.scheme.{answers.colors or texts.SCHEMES[0]}"),
        Step.DELIVERY: _told_delivery(answers),
        Step.PAYMENT: say("setup.review.and").join(
            [say("setup.payment.rehearsal"), *(say(f"setup.payment.{each}") for each in answers.payments)]
        ),
        Step.LIVE: f"{answers.room.title} · {answers.room.starts_at.replace('T', ' ')}"
        if answers.room
        else say("setup.review.none"),
    }
    return [(step.value, said[step]) for step in steps.asked(answers) if step in said]


def _told_products(answers: Answers) -> str:
    if answers.table:
        return "products.csv"
    titles = [item.title for item in answers.items]
    more = say("setup.review.more", count=len(titles)) if len(titles) > _TOLD else ""
    return say("setup.review.and").join(titles[:_TOLD]) + more or say("setup.review.none")


def _told_delivery(answers: Answers) -> str:
    match answers.delivery:
        case Delivery.COURIER:
            amounts = [
                money.text(answers.amount(each or "0"), answers.currency, language())
                for each in (answers.fee, answers.free_over)
            ]
            return say(
                "setup.review.courier" if answers.free_over else "setup.review.courier_always",
                fee=amounts[0],
                over=amounts[1],
            )
        case Delivery.PICKUP:
            return f"{say('setup.delivery.pickup')} · {answers.place}"
    return say("setup.delivery.free")


_BESIDE = {
    Step.NAME: lambda _: {"limit": asking.NAME_LIMIT},
    Step.COUNTRY: _country,
    Step.PASSWORD: _password,
    Step.LEGAL: _law,
    Step.PRODUCTS: _products,
    Step.LOOK: _look,
    Step.DELIVERY: _delivery,
    Step.PAYMENT: _payment,
    Step.LIVE: _live,
}
