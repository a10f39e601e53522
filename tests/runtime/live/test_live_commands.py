"""Rooms at the command line: invitations and keys are shown once, and in the merchant's language."""

import re
import shutil
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from tills import NOW, make_settings

from generator.build import Wish, build
from runtime import cli
from runtime import database as databases
from runtime.commands import shop as shops
from runtime.live import access, broadcasts

ROOM = "tea-talk"


SHOP = """format: 1
name: {zh-CN: 茶铺, en: Tea shop}
url: https://tea.example.com
country: SG
locale: zh-CN
locales: [zh-CN, en]
currency: CNY
seller:
  {type: company, legal_name: Tea Pte Ltd, phone: "+6561234567", email: a@example.com, address: 1 Market St}
delivery: [{id: pickup, name: {zh-CN: 自提, en: Pickup}, kind: pickup}]
payment: [{gateway: rehearsal}]
live: {cdn: {provider: tencent, push: push.example.com, play: live.example.com, push_key: PUSH, callback_key: BACK}}
"""
LIVE = """title: {{zh-CN: {title}, en: {title}}}
starts_at: 2099-01-01T12:00:00Z
products: [tea]
source: {{{source}}}
"""
SOURCES = {
    "clip": "kind: embed, url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'",
    "spring": "kind: broadcast, through: cdn",
    "tea-talk": "kind: broadcast",
}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published") / "shop"
    for name, text in (
        ("shop.yaml", SHOP),
        ("products/tea.yaml", "title: {zh-CN: 茶, en: Tea}\nprice: 10\nstock: 5\n"),
        *((f"live/{name}.yaml", LIVE.format(title=name, source=source)) for name, source in SOURCES.items()),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    built = build(folder, Wish(now="2026-11-22T12:00:00Z"))
    assert [each for each in built.problems if each.severity == "error"] == []
    return folder


@pytest.fixture
def shop(published, tmp_path, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHOPWRIGHT_SECRET", "0123456789abcdef0123456789abcdef")
    folder = tmp_path / "shop"
    shutil.copytree(published, folder, symlinks=True)
    databases.open(make_settings(folder), upgrade=True).close()
    return folder


def run(*arguments, code=0, **environ):
    done = CliRunner(env=environ).invoke(cli.main, [*arguments])
    assert done.exit_code == code, done.output
    return done.output


def opened(shop):
    return shops.opened(shop)


def test_an_invitation_is_printed_once_with_its_picture_and_can_be_taken_back(shop):
    said = run(
        "live", "invite", str(shop), "Wang", "--role", "assistant", "--room", ROOM, "--address", "https://a.example"
    )
    key = re.search(r"https://a\.example/console/live/enter#(\S+)", said)[1]
    assert "▀" in said or "█" in said
    with opened(shop) as (_, database):
        found = access.find(database, key, NOW)
        assert (found.name, found.role, found.room) == ("Wang", "assistant", ROOM)
        assert key not in str(database.read(lambda look: look.all("SELECT * FROM live_access")))
    listed = run("live", "access", str(shop))
    assert key not in listed
    assert re.search(r"1 .* open +assistant +tea-talk +Wang", listed)
    assert run("live", "revoke", str(shop), "1") == "The invitation of Wang is taken back.\n"
    assert "revoked" in run("live", "access", str(shop))
    with opened(shop) as (_, database):
        assert access.find(database, key, NOW) is None
        assert access.find_open(database, 1, NOW) is None


def test_a_room_or_an_invitation_that_is_not_there_is_said_so_in_chinese(shop):
    assert "没有直播间“nope”，现有：clip, spring, tea-talk。" in run(
        "live", "invite", str(shop), "Wang", "--room", "nope", code=1, LANG="zh_CN.UTF-8"
    )
    assert "没有编号为 7 的邀请" in run("live", "revoke", str(shop), "7", code=1, LANG="zh_CN.UTF-8")


def test_a_key_is_shown_once_and_a_new_one_makes_the_old_one_worthless(shop):
    first, second = (run("live", "key", str(shop), ROOM).splitlines()[-1].split()[-1] for _ in range(2))
    assert first != second
    with opened(shop) as (_, database):
        assert broadcasts.find_by_key(database, first) is None
        assert broadcasts.find_by_key(database, second).room == ROOM
    listed = run("live", "list", str(shop))
    assert f"…{second[-4:]}" in listed
    assert second not in listed
    assert run("live", "end", str(shop), ROOM) == "The broadcast of tea-talk is over.\n"
    assert "has no broadcast now" in run("live", "end", str(shop), ROOM, code=1)
    with opened(shop) as (_, database):
        assert broadcasts.find_by_key(database, second) is None


def test_rooms_are_listed_below_headings_with_what_their_visitors_find(shop):
    assert run("live", "list", str(shop)).splitlines() == [
        "room      picture    state      time              key",
        "clip      youtube    announced  2099-01-01 20:00",
        "spring    network    announced  2099-01-01 20:00",
        "tea-talk  this shop  announced  2099-01-01 20:00",
    ]
    assert run("live", "list", str(shop), "--lang", "zh").splitlines() == [
        "直播间    画面     状态    时间              推流码",
        "clip      youtube  已预告  2099-01-01 20:00",
        "spring    CDN      已预告  2099-01-01 20:00",
        "tea-talk  本店     已预告  2099-01-01 20:00",
    ]
    with opened(shop) as (_, database):
        made, key = broadcasts.arm(database, ROOM, by="merchant", now=NOW)
        assert run("live", "list", str(shop)).splitlines()[3].split() == [
            "tea-talk", "this", "shop", "ready", *_clock(NOW), f"…{key[-4:]}",
        ]  # fmt: skip
        broadcasts.begin(database, made.id, NOW)
        assert " live " in run("live", "list", str(shop))


def test_a_stream_of_a_network_is_known_by_its_name_and_one_of_elsewhere_has_no_key_of_ours(shop):
    assert run("live", "key", str(shop), "spring", PUSH="secret").splitlines()[-1].startswith("Stream key  spring-1?tx")
    assert run("live", "list", str(shop)).splitlines()[2].split()[-1] == "spring-1"
    said = run("live", "key", str(shop), "clip", "--lang", "zh", code=1)
    assert said == "Error: 直播间“clip”的画面来自其他平台，请在该平台获取推流码。\n"


def test_nginxs_files_come_with_where_they_go_and_a_shop_without_an_address_is_told_of_it(shop, tmp_path):
    done = CliRunner().invoke(cli.main, ["live", "nginx", str(shop), "--to", str(tmp_path / "nginx")])
    assert done.stdout == f"http {{ include {tmp_path}/nginx/shop.conf; }}\ninclude {tmp_path}/nginx/rtmp.conf;\n"
    assert "nginx -t && systemctl reload nginx" in done.stderr
    assert "shop.example.com" not in done.stderr
    bare = tmp_path / "bare"
    bare.mkdir()
    assert "shop.yaml 里没有 url，文件里暂用 shop.example.com" in run("live", "nginx", str(bare), "--lang", "zh")
    assert "请写 主机:端口 或 端口" in run("live", "nginx", str(shop), "--listen", "x", "--lang", "zh", code=2)


def _clock(moment):
    return moment.astimezone(ZoneInfo("Asia/Singapore")).strftime("%Y-%m-%d %H:%M").split()


def test_an_invitation_ends_by_its_date(shop):
    with opened(shop) as (_, database):
        _, key = access.invite(database, "Li", access.Role.HOST, "", seconds=60, now=NOW)
        assert access.find(database, key, NOW.replace(year=NOW.year + 1)) is None
        assert access.find(database, key + "x", NOW) is None
        assert access.find(database, key, NOW).name == "Li"


def test_a_shop_that_rehearses_names_this_machine_to_publishers_and_says_that_its_links_lead_elsewhere(shop):
    assert "rtmp://127.0.0.1/live" in run("live", "key", str(shop), ROOM)
    hint = "say --address"
    assert hint in run("live", "invite", str(shop), "Wang")
    assert hint not in run("live", "invite", str(shop), "Wang", "--address", "http://127.0.0.1:8000")


def test_lists_and_exports_with_nothing_in_them_say_so(shop, tmp_path):
    assert run("live", "access", str(shop)) == f"Nobody is invited yet: shopwright live invite {shop} NAME\n"
    file = tmp_path / "evidence.zip"
    assert run("live", "export", str(shop), ROOM, str(file)) == "The room tea-talk has sent nothing yet.\n"
    assert not file.exists()
    assert "no live room nope" in run("live", "export", str(shop), "nope", str(file), code=1)
