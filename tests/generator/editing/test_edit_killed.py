"""A save that is killed at any call leaves the old text or the new one, and the next save goes on from it."""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from generator import files
from generator.editing import journal
from generator.editor import Desk, Plain, Set

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TEA = "# of this spring\ntitle: Longjing\nprice: 168.00\n"
FILE = "products/longjing.yaml"


def dying_save(folder, number):
    """Save in a process of its own that is killed at its n-th call of the system; give whether it got to the end."""
    child = os.fork()
    if child == 0:
        calls = 0

        def dying(real):
            def call(*given, **more):
                nonlocal calls
                calls += 1
                if calls == number:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*given, **more)

            return call

        for name in ("open", "write", "fsync", "close", "replace", "unlink", "mkdir", "rename"):
            setattr(os, name, dying(getattr(os, name)))
        files.exchange = dying(files.exchange)
        desk = Desk(folder)
        try:
            desk.save(FILE, journal.digest(TEA.encode()), [Set(("price",), Plain("1"))], who="ann", now=NOW)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def test_w78_a_save_that_is_killed_at_any_call_leaves_the_old_text_or_the_new_one(tmp_path):
    (tmp_path / "products").mkdir()
    desk, folder = Desk(tmp_path), tmp_path
    new = TEA.replace("168.00", "1")
    seen, number = [], 0
    finished = False
    while not finished:
        number += 1
        (folder / FILE).write_text(TEA)
        finished = dying_save(folder, number)
        text = (folder / FILE).read_text()
        seen.append(text)
        opened = desk.open(FILE)
        desk.save(FILE, opened.digest, [Set(("title",), "after")], who="ann", now=NOW)
        versions = desk.versions(FILE)
        assert versions[0].before == opened.digest
        assert text == TEA or versions[1].after == opened.digest
    assert set(seen) == {TEA, new}
    assert number > 15
    desk.undo(FILE, who="ann", now=NOW)
    assert Path(folder / FILE).read_text() == seen[-1]
