"""Who did what in the console goes into its log, with the network address it came from."""

from flask import request

from runtime.access import lodge, log
from runtime.access.log import By, Entry
from runtime.web.persons import Person
from runtime.web.visit import visit


def note(person: Person, what: str, subject: str = "", *, before: str = "", after: str = "") -> None:
    """Write a line of the log: what was done, to what, how it was and how it is, in short."""
    here = visit()
    by = By(actor=person.actor, name=person.name, address=request.remote_addr or "")
    entry = Entry(what=what, subject=subject, before=before, after=after)
    log.note(lodge.of(here.shopfront.settings, here.shopfront.database), by, entry, here.now)
