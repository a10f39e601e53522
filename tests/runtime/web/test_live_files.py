"""What live rooms write leaves from beside the static layer, and nothing else does."""

import gzip
import json
import os

import brotli
import pytest
import storefront

FOREVER = "public, max-age=31536000, immutable"
HIDDEN = [
    "/live/evening/p0123456789abcdef0123456789abcdef/1.m4s", "/live/evening/p0123456789abcdef0123456789abcdef/vod.m3u8",
    "/live/evening/private/1/1.m4s", "/live/evening/1/replay.json", "/live/evening/1/replay.mp4.part",
    "/live/evening/1/.1.m4s", "/live/evening/1/1.m4s.tmp", "/live/evening/1/", "/live/evening/../evening/room.json",
    "/live/evening/1/../room.json", "/live/evening/%2e%2e/secret", "/live/%2e%2e/secret", "/live/..%2fsecret",
    "/live/evening/1/..%2f..%2f..%2fsecret", "/live/evening/1\\1.m4s", "/live/evening/chat/..%2froom.json",
    "/live/evening/room.json%00", "/live/evening//room.json", "/live/evening/1/1.m4s/", "/live/other/room.json",
    "/live/evening/1/１.m4s", "/live/evening/room.json/x", "/live/./room.json", "/live/evening/live.json",
]  # fmt: skip
THERE = [
    "room.json", "1/1.m4s", "1/replay.json", "1/replay.mp4.part", "1/.1.m4s", "1/1.m4s.tmp", "private/1/1.m4s",
    "p0123456789abcdef0123456789abcdef/1.m4s", "p0123456789abcdef0123456789abcdef/vod.m3u8", "live.json",
    "../secret", "../other/room.json",
]  # fmt: skip
FILES = [
    ("room.json", "application/json", "public, max-age=1"),
    ("chat/7.json", "application/json", FOREVER),
    ("1/vod.m3u8", "application/vnd.apple.mpegurl", "public, max-age=60"),
    ("1/chapters.vtt", "text/vtt; charset=utf-8", "public, max-age=60"),
    ("1/chapters.json", "application/json", "public, max-age=60"),
    ("1/replay.mp4", "video/mp4", "public, max-age=60"),
    ("1/init0.mp4", "video/mp4", FOREVER),
    ("12/345.m4s", "video/iso.segment", FOREVER),
    ("12/345.2.m4s", "video/iso.segment", FOREVER),
]
PARTS = [
    ("bytes=0-9", 206, slice(10)), ("bytes=2000000-", 206, slice(2_000_000, None)),
    ("bytes=-5", 206, slice(-5, None)), ("bytes=7-99999999", 206, slice(7, None)), ("bytes=99999999-", 416, None),
    ("bytes=9-3", 416, None), ("bytes=0-1,5-6", 200, slice(None)), ("lines=1-2", 200, slice(None)),
]  # fmt: skip


def put(shop, name, data):
    path = shop / "var/rooms/evening" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_every_file_of_a_room_has_its_type_and_its_caching(client, shop):
    for name, kind, caching in FILES:
        put(shop, name, b"abc")
        answer = client.get(f"/live/evening/{name}")
        assert (answer.status_code, answer.data) == (200, b"abc"), name
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Content-Length"] == "3"
        assert answer.headers["Cache-Control"] == caching
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        head = client.head(f"/live/evening/{name}")
        assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", "3")


def test_no_other_name_leads_to_a_file(client, shop):
    for name in THERE:
        put(shop, name, b"PRIVATE")
    for path in HIDDEN:
        answer = client.get(path)
        assert answer.status_code in {301, 404}, path
        assert b"PRIVATE" not in answer.data


def test_what_is_missing_is_told_in_a_few_bytes(client):
    answer = client.get("/live/evening/room.json")
    assert (answer.status_code, answer.json) == (404, {"error": "not found"})
    assert answer.headers["Cache-Control"] == "public, max-age=1"
    assert client.head("/live/evening/9/vod.m3u8").data == b""


def test_the_page_of_a_room_stays_a_page(client, shop):
    put(shop, "room.json", b"{}")
    assert client.get("/live/evening/").headers["Content-Type"] == "text/html; charset=utf-8"
    assert client.get("/live/evening").status_code == 301


