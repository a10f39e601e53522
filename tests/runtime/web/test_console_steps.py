"""A second step that the shop asks for, what is offered after the wizard, and mails about devices that are new."""

from email import message_from_bytes, policy

import pytest
from colleagues import PASSWORD, Colleague, now, quick
from test_console_entry import log_of

from runtime import telling
from runtime.access import codes, second, sessions
from runtime.access.log import COMMAND
from runtime.access.second import Rule
from runtime.access.sessions import Place

BEGIN = "/console/account/begin"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/605.1"


@pytest.fixture
def app(open_shop, built):
    return quick(open_shop(built))


@pytest.fixture
def boss(app):
    return Colleague(app, "owner").come_in()


def ask_for(somebody, rule):
    second.choose(somebody.office, Rule(rule), COMMAND, now())


def add_passkey(somebody, at):
    somebody.office.database.write(
        lambda write: write.run(
            "INSERT INTO console_passkey (person_id, credential, public_key, counter, host, name, synced, made_at) "
            "VALUES (?, 'c', 'k', 0, 'localhost', 'phone', 0, ?)",
            *(somebody.account.id, at),
        )
    )


def begin(somebody, how):
    """Begin a session of a kind."""
    key = somebody.office.database.write(
        lambda write: sessions.start(write, somebody.account.id, how, Place(address=somebody.address), now())
    )
    somebody.client.set_cookie("console", key, domain="localhost", path="/console")
    return somebody


class TestASecondStepForEverybody:
    def test_leads_whoever_has_none_to_set_it_up_and_on_from_there(self, app, boss):
        lin = Colleague(app, "staff").come_in()
        assert boss.post("/console/team/second-step", {"rule": "everybody"}).status_code == 303
        answer = lin.get("/console/orders?view=sent")
        assert (answer.status_code, answer.headers["Location"]) == (
            303, f"{BEGIN}?next=%2Fconsole%2Forders%3Fview%3Dsent",
        )  # fmt: skip
        page = lin.get(answer.headers["Location"])
        assert page.status_code == 200
        assert 'data-next="/console/orders?view=sent"' in page.text
        assert "This shop asks for a second step." in page.text
        assert 'href="/console/orders"' not in page.text
        assert lin.get("/console/account/app").status_code == 200
        lin.use_app(codes.new_key())
        assert lin.get("/console/orders?view=sent").status_code == 200

    def test_bars_scripts_forms_and_the_studio_until_then(self, app, boss):
        lin = Colleague(app, "staff").come_in()
        token = lin.token()
        ask_for(boss, "everybody")
        assert lin.post("/console/products/~new", {"title": "Tea", "price": "5"}, token=token).status_code == 403
        assert lin.get("/console/products/~find.json", accept="application/json").status_code == 403
        assert lin.get("/console/live").headers["Location"].startswith(BEGIN)
        assert lin.get("/console/live/evening").headers["Location"].startswith(BEGIN)
        assert lin.get("/console/account").headers["Location"].startswith(BEGIN)

    def test_is_a_passkey_that_was_shown_and_not_one_that_lies_at_home(self, app, boss):
        lin = Colleague(app, "staff").come_in()
        add_passkey(lin, int(now().timestamp()) - 1000)
        ask_for(boss, "everybody")
        page = lin.get(BEGIN).text
        assert "You came in with your password alone" in page
        assert lin.get("/console/orders").status_code == 303
        assert begin(lin, "passkey").get("/console/orders").status_code == 200

    def test_is_one_that_was_just_added(self, app, boss):
        lin = Colleague(app, "staff").come_in()
        ask_for(boss, "everybody")
        assert lin.get("/console/orders").status_code == 303
        add_passkey(lin, int(now().timestamp()) + 1)
        assert lin.get("/console/orders").status_code == 200

    def test_may_be_asked_of_owners_and_managers_alone(self, app, boss):
        ask_for(boss, "leaders")
        ways = {role: Colleague(app, role).come_in().get("/console/").status_code for role in ("manager", "staff")}
        assert ways == {"manager": 303, "staff": 200}

    def test_is_for_an_owner_to_choose_who_showed_who_they_are_and_stands_in_the_log(self, app, boss):
        manager = Colleague(app, "manager").come_in()
        assert manager.post("/console/team/second-step", {"rule": "nobody"}).status_code == 403
        assert boss.post("/console/team/second-step", {"rule": "sometimes"}).status_code == 400
        assert boss.post("/console/team/second-step", {"rule": "leaders"}).headers["Location"].endswith("second_step")
        written = [row for row in log_of(boss) if row[0] == "team.second_step"]
        assert [row[3] for row in written] == ["leaders"]
        assert Colleague(app, "staff").come_in().get("/console/").status_code == 200


class TestAfterTheWizard:
    def test_a_passkey_is_offered_and_may_wait(self, app):
        mei = begin(Colleague(app, "owner"), "setup")
        page = mei.get(BEGIN)
        assert (page.status_code, "data-new-passkey" in page.text) == (200, True)
        assert '<a class="button button-plain" href="/console/">Later</a>' in page.text
        assert "console_known=" in page.headers["Set-Cookie"]


class TestANewDevice:
    def mails(self, app):
        front = app.extensions["shopwright"]
        till = front.till(front.live.current())
        telling.send_due(till, front.settings, "https://tea.example.com", now())
        files = sorted((front.settings.var / "mail").glob("console-changed-*.eml"))
        return [message_from_bytes(each.read_bytes(), policy=policy.default) for each in files]

    def test_is_told_by_mail_in_the_persons_language_with_what_to_do(self, app):
        mei = Colleague(app, "owner", language="zh-CN")
        assert mei.sign_in().status_code == 303
        mei.post("/console/leave")
        assert mei.sign_in().status_code == 303
        assert self.mails(app) == []
        thief = app.test_client()
        thief.environ_base["REMOTE_ADDR"] = "203.0.113.9"
        data = {"email": mei.email, "password": PASSWORD, "next": ""}
        headers = {**mei.headers, "User-Agent": SAFARI}
        assert thief.post("/console/enter", data=data, headers=headers).status_code == 303
        (mail,) = self.mails(app)
        text = " ".join(mail.get_body(("plain",)).get_content().split())
        assert mail["Subject"] == "新设备登录了“四季茶铺”后台"
        assert "Safari · iPhone，来自 203.0.113.9，时间 2" in text
        assert "(Asia/Singapore)" in text
        assert "换一个新密码" in text
        assert "https://tea.example.com/console/account" in text

    def test_is_none_where_several_people_share_one(self, app):
        mei, lin = Colleague(app, "owner"), Colleague(app, "staff")
        lin.client = mei.client
        for somebody in (mei, lin, mei, lin):
            assert somebody.sign_in().status_code == 303
        assert self.mails(app) == []
