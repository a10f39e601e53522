"""On the way to the shop and back: what a publish changes, at an hour, versions restored and releases rolled back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import storefront
from colleagues import Colleague, quick

from runtime import publishing, timetable
from runtime.access.roles import Role

HOME = "/console/look"
PUBLISH = f"{HOME}/~publish"


@pytest.fixture
def app(shop):
    made = quick(storefront.application(shop))
    front = made.extensions["shopwright"]
    front.stocked(front.live.current())
    return made


@pytest.fixture
def owner(app):
    return Colleague(app, Role.OWNER).come_in()


def text(shop):
    return (shop / "shop.yaml").read_text("utf-8")


def live(shop):
    return (shop / "var/live").readlink().name


def do(somebody, deed, **more):
    digest = re.search(r'name="digest" value="(\w+)"', somebody.get(HOME).text)[1]
    return somebody.post(f"{HOME}/home", {"deed": deed, "digest": digest, **more})


def due(owner, shop, now):
    thread = timetable.publish_due(owner.office, shop, lambda: now, publishing.publish)
    thread.join()
    return owner.office.database.read(timetable.find)


def test_a_publish_tells_first_what_it_changes_and_then_changes_just_that(owner, shop):
    before = live(shop)
    do(owner, "add:hero", at="0")
    assert "Draft, not published" in owner.get(HOME).text
    told = owner.get(f"{HOME}/~plan").text
    assert "0 pages come, 2 change, 0 go." in told
    assert re.findall(r'<span class="mono">([^<]+)</span>', told) == ["/", "/en/"]
    assert live(shop) == before
    assert owner.post(PUBLISH, {"do": "now"}).headers["Location"] == f"{HOME}?done=forms.done.published"
    assert live(shop) != before
    assert "在这里写标题" in owner.get("/").text
    assert "Nothing to publish" in owner.get(PUBLISH).text


def test_an_hour_is_set_by_the_shops_clock_and_kept_until_it_comes(owner, shop):
    assert "Asia/Singapore (UTC+08:00)" in owner.get(PUBLISH).text
    for written, told in (("", "Write a day"), ("tomorrow", "Write a day"), ("2020-01-01T08:00", "in the past")):
        refused = owner.post(PUBLISH, {"do": "later", "at": written})
        assert refused.status_code == 422
        assert told in refused.text
    later = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT08:30")
    assert owner.post(PUBLISH, {"do": "later", "at": later}).headers["Location"] == f"{PUBLISH}?done=look.done.planned"
    planned = owner.office.database.read(timetable.find)
    assert planned.at == int(datetime.fromisoformat(f"{later}+08:00").timestamp())
    assert "Goes live" in owner.get(HOME).text
    do(owner, "hide:0")
    before, now = live(shop), datetime.fromtimestamp(planned.at, UTC)
    assert timetable.publish_due(owner.office, shop, lambda: now - timedelta(seconds=1), publishing.publish) is None
    done = due(owner, shop, now)
    assert (done.state, done.release) == ("done", live(shop))
    assert live(shop) != before


def test_drafts_that_wait_for_an_hour_do_not_go_live_with_a_form_of_somebody_else(owner, shop):
    later = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT08:30")
    owner.post(PUBLISH, {"do": "later", "at": later})
    do(owner, "hide:0")
    before, path = live(shop), "/console/settings/shop"
    form = owner.get(path).text
    assert "Drafts are saved that go live on" in form
    fields = {"~base": re.search(r'name="~base" value="([^"]+)"', form)[1], "name.en": "Five Seasons Tea"}
    assert owner.post(path, fields).headers["Location"] == f"{path}?done=forms.done.waits"
    assert "Five Seasons Tea" in text(shop)
    assert live(shop) == before
    planned = owner.office.database.read(timetable.find)
    assert due(owner, shop, datetime.fromtimestamp(planned.at, UTC)).release == live(shop) != before


def test_errors_at_the_hour_keep_the_shop_as_it_is_and_are_told_on_the_screen(owner, shop):
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    owner.post(PUBLISH, {"do": "later", "at": later})
    before = live(shop)
    (shop / "shop.yaml").write_text(text(shop).replace("shelf: green}", "shelf: greem}"), "utf-8")
    refused = due(owner, shop, datetime.now(UTC) + timedelta(days=2))
    assert refused.state == "refused"
    assert "greem" in refused.told
    assert live(shop) == before
    owner.office.database.write(
        lambda work: work.run("UPDATE planned_publish SET ended_at = ?", int(datetime.now(UTC).timestamp()))
    )
    shown = owner.get(PUBLISH).text
    assert "Nothing went live" in shown
    assert shown.count("greem") > 1


def test_an_hour_can_be_taken_back(owner):
    later = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT08:30")
    owner.post(PUBLISH, {"do": "later", "at": later})
    assert owner.post(PUBLISH, {"do": "cancel"}).headers["Location"] == f"{PUBLISH}?done=look.done.cancelled"
    assert "Goes live" not in owner.get(HOME).text


def test_a_version_is_shown_line_by_line_and_its_look_restored_without_the_settings(owner, shop):
    do(owner, "hide:0")
    hidden = text(shop)
    do(owner, "show:0")
    owner.post("/console/settings/shop", {})
    listed = owner.get(f"{HOME}/~history").text
    (newest, older) = re.findall(rf'href="{HOME}/~history/(\d+)"', listed)
    assert "Changed Home page › 1. › Hidden" in listed
    shown = owner.get(f"{HOME}/~history/{older}").text
    assert '<span class="plus">+home: [{section: shelf, shelf: green, hidden: true}]' in shown
    digest = re.search(r'name="digest" value="(\w+)"', shown)[1]
    late = owner.post(f"{HOME}/~history/~restore", {"number": older, "digest": "0" * 40})
    assert late.headers["Location"].endswith("done=look.done.stale")
    (shop / "shop.yaml").write_text(text(shop).replace("Four Seasons Tea}", "Five Seasons Tea}"), "utf-8")
    digest = re.search(r'name="digest" value="(\w+)"', owner.get(f"{HOME}/~history/{older}").text)[1]
    done = owner.post(f"{HOME}/~history/~restore", {"number": older, "digest": digest})
    assert done.headers["Location"] == f"{HOME}?done=look.done.restored"
    assert text(shop) == hidden.replace("Four Seasons Tea}", "Five Seasons Tea}")
    assert int(newest) > int(older)


def test_a_release_of_before_is_live_again_at_once_and_the_draft_stays(owner, shop):
    first = live(shop)
    do(owner, "remove:0")
    owner.post(PUBLISH, {"do": "now"})
    written = text(shop)
    assert live(shop) != first
    answer = owner.post(f"{HOME}/~history/~rollback", {"release": first})
    assert answer.headers["Location"].endswith("done=look.done.rolled_back")
    assert live(shop) == first
    assert text(shop) == written
    assert "Draft, not published" in owner.get(HOME).text
    gone = owner.post(f"{HOME}/~history/~rollback", {"release": "../../etc"})
    assert gone.headers["Location"].endswith("done=look.done.gone")
