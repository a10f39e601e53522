"""The records of rooms at the command line: numbers, evidence in one file, and what is kept no longer."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from aired import AT, broadcast, pin
from click.testing import CliRunner
from recorded import record
from test_live_commands import ROOM, published, shop  # noqa: F401  fixtures
from tills import NOW, make_settings, make_till, order

from runtime import cli
from runtime import database as databases
from runtime.commands import live_records
from runtime.live import broadcasts, evidence
from runtime.live.values import Recording


def run(*words):
    return CliRunner().invoke(cli.main, list(map(str, words)))


@pytest.fixture
def evening(shop):  # noqa: F811  a fixture of the other module
    """A broadcast of the shop with a pin, viewers, chat and an order."""
    settings = make_settings(shop)
    opened = databases.open(settings)
    made = broadcast(opened, ROOM, start=0, end=300)
    pin(opened, made, 1, "tea", at=0, until=75)
    till = make_till(opened, settings)
    order(till, [("tea", 2)], NOW, room=ROOM, room_at=AT + 10, gateway="transfer")
    minute = AT // 60

    def fill(write):
        write.run("INSERT INTO live_minute VALUES (?, ?, 40, 1800, 9, 2)", made, minute)
        write.run("INSERT INTO live_interest VALUES (?, ?, 'tea', 30, 7)", made, minute)
        write.run(
            "INSERT INTO live_message (room, seq, viewer, contact, address, name, body, at_ms, state, actor, host) "
            "VALUES (?, 1, 'v1', 'c', 'a', '林', '=1+1', ?, 'shown', '', 0)", ROOM, AT * 1000 + 250,
        )  # fmt: skip

    opened.write(fill)
    yield shop
    opened.close()


def test_numbers_are_shown_as_a_table_in_the_readers_language(evening, monkeypatch):
    text = run("live", "numbers", evening, ROOM).output
    lines = text.splitlines()
    assert lines[1:3] == [
        "  most at once 40, watched 30 min, likes 9, messages 2",
        "  orders 1, cancelled 0, ordered ¥20.00, paid back ¥0.00, takings ¥0.00",
    ]
    assert lines[3].split() == ["no.", "product", "explained", "clicks", "in", "carts", "orders", "pieces", "takings"]
    assert lines[4].split() == ["1", "tea", "1:15", "30", "7", "1", "2", "¥0.00"]
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert "最高同时在线 40，观看 30 分钟，点赞 9，留言 2" in run("live", "numbers", evening, ROOM).output


def test_numbers_for_programs_and_spreadsheets(evening):
    found = json.loads(run("live", "numbers", evening, ROOM, "--format", "json").output)
    assert [(each["ordinal"], each["watched"], each["sales"]["orders"]) for each in found] == [(1, 1800, 1)]
    rows = list(csv.reader(io.StringIO(run("live", "numbers", evening, ROOM, "--format", "csv").output)))
    assert rows == [
        ["broadcast", "number", "product", "explained", "clicks", "carts", "orders", "pieces", "takings", "currency"],
        ["1", "1", "tea", "75", "30", "7", "1", "2", "0.00", "CNY"],
    ]
    minutes = run("live", "numbers", evening, ROOM, "--format", "csv", "--by", "minute").output
    rows = list(csv.DictReader(io.StringIO(minutes)))
    first = rows[0]
    assert (first["viewers"], first["seconds"], first["clicks"], first["carts"]) == ("40", "1800", "30", "7")
    assert first["minute"] == datetime.fromtimestamp(AT // 60 * 60, ZoneInfo("Asia/Singapore")).isoformat(" ")
    assert sum(int(row["orders"]) for row in rows) == 1


def test_a_room_or_a_broadcast_that_is_none_is_said_to_be_none(evening):
    assert run("live", "numbers", evening, "nowhere").exit_code == 1
    assert "no broadcast 7" in run("live", "numbers", evening, ROOM, "--broadcast", 7).output
    assert run("live", "export", evening, "nowhere", evening / "x.zip").exit_code == 1
    assert not (evening / "x.zip").exists()


def test_the_export_has_chat_pins_and_orders_that_can_be_checked(evening, tmp_path):
    file = tmp_path / "evidence.zip"
    said = run("live", "export", evening, ROOM, file)
    assert (said.exit_code, said.output) == (0, f"{file}: 1 message, 1 product explained, 1 order\n")
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        found = {name.removeprefix(f"{ROOM}/"): archive.read(name) for name in archive.namelist()}
    assert sorted(found) == sorted([*(f"{name}.csv" for name in evidence.HEADS), "SHA256SUMS"])
    sums = dict(reversed(line.split("  ")) for line in found["SHA256SUMS"].decode().splitlines())
    assert {name: hashlib.sha256(data).hexdigest() for name, data in found.items() if name != "SHA256SUMS"} == sums
    chat = list(csv.DictReader(io.StringIO(found["chat.csv"].decode("utf-8-sig"))))
    assert [(row["name"], row["text"], row["state"], row["viewer"]) for row in chat] == [("林", "'=1+1", "shown", "v1")]
    assert chat[0]["time"].endswith(".250+08:00")
    pins = list(csv.DictReader(io.StringIO(found["explained.csv"].decode("utf-8-sig"))))
    assert [(row["broadcast"], row["number"], row["product"]) for row in pins] == [("1", "1", "tea")]
    orders = list(csv.DictReader(io.StringIO(found["orders.csv"].decode("utf-8-sig"))))
    assert [(row["broadcast"], row["number"], row["total"], row["lines"]) for row in orders] == [
        ("1", "1", "20.00", "2 × tea [tea]")
    ]
    run("live", "export", evening, ROOM, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == file.read_bytes()


def test_clean_says_what_it_would_delete_and_deletes_it_when_it_is_meant(shop):  # noqa: F811
    settings = make_settings(shop)
    opened = databases.open(settings)
    old = broadcast(opened, ROOM, start=-2 * 365 * 86400, end=-2 * 365 * 86400 + 10)
    new = broadcast(opened, ROOM, 2, start=-100, end=-50)
    for identity, stream in ((old, "1"), (new, "2")):
        record(settings.rooms / ROOM / stream, (0, 3))
        broadcasts.record(opened, identity, Recording.WHOLE, size=1_500_000)
    said = run("live", "clean", shop, "--dry-run").output
    assert said == (
        f"{ROOM}, broadcast 1: 1.5 MB (its time is over)\n"
        "1 recording would be deleted; 1.5 MB of 50.0 GB would be taken (0 %)\n"
    )
    assert (settings.rooms / ROOM / "1").exists()
    assert run("live", "clean", shop).output.splitlines()[1].startswith("1 recording deleted, ")
    assert not (settings.rooms / ROOM / "1").exists()
    assert (settings.rooms / ROOM / "2").exists()
    opened.close()


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (50_000_000_000, "50.0 GB"), (10**18, "1000000.0 TB")],
)
def test_sizes_are_written_for_people(count, text):
    assert live_records.size(count) == text
