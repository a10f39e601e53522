"""Visits without cookies: nobody is counted twice a day, nobody can be found again after it, and nothing waits."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tills import placement

from runtime import copying, placing
from runtime.faults import DatabaseFault, Reason
from runtime.jobs import run_once
from runtime.visits import marks, sources
from runtime.visits.channels import channel_of
from runtime.visits.robots import is_robot
from runtime.visits.tally import MOST_NAMES, Seen, Tally, Who

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
DAY = "2026-11-23"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
HOME, TEA = Seen(kind="home", channel="search"), Seen(kind="product", subject="tea")


def who(number=1, agent=CHROME):
    return Who(address=f"203.0.113.{number}", agent=agent, shop="https://tea.example.com")


def note(tally, database, seen=HOME, visitor=None, now=NOON):
    return tally.note(database, visitor or who(), seen, now, ZONE)


def counts(database):
    rows = database.read(
        lambda look: look.all("SELECT day, hour, kind, subject, channel, times, visitors FROM visit_count")
    )
    return {tuple(row[:5]): (int(row[5]), int(row[6])) for row in rows}


def kept(database):
    """Return what is known of single visitors: the key, and how many marks."""
    return database.read(
        lambda look: (look.find("SELECT day, key FROM visit_key"), look.find("SELECT COUNT(*) FROM visit_mark")[0])
    )


@pytest.mark.parametrize(
    ("referrer", "query", "channel"),
    [
        ("", "", "direct"),
        ("https://www.google.com/", "", "search"),
        ("https://www.google.co.uk/search?q=tea", "", "search"),
        ("https://m.baidu.com/s?wd=tea", "", "search"),
        ("https://cn.bing.com/", "", "search"),
        ("https://google.evil.example.com/", "", "site"),
        ("https://notgoogle.com/", "", "site"),
        ("https://mp.weixin.qq.com/s/abc", "", "wechat"),
        ("android-app://com.tencent.mm/", "", "wechat"),
        ("", "?from=singlemessage&isappinstalled=0", "wechat"),
        ("https://weibo.com/", "", "weibo"),
        ("https://www.xiaohongshu.com/", "", "xiaohongshu"),
        ("https://l.facebook.com/", "", "facebook"),
        ("https://t.co/abc", "", "x"),
        ("https://mail.google.com/", "", "mail"),
        ("https://blog.example.com/tea", "", "site"),
        ("https://tea.example.com/products/longjing/", "", ""),
        ("https://www.google.com/", "?utm_source=Weixin&utm_medium=post", "wechat"),
        ("", "?utm_source=xhs", "xiaohongshu"),
        ("", "?ref=flyer-2026", "link:flyer-2026"),
        ("", "?from=2026-11-23", "direct"),
        ("", "?utm_source=%3Cscript%3E", "direct"),
        ("", "?utm_source=" + "x" * 40, "direct"),
        ("https://[broken", "", "direct"),
        ("javascript:alert(1)", "", "direct"),
        ("", "&" * 500, "direct"),
    ],
)
def test_a_channel_is_told_from_the_page_before_and_what_a_link_says_comes_first(referrer, query, channel):
    assert channel_of(referrer, query, "tea.example.com") == channel


def test_robots_and_programs_are_nobody_and_browsers_inside_of_apps_are_people():
    robots = (
        "", "curl/8.5", "python-requests/2.32", "WhatsApp/2.23.20.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
    )  # fmt: skip
    people = (
        CHROME,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile MicroMessenger/8.0.50",
        "Mozilla/5.0 (Linux; Android 14; CUBOT X90) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36",
    )
    assert [each for each in robots if not is_robot(each)] == []
    assert [each for each in people if is_robot(each)] == []


def test_a_visitor_counts_once_a_day_and_each_look_counts(database):
    tally = Tally()
    for seen in (HOME, TEA, TEA, Seen(kind="cart", subject="tea"), Seen(kind="checkout")):
        assert note(tally, database, seen)
    note(tally, database, Seen(kind="home"), who(2))
    assert counts(database) == {}
    assert tally.write(database) == 2
    assert (tally.write(database), tally.waits) == (0, False)
    assert counts(database) == {
        (DAY, 12, "all", "", "search"): (3, 1), (DAY, 12, "home", "", "search"): (1, 1),
        (DAY, 12, "product", "", "search"): (2, 1), (DAY, 0, "product", "tea", "search"): (2, 1),
        (DAY, 12, "cart", "", "search"): (1, 1), (DAY, 0, "cart", "tea", "search"): (1, 1),
        (DAY, 12, "checkout", "", "search"): (1, 1),
        (DAY, 12, "all", "", "direct"): (1, 1), (DAY, 12, "home", "", "direct"): (1, 1),
    }  # fmt: skip


def test_the_same_visitor_in_two_processes_and_at_another_hour_is_one_under_the_first_channel(database):
    first, second = Tally(), Tally()
    note(first, database)
    first.write(database)
    note(second, database, Seen(kind="home", channel="wechat"), now=NOON + timedelta(hours=2))
    second.write(database)
    found = counts(database)
    assert found[DAY, 12, "all", "", "search"] == (1, 1)
    assert found[DAY, 14, "all", "", "search"] == (1, 0)
    assert {channel for *_, channel in found} == {"search"}


def test_two_processes_that_write_at_once_count_a_visitor_once(database):
    tallies = [Tally() for _ in range(4)]
    for tally in tallies:
        for number in range(40):
            note(tally, database, TEA, who(number))
    threads = [threading.Thread(target=tally.write, args=(database,)) for tally in tallies]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert counts(database)[DAY, 12, "all", "", "direct"] == (160, 40)
    assert counts(database)[DAY, 0, "product", "tea", "direct"] == (160, 40)


def test_another_browser_behind_the_same_address_is_somebody_else(database):
    tally = Tally()
    note(tally, database)
    note(tally, database, visitor=who(agent=CHROME.replace("140", "139")))
    tally.write(database)
    assert counts(database)[DAY, 12, "all", "", "search"] == (2, 2)


def test_nothing_that_is_kept_holds_an_address_or_a_browser(database):
    tally = Tally()
    note(tally, database)
    tally.write(database)
    tables = ("visit_key", "visit_mark", "visit_count", "visit_words")
    found = repr([database.read(lambda look, name=name: look.all(f"SELECT * FROM {name}")) for name in tables])
    assert "203.0.113" not in found
    assert "Mozilla" not in found
    assert len(marks.mark(marks.find_key(database, DAY), "203.0.113.1", CHROME, "shop")) == 32


def test_the_next_day_begins_with_another_key_and_no_marks(database):
    tally = Tally()
    note(tally, database)
    tally.write(database)
    before, marked = kept(database)
    assert (before[0], len(before[1]), marked) == (DAY, 64, 2)
    tomorrow = NOON + timedelta(days=1)
    note(tally, database, now=tomorrow)
    after, marked = kept(database)
    assert (after[0], marked) == ("2026-11-24", 0)
    assert after[1] != before[1]
    tally.write(database)
    assert counts(database)["2026-11-24", 12, "all", "", "search"] == (1, 1)


def test_a_day_that_is_over_is_forgotten_though_nobody_comes_any_more(till, settings):
    tally, zone = Tally(), ZoneInfo(till.terms.timezone)
    note(tally, till.database)
    tally.note_words("oolong", "2026-08-01")
    tally.write(till.database)
    assert marks.forget_due(till.database, zone, NOON + timedelta(hours=1)) is False
    assert kept(till.database)[1] == 2
    run_once(till, settings, "", NOON + timedelta(days=1))
    assert kept(till.database) == ((DAY, ""), 0)
    assert till.database.read(lambda look: look.all("SELECT * FROM visit_words")) == []
    assert marks.forget_due(till.database, zone, NOON + timedelta(days=1)) is False


def test_what_is_written_after_midnight_counts_as_seen_and_never_as_a_new_visitor(database):
    late, early = Tally(), Tally()
    note(late, database)
    note(early, database, now=NOON + timedelta(days=1))
    early.write(database)
    late.write(database)
    assert counts(database)[DAY, 12, "all", "", "search"] == (1, 0)
    assert note(Tally(), database, now=NOON) is True


def test_what_the_database_cannot_take_waits_and_counts_once(database):
    class Away:
        def write(self, _):
            raise DatabaseFault(Reason.UNREACHABLE, "away")

    tally = Tally()
    note(tally, database, TEA)
    tally.note_words("oolong", DAY)
    with pytest.raises(DatabaseFault):
        tally.write(Away())
    note(tally, database, TEA)
    tally.write(database)
    assert counts(database)[DAY, 12, "product", "", "direct"] == (2, 1)
    assert database.read(lambda look: look.all("SELECT words, times FROM visit_words")) == [("oolong", 1)]


def test_a_flood_is_bounded_in_memory_in_names_and_in_words(database):
    small = Tally(most=10)
    assert [note(small, database, HOME, who(number)) for number in range(7)] == [True] * 5 + [False] * 2
    tally = Tally()
    for number in range(MOST_NAMES + 5):
        note(tally, database, Seen(kind="home", channel=f"link:{number:04}"), who(number))
    tally.write(database)
    channels = {channel for *_, channel in counts(database)}
    assert len(channels) == MOST_NAMES + 1
    assert counts(database)[DAY, 12, "all", "", "site"] == (5, 5)
    assert sum(tally.note_words(f"word {number}", DAY) for number in range(250)) == 200


def test_a_flood_of_invented_browsers_makes_no_marks_without_end(database):
    tally = Tally(marks=6)
    for number in range(5):
        note(tally, database, HOME, who(number))
        tally.write(database)
    assert counts(database)[DAY, 12, "all", "", "search"] == (5, 3)
    assert kept(database)[1] == 6
    note(tally, database, HOME, who(1), NOON + timedelta(days=1))
    tally.write(database)
    assert counts(database)["2026-11-24", 12, "all", "", "search"] == (1, 1)


def test_who_comes_back_by_themselves_still_comes_from_where_they_came():
    steps = [("", "direct", "direct"), ("direct", "wechat", "wechat"), ("wechat", "direct", "wechat"), ("x", "", "x")]
    assert [sources.later(before, now) for before, now, _ in steps] == [after for *_, after in steps]


def test_an_order_keeps_the_channel_of_its_cart(till):
    for channel in ("wechat", ""):
        told = placement(till, channel=channel)
        placing.place(till, told, datetime.now(UTC))
    rows = till.database.read(lambda look: look.all("SELECT order_id, channel FROM order_channel"))
    assert [channel for _, channel in rows] == ["wechat"]


def test_a_backup_takes_no_key_and_no_marks_along(settings, database, tmp_path, engine):
    if engine == "postgres":
        return
    tally = Tally()
    note(tally, database)
    tally.write(database)
    secret = kept(database)[0][1]
    copying.backup(settings.var / "shop.db", tmp_path / "copy.db")
    raw = (tmp_path / "copy.db").read_bytes()
    assert secret.encode() not in raw
    with copying.made(f"sqlite:///{tmp_path / 'second.db'}") as second:
        copying.copy(database, second)
        assert kept(second) == (None, 0)
        assert counts(second) == counts(database)
