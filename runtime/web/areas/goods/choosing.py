"""Products put into a list of a form by typing: a handle, a number, or a word of a title."""

from werkzeug.datastructures import MultiDict

from runtime.console.forms.sheet import Given
from runtime.web.areas.filing import Filed
from runtime.web.areas.goods import standing

TYPED, PRESSED = "~find", "find"


def put(given: Given, filed: Filed, name: str) -> Given:
    """Return the form with the product that was typed at the end of a list, if its button was pressed."""
    changed: Given = MultiDict(given.items(multi=True))
    typed = changed.get(TYPED, "").strip()
    if typed and changed.get("~do") == PRESSED:
        tokens = [each for each in changed.getlist(name) if each]
        listed = [changed.get(f"{name}.{each}", "") for each in tokens]
        found = best(filed, typed)
        if found and found not in listed:
            used = [int(each[1:]) for each in tokens if each[:1] == "n" and each[1:].isdecimal()]
            token = f"n{1 + max(used, default=-1)}"
            changed.setlist(name, ["", *tokens, token])
            changed[f"{name}.{token}"] = found
    return changed


def best(filed: Filed, typed: str) -> str:
    """Return the handle that somebody means by a handle, a number or a word of a title; '' for none."""
    every = standing.goods(standing.read(filed.text))
    exact = next((each.handle for each in every if each.handle == typed), "")
    return exact or next((each.handle for each in every if standing.matches(each, typed)), "")
