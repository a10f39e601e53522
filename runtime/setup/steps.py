"""What is asked, in which order, and what comes next."""

from enum import StrEnum

from runtime.setup import legal
from runtime.setup.answers import Answers


class Step(StrEnum):
    """A page of the wizard; the first five want an answer, the others may be skipped."""

    NAME = "name"
    COUNTRY = "country"
    SELLER = "seller"
    CONTACT = "contact"
    PASSWORD = "password"  # noqa: S105  the name of a page
    LEGAL = "legal"
    PRODUCTS = "products"
    LOOK = "look"
    DELIVERY = "delivery"
    PAYMENT = "payment"
    LIVE = "live"
    REVIEW = "review"


REQUIRED = (Step.NAME, Step.COUNTRY, Step.SELLER, Step.CONTACT, Step.PASSWORD)
_ANSWERS = {Step.NAME: "name", Step.COUNTRY: "country", Step.SELLER: "seller", Step.CONTACT: "contact",
            Step.PASSWORD: "password_hash"}  # fmt: skip


def asked(answers: Answers) -> tuple[Step, ...]:
    """Return the steps that apply to this merchant, in order."""
    return tuple(step for step in Step if step is not Step.LEGAL or legal.questions(answers))


def is_answered(answers: Answers, step: Step) -> bool:
    """Tell whether a required step has its answer."""
    return bool(getattr(answers, _ANSWERS[step]))


def find_open(answers: Answers) -> Step | None:
    """Return the first required step without an answer, or None."""
    return next((step for step in REQUIRED if not is_answered(answers, step)), None)


def resume(answers: Answers) -> Step:
    """Return where somebody goes on who comes back: the first page that was neither answered nor skipped."""
    known = find_open(answers)
    return known or next((step for step in asked(answers) if step.value not in answers.seen), Step.REVIEW)


def before(answers: Answers, step: Step) -> Step | None:
    """Return the page before one, or None."""
    order = asked(answers)
    place = order.index(step)
    return order[place - 1] if place else None


def after(answers: Answers, step: Step) -> Step:
    """Return the page after one: a required one that is open comes before any that may be skipped."""
    if step not in REQUIRED:
        missing = find_open(answers)
        if missing:
            return missing
    order = asked(answers)
    return order[min(order.index(step) + 1, len(order) - 1)]
