"""Notices of networks and media servers: what they say is read, and believed only where it is proven."""

import hashlib
import json

import pytest

from runtime.live import callbacks
from runtime.live.callbacks import Callback, ForgedError, Kind, Why

NOW = 1_800_000_000
KEY = "Xz4ZgayTr7rMgWQrH"


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def tencent(t=NOW + 600, key=KEY, **changes):
    notice = {
        "app": "test.domain.com", "appid": 12345678, "appname": "live", "channel_id": "tea-1", "errcode": 0,
        "errmsg": "ok", "event_time": NOW - 2, "event_type": 1, "height": 720, "idc_id": 34, "node": "42.81.194.37",
        "sequence": "2210464508206756938", "set_id": 2, "stream_id": "tea-1", "stream_param": "txTime=61518718",
        "t": t, "user_ip": "1.1.1.1", "width": 1280, "sign": md5(f"{key}{t}"),
    }  # fmt: skip
    return json.dumps({**notice, **changes}).encode()


def refused(read, *given):
    with pytest.raises(ForgedError) as stopped:
        read(*given)
    return stopped.value.why


def test_the_signature_of_tencent_is_that_of_its_documentation():
    body = tencent(t=1588040109, sign="a2dabb362a9b811c0e26953a6276a41c")
    assert callbacks.read_tencent(body, [KEY], 1588040000).kind is Kind.BEGIN


def test_a_notice_of_tencent_is_read():
    assert callbacks.read_tencent(tencent(), [KEY], NOW) == Callback(
        provider="tencent", kind=Kind.BEGIN, name="tea-1", session="2210464508206756938",
        once="2210464508206756938:begin", at=NOW - 2, peer="1.1.1.1", width=1280, height=720,
    )  # fmt: skip


def test_beginning_and_end_of_one_push_are_two_notices_of_one_session():
    begin, end = (callbacks.read_tencent(tencent(event_type=kind), [KEY], NOW) for kind in (1, 0))
    assert (begin.session, begin.kind, end.kind) == (end.session, Kind.BEGIN, Kind.END)
    assert begin.once != end.once


@pytest.mark.parametrize("kind", [100, 200, 321])
def test_what_tencent_tells_beside_that_changes_nothing(kind):
    assert callbacks.read_tencent(tencent(event_type=kind), [KEY], NOW).kind is Kind.OTHER


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (tencent(key="another"), Why.SIGNATURE),
        (tencent(sign=""), Why.SIGNATURE),
        (tencent(t=NOW - 1), Why.EXPIRED),
        (tencent(t=NOW + 86400), Why.EXPIRED),
        (tencent(stream_id="../../etc"), Why.FORM),
        (tencent(t="soon"), Why.FORM),
        (tencent(event_type="1"), Why.FORM),
        (b"", Why.FORM),
        (b"[]", Why.FORM),
        (b"\xff\xfe", Why.FORM),
        (b"[" * 100_000, Why.FORM),
    ],
)
def test_l14_a_notice_of_tencent_that_is_not_proven_is_refused(body, why):
    assert refused(callbacks.read_tencent, body, [KEY], NOW) is why


def test_a_notice_with_the_time_of_another_is_refused():
    assert refused(callbacks.read_tencent, tencent(sign=md5(f"{KEY}{NOW + 599}")), [KEY], NOW) is Why.SIGNATURE


def test_while_a_key_is_replaced_both_are_good():
    assert callbacks.read_tencent(tencent(key="old"), ["new", "old"], NOW).name == "tea-1"


QUERY = {
    "action": "publish", "ip": "192.168.0.1", "id": "tea-1", "app": "push.example.com", "appname": "live",
    "time": str(NOW - 3), "usrargs": "auth_key=x", "node": "cdnvideocenter010207116011.cm3", "height": "720",
    "width": "1280",
}  # fmt: skip


def headers(time=NOW, domain="push.example.com", key="yourkey"):
    return {"ali-live-timestamp": str(time), "ali-live-signature": md5(f"{domain}|{time}|{key}")}


def aliyun(query=QUERY, given=None, keys=("yourkey",), now=NOW):
    return callbacks.read_aliyun(query, headers() if given is None else given, keys, ["push.example.com"], now)


def test_a_notice_of_alibaba_is_read():
    assert aliyun() == Callback(
        provider="aliyun", kind=Kind.BEGIN, name="tea-1", session="192.168.0.1/cdnvideocenter010207116011.cm3",
        vague=True, once=f"tea-1:begin:{NOW - 3}:cdnvideocenter010207116011.cm3", at=NOW - 3, peer="192.168.0.1",
        width=1280, height=720,
    )  # fmt: skip
    assert aliyun({**QUERY, "action": "publish_done", "width": "", "height": ""}).kind is Kind.END
    assert aliyun({**QUERY, "action": "record_started"}).kind is Kind.OTHER


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, Why.SIGNATURE),
        ({"ali-live-timestamp": str(NOW)}, Why.SIGNATURE),
        (headers(key="another"), Why.SIGNATURE),
        (headers(domain="evil.example.com"), Why.SIGNATURE),
        ({**headers(), "ali-live-timestamp": str(NOW + 1)}, Why.SIGNATURE),
        (headers(time=NOW - 601), Why.EXPIRED),
        (headers(time=NOW + 601), Why.EXPIRED),
        (headers(time="soon"), Why.FORM),
    ],
)
def test_l14_a_notice_of_alibaba_that_is_not_proven_is_refused(given, why):
    assert refused(aliyun, QUERY, given) is why


