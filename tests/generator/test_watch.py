"""Watching sees what came, went or was written, waits until it is quiet, and passes over what is nobody's text."""

import os
from pathlib import Path

from generator.watch import Watch, changed, look


def names(found):
    return sorted(Path(path).name for path in found)


def test_a_look_sees_files_and_not_what_belongs_to_editors_or_to_us(tmp_path):
    for name in (
        "shop.yaml",
        "products/tea.yaml",
        "var/live/x",
        ".git/HEAD",
        "products/.tea.yaml.swp",
        "a.yaml~",
        "b.tmp",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert names(look([tmp_path])) == ["shop.yaml", "tea.yaml"]


def test_what_came_went_or_was_written_is_a_change(tmp_path):
    for name in ("kept", "gone", "written"):
        (tmp_path / name).write_text("x")
    before = look([tmp_path])
    (tmp_path / "gone").unlink()
    (tmp_path / "written").write_text("xy")
    (tmp_path / "new").write_text("x")
    assert names(changed(before, look([tmp_path]))) == ["gone", "new", "written"]


def test_a_file_that_is_replaced_by_a_rename_with_its_old_time_and_size_is_a_change(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    os.utime(path, (1, 1))
    before = look([tmp_path])
    other = tmp_path / "b"
    other.write_text("new")
    os.utime(other, (1, 1))
    other.rename(path)
    assert names(changed(before, look([tmp_path]))) == ["a"]


def test_a_folder_that_does_not_exist_is_empty(tmp_path):
    assert look([tmp_path / "nowhere"]) == {}


def test_waiting_gathers_what_a_program_saves_in_one_go(tmp_path):
    unsaved = []

    def folders():
        """Save one more file before each look."""
        if unsaved:
            (tmp_path / unsaved.pop(0)).write_text("x")
        return [tmp_path]

    watch = Watch(folders)
    saved = [f"{number}.yaml" for number in range(5)]
    unsaved += saved
    assert names(watch.wait()) == saved


def test_waiting_ends_when_it_is_over(tmp_path):
    assert Watch(lambda: [tmp_path]).wait(lambda: True) == set()


def test_what_was_told_once_is_not_told_again(tmp_path):
    watch = Watch(lambda: [tmp_path])
    (tmp_path / "a").write_text("x")
    assert names(watch.wait()) == ["a"]
    over = iter([False, False, True])
    assert watch.wait(lambda: next(over)) == set()


def test_single_files_are_watched_beside_the_folders_also_where_nobody_looks_else(tmp_path):
    told = tmp_path / "var/rooms/evening/replay.json"
    watch = Watch(lambda: [tmp_path], lambda: [told])
    told.parent.mkdir(parents=True)
    (told.parent / "1.m4s").write_text("x")
    told.write_text("{}")
    assert watch.wait() == {str(told)}
    told.unlink()
    assert watch.wait() == {str(told)}
