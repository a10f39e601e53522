"""What is written about a customer: notes, consent with how it was said, membership."""

from flask import Blueprint, Response
from werkzeug.wrappers import Response as Answer

from runtime.clientele import writing
from runtime.refusals import Code, Refusal
from runtime.web import persons
from runtime.web.areas import shell
from runtime.web.areas.customers import opened, page
from runtime.web.areas.customers.opened import HOME

blueprint = Blueprint("console_customer_changes", __name__)


@blueprint.post(f"{HOME}/<int:number>/notes")
@shell.guarded
def add_note(number: int) -> Answer | Response:
    """Write a note."""
    found = opened.write(number)
    text = persons.given("note")["note"]
    by, now = (found.person.actor, found.person.name), found.here.now
    try:
        found.here.database.write(lambda transaction: writing.add_note(transaction, found.customer.id, by, text, now))
    except Refusal as refusal:
        key = "missing" if refusal.code is Code.FIELD_MISSING else "long"
        return page.view(found, {"note": shell.say(f"customers.note.{key}", most=writing.LONGEST)}, text)
    return found.done("note", "note_added")


@blueprint.post(f"{HOME}/<int:number>/notes/<int:note>/remove")
@shell.guarded
def remove_note(number: int, note: int) -> Answer | Response:
    """Take a note away."""
    found = opened.write(number)
    persons.given()
    if not found.here.database.write(lambda transaction: writing.remove_note(transaction, found.customer.id, note)):
        return shell.refused(404, shell.say("console.missing"), found.url)
    return found.done("note_removed", "note_removed")


@blueprint.post(f"{HOME}/<int:number>/consent")
@shell.guarded
def set_consent(number: int) -> Answer | Response:
    """Note that somebody allows advertising, or takes it back, and how they said so."""
    found = opened.write(number)
    given = persons.given("purpose", "deed", "way")
    purpose, allowed = given["purpose"], given["deed"] == "give"
    if purpose not in writing.PURPOSES or given["deed"] not in {"give", "take"}:
        return shell.refused(400, shell.say("console.odd"), found.url)
    if given["way"] not in writing.CHOSEN_WAYS:
        return page.view(found, {f"way-{purpose}": shell.say("customers.way.missing")})
    by, now = (found.person.actor, found.person.name), found.here.now
    found.here.database.write(
        lambda transaction: writing.set_consent(
            transaction, found.customer.id, (purpose, allowed, given["way"]), by, now
        )
    )
    word = "consent_given" if allowed else "consent_taken"
    return found.done(word, word, after=f"{purpose} {given['way']}")


@blueprint.post(f"{HOME}/<int:number>/member")
@shell.guarded
def set_member(number: int) -> Answer | Response:
    """Make somebody a member, or end it."""
    found = opened.write(number)
    deed, now = persons.given("deed")["deed"], found.here.now
    if deed not in {"add", "end"}:
        return shell.refused(400, shell.say("console.odd"), found.url)
    member = deed == "add"
    found.here.database.write(
        lambda transaction: writing.set_member(transaction, found.customer.id, now, member=member)
    )
    return found.done(f"member_{deed}", f"member_{deed}")
