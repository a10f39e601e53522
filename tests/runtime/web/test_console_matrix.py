"""A85: every address of the console is asked by everybody, and answers each role exactly as the table says."""

import re

import console_routes
import pytest
import storefront
from colleagues import HEADERS, Colleague, now, quick

from runtime.access import sessions
from runtime.access.roles import Permission, Role, may
from runtime.access.sessions import Place
from runtime.web import tokens
from runtime.web.persons import FORM

STUDIO = "/console/live"
_OFFICE = re.compile(r"/console/live(?:/~new|/<handle>/(?:copy|delete|edit|invite|numbers|recordings).*)")
"""Rooms as people with accounts plan and count them; the studio itself has invited guests, too."""
_LINK = re.compile(r'(?:href|action)="(/console[^"?#]*)')


def table():
    rows = [line.split() for line in console_routes.ROUTES.strip().splitlines()]
    return {(method, rule): (permission, status) for method, rule, permission, status in rows}


@pytest.fixture(scope="module")
def app(built, tmp_path_factory):
    made = quick(storefront.application(storefront.copy(built, tmp_path_factory.mktemp("matrix") / "shop")))
    yield made
    made.extensions["shopwright"].close()


def listed(app):
    """Return every address of the console that the application has."""
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/console")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def path(rule):
    def value(found):
        return str(console_routes.INT if found[1] == "int:" else console_routes.VALUES[found[2]])

    return re.sub(r"<(int:|path:)?(\w+)>", value, rule)


def of_studio(rule):
    return rule.startswith(STUDIO) and not _OFFICE.fullmatch(rule)


class Asker:
    """Somebody of a role (or nobody), who comes in anew for each request."""

    def __init__(self, app, role):
        self.app = app
        self.role = role
        self.colleague = Colleague(app, role)
        self.secret = app.extensions["shopwright"].settings.secret
        self.links = set()

    def ask(self, method, rule):
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = self.colleague.address
        token = ""
        if self.role:
            office, place = self.colleague.office, Place(address=self.colleague.address)
            key = office.database.write(
                lambda transaction: sessions.start(transaction, self.colleague.account.id, "password", place, now())
            )
            client.set_cookie("console", key, domain="localhost", path="/console")
            session = office.mac("session", key)[:32]
            token = tokens.token(self.secret, "studio" if of_studio(rule) else FORM, session)
        headers = {**HEADERS, "Accept-Language": "en"}
        if method == "GET":
            answer = client.get(path(rule), headers=headers)
            self.links |= set(_LINK.findall(answer.text)) if answer.mimetype == "text/html" else set()
            return answer.status_code
        if rule.startswith(f"{STUDIO}/<") and of_studio(rule):
            headers |= {"Accept": "application/json", "X-Csrf-Token": token}
            return client.post(path(rule), json={}, headers=headers).status_code
        return client.post(path(rule), data={"csrf_token": token}, headers=headers).status_code


def wanted(role, method, rule):
    permission, status = table()[method, rule]
    if permission == "-":
        for_strangers, _, for_others = status.partition("|")
        return int(for_others or for_strangers) if role else int(for_strangers)
    if role is None:
        return 401 if method != "GET" or of_studio(rule) else 303
    return int(status) if may(role, Permission(permission)) else 403


def test_a85_every_address_is_in_the_table_and_nothing_else(app):
    assert sorted(listed(app) - set(table())) == [], "add a line to console_routes.py"
    assert sorted(set(table()) - listed(app)) == []


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_a85_every_address_answers_a_role_as_the_table_says(app, role):
    somebody = Asker(app, role)
    routes = sorted(set(table()) & listed(app))
    answers = {route: somebody.ask(*route) for route in routes}
    expected = {route: wanted(role, *route) for route in routes}
    assert {each: found for each, found in answers.items() if found != expected[each]} == {}
    doors = app.url_map.bind("localhost")
    assert [each for each in sorted(somebody.links) if not leads_somewhere(doors, each)] == []


def leads_somewhere(doors, link):
    return any(doors.test(link, method) for method in ("GET", "POST"))
