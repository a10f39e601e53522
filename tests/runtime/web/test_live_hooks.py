"""Networks and media servers report streams: believed when proven, answered as each of them wants it (L14)."""

import hashlib
import json
import time
from datetime import UTC, datetime

import pytest
import storefront

from runtime.live import broadcasts
from runtime.live.values import State, Through

CDN = """live:
  grace: 60s
  cdn: {provider: tencent, push: push.example.com, play: live.example.com, push_key: PUSH, callback_key: BACK}
"""
ROOM = "title: {zh-CN: 直播, en: Live}\nstarts_at: 2026-12-01T20:00\nproducts: [longjing]\n"
SECRETS = {"PUSH": "push-key", "BACK": "back-key, old-key"}
JSON = {"Content-Type": "application/json"}
OUTSIDE = {"REMOTE_ADDR": "203.0.113.9"}


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def through(tmp_path_factory):
    folder = storefront.write(tmp_path_factory.mktemp("hooks") / "shop")
    with (folder / "shop.yaml").open("a", encoding="utf-8") as file:
        file.write(CDN)
    (folder / "live/evening.yaml").write_text(ROOM + "source: {kind: broadcast, through: cdn}\n", "utf-8")
    storefront.publish(folder)
    return folder


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request, through, tmp_path):
    folder = storefront.copy(through, tmp_path / "shop")
    address = request.getfixturevalue("empty_database") if request.param == "postgres" else ""
    more = {"SHOPWRIGHT_DATABASE": address} if address else {}
    app = storefront.application(folder, **SECRETS, **more)
    yield app
    app.extensions["shopwright"].close()


@pytest.fixture
def client(opened):
    return opened.test_client()


@pytest.fixture
def database(opened):
    return opened.extensions["shopwright"].database


@pytest.fixture
def armed(database):
    return broadcasts.arm(database, "evening", through=Through.CDN, by="host", now=datetime.now(UTC))


def state(database, armed):
    return broadcasts.find(database, armed[0].id).state


def tencent(client, kind=1, *, sequence="1", ahead=600, key="back-key", at=None, name="evening-1", **changes):
    now = int(time.time())
    notice = {
        "event_type": kind, "stream_id": name, "channel_id": name, "sequence": sequence, "user_ip": "1.1.1.1",
        "event_time": now if at is None else at, "t": now + ahead, "sign": md5(f"{key}{now + ahead}"), "appid": 1,
        "app": "push.example.com", "appname": "live", "errcode": 0, "errmsg": "ok", **changes,
    }  # fmt: skip
    answer = client.post("/live/hooks/tencent", data=json.dumps(notice), headers=JSON, environ_base=OUTSIDE)
    return answer.status_code, answer.get_data()


def aliyun(client, action="publish", *, at=None, key="back-key", domain="push.example.com", age=0, name="evening-1"):
    now = int(time.time())
    stamp = str(now - age)
    query = {
        "action": action, "ip": "1.1.1.1", "id": name, "app": "push.example.com", "appname": "live",
        "time": str(now if at is None else at), "usrargs": "", "node": "node1",
    }  # fmt: skip
    signed = {"ALI-LIVE-TIMESTAMP": stamp, "ALI-LIVE-SIGNATURE": md5(f"{domain}|{stamp}|{key}")}
    answer = client.get("/live/hooks/aliyun", query_string=query, headers=signed, environ_base=OUTSIDE)
    return answer.status_code, answer.get_data()


def nginx(client, call, key, *, query=None, outside=False):
    form = {"app": "live", "addr": "10.0.0.9", "clientid": "7", "call": call, "name": key, "type": "live"}
    base = OUTSIDE if outside else {}
    answer = client.post("/live/hooks/nginx-rtmp", data=form, query_string=query, environ_base=base)
    return answer.status_code, answer.headers.get("Location")


def srs(client, action, key, name="evening-1"):
    body = {"action": action, "client_id": "341w361a", "ip": "10.0.0.9", "app": "live", "stream": name}
    answer = client.post("/live/hooks/srs", data=json.dumps({**body, "param": f"?key={key}"}), headers=JSON)
    return answer.status_code, answer.get_data()


def mediamtx(client, action, key, name="live/evening-1", **more):
    body = {"user": "", "password": "", "ip": "10.0.0.9", "action": action, "path": name, "protocol": "rtmp"}
    document = {**body, "id": "26e4e5a9", "query": f"key={key}", **more}
    answer = client.post("/live/hooks/mediamtx", data=json.dumps(document), headers=JSON)
    return answer.status_code, answer.get_data()


ACCEPTED = (200, b'{"code":0}')
REFUSED = (403, b'{"code":1}')


def test_tencent_begins_interrupts_and_resumes_a_broadcast(client, database, armed):
    assert tencent(client) == ACCEPTED
    assert state(database, armed) is State.LIVE
    assert tencent(client, 0) == ACCEPTED
    assert state(database, armed) is State.INTERRUPTED
    assert tencent(client, sequence="2") == ACCEPTED
    assert state(database, armed) is State.LIVE


