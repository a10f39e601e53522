"""The hour at which the shop is to be published: what is saved while drafts wait for it goes live with them.

A publish takes along whatever is saved. So a form keeps what it saves for the hour, and says so; the buttons that
publish the shop as it stands do it at once, beside a sentence that tells what goes along.
"""

from datetime import datetime
from pathlib import Path

from runtime import timetable
from runtime.web.areas import shell, shop_text
from runtime.web.areas.telling import Moment, Teller
from runtime.web.visit import visit

KEPT = "forms.done.waits"
"""The word for a save that goes live at the hour."""


def find() -> Moment | None:
    """Return the hour, if one is set."""
    here = visit()
    found = here.database.read(timetable.find)
    if found is None or found.state not in {"waiting", "running"}:
        return None
    teller = Teller(here=here, locale=shell.locale())
    return teller.moment(datetime.fromtimestamp(found.at, teller.zone))


def keeps(folder: Path) -> bool:
    """Tell whether a save is kept for the hour, asked before it is written: drafts wait that would go live with it."""
    return not shop_text.is_published(folder) and find() is not None


def ahead() -> str:
    """Return the sentence about what is saved and not published."""
    at = find()
    return shell.say("forms.ahead_until", at=at.full) if at else shell.say("forms.ahead")
