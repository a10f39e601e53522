"""What a merchant chose in the form of a promotion, as its fields have it: one way, some goods, a code or none."""

import re

from werkzeug.datastructures import MultiDict

from generator.loading.promoting import guess_percent
from runtime.console.forms.sheet import Given
from runtime.web.areas.promotions import kinds
from runtime.web.areas.promotions.sheet import NONE, PUBLIC, SINGLE
from runtime.web.areas.promotions.standing import LIST

WAY, ABOUT, CODE, STACK = "~way", "~about", "~coupon", "~stack"
_ABOUT = {"all": (), "products": ("products",), "shelves": ("shelves",), "both": ("products", "shelves")}
_MANY = ("delivery", "when.rooms", "stacks_with")
"""Lists that are ticked."""
_STACKS = f"{LIST}.stacks_with"
_PLAIN = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?", re.ASCII)


def filled(given: Given, kind: str) -> tuple[Given, str]:
    """Return the form with what was not chosen left empty, and how it is asked for ('' where that was not sent)."""
    made: Given = MultiDict(given.items(multi=True))
    _one_way(made, kind)
    _about(made)
    _ticked(made)
    _stacked(made)
    for name in [each for each in made if each.endswith(".percent")]:
        made[name] = percent(made[name])
    code = made.get(CODE, "")
    code = code if code in {NONE, PUBLIC, SINGLE} else ""
    if code == SINGLE:
        made[f"{LIST}.coupon.code"] = ""
    return made, code


def percent(text: str) -> str:
    """Return a share as the file has it: 10 is 10%, 九折 and 9折 take off 10%."""
    typed = text.strip()
    if "折" in typed:
        return guess_percent(typed) or typed
    return f"{typed}%" if _PLAIN.fullmatch(typed) else typed


def _one_way(made: Given, kind: str) -> None:
    """Empty the other ways to make something cheaper than the one that was chosen."""
    ways, chosen = kinds.effect(kind).one_of, made.get(WAY, "")
    if chosen not in ways:
        return
    for each in ways:
        if each == chosen:
            continue
        name = f"{LIST}.{each}"
        if each == "prices":
            made.setlist(name, [""])
        elif name in made:
            made[name] = ""


def _about(made: Given) -> None:
    chosen = _ABOUT.get(made.get(ABOUT, ""))
    if chosen is None:
        return
    for each in ("products", "shelves"):
        if each not in chosen:
            made.setlist(f"{LIST}.when.{each}", [""])


def _ticked(made: Given) -> None:
    """Write ticks of a list one a line, as its box would have them."""
    for each in _MANY:
        name = f"{LIST}.{each}"
        if name in made:
            made[name] = "\n".join(text for text in made.getlist(name) if text.strip())


def _stacked(made: Given) -> None:
    chosen = made.get(STACK, "")
    if chosen == "all":
        made[f"{_STACKS}~shape"], made[_STACKS] = "1", "*"
    elif chosen in {"some", "none"}:
        made[f"{_STACKS}~shape"] = "0"
        made[_STACKS] = made.get(_STACKS, "") if chosen == "some" else ""
