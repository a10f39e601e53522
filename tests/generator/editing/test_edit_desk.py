"""The desk: who saves an old state is told, nothing of anybody is lost, and every version can be taken back."""

import subprocess
import threading
from datetime import UTC, datetime, timedelta

import pytest

from generator import files
from generator.editing import journal
from generator.editor import (
    GONE,
    Clash,
    Desk,
    Insert,
    Kind,
    Merge,
    Plain,
    RefusedFileError,
    Remove,
    Set,
    StaleError,
    UnwritableError,
)

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TEA = "# of this spring\ntitle: Longjing\nprice: 168.00\nimages:\n  - a.jpg\n  - b.jpg\n  - c.jpg\n"
FILE = "products/longjing.yaml"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "products").mkdir()
    (tmp_path / FILE).write_text(TEA)
    return tmp_path


@pytest.fixture
def desk(folder):
    return Desk(folder)


def save(desk, digest, *changes, file=FILE, **more):
    return desk.save(file, digest, changes, who="ann", now=NOW, **more)


def test_a_save_changes_one_line_and_the_next_one_goes_on_from_its_digest(desk, folder):
    saved = save(desk, desk.open(FILE).digest, Set(("price",), Plain("198.00")))
    assert (folder / FILE).read_text() == TEA.replace("168", "198") == saved.text
    saved = save(desk, saved.digest, Set(("title",), "Biluochun"))
    assert saved.data["title"] == "Biluochun"
    assert saved.digest == desk.open(FILE).digest


def test_a_preview_is_what_a_save_would_write(desk, folder):
    opened = desk.open(FILE)
    shown = desk.preview(FILE, opened.digest, [Set(("price",), Plain("198.00"))])
    assert (folder / FILE).read_text() == TEA
    assert desk.versions(FILE) == []
    assert save(desk, opened.digest, Set(("price",), Plain("198.00"))).text == shown.text
    with pytest.raises(StaleError):
        desk.preview(FILE, opened.digest, [Set(("price",), Plain("1.00"))])


def test_a_save_that_changes_nothing_writes_nothing(desk, folder):
    before = (folder / FILE).stat()
    saved = save(desk, desk.open(FILE).digest, Set(("price",), "168.00"))
    assert saved.version is None
    assert (folder / FILE).stat() == before
    assert desk.versions(FILE) == []


def test_w78_the_second_tab_is_refused_with_what_all_three_say(desk, folder):
    opened = desk.open(FILE)
    save(desk, opened.digest, Set(("price",), Plain("198.00")), Insert(("images", 0), "new.jpg"))
    now = (folder / FILE).read_bytes()
    with pytest.raises(StaleError) as stale:
        save(desk, opened.digest, Set(("price",), Plain("150.00")), Set(("title",), "Tea"))
    assert (folder / FILE).read_bytes() == now
    assert stale.value.base == opened.data
    assert stale.value.mine == {**opened.data, "price": "150.00", "title": "Tea"}
    assert stale.value.theirs == {**opened.data, "price": "198.00", "images": ["new.jpg", "a.jpg", "b.jpg", "c.jpg"]}
    assert stale.value.clashes == (Clash(path=("price",), base="168.00", mine="150.00", theirs="198.00"),)


@pytest.mark.parametrize(("merge", "price"), [(Merge.THEIRS, "198.00"), (Merge.MINE, "150.00")])
def test_w78_a_merge_keeps_both_and_settles_clashes_as_it_is_told(desk, folder, merge, price):
    opened = desk.open(FILE)
    save(desk, opened.digest, Set(("price",), Plain("198.00")), Insert(("images", 0), "new.jpg"))
    mine = [Set(("price",), Plain("150.00")), Set(("images", 2), "see.jpg"), Set(("unit",), "g")]
    saved = save(desk, opened.digest, *mine, merge=merge)
    assert (folder / FILE).read_text() == (
        f"# of this spring\ntitle: Longjing\nprice: {price}\nimages:\n"
        "  - new.jpg\n  - a.jpg\n  - b.jpg\n  - see.jpg\nunit: g\n"
    )
    assert [clash.path for clash in saved.left] == [("price",)]


