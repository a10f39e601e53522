"""A page of the wizard is left: what was typed is read, kept, and the next page follows."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
from flask import Response, redirect, request
from werkzeug.wrappers import Response as Answer

from generator import report
from generator.pictures import pixels
from generator.problems import Severity
from runtime.access.passwords import USUAL
from runtime.setup import asking, pictures, preview, staging, steps
from runtime.setup.answers import Answers, Item
from runtime.setup.asking import Problems, Wrong
from runtime.setup.steps import Step
from runtime.web import setup_guest, setup_pages
from runtime.web.setup_guest import desk

_MOST_TABLE = 5_000_000
_MOST_TOLD = 12


def leave(step: Step, answers: Answers) -> Answer | Response:
    """Read the form of a step and go on, back, or stay where something is wrong."""
    go = request.form.get("go", "next")
    if step is Step.PRODUCTS:
        return _products(answers, go)
    if go == "skip" and step not in steps.REQUIRED:
        return _next(step, _seen(answers, step))
    changed, problems = _read(step, answers)
    if go == "back":
        before = steps.before(answers, step)
        kept = answers if problems else _keep(changed)
        return _to(before or steps.resume(kept))
    if problems:
        return setup_pages.page(step, answers, problems=problems, typed=_typed(), more=_ticked())
    if go == "preview":
        kept = _keep(changed)
        return setup_pages.page(step, kept, more={"mark": preview.show(desk().draft, kept, datetime.now(UTC))})
    if step is Step.LEGAL:
        changed = msgspec.structs.replace(changed, payments=() if changed.legal_later else changed.payments)
    return _next(step, _seen(changed, step))


def _read(step: Step, answers: Answers) -> tuple[Answers, Problems]:
    form = request.form
    match step:
        case Step.PASSWORD:
            if not setup_guest.is_private():
                return answers, {"password": Wrong("line")}
            return asking.password(answers, form, USUAL)
        case Step.LEGAL:
            picture, wrong = _picture("licence")
            changed, problems = asking.law(answers, form, picture)
            return changed, problems | wrong
        case Step.PAYMENT:
            return asking.payment(answers, form, form.getlist("payment"))
        case Step.LIVE:
            return asking.live(answers, form, datetime.now(ZoneInfo(answers.timezone)))
    return _READERS[step](answers, form)


_READERS: dict[Step, Callable[[Answers, asking.Form], tuple[Answers, Problems]]] = {
    Step.NAME: asking.name,
    Step.COUNTRY: asking.country,
    Step.SELLER: asking.seller,
    Step.CONTACT: asking.contact,
    Step.LOOK: asking.look,
    Step.DELIVERY: asking.delivery,
}


def _products(answers: Answers, go: str) -> Answer | Response:
    word, _, number = go.partition(":")
    place = _item(answers, number)
    if word == "skip":
        return _next(Step.PRODUCTS, _seen(answers, Step.PRODUCTS))
    if word in {"remove", "edit"} and place >= 0:
        return _edit(answers, place) if word == "edit" else _again(_without(answers, place))
    if word in {"table", "no-table"}:
        return _table(answers) if word == "table" else _no_table(answers)
    return _add(answers, go, _item(answers, request.form.get("editing", "")))


def _item(answers: Answers, number: str) -> int:
    """Return the place of a product that a form names, or -1."""
    return int(number) if number.isdecimal() and number.isascii() and int(number) < len(answers.items) else -1


def _no_table(answers: Answers) -> Answer:
    desk().draft.table.unlink(missing_ok=True)
    return _again(msgspec.structs.replace(answers, table=False))


def _without(answers: Answers, place: int) -> Answers:
    return _with(answers, answers.items[:place] + answers.items[place + 1 :])


def _add(answers: Answers, go: str, place: int) -> Answer | Response:
    """Take the product that was typed; an empty form is none. ``place`` is the one it replaces, or -1."""
    upload = request.files.get("picture")
    if not (
        request.form.get("title", "").strip() or request.form.get("price", "").strip() or (upload and upload.filename)
    ):
        return _leave(answers, go)
    name, wrong = _picture("picture")
    before = answers.items[place].picture if place >= 0 else request.form.get("kept", "")
    made, problems = asking.item(answers, request.form, name or _known(before))
    problems |= wrong
    if place < 0 and len(answers.items) >= asking.MOST_ITEMS:
        problems["title"] = Wrong("many", {"most": asking.MOST_ITEMS})
    if problems and go != "back":
        more = {
            "editing": place,
            "picture": f"/setup/picture/{made.picture}" if made.picture else "",
            "kept": made.picture,
        }
        return setup_pages.page(Step.PRODUCTS, answers, problems=problems, typed=_typed(), more=more)
    if problems:
        return _to(steps.before(answers, Step.PRODUCTS) or Step.NAME)
    items = (*answers.items, made) if place < 0 else (*answers.items[:place], made, *answers.items[place + 1 :])
    return _leave(_with(answers, items), go)


def _leave(answers: Answers, go: str) -> Answer:
    """Go on to the next question or back to the one before, or stay for another product."""
    if go == "next":
        return _next(Step.PRODUCTS, _seen(answers, Step.PRODUCTS))
    if go == "back":
        return _to(steps.before(_keep(answers), Step.PRODUCTS) or Step.NAME)
    return _again(answers)


def _edit(answers: Answers, place: int) -> Response:
    item = answers.items[place]
    given = {"title": item.title, "price": item.price, "stock": str(item.stock), "own": "1" if item.own else ""}
    picture = f"/setup/picture/{item.picture}" if item.picture else ""
    return setup_pages.page(Step.PRODUCTS, answers, typed=given, more={"editing": place, "picture": picture})


def _table(answers: Answers) -> Answer | Response:
    """Take a table of products when the checker finds no mistake in it, else tell what it found."""
    upload = request.files.get("table")
    content = upload.read(_MOST_TABLE + 1) if upload else b""
    if not content or len(content) > _MOST_TABLE:
        return setup_pages.page(Step.PRODUCTS, answers, problems={"table": Wrong("table")})
    checked = staging.check_table(desk().draft, answers, content)
    found = [each for each in checked.problems if each.file == "products.csv"]
    errors = [each for each in found if each.severity is Severity.ERROR]
    if errors:
        lang = "zh" if answers.language.startswith("zh") else "en"
        told = [
            {"line": each.mark.line if each.mark else 0, "text": report.tell(each, lang).message} for each in errors
        ]
        more = {"report": told[:_MOST_TOLD], "further": len(told) - _MOST_TOLD}
        problems = {"table": Wrong("table_wrong", {"count": len(errors)})}
        return setup_pages.page(Step.PRODUCTS, answers, problems=problems, more=more)
    draft = desk().draft
    draft.make()
    draft.table.write_bytes(content)
    return _again(msgspec.structs.replace(answers, table=True))


def _picture(field: str) -> tuple[str, Problems]:
    """Keep a picture that came along, made anew; return its name, or what is wrong with it."""
    upload = request.files.get(field)
    content = upload.read(pixels.MAXIMUM_BYTES) if upload and upload.filename else b""
    if not content:
        return "", {}
    desk().draft.make()
    try:
        return pictures.keep(desk().draft.pictures, content), {}
    except pictures.RefusedError:
        return "", {field: Wrong("picture")}


def _known(name: str) -> str:
    """Return the name of a picture that is kept, or nothing for any other text."""
    found = {path.name for path in desk().draft.pictures.glob("*")}
    return name if name in found else ""


def _typed() -> dict[str, str]:
    hidden = {"password", "csrf_token", "go"}
    return {name: text for name, text in request.form.items() if name not in hidden}


def _ticked() -> dict[str, object]:
    return {"chosen": tuple(request.form.getlist("payment"))} if "payment" in request.form else {}


def _with(answers: Answers, items: tuple[Item, ...]) -> Answers:
    return msgspec.structs.replace(answers, items=items)


def _seen(answers: Answers, step: Step) -> Answers:
    seen = answers.seen if step.value in answers.seen else (*answers.seen, step.value)
    return msgspec.structs.replace(answers, seen=seen)


def _keep(changed: Answers) -> Answers:
    """Save the answers; the language is not the form's to say, it may have been switched in another tab."""
    return desk().draft.change(lambda kept: msgspec.structs.replace(changed, language=kept.language))


def _again(changed: Answers) -> Answer:
    _keep(changed)
    return _to(Step.PRODUCTS)


def _next(step: Step, changed: Answers) -> Answer:
    kept = _keep(changed)
    if request.form.get("from") == "review" and steps.find_open(kept) is None:
        return _to(Step.REVIEW)
    return _to(steps.after(kept, step))


def _to(step: Step) -> Answer:
    return redirect(f"{setup_guest.HOME}/{step}", 303)
