"""What the law of the seller's country wants shown: only that is asked, and a number is checked by its own digits."""

from collections.abc import Mapping

from generator.rules import china, europe
from generator.shop import SellerType, Value
from runtime import contacts
from runtime.setup.answers import Answers

LICENCE = "licence"
EXEMPTIONS = ("farm", "craft", "service", "small")
"""Why somebody in China needs no licence: article 10 of the E-Commerce Law names these."""


class Question(Value, frozen=True, kw_only=True):
    """One thing that the law asks; ``kind`` is line, area, exemption, picture, email or phone."""

    name: str
    kind: str = "line"
    required: bool = True


def questions(answers: Answers) -> tuple[Question, ...]:
    """Return what is asked of this seller; nothing where the law asks for nothing more."""
    if not (answers.country and answers.seller):
        return ()
    if answers.pack == "CN":
        return _chinese(answers)
    return _european(answers) if answers.pack in {"DE", "EU"} else ()


def problems(answers: Answers, given: Mapping[str, str]) -> dict[str, str]:
    """Return which answers are wrong: the name of a question, and the word for what is wrong with it."""
    found = {}
    for question in questions(answers):
        text = given.get(question.name, "")
        wrong = _wrong(question, text) if text else ("missing" if question.required else "")
        if wrong:
            found[question.name] = wrong
    return found


def is_complete(answers: Answers) -> bool:
    """Tell whether nothing that the law asks is lacking."""
    return not problems(answers, answers.legal)


def suggestion(number: str) -> str:
    """Return the character that the last one of a credit code should be, or nothing."""
    return china.credit_code_digit(number[:17]) if china.credit_code(number) == "digit" else ""


def _chinese(answers: Answers) -> tuple[Question, ...]:
    if answers.type is SellerType.INDIVIDUAL:
        return (Question(name="exemption", kind="exemption"), Question(name="legal_name", required=False))
    return (
        Question(name="registration_number"),
        Question(name="legal_name"),
        Question(name="representative"),
        Question(name="address", kind="area"),
        Question(name=LICENCE, kind="picture"),
    )


def _european(answers: Answers) -> tuple[Question, ...]:
    company = answers.type is SellerType.COMPANY
    asked = [Question(name="legal_name"), Question(name="address", kind="area")]
    if not answers.is_email:
        asked.append(Question(name="email", kind="email"))
    elif answers.pack == "DE":
        asked.append(Question(name="phone", kind="phone"))
    if company:
        asked += [Question(name="representative"), Question(name="register")]
    if answers.type is not SellerType.INDIVIDUAL:
        asked.append(Question(name="vat_number", required=company))
    return tuple(asked)


def _wrong(question: Question, text: str) -> str:
    match question.name:
        case "registration_number":
            return {None: "", "form": "code_form", "digit": "code_digit"}[china.credit_code(text)]
        case "exemption":
            return "" if text in EXEMPTIONS else "missing"
        case "vat_number":
            return "" if europe.is_vat_number(text) else "vat"
        case "email":
            return "" if contacts.is_email(text) else "email"
        case "phone":
            return "" if contacts.is_phone(text) else "phone"
    return ""
