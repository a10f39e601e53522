"""Reminders: nobody is written to who did not confirm, and whoever did is told once when the room opens."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import msgspec
import pytest
from floor import Shop, later, room
from tills import NOW

from generator.shop import LiveSource
from runtime import gateways, jobs, reminders, stock, telling
from runtime.live import broadcasts
from runtime.till import Till

BASE = "https://shop.example.com"


def instant(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


ROOM = room(starts_at=instant(NOW + timedelta(days=1)))


@pytest.fixture
def till(database, settings):
    shop = Shop([ROOM])
    stock.open_new(database, {sku: variant.stock for sku, (_, variant) in shop.variants.items()}, NOW)
    return Till(database=database, goods=shop, gateways=gateways.load(shop.terms, settings))


def ask(till, settings, email="Anna@Example.com", locale="en", now=NOW):
    reminders.ask(till.database, settings.secret, (ROOM.handle, email, locale), now)


def mails(till, settings, now, base=BASE):
    """Do the recurring work, and return (recipient, subject, links) of the mails that went out by it."""
    before = set((settings.var / "mail").glob("*.eml"))
    reminders.tell_due(till.database, till.goods.find_room, now)
    telling.send_due(till, settings, base, now)
    found = []
    for file in sorted(set((settings.var / "mail").glob("*.eml")) - before):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        text = mail.get_body(("plain",)).get_content()
        found.append((mail["To"], mail["Subject"], re.findall(r"https://\S+", text)))
    return found


def token(settings, email="anna@example.com"):
    return reminders.token(settings.secret, ROOM.handle, email)


def test_a_wish_is_asked_back_and_only_a_confirmed_one_is_told_once(till, settings):
    ask(till, settings)
    link = f"{BASE}/live/tea-talk/remind/{token(settings)}"
    assert mails(till, settings, NOW) == [("anna@example.com", "Please confirm: reminder of “Tea talk”", [link])]
    assert token(settings) not in str(till.database.read(lambda look: look.all("SELECT * FROM live_reminder")))
    soon = NOW + timedelta(hours=23, minutes=51)
    assert mails(till, settings, soon) == []
    assert reminders.confirm(till.database, token(settings), soon).room == "tea-talk"
    assert reminders.confirm(till.database, token(settings), soon).confirmed_at == int(soon.timestamp())
    told = [("anna@example.com", "“Tea talk” begins in a few minutes", [f"{BASE}/en/live/tea-talk/"])]
    assert mails(till, settings, soon) == told
    assert mails(till, settings, soon + timedelta(minutes=5)) == []


@pytest.mark.parametrize(
    ("locale", "moment", "why"),
    [
        ("en", "January 1, 2099, 8:00 PM, China Standard Time", "because you asked to be reminded of a live room"),
        ("zh-CN", "2099年1月1日 20:00，中国标准时间", "因您订阅开播提醒发送此邮件"),
    ],
)
def test_a_mail_names_day_and_minute_as_the_room_does_and_whose_clock_and_a_reminder_as_its_cause(
    database, settings, locale, moment, why
):
    shop = Shop([room(starts_at="2099-01-01T12:00:00Z")])
    till = Till(database=database, goods=shop, gateways=gateways.load(shop.terms, settings))
    ask(till, settings, locale=locale)
    mails(till, settings, NOW)
    (file,) = (settings.var / "mail").glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert (moment in text.replace("\u202f", " "), why in text) == (True, True)


def test_a_room_that_opens_early_tells_people_then_in_their_language(till, settings):
    ask(till, settings, locale="zh-CN")
    reminders.confirm(till.database, token(settings), NOW)
    mails(till, settings, NOW)
    assert mails(till, settings, later(60)) == []
    made, _ = broadcasts.arm(till.database, ROOM.handle, by="host:1", now=later(60))
    assert mails(till, settings, later(61)) == []
    broadcasts.begin(till.database, made.id, later(62))
    ((recipient, subject, links),) = mails(till, settings, later(63))
    assert (recipient, subject, links) == ("anna@example.com", "“茶话会”即将开播", [f"{BASE}/live/tea-talk/"])


def test_a_practice_tells_nobody(till, settings):
    ask(till, settings)
    reminders.confirm(till.database, token(settings), NOW)
    mails(till, settings, NOW)
    made, _ = broadcasts.arm(till.database, ROOM.handle, practice=True, by="host:1", now=NOW)
    broadcasts.begin(till.database, made.id, NOW)
    assert mails(till, settings, later(1)) == []


def test_an_embedded_room_opens_by_its_time(database, settings):
    source = LiveSource(kind="embed", url="https://www.youtube.com/watch?v=x", provider="youtube")
    begins = NOW + timedelta(minutes=20)
    shop = Shop([room(source=source, starts_at=instant(begins))])
    till = Till(database=database, goods=shop, gateways={})
    ask(till, settings)
    reminders.confirm(database, token(settings), NOW)
    mails(till, settings, NOW)
    assert [each[1] for each in mails(till, settings, begins)] == ["“Tea talk” is live now"]
    ask(till, settings, email="late@example.com")
    reminders.confirm(database, token(settings, "late@example.com"), NOW)
    late = mails(till, settings, begins + timedelta(hours=1))
    assert [each[1] for each in late] == ["Please confirm: reminder of “Tea talk”"]


def test_who_asks_again_gets_one_mail_an_hour_and_a_new_evening_is_asked_anew(till, settings):
    for at in (0, 10, 20):
        ask(till, settings, now=NOW.replace(minute=0) + timedelta(seconds=at))
    assert len(mails(till, settings, later(0))) == 1
    reminders.confirm(till.database, token(settings), NOW)
    ask(till, settings, now=NOW + timedelta(hours=2))
    assert mails(till, settings, NOW + timedelta(hours=2)) == []
    opening = NOW + timedelta(hours=23, minutes=55)
    assert len(mails(till, settings, opening)) == 1
    ask(till, settings, now=opening + timedelta(hours=3))
    assert reminders.find_by_token(till.database, token(settings)).confirmed_at is None


def test_a_wish_that_was_taken_back_is_forgotten_and_its_mail_is_not_sent(till, settings):
    ask(till, settings)
    assert reminders.stop(till.database, token(settings)) is True
    assert reminders.stop(till.database, token(settings)) is False
    assert reminders.confirm(till.database, token(settings), NOW) is None
    assert mails(till, settings, NOW) == []
    assert reminders.confirm(till.database, "wrong", NOW) is None


def test_addresses_are_forgotten_when_they_are_no_longer_needed(till, settings):
    ask(till, settings)
    ask(till, settings, email="told@example.com")
    reminders.confirm(till.database, token(settings, "told@example.com"), NOW)
    opening = NOW + timedelta(hours=23, minutes=55)
    mails(till, settings, opening)
    for days, left in ((2.1, 1), (31.1, 0)):
        reminders.tell_due(till.database, till.goods.find_room, NOW + timedelta(days=days))
        assert till.database.read(lambda look: look.find("SELECT COUNT(*) FROM live_reminder")) == (left,)


def test_the_recurring_work_tells_and_hooks_hear_nothing_of_it(till, settings):
    ask(till, settings)
    jobs.run_once(till, settings, BASE, NOW)
    assert len(list((settings.var / "mail").glob("live-confirm-*.eml"))) == 1
    recipients = till.database.read(lambda look: look.all("SELECT recipient FROM notice"))
    assert recipients == [("anna@example.com",)]
    assert msgspec.structs.asdict(reminders.find_by_token(till.database, token(settings)))["sent_at"] is None