@pytest.mark.parametrize("change", [{"id": "a/b"}, {"id": ""}, {"time": "x"}, {"width": "-1"}])
def test_a_notice_of_alibaba_in_another_form_is_refused(change):
    assert refused(aliyun, {**QUERY, **change}) is Why.FORM


def test_nginx_asks_with_the_key_as_the_name():
    form = {"app": "live", "addr": "10.0.0.9", "clientid": "7", "call": "publish", "name": "the-key-of-the-stream"}
    assert callbacks.read_nginx_rtmp(form) == Callback(
        provider="nginx-rtmp", kind=Kind.BEGIN, key="the-key-of-the-stream", session="10.0.0.9#7", vague=True,
        peer="10.0.0.9",
    )  # fmt: skip
    assert callbacks.read_nginx_rtmp({**form, "call": "publish_done"}).kind is Kind.END
    assert callbacks.read_nginx_rtmp({**form, "call": "play"}).kind is Kind.OTHER


@pytest.mark.parametrize("name", ["", "short", "a b c d e f g h", "../../../etc/passwd", "k" * 200, "клю́ч-клю́ч"])
def test_what_cannot_be_a_key_is_none(name):
    assert callbacks.read_nginx_rtmp({"call": "publish", "name": name}).key == ""


SRS = {
    "server_id": "vid-0xk989d", "action": "on_publish", "client_id": "341w361a", "ip": "127.0.0.1",
    "vhost": "__defaultVhost__", "app": "live", "tcUrl": "rtmp://127.0.0.1:1935/live", "stream": "tea-1",
    "param": "?key=the-key-of-the-stream", "stream_url": "video.test.com/live/tea-1", "stream_id": "vid-124q9y3",
}  # fmt: skip


def test_srs_asks_with_the_key_in_the_address():
    assert callbacks.read_srs(json.dumps(SRS).encode()) == Callback(
        provider="srs", kind=Kind.BEGIN, name="tea-1", key="the-key-of-the-stream", session="341w361a",
        once="341w361a:begin", peer="127.0.0.1",
    )  # fmt: skip
    done = callbacks.read_srs(json.dumps({**SRS, "action": "on_unpublish"}).encode())
    assert (done.kind, done.session) == (Kind.END, "341w361a")


def test_srs_of_old_numbers_its_clients():
    assert callbacks.read_srs(json.dumps({**SRS, "client_id": 1985}).encode()).session == "1985"


def test_srs_tells_of_players_as_well():
    told = callbacks.read_srs(json.dumps({"action": "on_play", "stream": "a b", "param": "?key=1"}).encode())
    assert told == Callback(provider="srs", kind=Kind.OTHER)


MEDIAMTX = {
    "user": "", "password": "", "token": "", "ip": "10.0.0.9", "action": "publish", "path": "live/tea-1",
    "protocol": "rtmp", "id": "26e4e5a9-6b3c-4d1e", "query": "key=the-key-of-the-stream",
}  # fmt: skip


def test_mediamtx_asks_with_the_key_in_the_address_or_as_the_password():
    read = callbacks.read_mediamtx(json.dumps(MEDIAMTX).encode())
    assert read == Callback(
        provider="mediamtx", kind=Kind.BEGIN, name="tea-1", key="the-key-of-the-stream", session="26e4e5a9-6b3c-4d1e",
        once="26e4e5a9-6b3c-4d1e:begin", peer="10.0.0.9",
    )  # fmt: skip
    password = {**MEDIAMTX, "query": "", "password": "the-key-of-the-stream"}
    assert callbacks.read_mediamtx(json.dumps(password).encode()) == read


@pytest.mark.parametrize(
    ("action", "kind"), [("unpublish", Kind.END), ("read", Kind.READ), ("playback", Kind.READ), ("api", Kind.OTHER)]
)
def test_mediamtx_asks_for_viewers_as_well(action, kind):
    assert callbacks.read_mediamtx(json.dumps({**MEDIAMTX, "action": action}).encode()).kind is kind


@pytest.mark.parametrize("read", [callbacks.read_srs, callbacks.read_mediamtx])
@pytest.mark.parametrize("body", [b"", b"{}", b"null", b'{"action": 5}', b"\x00", b'{"action": "x", "id": []}'[:9]])
def test_what_is_no_notice_is_refused(read, body):
    assert refused(read, body) is Why.FORM


def test_a_query_of_a_thousand_fields_holds_no_key():
    many = {**SRS, "param": "?" + "&".join(f"k{number}=1" for number in range(1000))}
    assert callbacks.read_srs(json.dumps(many).encode()).key == ""
