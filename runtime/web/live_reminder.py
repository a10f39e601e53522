"""Reminders of live rooms: the form on the room's page, and the page behind the link of the mail that asks back.

A link alone changes nothing, as mail programs follow links to look at them: the button of the page does.
"""

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.wrappers import Response as Answer

from generator.shop import LiveRoom
from generator.views import Link, PageView
from runtime import contacts, reminders
from runtime.refusals import Code, Refusal
from runtime.reminders import Reminder
from runtime.web.failures import limit, wants_json
from runtime.web.tokens import get_one
from runtime.web.visit import Visit, visit

blueprint = Blueprint("live_reminder", __name__, url_prefix="/live")
_LONGEST = 200
_TOKEN = 40


@blueprint.post("/<handle>/remind")
def ask(handle: str) -> Answer | Response:
    """Note who wants to be told, and ask them by mail whether they mean it; what is answered tells nobody's wish."""
    limit("remind")
    here = visit()
    here = here.in_locale(get_one(request.form, "locale", here.locale))
    room = _room(here, handle)
    email = get_one(request.form, "email").strip()
    if len(email) > _LONGEST or not contacts.is_email(email):
        if wants_json():
            answer = jsonify(message=here.say("room.remind_wrong"))
            answer.status_code = 422
            return answer
        raise Refusal(Code.FIELD_INVALID, field=here.say("room.remind_label"))
    reminders.ask(here.database, here.shopfront.settings.secret, (room.handle, email, here.locale), here.now)
    if wants_json():
        return jsonify(message=here.say("room.remind_sent"))
    return _page(here, room, here.say("room.remind_title"), here.say("room.remind_sent"))


@blueprint.get("/<handle>/remind/<token>")
def look(handle: str, token: str) -> Response:
    """Show what the link of a mail is for."""
    here, room, wish = _find(handle, token)
    if wish is None:
        return _page(here, room, here.say("room.remind_title"), here.say("room.remind_gone"), status=410)
    if wish.confirmed_at is not None:
        return _confirmed(here, room, token)
    text = here.say("room.remind_confirm_text", title=_title(here, room))
    return _page(here, room, here.say("room.remind_title"), text, action=reminders.path(room.handle, token))


@blueprint.post("/<handle>/remind/<token>")
def confirm(handle: str, token: str) -> Response:
    """Confirm a wish."""
    here, room, wish = _find(handle, token)
    if wish is None or reminders.confirm(here.database, token, here.now) is None:
        return _page(here, room, here.say("room.remind_title"), here.say("room.remind_gone"), status=410)
    return _confirmed(here, room, token)


@blueprint.post("/<handle>/remind/<token>/stop")
def stop(handle: str, token: str) -> Response:
    """Take a wish back."""
    here, room, _ = _find(handle, token)
    reminders.stop(here.database, token)
    return _page(here, room, here.say("room.remind_title"), here.say("room.remind_stopped"))


def _find(handle: str, token: str) -> tuple[Visit, LiveRoom, Reminder | None]:
    """Return the wish of a link, in the language that it was said in."""
    limit("lookup")
    here = visit()
    wish = reminders.find_by_token(here.database, token) if len(token) == _TOKEN else None
    if wish is not None and wish.room != handle:
        wish = None
    here = here.in_locale(wish.locale) if wish else here
    return here, _room(here, handle), wish


def _confirmed(here: Visit, room: LiveRoom, token: str) -> Response:
    path = f"{reminders.path(room.handle, token)}/stop"
    return _page(here, room, here.say("room.remind_done_title"), here.say("room.remind_done"), stop=path)


def _room(here: Visit, handle: str) -> LiveRoom:
    found = here.catalogue.find_room(handle)
    if found is None:
        abort(404)
    return found


def _title(here: Visit, room: LiveRoom) -> str:
    return room.title.get(here.locale, room.handle)


def _page(here: Visit, room: LiveRoom, heading: str, text: str, *, status: int = 200, **forms: str) -> Response:
    link = Link(label=_title(here, room), url=here.address("live", room.handle))
    context = {"heading": heading, "text": text, "room": link, "button": here.say("room.remind_confirm")}
    view = PageView(kind="reminder", title=heading, index=False)
    return here.page("reminder", view, {"action": "", "stop": "", **context, **forms}, status=status)
