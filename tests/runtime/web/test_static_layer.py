"""Pages and files of the live release, straight from its manifest."""

import gzip
import json

import brotli
import pytest
import storefront

from generator.releases.publishing import Releases

HTML = "text/html; charset=utf-8"
MEDIA = "/icon-512.png"
TRAVERSALS = [
    "/../shop.yaml", "/..%2fshop.yaml", "/%2e%2e/shop.yaml", "/%252e%252e%252fshop.yaml", "/..;/shop.yaml",
    "/..\\shop.yaml", "/..%5cshop.yaml", "/%c0%ae%c0%ae/shop.yaml", "/products/longjing/%00", "/%00/shop.yaml",
    "/products/../../shop.yaml", "/.git/config", "/.git", "/shop.yaml", "/secrets", "/var/secret", "/var/shop.db",
    "/shop.db", "/catalogue.db", "/manifest.json", "/shop.yaml.bak", "/runtime/server.py", "/theme/layout.html",
    "/media/../shop.yaml", "/store/", "/releases/", "//shop.yaml", "/products/longjing.yaml", "/.env",
]  # fmt: skip


def manifest(shop):
    return json.loads((shop / "var/live/manifest.json").read_text())


def blob(shop, url):
    name = manifest(shop)["entries"][url]["blob"]
    return (shop / "var/store" / name[:2] / name).read_bytes()


def asset(shop, name):
    return next(url for url in manifest(shop)["entries"] if name in url and url.endswith(".css"))


def test_a_page_is_sent_with_its_type_length_validator_and_caching(client, shop):
    answer = client.get("/products/longjing/")
    entry = manifest(shop)["entries"]["/products/longjing/"]
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == HTML
    assert answer.headers["Content-Length"] == str(entry["size"]) == str(len(answer.data))
    assert answer.headers["ETag"] == f'"{entry["blob"][:32]}"'
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "龙井" in answer.text


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("br", "br"), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br"), ("br;q=0, gzip", "gzip"), ("*", "br"),
        ("br;q=0.5, gzip;q=0.9", "gzip"), ("identity", None), ("", None), ("br;q=0", None), ("br;q=nonsense", None),
    ],
)  # fmt: skip
def test_the_best_form_that_the_client_takes_is_sent(client, header, encoding):
    plain = client.get("/").data
    answer = client.get("/", headers={"Accept-Encoding": header})
    assert answer.headers.get("Content-Encoding") == encoding
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert unpack(answer.data) == plain
    assert answer.headers["Content-Length"] == str(len(answer.data))


def test_every_form_has_a_validator_of_its_own(client):
    tags = {client.get("/", headers={"Accept-Encoding": form}).headers["ETag"] for form in ("br", "gzip", "")}
    assert len(tags) == 3


def test_what_the_client_has_already_is_not_sent_again(client):
    tag = client.get("/").headers["ETag"]
    for given in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        answer = client.get("/", headers={"If-None-Match": given})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
    assert client.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_says_the_same_without_a_body(client):
    whole, head = client.get("/"), client.head("/")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_hashed_files_are_kept_for_good(client, shop):
    answer = client.get(asset(shop, "harbour"))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        ("bytes=0-9", 206, slice(10)), ("bytes=100-", 206, slice(100, None)), ("bytes=-5", 206, slice(-5, None)),
        ("bytes=7-99999999", 206, slice(7, None)), ("bytes=99999999-", 416, None), ("bytes=9-3", 416, None),
        ("bytes=0-1,5-6", 200, slice(None)), ("lines=1-2", 200, slice(None)), ("bytes=-", 200, slice(None)),
    ],
)  # fmt: skip
def test_a_picture_or_clip_is_sent_in_the_part_that_is_asked_for(client, shop, header, status, part):
    whole = blob(shop, MEDIA)
    answer = client.get(MEDIA, headers={"Range": header})
    assert answer.status_code == status
    assert answer.data == (b"" if part is None else whole[part])
    if status == 206:
        first, end, _ = part.indices(len(whole))
        assert answer.headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(whole)}"
    if status == 416:
        assert answer.headers["Content-Range"] == f"bytes */{len(whole)}"


