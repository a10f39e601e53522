"""Every report as a file for spreadsheets; whoever took it is noted."""

from flask import Response

from runtime.access.roles import Permission
from runtime.figures import sheets
from runtime.figures.sheets import Names
from runtime.web import headers
from runtime.web.areas import entry, shell
from runtime.web.areas.data import asking
from runtime.web.areas.data.blueprint import HOME, blueprint
from runtime.web.areas.data.figures import Figures
from runtime.web.areas.telling import Teller
from runtime.web.visit import visit


@blueprint.get(f"{HOME}/<report>.csv")
@shell.guarded
def export(report: str) -> Response:
    """Send a report as a file."""
    person = entry.get_person(Permission.DATA_SEE)
    if report not in sheets.KINDS:
        return shell.refused(404, shell.say("console.missing"), HOME)
    teller = Teller(here=visit(), locale=shell.locale())
    asked, figures = asking.read(teller), Figures(teller)
    names = Names(
        column=lambda name: shell.say(f"data.column.{name}"),
        product=figures.product,
        channel=figures.channel,
        room=figures.room,
    )
    rows = teller.here.database.read(lambda look: sheets.rows(look, report, teller.currency, asked.span, names))
    days = f"{asked.span.first.isoformat()}_{asked.span.last.isoformat()}"
    entry.note(person, "data.exported", report, after=days.replace("_", " – "))
    answer = Response("".join(sheets.lines(report, rows, names)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{report}-{days}.csv"'
    answer.headers["Cache-Control"] = headers.PRIVATE
    return answer
