"""A folder of two shops behind one street, and people who ask it as browsers would."""

import os

import msgspec
import storefront
from argon2 import PasswordHasher
from werkzeug.test import Client

from runtime import database
from runtime.access import accounts, links, lodge, sessions
from runtime.access.accounts import New
from runtime.access.log import COMMAND
from runtime.access.passwords import Passwords
from runtime.access.roles import ROLES, Role
from runtime.access.sessions import Place
from runtime.agency import board, office, premises, surroundings
from runtime.agency.board import Wishes
from runtime.agency.pages import Desk
from runtime.agency.street import Street
from runtime.agency.survey import Survey
from runtime.web import tokens
from runtime.web.persons import FORM

BASE = "http://{host}:8000"
RESERVED = ("localhost", "127.0.0.1", "[::1]")
PASSWORD = "kettle moss lantern"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def look(root):
    """Write the board of a folder as the steward would, once."""
    survey = Survey(root, BASE, {}, RESERVED)
    survey.look()
    found = survey.board(os.getpid())
    board.write(root, found)
    return {shop.name: shop for shop in found.shops}


def folder(built, root, names=("a", "b")):
    """Copy a built shop once for every name, each with its own secret and a database that is ready."""
    for name in names:
        copied = storefront.copy(built, root / name)
        (copied / "var" / "secret").unlink(missing_ok=True)
        given = surroundings.of_shop(copied, (), "", {})
        database.open(given, upgrade=True).close()
    return root


def open_street(root, limit=8):
    """Return the street of a folder with its office, and the office's application."""
    settings = surroundings.office(root)
    made = []

    def make_office(street):
        desk = Desk(following=street.following, wishes=Wishes(root), folder=str(root))
        made.append(office.make(settings, desk))
        made[0].extensions["shopwright"].passwords = CHEAP
        return office.serve(made[0], settings, 4)

    return Street(root, make_office, limit=limit, readers=4), made[0]


class House:
    """One shop, or the office, seen from inside: its host, its settings and its database."""

    def __init__(self, host, settings):
        self.host, self.settings = host, settings
        self.database = database.open(settings, upgrade=True)
        self.lodge = msgspec.structs.replace(lodge.of(settings, self.database), passwords=CHEAP)

    def person(self, role, now):
        """Make an account; return it."""
        new = New(email=f"{role}@{self.host}.example", name=f"{role}", role=Role(role), locale="en")
        made = accounts.add(self.lodge, new, COMMAND, now)
        link = links.invite(self.lodge, made.id, COMMAND, now)
        return links.choose_password(self.lodge, link.path(self.lodge).removeprefix(links.PATH), PASSWORD, COMMAND, now)

    def session(self, account, now):
        """Begin a session; return the key of its cookie and the token of its forms."""
        key = self.database.write(lambda unit: sessions.start(unit, account.id, "password", Place(), now))
        session = self.lodge.mac("session", key)[:32]
        return key, tokens.token(self.settings.secret, FORM, session)


def house(shop):
    """Return a shop of the board seen from inside."""
    return House(shop.hosts[0], premises.settings_of(shop, {}))


class Browser:
    """Asks a street at one host name; it sends the cookies that it is given, wherever they are from."""

    def __init__(self, street, host, cookies=None, address="127.0.0.1", scheme="http"):
        self.client = Client(street, use_cookies=False)
        self.host = host
        self.cookies = dict(cookies or {})
        self.environ = {"REMOTE_ADDR": address, "wsgi.url_scheme": scheme}

    def ask(self, method, path, data=None, **headers):
        sent = {"Host": self.host, "Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.client.open(path, method=method, data=data, headers=sent, environ_overrides=self.environ)
        for line in answer.headers.getlist("Set-Cookie"):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, data=None, **headers):
        return self.ask("POST", path, data if data is not None else {}, **headers)


def permissions(role):
    """Return what a role may do, as texts."""
    return {each.value for each in ROLES[role]}
