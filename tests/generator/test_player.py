"""The player of live pictures travels with releases that need it, and with no other; a room's page may use it."""

import pytest
import tiny_shop

from generator.check import check
from generator.releases import player
from generator.releases.manifest import decode

ROOM = "title: {{zh-CN: 直播, en: Live}}\nstarts_at: 2026-12-12T20:00\nproducts: {products}\nsource: {source}\n"
BROADCAST = "{kind: broadcast}"
PLAYED_BY_US = "{kind: embed, provider: hls, url: 'https://cast.example.com/a.m3u8'}"
FRAMED = "{kind: embed, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'}"


@pytest.fixture
def shop(tmp_path):
    folder = tiny_shop.write(tmp_path / "shop")
    (folder / "live").mkdir()
    return folder


def room(folder, source, products="[tea-2, tea-1]"):
    (folder / "live/evening.yaml").write_text(ROOM.format(source=source, products=products), "utf-8")


def manifest(folder):
    built = tiny_shop.made(folder)
    return decode((folder / "var/releases" / built.release / "manifest.json").read_bytes())


@pytest.mark.parametrize(
    ("source", "names"),
    [(BROADCAST, ["hls", "hls"]), (PLAYED_BY_US, ["hls", "hls"]), (FRAMED, [])],
    ids=["broadcast", "hls", "framed"],
)
def test_a_release_has_the_player_and_its_licence_where_a_room_needs_them(shop, source, names):
    room(shop, source)
    entries = manifest(shop).entries
    found = sorted(path for path in entries if path.startswith("/assets/hls"))
    assert [path.removeprefix("/assets/").split(".")[0] for path in found] == names
    assert all(entries[path].immutable for path in found)


def test_a_page_that_puts_pictures_together_may_play_blobs_and_every_room_may_frame_the_till(shop):
    room(shop, PLAYED_BY_US)
    entry = manifest(shop).entries["/live/evening/"]
    assert (entry.frame_src, entry.media_src) == (("'self'",), ("blob:", "https://cast.example.com"))
    room(shop, FRAMED)
    entry = manifest(shop).entries["/live/evening/"]
    assert (entry.frame_src, entry.media_src) == (("'self'", "https://www.youtube-nocookie.com"), ())


def test_an_installation_without_the_player_says_what_to_do(shop, tmp_path, monkeypatch):
    room(shop, BROADCAST)
    checked = check(shop, cache=False)
    monkeypatch.setattr(player, "FOLDER", tmp_path / "nowhere")
    with pytest.raises(player.MissingPlayerError, match="install Shopwright again"):
        player.assets(checked.shop)


def test_numbers_of_a_bag_stay_when_a_product_before_them_is_a_draft(shop):
    room(shop, BROADCAST, "[tea-3, tea-2, tea-1]")
    (shop / "products/tea-3.yaml").write_text(
        "title: {zh-CN: 龙井 3, en: Longjing 3}\nprice: 9\nstatus: draft\n", "utf-8"
    )
    built = tiny_shop.made(shop)
    assert built.release
    page = tiny_shop.page(shop, "/live/evening/")
    assert [part.split('"')[0] for part in page.split('data-row="')[1:]] == ["2", "3"]