def test_w78_an_outside_edit_is_never_overwritten(desk, folder):
    opened = desk.open(FILE)
    (folder / FILE).write_text(TEA.replace("168.00", "99.00") + "# by hand\n")
    with pytest.raises(StaleError):
        save(desk, opened.digest, Set(("price",), Plain("1.00")))
    assert (folder / FILE).read_text().endswith("99.00\nimages:\n  - a.jpg\n  - b.jpg\n  - c.jpg\n# by hand\n")
    saved = save(desk, opened.digest, Set(("title",), "Tea"), merge=Merge.THEIRS)
    assert saved.text == TEA.replace("168.00", "99.00").replace("Longjing", "Tea") + "# by hand\n"


def test_w78_a_pull_beside_the_form_is_seen(desk, folder):
    def git(*words):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words], cwd=folder, check=True)

    git("init", "-q")
    git("add", "products")
    git("commit", "-qm", "one")
    (folder / FILE).write_text(TEA.replace("168", "200"))
    git("commit", "-qam", "two")
    git("checkout", "-q", "HEAD~1")
    opened = desk.open(FILE)
    git("checkout", "-q", "-")
    with pytest.raises(StaleError) as stale:
        save(desk, opened.digest, Set(("price",), Plain("1")))
    assert stale.value.theirs["price"] == "200.00"


def test_w78_who_writes_between_our_look_and_our_write_wins(desk, folder, monkeypatch):
    """The outside program writes at the last possible moment: right before both files change places."""
    opened = desk.open(FILE)
    exchange = files.exchange

    def late(one, other):
        if "outside" not in (folder / FILE).read_text():
            (folder / FILE).write_text("title: outside\n")
        return exchange(one, other)

    monkeypatch.setattr(files, "exchange", late)
    with pytest.raises(StaleError) as stale:
        save(desk, opened.digest, Set(("price",), Plain("1.00")))
    assert (folder / FILE).read_text() == "title: outside\n"
    assert stale.value.theirs == {"title": "outside"}
    assert desk.versions(FILE) == []
    assert [path.name for path in (folder / "products").iterdir()] == ["longjing.yaml"]


def test_w78_who_writes_right_before_a_removal_keeps_the_file(desk, folder, monkeypatch):
    opened = desk.open(FILE)
    known = desk._known

    def late(file, digest):
        found = known(file, digest)
        (folder / FILE).write_text("title: outside\n")
        return found

    monkeypatch.setattr(desk, "_known", late)
    with pytest.raises(StaleError):
        desk.remove(FILE, opened.digest, who="ann", now=NOW)
    assert (folder / FILE).read_text() == "title: outside\n"
    assert desk.versions(FILE) == []


