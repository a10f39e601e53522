"""Being signed in to the console: leaving it, forged requests, the way back in, proof, and what accounts are shown."""

import re
from datetime import timedelta

import pytest
import storefront
from colleagues import PASSWORD, Colleague, now, quick

from runtime.access import accounts, links, sessions
from runtime.access.log import COMMAND
from runtime.access.sessions import Place

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


class TestLeaving:
    def test_a84_ends_the_session_whatever_the_browser_keeps(self, still):
        mei = Colleague(still, "owner")
        key = cookie(mei.sign_in())[8:51]
        answer = mei.post("/console/leave")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/enter?done=entry.done.left")
        assert "Max-Age=0" in cookie(answer)
        mei.client.set_cookie("console", key, domain="localhost", path="/console")
        assert not mei.is_in()

    def test_a84_every_way_out_is_over_with_the_next_click(self, still):
        boss = Colleague(still, "owner").come_in()
        ends = {
            "role": lambda lin: boss.post(f"/console/team/{lin.account.id}/role", {"role": "manager"}),
            "ended": lambda lin: boss.post(f"/console/team/{lin.account.id}/sessions/end"),
            "removed": lambda lin: boss.post(f"/console/team/{lin.account.id}/remove"),
        }
        seen = {}
        for name, end in ends.items():
            lin = Colleague(still, "staff").come_in()
            before = lin.is_in()
            assert end(lin).status_code == 303
            seen[name] = (before, lin.is_in())
        assert seen == dict.fromkeys(ends, (True, False))

    def test_one_device_and_all_other_devices_are_signed_out_from_ones_account(self, still):
        mei = Colleague(still, "owner").come_in()
        others = []
        for _ in range(3):
            other = Colleague(still)
            other.account = mei.account
            others.append(other.come_in())
        listed = sessions.listing(mei.office, mei.account.id, now())
        assert len(listed) == 4
        first = min(each.id for each in listed if each.id != min(one.id for one in listed))
        assert mei.post(f"/console/account/sessions/{first}/end").status_code == 303
        assert [each.is_in() for each in others] == [False, True, True]
        assert mei.post("/console/account/sessions/end").status_code == 303
        assert [each.is_in() for each in others] == [False, False, False]
        assert mei.is_in()

    def test_a85_nobody_signs_out_a_device_of_somebody_else(self, still):
        mei, lin = Colleague(still, "owner").come_in(), Colleague(still, "owner").come_in()
        theirs = sessions.listing(lin.office, lin.account.id, now())[0].id
        assert mei.post(f"/console/account/sessions/{theirs}/end").status_code == 404
        assert lin.is_in()


