"""What the law owes a person: everything about them as a file, and to be forgotten, in two steps."""

from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, make_response
from werkzeug.wrappers import Response as Answer

from runtime.clientele import erasing, reading, records
from runtime.clientele.erasing import Law, Plan
from runtime.web import headers, persons
from runtime.web.areas import entry, shell
from runtime.web.areas.customers import opened
from runtime.web.areas.customers.opened import HOME, Opened
from runtime.web.areas.moments import day as _day

blueprint = Blueprint("console_customer_forgetting", __name__)


@blueprint.get(f"{HOME}/<int:number>/data.zip")
@shell.guarded
def export(number: int) -> Response:
    """Send everything about a customer; whoever took it is noted."""
    found = opened.proved(number)
    here = found.here
    told = here.database.read(lambda look: records.everything(look, found.customer.id, found.veiled, here.now))
    body = records.archive(told, here.shopfront.settings.var, shell.say("customers.readme", day=told["made_at"][:10]))
    entry.note(found.person, "customer.exported", str(number))
    answer = make_response(body)
    answer.headers["Content-Type"] = "application/zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="customer-{number}.zip"'
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer


@blueprint.get(f"{HOME}/<int:number>/erase")
@shell.guarded
def ask(number: int) -> Response:
    """Say what would go, what stays, and why."""
    return _form(opened.proved(number))


@blueprint.post(f"{HOME}/<int:number>/erase")
@shell.guarded
def erase(number: int) -> Answer | Response:
    """Forget a customer, when what that comes to was seen and agreed to."""
    found = opened.proved(number)
    given = persons.given("agreed", "sure")
    here, customer, veiled, law = found.here, found.customer.id, found.veiled, _law(found)
    planned = here.database.read(lambda look: erasing.plan(look, customer, law, veiled, here.now))
    if not given["sure"]:
        return _form(found, {"sure": shell.say("customers.erase.sure_missing")})
    if given["agreed"] != _seal(planned):
        return _form(found, {"sure": shell.say("orders.changed_meanwhile")})
    done = here.database.write(lambda transaction: erasing.carry_out(transaction, customer, law, veiled, here.now))
    erasing.tidy(here.shopfront.settings.var, done)
    erasing.scrub(here.database)
    told = f"{done.orders} orders, {len(done.invoices)} with invoices, {len(done.open)} not over"
    entry.note(found.person, "customer.erased", str(number), after=told)
    return shell.done(HOME, "customers.done.erased" if done.is_whole else "customers.done.erased_partly")


def _law(found: Opened) -> Law:
    terms = found.here.release.terms
    return Law(country=terms.country, legal=terms.legal)


def _seal(planned: Plan) -> str:
    """Return what somebody agrees to: another order or case in between is looked at again."""
    return f"{planned.orders}:{len(planned.open)}:{len(planned.invoices)}:{planned.cases}:{planned.chat}"


def _form(found: Opened, problems: dict[str, str] | None = None) -> Response:
    law, here = _law(found), found.here
    planned, many = here.database.read(
        lambda look: (
            erasing.plan(look, found.customer.id, law, found.veiled, here.now),
            reading.many(look, found.customer.id),
        )
    )
    context: dict[str, Any] = {
        "title": shell.say("customers.erase.title", name=found.name),
        "goes": _goes(planned),
        "stays": _stays(planned),
        "open": [each.order for each in planned.open],
        "agreed": _seal(planned),
        "several": max(many) > 1,
        "emails": many[0],
        "phones": many[1],
    }
    return found.screen("erase", context, problems)


def _goes(planned: Plan) -> list[str]:
    counts = {
        "orders": planned.orders - len(planned.open),
        "cases": planned.cases,
        "notes": planned.notes,
        "mails": planned.mails,
        "reminders": planned.reminders,
        "memberships": planned.memberships,
        "chat": planned.chat if planned.chat_until is None else 0,
    }
    return [shell.say(f"customers.goes.{name}", count=count) for name, count in counts.items() if count]


def _stays(planned: Plan) -> list[tuple[str, str]]:
    """Return what stays, and why."""
    found = list[tuple[str, dict[str, int | str]]]()
    if planned.open:
        found.append(("open", {"count": len(planned.open)}))
    if planned.orders:
        found.append(("books", {"count": planned.orders}))
    if planned.invoices:
        last = max(each.until for each in planned.invoices if each.until)
        found.append(("invoices", {"count": len(planned.invoices), "day": _date(last), "years": planned.years}))
    if planned.chat_until is not None:
        found.append(("chat", {"count": planned.chat, "day": _date(planned.chat_until)}))
    found += [("log", {}), ("hashes", {}), ("outside", {})]
    return [
        (shell.say(f"customers.stays.{name}", **values), shell.say(f"customers.stays_why.{name}", **values))
        for name, values in found
    ]


def _date(day: date) -> str:
    return _day(int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()))