def test_w78_many_threads_lose_no_change(desk):
    def count(number):
        for _ in range(5):
            while True:
                opened = desk.open(FILE)
                step = Set((f"x-{number}",), Plain(int(opened.data.get(f"x-{number}", "0")) + 1))
                try:
                    desk.save(FILE, opened.digest, [step], who=str(number), now=NOW)
                    break
                except StaleError:
                    continue

    threads = [threading.Thread(target=count, args=(number,)) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert {key: value for key, value in desk.open(FILE).data.items() if key[0] == "x"} == dict.fromkeys(
        ["x-0", "x-1", "x-2", "x-3"], "5"
    )
    assert len(desk.versions(FILE)) == 20


def test_w78_a_file_that_is_gone_is_not_made_again(desk, folder):
    opened = desk.open(FILE)
    (folder / FILE).unlink()
    with pytest.raises(StaleError) as stale:
        save(desk, opened.digest, Set(("price",), Plain("1")), merge=Merge.MINE)
    assert stale.value.now is None
    assert not (folder / FILE).exists()


def test_a_removed_value_that_the_other_changed_is_a_clash(desk):
    opened = desk.open(FILE)
    save(desk, opened.digest, Remove(("price",)))
    with pytest.raises(StaleError) as stale:
        save(desk, opened.digest, Set(("price",), Plain("1")))
    assert stale.value.clashes == (Clash(path=("price",), base="168.00", mine="1", theirs=GONE),)


def test_lists_merge_item_by_item_and_clash_where_both_put_something(desk):
    opened = desk.open(FILE)
    save(desk, opened.digest, Remove(("images", 0)), Set(("images", 1), "C.jpg"))
    saved = save(desk, opened.digest, Set(("images", 1), "B.jpg"), merge=Merge.THEIRS)
    assert saved.data["images"] == ["B.jpg", "C.jpg"]
    assert saved.left == ()
    save(desk, saved.digest, Insert(("images", 2), "d.jpg"))
    with pytest.raises(StaleError) as stale:
        save(desk, saved.digest, Insert(("images", 2), "e.jpg"))
    assert [clash.path for clash in stale.value.clashes] == [("images",)]


@pytest.mark.parametrize("text", ["title: a: b\n", "title: x\ntitle: y\n", "\ttitle: x\n", "- x\n", "title: [\n"])
def test_w79_a_broken_file_opens_read_only_with_its_problems_and_is_never_overwritten(desk, folder, text):
    (folder / FILE).write_text(text)
    opened = desk.open(FILE)
    assert not opened.writable
    assert (opened.problems[0].file, opened.problems[0].mark.line in {1, 2}) == (FILE, True)
    assert opened.text == text
    with pytest.raises(UnwritableError) as refused:
        save(desk, opened.digest, Set(("title",), "new"))
    assert refused.value.code == "broken"
    assert (folder / FILE).read_text() == text


def test_w79_a_file_in_another_encoding_is_never_overwritten(desk, folder):
    (folder / FILE).write_bytes("title: 龙井\n".encode("gb18030"))
    opened = desk.open(FILE)
    assert (opened.writable, [one.code for one in opened.problems]) == (False, ["not-utf8"])
    with pytest.raises(UnwritableError):
        save(desk, opened.digest, Set(("title",), "x"), merge=Merge.MINE)


def test_whoever_changes_the_data_that_was_handed_out_spoils_no_later_save(desk):
    opened = desk.open(FILE)
    opened.data["images"].clear()
    saved = save(desk, opened.digest, Set(("price",), Plain("1")))
    saved.data.clear()
    assert save(desk, saved.digest, Set(("price",), Plain("2"))).text == TEA.replace("168.00", "2")


def test_a_byte_order_mark_and_the_file_s_permissions_stay(desk, folder):
    (folder / FILE).write_bytes(b"\xef\xbb\xbftitle: x\r\n")
    (folder / FILE).chmod(0o640)
    save(desk, desk.open(FILE).digest, Set(("title",), "z"))
    assert (folder / FILE).read_bytes() == b"\xef\xbb\xbftitle: z\r\n"
    assert (folder / FILE).stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("../shop.yaml", "name"),
        ("/etc/passwd", "name"),
        ("products/../shop.yaml", "name"),
        ("products/a/b.yaml", "name"),
        ("products/.a.yaml", "name"),
        ("var/secrets.env", "name"),
        ("products/a.txt", "name"),
        ("products/a\nb.yaml", "name"),
        ("products/" + "茶" * 80 + ".yaml", "name"),
        ("products/missing.yaml", "missing"),
        ("products/link.yaml", "outside"),
    ],
)
def test_only_the_text_files_of_the_shop_are_opened(desk, folder, file, code, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "x.yaml"
    outside.write_text("title: x\n")
    (folder / "products" / "link.yaml").symlink_to(outside)
    with pytest.raises(RefusedFileError) as refused:
        desk.open(file)
    assert refused.value.code == code


def test_files_are_created_once_removed_and_renamed(desk, folder):
    made = desk.create("pages/about.md", {"title": "About", "body": "Hello\n"}, who="ann", now=NOW)
    assert (folder / "pages" / "about.md").read_text() == "---\ntitle: About\n---\n\nHello\n"
    with pytest.raises(RefusedFileError):
        desk.create("pages/about.md", {"title": "Other"}, who="bob", now=NOW)
    moved = desk.rename("pages/about.md", "pages/us.md", made.digest, who="ann", now=NOW)
    assert moved.data["title"] == "About"
    with pytest.raises(StaleError):
        desk.remove("pages/us.md", "0" * 40, who="bob", now=NOW)
    desk.remove("pages/us.md", moved.digest, who="ann", now=NOW)
    assert list((folder / "pages").iterdir()) == []
    assert [version.kind for version in desk.versions("pages/us.md")] == [Kind.REMOVE, Kind.RENAME, Kind.CREATE]
    desk.undo("pages/us.md", who="ann", now=NOW)
    desk.undo("pages/us.md", who="ann", now=NOW)
    assert (folder / "pages" / "about.md").read_text() == "---\ntitle: About\n---\n\nHello\n"
    desk.undo("pages/about.md", who="ann", now=NOW)
    assert list((folder / "pages").iterdir()) == []


def test_a_new_file_may_be_given_as_text_with_comments(desk, folder):
    desk.create("shelves/all.yaml", "# everything\ntitle: All\n", who="ann", now=NOW)
    assert (folder / "shelves" / "all.yaml").read_text() == "# everything\ntitle: All\n"
    with pytest.raises(UnwritableError):
        desk.create("shelves/bad.yaml", "title: a: b\n", who="ann", now=NOW)


def test_versions_tell_who_when_and_what_and_undo_and_redo_walk_through_them(desk, folder):
    saved = save(desk, desk.open(FILE).digest, Set(("price",), Plain("1")))
    save(desk, saved.digest, Set(("title",), "Tea"), Remove(("images", 0)))
    newest, oldest = desk.versions(FILE)
    assert (newest.number, newest.kind, newest.who, newest.at) == (2, Kind.EDIT, "ann", "2026-11-23T04:00:00+00:00")
    assert newest.what == ("set title", "remove images.0")
    assert [row for row in desk.diff(oldest).splitlines() if row[0] in "-+"][2:] == ["-price: 168.00", "+price: 1"]
    states = [(folder / FILE).read_text()]
    for step in (desk.undo, desk.undo, desk.redo, desk.redo):
        step(FILE, who="bob", now=NOW)
        states.append((folder / FILE).read_text())
    assert states[2] == TEA
    assert states[4] == states[0]
    assert states[1] == states[3] == TEA.replace("168.00", "1")
    with pytest.raises(RefusedFileError):
        desk.redo(FILE, who="bob", now=NOW)


def test_undo_is_refused_when_somebody_else_changed_the_text(desk, folder):
    save(desk, desk.open(FILE).digest, Set(("price",), Plain("1")))
    (folder / FILE).write_text("title: by hand\n")
    with pytest.raises(StaleError):
        desk.undo(FILE, who="ann", now=NOW)
    assert (folder / FILE).read_text() == "title: by hand\n"


def test_an_old_version_is_restored_as_a_new_one(desk, folder):
    saved = save(desk, desk.open(FILE).digest, Set(("price",), Plain("1")))
    later = save(desk, saved.digest, Set(("price",), Plain("2")))
    desk.restore(FILE, later.digest, 1, who="bob", now=NOW)
    assert (folder / FILE).read_text() == saved.text
    desk.undo(FILE, who="bob", now=NOW)
    assert (folder / FILE).read_text() == later.text


def test_the_journal_holds_a_bounded_number_of_versions_and_their_texts(desk, folder, monkeypatch):
    monkeypatch.setattr(journal, "_LOOK_EVERY", 10)
    monkeypatch.setattr(journal, "MOST_VERSIONS", 5)
    digest = desk.open(FILE).digest
    long_after = NOW + timedelta(days=9)
    for number in range(23):
        digest = desk.save(FILE, digest, [Set(("price",), Plain(number))], who="ann", now=long_after).digest
    versions = desk.versions(FILE)
    assert [version.number for version in versions] == [23, 22, 21, 20, 19, 18, 17, 16, 15]
    assert len(list((folder / "var" / "edits" / "texts").iterdir())) == 10
    assert [desk.text(version.before) is None for version in versions] == [False] * 9


def test_the_journal_holds_a_bounded_amount_of_text(desk, folder, monkeypatch):
    monkeypatch.setattr(journal, "_LOOK_EVERY", 10)
    monkeypatch.setattr(journal, "MOST_BYTES", 500)
    digest = desk.open(FILE).digest
    for number in range(10):
        digest = save(desk, digest, Set(("price",), Plain(number))).digest
    kept = list((folder / "var" / "edits" / "texts").iterdir())
    assert sum(path.stat().st_size for path in kept) <= 700
    assert desk.versions(FILE)[0].number == 10


def test_a_torn_line_of_the_journal_harms_no_other(desk, folder):
    saved = save(desk, desk.open(FILE).digest, Set(("price",), Plain("1")))
    with (folder / "var" / "edits" / "journal.jsonl").open("ab") as stream:
        stream.write(b'{"number":2,"kind":"ed')
    save(desk, saved.digest, Set(("price",), Plain("2")))
    assert [version.number for version in desk.versions(FILE)] == [2, 1]
