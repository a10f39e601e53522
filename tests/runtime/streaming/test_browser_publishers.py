"""A browser sends batches by PUT: lost, doubled and reordered ones do no harm, and a ticket is all it needs (L10)."""

import http.client
from datetime import UTC, datetime

import browser
import pytest
from air import ROOM
from phone import PAGE, SESSION, Phone
from simulated import until

from runtime.live import broadcasts


@pytest.fixture(scope="module")
def film():
    return browser.film()


@pytest.fixture
def daemon(on_air):
    return on_air()


def playlist(daemon, stream="1"):
    found = daemon.get(f"/live/{ROOM}/{stream}/index.m3u8")
    assert found.status == 200, found.text
    return found.text


def test_batches_of_samples_are_played(daemon, film):
    broadcast, _ = daemon.arm()
    sent = browser.batches(film)
    assert set(Phone(daemon, broadcast).send(sent)) == {200}
    assert playlist(daemon).count("#EXTINF") == 3
    assert until(lambda: daemon.broadcast(broadcast.id).state == "live")


def test_what_a_recorder_hands_over_is_played(daemon, film):
    broadcast, _ = daemon.arm()
    assert set(Phone(daemon, broadcast).send(browser.fragments(film))) == {200}
    assert playlist(daemon).count("#EXTINF") >= 3


def test_doubled_and_reordered_batches_are_taken_once_and_in_order(daemon, film):
    broadcast, _ = daemon.arm()
    phone, sent = Phone(daemon, broadcast), browser.batches(film)
    order = [0, 1, 1, 3, 2, 0, 4, 7, 6, 5, 5, *range(8, len(sent))]
    answers = [(number, *phone.put(number, sent[number])) for number in order]
    assert [(number, status, body["expect"]) for number, status, body in answers[:11]] == [
        (0, 200, 1), (1, 200, 2), (1, 200, 2), (3, 202, 2), (2, 200, 4), (0, 200, 4), (4, 200, 5), (7, 202, 5),
        (6, 202, 5), (5, 200, 8), (5, 200, 8),
    ]  # fmt: skip
    doubled = playlist(daemon)
    other, _ = daemon.arm(practice=True)
    Phone(daemon, other).send(sent)
    straight = playlist(daemon, other.stream)
    durations = [line for line in straight.splitlines() if line.startswith("#EXTINF")]
    assert [line for line in doubled.splitlines() if line.startswith("#EXTINF")] == durations
    assert len(durations) == 3


def test_after_a_lost_batch_the_browser_is_told_where_to_go_on(daemon, film):
    broadcast, _ = daemon.arm()
    phone, sent = Phone(daemon, broadcast), browser.batches(film)
    phone.send(sent[:2])
    assert phone.put(2 + 9, sent[11]) == (409, {"expect": 2})
    assert set(phone.send(sent[2:], 2)) == {200}
    assert playlist(daemon).count("DISCONTINUITY\n") == 0


def test_a_session_that_is_not_known_begins_anew(daemon, film):
    broadcast, _ = daemon.arm()
    assert Phone(daemon, broadcast).put(5, browser.batches(film)[5]) == (409, {"expect": 0})


def test_only_a_ticket_of_now_and_of_this_broadcast_is_good(daemon, film):
    broadcast, _ = daemon.arm()
    sent = browser.batches(film)
    assert Phone(daemon, broadcast, seconds=-1).put(0, sent[0])[0] == 401
    phone = Phone(daemon, broadcast)
    phone.stream = "2"
    assert phone.put(0, sent[0])[0] == 401
    phone = Phone(daemon, broadcast)
    phone.ticket = phone.ticket[:-2] + "AA"
    assert phone.put(0, sent[0])[0] == 401
    phone = Phone(daemon, broadcast)
    assert phone.put(0, sent[0])[0] == 200
    broadcasts.rotate(daemon.database, broadcast.id, datetime.now(UTC))
    assert until(lambda: phone.put(1, sent[1])[0] == 401)


def test_a_broadcast_that_is_over_takes_nothing(daemon, film):
    broadcast, _ = daemon.arm()
    phone, sent = Phone(daemon, broadcast), browser.batches(film)
    phone.send(sent[:8])
    daemon.end()
    assert until(lambda: phone.put(8, sent[8])[0] == 410)
    assert until(lambda: "#EXT-X-ENDLIST" in playlist(daemon))


def test_the_newest_phone_takes_over_but_not_without_end(daemon, film):
    broadcast, _ = daemon.arm()
    first = browser.batches(film)[0]
    phones = [Phone(daemon, broadcast, f"phone-number-{number}") for number in range(7)]
    assert [phone.put(0, first)[0] for phone in phones] == [200, 200, 200, 200, 200, 200, 403]
    assert phones[0].put(1, first)[1]["error"] == "taken_over"
    assert 'alerts{kind="takeovers"} 1' in daemon.get("/metrics").text


def test_what_is_no_batch_ends_the_session_and_nothing_else(daemon, film):
    broadcast, _ = daemon.arm()
    assert Phone(daemon, broadcast, "a-broken-phone").put(0, b"SWP1" + b"\xff" * 40)[0] == 400
    huge = Phone(daemon, broadcast, "a-huge-phone-1")
    asking = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
    asking.putrequest("PUT", f"/ingest/{huge.stream}/{huge.session}/0")
    asking.putheader("Authorization", f"Bearer {huge.ticket}")
    asking.putheader("Content-Length", str(9 << 20))
    asking.endheaders()
    assert asking.getresponse().status == 413
    asking.close()
    assert set(Phone(daemon, broadcast).send(browser.batches(film))) == {200}


def test_more_than_the_shop_takes_is_refused(on_air, film):
    daemon = on_air(most_kbps=200)
    broadcast, _ = daemon.arm()
    phone, sent = Phone(daemon, broadcast), browser.fragments(film)
    # Half a minute may come at once, as after a gap in a phone's net: 750 kB of these.
    statuses = [phone.put(number, sent[0])[0] for number in range(40)]
    assert statuses[0] == 200
    assert 413 in statuses
    assert 'alerts{kind="too-much"} 1' in daemon.get("/metrics").text


def test_a_practice_is_seen_by_whoever_knows_its_name_and_leaves_nothing(daemon, film):
    broadcast, _ = daemon.arm(practice=True)
    Phone(daemon, broadcast).send(browser.batches(film))
    assert playlist(daemon, broadcast.stream).count("#EXTINF") == 3
    assert until(lambda: daemon.broadcast(broadcast.id).state == "live")
    assert broadcast.stream not in daemon.get(f"/live/{ROOM}/room.json").text
    assert not (daemon.settings.rooms / ROOM / broadcast.stream).exists()


def test_pages_of_the_shop_may_send_and_others_may_not(daemon):
    broadcast, _ = daemon.arm()
    path = f"/ingest/{broadcast.stream}/{SESSION}/0"
    wish = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}
    ours = daemon.ask("OPTIONS", path, Origin=PAGE, **wish)
    assert (ours.status, ours.headers["Access-Control-Allow-Origin"]) == (204, PAGE)
    assert "PUT" in ours.headers["Access-Control-Allow-Methods"]
    assert ours.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    other = daemon.ask("OPTIONS", path, Origin="https://evil.example.com", **wish)
    assert (other.status, other.headers["Access-Control-Allow-Origin"]) == (403, None)
    assert daemon.ask("PUT", path, b"", Origin="https://evil.example.com").status == 403
    assert "Access-Control-Allow-Credentials" not in ours.headers
