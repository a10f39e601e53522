"""Signing in and out of the console: what is shown becomes a new session, and what is guessed becomes nothing."""

import re
import threading

import pytest
import storefront
from colleagues import HEADERS, PASSWORD, Colleague, now, quick

from runtime.access import codes, links
from runtime.access.log import COMMAND

WRONG = "wrong words entirely"


@pytest.fixture(scope="module")
def still(built, tmp_path_factory):
    """Return an application for tests that leave nobody signed out."""
    made = storefront.application(storefront.copy(built, tmp_path_factory.mktemp("entry") / "shop"))
    yield quick(made)
    made.extensions["shopwright"].close()


@pytest.fixture
def app(open_shop, built):
    return quick(open_shop(built))


def cookie(answer, name="console"):
    return next((each for each in answer.headers.getlist("Set-Cookie") if each.startswith(f"{name}=")), "")


def log_of(someone):
    look = "SELECT what, actor, subject, after, address FROM console_log ORDER BY number"
    return someone.office.database.read(lambda transaction: transaction.all(look))


class TestThePassword:
    def test_lets_somebody_in_and_on_to_where_they_were_going(self, still):
        mei = Colleague(still, "owner")
        answer = mei.get("/console/team?x=1")
        assert (answer.status_code, answer.headers["Location"]) == (
            303,
            "/console/enter?next=%2Fconsole%2Fteam%3Fx%3D1",
        )
        answer = mei.sign_in(next="/console/team?x=1")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/team?x=1")
        kept = cookie(answer)
        assert re.fullmatch(r"console=[A-Za-z0-9_-]{43}; HttpOnly; Path=/console; SameSite=Lax", kept)
        assert mei.get("/console/team").status_code == 200

    def test_is_kept_from_siblings_where_the_shop_is_reached_safely(self, still):
        mei = Colleague(still, "owner")
        data = {"email": mei.email, "password": PASSWORD, "next": ""}
        answer = mei.client.post("/console/enter", data=data, headers=mei.headers, base_url="https://localhost")
        assert re.fullmatch(
            r"__Host-console=[A-Za-z0-9_-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax",
            cookie(answer, "__Host-console"),
        )

    def test_a83_a_cookie_that_was_set_before_names_no_session_and_the_new_one_is_another(self, still):
        mei = Colleague(still, "owner")
        fixed = "A" * 43
        mei.client.set_cookie("console", fixed, domain="localhost", path="/console")
        assert not mei.is_in()
        first = cookie(mei.sign_in())
        assert fixed not in first
        again = cookie(mei.sign_in())
        assert first != again
        stolen = Colleague(still)
        stolen.client.set_cookie("console", first[8:51], domain="localhost", path="/console")
        assert not stolen.is_in()
        assert mei.is_in()

    def test_that_is_wrong_is_refused_in_words_and_appears_nowhere(self, still):
        mei = Colleague(still, "owner", language="zh-CN")
        wrong = (WRONG, "", PASSWORD.upper(), PASSWORD + " ", "x" * 5000)
        assert [mei.sign_in(given).status_code for given in wrong] == [403] * len(wrong)
        answer = mei.sign_in(WRONG)
        assert "邮箱或密码不对。" in answer.text
        assert "<title>错误" in answer.text
        assert cookie(answer) == ""
        what, actor, subject, after, address = log_of(mei)[-1]
        assert (what, actor, after, address) == ("session.refused", "nobody", "password", mei.address)
        assert subject == f"{mei.account.name} (person:{mei.account.id})"
        assert WRONG not in str(log_of(mei)) + answer.text

    def test_of_nobody_is_refused_in_the_same_words(self, still):
        mei, nobody = Colleague(still, "owner"), Colleague(still)
        wrong = mei.sign_in(WRONG)
        unknown = nobody.post("/console/enter", {"email": mei.email + "x", "password": WRONG, "next": ""}, token=None)
        assert unknown.status_code == wrong.status_code == 403
        assert unknown.text.replace(mei.email + "x", mei.email) == wrong.text

    def test_a95_leads_nowhere_else(self, still):
        mei, led = Colleague(still, "owner"), {}
        for wanted in (
            "//evil.example", "/\\evil.example", "///evil.example", "https:evil.example", "https://evil.example/console/",
            "%09//evil.example", "javascript:alert(1)", "/console//evil.example", "/console/\r\nX: y", "/cart/",
            "/console/../cart/", "/console/enter/again", "\t/console/team",
        ):  # fmt: skip
            led[wanted] = mei.sign_in(next=wanted).headers["Location"]
        assert led == dict.fromkeys(led, "/console/")


