"""A whole shop is checked in one run, and what was found in unchanged files is remembered truly."""

import os
import shutil
import time

import msgspec
import pytest
from conftest import brief

from generator import check
from generator.check import check as run
from generator.problems import Severity
from generator.source import cache, parallel, reading

TEA = b"title: Tea\nprice: 10\n"
STORED = "var/cache/check"


def age(shop, seconds=10):
    """Make all files look as if nobody had touched them for a while: only such files are trusted by their time."""
    then = time.time_ns() - seconds * 1_000_000_000
    for path in shop.rglob("*"):
        os.utime(path, ns=(then, then), follow_symlinks=False)


@pytest.fixture
def read_files(monkeypatch):
    """The names of the files that were really read."""
    seen = []
    whole = reading.read

    def spy(folder, source, ground):
        seen.append(source.file)
        return whole(folder, source, ground)

    monkeypatch.setattr(parallel.reading, "read", spy)
    return seen


def test_a_good_shop_gives_a_shop_and_no_problem(shop):
    checked = run(shop)
    assert checked.problems == ()
    assert sorted(checked.shop.products) == ["biluochun", "longjing"]
    assert checked.shop.shelves["teas"].products == ("longjing", "biluochun")
    assert checked.shop.currency == "SGD"


def test_c22_all_problems_of_all_files_are_found_in_one_run(shop):
    for number in range(60):
        text = f"titel: Tea {number}\nprice: 1.234\nstock: -1\ntags: green\nimages: [no.jpg]\nrelated: [nobody]\n"
        (shop / "products" / f"tea-{number:02d}.yaml").write_text(text, encoding="utf-8")
    problems = run(shop).problems
    found = [each.code for each in problems if each.file == "products/tea-07.yaml"]
    assert sorted(found) == [
        "number-too-small", "picture-missing", "price-precision", "unknown-key", "unknown-product", "wrong-type",
    ]  # fmt: skip
    assert len(problems) == 60 * 6


def test_problems_stand_in_the_order_of_files_and_lines_with_shop_yaml_first(spoil):
    problems = spoil(
        {
            "shop.yaml": "currency: XXQ\n",
            "products/b.yaml": b"title: B\nprice: x\nweight: y\n",
            "products/a.yaml": b"title: A\nprice: x\n",
        }
    )
    assert brief(problems) == [
        ("shop.yaml", 1, "unknown-currency"),
        ("products/a.yaml", 2, "price-form"),
        ("products/b.yaml", 2, "price-form"),
        ("products/b.yaml", 3, "weight-form"),
    ]


def test_a_shop_with_a_warning_is_still_a_shop(shop):
    (shop / "products" / "note.txt").write_text("hello", encoding="utf-8")
    checked = run(shop)
    assert [(each.code, each.severity) for each in checked.problems] == [("file-not-read", Severity.WARNING)]
    assert checked.shop is not None


def test_a_shop_with_an_error_is_none(shop):
    (shop / "products" / "tea.yaml").write_bytes(b"title: Tea\n")
    checked = run(shop)
    assert brief(checked.problems) == [("products/tea.yaml", 1, "price-missing")]
    assert checked.shop is None
    assert checked.sources["products/tea.yaml"] == "title: Tea\n"


def test_c22_an_empty_shop_yaml_is_one_problem_and_the_other_files_are_checked_too(shop):
    (shop / "shop.yaml").write_bytes(b"")
    (shop / "products" / "tea.yaml").write_bytes(b"title: Tea\nprices: 10\nprice: 10\n")
    codes = [(each.file, each.code) for each in run(shop).problems]
    assert ("shop.yaml", "yaml-empty") in codes
    assert ("products/tea.yaml", "key-spelt-again") in codes
    assert [code for file, code in codes if file == "shop.yaml"] == ["yaml-empty"]


def test_a_folder_without_a_shop_is_said_so(tmp_path):
    assert [each.code for each in run(tmp_path).problems] == ["shop-file-missing"]
    assert [each.code for each in run(tmp_path / "none").problems] == ["shop-folder-missing"]
    assert list(tmp_path.iterdir()) == []


def test_c31_a_link_out_of_the_folder_is_refused(shop, tmp_path):
    (tmp_path / "secret.yaml").write_bytes(TEA)
    (shop / "products" / "tea.yaml").symlink_to(tmp_path / "secret.yaml")
    assert [(each.file, each.code) for each in run(shop).problems] == [("products/tea.yaml", "file-outside")]


def test_c37_thousands_of_duplicates_are_all_found(shop):
    for number in range(2001):
        (shop / "products" / f"t{number}.yaml").write_bytes(b"title: Tea\nprice: 10\nsku: A\n")
    problems = run(shop).problems
    assert [each.code for each in problems] == ["duplicate-sku"] * 2000
    assert problems[0].mark.line == 3
    assert problems[0].related == ("products/t0.yaml", problems[0].mark)


def test_c41_a_newer_format_names_the_version_it_needs(spoil):
    problems = spoil({"shop.yaml": "format: 2\n"})
    assert [(each.code, each.mark.line) for each in problems] == [("unknown-format", 1)]
    assert problems[0].values["value"] == "2"


def test_c41_an_unknown_format_is_refused(spoil):
    assert [each.code for each in spoil({"shop.yaml": "format: new\n"})] == ["not-a-number"]