class TestForgery:
    def test_a86_what_comes_from_elsewhere_changes_nothing(self, still):
        mei = Colleague(still, "owner").come_in()
        token = mei.token()
        plain = {"Host": "localhost"}
        sent = {
            "another site": {"Origin": "https://evil.example"},
            "a sibling": {"Origin": "http://evil.localhost"},
            "a sibling, as browsers say": {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
            "another site, as browsers say": {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
            "nowhere": {},
            "an opaque place": {"Origin": "null"},
            "another port": {"Origin": "http://localhost:9999"},
        }
        data = {"name": "Changed", "locale": "en", "csrf_token": token}
        answers = {}
        for name, headers in sent.items():
            answer = mei.client.post("/console/account/profile", data=data, headers={**plain, **headers})
            answers[name] = answer.status_code
        assert answers == dict.fromkeys(sent, 403)
        assert mei.office.database.read(lambda look: accounts.get(look, mei.account.id)).name == mei.account.name

    def test_a86_other_kinds_of_bodies_and_methods_change_nothing(self, still):
        mei = Colleague(still, "owner").come_in()
        data = f"name=Changed&locale=en&csrf_token={mei.token()}"

        def sent(kind, method="POST", **headers):
            return mei.client.open(
                "/console/account/profile",
                method=method,
                data=data,
                content_type=kind,
                headers={**mei.headers, **headers},
            ).status_code

        assert sent("text/plain") == 415
        assert sent("application/x-www-form-urlencoded", "PUT") == 405
        assert sent("application/x-www-form-urlencoded", "GET") == 405
        assert sent("application/x-www-form-urlencoded", "GET", **{"X-HTTP-Method-Override": "POST"}) == 405
        assert mei.office.database.read(lambda look: accounts.get(look, mei.account.id)).name == mei.account.name

    def test_a86_a_form_without_the_pages_own_token_changes_nothing(self, still):
        mei, lin = Colleague(still, "owner").come_in(), Colleague(still, "owner").come_in()
        for token in ("0" * 64, lin.token(), None):
            answer = mei.post("/console/account/profile", {"name": "Changed", "locale": "en"}, token=token)
            assert answer.status_code == 409
        assert mei.office.database.read(lambda look: accounts.get(look, mei.account.id)).name == mei.account.name

    def test_a90_what_a_form_does_not_offer_is_refused_and_noted(self, still):
        mei, boss = Colleague(still, "staff").come_in(), Colleague(still, "owner").come_in()
        data = {"name": "Lin", "locale": "en", "role": "owner", "totp_key": ""}
        assert mei.post("/console/account/profile", data).status_code == 400
        new = {"email": "new@example.com", "name": "", "role": "staff", "mailed": "", "id": "1", "password_hash": "x"}
        assert boss.post("/console/team/new", new).status_code == 400
        after = mei.office.database.read(lambda look: accounts.get(look, mei.account.id))
        assert (after.role, after.name) == (mei.account.role, mei.account.name)
        assert [row[:4] for row in log_of(mei) if row[0] == "form.odd"] == [
            ("form.odd", f"person:{mei.account.id}", "/console/account/profile", "role, totp_key"),
            ("form.odd", f"person:{boss.account.id}", "/console/team/new", "id, password_hash"),
        ]

    def test_a90_a_field_that_is_there_twice_is_refused(self, still):
        mei = Colleague(still, "staff").come_in()
        body = f"name=Lin&name=Mei&locale=en&csrf_token={mei.token()}"
        answer = mei.client.post(
            "/console/account/profile", data=body, content_type="application/x-www-form-urlencoded", headers=mei.headers
        )
        assert answer.status_code == 400


class TestTheWayBackIn:
    def test_a89_a_poisoned_host_is_turned_away_and_in_no_mail(self, app):
        mei = Colleague(app, "owner")
        for host in ({"Host": "evil.example"}, {"Host": "localhost", "X-Forwarded-Host": "evil.example"}):
            headers = {"Sec-Fetch-Site": "same-origin", **host}
            mei.client.post("/console/enter/forgotten", data={"email": mei.email}, headers=headers)
        rows = mei.office.database.read(lambda look: look.all("SELECT topic, reference FROM notice"))
        assert [topic for topic, _ in rows] == ["console-reset"]
        assert "evil" not in str(rows)

    def test_a89_the_answer_is_the_same_for_an_address_that_nobody_has(self, still):
        mei, nobody = Colleague(still, "owner"), Colleague(still)
        known = nobody.post("/console/enter/forgotten", {"email": mei.email}, token=None)
        unknown = nobody.post("/console/enter/forgotten", {"email": f"x{mei.email}"}, token=None)
        assert known.status_code == unknown.status_code == 200
        assert unknown.text.replace(f"x{mei.email}", mei.email) == known.text

    def test_a89_a_link_shows_a_page_changes_nothing_by_itself_and_is_good_once(self, still):
        mei = Colleague(still, "owner").come_in()
        path = links.invite(mei.office, mei.account.id, COMMAND, now()).path(mei.office)
        nobody = Colleague(still)
        for _ in range(3):
            assert nobody.get(path).status_code == 200
        assert mei.is_in()
        form = {"password": "moss lantern kettle", "email": mei.email}
        answer = nobody.post(path, form, token=None)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/enter?done=entry.done.chosen")
        assert cookie(answer) == ""
        assert not mei.is_in()
        assert nobody.post(path, {**form, "password": "kettle lantern moss"}, token=None).status_code == 410
        assert nobody.get(path).status_code == 410
        assert mei.sign_in("moss lantern kettle").status_code == 303

    def test_a_password_that_is_none_is_refused_at_its_field(self, still):
        mei = Colleague(still, "owner")
        path = links.invite(mei.office, mei.account.id, COMMAND, now()).path(mei.office)
        answer = mei.post(path, {"password": "password123", "email": ""}, token=None)
        assert answer.status_code == 422
        assert answer.text.count("This password is among the first that somebody would try.") == 2
        assert "<title>Error:" in answer.text


class TestProof:
    def test_a_browser_left_open_is_asked_again_before_the_team_is_changed(self, still):
        boss, lin = Colleague(still, "owner").come_in(), Colleague(still, "staff")
        old = int((now() - timedelta(minutes=40)).timestamp())
        boss.office.database.write(
            lambda transaction: transaction.run(
                "UPDATE console_session SET proved_at = ? WHERE person_id = ?", old, boss.account.id
            )
        )
        answer = boss.post(f"/console/team/{lin.account.id}/remove")
        wanted = f"/console/enter/again?next=%2Fconsole%2Fteam%2F{lin.account.id}"
        assert (answer.status_code, answer.headers["Location"]) == (303, wanted)
        assert boss.get("/console/team/new").headers["Location"] == "/console/enter/again?next=%2Fconsole%2Fteam%2Fnew"
        assert boss.get("/console/log.csv").status_code == 303
        assert boss.get("/console/team").status_code == 200
        assert boss.post("/console/enter/again", {"password": WRONG, "next": ""}).status_code == 403
        answer = boss.post("/console/enter/again", {"password": PASSWORD, "next": "/console/team/new"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/team/new")
        assert boss.get("/console/team/new").status_code == 200
        assert boss.post(f"/console/team/{lin.account.id}/remove").status_code == 303
        assert lin.sign_in().status_code == 403


class TestPages:
    def test_a99_pages_of_accounts_are_kept_nowhere_and_framed_by_nobody(self, still):
        boss = Colleague(still, "owner").come_in()
        for path in (
            "/console/enter/again",
            "/console/account",
            "/console/team",
            "/console/log",
            "/console/account/app",
        ):
            headers = boss.get(path).headers
            assert headers["Cache-Control"] == "no-store"
            policy = headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy
            assert "script-src 'self';" in policy
            assert headers["Referrer-Policy"] == "same-origin"
            assert headers["X-Content-Type-Options"] == "nosniff"

    def test_a91_names_and_browsers_are_shown_as_text(self, still):
        boss = Colleague(still, "owner").come_in()
        evil = "<script>alert(1)</script>"
        boss.headers["User-Agent"] = f"Firefox {evil}"
        boss.post("/console/account/profile", {"name": evil, "locale": "en"})
        boss.sign_in()
        for path in ("/console/account", "/console/team", "/console/log", f"/console/team/{boss.account.id}"):
            assert evil not in boss.get(path).text
        assert "&lt;script&gt;" in boss.get("/console/log").text

    def test_an_owner_invites_somebody_who_then_comes_in_by_the_link(self, still):
        boss = Colleague(still, "owner").come_in()
        new = {"email": "Hua@example.com", "name": "Hua", "role": "staff", "mailed": ""}
        answer = boss.post("/console/team/new", new)
        page = boss.get(answer.headers["Location"]).text
        [path] = set(re.findall(r'value="http://localhost(/console/enter/link/\w+)"', page))
        hua = Colleague(still)
        assert hua.post(path, {"password": PASSWORD, "email": ""}, token=None).status_code == 303
        data = {"email": "hua@example.com", "password": PASSWORD, "next": "/console/live"}
        assert hua.post("/console/enter", data, token=None).status_code == 303
        assert "Hua" in hua.get("/console/account").text
        assert hua.get("/console/team").status_code == 403
        assert boss.post("/console/team/new", new).status_code == 422

    def test_the_log_is_filtered_paged_and_taken_away(self, still):
        boss = Colleague(still, "owner").come_in()
        page = boss.get(f"/console/log?actor=person:{boss.account.id}&what=session").text
        assert "Nothing yet" in page
        boss.sign_in()
        page = boss.get(f"/console/log?actor=person:{boss.account.id}&what=session").text
        assert page.count("Signed in") >= 1
        answer = boss.get(f"/console/log.csv?actor=person:{boss.account.id}")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="log.csv"'
        rows = answer.get_data().decode("utf-8-sig").splitlines()
        assert rows[0] == "number,at,actor,name,what,subject,before,after,address,seal"
        assert {row.split(",")[2] for row in rows[1:]} == {f"person:{boss.account.id}"}
        for odd in (
            "before=-5",
            "before=9e99",
            "before=99999999999999999999",
            "from=2026-13-99",
            "what=%25",
            "text=%00",
        ):
            assert boss.get(f"/console/log?{odd}").status_code in {200, 400}


class TestTheStudio:
    def test_lets_accounts_in_by_their_role(self, still):
        ways = {}
        for role in ("owner", "manager", "staff", "live_assistant", "read_only"):
            answer = Colleague(still, role).come_in().get("/console/live/evening")
            ways[role] = (answer.status_code, "You help" in answer.text or "data-flash-form" not in answer.text)
        assert ways == {
            "owner": (200, False),
            "manager": (200, False),
            "staff": (200, False),
            "live_assistant": (200, True),
            "read_only": (403, True),
        }

    def test_notes_what_an_account_does_by_its_number(self, still):
        lin = Colleague(still, "live_assistant").come_in()
        token = re.search(r'"csrf": "(\w+)"', lin.get("/console/live/evening").text)[1]
        assert lin.send("/console/live/evening/notice", {"text": "Hello"}, token).status_code == 200
        look = "SELECT actor FROM live_notice WHERE room = 'evening'"
        assert lin.office.database.read(lambda transaction: transaction.find(look)) == (f"person:{lin.account.id}",)

    def test_sends_an_account_that_leaves_it_back_to_the_console_and_keeps_it_signed_in(self, still):
        lin = Colleague(still, "staff").come_in()
        token = re.search(r'"csrf": "(\w+)"', lin.get("/console/live/evening").text)[1]
        answer = lin.post("/console/live/leave", token=token)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")
        assert lin.is_in()


def test_an_account_tells_how_each_session_began(app):
    owner = Colleague(app, "owner").come_in()
    for way in sessions.WAYS:
        owner.office.database.write(
            lambda transaction, way=way: sessions.start(
                transaction, owner.account.id, way, Place(address=owner.address), now()
            )
        )
    told = owner.get("/console/account")
    assert told.status_code == 200
    assert "setup wizard" in told.text
    assert "mailed link" in told.text