@pytest.mark.parametrize(
    "wrong", [{"key": "forged"}, {"ahead": -1}, {"sign": "0" * 32}, {"t": 5}, {"stream_id": "a/b"}, {"key": "push-key"}]
)
def test_l14_a_notice_of_tencent_with_a_bad_signature_or_past_its_time_changes_nothing(client, database, armed, wrong):
    assert tencent(client, **wrong) == REFUSED
    assert state(database, armed) is State.ARMED


def test_l14_five_retries_and_a_replay_of_tencent_count_once(client, database, armed):
    assert [tencent(client) for _ in range(6)] == [ACCEPTED] * 6
    assert [tencent(client, 0) for _ in range(6)] == [ACCEPTED] * 6
    assert [tencent(client, 1) for _ in range(2)] == [ACCEPTED] * 2
    found = broadcasts.find(database, armed[0].id)
    assert (found.state, found.version) == (State.INTERRUPTED, 3)


def test_l14_an_end_of_tencent_before_its_beginning_leads_to_the_same(client, database, armed):
    now = int(time.time())
    assert tencent(client, 0, at=now) == ACCEPTED
    assert state(database, armed) is State.ARMED
    assert tencent(client, 1, at=now - 5) == ACCEPTED
    assert state(database, armed) is State.INTERRUPTED


def test_while_the_key_of_callbacks_is_replaced_the_old_one_is_good(client, database, armed):
    assert tencent(client, key="old-key") == ACCEPTED
    assert state(database, armed) is State.LIVE


def test_notices_of_streams_that_nobody_waits_for_are_taken_so_that_they_stop(client, database, armed):
    assert tencent(client, name="other-1") == ACCEPTED
    assert tencent(client, 100) == ACCEPTED
    assert state(database, armed) is State.ARMED


def test_alibaba_begins_interrupts_and_resumes_a_broadcast(client, database, armed):
    now = int(time.time())
    assert aliyun(client, at=now) == (200, b"")
    assert state(database, armed) is State.LIVE
    assert aliyun(client, "publish_done", at=now + 5) == (200, b"")
    assert state(database, armed) is State.INTERRUPTED
    assert aliyun(client, at=now + 9) == (200, b"")
    assert state(database, armed) is State.LIVE


@pytest.mark.parametrize("wrong", [{"key": "forged"}, {"domain": "evil.example.com"}, {"age": 601}, {"age": -601}])
def test_l14_a_notice_of_alibaba_with_a_bad_signature_or_of_another_time_changes_nothing(
    client, database, armed, wrong
):
    assert aliyun(client, **wrong)[0] == 403
    assert state(database, armed) is State.ARMED


def test_l14_five_retries_of_alibaba_count_once(client, database, armed):
    now = int(time.time())
    assert [aliyun(client, at=now)[0] for _ in range(6)] == [200] * 6
    assert [aliyun(client, "publish_done", at=now + 3)[0] for _ in range(6)] == [200] * 6
    assert aliyun(client, at=now)[0] == 200
    found = broadcasts.find(database, armed[0].id)
    assert (found.state, found.version) == (State.INTERRUPTED, 3)


def test_l14_an_end_of_alibaba_before_its_beginning_leads_to_the_same(client, database, armed):
    now = int(time.time())
    assert aliyun(client, "publish_done", at=now) == (200, b"")
    assert state(database, armed) is State.ARMED
    assert aliyun(client, at=now - 5) == (200, b"")
    assert state(database, armed) is State.INTERRUPTED


def test_nginx_is_told_the_public_name_of_a_good_key(client, database, armed):
    assert nginx(client, "publish", armed[1]) == (302, "evening-1")
    assert state(database, armed) is State.LIVE
    assert nginx(client, "publish_done", armed[1]) == (200, None)
    assert state(database, armed) is State.INTERRUPTED


def test_l14_nginx_refuses_a_wrong_key_at_once(client, database, armed):
    assert nginx(client, "publish", "wrong-wrong-wrong") == (403, None)
    assert nginx(client, "publish", "evening-1") == (403, None)
    assert state(database, armed) is State.ARMED


def test_l14_a_key_works_no_more_when_it_was_rotated_or_its_broadcast_is_over(client, database, armed):
    _, fresh = broadcasts.rotate(database, armed[0].id, datetime.now(UTC))
    assert nginx(client, "publish", armed[1]) == (403, None)
    assert nginx(client, "publish", fresh) == (302, "evening-1-2")
    broadcasts.end(database, armed[0].id, "host", datetime.now(UTC))
    assert nginx(client, "publish", fresh) == (403, None)


def test_l14_an_address_that_was_signed_before_a_new_key_leads_nowhere(client, database, armed):
    assert tencent(client) == ACCEPTED
    broadcasts.rotate(database, armed[0].id, datetime.now(UTC))
    version = broadcasts.find(database, armed[0].id).version
    assert tencent(client, sequence="2") == ACCEPTED
    assert tencent(client, 0, sequence="1") == ACCEPTED
    assert broadcasts.find(database, armed[0].id).version == version
    assert tencent(client, sequence="3", name="evening-1-2") == ACCEPTED
    assert tencent(client, 0, sequence="3", name="evening-1-2") == ACCEPTED
    assert state(database, armed) is State.INTERRUPTED