def test_a_part_of_another_version_is_not_mixed_in(client, shop):
    answer = client.get(MEDIA, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (answer.status_code, answer.data) == (200, blob(shop, MEDIA))
    tag = answer.headers["ETag"]
    assert client.get(MEDIA, headers={"Range": "bytes=0-9", "If-Range": tag}).status_code == 206


def test_a_large_file_is_sent_piece_by_piece(client, shop):
    data = bytes(range(256)) * 8192
    storefront.add_entry(shop, "/media/clip.mp4", data, "video/mp4")
    answer = client.get("/media/clip.mp4")
    assert [len(piece) for piece in answer.iter_encoded()] == [262144] * 8
    assert client.get("/media/clip.mp4", headers={"Range": "bytes=300000-600000"}).data == data[300000:600001]


def test_a_missing_slash_leads_to_the_page(client):
    answer = client.get("/products/longjing?from=poster")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/products/longjing/?from=poster")


def test_an_old_address_leads_to_the_new_one(client):
    answer = client.get("/old")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/products/longjing/")


def test_what_was_removed_on_purpose_is_gone(client, shop):
    (shop / "products/endless.yaml").unlink()
    storefront.publish(shop)
    answer = client.get("/products/endless/")
    assert answer.status_code == 410
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("path", [path for path in TRAVERSALS if not path.startswith("//")])
def test_r101_no_path_leads_out_of_the_release(client, path):
    assert client.get(path).status_code == 404


def test_r101_no_path_leads_out_of_the_release_as_raw_bytes(serve):
    served = serve("--workers", "1")
    for path in TRAVERSALS:
        line = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        assert served.raw(line).split(b" ", 2)[1] in {b"404", b"400"}, path
        assert b"format: 1" not in served.raw(line)


def test_a_publish_is_seen_at_once_and_rolled_back_at_once(client, shop):
    assert "168.00" in client.get("/products/longjing/").text
    storefront.price(shop, "longjing", "175")
    storefront.publish(shop)
    assert "175.00" in client.get("/products/longjing/").text


def test_only_a_change_of_releases_is_news(client, shop, caplog):
    caplog.set_level("INFO", "runtime.releases")
    client.get("/")
    assert caplog.messages == []
    storefront.price(shop, "longjing", "175")
    release = storefront.publish(shop)
    client.get("/")
    client.get("/")
    assert caplog.messages == [f"release {release} is live, in zh-CN, en"]


def test_hashed_files_of_the_release_before_stay_reachable(client, shop):
    old = asset(shop, "scheme")
    text = (shop / "shop.yaml").read_text("utf-8")
    (shop / "shop.yaml").write_text(text + "theme: {name: harbour, colors: {accent: '#0b5d3b'}}\n", "utf-8")
    storefront.publish(shop)
    assert asset(shop, "scheme") != old
    assert client.get(old).status_code == 200


def test_hashed_files_of_the_release_that_was_rolled_back_stay_reachable(client, shop):
    first = storefront.publish(shop)
    text = (shop / "shop.yaml").read_text("utf-8")
    (shop / "shop.yaml").write_text(text + "theme: {name: harbour, colors: {accent: '#0b5d3b'}}\n", "utf-8")
    storefront.publish(shop)
    new = asset(shop, "scheme")
    Releases(shop / "var").publish(first, storefront.NOW, "rollback")
    assert asset(shop, "scheme") != new
    assert client.get(new).status_code == 200
    assert client.get(new + "x").status_code == 404


def test_a_release_that_cannot_be_read_never_replaces_one_that_can(client, shop):
    assert client.get("/").status_code == 200
    broken = shop / "var/releases/broken"
    broken.mkdir()
    (broken / "manifest.json").write_bytes(b"{")
    link = shop / "var/live"
    link.unlink()
    link.symlink_to("releases/broken")
    assert client.get("/products/longjing/").status_code == 200
    assert client.get("/cart").status_code == 200


def test_a_shop_that_was_never_published_says_so(tmp_path):
    app = storefront.application(tmp_path)
    for path in ("/", "/cart"):
        answer = app.test_client().get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert app.test_client().get("/healthz").status_code == 503


def test_r119_drafts_are_nowhere(client, shop):
    listed = client.get("/sitemap.xml").text + client.get("/robots.txt").text
    assert "/products/longjing/" in listed
    assert "draft" not in listed
    assert [url for url in manifest(shop)["entries"] if "draft" in url] == []
    assert client.get("/products/draft/").status_code == 404


def test_only_the_live_room_may_frame_its_player(client):
    room = client.get("/live/evening/").headers["Content-Security-Policy"]
    assert "frame-src 'self' https://www.youtube-nocookie.com" in room.split("; ")
    assert "frame-src" not in client.get("/").headers["Content-Security-Policy"]
