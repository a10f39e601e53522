"""Live rooms in the console: made in one press, edited by form, planned again, told in numbers, and taken away."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import form_browser
import pytest
import storefront
import studio_guests
from colleagues import Colleague, quick
from studio_guests import Guest, open_broadcast

from runtime.access.roles import Role
from runtime.live import broadcasts, folders
from runtime.live.values import Recording, Why

HOME = "/console/live"
EDIT = f"{HOME}/tea/edit"
DRAFT = {"~draft": "y"}


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    return studio_guests.published(tmp_path_factory.mktemp("rooms") / "shop")


@pytest.fixture
def shop(rooms, tmp_path):
    return storefront.copy(rooms, tmp_path / "shop")


@pytest.fixture
def app(shop):
    made = quick(storefront.application(shop))
    front = made.extensions["shopwright"]
    front.stocked(front.live.current())
    return made


@pytest.fixture
def owner(app):
    return Colleague(app, Role.OWNER).come_in()


@pytest.fixture
def database(app):
    return app.extensions["shopwright"].database


def text(shop, name="tea"):
    return (shop / f"live/{name}.yaml").read_text("utf-8")


def save(somebody, written, path=EDIT, order=None):
    """Send the form of a room as a browser does, with something written into it; ``order`` of its products."""
    given = form_browser.form(somebody.get(path).text)
    if order is not None:
        tokens = {given[f"products.{each}"]: each for each in given.getlist("products") if each}
        given.setlist("products", ["", *(tokens[each] for each in order)])
    for name, value in written.items():
        given.setlist(name, [value])
    body = {name: given.getlist(name) for name in given}
    return somebody.client.post(path, data=body, headers=somebody.headers, content_type="multipart/form-data")


def noted(app, what):
    office = Colleague(app).office
    rows = office.database.read(lambda look: look.all("SELECT what, subject, before, after FROM console_log"))
    return [row[1:] for row in rows if row[0] == what]


def over(database, room="tea"):
    """Let a broadcast have run."""
    running = open_broadcast(database, room)
    return broadcasts.end(database, running.id, Why.HOST, datetime.now(UTC) + timedelta(minutes=10))


def keep(app, found, size=1_500_000):
    """Let a recording of a broadcast lie on disk."""
    front = app.extensions["shopwright"]
    folder = folders.seen(front.settings.rooms, found.room, found.stream)
    folder.mkdir(parents=True)
    (folder / "1.m4s").write_bytes(b"picture")
    broadcasts.record(front.database, found.id, Recording.WHOLE, size=size, duration_ms=2000)
    return folder


def titles(page):
    return re.findall(r'<a class="over[^"]*" href="/console/live/[\w-]+(?:/numbers)?">([^<]*)</a>', page)


class TestNewRooms:
    def test_a_title_products_and_a_press_lead_to_the_studio_of_a_room_that_is_there_at_once(self, app, owner, shop):
        answer = owner.post(f"{HOME}/~new", {
            "title": "秋茶开仓", "pick": ["longjing", "sizes"], "order": "sizes longjing", "deed": "go",
        })  # fmt: skip
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{HOME}/qiu-cha-kai-cang")
        written = text(shop, "qiu-cha-kai-cang")
        assert written.startswith("title: 秋茶开仓\nstarts_at: 20")
        assert written.endswith("products: [sizes, longjing]\nsource:\n  kind: broadcast\n")
        assert owner.get(answer.headers["Location"]).status_code == 200
        assert app.test_client().get("/live/qiu-cha-kai-cang/", headers={"Host": "localhost"}).status_code == 200
        assert noted(app, "room.made") == [("qiu-cha-kai-cang", "", "秋茶开仓")]

    def test_an_empty_console_is_the_form_of_the_first_room(self, owner, shop):
        for path in (shop / "live").glob("*.yaml"):
            path.unlink()
        storefront.publish(shop)
        page = owner.get(HOME).text
        assert 'action="/console/live/~new"' in page
        assert page.count('name="pick"') == 5
        assert 'value="go"' in page
        assert 'name="pick" value="draft"' not in page

    def test_a_time_plans_a_room_and_a_player_is_checked_in_the_words_of_check(self, owner, shop):
        planned = {"title": "Cups", "starts_at": "2099-05-01T20:00", "deed": "plan"}
        wrong = owner.post(f"{HOME}/~new", planned | {"url": "https://example.com/video"})
        assert wrong.status_code == 422
        told = re.search(r'id="url-problem">.*?<span>([^<]+)</span>', wrong.text, re.DOTALL)[1]
        (shop / "live/odd.yaml").write_text(
            "title: Odd\nstarts_at: 2099-05-01T20:00\nsource: {kind: embed, url: 'https://example.com/video'}\n",
            "utf-8",
        )
        assert told in owner.get(f"{HOME}/odd/edit").text
        (shop / "live/odd.yaml").unlink()
        made = owner.post(f"{HOME}/~new", planned | {"url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"})
        assert made.headers["Location"] == f"{HOME}/cups-2/invite?done=rooms.done.planned"
        assert text(shop, "cups-2").endswith("  kind: embed\n  url: https://www.youtube.com/watch?v=dQw4w9WgXcQ\n")

    def test_what_is_missing_stands_at_its_field_and_nothing_is_written(self, owner, shop):
        before = sorted(shop.glob("live/*"))
        assert "Give the room a title" in owner.post(f"{HOME}/~new", {"pick": "longjing"}).text
        assert "Say when it starts" in owner.post(f"{HOME}/~new", {"title": "Later", "deed": "plan"}).text
        assert "not there any more" in owner.post(f"{HOME}/~new", {"title": "Gone", "pick": "gone"}).text
        assert sorted(shop.glob("live/*")) == before

    def test_a_room_with_the_title_of_another_gets_its_day_behind_it(self, owner, shop):
        made = owner.post(f"{HOME}/~new", {"title": "直播 tea", "starts_at": "2099-05-01T20:00", "deed": "plan"})
        assert made.headers["Location"].endswith("rooms.done.planned")
        assert text(shop, "zhi-bo-tea").startswith("title: 直播 tea · 5月1日\n")

    def test_a_room_is_never_called_like_an_address_of_the_studio(self, owner):
        answer = owner.post(f"{HOME}/~new", {"title": "Enter"})
        assert answer.headers["Location"] == f"{HOME}/enter-2"


class TestTheForm:
    def test_only_what_was_changed_is_written_and_the_shop_shows_it_at_once(self, owner, app, shop):
        before = text(shop)
        answer = save(owner, {"host": "阿青", "chat": "buyers"})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{EDIT}?done=forms.done.published")
        assert text(shop) == before.replace("chat: everyone", "chat: buyers") + "host: 阿青\n"
        assert "阿青" in app.test_client().get("/live/tea/", headers={"Host": "localhost"}).text

    def test_numbers_change_freely_before_a_room_has_begun(self, owner, shop):
        assert save(owner, DRAFT, order=["sizes", "longjing", "last-tin"]).status_code == 303
        assert "products: [sizes, longjing, last-tin]" in text(shop)

    def test_numbers_of_a_room_that_has_begun_change_only_when_somebody_means_it(self, owner, database, shop):
        over(database)
        for order in (["sizes", "longjing", "last-tin"], ["last-tin", "sizes"]):
            held = save(owner, DRAFT, order=order)
            assert held.status_code == 422
            assert "Numbers would change" in held.text
        assert "Longjing: 1 → gone" in held.text
        assert "The last tin: 2 → 1" in held.text
        assert "products: [longjing, last-tin, sizes]" in text(shop)
        assert save(owner, DRAFT | {"~renumber": "y"}, order=["last-tin", "sizes"]).status_code == 303
        assert "products: [last-tin, sizes]" in text(shop)

    def test_a_product_at_the_end_moves_no_number_and_asks_nothing(self, owner, database, shop):
        over(database)
        assert save(owner, DRAFT, order=["longjing", "last-tin"]).status_code == 303
        added = save(owner, {"~find": "限购", "~do": "find"})
        assert added.status_code == 200
        assert '"products.n0" value="limited"' in added.text
        given = form_browser.form(added.text)
        body = {name: given.getlist(name) for name in given} | DRAFT
        answer = owner.client.post(EDIT, data=body, headers=owner.headers, content_type="multipart/form-data")
        assert answer.status_code == 303
        assert "products: [longjing, last-tin, limited]" in text(shop)

    def test_a_second_save_of_the_same_form_loses_nothing(self, owner, shop):
        given = form_browser.form(owner.get(EDIT).text)
        assert save(owner, DRAFT | {"host": "Lin"}).status_code == 303
        given["host"] = "Wu"
        body = {name: given.getlist(name) for name in given} | DRAFT
        late = owner.client.post(EDIT, data=body, headers=owner.headers, content_type="multipart/form-data")
        assert late.status_code == 409
        assert "host: Lin\n" in text(shop)


class TestTheList:
    def test_rooms_stand_by_what_they_are_now_and_people_of_the_shop_find_everything(self, owner, database):
        open_broadcast(database, "cups")
        over(database)
        page = owner.get(HOME).text
        assert titles(page) == ["Live cups", "Live film", "Live", "Live tea"]
        assert [page.index(f'id="rooms-{each}"') for each in ("live", "planned", "over")] == sorted(
            page.index(f'id="rooms-{each}"') for each in ("live", "planned", "over")
        )
        assert "0 orders, ¥0.00" in page
        assert f'href="{HOME}/tea/numbers"' in page

    def test_who_only_has_an_invitation_sees_their_room_and_nothing_to_change(self, app):
        page = Guest(app, "host", "cups").get(HOME).text
        assert titles(page) == ["Live cups"]
        for hidden in ("/edit", "/delete", "/numbers", "~new", "/console/orders", "/console/media"):
            assert hidden not in page

    def test_a_role_that_only_assists_sees_rooms_and_makes_none(self, app, shop):
        helper = Colleague(app, Role.LIVE_ASSISTANT).come_in()
        page = helper.get(HOME).text
        assert "Live tea" in page
        assert "~new" not in page
        before = text(shop)
        for path in ("~new", "tea/edit", "tea/copy", "tea/delete", "tea/invite", "tea/recordings/1/delete"):
            assert helper.post(f"{HOME}/{path}", {"title": "x", "name": "x"}).status_code == 403, path
        for path in ("~new", "tea/edit", "tea/delete", "tea/invite", "tea/numbers", "tea/numbers.csv"):
            assert helper.get(f"{HOME}/{path}").status_code == 403, path
        assert text(shop) == before


class TestAgainAndAway:
    def test_a_copy_is_planned_for_the_same_hour_of_the_next_such_day(self, owner, shop):
        (shop / "live/tea.yaml").write_text("# every Sunday\n" + text(shop) + "ends_at: 2026-11-01T21:30\n", "utf-8")
        answer = owner.post(f"{HOME}/tea/copy")
        assert answer.headers["Location"] == f"{HOME}/tea-2/edit?done=rooms.done.copied"
        copied = text(shop, "tea-2")
        starts = datetime.fromisoformat(re.search(r"starts_at: (\S+)", copied)[1])
        assert (starts.weekday(), starts.hour, starts.minute) == (6, 20, 0)
        begins = starts.replace(tzinfo=UTC) - timedelta(hours=8)
        assert timedelta() < begins - datetime.now(UTC) <= timedelta(days=7)
        assert re.search(r"ends_at: (\S+)", copied)[1] == (starts + timedelta(minutes=90)).strftime("%Y-%m-%dT%H:%M")
        day = f"{starts.month}月{starts.day}日", f"{starts:%b} {starts.day}"
        assert copied.startswith(f"# every Sunday\ntitle: {{zh-CN: 直播 tea · {day[0]}, en: Live tea · {day[1]}}}\n")
        assert owner.post(f"{HOME}/tea-2/copy").headers["Location"].startswith(f"{HOME}/tea-3/edit")

    def test_a_room_goes_when_nothing_hangs_on_it(self, app, owner, database, shop):
        running = open_broadcast(database)
        given = {"digest": re.search(r'name="digest" value="(\w+)"', owner.get(f"{HOME}/cups/delete").text)[1]}
        assert "on air or ready to send" in owner.get(f"{HOME}/tea/delete").text
        assert owner.post(f"{HOME}/tea/delete", given).status_code == 409
        broadcasts.end(database, running.id, Why.HOST, datetime.now(UTC))
        (shop / "pages").mkdir(exist_ok=True)
        (shop / "pages/about.md").write_text("---\ntitle: About\n---\n\n[Tea](/live/tea/)\n", "utf-8")
        assert "<code>pages/about.md</code>" in owner.get(f"{HOME}/tea/delete").text
        assert owner.post(f"{HOME}/tea/delete", given).status_code == 409
        assert owner.post(f"{HOME}/cups/delete", given).headers["Location"] == f"{HOME}?done=rooms.done.removed"
        assert not (shop / "live/cups.yaml").exists()
        assert noted(app, "room.removed") == [("cups", "Live cups", "")]

    @pytest.mark.parametrize(("choice", "stays"), [("keep", True), ("delete", False)])
    def test_recordings_stay_or_go_with_a_room_as_somebody_chose(self, app, owner, database, choice, stays):
        folder = keep(app, over(database, "cups"))
        page = owner.get(f"{HOME}/cups/delete").text
        assert "1 recording, 1.5 MB" in page
        digest = re.search(r'name="digest" value="(\w+)"', page)[1]
        owner.post(f"{HOME}/cups/delete", {"digest": digest, "recordings": choice})
        assert folder.exists() is stays
        (left,) = broadcasts.of_room(database, "cups")
        assert left.recording == ("whole" if stays else "removed")


class TestWaysIn:
    def test_links_and_codes_lead_to_the_room_and_the_studio(self, owner):
        page = owner.get(f"{HOME}/tea/invite").text
        assert re.findall(r'class="mono small room-link">([^<]+)<', page) == [
            "http://localhost/live/tea/", "http://localhost/console/live/tea",
        ]  # fmt: skip
        assert page.count("data:image/svg+xml") == 2

    def test_an_invitation_is_shown_once_lets_somebody_in_and_is_taken_back(self, app, owner):
        shown = owner.post(f"{HOME}/tea/invite", {"name": "Wu", "role": "host", "days": "1"}).text
        link = re.search(r'value="(http://localhost/console/live/enter#[^"]+)"', shown)[1]
        guest = Guest(app)
        assert guest.enter(link).headers["Location"] == f"{HOME}/tea"
        assert guest.get(f"{HOME}/cups").status_code == 404
        again = owner.get(f"{HOME}/tea/invite").text
        assert link.partition("#")[2] not in again
        number = re.search(r"/invite/(\d+)/revoke", again)[1]
        assert owner.post(f"{HOME}/tea/invite/{number}/revoke").status_code == 303
        assert guest.get(f"{HOME}/tea").status_code == 401
        assert noted(app, "room.invited") == [("tea", "", "Wu (host)")]
        assert "Say whom you invite" in owner.post(f"{HOME}/tea/invite", {"name": " "}).text


class TestNumbers:
    def test_what_a_broadcast_brought_stands_by_product_and_minute_and_in_a_file(self, app, owner, database):
        found = over(database)
        at = found.started_at // 60
        rows = [(found.id, at, 7, 300, 2, 1), (found.id, at + 1, 9, 420, 0, 0)]
        database.write(lambda write: [write.run(
            "INSERT INTO live_minute (broadcast_id, minute, viewers, seconds, likes, messages) "
            "VALUES (?, ?, ?, ?, ?, ?)", *row) for row in rows])  # fmt: skip
        database.write(lambda write: write.run(
            "INSERT INTO live_interest (broadcast_id, minute, product, clicks, carts) VALUES (?, ?, ?, ?, ?)",
            *(found.id, at, "longjing", 5, 2)))  # fmt: skip
        page = owner.get(f"{HOME}/tea/numbers").text
        stats = dict(re.findall(r'<div class="stat"><dt>([^<]+)</dt><dd>([^<]+)</dd>', page))
        assert stats == {
            "Most viewers at once": "9", "Watched by all": "12:00", "Clicks on products": "5", "Put into carts": "2",
            "Orders": "0", "Takings": "¥0.00",
        }  # fmt: skip
        assert "Viewers by the minute, at most 9" in page
        by_product = owner.get(f"{HOME}/tea/numbers.csv").data.decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(by_product))
        assert (row["product"], row["clicks"], row["takings"], row["currency"]) == ("longjing", "5", "0.00", "CNY")
        by_minute = owner.get(f"{HOME}/tea/numbers.csv?by=minute").data.decode("utf-8-sig")
        assert [each["viewers"] for each in csv.DictReader(io.StringIO(by_minute))] == ["7", "9"]
        assert noted(app, "room.exported") == [("tea", "", "product"), ("tea", "", "minute")]

    def test_a_room_that_never_sent_says_what_will_stand_there(self, owner):
        assert "Numbers come with the first broadcast" in owner.get(f"{HOME}/tea/numbers").text
        assert owner.get(f"{HOME}/nothing/numbers").status_code == 404

    def test_a_recording_is_deleted_and_what_is_stored_is_told(self, app, owner, database):
        folder = keep(app, over(database))
        assert "1.5 MB" in owner.get(f"{HOME}/tea/numbers").text
        assert owner.post(f"{HOME}/tea/recordings/1/delete").headers["Location"].endswith("rooms.done.recording")
        assert not folder.exists()
        assert owner.post(f"{HOME}/tea/recordings/1/delete").status_code == 404
        assert noted(app, "recording.removed") == [("tea 1", "1.5 MB", "")]

    def test_a_recording_of_what_is_on_air_stays(self, owner, database):
        running = open_broadcast(database)
        broadcasts.record(database, running.id, Recording.WHOLE, size=5)
        assert owner.post(f"{HOME}/tea/recordings/1/delete").status_code == 404