def test_l14_who_asks_from_elsewhere_needs_the_shared_secret(client, database, armed):
    assert nginx(client, "publish", armed[1], outside=True) == (403, None)
    assert nginx(client, "publish", armed[1], query={"secret": "wrong"}, outside=True) == (403, None)
    assert state(database, armed) is State.ARMED
    assert nginx(client, "publish", armed[1], query={"secret": "back-key"}, outside=True) == (302, "evening-1")


def test_who_comes_through_a_proxy_that_nobody_named_is_not_of_this_machine(client, armed):
    form = {"call": "publish", "name": armed[1], "addr": "10.0.0.9", "clientid": "1"}
    answer = client.post("/live/hooks/nginx-rtmp", data=form, headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 403


def test_srs_is_answered_with_a_code(client, database, armed):
    assert srs(client, "on_publish", "wrong-wrong-wrong") == REFUSED
    assert srs(client, "on_publish", armed[1], name="another-1") == REFUSED
    assert srs(client, "on_publish", armed[1]) == ACCEPTED
    assert state(database, armed) is State.LIVE
    assert srs(client, "on_play", "") == ACCEPTED
    assert srs(client, "on_unpublish", armed[1]) == ACCEPTED
    assert state(database, armed) is State.INTERRUPTED


def test_l14_retries_of_srs_count_once_and_are_let_in(client, database, armed):
    assert [srs(client, "on_publish", armed[1]) for _ in range(6)] == [ACCEPTED] * 6
    assert broadcasts.find(database, armed[0].id).version == 2


def test_mediamtx_is_answered_with_a_status(client, database, armed):
    assert mediamtx(client, "publish", "wrong-wrong-wrong") == (401, b"")
    assert mediamtx(client, "publish", "", password="wrong-wrong-wrong") == (401, b"")
    assert mediamtx(client, "publish", armed[1]) == (200, b"")
    assert state(database, armed) is State.LIVE
    assert mediamtx(client, "read", "") == (200, b"")
    assert mediamtx(client, "read", "", name="live/another-1") == (401, b"")
    assert mediamtx(client, "api", "") == (401, b"")
    assert mediamtx(client, "unpublish", armed[1]) == (200, b"")
    assert state(database, armed) is State.INTERRUPTED


@pytest.mark.parametrize("provider", ["nginx-rtmp", "srs", "mediamtx", "tencent"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff" * 99, b"[" * 9000])
def test_l14_what_is_no_notice_is_refused(client, armed, provider, body):
    answer = client.post(f"/live/hooks/{provider}", data=body, headers=JSON)
    assert answer.status_code in {200, 400, 401, 403}
    assert state(client.application.extensions["shopwright"].database, armed) is State.ARMED


def test_a_notice_is_short_and_sent_as_its_provider_sends_it(client):
    long = client.post("/live/hooks/srs", data=b"x" * 20_000, headers=JSON)
    assert long.status_code == 413
    assert client.get("/live/hooks/tencent").status_code == 405
    assert client.post("/live/hooks/aliyun").status_code == 405
    assert client.post("/live/hooks/elsewhere").status_code == 404


def test_a_flood_of_notices_is_slowed_down(client):
    assert [tencent(client, key="forged")[0] for _ in range(240)] == [403] * 240
    # Four more are let in each second: a busy machine that asks slowly is stopped later.
    assert any(tencent(client, key="forged")[0] == 429 for _ in range(5000))


def test_a_shop_without_a_network_has_no_such_addresses(shop):
    app = storefront.application(shop)
    try:
        assert tencent(app.test_client())[0] == 404
    finally:
        app.extensions["shopwright"].close()


def test_a_key_that_nobody_set_is_no_open_door(through, tmp_path):
    app = storefront.application(storefront.copy(through, tmp_path / "shop"))
    try:
        assert tencent(app.test_client())[0] == 503
        assert aliyun(app.test_client())[0] == 503
    finally:
        app.extensions["shopwright"].close()


def test_a_key_of_a_stream_is_in_no_line_of_the_log(client, armed, caplog):
    caplog.set_level("DEBUG")
    nginx(client, "publish", armed[1])
    srs(client, "on_publish", armed[1])
    mediamtx(client, "publish", armed[1])
    assert "room evening" in caplog.text
    assert armed[1] not in caplog.text
    assert "back-key" not in caplog.text


def test_a_page_of_a_room_may_play_from_the_network_and_other_pages_may_not(client):
    room, home = client.get("/live/evening/"), client.get("/")
    assert "connect-src 'self' https://live.example.com" in room.headers["Content-Security-Policy"]
    assert "live.example.com" not in home.headers["Content-Security-Policy"]