def test_a_link_is_no_file_be_it_the_file_or_a_folder(client, shop, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/1.m4s").write_bytes(b"PRIVATE")
    put(shop, "room.json", b"{}")
    (shop / "var/rooms/evening/2").symlink_to(tmp_path / "elsewhere")
    put(shop, "1/2.m4s", b"")
    (shop / "var/rooms/evening/1/1.m4s").symlink_to(tmp_path / "elsewhere/1.m4s")
    (shop / "var/rooms/evening/1/vod.m3u8").symlink_to(tmp_path / "elsewhere/1.m4s")
    for name in ("2/1.m4s", "1/1.m4s", "1/vod.m3u8"):
        assert client.get(f"/live/evening/{name}").status_code == 404


def test_a_pipe_is_no_file(client, shop):
    put(shop, "room.json", b"{}")
    os.mkfifo(shop / "var/rooms/evening/1.fifo")
    (shop / "var/rooms/evening/1").mkdir()
    os.mkfifo(shop / "var/rooms/evening/1/1.m4s")
    assert client.get("/live/evening/1/1.m4s").status_code == 404


def test_the_state_is_new_as_soon_as_it_is_written_and_not_sent_twice(client, shop):
    path = put(shop, "room.json", b'{"now": 1}')
    first = client.get("/live/evening/room.json")
    again = client.get("/live/evening/room.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["Cache-Control"]) == (304, b"", "public, max-age=1")
    draft = path.with_name("draft")
    draft.write_bytes(b'{"now": 2}')
    draft.replace(path)
    second = client.get("/live/evening/room.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.json) == (200, {"now": 2})
    path.unlink()
    assert client.get("/live/evening/room.json").status_code == 404


@pytest.mark.parametrize(("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_long_text_is_packed_and_has_a_validator_of_its_own(client, shop, encoding, unpack):
    data = json.dumps({"messages": ["好茶"] * 500}).encode()
    put(shop, "chat/1.json", data)
    plain = client.get("/live/evening/chat/1.json")
    packed = client.get("/live/evening/chat/1.json", headers={"Accept-Encoding": encoding})
    assert plain.data == data
    assert packed.headers["Content-Encoding"] == encoding
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert unpack(packed.data) == data
    assert packed.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.parametrize("name", ["1/replay.mp4", "1/7.m4s"])
def test_a_clip_is_sent_in_the_part_that_is_asked_for(client, shop, name):
    whole = bytes(range(256)) * 8192
    put(shop, name, whole)
    for header, status, part in PARTS:
        answer = client.get(f"/live/evening/{name}", headers={"Range": header})
        assert answer.status_code == status, header
        assert answer.data == (b"" if part is None else whole[part])
        assert answer.headers.get("Accept-Ranges") == (None if status == 416 else "bytes")
        if status == 206:
            first, end, _ = part.indices(len(whole))
            assert answer.headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(whole)}"
        if status == 416:
            assert answer.headers["Content-Range"] == f"bytes */{len(whole)}"


def test_a_part_of_another_file_is_not_mixed_in(client, shop):
    put(shop, "1/replay.mp4", b"0123456789")
    address = "/live/evening/1/replay.mp4"
    answer = client.get(address, headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert (answer.status_code, answer.data) == (200, b"0123456789")
    tag = answer.headers["ETag"]
    assert client.get(address, headers={"Range": "bytes=0-3", "If-Range": tag}).data == b"0123"


def test_a_large_clip_is_read_as_it_is_sent(client, shop):
    put(shop, "1/replay.mp4", bytes(range(256)) * 8192)
    answer = client.get("/live/evening/1/replay.mp4")
    assert [len(piece) for piece in answer.iter_encoded()] == [262144] * 8


def test_a_room_that_the_shop_has_no_longer_sends_nothing(client, shop):
    put(shop, "room.json", b"{}")
    assert client.get("/live/evening/room.json").status_code == 200
    (shop / "live/evening.yaml").unlink()
    storefront.publish(shop)
    assert client.get("/live/evening/room.json").status_code == 404


def test_foreign_hosts_get_no_file(client, shop):
    put(shop, "room.json", b'{"now": 1}')
    answer = client.get("/live/evening/room.json", headers={"Host": "evil.example"})
    assert (answer.status_code, b"now" in answer.data) == (400, False)