def test_files_are_read_once_and_then_only_if_they_changed(shop, read_files):
    age(shop)
    first = run(shop)
    assert len(read_files) == 5
    read_files.clear()
    assert run(shop) == first
    assert read_files == []
    (shop / "products" / "longjing.yaml").write_bytes(TEA)
    assert run(shop).shop.products["longjing"].title == {"en": "Tea"}
    assert read_files == ["products/longjing.yaml"]


def test_problems_come_from_the_cache_as_they_were(shop):
    (shop / "products" / "tea.yaml").write_bytes(b"title: Tea\nprice: 1.234\ntitel: T\n")
    age(shop)
    first = run(shop)
    assert first.problems
    assert run(shop) == first


def test_a_file_with_an_old_time_and_other_bytes_is_read_again(shop):
    age(shop)
    run(shop)
    path = shop / "products" / "longjing.yaml"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"168", b"169"))
    os.utime(path, ns=(before.st_mtime_ns + 1, before.st_mtime_ns + 1))
    assert run(shop).shop.products["longjing"].variants[0].price == 16900


def test_a_file_changed_in_the_same_moment_as_the_cache_was_written_is_read_again(shop):
    path = shop / "products" / "longjing.yaml"
    now = time.time_ns()
    os.utime(path, ns=(now, now))
    run(shop)
    path.write_bytes(path.read_bytes().replace(b"168", b"169"))
    os.utime(path, ns=(now, now))
    assert run(shop).shop.products["longjing"].variants[0].price == 16900


def test_g69_a_file_from_the_future_is_not_trusted_by_its_time(shop):
    path = shop / "products" / "longjing.yaml"
    future = time.time_ns() + 10**18
    os.utime(path, ns=(future, future))
    run(shop)
    path.write_bytes(path.read_bytes().replace(b"168", b"169"))
    os.utime(path, ns=(future, future))
    assert run(shop).shop.products["longjing"].variants[0].price == 16900


def test_g69_a_cache_with_any_flipped_byte_is_rebuilt_with_the_same_answer(shop, read_files):
    age(shop)
    first = run(shop)
    good = (shop / STORED).read_bytes()
    for place in range(0, len(good), max(1, len(good) // 40)):
        (shop / STORED).write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        read_files.clear()
        assert run(shop) == first
        assert len(read_files) == 5, place
    assert len((shop / STORED).read_bytes()) == len(good)


@pytest.mark.parametrize("content", [b"", b"garbage", b"shopwright check cache 1\n", b"\0" * 1000])
def test_g69_a_foreign_file_in_place_of_the_cache_is_ignored_and_replaced(shop, content):
    age(shop)
    first = run(shop)
    good = len((shop / STORED).read_bytes())
    (shop / STORED).write_bytes(content)
    assert run(shop) == first
    assert len((shop / STORED).read_bytes()) == good


def test_g69_a_cache_of_another_version_of_the_code_is_not_used(shop, read_files, monkeypatch):
    age(shop)
    run(shop)
    read_files.clear()
    monkeypatch.setattr(cache, "key", lambda *_: b"another version!")
    run(shop)
    assert len(read_files) == 5


def test_g68_a_link_in_place_of_the_cache_is_not_followed(shop, tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"keep me")
    (shop / "var" / "cache").mkdir(parents=True)
    (shop / STORED).symlink_to(victim)
    assert run(shop).shop is not None
    assert victim.read_bytes() == b"keep me"


def test_a_change_of_currency_is_seen_by_files_that_did_not_change(shop):
    age(shop)
    run(shop)
    text = (shop / "shop.yaml").read_text(encoding="utf-8")
    (shop / "shop.yaml").write_text(text + "currency: KWD\n", encoding="utf-8")
    assert run(shop).shop.products["longjing"].variants[0].price == 168000


def test_a_removed_file_is_forgotten(shop):
    run(shop)
    (shop / "products" / "biluochun.yaml").unlink()
    assert [each.code for each in run(shop).problems] == ["unknown-product"]


def test_a_folder_that_cannot_be_written_is_checked_without_a_cache(shop):
    (shop / "var").write_text("not a folder", encoding="utf-8")
    assert run(shop).shop is not None


def test_without_a_cache_nothing_is_written(shop):
    before = sorted(shop.rglob("*"))
    run(shop, cache=False)
    assert sorted(shop.rglob("*")) == before


def test_many_files_read_by_several_processes_give_the_same_as_one(shop, monkeypatch):
    for number in range(50):
        shutil.copy(shop / "products" / "longjing.yaml", shop / "products" / f"tea-{number:02d}.yaml")
    (shop / "products" / "tea-51.yaml").write_bytes(b"title: Tea\nprice: x\n")
    alone = run(shop, cache=False)
    monkeypatch.setattr(parallel, "_WORTH", 10)
    monkeypatch.setattr(parallel, "_workers", lambda: 2)
    together = run(shop, cache=False)
    assert together == alone
    assert len(together.problems) == 1


def test_c40_a_file_that_vanishes_while_the_shop_is_read_is_a_problem_and_no_fault(shop, monkeypatch):
    whole = check.inventory.gather

    def gather(folder):
        found = whole(folder)
        (shop / "products" / "longjing.yaml").unlink()
        return found

    monkeypatch.setattr(check.inventory, "gather", gather)
    assert ("products/longjing.yaml", "file-unreadable") in [
        (each.file, each.code) for each in run(shop, cache=False).problems
    ]


def test_a_checked_shop_survives_msgpack(shop):
    found = run(shop).shop
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=type(found)) == found
