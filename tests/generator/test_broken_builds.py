"""Builds that fail, are killed or meet each other leave an old or a new shop, whole."""

import errno
import os
import random
import shutil
import time

import pytest
import tiny_shop
from builds import edit, finish, start
from tiny_shop import made, page

from generator.releases.publishing import Releases


@pytest.fixture
def shop(tmp_path):
    return tiny_shop.published(tmp_path / "shop")


FAILING = """
import os, errno
count = [0]
def spoilt(name, code):
    real = getattr(os, name)
    def call(*arguments, **named):
        if name != "open" or arguments[1] & os.O_CREAT:
            count[0] += 1
            if count[0] >= int(os.environ["FAIL_AT"]):
                raise OSError(code, os.strerror(code), "var/store/x")
        return real(*arguments, **named)
    setattr(os, name, call)
"""


def spoilt(name, code, number):
    return f"import os; os.environ['FAIL_AT'] = '{number}'\n{FAILING}\nspoilt({name!r}, {code})\n"


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("write", errno.ENOSPC, "the disk is full"),
        ("open", errno.EMFILE, "too many open files"),
        ("fsync", errno.EIO, "the disk does not work"),
        ("open", errno.EROFS, "read-only"),
        ("open", errno.EACCES, "no permission"),
    ],
)
def test_a_fault_at_any_write_ends_with_3_and_leaves_the_live_shop_g58_g59(shop, name, code, words):
    live, before = Releases(shop / "var").find_live(), tiny_shop.everything(shop)
    edit(shop, 777)
    failed = 0
    for number in [1, 2, 3, 4, 6, 9, 13, 20, 40, 80]:
        status, _, errors = finish(shop, before=spoilt(name, code, number))
        if status == 0:
            break
        failed += 1
        assert (status, words in errors, "Traceback" in errors) == (3, True, False), (number, errors)
        if Releases(shop / "var").find_live() == live:
            assert tiny_shop.everything(shop) == before
        left = list((shop / "var").rglob("*.tmp"))
        assert left == []
    assert failed > 0
    made(shop)
    assert "¥777.00" in page(shop, "/products/tea-1/")
    assert list((shop / "var/releases").glob(".making-*")) == []


def test_a_file_size_limit_ends_with_3_and_the_next_build_is_whole_g58(shop):
    before = tiny_shop.everything(shop)
    edit(shop, 777)
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))\n"
    status, _, errors = finish(shop, before=limit)
    assert (status, "Traceback" in errors) == (3, False)
    assert tiny_shop.everything(shop) == before
    made(shop)
    assert "¥777.00" in page(shop, "/products/tea-1/")


def test_builds_that_are_killed_leave_an_old_or_a_new_shop_whole_g60(shop, tmp_path):
    chance = random.Random(60)
    expected = {}
    for price in (777, 888):
        edit(shop, price)
        copy = tmp_path / f"copy-{price}"
        shutil.copytree(shop, copy, ignore=shutil.ignore_patterns("var"))
        made(copy)
        expected[price] = tiny_shop.everything(copy)
    edit(shop, 888)
    made(shop)
    for number in range(24):
        edit(shop, 777 if number % 2 else 888)
        process = start(shop)
        time.sleep(chance.uniform(0, 0.4))
        process.kill()
        process.communicate()
        found = tiny_shop.everything(shop)
        wrong = {price: [url for url in whole if found.get(url) != whole[url]] for price, whole in expected.items()}
        assert [] in wrong.values(), (number, wrong, set(found) ^ set(expected[777]))
    edit(shop, 777)
    status, _, errors = finish(shop)
    assert status == 0, errors
    assert tiny_shop.everything(shop) == expected[777]
    assert [path for path in (shop / "var").rglob("*") if path.name.startswith(".making") or ".tmp" in path.name] == []


def test_contents_of_a_build_that_died_are_not_believed_g61(shop):
    edit(shop, 777)
    status, _, _ = finish(shop, before=spoilt("fsync", errno.EIO, 2))
    assert status == 3
    releases = Releases(shop / "var")
    used = set().union(*(releases.manifest(each).blobs() for each in releases.whole()))
    left = [path for path in (shop / "var/store").rglob("*") if path.is_file() and path.name.split(".")[0] not in used]
    assert left
    for path in left:
        state = path.stat()
        path.write_bytes(b"\0" * state.st_size)
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    made(shop)
    assert "¥777.00" in page(shop, "/products/tea-1/")
    assert not (shop / "var/cache/unfinished").exists()


def test_two_builds_at_once_are_told_apart_g62(shop, tmp_path):
    edit(shop, 777)
    go_on = tmp_path / "go-on"
    held = "import generator.check as c, pathlib, time; real = c.check\n"
    held += f"def check(*a, **n):\n    while not pathlib.Path({str(go_on)!r}).exists():\n        time.sleep(0.02)\n"
    held += "    return real(*a, **n)\nc.check = check\n"
    first = start(shop, before=held)
    deadline = time.monotonic() + 60
    while not (shop / "var/build.lock").read_text().startswith(str(first.pid)) and time.monotonic() < deadline:
        time.sleep(0.02)
    waiting = start(shop)
    status, _, errors = finish(shop, before="import generator.releases.publishing as p; p.PATIENCE = 0.1")
    assert status == 3
    assert f"another build of this shop is running (process {first.pid})" in errors
    go_on.touch()
    for process in (first, waiting):
        process.communicate()
        assert process.returncode == 0
    assert "¥777.00" in page(shop, "/products/tea-1/")


def test_a_lock_of_a_dead_process_is_nothing_g62(shop):
    (shop / "var/build.lock").write_text("999999\n")
    edit(shop, 777)
    assert made(shop).published
