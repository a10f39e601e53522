"""The end of every form that edits a file: shown again, saved and published, or held against another's save."""

from typing import Protocol

import msgspec
from flask import Response, redirect, request
from werkzeug.wrappers import Response as Answer

from runtime.web.areas import filing, merging, shell
from runtime.web.areas.filing import Filed
from runtime.web.persons import Person


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a form stands: its address and its area; ``subject`` is what the log says it is about."""

    url: str
    area: str
    subject: str


class Shows(Protocol):
    """What shows a form again, with a status and a sentence why it was not saved."""

    def __call__(self, filed: Filed, *, status: int = 200, fault: str = "") -> Response:
        """Return the page of the form."""


def answer(opened: Filed, filed: Filed, person: Person, place: Place, show: Shows) -> Response | Answer:
    """Do what the button asked for: ``opened`` is the file as it stands, ``filed`` the form that was sent."""
    if "~do" in request.form or filed.refused:
        return show(filed, status=422 if filed.refused else 200)
    if not opened.opened.writable:
        return show(opened, status=409)
    kept = filing.keep(filed, person, place.subject)
    if kept.stale is not None:
        return merging.screen(filed, kept.stale, place.url, area=place.area)
    if kept.unwritable:
        return show(filed, status=422, fault=shell.say(f"forms.fault.{kept.unwritable}"))
    if kept.fault:
        return show(filed, status=422, fault=shell.say("forms.fault.publish", why=kept.fault))
    return shell.done(place.url, kept.word) if kept.word else redirect(place.url, 303)
