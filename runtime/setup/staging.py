"""The answers as a folder of files beside the draft: what a preview is built from, and what becomes the shop."""

import shutil
from pathlib import Path

from generator import files, new
from generator.check import Checked, check
from generator.source.inventory import SHOP
from runtime.setup import texts
from runtime.setup.answers import Answers
from runtime.setup.draft import Draft

_TABLE = "products.csv"


def write(draft: Draft, answers: Answers, folder: Path) -> list[str]:
    """Write the shop into a folder, anew but for what its ``var`` holds; return its files."""
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name != "var":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    (folder / "media").mkdir(parents=True, exist_ok=True)
    for name, text in texts.write(answers).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        files.replace(path, text.encode(), durable=False)
    for name, picture in texts.pictures(answers).items():
        files.replace(folder / name, (draft.pictures / picture).read_bytes(), durable=False)
    if answers.table:
        files.replace(folder / _TABLE, draft.table.read_bytes(), durable=False)
    new.finish(folder, "zh" if answers.language.startswith("zh") else "en")
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if not name.startswith("var/"))


def check_table(draft: Draft, answers: Answers, content: bytes) -> Checked:
    """Check a table of products as it would stand in this shop."""
    folder = draft.folder / "table"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        bare = [name for name in texts.write(answers) if not name.startswith(("products/", "live/"))]
        for name in bare:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts.write(answers)[name], encoding="utf-8")
        (folder / _TABLE).write_bytes(content)
        return check(folder, cache=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_whole(folder: Path) -> bool:
    """Tell whether a shop's own file is there: it is put in place last."""
    return (folder / SHOP).is_file()
