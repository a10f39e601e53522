"""A shop with three live rooms, and guests of its studio who ask as a browser on this machine would."""

import itertools
import json
import re
from datetime import UTC, datetime

import storefront

from runtime.live import access, broadcasts, chat
from runtime.live.access import Role
from runtime.live.values import Message

ROOM = """title: {{zh-CN: 直播 {name}, en: Live {name}}}
starts_at: 2026-11-01T20:00
products: [longjing, last-tin, sizes]
chat: everyone
source: {source}
"""
SOURCES = {
    "tea": "{kind: broadcast}",
    "cups": "{kind: broadcast}",
    "film": "{kind: embed, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'}",
}
_PLACES = itertools.count(1)
HEADERS = {"Host": "localhost", "Sec-Fetch-Site": "same-origin"}


def published(folder):
    """Write and publish the shop."""
    storefront.write(folder)
    for name, source in SOURCES.items():
        (folder / f"live/{name}.yaml").write_text(ROOM.format(name=name, source=source), "utf-8")
    storefront.publish(folder)
    return folder


def now():
    return datetime.now(UTC)


class Guest:
    """Somebody with an invitation, or nobody (``role`` None), each at an address of their own."""

    def __init__(self, app, role=None, room="", language="en"):
        self.app = app
        self.client = app.test_client()
        place = next(_PLACES)
        self.client.environ_base["REMOTE_ADDR"] = f"198.51.{place // 250}.{place % 250}"
        self.headers = {**HEADERS, "Accept-Language": language}
        self.database = app.extensions["shopwright"].database
        self.access = self.key = None
        if role:
            self.access, self.key = access.invite(self.database, "Lin", Role(role), room, seconds=3600, now=now())
            answer = self.enter(self.key)
            assert answer.status_code == 303, answer.text

    def enter(self, key):
        return self.client.post("/console/live/enter", data={"key": key}, headers=self.headers)

    def get(self, path, accept="text/html"):
        return self.client.get(path, headers={**self.headers, "Accept": accept})

    def csrf(self):
        """Return what the pages of this guest carry."""
        found = re.search(r'name="csrf_token" value="(\w+)"', self.get("/console/live").text)
        return found[1] if found else ""

    def post(self, path, data=None, csrf=None):
        token = self.csrf() if csrf is None else csrf
        headers = {**self.headers, "Accept": "application/json", "X-Csrf-Token": token}
        return self.client.post(f"/console/live/{path}", json=data or {}, headers=headers)

    def desk(self, room="tea", query=""):
        answer = self.get(f"/console/live/{room}/desk.json{query}", "application/json")
        assert answer.status_code == 200, answer.text
        return answer.json

    def told(self, room="tea"):
        """Return what the page of a room tells its scripts."""
        page = self.get(f"/console/live/{room}").text
        return json.loads(re.search(r'id="studio">(.*?)</script>', page, re.DOTALL)[1])

    def revoke(self):
        access.revoke(self.database, self.access.id, now())


def say(database, room, seq, state="shown", viewer="aaaa"):
    """Let a viewer have written something."""
    message = Message(
        room=room, seq=seq, viewer=viewer, contact="", address="", name="L**", body=f"message {seq}",
        at_ms=round(now().timestamp() * 1000), state=state, host=False,
    )  # fmt: skip
    database.write(lambda transaction: chat.keep(transaction, [message]))


def state_of(database, room, seq):
    return next(each.state for each in chat.messages(database, room) if each.seq == seq)


def open_broadcast(database, room="tea", *, practice=False):
    """Arm a broadcast, as a host does, and let its picture come."""
    made, _ = broadcasts.arm(database, room, practice=practice, by="test", now=now())
    return broadcasts.begin(database, made.id, now())
