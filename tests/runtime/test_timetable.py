"""Publishing at an hour: set, taken back, done by one process alone, and told where it could not be."""

from datetime import timedelta

import pytest
from tills import NOW

from runtime import publishing, timetable
from runtime.access import lodge
from runtime.access.log import By

MEI = By(actor="person:1", name="Mei")
HOUR = NOW + timedelta(hours=1)


@pytest.fixture
def office(settings, database):
    return lodge.of(settings, database)


def last(office):
    return office.database.read(timetable.find)


def due(office, settings, now):
    thread = timetable.publish_due(office, settings.folder / "nowhere", lambda: now, publishing.publish)
    if thread is not None:
        thread.join()
    return thread is not None


def test_one_hour_is_set_at_a_time_and_can_be_taken_back(office, settings):
    assert last(office) is None
    timetable.plan(office.database, HOUR, MEI, "en", NOW)
    timetable.plan(office.database, HOUR + timedelta(days=1), MEI, "zh-CN", NOW)
    planned = last(office)
    assert (planned.at, planned.state, planned.name) == (int(HOUR.timestamp()) + 86_400, "waiting", "Mei")
    assert not due(office, settings, HOUR)
    assert timetable.cancel(office.database, NOW)
    assert last(office) is None
    assert not timetable.cancel(office.database, NOW)
    assert not due(office, settings, HOUR + timedelta(days=2))


def test_a_shop_with_errors_is_not_published_and_the_reasons_are_kept(office, settings):
    timetable.plan(office.database, HOUR, MEI, "en", NOW)
    assert not due(office, settings, HOUR - timedelta(seconds=1))
    assert due(office, settings, HOUR)
    ended = last(office)
    assert (ended.state, ended.release, ended.ended_at) == ("refused", "", int(HOUR.timestamp()))
    assert ended.told
    assert not due(office, settings, HOUR + timedelta(days=1))
    row = office.database.read(lambda look: look.find("SELECT actor, what, subject FROM console_log"))
    assert tuple(row) == ("system", "shop.publish_refused", "Mei")


def test_what_a_dead_process_began_is_done_by_another_one_later(office, settings):
    timetable.plan(office.database, HOUR, MEI, "en", NOW)
    begun = int(HOUR.timestamp())
    office.database.write(lambda work: work.run("UPDATE planned_publish SET state = 'running', begun_at = ?", begun))
    assert not due(office, settings, HOUR + timetable.PATIENCE - timedelta(seconds=1))
    assert due(office, settings, HOUR + timetable.PATIENCE)
    assert last(office).state == "refused"
