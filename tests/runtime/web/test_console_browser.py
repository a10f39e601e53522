"""Passkeys with a real browser and its virtual authenticator, and signing in without JavaScript."""

import os
import shutil
import threading

import pytest
import storefront
from accessibility import violations
from colleagues import HEADERS, PASSWORD, Colleague, now, quick
from waitress import create_server

from runtime.access import codes, passkeys

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PATIENCE = 60_000
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(built, tmp_path_factory):
    made = quick(storefront.application(storefront.copy(built, tmp_path_factory.mktemp("passkeys") / "shop")))
    yield made
    made.extensions["shopwright"].close()


@pytest.fixture(scope="module")
def address(app):
    server = create_server(app, host="127.0.0.1", port=0, threads=4, asyncore_use_poll=True)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://localhost:{server.effective_port}"
    server.close()
    thread.join(timeout=20)


@pytest.fixture(scope="module")
def chromium(browsers):
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed: apt-get install chromium")
        pytest.skip("Chromium is not installed")
    browser = browsers.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
    yield browser
    browser.close()


class Device:
    """A page of a browser with an authenticator built in."""

    def __init__(self, chromium, address, **more):
        self.context = chromium.new_context(locale="en", viewport={"width": 390, "height": 844}, **more)
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.address = address
        self.wire = self.context.new_cdp_session(self.page)
        self.wire.send("WebAuthn.enable")
        self.authenticator = self.plug_in()

    def plug_in(self):
        return self.wire.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]

    def held(self):
        return self.wire.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})["credentials"]

    def go(self, path):
        self.page.goto(self.address + path)

    def sign_in(self, someone):
        self.go("/console/enter?next=/console/account")
        self.page.fill("#email", someone.email)
        self.page.fill("#password", PASSWORD)
        self.page.click("form[action='/console/enter'] button[type=submit]")
        self.page.wait_for_url(f"{self.address}/console/account")

    def add_passkey(self, name):
        self.page.fill("#passkey-name", name)
        self.page.click("[data-new-passkey] button")
        self.page.get_by_text("Your passkey is ready").wait_for()

    def sign_out(self):
        self.page.click("form[action='/console/leave'] button")
        self.page.get_by_text("You are signed out.").wait_for()

    def show(self):
        self.page.click("[data-passkey] button")

    def capture(self):
        """Show the passkey, and return what the page would have sent."""
        caught = []

        def hold(route):
            caught.append(route.request.post_data_json)
            route.abort()

        self.page.route("**/console/enter/passkey", hold)
        self.show()
        self.page.locator("[data-passkey] [data-problem]").wait_for()
        self.page.unroute("**/console/enter/passkey", hold)
        return caught[0]


@pytest.fixture
def device(chromium, address):
    made = Device(chromium, address)
    yield made
    made.context.close()
    assert made.complaints == []


def kinds(someone):
    look = "SELECT what FROM console_log WHERE actor = ? ORDER BY number"
    rows = someone.office.database.read(lambda transaction: transaction.all(look, f"person:{someone.account.id}"))
    return [row[0] for row in rows]


def test_a88_a_passkey_is_made_and_lets_somebody_in_who_types_nothing(app, device):
    mei = Colleague(app, "owner")
    device.sign_in(mei)
    device.add_passkey("My phone")
    [kept] = passkeys.listing(mei.office, mei.account.id)
    assert (kept.name, kept.host) == ("My phone", "localhost")
    assert [each["rpId"] for each in device.held()] == ["localhost"]
    device.sign_out()
    device.go("/console/enter?next=/console/account")
    device.show()
    device.page.wait_for_url(f"{device.address}/console/account")
    assert mei.email in device.page.content()
    assert passkeys.listing(mei.office, mei.account.id)[0].counter > kept.counter
    assert kinds(mei)[-3:] == ["passkey.added", "session.left", "session.began"]
    device.page.get_by_role("button", name="Remove the passkey My phone").click()
    device.page.get_by_text("The passkey is removed.").wait_for()
    device.sign_out()
    device.go("/console/enter")
    device.show()
    device.page.get_by_text("This passkey was not accepted.").wait_for()