class TestGuessing:
    def test_a87_a_thousand_guesses_from_one_place_are_ten_tries(self, app):
        mei, attacker = Colleague(app, "owner"), Colleague(app)
        statuses = []
        for number in range(1000):
            data = {"email": mei.email, "password": f"{WRONG} {number}", "next": ""}
            statuses.append(attacker.post("/console/enter", data, token=None).status_code)
        assert (statuses.count(403), statuses.count(429)) == (10, 990)
        right = attacker.post("/console/enter", {"email": mei.email, "password": PASSWORD, "next": ""}, token=None)
        assert (right.status_code, int(right.headers["Retry-After"]) > 0) == (429, True)

    def test_a87_a_forged_address_of_a_proxy_that_is_none_buys_no_tries(self, app):
        mei, attacker = Colleague(app, "owner"), Colleague(app)
        statuses = []
        for number in range(100):
            data = {"email": mei.email, "password": WRONG, "next": ""}
            forged = {"X-Forwarded-For": f"203.0.{number}.7", "Forwarded": f"for=203.0.{number}.7"}
            statuses.append(attacker.post("/console/enter", data, token=None, **forged).status_code)
        assert statuses.count(403) == 10

    def test_a87_one_password_for_a_thousand_people_is_ten_tries(self, app):
        attacker, statuses = Colleague(app), []
        for number in range(100):
            data = {"email": f"person{number}@example.com", "password": WRONG, "next": ""}
            statuses.append(attacker.post("/console/enter", data, token=None).status_code)
        assert statuses.count(403) == 10

    def test_a87_an_address_in_other_letters_buys_no_tries(self, app):
        mei, statuses = Colleague(app, "owner", "mei"), []
        ways = ("mei@example.com", "MEI@example.com", " Mei@Example.com", "ｍｅｉ@example.com", "mei@EXAMPLE.com\t")
        for number in range(70):
            attacker = app.test_client()
            attacker.environ_base["REMOTE_ADDR"] = f"203.0.{number}.9"
            data = {"email": ways[number % 5], "password": WRONG, "next": ""}
            statuses.append(attacker.post("/console/enter", data=data, headers=HEADERS).status_code)
        assert (statuses.count(403), statuses.count(429)) == (60, 10)
        assert mei.sign_in().status_code == 429

    def test_a87_guesses_at_once_are_not_more_than_one_after_another(self, app):
        mei, statuses = Colleague(app, "owner"), []

        def guess():
            attacker = app.test_client()
            attacker.environ_base["REMOTE_ADDR"] = "203.0.113.77"
            data = {"email": mei.email, "password": WRONG, "next": ""}
            statuses.append(attacker.post("/console/enter", data=data, headers=HEADERS).status_code)

        threads = [threading.Thread(target=guess) for _ in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (statuses.count(403), statuses.count(429)) == (10, 14)

    def test_a87_strangers_from_everywhere_lock_nobody_out_of_a_browser_they_know(self, app):
        mei = Colleague(app, "owner")
        assert mei.sign_in().status_code == 303
        mei.post("/console/leave")
        statuses = []
        for number in range(80):
            attacker = app.test_client()
            attacker.environ_base["REMOTE_ADDR"] = f"203.0.{number}.9"
            data = {"email": mei.email, "password": WRONG, "next": ""}
            statuses.append(attacker.post("/console/enter", data=data, headers=HEADERS).status_code)
        assert (statuses.count(403), statuses.count(429)) == (60, 20)
        assert mei.sign_in().status_code == 303

    def test_who_signs_in_rightly_uses_no_tries_up(self, still):
        mei = Colleague(still, "owner")
        assert [mei.sign_in().status_code for _ in range(14)] == [303] * 14

    def test_a87_codes_cannot_be_guessed_by_trying(self, app):
        mei, key = Colleague(app, "owner"), codes.new_key()
        mei.use_app(key)
        assert mei.sign_in().headers["Location"] == "/console/enter/code"
        statuses = [mei.post("/console/enter/code", {"code": f"{n:06}"}, token=None).status_code for n in range(8)]
        assert statuses == [403] * 5 + [429] * 3
        right = codes.code(key, int(now().timestamp()) // 30)
        assert mei.post("/console/enter/code", {"code": right}, token=None).status_code == 429
        assert not mei.is_in()


class TestTheSecondFactor:
    def test_is_asked_for_after_the_password_and_before_anything_else(self, still):
        mei, key = Colleague(still, "owner"), codes.new_key()
        mei.use_app(key)
        answer = mei.sign_in(next="/console/team")
        assert answer.headers["Location"] == "/console/enter/code"
        assert cookie(answer) == ""
        assert not mei.is_in()
        code = codes.code(key, int(now().timestamp()) // 30)
        answer = mei.post("/console/enter/code", {"code": code}, token=None)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/team")
        assert mei.is_in()

    def test_a88_a_code_that_was_used_lets_nobody_in(self, still):
        mei, key = Colleague(still, "owner"), codes.new_key()
        mei.use_app(key)
        code = codes.code(key, int(now().timestamp()) // 30)
        mei.sign_in()
        assert mei.post("/console/enter/code", {"code": code}, token=None).status_code == 303
        mei.post("/console/leave")
        mei.sign_in()
        answer = mei.post("/console/enter/code", {"code": code}, token=None)
        assert answer.status_code == 403
        assert "This code is wrong, over or was used." in answer.text

    def test_is_not_reached_without_the_password_nor_after_another_one_was_chosen(self, still):
        mei, nobody = Colleague(still, "owner"), Colleague(still)
        mei.use_app(codes.new_key())
        assert nobody.get("/console/enter/code").headers["Location"] == "/console/enter"
        assert nobody.post("/console/enter/code", {"code": "123456"}, token=None).status_code == 303
        mei.sign_in()
        assert mei.get("/console/enter/code").status_code == 200
        link = links.invite(mei.office, mei.account.id, COMMAND, now())
        token = link.path(mei.office).removeprefix(links.PATH)
        links.choose_password(mei.office, token, "moss lantern kettle", COMMAND, now())
        assert mei.get("/console/enter/code").headers["Location"] == "/console/enter"
