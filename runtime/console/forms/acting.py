"""Buttons inside a form that change nothing in a file yet: a row more, a row less, a row up or down, another shape."""

import re

from werkzeug.datastructures import MultiDict

from runtime.console.forms.binding import ONE, Given

DO = "~do"
_SHAPE = "~shape"
_MOST = 2000
_TOKEN = re.compile(r"n?[0-9]{1,5}", re.ASCII)


def act(given: Given) -> tuple[Given, str]:
    """Return the form as it is after its button was pressed, and the name of what should be looked at then."""
    done: Given = MultiDict((name, value) for name, value in given.items(multi=True) if name != DO)
    what, _, rest = given.get(DO, "").partition(":")
    name, _, token = rest.partition(":")
    if what == "add" and name in given:
        return done, _add(done, name)
    if what == "shape" and token.isdecimal():
        done[name + _SHAPE] = token
        return done, name
    if what == "one":
        done[name + ONE] = token
        return done, name
    if what in {"remove", "up", "down"} and _TOKEN.fullmatch(token) and token in given.getlist(name):
        rows = [each for each in given.getlist(name) if each]
        done.setlist(name, ["", *_moved(rows, what, token)])
        return done, f"{name}.{token}" if what != "remove" else name
    return done, name


def is_asked(given: Given) -> bool:
    """Tell whether a button inside the form was pressed, and nothing is to be saved."""
    return bool(given.get(DO))


def _add(done: Given, name: str) -> str:
    rows = [each for each in done.getlist(name) if each]
    used = {int(each[1:]) for each in rows if each[:1] == "n" and each[1:].isdecimal()}
    token = f"n{max(used, default=-1) + 1}"
    done.setlist(name, ["", *rows[:_MOST], token])
    return f"{name}.{token}"


def _moved(rows: list[str], what: str, token: str) -> list[str]:
    at = rows.index(token)
    rest = rows[:at] + rows[at + 1 :]
    if what == "remove":
        return rest
    to = max(0, at - 1) if what == "up" else min(len(rest), at + 1)
    return [*rest[:to], token, *rest[to:]]
