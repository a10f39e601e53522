"""People with accounts, who ask the console as a browser on this machine would."""

import itertools
import re
from datetime import UTC, datetime

import msgspec
from argon2 import PasswordHasher

from runtime.access import accounts, codes, factors, links, lodge, sessions
from runtime.access.accounts import New
from runtime.access.log import COMMAND
from runtime.access.passwords import Passwords
from runtime.access.roles import Role
from runtime.access.sessions import Place

PASSWORD = "kettle moss lantern"
HEADERS = {"Host": "localhost", "Sec-Fetch-Site": "same-origin"}
_CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
_PLACES = itertools.count(1)
_TOKEN = re.compile(r'name="csrf_token" value="(\w+)"')


def now():
    return datetime.now(UTC)


def quick(app):
    """Let an application check passwords quickly."""
    app.extensions["shopwright"].passwords = _CHEAP
    return app


def office(app):
    """Return the lodge of an application, with passwords that are cheap to keep."""
    front = app.extensions["shopwright"]
    return msgspec.structs.replace(lodge.of(front.settings, front.database), passwords=_CHEAP)


class Colleague:
    """Somebody with an account (``role`` None: without), at a network address of their own."""

    def __init__(self, app, role=None, name="", language="en"):
        self.app = app
        self.office = office(app)
        self.client = app.test_client()
        number = next(_PLACES)
        self.address = f"198.51.{number // 250}.{number % 250}"
        self.client.environ_base["REMOTE_ADDR"] = self.address
        self.headers = {**HEADERS, "Accept-Language": language}
        self.account = None
        if role:
            told = name or f"{role}-{number}"
            new = New(email=f"{told}@example.com", name=told.title(), role=Role(role), locale=language)
            self.account = accounts.add(self.office, new, COMMAND, now())
            link = links.invite(self.office, self.account.id, COMMAND, now())
            token = link.path(self.office).removeprefix(links.PATH)
            self.account = links.choose_password(self.office, token, PASSWORD, COMMAND, now())

    @property
    def email(self):
        return self.account.email

    def come_in(self):
        """Begin a session without the entrance."""
        place = Place(address=self.address)
        key = self.office.database.write(
            lambda transaction: sessions.start(transaction, self.account.id, "password", place, now())
        )
        self.client.set_cookie("console", key, domain="localhost", path="/console")
        return self

    def sign_in(self, password=PASSWORD, **more):
        return self.post("/console/enter", {"email": self.email, "password": password, "next": "", **more}, token=None)

    def use_app(self, key):
        """Turn an authenticator app on, half a minute ago."""
        step = int(now().timestamp()) // codes.STEP - 1
        factors.add_app(self.office, self.account, key, codes.code(key, step), COMMAND, now())

    def get(self, path, accept="text/html"):
        return self.client.get(path, headers={**self.headers, "Accept": accept})

    def token(self):
        """Return what this person's pages carry."""
        found = _TOKEN.search(self.get("/console/account").text)
        return found[1] if found else ""

    def post(self, path, data=None, token="", **headers):
        """Send a form; ``token`` '' is that of the person's own page, None is none."""
        form = dict(data or {})
        if token is not None:
            form["csrf_token"] = token or self.token()
        return self.client.post(path, data=form, headers={**self.headers, **headers})

    def send(self, path, data, token=""):
        """Send JSON, as a script does."""
        headers = {**self.headers, "Accept": "application/json", "X-Csrf-Token": token or self.token()}
        return self.client.post(path, json=data, headers=headers)

    def is_in(self):
        return self.get("/console/account").status_code == 200