def test_who_has_been_in_for_long_shows_who_they_are_before_a_passkey_is_added(app, device):
    mei = Colleague(app, "owner")
    device.sign_in(mei)
    old = int(now().timestamp()) - 3600
    change = "UPDATE console_session SET proved_at = ? WHERE person_id = ?"
    mei.office.database.write(lambda transaction: transaction.run(change, old, mei.account.id))
    device.page.click("[data-new-passkey] button")
    device.page.fill("#password", PASSWORD)
    device.page.click("form[action='/console/enter/again'] button[type=submit]")
    device.page.wait_for_url(f"{device.address}/console/account")
    device.add_passkey("Now it is me")
    assert len(passkeys.listing(mei.office, mei.account.id)) == 1


def test_a88_a_passkey_is_both_factors_and_no_wrong_password_keeps_its_owner_out(app, device):
    mei = Colleague(app, "owner")
    device.sign_in(mei)
    device.add_passkey("")
    mei.use_app(codes.new_key())
    device.sign_out()
    attacker = Colleague(app)
    for number in range(70):
        attacker.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        attacker.post("/console/enter", {"email": mei.email, "password": "wrong words", "next": ""}, token=None)
    device.show()
    device.page.wait_for_url(f"{device.address}/console/")
    assert mei.account.name in device.page.content()


def test_a88_an_answer_is_good_once_at_one_origin_and_for_one_host(app, device):
    mei = Colleague(app, "owner")
    device.sign_in(mei)
    device.add_passkey("Laptop")
    device.sign_out()
    own = device.address.removeprefix("http://")

    def send(shown, host):
        headers = {**HEADERS, "Host": host, "Accept": "application/json"}
        return app.test_client().post("/console/enter/passkey", json=shown, headers=headers).status_code

    captured = device.capture()
    assert [send(captured, own), send(captured, own)] == [200, 403]
    assert send(device.capture(), "localhost:9") == 403
    assert send(device.capture(), own.replace("localhost", "127.0.0.1")) == 403
    changed = device.capture()
    changed["credential"]["response"]["signature"] = "AAAA"
    assert send(changed, own) == 403
    nobody = device.capture()
    nobody["credential"]["id"] = nobody["credential"]["rawId"] = "AAAA"
    assert send(nobody, own) == 403
    for odd in ({}, {"credential": {}}, {"credential": "x"}, {"credential": {"id": 1, "response": {}}}):
        assert send(odd, own) in {400, 403}


def test_a88_a_copy_of_a_passkey_is_refused_and_noted(app, device):
    mei = Colleague(app, "owner")
    device.sign_in(mei)
    device.add_passkey("Key")
    [copied] = device.held()
    device.sign_out()
    device.show()
    device.page.wait_for_url(f"{device.address}/console/")
    device.wire.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device.authenticator})
    device.authenticator = device.plug_in()
    device.wire.send("WebAuthn.addCredential", {"authenticatorId": device.authenticator, "credential": copied})
    device.go("/console/account")
    device.sign_out()
    device.show()
    device.page.get_by_text("This passkey was refused, as a copy of it seems to be in use.").wait_for()
    assert kinds(mei)[-1] == "passkey.cloned"
    assert not Colleague(app).is_in()


def test_without_javascript_somebody_signs_in_by_password_and_code(app, chromium, address):
    mei, key = Colleague(app, "owner"), codes.new_key()
    mei.use_app(key)
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN", viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{address}/console/account")
    assert page.locator("[data-passkey]").is_hidden()
    page.fill("#email", mei.email)
    page.fill("#password", PASSWORD)
    page.click("form[action='/console/enter'] button[type=submit]")
    page.fill("#code", codes.code(key, int(now().timestamp()) // codes.STEP))
    page.click("button[type=submit]")
    page.wait_for_url(f"{address}/console/account")
    assert page.locator("h1").inner_text() == "我的账号"
    page.click("form[action='/console/leave'] button")
    assert page.get_by_text("您已退出登录。").count() == 1
    context.close()


def test_pages_of_accounts_have_nothing_that_keeps_anybody_out(app, device):
    boss = Colleague(app, "owner")
    other = Colleague(app, "staff")
    found, wide = {}, []

    def look(path):
        device.go(path)
        found[path] = violations(device.page)
        if device.page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)

    for path in ("/console/enter", "/console/enter/forgotten", "/console/enter/link/none"):
        look(path)
    device.sign_in(boss)
    for path in ("account", "account/password", "account/app", "team", "team/new", f"team/{other.account.id}", "log"):
        look(f"/console/{path}")
    assert {path: told for path, told in found.items() if told} == {}
    assert wide == []
